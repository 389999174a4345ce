"""The answers found for one inquiry: their evidence as arrays, and each in full where it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Self, overload

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.answers import Answer, Unit
from faqsuggest.passages import passages_of
from faqsuggest.records import Article, Ticket

LEGS = ("text", "passage", "question", "lexical", "lexical_question")
_legs_of = attrgetter(*LEGS)


@dataclass(slots=True)
class Found:
    """One answer found for an inquiry, and how it fits.

    Attributes:
        answer: What would be offered.
        version: The article or reply to show, in the reader's language where there is one.
        versions: All that may be shown.
        text: Cosine to the whole text of its best version.
        passage: Cosine to the best sentence of an article; to the whole of a reply.
        question: Cosine to the nearest past question that led to it; 0 without one.
        lexical: Character n-gram cosine to its best version.
        lexical_question: Character n-gram cosine to the nearest past question; 0 without one.
        readable: Whether spelling can tell: a version is in the inquiry's language, or in one spelt like it.
        repeat: Whether the inquiry repeats a known question of it exactly.
        case: The nearest past question.
        place: Which passage of an article fits best; −1 for a reply.
    """

    answer: Answer
    version: Unit
    versions: tuple[Unit, ...] = ()
    text: float = 0.0
    passage: float = 0.0
    question: float = 0.0
    lexical: float = 0.0
    lexical_question: float = 0.0
    readable: bool = True
    repeat: bool = False
    case: Ticket | None = None
    place: int = -1

    @property
    def matched(self) -> str:
        """The passage that fits best; "" for a reply."""
        record = self.version.record
        return passages_of(record)[self.place] if isinstance(record, Article) and self.place >= 0 else ""


class Candidates(Sequence[Found]):
    """A sequence of ``Found`` of which each is made when it is first looked at: of sixty found a handful is shown.

    Attributes:
        keys: Names of the answers.
        legs: Cosines of shape (n, 5), columns as in ``LEGS``.
        readable: As in ``Found``, of shape (n,).
        repeat: The same.

    Args:
        make: From a position to its ``Found``.
    """

    __slots__ = ("_made", "_make", "_taken", "keys", "legs", "readable", "repeat")

    def __init__(
        self,
        keys: Sequence[str],
        legs: NDArray[np.float64],
        readable: NDArray[np.bool_],
        repeat: NDArray[np.bool_],
        make: Callable[[int], Found],
    ) -> None:
        self.keys, self.legs, self.readable, self.repeat = keys, legs, readable, repeat
        self._make = make
        self._made: dict[int, Found] = {}
        # of candidates in another order: those that were found, and where each stands among them
        self._taken: tuple[Candidates, list[int]] | None = None

    @classmethod
    def of(cls, rows: Iterable[Found]) -> Self:
        """The rows as candidates; themselves where they are."""
        if isinstance(rows, cls):
            return rows
        given = list(rows)
        return cls(
            [row.answer.key for row in given],
            np.array([_legs_of(row) for row in given], dtype=np.float64).reshape(len(given), len(LEGS)),
            np.array([row.readable for row in given], dtype=np.bool_),
            np.array([row.repeat for row in given], dtype=np.bool_),
            given.__getitem__,
        )

    def at(self, order: NDArray[np.int64]) -> Self:
        """The candidates at the given positions, in that order."""
        places: list[int] = order.tolist()
        found = type(self)(
            [self.keys[place] for place in places],
            self.legs[order],
            self.readable[order],
            self.repeat[order],
            self._make,
        )
        if self._taken is None:
            found._taken = self, places
        else:
            root, at = self._taken
            found._taken = root, [at[place] for place in places]
        return found

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> Found: ...
    @overload
    def __getitem__(self, index: slice) -> list[Found]: ...
    def __getitem__(self, index: int | slice) -> Found | list[Found]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self.keys)))]
        place = range(len(self.keys))[index]
        if self._taken is not None:
            root, at = self._taken
            return root[at[place]]
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._make(place)
        return found
