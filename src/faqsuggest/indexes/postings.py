"""Counted n-grams of many texts: by text for exact scores, and turned round, by n-gram, for finding candidates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from faqsuggest.indexes.ngrams import BUCKETS, MOST_COUNTED, count_ngrams
from faqsuggest.progress import progress

if TYPE_CHECKING:
    from scipy.sparse import csc_array

Floats = NDArray[np.float32]

# 1 + ln(count), the sub-linear term frequency of scikit-learn
TERM_FREQUENCY: Floats = (1 + np.log(np.maximum(np.arange(MOST_COUNTED + 1), 1))).astype(np.float32)
# the same in steps of 1/32, one byte each: 1.5 % off at most, for choosing candidates
_LEVELS = np.rint(32 * TERM_FREQUENCY).astype(np.uint8)
_TEXTS_AT_A_TIME = 1000
_ENTRIES_AT_A_TIME = 1 << 21


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """N-grams of consecutive rows; never changed.

    Attributes:
        bounds: Row i owns the entries from bounds[i] to bounds[i + 1].
        buckets: Bucket of each entry, ascending within a row.
        counts: How often the n-gram occurs in the row, 1 to 255.
    """

    bounds: NDArray[np.int64]
    buckets: NDArray[np.int32]
    counts: NDArray[np.uint8]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Postings:
        """Count the n-grams of ``texts``, one row each."""
        starts = range(0, max(1, len(texts)), _TEXTS_AT_A_TIME)
        label = "Counting n-grams"
        parts = [
            cls(*count_ngrams(texts[start : start + _TEXTS_AT_A_TIME]))
            for start in progress(starts, total=len(starts), label=label)
        ]
        return joined(parts)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.bounds) - 1

    @property
    def entries(self) -> int:
        """Number of distinct n-grams, summed over rows."""
        return len(self.buckets)

    def rows(self, rows: NDArray[np.int64]) -> Postings:
        """The given rows, in the given order."""
        begins, ends = self.bounds[rows], self.bounds[rows + 1]
        bounds = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(ends - begins, out=bounds[1:])
        if not bounds[-1]:
            return Postings(bounds, self.buckets[:0], self.counts[:0])
        spans = [slice(begin, end) for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
        buckets = np.concatenate([self.buckets[span] for span in spans])
        return Postings(bounds, buckets, np.concatenate([self.counts[span] for span in spans]))

    def spans(self) -> Iterator[tuple[slice, Postings]]:
        """All rows in order, some two million entries at a time and none copied, each with their place."""
        step = max(1, _ENTRIES_AT_A_TIME * len(self) // max(1, self.entries))
        for start in range(0, len(self), step):
            bounds = self.bounds[start : start + step + 1]
            own = slice(bounds[0], bounds[-1])
            part = Postings(bounds - bounds[0], self.buckets[own], self.counts[own])
            yield slice(start, start + len(part)), part

    def frequencies(self) -> NDArray[np.int32]:
        """In how many rows each bucket occurs, of shape (BUCKETS,)."""
        return np.bincount(self.buckets, minlength=BUCKETS).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Inverted:
    """The same entries by bucket.

    Attributes:
        buckets: Buckets that occur, ascending.
        levels: A column for each of them, a row for each text: term frequency times 32, rounded.
        shrink: One over the length of each row's term frequencies, 0 for rows without n-grams: a norm that does not
            hang on other texts, good enough to choose candidates by.
    """

    buckets: NDArray[np.int32]
    levels: csc_array
    shrink: Floats

    @classmethod
    def of(cls, postings: Postings, shrink: Floats | None = None) -> Inverted:
        """Turn ``postings`` round.

        Args:
            postings: Of some rows.
            shrink: Of these rows, where it is known.
        """
        from scipy.sparse import csc_array, csr_array

        narrow = postings.bounds.astype(np.int32) if postings.entries < 2**31 else postings.bounds
        shape = (len(postings), BUCKETS)
        turned = csr_array((_LEVELS.take(postings.counts), postings.buckets, narrow), shape=shape).tocsc()
        occurring = np.flatnonzero(np.diff(turned.indptr))
        bounds = np.append(turned.indptr[occurring], turned.indptr[-1:])
        levels = csc_array((turned.data, turned.indices, bounds), shape=(len(postings), len(occurring)))
        return cls(occurring.astype(np.int32), levels, _shrink(postings) if shrink is None else shrink)

    def accumulate(self, buckets: NDArray[np.int32], weights: Floats) -> Floats | None:
        """For each row, the sum of weight times level of the ``buckets`` that it has; None when no row has any."""
        if not len(self.buckets):
            return None
        at = np.searchsorted(self.buckets, buckets)
        at[at == len(self.buckets)] = 0
        known = self.buckets[at] == buckets
        if not known.all():
            at, weights = at[known], weights[known]
        if not len(at):
            return None
        sums: Floats = self.levels[:, at] @ weights
        return sums


def joined(parts: Sequence[Postings]) -> Postings:
    """The rows of each part, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    lengths = np.concatenate([np.diff(part.bounds) for part in parts])
    bounds = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=bounds[1:])
    buckets = np.concatenate([part.buckets for part in parts])
    return Postings(bounds, buckets, np.concatenate([part.counts for part in parts]))


def row_sums(values: Floats, bounds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum of the values of each row, in float64, 0 for empty rows."""
    sums = np.zeros(len(bounds) - 1, dtype=np.float64)
    filled = np.flatnonzero(np.diff(bounds))
    if len(filled):
        sums[filled] = np.add.reduceat(values, bounds[:-1][filled], dtype=np.float64)
    return sums


def _shrink(postings: Postings) -> Floats:
    squares = np.zeros(len(postings), dtype=np.float64)
    for rows, part in postings.spans():
        frequency = TERM_FREQUENCY.take(part.counts)
        squares[rows] = row_sums(frequency * frequency, part.bounds)
    inverse = np.zeros(len(postings), dtype=np.float32)
    np.divide(1, np.sqrt(squares), out=inverse, where=squares > 0, casting="same_kind")
    return inverse
