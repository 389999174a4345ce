"""How sure a number is: cluster bootstrap, paired randomisation test, Holm's correction.

All numbers here are ratios of sums: a mean is the sum of its values over their count, a precision the right ones over
the shown ones. Whole clusters (a customer with all threads) are drawn, since inquiries of one customer are no
independent evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faqsuggest.errors import InputError

Values = NDArray[np.float64]
_CELLS = 4_000_000  # cells of one block of resampled weights: 32 MB


@dataclass(frozen=True, slots=True)
class Interval:
    """Point values with the ends of their intervals, one for each column given.

    Attributes:
        value: Ratio of sums in the sample; NaN where the denominator is 0.
        low: Lower end.
        high: Upper end.
        clusters: Number of independent clusters behind the values.
    """

    value: Values
    low: Values
    high: Values
    clusters: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Outcome of a paired comparison: ``a`` minus ``b`` with interval, two-sided p-value and number of inquiries."""

    value: float
    low: float
    high: float
    p: float
    n: int


def cluster_codes(clusters: Sequence[object] | NDArray[np.generic] | None, n: int) -> NDArray[np.int64]:
    """Number the clusters 0, 1, …; without any, each row is its own.

    Raises:
        InputError: If there is not one cluster for each of the ``n`` rows.
    """
    if clusters is None:
        return np.arange(n)
    if len(clusters) != n:
        raise InputError(f"clusters needs one entry for each of the {n} rows; got {len(clusters)}")
    return np.unique(np.asarray(clusters), return_inverse=True)[1].astype(np.int64)


def cluster_sums(columns: Values, codes: NDArray[np.int64], clusters: int | None = None) -> Values:
    """Sums of each column by cluster, shape (clusters, columns); as many clusters as the codes name, or so many."""
    size = clusters if clusters is not None else int(codes.max()) + 1 if len(codes) else 0
    return np.stack([np.bincount(codes, column, minlength=size) for column in columns.T], axis=1)


def resampled_weights(clusters: int, draws: int, seed: int) -> Iterator[Values]:
    """Blocks of how often each cluster is drawn, shape (draws in block, clusters); the same for the same ``seed``."""
    rng, block = np.random.default_rng(seed), max(1, _CELLS // max(clusters, 1))
    for start in range(0, draws, block):
        rows = min(block, draws - start)
        drawn = rng.integers(0, clusters, size=(rows, clusters)) + np.arange(rows)[:, None] * clusters
        yield np.bincount(drawn.ravel(), minlength=rows * clusters).reshape(rows, clusters).astype(np.float64)


def resampled_sums(sums: Values, draws: int, seed: int) -> Values:
    """Column totals of resampled clusters, shape (draws, columns).

    Clusters with the same sums are one row that is drawn as often as a multinomial says. That is the same distribution
    as drawing cluster by cluster, and for outcomes of 0 and 1, of which there are few kinds, far less work.
    """
    rows, counts = np.unique(sums, axis=0, return_counts=True)
    if 4 * len(rows) > len(sums):
        return np.concatenate([weights @ sums for weights in resampled_weights(len(sums), draws, seed)])
    drawn = np.random.default_rng(seed).multinomial(len(sums), counts / len(sums), size=draws)
    return np.asarray(drawn @ rows)


def _swaps(sums: Values, draws: int, seed: int) -> Iterator[Values]:
    """Column totals after both systems of clusters drawn by lot changed places, in blocks of rows.

    Of clusters with the same sums it only matters how many change: a binomial number.
    """
    rows, counts = np.unique(sums, axis=0, return_counts=True)
    swapped, total = rows[:, [2, 3, 0, 1]] - rows, sums.sum(axis=0)
    moved = swapped.any(axis=1)
    swapped, counts = swapped[moved], counts[moved]
    rng, block = np.random.default_rng(seed), max(1, _CELLS // max(len(swapped), 1))
    for start in range(0, draws, block):
        yield total + rng.binomial(counts, 0.5, size=(min(block, draws - start), len(counts))) @ swapped


def ratio(numerator: Values, denominator: Values) -> Values:
    """Elementwise ratio, NaN where the denominator is 0."""
    out: Values = np.full(np.shape(numerator), np.nan)
    return np.divide(numerator, denominator, out=out, where=denominator != 0)


def cluster_bootstrap(
    numerators: ArrayLike,
    denominators: ArrayLike | None = None,
    clusters: Sequence[object] | NDArray[np.generic] | None = None,
    *,
    draws: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Percentile cluster bootstrap of ratios of column sums (Field & Welsh 2007).

    All columns are resampled with the same draws. Where the resampled values do not vary at all because every value
    is 0 or every one is 1, the percentile interval would have no width; there the exact one-sided binomial bound on
    the number of clusters is given instead, so that 20 right out of 20 reads 0.83–1.00 and not 1.00–1.00.

    Args:
        numerators: Shape (rows,) or (rows, columns).
        denominators: Same shape; ones if not given, which makes the ratios means.
        clusters: One label per row.
        draws: Number of resamples.
        level: Confidence level, between 0 and 1.
        seed: Seed of the draws.

    Raises:
        InputError: If there are no rows or the shapes differ.

    Examples:
        >>> interval = cluster_bootstrap([1, 0, 1, 1, 0, 1, 1, 1], clusters=list("aabbccdd"))
        >>> float(interval.value[0]), interval.clusters
        (0.75, 4)
    """
    top = _columns(numerators)
    bottom = np.ones_like(top) if denominators is None else _columns(denominators)
    if top.shape != bottom.shape or len(top) == 0:
        raise InputError(
            f"numerators and denominators need one shape with 1 row or more; got {top.shape} and {bottom.shape}"
        )
    codes = cluster_codes(clusters, len(top))
    sums, sizes = cluster_sums(top, codes), cluster_sums(bottom, codes)
    drawn = resampled_sums(np.hstack([sums, sizes]), draws, seed)
    point = ratio(top.sum(axis=0), bottom.sum(axis=0))
    low, high = percentile_ends(ratio(*np.hsplit(drawn, 2)), level)
    present = (sizes != 0).sum(axis=0)
    bound = ((1.0 - level) / 2.0) ** (1.0 / np.maximum(present, 1))
    low = np.where((point == 1.0) & (low == 1.0), bound, low)
    high = np.where((point == 0.0) & (high == 0.0), 1.0 - bound, high)
    return Interval(point, low, high, len(sums))


def percentile_ends(values: Values, level: float = 0.95) -> tuple[Values, Values]:
    """Both ends of the central ``level`` of each column, draws without a value left out; NaN if none has one."""
    tail = (1.0 - level) / 2.0
    ends = np.full((2, values.shape[1]), np.nan)
    some = ~np.isnan(values).all(axis=0)
    if some.any():
        ends[:, some] = np.nanquantile(values[:, some], [tail, 1.0 - tail], axis=0)
    return ends[0], ends[1]


def _columns(values: ArrayLike) -> Values:
    array = np.asarray(values, dtype=np.float64)
    return array[:, None] if array.ndim == 1 else array


def compare_paired(
    a: tuple[ArrayLike, ArrayLike] | ArrayLike,
    b: tuple[ArrayLike, ArrayLike] | ArrayLike,
    clusters: Sequence[object] | NDArray[np.generic] | None = None,
    *,
    draws: int = 10_000,
    seed: int = 0,
) -> Difference:
    """Paired randomisation test of two systems on the same inquiries, with a bootstrap interval of the difference.

    If both were equal, swapping their outcomes for any cluster would change nothing: p is the share of random swaps
    with a difference as large, either way (Smucker et al. 2007; no Wilcoxon or sign test, see Urbano et al. 2019).

    Args:
        a: Values per inquiry, or a tuple of numerators and denominators.
        b: The same for the other system, in the same order.
        clusters: One label per inquiry; whole clusters are swapped.
        draws: Number of random swaps.
        seed: Seed of the swaps and of the bootstrap.

    Raises:
        InputError: If the two have different lengths or none.
    """
    first, second = _fraction(a), _fraction(b)
    if first.shape != second.shape or len(first) == 0:
        raise InputError(f"a and b must hold the same inquiries, 1 or more; got {len(first)} and {len(second)}")
    sums = cluster_sums(np.hstack([first, second]), cluster_codes(clusters, len(first)))
    observed = float(_gap(sums.sum(axis=0)[None, :])[0])
    extreme = sum(int((np.abs(_gap(totals)) >= abs(observed) - 1e-12).sum()) for totals in _swaps(sums, draws, seed))
    low, high = percentile_ends(_gap(resampled_sums(sums, 2000, seed))[:, None])
    return Difference(observed, float(low[0]), float(high[0]), (1.0 + extreme) / (1.0 + draws), len(first))


def _fraction(values: tuple[ArrayLike, ArrayLike] | ArrayLike) -> Values:
    if isinstance(values, tuple):
        return np.stack([np.asarray(part, dtype=np.float64) for part in values], axis=1)
    array = np.asarray(values, dtype=np.float64)
    return np.stack([array, np.ones_like(array)], axis=1)


def _gap(sums: Values) -> Values:
    gap = ratio(sums[:, 0], sums[:, 1]) - ratio(sums[:, 2], sums[:, 3])
    return np.asarray(gap, dtype=np.float64)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the order given: below 0.05 means found, with all comparisons taken together.

    Examples:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda position: p_values[position])
    adjusted, running = [0.0] * len(p_values), 0.0
    for rank, position in enumerate(order):
        running = max(running, min(1.0, p_values[position] * (len(p_values) - rank)))
        adjusted[position] = running
    return adjusted
