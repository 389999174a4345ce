"""An order moves with a team's own history where that proves better, and nowhere else."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from faqsuggest.calibrated import Confidence, calibrate, own_order, refit_on
from faqsuggest.confidence import Calibrator
from faqsuggest.evidence import COLUMNS
from faqsuggest.listwise import ListwiseRanker
from faqsuggest.outcomes import Case, Graded, Outcome, in_order_of
from faqsuggest.own_order import FEWEST, refitted

TITLE, FUSED, STANDING = (COLUMNS.index(name) for name in ("title_words", "fused", "standing"))


def ranker_of(**weights):
    table = np.zeros(len(COLUMNS))
    for name, weight in weights.items():
        table[COLUMNS.index(name)] = weight
    return ListwiseRanker(weights=table, scale=np.ones(len(COLUMNS)))


def drawn(n, seed=0, *, title=2.0, fused=2.0):
    """Tables in the order of the hybrid, whose right candidate two columns tell, each with a weight of its own."""
    rng = np.random.default_rng(seed)
    tables, right = [], []
    for _ in range(n):
        table = rng.normal(size=(5, len(COLUMNS)))
        table[:, [COLUMNS.index("repeat"), STANDING]] = 0.0
        table = table[np.argsort(-table[:, FUSED])]
        chances = np.exp(title * table[:, TITLE] + fused * table[:, FUSED])
        tables.append(table)
        right.append(np.arange(5) == rng.choice(5, p=chances / chances.sum()))
    return tables, right


def outcomes_of(tables, right, ranker=None):
    names = tuple("abcde")
    made = [
        Outcome(Case(id=str(i), text="", right=frozenset()), table, hits, names, (frozenset(),) * 5)
        for i, (table, hits) in enumerate(zip(tables, right, strict=True))
    ]
    return [in_order_of(each, ranker) for each in made]


def test_an_order_that_history_contradicts_moves():
    start = ranker_of(fused=2.0)
    tables, right = drawn(300)
    found = refitted(tables, right, start)
    assert found is not None
    assert found.ranker.weights[TITLE] > 0.5
    assert len(found.crossed) == 300
    # an inquiry is ordered by weights from the others
    assert found.crossed[0] is found.crossed[5]
    assert found.crossed[0] is not found.crossed[1]


def test_an_order_that_is_right_stays():
    start = ranker_of(fused=2.0, title_words=2.0)
    moved = sum(refitted(*drawn(200, seed), start) is not None for seed in range(40))
    # beyond doubt: the 95 % interval of the paired gain lies above 0
    assert moved <= 2


def test_little_history_and_no_order_leave_all_as_it_was():
    start = ranker_of(fused=2.0)
    assert refitted(*drawn(FEWEST - 1), start) is None
    assert refitted(*drawn(300), None) is None
    tables, _ = drawn(300)
    assert refitted(tables, [np.zeros(5, dtype=bool)] * 300, start) is None


def test_rearranging_is_the_same_from_whatever_order():
    tables, right = drawn(3)
    one, other = ranker_of(title_words=1.0), ranker_of(text=-1.0)
    plain = outcomes_of(tables, right)
    for outcome in plain:
        direct, round_about = in_order_of(outcome, one), in_order_of(in_order_of(outcome, other), one)
        assert direct.keys == round_about.keys
        assert direct.table == pytest.approx(round_about.table)
        assert in_order_of(direct, None).keys == outcome.keys
    empty = replace(plain[0], table=np.zeros((0, 0)), right=np.zeros(0, dtype=bool), keys=(), groups=())
    assert in_order_of(empty, one) is empty


def test_lessons_of_feedback_are_rearranged_with_their_labels():
    (table,), _ = drawn(1)
    used = np.array([0.0, 1.0, 0.0, 0.0, 0.0])
    given = Graded("u", "q", datetime(2026, 1, 1, tzinfo=UTC), table, used, np.ones(5), np.ones(5), tuple("abcde"))
    found = in_order_of(given, ranker_of(fused=-1.0))
    assert found.keys == tuple("edcba")
    assert found.used.tolist() == used[::-1].tolist()


def test_calibration_serves_the_order_it_was_learnt_on():
    start = ranker_of(fused=2.0)
    tables, right = drawn(800)
    calibrator = Calibrator.fit(*drawn(300, 1))
    current = Confidence(calibrator=calibrator, ranker=start)
    outcomes = outcomes_of(tables, right, start)
    order = own_order(outcomes, current)
    moved, report = calibrate(outcomes, current, order=order)
    kept, before = calibrate(outcomes, current)
    assert moved.ranker is order.ranker
    assert kept.ranker is start
    assert len(order.crossed) == report.learnt == 400
    # the newer half, on which the figures are measured, has a right answer first more often
    assert report.after.right > before.after.right + 0.05
    assert report.before == before.before
    assert report.after.brier < report.after.brier_base


def test_what_was_decided_already_is_not_asked_again():
    start = ranker_of(fused=2.0, title_words=2.0)
    outcomes = outcomes_of(*drawn(200), start)
    assert own_order(outcomes, Confidence(calibrator=Calibrator.fit(*drawn(50)), ranker=start)) is None
    assert len(refit_on(outcomes, start).crossed) == 100
