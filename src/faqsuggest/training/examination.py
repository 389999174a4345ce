"""What a place in the list is worth: how often it is looked at, told from slates whose neighbours were swapped by lot.

Under the position-based model an answer at place p is used with the probability θ(p) · r, where r is the probability
that it would be used at the first place. Swaps show the same answers at both places, so that r cancels: Joachims,
Swaminathan & Schnabel 2017, arXiv:1608.04468, section 5.3. What is learnt later is divided by θ (Horvitz & Thompson
1952).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from faqsuggest.feedback.records import Slate
from faqsuggest.text.normalise import fold

FLOOR = 0.1
"""Least θ to divide by: below it one use would outweigh ten."""
FEWEST = 30
"""Uses in swapped slates before a θ is believed: of one place for its own, of all places for a power law."""
MOST = 4.0
"""No user counts for more than so many times the median user."""
JUDGED = 50
"""Inquiries of a user from which on it is asked whether the user heeds what is shown."""
_SURE = 1.645
_EQUAL = 1e-9
_STEEPEST = 5.0


@dataclass(frozen=True, slots=True)
class Examination:
    """How often each place is looked at, relative to the first.

    Attributes:
        chances: θ by place, 1 for the first; only that one where the log cannot tell.
        uses: Uses in swapped slates behind each θ; 0 for the first.
    """

    chances: tuple[float, ...] = (1.0,)
    uses: tuple[int, ...] = (0,)

    def at(self, place: int) -> float:
        """θ of a place from 1; 0 where it is not known."""
        return self.chances[place - 1] if place <= len(self.chances) else 0.0


def weighed(slates: Iterable[Slate]) -> list[tuple[Slate, float]]:
    """Slates with what each counts for, in the order in which they came.

    A user's slates for one inquiry count as one together, however often it was asked or used; no user counts for more
    than ``MOST`` times the median user; and one whose uses have nothing to do with what was shown counts for nothing
    (see ``heeds``). Slates without suggestions are left out.

    Example:
        >>> from datetime import UTC, datetime
        >>> from faqsuggest.feedback.records import Showing, Shown
        >>> one = (Shown(answer="a", kind="article", confidence=0.5, rank=1),)
        >>> made = [Slate(id=str(i), at=datetime(2026, 1, 1, tzinfo=UTC), showing=Showing(user="u"), query="Hej",
        ...               shown=one) for i in range(50)]
        >>> sum(weight for _, weight in weighed(made[:4]))
        1.0
    """
    kept = [slate for slate in slates if slate.shown]
    groups: dict[tuple[str, str, str], list[Slate]] = defaultdict(list)
    for slate in kept:
        groups[group_of(slate)].append(slate)
    by_user: dict[str, list[Slate]] = defaultdict(list)
    for (user, _, _), same in groups.items():
        by_user[user].append(same[0])
    most = MOST * float(np.median([len(each) for each in by_user.values()])) if by_user else 0.0
    share = {user: min(1.0, most / len(each)) * heeds(each) for user, each in by_user.items()}
    return [(slate, share[slate.showing.user] / len(groups[group_of(slate)])) for slate in kept]


def heeds(slates: Sequence[Slate]) -> bool:
    """Whether a user's choices have to do with what was shown, or follow the place alone.

    Within each place, uses are compared with confidences (a score test of their correlation, one-sided at 5 %). With
    fewer than ``JUDGED`` slates, or confidences that do not differ, nobody is judged.

    Args:
        slates: Of one user, one for each inquiry.
    """
    places: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for slate in slates:
        for place, one in enumerate(slate.shown):
            places[place].append((float(one.used), one.confidence))
    together, chance, told = 0.0, 0.0, 0.0
    for pairs in places.values():
        uses, scores = np.array(pairs).T
        together += float((uses - uses.mean()) @ (scores - scores.mean()))
        chance += float(len(uses) * uses.var() * scores.var())
        told += float(scores.var())
    return len(slates) < JUDGED or told < _EQUAL or together > _SURE * float(np.sqrt(chance))


def group_of(slate: Slate) -> tuple[str, str, str]:
    """User, inquiry and brand: what is counted once."""
    return slate.showing.user, fold(slate.query), slate.brand or ""


def examination_of(slates: Iterable[Slate], *, fewest: int = FEWEST) -> Examination:
    """Estimate θ from slates of times when exploration was on.

    Without exploration only the first place is known: a log whose order never varies cannot tell a place from what
    stands there. A place with few swaps of its own takes its step from the power law p^−η fitted to all swaps.

    Args:
        slates: With what became of them.
        fewest: Uses in swapped slates before a θ is believed.

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
    if sum(uses.values()) < fewest:
        return Examination()
    steepness = _steepness(above, below)
    for place in range(1, max(above) + 1):
        told = uses[place] >= fewest and above[place] > 0
        step = min(1.0, below[place] / above[place]) if told else (place / (place + 1.0)) ** steepness
        chances.append(max(FLOOR, chances[-1] * step))
        counts.append(uses[place])
    return Examination(tuple(chances), tuple(counts))


def _steepness(above: dict[int, float], below: dict[int, float]) -> float:
    """η of θ(p) = p^−η from all swaps together: where expected and counted uses of the lower places meet."""
    places = np.array(sorted(above), dtype=np.float64)
    upper, lower = (np.array([part[int(place)] for place in places]) for part in (above, below))
    low, high = 0.0, _STEEPEST
    for _ in range(40):
        middle = (low + high) / 2
        expected = upper @ (places / (places + 1.0)) ** middle
        low, high = (middle, high) if expected > lower.sum() else (low, middle)
    return (low + high) / 2
