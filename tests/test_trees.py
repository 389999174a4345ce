"""Trees say what a weighted sum cannot, and are the same numbers after they were saved."""

import json

import numpy as np
import pytest

from faqsuggest.confidence import Calibrator
from faqsuggest.errors import CorruptStoreError
from faqsuggest.evidence import COLUMNS
from faqsuggest.trees import DEPTH, Trees

TEXT, TITLE, FIRST = (COLUMNS.index(name) for name in ("text", "title_words", "first"))


def drawn(n, seed=0):
    """Right where two columns are both above 0: a weighted sum tells it badly."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, len(COLUMNS)))
    rows[:, COLUMNS.index("repeat")] = 0.0
    rows[:, FIRST] = 1.0
    return rows, rng.random(n) < np.where((rows[:, TEXT] > 0) & (rows[:, TITLE] > 0), 0.95, 0.05)


@pytest.fixture(scope="module")
def trees():
    return Trees.fit(*drawn(3000))


def share_told(chances, right):
    return np.mean((chances > 0.5) == right)


def test_trees_tell_what_columns_say_together(trees):
    rows, right = drawn(1000, 1)
    assert share_told(1.0 / (1.0 + np.exp(-trees.sums(rows))), right) > 0.93
    assert trees.times(0.5).sums(rows) == pytest.approx(0.5 * trees.sums(rows))


def test_sums_are_those_of_the_learner():
    from sklearn.ensemble import GradientBoostingClassifier

    rows, right = drawn(400)
    made = []
    fit = GradientBoostingClassifier.fit

    def kept(self, *given):
        made.append(self)
        return fit(self, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GradientBoostingClassifier, "fit", kept)
        trees = Trees.fit(rows.astype(np.float32).astype(np.float64), right, without=("first", "length"))
    asked = ~np.isin(COLUMNS, ("first", "length"))
    expected = made[0].decision_function(rows[:, asked].astype(np.float32))
    assert trees.sums(rows.astype(np.float32).astype(np.float64)) == pytest.approx(expected, abs=1e-6)


def test_columns_left_out_are_not_asked():
    rows, right = drawn(300)
    trees = Trees.fit(rows, right, without=[name for name in COLUMNS if name != "text"])
    assert set(trees.columns.flat) == {TEXT}
    assert trees.limits.shape[1] == 2**DEPTH - 1


def test_saved_trees_are_the_same_and_damaged_ones_are_refused(trees):
    rows, _ = drawn(200, 2)
    saved = json.loads(json.dumps(trees.to_dict()))
    assert Trees.from_dict(saved).sums(rows) == pytest.approx(trees.sums(rows), abs=0.02)
    for part, wrong in {
        "names": ["unheard"] * len(saved["names"]),
        "limits": saved["limits"][1:],
        "values": [tree[1:] for tree in saved["values"]],
        "columns": [[99] * 7] * len(saved["columns"]),
        "bias": None,
    }.items():
        with pytest.raises(CorruptStoreError, match="calibrate again"):
            Trees.from_dict({**saved, part: wrong})


def test_a_calibrator_with_trees_is_honest_and_learns_on_top_of_them():
    rows, right = drawn(3000)
    # a second candidate behind each, of which trees say nothing
    tables = [np.stack([row, np.where(np.arange(len(COLUMNS)) == FIRST, 0.0, row)]) for row in rows]
    hits = [np.array([hit, False]) for hit in right]
    plain = Calibrator.fit(tables, hits)
    calibrator = plain.with_trees(tables, hits)
    later, outcome = drawn(4000, 3)
    errors = [((each.probabilities(later) - outcome) ** 2).mean() for each in (plain, calibrator)]
    assert errors[1] < errors[0] - 0.01
    assert calibrator.probabilities(tables[0])[1] == plain.probabilities(tables[0])[1]
    again = Calibrator.from_dict(json.loads(json.dumps(calibrator.to_dict())))
    assert again.probabilities(later) == pytest.approx(calibrator.probabilities(later), abs=0.01)
    # here fewer have an answer: own history moves the weights around the trees
    fewer = outcome & (np.arange(4000) % 2 == 0)
    own = Calibrator.fit([row[None] for row in later[:2000]], [hit[None] for hit in fewer[:2000]], start=calibrator)
    assert own.trees is calibrator.trees
    test = later[2000:], fewer[2000:]
    assert abs(own.probabilities(test[0]).mean() - test[1].mean()) < 0.05
    assert abs(calibrator.probabilities(test[0]).mean() - test[1].mean()) > 0.1
