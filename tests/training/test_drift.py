from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from contracts.small_base import ARTICLES, TICKETS, WordEncoder

from benchmarks.training_drift import PLANTED, START, watched, weeks
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError
from faqsuggest.feedback.records import Showing, Shown, Slate
from faqsuggest.records import Ticket
from faqsuggest.suggester import Suggester
from faqsuggest.training.drift import Limits, divergence, drift
from faqsuggest.training.observing import Observation, observe, observe_log, reference_of


def test_calm_weeks_raise_few_alarms():
    alarms = [watched(seed, 26).alarms for seed in range(100, 106)]
    assert sum(map(len, alarms)) <= 4  # 780 weekly signals


@pytest.mark.parametrize("signal", sorted(PLANTED))
def test_planted_drift_is_found_and_named(signal):
    for seed in (200, 201):
        report = watched(seed, 6, **PLANTED[signal])
        assert signal in {each.signal for each in report.alarms}
        assert {each.signal for each in report.alarms} <= {signal, "calibration"}
        assert f"since the week of {report.alarms[0].week.isoformat()}" in report.recommendation


def test_a_retrain_does_not_renew_old_answers():
    report = watched(3, 6, old=0.6)
    assert not report.retrain
    assert report.recommendation.startswith("Review the answers:")
    assert watched(3, 6, unknown=0.5).recommendation.startswith("Retrain:")
    assert watched(3, 2).recommendation == "Keep the model: no signal left its band."


def test_small_weeks_are_told_but_raise_no_alarm():
    rng = np.random.default_rng(0)
    calm, few = weeks(0, 12, 100, rng), weeks(12, 3, 8, rng, novel=1.0)
    assert not drift(calm, few).alarms
    assert {each.signal for each in drift(calm, few, limits=Limits(fewest=3)).alarms} >= {"novel"}


def test_what_is_not_known_is_left_out():
    rng = np.random.default_rng(0)
    calm = [replace(each, tags=(), age=None) for each in weeks(0, 12, 50, rng)]
    report = drift(calm, weeks(12, 1, 50, rng))
    assert {each.signal for each in report.weeks} == {"novel", "new answers", "calibration"}
    with pytest.raises(InputError, match="reference"):
        drift([], calm)


def test_frame_has_a_row_a_week_and_signal():
    report = watched(1, 3)
    frame = report.to_frame()
    assert frame.columns.tolist() == ["week", "signal", "n", "value", "expected", "score", "cusum", "alarm"]
    assert len(frame) == 3 * 5
    assert frame["week"].min() == (START + timedelta(weeks=12)).date()
    novel = frame[frame["signal"] == "novel"]
    assert novel["expected"].tolist() == pytest.approx([0.05] * 3, abs=0.005)
    assert drift(weeks(0, 2, 20, np.random.default_rng(0)), []).to_frame().columns.tolist() == frame.columns.tolist()


def test_divergence_by_hand():
    assert divergence([1, 1], [1, 0]) == pytest.approx(0.311278, abs=1e-6)


def test_tickets_are_observed_against_a_base_without_them():
    suggester = Suggester(encoder=WordEncoder()).fit(KnowledgeBase(TICKETS, ARTICLES))
    moment = datetime(2025, 6, 1, tzinfo=UTC)
    later = [
        Ticket(id="n1", created_at=moment, question="glömt lösenord", article_ids=("a-pass",), tags=("konto",)),
        Ticket(id="n2", created_at=moment + timedelta(1), question="zebror giraffer", reply="Det vet vi inte alls."),
        Ticket(id="n3", created_at=moment, question="en fråga utan svar"),
        TICKETS[0],
    ]
    first, second = observe(suggester, later)
    assert (first.at, first.tags, first.known, first.right) == (moment, ("konto",), True, True)
    assert (second.known, second.right, second.confidence) == (False, False, None)
    assert first.nearest > 0.6 > second.nearest
    assert first.age is not None


def test_the_reference_is_the_newest_part_asked_of_the_older():
    replies = ("Vi skickar en ny kod till din telefon.", "Paketet kommer fram på torsdag i nästa vecka.")
    tickets = tuple(
        Ticket(
            id=f"t{i:02d}",
            created_at=START + timedelta(days=i),
            question=f"koden funkar inte {i}",
            reply=replies[i % 2],
        )
        for i in range(40)
    )
    suggester = Suggester(encoder=WordEncoder()).fit(KnowledgeBase(tickets, ()))
    seen = reference_of(suggester)
    assert [each.at for each in seen] == [START + timedelta(days=i) for i in range(30, 40)]
    assert all(each.known for each in seen)
    with pytest.raises(InputError, match="share"):
        reference_of(suggester, share=1.0)


def test_a_log_tells_confidence_and_use_of_first_places():
    def slate(name, rank, events):
        one = Shown(answer="a", kind="reply", confidence=0.7, rank=rank, events=events)
        return Slate(id=name, at=START, showing=Showing(), query="hej", shown=(one,))

    log = [slate("s1", 1, ("sent",)), slate("s2", 1, ("dismissed",)), slate("s3", 1, ()), slate("s4", 2, ("sent",))]
    assert observe_log(log) == [
        Observation(at=START, confidence=0.7, right=True),
        Observation(at=START, confidence=0.7, right=False),
    ]


CALM = [Observation(at=START + timedelta(days=day), nearest=0.5, tags=("a",)) for day in range(28)]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: drift(None, CALM), "reference of drift must be observations, .* got NoneType"),
        (lambda: drift(CALM, None), "recent of drift must be observations, .* got NoneType"),
        (lambda: drift(CALM, ["x"]), "recent of drift must be observations, .* got str"),
        (lambda: drift(CALM, CALM, limits={}), "limits of drift must be Limits"),
        (lambda: drift(CALM, CALM, seed=-1), "seed of drift must be a whole number of 0 or more, got -1"),
        (lambda: Limits(week=float("nan")), "week of Limits must be a number of 0 or more, got nan"),
        (lambda: Limits(fewest="20"), "fewest of Limits must be a number"),
        (lambda: Observation(at=datetime(2026, 1, 1)), "at of Observation must be a datetime with a time zone"),
        (lambda: Observation(at=START, nearest=float("nan")), "nearest of Observation must be a finite number"),
        (lambda: Observation(at=START, confidence="1"), "confidence of Observation must be a finite number"),
        (lambda: Observation(at=START, tags="a"), "tags of Observation must be a tuple of texts, got str"),
        (
            lambda: observe(Suggester(encoder=WordEncoder()).fit(KnowledgeBase(TICKETS)), ["x"]),
            "tickets must be records",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
