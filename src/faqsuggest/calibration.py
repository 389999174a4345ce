"""Whether a confidence of 0.8 means right four times in five.

``confidence`` holds probabilities from 0 to 1, ``right`` 0 or 1 for each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faqsuggest.abstention import Values, paired
from faqsuggest.errors import InputError

BINS = 15
_FLOOR = 1e-6  # log-loss of a sure mistake is 13.8, not infinite: one bad label must not decide a comparison


@dataclass(frozen=True, slots=True)
class Reliability:
    """Bins of equal mass by confidence; arrays of equal length.

    Attributes:
        confidence: Mean confidence in the bin.
        right: Share of right ones in the bin.
        n: Count in the bin.
    """

    confidence: Values
    right: Values
    n: NDArray[np.int64]


def _probabilities(confidence: ArrayLike, right: ArrayLike) -> tuple[Values, Values]:
    scores, hits = paired(confidence, right)
    if scores.min() < 0.0 or scores.max() > 1.0:
        raise InputError(f"confidence must lie between 0 and 1; got {scores.min():g} to {scores.max():g}")
    return scores, hits


def brier(confidence: ArrayLike, right: ArrayLike) -> Values:
    """Squared error of each confidence, 0 to 1; the mean is the Brier score.

    Raises:
        InputError: If a confidence lies outside 0 to 1, as in every function here.
    """
    scores, hits = _probabilities(confidence, right)
    return np.asarray((scores - hits) ** 2)


def log_loss(confidence: ArrayLike, right: ArrayLike) -> Values:
    """Negative natural logarithm of the probability given to what happened, one each, at most 13.8."""
    scores, hits = _probabilities(confidence, right)
    given = np.clip(np.where(hits > 0, scores, 1.0 - scores), _FLOOR, 1.0 - _FLOOR)
    return np.asarray(-np.log(given))


def equal_mass_bins(confidence: Values, bins: int = BINS) -> NDArray[np.int64]:
    """Bin number of each confidence; equal confidences share a bin, so there may be fewer than ``bins``."""
    edges = np.unique(np.quantile(confidence, np.linspace(0.0, 1.0, bins + 1)[1:-1], method="higher"))
    return np.unique(np.searchsorted(edges, confidence, side="right"), return_inverse=True)[1].astype(np.int64)


def reliability(confidence: ArrayLike, right: ArrayLike, *, bins: int = BINS) -> Reliability:
    """Mean confidence against share of right ones, by equal-mass bin."""
    scores, hits = _probabilities(confidence, right)
    member = equal_mass_bins(scores, bins)
    n = np.bincount(member)
    return Reliability(np.bincount(member, scores) / n, np.bincount(member, hits) / n, n.astype(np.int64))


def ece(confidence: ArrayLike, right: ArrayLike, *, bins: int = BINS) -> float:
    """Expected calibration error: mean distance of share right and confidence over equal-mass bins, 0 to 1.

    A perfectly calibrated model does not score 0 on a finite sample; see :func:`ece_null_band`.
    """
    table = reliability(confidence, right, bins=bins)
    return float(np.abs(table.right - table.confidence) @ table.n / table.n.sum())


def ece_null_band(confidence: ArrayLike, *, bins: int = BINS, draws: int = 1000, seed: int = 0) -> tuple[float, float]:
    """Range that holds 95 % of the ECE of a *perfectly calibrated* model with these confidences, by simulation.

    An ECE below the upper end is no evidence against calibration.

    Returns:
        Lower and upper end.
    """
    scores, _ = _probabilities(confidence, np.zeros(np.size(confidence)))
    member, rng = equal_mass_bins(scores, bins), np.random.default_rng(seed)
    size = np.bincount(member)
    expected = np.bincount(member, scores)
    errors = np.empty(draws)
    for draw in range(draws):
        errors[draw] = np.abs(np.bincount(member, rng.random(len(scores)) < scores) - expected).sum() / size.sum()
    low, high = np.quantile(errors, [0.025, 0.975])
    return float(low), float(high)
