"""What a place in the list is worth: how often it is looked at, told from slates whose neighbours were swapped by lot.

Under the position-based model an answer at place p is used with the probability θ(p) · r, where r is the probability
that it would be used at the first place. Swaps show the same answers at both places, so that r cancels: Joachims,
Swaminathan & Schnabel 2017, arXiv:1608.04468, section 5.3. What is learnt later is divided by θ (Horvitz & Thompson
1952).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from faqsuggest.feedback.records import Slate
from faqsuggest.text.normalise import fold

FLOOR = 0.1
"""Least θ to divide by: below it one use would outweigh ten."""
FEWEST = 30
"""Uses in swapped slates, of both neighbours together, before a place is believed."""
MOST = 4.0
"""No user counts for more than so many times the median user."""


@dataclass(frozen=True, slots=True)
class Examination:
    """How often each place is looked at, relative to the first.

    Attributes:
        chances: θ by place; 1 for the first, 0 from the first place on that the log cannot tell.
        uses: Uses in swapped slates behind each θ; 0 for the first.
    """

    chances: tuple[float, ...] = (1.0,)
    uses: tuple[int, ...] = (0,)

    def at(self, place: int) -> float:
        """θ of a place from 1; 0 where it is not known."""
        return self.chances[place - 1] if place <= len(self.chances) else 0.0


def weighed(slates: Iterable[Slate]) -> list[tuple[Slate, float]]:
    """Slates with what each counts for, in the order in which they came.

    A user's slates for one inquiry count as one together, however often it was asked or used; and no user counts for
    more than ``MOST`` times the median user. Slates without suggestions are left out.

    Example:
        >>> from datetime import UTC, datetime
        >>> from faqsuggest.feedback.records import Showing, Shown
        >>> one = (Shown(answer="a", kind="article", confidence=0.5, rank=1),)
        >>> made = [Slate(id=str(i), at=datetime(2026, 1, 1, tzinfo=UTC), showing=Showing(user="u"), query="Hej",
        ...               shown=one) for i in range(50)]
        >>> sum(weight for _, weight in weighed(made))
        1.0
    """
    kept = [slate for slate in slates if slate.shown]
    groups = Counter(group_of(slate) for slate in kept)
    asked = Counter(user for user, _, _ in groups)
    most = MOST * float(np.median(list(asked.values()))) if asked else 0.0
    share = {user: min(1.0, most / count) for user, count in asked.items()}
    return [(slate, share[slate.showing.user] / groups[group_of(slate)]) for slate in kept]


def group_of(slate: Slate) -> tuple[str, str, str]:
    """User, inquiry and brand: what is counted once."""
    return slate.showing.user, fold(slate.query), slate.brand or ""


def examination_of(slates: Iterable[Slate], *, fewest: int = FEWEST) -> Examination:
    """Estimate θ from slates of times when exploration was on.

    Without exploration only the first place is known: a log whose order never varies cannot tell a place from what
    stands there.

    Args:
        slates: With what became of them.
        fewest: Uses in swapped slates before a place is believed.

    Returns:
        θ that never rises from place to place and never falls below ``FLOOR``.
    """
    above: dict[int, float] = defaultdict(float)
    below: dict[int, float] = defaultdict(float)
    uses: dict[int, int] = defaultdict(int)
    for slate, weight in weighed(slates):
        pairs = _pairs(slate)
        if not pairs or not slate.explore:
            continue
        swapped = slate.swapped
        for place in pairs if not swapped else [swapped]:
            chance = slate.explore / len(pairs) if swapped else 1.0 - slate.explore
            first, second = (slate.shown[place - 1].used, slate.shown[place].used)
            above[place] += weight * first / chance
            below[place] += weight * second / chance
            uses[place] += (first + second) * bool(swapped)
    return _chained(above, below, uses, fewest)


def _pairs(slate: Slate) -> list[int]:
    """Places from 1 whose answer exploration could have swapped with the next one."""
    by_rank = sorted(slate.shown, key=lambda each: each.rank)
    return [place for place in range(1, len(by_rank)) if not by_rank[place - 1].fixed and not by_rank[place].fixed]


def _chained(above: dict[int, float], below: dict[int, float], uses: dict[int, int], fewest: int) -> Examination:
    chances, counts = [1.0], [0]
    for place in range(1, max(above, default=0) + 1):
        if uses[place] < fewest or not above[place]:
            break
        chances.append(max(FLOOR, chances[-1] * min(1.0, below[place] / above[place])))
        counts.append(uses[place])
    return Examination(tuple(chances), tuple(counts))
