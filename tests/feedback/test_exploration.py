from collections import Counter

import pytest

from faqsuggest.errors import InputError
from faqsuggest.feedback.exploration import Exploration


def test_orders_are_drawn_as_often_as_their_propensity_says():
    drawn = [Exploration(0.3, seed=5).draw(f"slate-{i}", [False] * 4) for i in range(20_000)]
    propensity = {tuple(order): chance for order, chance in drawn}
    counts = Counter(tuple(order) for order, _ in drawn)
    assert set(counts) == {(0, 1, 2, 3), (1, 0, 2, 3), (0, 2, 1, 3), (0, 1, 3, 2)}
    assert sum(propensity.values()) == pytest.approx(1.0)
    for order, count in counts.items():
        assert count / 20_000 == pytest.approx(propensity[order], abs=0.012)


def test_a_draw_hangs_on_seed_and_name_alone():
    assert Exploration(0.5, seed=1).draw("s", [False] * 3) == Exploration(0.5, seed=1).draw("s", [False] * 3)
    orders = {tuple(Exploration(0.5, seed=seed).draw("s", [False] * 3)[0]) for seed in range(20)}
    assert len(orders) > 1


def test_exact_repeats_stay_first():
    for i in range(200):
        order, propensity = Exploration(0.5).draw(f"slate-{i}", [True, False, False])
        assert order[0] == 0
        assert propensity == 0.5
    assert Exploration(0.5).draw("s", [True, False]) == ([0, 1], 1.0)


@pytest.mark.parametrize("places", [0, 1])
def test_a_short_list_has_nothing_to_swap(places):
    assert Exploration(0.5).draw("s", [False] * places) == (list(range(places)), 1.0)


def test_without_exploration_every_slate_is_as_it_was():
    assert {Exploration().draw(f"s{i}", [False] * 3)[1] for i in range(50)} == {1.0}


@pytest.mark.parametrize("share", [-0.1, 0.6, True, "0.1", float("nan")])
def test_share_is_checked(share):
    with pytest.raises(InputError, match="explore"):
        Exploration(share)
