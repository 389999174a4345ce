import numpy as np
import pytest

from faqsuggest.errors import InputError
from faqsuggest.evaluation.bootstrap import cluster_bootstrap, compare_paired, holm


def clustered(rng, clusters=120, size=3, mean=0.6, icc=0.5):
    """Right or wrong in groups: with probability ``icc`` a row copies its cluster's own draw."""
    own = rng.random(clusters) < mean
    rows = np.where(rng.random((clusters, size)) < np.sqrt(icc), own[:, None], rng.random((clusters, size)) < mean)
    return rows.ravel().astype(float), np.repeat(np.arange(clusters), size)


def covered(runs, draws):
    rng, inside = np.random.default_rng(11), 0
    for seed in range(runs):
        values, clusters = clustered(rng)
        interval = cluster_bootstrap(values, clusters=clusters, draws=draws, seed=seed)
        inside += bool(interval.low[0] <= 0.6 <= interval.high[0])
    return inside / runs


def test_coverage_of_the_interval_on_simulated_truth():
    assert 0.92 <= covered(300, 500) <= 0.98


@pytest.mark.nightly
def test_coverage_of_the_interval_on_1000_simulated_truths():
    assert 0.93 <= covered(1000, 2000) <= 0.97


def test_clusters_widen_the_interval():
    values, clusters = clustered(np.random.default_rng(0), icc=0.9)
    together, apart = cluster_bootstrap(values, clusters=clusters), cluster_bootstrap(values)
    assert together.value == apart.value
    assert together.clusters == 120
    assert (together.high - together.low)[0] > 1.4 * (apart.high - apart.low)[0]


def test_ratio_of_sums_is_precision_not_a_mean_of_means():
    interval = cluster_bootstrap([[1.0], [0.0], [3.0]], [[1.0], [0.0], [5.0]])
    assert interval.value.tolist() == [4 / 6]


def test_same_seed_same_interval():
    values = np.random.default_rng(2).random(50)
    first, second = cluster_bootstrap(values, seed=7), cluster_bootstrap(values, seed=7)
    assert (first.low, first.high) == (second.low, second.high)
    assert cluster_bootstrap(values, seed=8).low != first.low


def test_all_right_is_not_certainty():
    interval = cluster_bootstrap(np.ones(20))
    assert interval.high[0] == 1.0
    assert interval.low[0] == pytest.approx(0.025 ** (1 / 20))
    assert cluster_bootstrap(np.zeros(20)).high[0] == pytest.approx(1 - 0.025 ** (1 / 20))


def test_nothing_shown_has_no_value():
    assert np.isnan(cluster_bootstrap(np.zeros(5), np.zeros(5)).value[0])


def rejected(runs, draws, n, shift):
    rng, found = np.random.default_rng(12), 0
    for seed in range(runs):
        # a fifth of the inquiries discordant, as in the planning figures
        kind = rng.choice(3, size=n, p=[0.8, 0.1 + shift / 2, 0.1 - shift / 2])
        both = rng.random(n) < 0.5
        a, b = np.where(kind == 0, both, kind == 1), np.where(kind == 0, both, kind == 2)
        found += compare_paired(a, b, draws=draws, seed=seed).p < 0.05
    return found / runs


def test_a_system_against_itself_is_rarely_called_better():
    assert 0.02 <= rejected(200, 500, 300, 0.0) <= 0.08


def test_six_points_at_500_are_found():
    assert rejected(100, 500, 500, 0.06) >= 0.75


@pytest.mark.nightly
def test_a_against_a_on_1000_tests():
    assert 0.03 <= rejected(1000, 2000, 500, 0.0) <= 0.07


@pytest.mark.nightly
def test_power_on_1000_planted_differences():
    assert rejected(1000, 2000, 500, 0.06) >= 0.80


def test_difference_has_value_interval_and_n():
    rng = np.random.default_rng(1)
    b = (rng.random(400) < 0.5).astype(float)
    a = np.where(rng.random(400) < 0.3, 1.0, b)
    outcome = compare_paired(a, b)
    assert outcome.n == 400
    assert outcome.value == pytest.approx(a.mean() - b.mean())
    assert outcome.low < outcome.value < outcome.high
    assert outcome.p == pytest.approx(1 / 10_001)


def test_identical_systems_do_not_differ():
    outcome = compare_paired(np.ones(10), np.ones(10), draws=100)
    assert (outcome.value, outcome.p) == (0.0, 1.0)


def test_precisions_are_compared_as_ratios():
    shown_a, shown_b = np.array([1.0, 1, 1, 1]), np.array([1.0, 1, 0, 0])
    outcome = compare_paired((np.array([1.0, 1, 0, 0]), shown_a), (np.array([1.0, 1, 0, 0]), shown_b), draws=100)
    assert outcome.value == -0.5


def test_holm_keeps_order_and_monotony():
    assert holm([0.04, 0.001, 0.03]) == pytest.approx([0.06, 0.003, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_bad_input_is_named():
    with pytest.raises(InputError, match="each of the 3 rows; got 2"):
        cluster_bootstrap(np.ones(3), clusters=["a", "b"])
    with pytest.raises(InputError, match="1 row or more"):
        cluster_bootstrap([])
    with pytest.raises(InputError, match="same inquiries"):
        compare_paired(np.ones(3), np.ones(2))
