"""What clicks and quiet visitors can prove: deflection against a hold-out, and policy values from logged slates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faqsuggest.errors import InputError
from faqsuggest.evaluation.bootstrap import cluster_codes, cluster_sums, percentile_ends, ratio, resampled_sums

Clusters = Sequence[object] | NDArray[np.generic] | None
MIN_EFFECTIVE = 100.0
"""Effective sample size below which no value is given."""


@dataclass(frozen=True, slots=True)
class Deflection:
    """Tickets that suggestions prevented, as a share of visits that saw one.

    Attributes:
        value: Ticket rate without suggestions minus the rate with them; with no hold-out the middle is not known: NaN.
        low: Lower end of the 95 % interval, or the lower bound.
        high: Upper end, or the upper bound.
        shown: Visits with suggestions.
        held_out: Visits without, by lot.
    """

    value: float
    low: float
    high: float
    shown: int
    held_out: int


def deflection(shown: ArrayLike, ticket_followed: ArrayLike, visitors: Clusters = None, *, seed: int = 0) -> Deflection:
    """Share of visits in which a suggestion spared a ticket, against visitors who by lot were shown none.

    A visitor who reads and leaves has not been helped for that. Without a hold-out only bounds can be given: from 0
    (no quiet visitor would have written) to the share of quiet visitors (all would have).

    Args:
        shown: Whether suggestions were shown, 0 or 1 a visit.
        ticket_followed: Whether the same visitor sent a ticket within seven days, 0 or 1 a visit.
        visitors: One label a visit; whole visitors are resampled.
        seed: Of the resampling.

    Raises:
        InputError: If the lengths differ or nothing was shown.

    Examples:
        >>> deflection([1, 1, 1, 1], [0, 0, 0, 1])
        Deflection(value=nan, low=0.0, high=0.75, shown=4, held_out=0)
    """
    seen, wrote = np.asarray(shown, dtype=np.float64), np.asarray(ticket_followed, dtype=np.float64)
    if len(seen) != len(wrote) or not seen.any():
        raise InputError(
            f"deflection needs visits with suggestions, one outcome each; got {int(seen.sum())} of {len(wrote)}"
        )
    counts = int(seen.sum()), int((1 - seen).sum())
    if counts[1] == 0:
        return Deflection(float("nan"), 0.0, float(1.0 - wrote.mean()), *counts)
    columns = np.stack([(1 - seen) * wrote, 1 - seen, seen * wrote, seen], axis=1)
    sums = cluster_sums(columns, cluster_codes(visitors, len(seen)))
    drawn = _gap(resampled_sums(sums, 2000, seed))
    low, high = percentile_ends(drawn[:, None])
    return Deflection(float(_gap(columns.sum(axis=0)[None, :])[0]), float(low[0]), float(high[0]), *counts)


def _gap(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    gap = ratio(sums[:, 0], sums[:, 1]) - ratio(sums[:, 2], sums[:, 3])
    return np.asarray(gap, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """Expected reward of a policy that was not the one running.

    Attributes:
        value: Self-normalised estimate.
        low: Lower end of the 95 % interval.
        high: Upper end.
        n: Logged slates.
        effective: Effective sample size: how many slates of the policy's own the log is worth.
        clipped: Share of slates whose weight was cut.
    """

    value: float
    low: float
    high: float
    n: int
    effective: float
    clipped: float


def snips(
    rewards: ArrayLike,
    logged: ArrayLike,
    target: ArrayLike,
    clusters: Clusters = None,
    *,
    clip: float = 20.0,
    seed: int = 0,
) -> PolicyValue:
    """Value of a policy from slates that another one showed: self-normalised importance sampling.

    Method: Swaminathan & Joachims 2015.

    Needs a log in which the shown slate was drawn by lot with a known probability; a log of a policy that never
    varies proves nothing about another. As reward the share of words kept from suggestion to sent reply says more
    than a click.

    Args:
        rewards: What each slate brought, such as 1 for used.
        logged: Probability with which the running policy showed that slate, above 0.
        target: Probability with which the other policy would show it.
        clusters: One label a slate; whole clusters are resampled.
        clip: Largest weight. Cutting costs a little bias and spares much noise; see ``clipped``.
        seed: Of the resampling.

    Raises:
        InputError: If the lengths differ, a probability is out of range, or the effective sample size is below 100.
    """
    reward, shown, wanted = (np.asarray(each, dtype=np.float64) for each in (rewards, logged, target))
    if not len(reward) == len(shown) == len(wanted) or len(reward) == 0:
        raise InputError(f"snips needs arrays of one length; got {len(reward)}, {len(shown)} and {len(wanted)}")
    if shown.min() <= 0.0 or max(shown.max(), wanted.max()) > 1.0 or wanted.min() < 0.0:
        raise InputError("snips needs logged probabilities above 0 and up to 1, and target ones from 0 to 1")
    raw = wanted / shown
    weight = np.minimum(raw, clip)
    effective = float(weight.sum() ** 2 / (weight**2).sum()) if weight.any() else 0.0
    if effective < MIN_EFFECTIVE:
        raise InputError(
            f"snips refuses: the {len(reward):,} slates are worth {effective:.0f} of the target policy's own, "
            f"{MIN_EFFECTIVE:.0f} are needed; log more, or compare a policy nearer to the one that ran"
        )
    columns = np.stack([weight * reward, weight], axis=1)
    sums = cluster_sums(columns, cluster_codes(clusters, len(reward)))
    drawn = ratio(*resampled_sums(sums, 2000, seed).T)
    low, high = percentile_ends(drawn[:, None])
    value = float(columns[:, 0].sum() / columns[:, 1].sum())
    return PolicyValue(value, float(low[0]), float(high[0]), len(reward), effective, float((raw > clip).mean()))
