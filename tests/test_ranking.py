import numpy as np
import pytest
from contracts.small_base import article
from hypothesis import given
from hypothesis import strategies as st

from faqsuggest.candidates import Found
from faqsuggest.data.answers import Answer, Unit
from faqsuggest.errors import InputError
from faqsuggest.ranking import FusionWeights, fuse, rank

PLAIN = FusionWeights(passage=0, lexical=0.5, question=0, lexical_question=0, imputed=0)


def found(key, **evidence):
    return Found(Answer(key, "article", ()), Unit(key, "article", article(key, "x")), **evidence)


def keys(ranked):
    return [one.found.answer.key for one in ranked]


def test_two_legs_scaled_to_0_to_1_and_averaged():
    legs = np.zeros((3, 5))
    legs[:, 0], legs[:, 3] = [0.9, 0.8, 0.7], [0.0, 0.4, 0.1]
    np.testing.assert_allclose(fuse(legs, np.ones(3, bool), PLAIN), [0.5, 0.75, 0.125])


def test_spelling_that_cannot_tell_is_taken_from_meaning():
    legs = np.zeros((2, 5))
    legs[:, 0], legs[:, 3] = [0.9, 0.8], [0.0, 0.4]
    weights = FusionWeights(passage=0, lexical=0.5, question=0, lexical_question=0, imputed=0.7)
    np.testing.assert_allclose(fuse(legs, np.array([False, True]), weights), [0.85, 0.5])


def test_repeats_first_then_score_then_key():
    rows = [found("c", text=0.5), found("b", text=0.5), found("a", text=0.1, repeat=True), found("d", text=0.9)]
    ranked = rank(rows, PLAIN)
    assert keys(ranked) == ["a", "d", "b", "c"]
    assert ranked[0].confidence == 1
    assert list(rank([], PLAIN)) == []


@given(st.lists(st.tuples(*[st.floats(-1, 1)] * 5, st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_confidence_never_rises_and_order_does_not_hang_on_the_rows(given_rows):
    rows = [
        found(f"k{i}", text=a, passage=b, question=c, lexical=abs(d), lexical_question=abs(e), readable=f, repeat=g)
        for i, (a, b, c, d, e, f, g) in enumerate(given_rows)
    ]
    ranked = rank(rows, FusionWeights())
    confidences = [one.confidence for one in ranked]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= value <= 1 for value in confidences)
    assert keys(rank(rows[::-1], FusionWeights())) == keys(ranked)


@pytest.mark.parametrize("value", [-0.1, 11, float("nan")])
def test_weights_out_of_range(value):
    with pytest.raises(InputError, match=r"FusionWeights\(lexical=…\) must lie from 0 to 10"):
        FusionWeights(lexical=value)
