import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from benchmarks import tagging, training
from benchmarks.training_tags import TagSet


def test_macro_f1_is_that_of_scikit_learn_over_the_tags_that_are_wanted():
    rng = np.random.default_rng(0)
    given, wanted = rng.random((50, 6)) < 0.4, rng.random((50, 6)) < 0.3
    wanted[:, 5] = False
    expected = f1_score(wanted[:, :5], given[:, :5], average="macro")
    assert tagging.macro_f1(tagging.f1_parts(given, wanted).sum(axis=0))[0] == pytest.approx(expected)


def test_rows_hold_levels_and_paired_differences_with_intervals():
    wanted = np.eye(4, dtype=bool)[np.arange(80) % 4]
    worse = wanted.copy()
    worse[:20] = np.roll(worse[:20], 1, axis=1)
    parts = {"good": tagging.f1_parts(wanted, wanted), "bad": tagging.f1_parts(worse, wanted)}
    levels, gaps = tagging.macro_f1_rows(parts, [str(i // 2) for i in range(80)], "bad", set="invented")
    assert [(row["system"], row["n"], row["clusters"]) for row in levels] == [("good", 80, 40), ("bad", 80, 40)]
    assert levels[0]["value"] == levels[0]["low"] == levels[0]["high"] == 1.0
    assert levels[1]["value"] == pytest.approx(0.75)
    assert gaps[0]["value"] == pytest.approx(0.25)
    assert 0.05 < gaps[0]["low"] < 0.25 < gaps[0]["high"] < 0.45


def test_auroc_is_that_of_scikit_learn_with_an_interval_around_it():
    rng = np.random.default_rng(1)
    inside, outside = np.round(rng.normal(size=120), 1), np.round(rng.normal(1.0, size=60), 1)
    row = tagging.auroc_row(inside, outside, set="invented")
    expected = roc_auc_score([0] * 120 + [1] * 60, [*inside, *outside])
    assert row["value"] == pytest.approx(expected)
    assert row["low"] < expected < row["high"] < row["low"] + 0.2


def test_votes_of_the_nearest_weigh_their_similarity():
    known = np.eye(6, dtype=np.float32)
    table = np.array([[1, 0]] * 3 + [[0, 1]] * 3, dtype=np.float32)
    asked = np.array([[0.1, 0.1, 0, 0.9, 0.4, 0]], dtype=np.float32)
    assert tagging.nearest(known, table, asked).tolist() == [[False, True]]


def test_several_tags_are_given_from_a_half_on_and_never_none():
    several = np.array([[1, 1], [0, 1]], dtype=np.float32)
    scores = np.array([[0.6, 0.7], [0.1, 0.2]])
    assert tagging.decided(scores, several).tolist() == [[True, True], [False, True]]
    assert tagging.decided(scores, np.eye(2, dtype=np.float32)).tolist() == [[False, True], [False, True]]


def test_a_set_knows_the_tags_that_can_be_learnt():
    one = TagSet("invented", (("a", ("x", "y")), ("b", ("y",))), (("c", ("y", "z")),), ("c",))
    assert one.table(one.known).tolist() == [[1, 1], [0, 1]]
    assert one.table(one.asked).tolist() == [[0, 1]]


def test_every_part_of_the_training_benchmark_can_be_called(capsys):
    assert "tags" in training.parts()
    with pytest.raises(SystemExit) as stopped:
        training.main(["--part", "tags", "--help"])
    assert stopped.value.code == 0
    assert "--desk-encoder" in capsys.readouterr().out
