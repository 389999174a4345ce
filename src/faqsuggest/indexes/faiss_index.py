"""FAISS behind our own ids: exact while small, inverted lists above, and every returned score computed exactly.

What FAISS gets wrong silently (ids −1 when under-filled, NaN queries, shifted ids after a removal under IDMap, any
order of equal scores, settings shared between threads, a forked child that hangs) is kept away here: FAISS only ever
proposes rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faqsuggest.errors import InputError
from faqsuggest.indexes.base import (
    Hits,
    Ids,
    Mask,
    Scores,
    Vectors,
    checked_ids,
    checked_k,
    checked_pairs,
    checked_vectors,
    cosines,
    load_vectors,
    ranked,
    save_vectors,
)
from faqsuggest.indexes.faiss_lists import Lists, package, threads
from faqsuggest.indexes.locks import ForkSafeLock
from faqsuggest.indexes.rows import Rows

# float32 sums of a few hundred products differ from float64 by less than this
_SLACK = 1e-5
# a half has 11 bits, so the cosine of halves is off by 2^-11 at most, and two of them by twice that
_HALF_SLACK = 1e-3 + _SLACK
_HALVES_FROM = 4_000
_SPARE = 8
_BATCH = 32
# to lay a part of all rows side by side takes as long as to compare them with about four queries
_TOGETHER = 8
_QUERIES_AT_A_TIME = 64
# FAISS multiplies matrices from 20 queries on, and rounds otherwise than for one: another list might be read
_ALIKE = 16


class FaissIndex:
    """Nearest unit vectors by cosine, with ids of the caller.

    Up to ``exact_up_to`` visible rows, and for filters that leave no more, each row is compared: results equal those of
    ``ExactIndex``. (Above a few thousand rows halves are compared, and the best of them again in full: reading memory
    is what takes time.) Above, inverted lists of 8-bit rows propose candidates that are then scored on the full
    vectors, so scores are exact and only recall is below 1. The lists are built on the first search that needs them,
    or by ``build``. Rows that came since are compared one by one, joined to the lists when they are a tenth, and the
    lists are trained anew when the index has doubled. The lists found therefore depend on the history above
    ``exact_up_to``, never below.

    Searches may run beside each other and beside one ``add`` or ``remove``; each sees the rows before it or after it.
    A forked child may go on searching and adding.

    Example:
        >>> index = FaissIndex(2)
        >>> index.add([7, 3], [[1, 0], [0, 2]])
        >>> index.search([[1, 1]], k=5).ids.tolist()
        [[3, 7]]

    Args:
        dimension: Length of a vector.
        exact_up_to: Number of rows up to which every row is compared.
        seed: Seed of the clustering behind the inverted lists.
    """

    def __init__(self, dimension: int, *, exact_up_to: int = 20_000, seed: int = 0) -> None:
        self._dimension = dimension
        self._exact_up_to = exact_up_to
        self._seed = seed
        self._rows = Rows.empty(dimension)
        self._lists: Lists | None = None
        self._view: _View | None = None
        self._lock = ForkSafeLock()

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """Store rows; see ``VectorIndex.add``."""
        keys = checked_ids(ids, "add()")
        rows = checked_vectors(vectors, self._dimension, "add()")
        last = checked_pairs(keys, len(rows), "add()")
        with self._lock.held():
            self._rows = self._rows.append(keys[last], rows[last])

    def remove(self, ids: ArrayLike) -> int:
        """Forget rows; see ``VectorIndex.remove``."""
        keys = checked_ids(ids, "remove()")
        with self._lock.held():
            before = self._rows.count
            self._rows = self._rows.without(keys)
            return before - self._rows.count

    def build(self) -> None:
        """Bring the inverted lists up to date now, so that no search has to."""
        rows = self._rows
        if rows.count > min(self._exact_up_to, _HALVES_FROM):
            self._lists_for(rows)

    def search(self, queries: ArrayLike, k: int, allowed: Mask | None = None) -> Hits:
        """The nearest rows of each query; see ``VectorIndex.search``."""
        wanted = checked_vectors(queries, self._dimension, "search()")
        view = self._view_of(self._rows, allowed)
        rows, k = view.rows, min(checked_k(k, "search()"), view.count)
        found = Hits(np.empty((len(wanted), k), dtype=np.int64), np.empty((len(wanted), k), dtype=np.float32))
        if k == 0 or not len(wanted):
            return found
        # halves serve single queries of an index that is small; of a large one a small part is compared in full
        halves = len(wanted) < _TOGETHER and rows.count <= self._exact_up_to
        least = min(self._exact_up_to, _HALVES_FROM) if halves else self._exact_up_to
        search = _Search(view, self._lists_for(rows) if view.count > least else None)
        for number, candidates in enumerate(search.candidates(wanted, k)):
            scores = cosines(rows.buffer[candidates], wanted[number])
            found.ids[number], found.scores[number] = ranked(rows.ids[candidates], scores, k)
        return found

    def scores(self, query: ArrayLike, ids: ArrayLike) -> Scores:
        """Cosines of given ids; see ``VectorIndex.scores``."""
        wanted = checked_vectors(np.atleast_2d(np.asarray(query)), self._dimension, "scores()")
        rows = self._rows
        at = rows.find(checked_ids(ids, "scores()"))
        present = at >= 0
        if present.all():
            return cosines(rows.buffer[at], wanted[0])
        found = np.zeros(len(at), dtype=np.float32)
        found[present] = cosines(rows.buffer[at[present]], wanted[0])
        return found

    def vectors(self, ids: ArrayLike) -> Vectors:
        """Stored rows; see ``VectorIndex.vectors``."""
        rows = self._rows
        at = rows.find(checked_ids(ids, "vectors()"))
        missing = int(np.count_nonzero(at < 0))
        if missing:
            raise InputError(f"ids of vectors() must be in the index; {missing} of {len(at)} are not")
        return np.asarray(rows.buffer[at])

    def ids(self) -> Ids:
        """All ids, ascending."""
        return np.flatnonzero(self._rows.row_of >= 0)

    def save(self, folder: str | Path) -> None:
        """Write ``ids.npy`` and ``vectors.npy`` into ``folder``, 4 bytes a number; lists are built again."""
        rows = self._rows
        ids = np.flatnonzero(rows.row_of >= 0)
        save_vectors(folder, ids, rows.buffer[rows.row_of[ids]])

    @classmethod
    def load(cls, folder: str | Path, *, exact_up_to: int = 20_000, seed: int = 0) -> Self:
        """Read what any vector index saved; see ``VectorIndex.load``."""
        ids, vectors = load_vectors(folder)
        index = cls(vectors.shape[1], exact_up_to=exact_up_to, seed=seed)
        index._rows = Rows.of(ids, vectors)
        return index

    def __len__(self) -> int:
        """Number of ids."""
        return self._rows.count

    def __contains__(self, key: object) -> bool:
        """Whether this id is present."""
        return isinstance(key, int | np.integer) and bool(key >= 0 and self._rows.find(np.array([key]))[0] >= 0)

    def _view_of(self, rows: Rows, allowed: Mask | None) -> _View:
        """What may be seen of ``rows``; the last one again where the mask, which nobody can write to, is the same."""
        view = self._view
        if view is None or view.rows is not rows or view.allowed is not allowed:
            view = _View.of(rows, allowed)
            if allowed is None or not allowed.flags.writeable:
                self._view = view
        return view

    def _lists_for(self, rows: Rows) -> Lists | None:
        """Lists that hold most of ``rows``; None when a newer generation or longer lists are in place already."""
        lists = self._lists
        if lists is None or not lists.serve(rows):
            with self._lock.held():
                lists = self._lists
                if rows is self._rows and (lists is None or not lists.serve(rows)):
                    lists = self._lists = self._made(rows, lists)
        return lists if lists is not None and lists.fit(rows) else None

    def _made(self, rows: Rows, older: Lists | None) -> Lists:
        if rows.count <= self._exact_up_to:
            return Lists.halves(rows, older)
        return Lists.of(rows, None if older is None or older.whole else older, self._seed)


@dataclass(frozen=True)
class _View:
    """Rows as far as one mask shows them; ``visible`` and ``selector`` are None when all may be seen."""

    rows: Rows
    allowed: Mask | None
    visible: Mask | None
    count: int
    bits: NDArray[np.uint8] | None
    selector: Any

    @classmethod
    def of(cls, rows: Rows, allowed: Mask | None) -> _View:
        visible = rows.visible(allowed)
        if visible is None:
            return cls(rows, allowed, None, rows.total, None, None)
        # FAISS keeps a bare pointer to the bits, so they stay referenced as long as the selector is in use
        bits = np.packbits(visible, bitorder="little")
        return cls(rows, allowed, visible, int(np.count_nonzero(visible)), bits, package().IDSelectorBitmap(bits))

    @cached_property
    def part(self) -> tuple[Ids, Vectors]:
        """Numbers of the rows that may be seen, and these rows side by side; all rows where most may be seen."""
        if self.visible is None or 2 * self.count > self.rows.total:
            return np.arange(self.rows.total), self.rows.buffer[: self.rows.total]
        numbers = np.flatnonzero(self.visible)
        return numbers, self.rows.buffer[numbers]


class _Search:
    """One call of ``search``: what it may see, and the two ways to look at it."""

    def __init__(self, view: _View, lists: Lists | None) -> None:
        self._view = view
        self._rows = view.rows
        self._visible = view.visible
        self._selector = view.selector
        self._count = view.count
        self._lists = lists

    def candidates(self, queries: Vectors, k: int) -> Iterator[Ids]:
        """Row numbers among which the best ``k`` of each query are, as far as the lists tell."""
        if self._lists is None and len(queries) >= _TOGETHER:
            yield from self._multiplied(queries, k)
            return
        with threads(1 if len(queries) < _BATCH else None):
            if self._lists is None:
                proposals = [self._compared(queries, k + _SPARE, 0)]
            else:
                proposals = [self._listed(self._lists, queries, 2 * (k + _SPARE))]
                if self._lists.covered < self._rows.total:
                    proposals.append(self._compared(queries, k + _SPARE, self._lists.covered))
        for number, query in enumerate(queries):
            found = self._near([(scores[number], rows[number]) for scores, rows in proposals], k)
            yield self._within_reach(query, k) if found is None else found

    def _multiplied(self, queries: Vectors, k: int) -> Iterator[Ids]:
        """The same as ``_within_reach`` for each query, by matrix products: rows are read once for many."""
        numbers, part = self._view.part
        hidden = None if self._visible is None or len(part) == self._count else ~self._visible
        for start in range(0, len(queries), _QUERIES_AT_A_TIME):
            products = queries[start : start + _QUERIES_AT_A_TIME] @ part.T
            if hidden is not None:
                products[:, hidden] = -np.inf
            for scores in products:
                yield numbers[np.flatnonzero(scores >= np.partition(scores, -k)[-k] - _SLACK)]

    def _near(self, proposals: Sequence[tuple[Scores, Ids]], k: int) -> Ids | None:
        """Proposed rows that may be among the best ``k``; None when rows that were not proposed may be, too."""
        scores, rows = proposals[0] if len(proposals) == 1 else map(np.hstack, zip(*proposals, strict=True))
        present = rows >= 0
        if not present.all():
            scores, rows = scores[present], rows[present]
        if len(rows) < k:
            return None
        best = np.partition(scores, -k)[-k]
        exact = self._lists is None or self._lists.whole
        slack = _HALF_SLACK if self._lists is not None and self._lists.whole else _SLACK
        # scores fall along a proposal: what it kept back is no better than its last
        kept_back = max((last[-1] for last, found in proposals if len(found) and found[-1] >= 0), default=-2.0)
        if len(rows) < self._count and kept_back >= best - slack:
            return None
        return rows[scores >= best - slack] if exact else rows

    def _compared(self, queries: Vectors, k: int, start: int) -> tuple[Scores, Ids]:
        """The best rows from ``start`` on by comparing all, padded with row −1."""
        faiss = package()

        total = self._rows.total
        k = min(k, total - start)
        scores = np.empty((len(queries), k), dtype=np.float32)
        rows = np.empty((len(queries), k), dtype=np.int64)
        if k == 0:
            return scores, rows
        part, pointer = self._rows.buffer[start:total], faiss.swig_ptr
        selector, bits = self._selector, None
        if start and self._visible is not None:
            bits = np.packbits(self._visible[start:], bitorder="little")
            selector = faiss.IDSelectorBitmap(bits)
        faiss.knn_inner_product(
            pointer(queries),
            pointer(part),
            part.shape[1],
            len(queries),
            len(part),
            k,
            pointer(scores),
            pointer(rows),
            selector,
        )
        rows[rows >= 0] += start
        return scores, rows

    def _listed(self, lists: Lists, queries: Vectors, k: int) -> tuple[Scores, Ids]:
        """The best rows of the inverted lists, padded with row −1."""
        if lists.whole:
            parameters = package().SearchParameters()
            if self._selector is not None:
                parameters.sel = self._selector
            scores, rows = lists.index.search(queries, min(k, lists.covered), params=parameters)
            return scores, rows
        # the nearest of few rows lie further away, in more lists
        widened = lists.probes * (self._rows.total / self._count) ** 0.5
        parameters = package().SearchParametersIVF(nprobe=min(lists.index.nlist, round(widened)))
        if self._selector is not None:
            parameters.sel = self._selector
        depth, starts = min(k, lists.covered), range(0, len(queries), _ALIKE)
        parts = [lists.index.search(queries[at : at + _ALIKE], depth, params=parameters) for at in starts]
        return np.concatenate([scores for scores, _ in parts]), np.concatenate([rows for _, rows in parts])

    def _within_reach(self, query: Vectors, k: int) -> Ids:
        """Every visible row that may be as good as the ``k``-th best, by comparing all."""
        return next(self._multiplied(query[None, :], k))
