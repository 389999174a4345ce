"""Sentences of articles as vectors, by the number of the article's unit: which sentence of a long article fits best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def passages_of(article: Article) -> list[str]:
    """The body in at most ``MOST`` runs of sentences of about equal number.

    Examples:
        >>> passages_of(Article(id="1", body="Klicka på Glömt lösenord. Du får ett mejl."))
        ['Klicka på Glömt lösenord.', 'Du får ett mejl.']
    """
    found = sentences(article.body)
    size = -(-len(found) // MOST)
    return [" ".join(found[i : i + size]) for i in range(0, len(found), size)] if found else []


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
        held = [(i, self._rows[number]) for i, number in enumerate(numbers) if number in self._rows]
        if held:
            # einsum sums each row alike, wherever it stands; a matrix product does not
            together = np.concatenate([rows for _, rows in held]).astype(np.float32)
            cosines = np.einsum("ij,j->i", together, query).tolist()
            end = 0
            for i, rows in held:
                start, end = end, end + len(rows)
                scores[i] = best = max(cosines[start:end])
                places[i] = cosines.index(best, start) - start
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
