"""A change in the newest inquiries is noticed, seldom where there is none, and a promise then rests on the newest."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from faqsuggest.calibration_report import CalibrationReport
from faqsuggest.policy import Sample
from faqsuggest.shift import FEWEST, Shift, newest, still_telling


def drawn(rng, n, *, answered=0.7):
    """Honest confidences of a base that has an answer for a share of the inquiries."""
    chance = np.where(rng.random(n) < answered, rng.beta(5, 1.2, n), rng.beta(1.2, 5, n))
    return chance, rng.random(n) < chance


def joined(*parts):
    return Sample(np.concatenate([chance for chance, _ in parts]), np.concatenate([right for _, right in parts]))


def share_noticed(make, times=200):
    return np.mean([Shift.of(make(np.random.default_rng(seed))).noticed for seed in range(times)])


def test_answers_that_go_away_are_noticed():
    assert share_noticed(lambda rng: joined(drawn(rng, 200), drawn(rng, 100, answered=0.4))) > 0.9


def test_right_ones_that_turn_wrong_are_noticed_though_confidences_stay():
    def outdated(rng):
        chance, right = drawn(rng, 100)
        return joined(drawn(rng, 200), (chance, right & (rng.random(100) < 0.6)))

    assert share_noticed(outdated) > 0.9


@pytest.mark.parametrize("offset", [-0.15, 0.0, 0.15])
def test_calm_times_are_seldom_taken_for_a_change_however_honest_the_confidences_are(offset):
    def calm(rng):
        chance, right = drawn(rng, 300)
        return Sample(np.clip(chance + offset, 0.0, 1.0), right)

    # 200 runs: a rate of 5 % stays at or below 8.5 % with probability .98
    assert share_noticed(calm) <= 0.085


def test_a_promise_rests_on_the_newest_after_a_change():
    rng = np.random.default_rng(0)
    sample = joined(drawn(rng, 400), drawn(rng, 200, answered=0.2))
    shift = Shift.of(sample)
    assert shift.noticed
    assert shift.n == newest(600) == 200
    assert still_telling(sample, shift).right.tolist() == sample.right[400:].tolist()
    assert still_telling(sample, None) is sample
    ids = [str(i) for i in range(600)]
    report = CalibrationReport.of(learnt=0, before=None, after=sample, ids=ids, keys=ids)
    assert {each.n for each in report.thresholds} == {200}
    (note,) = [note for note in report.notes if note.startswith("drift")]
    assert "of the newest 200 inquiries" in note
    assert CalibrationReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_too_few_to_tell_and_nothing_that_differs():
    rng = np.random.default_rng(0)
    assert Shift.of(joined(drawn(rng, 3 * FEWEST - 3))) is None
    same = Shift.of(Sample(np.full(90, 0.5), np.tile([True, False], 45)))
    assert not same.noticed
    assert Shift.from_dict(json.loads(json.dumps(asdict(same)))) == same
    nothing_found = Shift.of(Sample(np.full(90, -np.inf), np.zeros(90, dtype=bool)))
    assert not nothing_found.noticed
