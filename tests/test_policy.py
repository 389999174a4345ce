import numpy as np
import pytest

from faqsuggest.errors import InputError
from faqsuggest.policy import (
    NOTHING,
    Policy,
    Sample,
    choose_policy,
    groups_of,
    lower_bound,
    needed,
    threshold_for,
)


def drawn(rng, n):
    chance = rng.beta(0.6, 0.6, n)
    return chance, rng.random(n) < chance**1.2


def test_promise_is_broken_in_at_most_five_percent_of_calibrations():
    rng = np.random.default_rng(0)
    chance, right = drawn(rng, 200_000)
    broken = promised = 0
    for _ in range(200):
        found = threshold_for(*drawn(rng, 400), 0.9)
        promised += found.guaranteed
        shown = chance >= found.confidence
        broken += bool(shown.any() and right[shown].mean() < 0.9)
    assert promised >= 100
    assert broken / 200 <= 0.05


def test_bound_equals_the_exact_binomial_tail():
    from scipy.stats import binom

    bound = lower_bound(95, 100)
    assert binom.sf(94, 100, bound) == pytest.approx(0.05, abs=1e-9)
    assert lower_bound(0, 0) == 0.0


def test_p_values_agree_with_mapie():
    methods = pytest.importorskip("mapie.risk_control.methods")
    from scipy.special import bdtr

    theirs = methods.compute_hoeffding_bentkus_p_value(np.array([0.05]), np.array([200]), np.array([0.1]))
    # Theirs is the smaller of Hoeffding's and e times ours: the exact tail can only be sharper.
    assert bdtr(10.0, 200, 0.1) <= float(np.ravel(theirs)[0])


def test_smallest_sample_that_proves_a_precision():
    right = np.ones(needed(0.9, risk=0.05 / 3))
    assert threshold_for(np.full(len(right), 0.8), right, 0.9).guaranteed
    too_few = threshold_for(np.full(len(right) - 1, 0.8), right[1:], 0.9)
    assert not too_few.guaranteed
    assert too_few.confidence == NOTHING


def test_ties_are_offered_or_withheld_together():
    confidence = np.array([0.9] * 50 + [0.5] * 50)
    right = np.array([1] * 50 + [1] * 25 + [0] * 25)
    found = threshold_for(confidence, right, 0.9)
    assert (found.confidence, found.offered, found.coverage) == (0.9, 50, 0.5)


def test_inquiries_without_a_suggestion_stay_in_the_denominator():
    confidence = np.array([0.9] * 60 + [-np.inf] * 60)
    found = threshold_for(confidence, confidence > 0, 0.9)
    assert (found.offered, found.coverage) == (60, 0.5)


def test_order_of_the_sample_does_not_matter():
    chance, right = drawn(np.random.default_rng(3), 300)
    shuffle = np.random.default_rng(4).permutation(300)
    assert threshold_for(chance, right, 0.8) == threshold_for(chance[shuffle], right[shuffle], 0.8)


@pytest.mark.parametrize("precision", [0.0, 1.0, 1.5])
def test_impossible_precisions_are_refused(precision):
    with pytest.raises(InputError, match="between 0 and 1"):
        threshold_for([0.5], [1], precision)


def sample(n, confidence, right, group):
    return Sample(np.full(n, confidence), np.full(n, right), tuple(frozenset([group]) for _ in range(n)))


def test_groups_have_their_own_threshold_and_the_strictest_holds():
    confidence = np.concatenate([np.full(100, 0.95), np.full(100, 0.7)])
    groups = tuple(frozenset(["brand:a"]) for _ in range(100)) + tuple(frozenset(["brand:b"]) for _ in range(100))
    own = Sample(confidence, np.ones(200, dtype=bool), groups)
    policy = choose_policy({"all": 0.9, "brand:a": 0.95, "kind:reply": 0.9}, own, None)
    assert policy.threshold(frozenset(["brand:b"])) == 0.7
    assert policy.threshold(frozenset(["brand:a"])) == 0.95
    assert policy.threshold(frozenset(["brand:a", "kind:reply"])) == NOTHING
    assert not policy.thresholds["kind:reply"].guaranteed


def test_too_little_data_falls_back_to_the_cautious_threshold_without_a_promise():
    elsewhere = Sample(np.full(200, 0.93), np.ones(200, dtype=bool))
    found = choose_policy(0.9, sample(10, 0.97, True, "kind:reply"), elsewhere).thresholds["all"]
    assert not found.guaranteed
    assert found.confidence == 0.93
    assert (found.n, found.offered) == (10, 10)
    assert found.bound == pytest.approx(0.05**0.1)


def test_cautious_threshold_never_lies_below_the_precision():
    elsewhere = Sample(np.full(200, 0.5), np.ones(200, dtype=bool))
    assert choose_policy(0.9, None, elsewhere).thresholds["all"].confidence == 0.9


def test_automatic_replies_need_proof_on_own_inquiries():
    elsewhere = Sample(np.full(5000, 0.99), np.ones(5000, dtype=bool))
    assert choose_policy(0.9, None, elsewhere).automatic.confidence == NOTHING
    proved = choose_policy(0.9, sample(500, 0.98, True, "kind:reply"), elsewhere).automatic
    assert (proved.confidence, proved.guaranteed) == (0.98, True)


def test_modes_by_brand():
    policy = choose_policy(
        0.9, None, Sample(np.full(200, 0.9), np.ones(200, dtype=bool)), modes={"a": "always", "b": "tagged"}, tags=["x"]
    )
    tagged, other = groups_of(kind="reply", tags=["x"]), groups_of(kind="reply", tags=["y"])
    assert policy.offers(0.1, other, "a")
    assert policy.offers(0.95, tagged, "b")
    assert not policy.offers(0.95, other, "b")
    assert not policy.offers(0.5, tagged, "b")
    assert policy.offers(0.95, other, None)
    assert not policy.offers(0.5, other, None)


@pytest.mark.parametrize(
    ("precision", "modes"), [({"colour:red": 0.9}, "sure"), (1, "sure"), (True, "sure"), (0.9, "sometimes")]
)
def test_unknown_groups_and_modes_are_refused(precision, modes):
    with pytest.raises(InputError, match="must"):
        choose_policy(precision, None, None, modes=modes)


def test_frame_has_a_row_for_each_group_and_the_automatic_one():
    policy: Policy = choose_policy({"brand:a": 0.8}, None, None)
    frame = policy.to_frame()
    assert list(frame["group"]) == ["all", "brand:a", "automatic"]
    assert list(frame["precision"]) == [0.9, 0.8, 0.99]
