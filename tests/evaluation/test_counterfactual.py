import numpy as np
import pytest

from faqsuggest.errors import InputError
from faqsuggest.evaluation.counterfactual import deflection, snips

LOGGED, TARGET, REWARD = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6]), np.array([0.2, 0.5, 0.8])
TRUTH = float(TARGET @ REWARD)


def log(rng, n=2000):
    slate = rng.choice(3, size=n, p=LOGGED)
    return (rng.random(n) < REWARD[slate]).astype(float), LOGGED[slate], TARGET[slate]


def bias_and_coverage(runs):
    rng, values, inside = np.random.default_rng(3), [], 0
    for seed in range(runs):
        estimate = snips(*log(rng), seed=seed)
        values.append(estimate.value)
        inside += estimate.low <= TRUTH <= estimate.high
    return float(np.mean(values)) - TRUTH, inside / runs


def test_the_value_of_another_policy_is_found_from_the_log():
    bias, coverage = bias_and_coverage(25)
    assert abs(bias) < 0.01
    assert coverage >= 0.88


@pytest.mark.nightly
def test_bias_and_coverage_on_1000_logs():
    bias, coverage = bias_and_coverage(1000)
    assert abs(bias) < 0.01
    assert 0.93 <= coverage <= 0.97


def test_the_plain_mean_of_the_log_would_be_wrong():
    rewards, logged, _ = log(np.random.default_rng(0))
    assert abs(rewards.mean() - TRUTH) > 0.15
    assert snips(rewards, logged, logged).value == pytest.approx(rewards.mean())


def test_too_little_evidence_is_refused():
    rewards, logged, target = log(np.random.default_rng(0), n=120)
    with pytest.raises(InputError, match="the 120 slates are worth"):
        snips(rewards, logged, target)
    with pytest.raises(InputError, match="worth 0 of"):
        snips(rewards, logged, np.zeros(120))


def test_clipping_is_reported():
    rewards, logged, target = log(np.random.default_rng(0))
    estimate = snips(rewards, logged, target, clip=2.0)
    assert estimate.clipped == pytest.approx((target / logged > 2.0).mean())
    assert snips(rewards, logged, target).clipped == 0.0


def test_impossible_probabilities_are_named():
    with pytest.raises(InputError, match="above 0"):
        snips(np.ones(200), np.zeros(200), np.ones(200))
    with pytest.raises(InputError, match="one length"):
        snips([1.0], [1.0], [])


def test_deflection_is_the_difference_to_the_hold_out():
    rng = np.random.default_rng(1)
    shown = (rng.random(20_000) < 0.8).astype(float)
    wrote = (rng.random(20_000) < np.where(shown > 0, 0.30, 0.42)).astype(float)
    outcome = deflection(shown, wrote)
    assert outcome.low < 0.12 < outcome.high
    assert outcome.value == pytest.approx(0.12, abs=0.03)
    assert outcome.shown + outcome.held_out == 20_000


def test_viewed_is_not_solved():
    outcome = deflection([1, 1, 1, 1], [0, 0, 0, 1])
    assert np.isnan(outcome.value)
    assert (outcome.low, outcome.high) == (0.0, 0.75)


def test_nothing_shown_proves_nothing():
    with pytest.raises(InputError, match="got 0 of 2"):
        deflection([0, 0], [1, 0])
