"""The order of candidates refitted on a team's own history, where that proves better than the order in use.

Learning begins from the weights in use and is held to them. Whether the result is better is asked of inquiries that it
was not learnt on (cross-fitting), and the calibrator afterwards sees each inquiry in the order, and with the
``standing``, of weights that had not seen it: an order looks surer than it is on what it was learnt from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faqsuggest.evidence import Floats
from faqsuggest.listwise import ListwiseRanker

STRENGTH = 100.0
"""Penalty on the distance to the weights in use; about the number of inquiries that outweigh them."""
FEWEST = 60
"""With fewer inquiries the order in use stays."""
_FEWEST_TOLD = 30
_PARTS = 5
_SURE = 1.96

Right = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Refit:
    """An order learnt on a team's own inquiries.

    Attributes:
        ranker: Learnt on all of them; orders what comes later.
        crossed: For each of them a ranker that has not seen it.
    """

    ranker: ListwiseRanker
    crossed: tuple[ListwiseRanker, ...]


def refitted(
    tables: Sequence[Floats], right: Sequence[Right], start: ListwiseRanker | None, *, without: Sequence[str] = ()
) -> Refit | None:
    """The order that own inquiries teach; None where it does not prove better than ``start``, beyond doubt.

    Args:
        tables: Evidence of each inquiry; no rows where nothing was found.
        right: Which of its candidates are right.
        start: The order in use; None when there is none, which leaves it so.
        without: Columns that get no weight.
    """
    if start is None or len(tables) < FEWEST or sum(_tells(hits) for hits in right) < _FEWEST_TOLD:
        return None
    found = refit(tables, right, start, without=without)
    return found if proves_better(tables, right, start, found.crossed) else None


def refit(
    tables: Sequence[Floats], right: Sequence[Right], start: ListwiseRanker, *, without: Sequence[str] = ()
) -> Refit:
    """The same whether it proves better or not.

    Raises:
        InputError: Too few inquiries have a right and a wrong candidate.
    """
    rankers = []
    for part in range(_PARTS):
        others = [place for place in range(len(tables)) if place % _PARTS != part]
        rankers.append(_learnt([tables[i] for i in others], [right[i] for i in others], start, without))
    whole = _learnt(tables, right, start, without)
    return Refit(whole, tuple(rankers[place % _PARTS] for place in range(len(tables))))


def proves_better(
    tables: Sequence[Floats], right: Sequence[Right], start: ListwiseRanker, crossed: Sequence[ListwiseRanker]
) -> bool:
    """Whether a right candidate is first more often on inquiries that the order was not learnt on, beyond doubt.

    Required is a paired gain whose 95 % interval lies above 0. A gain in likelihood would be seen sooner, but an order
    that moves has a price: some that were surely wrong become uncertain.

    Args:
        tables: Evidence of each inquiry.
        right: Which of its candidates are right.
        start: The order in use.
        crossed: For each inquiry a ranker that has not seen it.
    """
    told = [(t, h, new) for t, h, new in zip(tables, right, crossed, strict=True) if _tells(h)]
    gains = np.array([float(h[new.order(t)[0]]) - float(h[start.order(t)[0]]) for t, h, new in told])
    return bool(gains.mean() - _SURE * gains.std() / np.sqrt(len(gains)) > 0)


def _learnt(
    tables: Sequence[Floats], right: Sequence[Right], start: ListwiseRanker, without: Sequence[str]
) -> ListwiseRanker:
    return ListwiseRanker.fit(tables, right, start=start, strength=STRENGTH, without=without)


def _tells(hits: Right) -> bool:
    return bool(hits.any() and not hits.all())
