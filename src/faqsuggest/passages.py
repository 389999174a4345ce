"""Sentences of articles as vectors, by the number of the article's unit: which sentence of a long article fits best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import CorruptStoreError
from faqsuggest.indexes.base import read_array
from faqsuggest.records import Article
from faqsuggest.text.sentences import sentences

MOST = 8
"""Passages an article is cut into at most; longer articles get passages of several sentences."""
_Vectors = NDArray[np.float16]
_WIDENING = np.float32(2.0**112)


def passages_of(article: Article) -> list[str]:
    """The body in at most ``MOST`` runs of sentences of about equal number.

    Examples:
        >>> passages_of(Article(id="1", body="Klicka på Glömt lösenord. Du får ett mejl."))
        ['Klicka på Glömt lösenord.', 'Du får ett mejl.']
    """
    return list(_runs(article.body))


@lru_cache(maxsize=1024)  # what is asked about most is shown again and again
def _runs(body: str) -> tuple[str, ...]:
    found = sentences(body)
    size = -(-len(found) // MOST)
    return tuple(" ".join(found[i : i + size]) for i in range(0, len(found), size)) if found else ()


def passage_texts(article: Article) -> list[str]:
    """What is embedded: each passage under the article's title, since a sentence alone seldom says what it is about."""
    return [f"{article.title}\n{passage}" if article.title else passage for passage in passages_of(article)]


class PassageStore:
    """Half-precision vectors of passages, grouped by unit number."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._rows: dict[int, _Vectors] = {}

    def add(self, number: int, vectors: NDArray[np.float32]) -> None:
        """Store the passages of one unit, of shape (passages, dimension); none at all is fine."""
        self.remove([number])
        if len(vectors):
            self._rows[number] = vectors.astype(np.float16)

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget units; unknown numbers are ignored."""
        for number in numbers:
            self._rows.pop(number, None)

    def best(self, query: NDArray[np.float32], numbers: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """For each unit the cosine and the position of its best passage; NaN and −1 for units without passages."""
        scores = np.full(len(numbers), np.nan, dtype=np.float32)
        places = np.full(len(numbers), -1, dtype=np.int64)
        held = [(i, rows) for i, number in enumerate(numbers) if (rows := self._rows.get(number)) is not None]
        if held:
            together = _widened(np.concatenate([rows for _, rows in held]))
            # einsum sums each row alike, wherever it stands; a matrix product does not
            cosines = np.einsum("ij,j->i", together, query * _WIDENING)
            lengths = [len(rows) for _, rows in held]
            starts = np.cumsum([0, *lengths[:-1]])
            best = np.maximum.reduceat(cosines, starts)
            equal = np.flatnonzero(cosines == np.repeat(best, lengths))
            at = [i for i, _ in held]
            scores[at] = best
            places[at] = equal[np.searchsorted(equal, starts)] - starts
        return scores, places

    def save(self, folder: Path) -> None:
        """Write the store into ``folder`` as three arrays."""
        numbers = sorted(self._rows)
        lengths = [len(self._rows[number]) for number in numbers]
        rows = [self._rows[number] for number in numbers] or [np.zeros((0, self._dimension), dtype=np.float16)]
        np.save(folder / "numbers.npy", np.array(numbers, dtype=np.int64), allow_pickle=False)
        np.save(folder / "lengths.npy", np.array(lengths, dtype=np.int64), allow_pickle=False)
        np.save(folder / "vectors.npy", np.concatenate(rows), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> PassageStore:
        """Read what ``save`` wrote.

        Raises:
            CorruptStoreError: A file is missing or damaged, or the files do not belong together.
        """
        numbers = read_array(folder / "numbers.npy", np.int64, 1)
        lengths = read_array(folder / "lengths.npy", np.int64, 1)
        vectors = read_array(folder / "vectors.npy", np.float16, 2)
        if len(numbers) != len(lengths) or lengths.sum() != len(vectors) or (lengths < 1).any():
            raise CorruptStoreError("the arrays of the passages do not belong together; restore them or build again")
        store = cls(vectors.shape[1])
        if len(numbers):
            parts = np.split(vectors, np.cumsum(lengths)[:-1])
            store._rows = dict(zip(numbers.tolist(), parts, strict=True))
        return store


def _widened(halves: _Vectors) -> NDArray[np.float32]:
    """Finite numbers over ``_WIDENING`` in single precision, exactly: the bits in place, the exponent that of a half.

    It takes a third of the time of a conversion, which most of the time here went to.
    """
    bits = halves.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= np.int32(-0x70002000)
    return bits.view(np.float32)
