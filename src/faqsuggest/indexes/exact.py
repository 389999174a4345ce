"""The oracle: every score computed, nothing clever. Right for small sets and for checking the other indexes."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from faqsuggest.errors import InputError
from faqsuggest.indexes.base import (
    Hits,
    Ids,
    Mask,
    Scores,
    Vectors,
    allowed_at,
    checked_ids,
    checked_k,
    checked_pairs,
    checked_vectors,
    cosines,
    load_vectors,
    ranked,
    save_vectors,
)


class ExactIndex:
    """Vectors in id order, compared one by one with each query.

    Example:
        >>> index = ExactIndex(2)
        >>> index.add([7, 3], [[1, 0], [0, 2]])
        >>> index.search([[1, 1]], k=5).ids.tolist()
        [[3, 7]]

    Args:
        dimension: Length of a vector.
    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._state: tuple[Ids, Vectors] = (np.empty(0, dtype=np.int64), np.empty((0, dimension), dtype=np.float32))

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """Store rows; see ``VectorIndex.add``."""
        keys = checked_ids(ids, "add()")
        rows = checked_vectors(vectors, self._dimension, "add()")
        last = checked_pairs(keys, len(rows), "add()")
        old, kept = self._without(keys)
        merged = np.concatenate([old, keys[last]])
        order = np.argsort(merged)
        self._state = (merged[order], np.concatenate([kept, rows[last]])[order])

    def remove(self, ids: ArrayLike) -> int:
        """Forget rows; see ``VectorIndex.remove``."""
        before = len(self)
        self._state = self._without(checked_ids(ids, "remove()"))
        return before - len(self)

    def search(self, queries: ArrayLike, k: int, allowed: Mask | None = None) -> Hits:
        """Score every allowed row; see ``VectorIndex.search``."""
        k = checked_k(k, "search()")
        wanted = checked_vectors(queries, self._dimension, "search()")
        ids, rows = self._state
        if allowed is not None:
            may = allowed_at(allowed, ids)
            ids, rows = ids[may], rows[may]
        found = [ranked(ids, cosines(rows, query), k) for query in wanted]
        shape = (len(wanted), min(k, len(ids)))
        return Hits(
            np.array([hit[0] for hit in found], dtype=np.int64).reshape(shape),
            np.array([hit[1] for hit in found], dtype=np.float32).reshape(shape),
        )

    def scores(self, query: ArrayLike, ids: ArrayLike) -> Scores:
        """Cosines of given ids; see ``VectorIndex.scores``."""
        wanted = checked_vectors(np.atleast_2d(np.asarray(query)), self._dimension, "scores()")
        known, rows = self._state
        keys = checked_ids(ids, "scores()")
        found = np.zeros(len(keys), dtype=np.float32)
        present = np.isin(keys, known)
        found[present] = cosines(rows[np.searchsorted(known, keys[present])], wanted[0])
        return found

    def vectors(self, ids: ArrayLike) -> Vectors:
        """Stored rows; see ``VectorIndex.vectors``."""
        keys = checked_ids(ids, "vectors()")
        known, rows = self._state
        missing = int(np.count_nonzero(~np.isin(keys, known)))
        if missing:
            raise InputError(f"ids of vectors() must be in the index; {missing} of {len(keys)} are not")
        return np.asarray(rows[np.searchsorted(known, keys)])

    def ids(self) -> Ids:
        """All ids, ascending."""
        return self._state[0].copy()

    def save(self, folder: str | Path) -> None:
        """Write ``ids.npy`` and ``vectors.npy`` into ``folder``."""
        save_vectors(folder, *self._state)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read what any vector index saved; see ``VectorIndex.load``."""
        ids, vectors = load_vectors(folder)
        index = cls(vectors.shape[1])
        index._state = (ids, vectors)
        return index

    def __len__(self) -> int:
        """Number of ids."""
        return len(self._state[0])

    def __contains__(self, key: object) -> bool:
        """Whether this id is present."""
        return isinstance(key, int | np.integer) and bool((self._state[0] == key).any())

    def _without(self, ids: Ids) -> tuple[Ids, Vectors]:
        known, rows = self._state
        keep = ~np.isin(known, ids)
        return known[keep], rows[keep]
