"""When to offer a suggestion: the lowest confidence at which a stated precision can be promised.

A threshold is accepted when the outcomes behind it would be unlikely, with probability δ, had the precision above it
been lower than promised. Thresholds are tested from the strictest to the loosest until one fails, so that many can be
tried at the price of one: Learn-then-Test (Angelopoulos et al. 2021, arXiv:2110.01052) with the exact binomial tail
(Clopper & Pearson 1934) and the fallback procedure of Wiens & Dmitrienko (2005), which lets the sequence start at
several places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faqsuggest.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
MODES = ("always", "sure", "tagged")
GROUPS = ("tag", "channel", "brand", "kind")
AUTOMATIC = 0.99
"""Precision from which a reply may go out without an agent."""
RISK = 0.05
"""δ: how often, over samples to calibrate on, a promise may be broken."""
OVERALL = "all"
NOTHING = 2.0
"""A confidence that nothing reaches."""
_ALLOWED_MISTAKES = (0, 2, 5)
_GROWTH = 1.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What can be promised at a stated precision.

    Attributes:
        precision: The share of right ones among the offered that was asked for.
        confidence: Offer from this confidence on; above 1 where nothing may be offered.
        coverage: Share of the inquiries calibrated on that would get an offer.
        n: Number of these inquiries.
        offered: How many of them would get an offer.
        bound: What the precision is at least, with probability 1 − ``RISK``; 0 where nothing was offered.
        guaranteed: Whether the bound reaches the precision on inquiries of this base. If not, there was too little to
            learn from, and the confidence is a cautious one from elsewhere.
    """

    precision: float
    confidence: float
    coverage: float
    n: int
    offered: int
    bound: float
    guaranteed: bool


def threshold_for(confidence: ArrayLike, right: ArrayLike, precision: float, *, risk: float = RISK) -> Threshold:
    """The lowest confidence at which ``precision`` can be promised, from outcomes of first suggestions.

    The inquiries must not be ones that the confidence was fitted on. Over random samples of them the true precision
    above the threshold lies below the promise in at most ``risk`` of all cases.

    Args:
        confidence: Of the first suggestion of each inquiry; −inf for none.
        right: Whether it is right.
        precision: Above 0 and below 1.
        risk: δ.

    Raises:
        InputError: The precision or risk lies outside, or the lengths differ.

    Example:
        >>> found = threshold_for([0.9] * 60 + [0.2] * 60, [1] * 60 + [0] * 60, 0.9)
        >>> found.guaranteed, found.confidence, found.coverage
        (True, 0.9, 0.5)
    """
    scores, hits = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if scores.shape != hits.shape or scores.ndim != 1 or not 0 < precision < 1 or not 0 < risk < 1:
        raise InputError(
            "threshold_for needs as many confidences as outcomes, and precision and risk between 0 and 1; "
            f"got {scores.shape}, {hits.shape}, {precision}, {risk}"
        )
    order = np.lexsort((hits, -scores))
    ordered = scores[order]
    wrong = np.cumsum(1.0 - hits[order])
    sizes = _sizes(ordered, precision, risk)
    taken = _accepted(sizes, wrong, precision, risk)
    if not taken:
        return Threshold(
            precision=precision,
            confidence=NOTHING,
            coverage=0.0,
            n=len(scores),
            offered=0,
            bound=0.0,
            guaranteed=False,
        )
    return Threshold(
        precision=precision,
        confidence=float(ordered[taken - 1]),
        coverage=taken / len(scores),
        n=len(scores),
        offered=taken,
        bound=lower_bound(taken - int(wrong[taken - 1]), taken, risk=risk),
        guaranteed=True,
    )


def lower_bound(successes: int, trials: int, *, risk: float = RISK) -> float:
    """Exact lower bound of a share that holds with probability 1 − ``risk`` (Clopper & Pearson 1934); 0 without trials.

    Example:
        >>> round(lower_bound(29, 29), 3)
        0.902
    """
    from scipy.special import betaincinv

    return float(betaincinv(successes, trials - successes + 1, risk)) if successes else 0.0


def needed(precision: float, *, risk: float = RISK) -> int:
    """How many offers, all right, it takes before ``precision`` can be promised.

    Example:
        >>> needed(0.9), needed(0.99)
        (29, 299)
    """
    return int(np.ceil(np.log(risk) / np.log(precision)))


def _sizes(ordered: Floats, precision: float, risk: float) -> list[int]:
    """How many are offered at the thresholds to test, strictest first; chosen by confidence alone, never by outcome."""
    last = np.append(ordered[1:] != ordered[:-1], True) & (ordered > -np.inf)
    ends = np.flatnonzero(last) + 1
    size, sizes = float(needed(precision, risk=risk)), []
    for end in ends.tolist():
        if end >= size:
            sizes.append(end)
            size = max(end + 1.0, size * _GROWTH)
    return sizes


def _accepted(sizes: Sequence[int], wrong: Floats, precision: float, risk: float) -> int:
    """The largest size whose hypothesis "the precision is lower" is rejected; 0 for none."""
    from scipy.special import bdtr

    part = risk / len(_ALLOWED_MISTAKES)
    starts = [_powered(mistakes, precision, part) for mistakes in _ALLOWED_MISTAKES]
    largest, level = 0, 0.0
    for size in sizes:
        while starts and size >= starts[0]:
            level += part
            starts.pop(0)
        if level == 0.0 or bdtr(float(wrong[size - 1]), size, 1.0 - precision) > level:
            level = 0.0
        else:
            largest = size
    return largest


def _powered(mistakes: int, precision: float, level: float) -> int:
    """The smallest number of offers at which so many mistakes still prove the precision."""
    from scipy.special import bdtr

    size = needed(precision, risk=level)
    while bdtr(float(mistakes), size, 1.0 - precision) > level:
        size += 1
    return size


@dataclass(frozen=True, slots=True)
class Sample:
    """First suggestions with known outcomes, on which thresholds are chosen.

    Attributes:
        confidence: Of each first suggestion, shape (n,); −inf for none.
        right: Whether it was right, shape (n,).
        groups: For each the groups that it belongs to, such as "brand:acme", "kind:article", "tag:faktura"; empty
            where that is not known.
    """

    confidence: Floats
    right: NDArray[np.bool_]
    groups: tuple[frozenset[str], ...] = ()

    def of(self, group: str) -> Sample:
        """Those of one group; all of them for ``OVERALL``."""
        if group == OVERALL:
            return self
        member = np.array([group in groups for groups in self.groups], dtype=bool)
        if len(member) != len(self.right):
            member = np.zeros(len(self.right), dtype=bool)
        return Sample(self.confidence[member], self.right[member])

    def last(self, n: int) -> Sample:
        """The last n of them."""
        start = max(0, len(self.right) - n)
        return Sample(self.confidence[start:], self.right[start:], self.groups[start:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Thresholds by group, and the mode of each brand. Made by ``choose_policy``.

    Attributes:
        thresholds: By group; ``OVERALL`` is always there.
        automatic: For replies that go out without an agent.
        modes: By brand; ``OVERALL`` for all others. "always" offers the best there is, "sure" what reaches its
            threshold, "tagged" the same but only answers with one of ``tags``.
        tags: For the mode "tagged".
    """

    thresholds: Mapping[str, Threshold]
    automatic: Threshold
    modes: Mapping[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()

    def threshold(self, groups: frozenset[str]) -> float:
        """The confidence that a suggestion of these groups needs: the strictest of those with one of their own."""
        own = [self.thresholds[group].confidence for group in groups if group in self.thresholds]
        return max(own) if own else self.thresholds[OVERALL].confidence

    def offers(self, confidence: float, groups: frozenset[str], brand: str | None) -> bool:
        """Whether a suggestion of this confidence and these groups is offered to a reader of this brand."""
        mode = self.modes.get(brand or OVERALL, self.modes.get(OVERALL, "sure"))
        if mode == "always":
            return True
        if mode == "tagged" and groups.isdisjoint(f"tag:{tag}" for tag in self.tags):
            return False
        return confidence >= self.threshold(groups)

    def to_frame(self) -> pd.DataFrame:
        """One row a group: precision asked for, confidence, coverage, n, offered, bound, guaranteed."""
        import pandas as pd

        rows = [{"group": group, **asdict(each)} for group, each in self.thresholds.items()]
        return pd.DataFrame([*rows, {"group": "automatic", **asdict(self.automatic)}])


def groups_of(
    *, kind: str, tags: Sequence[str] = (), channel: str | None = None, brand: str | None = None
) -> frozenset[str]:
    """The groups of a suggestion.

    Example:
        >>> sorted(groups_of(kind="reply", tags=["faktura"], brand="acme"))
        ['brand:acme', 'kind:reply', 'tag:faktura']
    """
    named = [f"kind:{kind}", *(f"tag:{tag}" for tag in tags)]
    named += [f"{name}:{value}" for name, value in (("channel", channel), ("brand", brand)) if value]
    return frozenset(named)


def choose_policy(
    precision: float | Mapping[str, float],
    own: Sample | None,
    elsewhere: Sample | None,
    *,
    modes: str | Mapping[str, str] = "sure",
    tags: Sequence[str] = (),
) -> Policy:
    """Thresholds for what a team asks for.

    Where a team's own outcomes prove the precision, the threshold is theirs and guaranteed. Where they are too few, it
    is a cautious one: what was needed elsewhere, and never less than the precision itself. ``guaranteed`` tells which.

    Args:
        precision: One for all, or by group: ``{"all": 0.9, "brand:acme": 0.95, "tag:faktura": 0.99}``.
        own: Outcomes on the team's own inquiries.
        elsewhere: Outcomes on bases that the confidence was not learnt on.
        modes: One for all, or by brand, "all" for the others.
        tags: For the mode "tagged".

    Raises:
        InputError: A precision lies outside 0 to 1, or a group or mode is unknown.
    """
    wanted = {OVERALL: 0.9, **precision} if isinstance(precision, Mapping) else {OVERALL: precision}
    for group, value in wanted.items():
        known = group == OVERALL or group.partition(":")[0] in GROUPS
        if not known or isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
            raise InputError(
                f"precision must lie between 0 and 1, for all or by group ({OVERALL}, "
                f"{', '.join(f'{name}:…' for name in GROUPS)}); got {group!r}: {value!r}"
            )
    by_brand = dict(modes) if isinstance(modes, Mapping) else {OVERALL: modes}
    if not set(by_brand.values()) <= set(MODES):
        raise InputError(f"modes must be some of {', '.join(MODES)}; got {', '.join(sorted(set(by_brand.values())))}")
    return Policy(
        thresholds={group: _threshold(float(value), group, own, elsewhere) for group, value in wanted.items()},
        automatic=_proved(AUTOMATIC, OVERALL, own),
        modes=by_brand,
        tags=frozenset(tags),
    )


def _proved(precision: float, group: str, own: Sample | None) -> Threshold:
    sample = Sample(np.zeros(0), np.zeros(0, dtype=bool)) if own is None else own.of(group)
    return threshold_for(sample.confidence, sample.right, precision)


def _threshold(precision: float, group: str, own: Sample | None, elsewhere: Sample | None) -> Threshold:
    found = _proved(precision, group, own)
    if found.guaranteed or elsewhere is None:
        return found
    cautious = max(threshold_for(elsewhere.confidence, elsewhere.right, precision).confidence, precision)
    sample = own.of(group) if own is not None else None
    offered = 0 if sample is None else int((sample.confidence >= cautious).sum())
    right = 0 if sample is None else int(sample.right[sample.confidence >= cautious].sum())
    return replace(
        found,
        confidence=cautious,
        offered=offered,
        coverage=offered / found.n if found.n else 0.0,
        bound=lower_bound(right, offered),
    )
