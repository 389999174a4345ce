"""FAISS over rows by their number: lists that are trained, extended and read; and FAISS itself, loaded when needed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from faqsuggest.indexes.rows import Rows

_TAIL_SHARE, _TAIL_LEAST = 0.1, 1000
_GROWTH_BEFORE_RETRAINING = 2
_POINTS_PER_LIST = 64
_IMPORTED_IN = os.getpid()


@dataclass(frozen=True)
class Lists:
    """FAISS over the first ``covered`` rows of a generation, by row number; never changed once searched.

    Inverted lists of bytes, of which ``probes`` are read; or ``whole``: one list of halves, all of which is read.
    """

    index: Any
    covered: int
    trained_on: int
    generation: int
    probes: int
    whole: bool = False

    @classmethod
    def halves(cls, rows: Rows, older: Lists | None) -> Lists:
        """One list over ``rows``: ``older`` extended where it fits."""
        faiss = package()

        covered = 0
        with threads(1):
            if older is not None and older.whole and older.fit(rows):
                index, covered = faiss.clone_index(older.index), older.covered
            else:
                kind = faiss.ScalarQuantizer.QT_fp16
                index = faiss.IndexScalarQuantizer(rows.buffer.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
            index.add(rows.buffer[covered : rows.total])
        return cls(index, rows.total, rows.total, rows.generation, 0, whole=True)

    @classmethod
    def of(cls, rows: Rows, older: Lists | None, seed: int) -> Lists:
        """Lists over ``rows``: ``older`` extended, or trained anew when there are none or rows have doubled."""
        faiss = package()

        total = rows.total
        keep = older is not None and older.fit(rows) and total < _GROWTH_BEFORE_RETRAINING * older.trained_on
        with threads(1):
            if older is not None and keep:
                index = faiss.clone_index(older.index)
                new = np.arange(older.covered, total)
                index.add_with_ids(rows.buffer[older.covered : total], new)
                return cls(index, total, older.trained_on, rows.generation, older.probes)
            # reading 4.5 roots of the lists gives recall@10 of .98 on e5 vectors of help texts; clusters that are
            # invented need a tenth of that, so they are no measure
            lists = min(total, max(1, round(1.5 * total**0.5)))
            index = faiss.index_factory(rows.buffer.shape[1], f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
            index.cp.seed = seed + 1
            index.cp.max_points_per_centroid = _POINTS_PER_LIST
            index.cp.min_points_per_centroid = 1
            index.train(rows.buffer[: total : max(1, total // (_POINTS_PER_LIST * lists))])
            index.add_with_ids(rows.buffer[:total], np.arange(total))
        return cls(index, total, total, rows.generation, min(lists, round(4.5 * lists**0.5)))

    def fit(self, rows: Rows) -> bool:
        """Whether the lists speak of these rows."""
        return self.generation == rows.generation and self.covered <= rows.total

    def serve(self, rows: Rows) -> bool:
        """Whether they fit, and few rows came since."""
        return self.fit(rows) and rows.total - self.covered <= max(_TAIL_LEAST, _TAIL_SHARE * self.covered)


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """Let FAISS use ``count`` threads for calls of this thread; None leaves its own number.

    In a forked child it is always one: the team of threads that FAISS remembers from the parent does not exist there,
    and waiting for it would never end.
    """
    faiss = package()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1 if os.getpid() != _IMPORTED_IN else count or before)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def package() -> Any:  # noqa: ANN401 - its published types know neither selectors nor search parameters
    """FAISS, loaded when it is first needed."""
    return import_module("faiss")
