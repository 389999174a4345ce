"""Vectors in order of arrival, seen through snapshots: who holds one sees neither half an add nor a later remove."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faqsuggest.indexes.base import Ids, Mask, Vectors, allowed_at

_GROWTH = 1.5
_DEAD_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Rows:
    """One snapshot.

    Rows are only ever appended behind the snapshots that are in use; a replaced or removed row is dead.

    Attributes:
        buffer: Unit vectors of shape (capacity, d); the first ``len(ids)`` belong to this snapshot.
        ids: Id of each row, of shape (n,).
        alive: Whether each row is its id's current one, of shape (n,).
        row_of: Row of each id, −1 where absent.
        count: Number of rows alive.
        generation: Grows when rows are renumbered, that is when dead rows are dropped.
    """

    buffer: Vectors
    ids: Ids
    alive: Mask
    row_of: Ids
    count: int
    generation: int = 0

    @classmethod
    def empty(cls, dimension: int) -> Rows:
        """No rows."""
        return cls.of(np.empty(0, dtype=np.int64), np.empty((0, dimension), dtype=np.float32))

    @classmethod
    def of(cls, ids: Ids, vectors: Vectors, generation: int = 0) -> Rows:
        """Rows of distinct ``ids``; ``vectors`` becomes the buffer."""
        row_of = np.full(ids.max() + 1 if len(ids) else 0, -1, dtype=np.int64)
        row_of[ids] = np.arange(len(ids))
        return cls(vectors, ids, np.ones(len(ids), dtype=np.bool_), row_of, len(ids), generation)

    @property
    def total(self) -> int:
        """Number of rows, dead ones included."""
        return len(self.ids)

    def find(self, ids: Ids) -> NDArray[np.int64]:
        """Row of each id, −1 where absent."""
        found = np.full(len(ids), -1, dtype=np.int64)
        inside = ids < len(self.row_of)
        found[inside] = self.row_of[ids[inside]]
        return found

    def visible(self, allowed: Mask | None) -> Mask | None:
        """Which rows may be returned, of shape (n,); None when all may."""
        visible = self.alive if allowed is None else allowed_at(allowed, self.ids) & self.alive
        return None if visible.all() else visible

    def append(self, ids: Ids, vectors: Vectors) -> Rows:
        """With the rows of distinct ``ids`` added or replaced. Only the newest snapshot may be appended to."""
        total, alive = self.total, self.alive.copy()
        replaced = self.find(ids)
        replaced = replaced[replaced >= 0]
        alive[replaced] = False
        buffer = self.buffer
        if total + len(ids) > len(buffer):
            buffer = np.empty((int((total + len(ids)) * (_GROWTH if total else 1)), buffer.shape[1]), dtype=np.float32)
            buffer[:total] = self.buffer[:total]
        buffer[total : total + len(ids)] = vectors
        row_of = np.full(max(len(self.row_of), int(ids.max(initial=-1)) + 1), -1, dtype=np.int64)
        row_of[: len(self.row_of)] = self.row_of
        row_of[ids] = np.arange(total, total + len(ids))
        grown = Rows(
            buffer,
            np.concatenate([self.ids, ids]),
            np.concatenate([alive, np.ones(len(ids), dtype=np.bool_)]),
            row_of,
            self.count + len(ids) - len(replaced),
            self.generation,
        )
        return grown._tidied()

    def without(self, ids: Ids) -> Rows:
        """With ``ids`` gone."""
        rows = np.unique(self.find(ids))
        rows = rows[rows >= 0]
        if not len(rows):
            return self
        alive, row_of = self.alive.copy(), self.row_of.copy()
        alive[rows] = False
        row_of[self.ids[rows]] = -1
        return Rows(self.buffer, self.ids, alive, row_of, self.count - len(rows), self.generation)._tidied()

    def _tidied(self) -> Rows:
        """Itself, or a copy without dead rows when they are many."""
        if self.total - self.count <= _DEAD_SHARE * self.total:
            return self
        live = np.flatnonzero(self.alive)
        return Rows.of(self.ids[live], self.buffer[live], self.generation + 1)
