"""What is gained by staying silent: coverage, precision, risk–coverage curves and their areas.

``confidence`` is that of the first suggestion and ``right`` whether that suggestion is right, one of each per
inquiry. An inquiry without any suggestion has confidence −inf and is not right; it stays in the denominator of
coverage. Equal confidences are counted against: within a tie the wrong ones come first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faqsuggest.errors import InputError

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """Operating points, from the strictest threshold to the loosest; arrays of equal length.

    Attributes:
        threshold: Lowest confidence that is shown.
        coverage: Share, 0 to 1, of all inquiries that get a suggestion.
        precision: Share, 0 to 1, of the shown suggestions that are right.
    """

    threshold: Values
    coverage: Values
    precision: Values


def paired(confidence: ArrayLike, right: ArrayLike) -> tuple[Values, Values]:
    """Both as float arrays of one length.

    Raises:
        InputError: If the lengths differ, nothing is given or a confidence is NaN.
    """
    scores, hits = np.asarray(confidence, dtype=np.float64).ravel(), np.asarray(right, dtype=np.float64).ravel()
    if len(scores) != len(hits) or len(scores) == 0:
        raise InputError(f"confidence and right need the same length, 1 or more; got {len(scores)} and {len(hits)}")
    if np.isnan(scores).any():
        missing = int(np.isnan(scores).sum())
        raise InputError(f"confidence must not hold NaN, {missing} of {len(scores)} do; -inf means no suggestion")
    return scores, hits


def at_threshold(confidence: ArrayLike, right: ArrayLike, threshold: float) -> tuple[float, float]:
    """Coverage of all inquiries and precision among the shown, when confidences of ``threshold`` and more are shown.

    Precision is NaN when nothing is shown: no precision is claimed for silence.

    Examples:
        >>> at_threshold([0.9, 0.8, 0.2, 0.1], [1, 0, 1, 0], threshold=0.5)
        (0.5, 0.5)
    """
    scores, hits = paired(confidence, right)
    shown = (scores >= threshold) & (scores > -np.inf)
    return float(shown.mean()), float(hits[shown].mean()) if shown.any() else float("nan")


def coverage_precision(confidence: ArrayLike, right: ArrayLike) -> Curve:
    """Coverage and precision at every distinct confidence."""
    scores, hits = paired(confidence, right)
    order = np.argsort(-scores, kind="stable")
    ordered, correct = scores[order], np.cumsum(hits[order])
    last = np.append(ordered[1:] != ordered[:-1], True) & (ordered > -np.inf)
    shown = np.flatnonzero(last) + 1.0
    return Curve(ordered[last], shown / len(scores), correct[last] / shown)


def coverage_at_precision(confidence: ArrayLike, right: ArrayLike, target: float) -> tuple[float, float]:
    """Largest coverage with a precision of ``target`` or more, and the threshold that gives it; (0, inf) if none.

    The point is read off the same data, so it is a little hopeful; the precision of a threshold chosen beforehand is
    not.

    Examples:
        >>> coverage_at_precision([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0], target=0.9)
        (0.5, 0.8)
    """
    curve = coverage_precision(confidence, right)
    enough = np.flatnonzero(curve.precision >= target)
    if len(enough) == 0:
        return 0.0, float("inf")
    return float(curve.coverage[enough[-1]]), float(curve.threshold[enough[-1]])


def pessimistic_order(confidence: Values, right: Values) -> NDArray[np.int64]:
    """Row numbers by falling confidence, the wrong ones first within a tie."""
    return np.lexsort((right, -confidence)).astype(np.int64)


def risk_coverage(confidence: ArrayLike, right: ArrayLike) -> tuple[Values, Values]:
    """Coverage 1/n … 1 and the share of wrong ones among the shown at each (Geifman & El-Yaniv 2017)."""
    scores, hits = paired(confidence, right)
    wrong = np.cumsum(1.0 - hits[pessimistic_order(scores, hits)])
    shown = np.arange(1.0, len(scores) + 1.0)
    return shown / len(scores), wrong / shown


def aurc(confidence: ArrayLike, right: ArrayLike) -> float:
    """Area under the risk–coverage curve, 0 (never wrong) to 1; lower is better."""
    return float(risk_coverage(confidence, right)[1].mean())


def augrc(confidence: ArrayLike, right: ArrayLike) -> float:
    """Area under the generalised risk–coverage curve, 0 to 0.5; lower is better (Traub et al. 2024).

    The mean over all thresholds of the share of *all* inquiries that get a wrong suggestion. Abstaining at random
    gives half the error rate.
    """
    coverage, risk = risk_coverage(confidence, right)
    return float((coverage * risk).mean())


def augrc_p_value(confidence: ArrayLike, right: ArrayLike, *, draws: int = 2000, seed: int = 0) -> float:
    """Probability that abstaining at random does as well: share of ``draws`` shuffles with an AUGRC as low."""
    scores, hits = paired(confidence, right)
    observed, rng = augrc(scores, hits), np.random.default_rng(seed)
    wrong, weight = 1.0 - hits, np.arange(len(hits), 0.0, -1.0) / len(hits) ** 2
    lower = sum(float(rng.permutation(wrong) @ weight) <= observed + 1e-12 for _ in range(draws))
    return (1.0 + lower) / (1.0 + draws)
