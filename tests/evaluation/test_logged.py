from datetime import UTC, datetime

import numpy as np
import pytest

from faqsuggest.errors import InputError
from faqsuggest.evaluation.logged import as_ranked, chance_of, order_value
from faqsuggest.feedback.exploration import Exploration
from faqsuggest.feedback.records import Showing, Shown, Slate

START = datetime(2026, 1, 5, tzinfo=UTC)
RELEVANCE = {"a": 0.2, "b": 0.6, "c": 0.3}


def logged(count, share, seed=0):
    """The first place is looked at by all, the second by half, the third by a fifth."""
    rng, exploration, slates = np.random.default_rng(seed), Exploration(share), []
    for i in range(count):
        order, propensity = exploration.draw(f"s{i}", [False] * 3)
        shown = tuple(
            Shown(
                answer="abc"[j],
                kind="article",
                confidence=0.5,
                rank=j + 1,
                events=("sent",) if rng.random() < (1.0, 0.5, 0.2)[place] * RELEVANCE["abc"[j]] else (),
            )
            for place, j in enumerate(order)
        )
        slates.append(
            Slate(
                id=f"s{i}",
                at=START,
                showing=Showing(user=f"u{i % 50}"),
                query="hej",
                propensity=propensity,
                explore=share,
                shown=shown,
            )
        )
    return slates


def swapped(slate):
    a, b, c = as_ranked(slate)
    return [b, a, c]


def test_the_value_of_another_order_is_found_in_a_log_with_exploration():
    slates = logged(6000, 0.3)
    usual, other = order_value(slates, as_ranked), order_value(slates, swapped)
    assert usual.value == pytest.approx(RELEVANCE["a"], abs=0.02)
    assert other.low < RELEVANCE["b"] < other.high
    assert other.value == pytest.approx(RELEVANCE["b"], abs=0.05)
    assert usual.high < other.low
    assert other.effective == pytest.approx(900, abs=90)


def test_without_exploration_only_the_order_shown_has_a_value():
    slates = logged(2000, 0.0)
    assert order_value(slates, as_ranked).value == pytest.approx(RELEVANCE["a"], abs=0.03)
    with pytest.raises(InputError, match="the log cannot tell: in 2000 of 2000 slates"):
        order_value(slates, swapped)


def test_orders_that_exploration_never_draws_are_refused():
    with pytest.raises(InputError, match="had no chance"):
        order_value(logged(2000, 0.3), lambda slate: as_ranked(slate)[::-1])


def test_too_few_slates_are_refused():
    with pytest.raises(InputError, match="are worth"):
        order_value(logged(300, 0.3), swapped)


def test_an_empty_log_is_refused():
    with pytest.raises(InputError, match="0 of 0"):
        order_value([], as_ranked)


def test_chances_sum_to_one_and_repeats_stay():
    (slate, *_) = logged(1, 0.3)
    orders = (["a", "b", "c"], ["b", "a", "c"], ["a", "c", "b"], ["c", "b", "a"])
    assert [chance_of(slate, each) for each in orders] == pytest.approx([0.7, 0.15, 0.15, 0.0])
    first = Shown(answer="a", kind="reply", confidence=1.0, rank=1, fixed=True)
    second = Shown(answer="b", kind="reply", confidence=0.5, rank=2)
    pair = Slate(id="x", at=START, showing=Showing(), query="hej", explore=0.3, shown=(first, second))
    assert [chance_of(pair, each) for each in (["a", "b"], ["b", "a"])] == [1.0, 0.0]
