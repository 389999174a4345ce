"""The texts of a lexical index at one moment, as counted n-grams; and what a search derives from them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from faqsuggest.indexes.base import Ids, Mask, Scores
from faqsuggest.indexes.ngrams import BUCKETS, count_ngrams
from faqsuggest.indexes.postings import TERM_FREQUENCY, Floats, Inverted, Postings, joined, row_sums

_TIER = 4
_DEAD_SHARE = 0.25
_NEAR = 10
_WEIGHT_READ = 0.85


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """One snapshot; a replaced or removed text is a dead row until its segment is merged.

    Attributes:
        segments: Counted n-grams; rows are numbered through all segments.
        ids: Id of each row.
        alive: Whether each row is its id's current one.
        row_of: Row of each id, −1 where absent.
        frequencies: In how many living rows each bucket occurs.
        count: Number of living rows.
    """

    segments: tuple[Postings, ...]
    ids: Ids
    alive: Mask
    row_of: Ids
    frequencies: NDArray[np.int32]
    count: int

    @classmethod
    def of(cls, ids: Ids, postings: Postings) -> Corpus:
        """Texts of distinct ``ids``."""
        return cls(
            (postings,),
            ids,
            np.ones(len(ids), dtype=np.bool_),
            _row_of(ids, np.arange(len(ids))),
            postings.frequencies(),
            len(ids),
        )

    def find(self, ids: Ids) -> Ids:
        """Row of each id, −1 where absent."""
        found = np.full(len(ids), -1, dtype=np.int64)
        inside = ids < len(self.row_of)
        found[inside] = self.row_of[ids[inside]]
        return found

    def with_rows(self, ids: Ids, postings: Postings) -> Corpus:
        """With texts of distinct new ``ids`` behind the others."""
        total = len(self.ids)
        merged = np.concatenate([self.ids, ids])
        alive = np.concatenate([self.alive, np.ones(len(ids), dtype=np.bool_)])
        rows = np.flatnonzero(alive)
        row_of = _row_of(merged[rows], rows)
        frequencies = self.frequencies + postings.frequencies()
        segments = (*self.segments, postings) if total else (postings,)
        return Corpus(segments, merged, alive, row_of, frequencies, self.count + len(ids))

    def without(self, ids: Ids) -> Corpus:
        """With ``ids`` gone; those that are absent are ignored."""
        rows = np.unique(self.find(ids))
        rows = rows[rows >= 0]
        if not len(rows):
            return self
        alive, row_of = self.alive.copy(), self.row_of.copy()
        alive[rows] = False
        row_of[self.ids[rows]] = -1
        frequencies = self.frequencies - self.postings(rows).frequencies()
        return replace(self, alive=alive, row_of=row_of, frequencies=frequencies, count=self.count - len(rows))

    def postings(self, rows: Ids) -> Postings:
        """N-grams of ascending ``rows``."""
        if len(self.segments) == 1:
            return self.segments[0].rows(rows)
        starts = self.starts
        cuts = np.searchsorted(rows, starts)
        return joined(
            [
                segment.rows(rows[cuts[number] : cuts[number + 1]] - starts[number])
                for number, segment in enumerate(self.segments)
            ]
        )

    @property
    def starts(self) -> NDArray[np.int64]:
        """First row of each segment, and the number of rows."""
        starts = np.zeros(len(self.segments) + 1, dtype=np.int64)
        np.cumsum([len(segment) for segment in self.segments], out=starts[1:])
        return starts

    def merged(self) -> Corpus:
        """With each segment at least four times those behind it, and without dead rows where they are many."""
        first = self._first_to_merge()
        if first == len(self.segments):
            return self
        start = int(self.starts[first])
        kept = np.concatenate([np.arange(start), start + np.flatnonzero(self.alive[start:])])
        last = joined(
            [
                segment.rows(np.flatnonzero(self.alive[begin : begin + len(segment)]))
                for segment, begin in zip(self.segments[first:], self.starts[first:-1].tolist(), strict=True)
            ]
        )
        ids, alive = self.ids[kept], self.alive[kept]
        rows = np.flatnonzero(alive)
        return replace(
            self, segments=(*self.segments[:first], last), ids=ids, alive=alive, row_of=_row_of(ids[rows], rows)
        )

    def _first_to_merge(self) -> int:
        """Number of the first segment to be merged with all behind it; the number of segments when there is none."""
        starts = self.starts
        for number, segment in enumerate(self.segments):
            behind = sum(part.entries for part in self.segments[number + 1 :])
            dead = len(segment) - int(np.count_nonzero(self.alive[starts[number] : starts[number + 1]]))
            small = number + 1 < len(self.segments) and segment.entries < _TIER * behind
            if small or dead > _DEAD_SHARE * len(segment):
                return number
        return len(self.segments)


@dataclass(frozen=True, slots=True, eq=False)
class Searchable:
    """A corpus with all that a search derives from it.

    Attributes:
        corpus: The texts.
        inverted: Its segments by bucket.
        shrink: Of all rows; see ``Inverted``.
        idf: Weight of each bucket, ln((1 + n) / (1 + frequency)) + 1, 0 where no living text has it.
        inverse_norms: One over the norm of each row, filled in as rows are scored; NaN until then.
    """

    corpus: Corpus
    inverted: tuple[Inverted, ...]
    shrink: Floats
    idf: Floats
    inverse_norms: NDArray[np.float64]

    @classmethod
    def of(cls, corpus: Corpus, older: Searchable | None) -> Searchable:
        """Derive it, taking over what ``older`` knows of the same segments."""
        known = {} if older is None else dict(zip(map(id, older.corpus.segments), older.inverted, strict=True))
        inverted = tuple(known.get(id(segment)) or Inverted.of(segment) for segment in corpus.segments)
        weights = np.log((1 + corpus.count) / (1 + np.arange(corpus.count + 1))) + 1
        weights[0] = 0
        idf = weights.astype(np.float32).take(corpus.frequencies)
        shrink = np.concatenate([part.shrink for part in inverted])
        return cls(corpus, inverted, shrink, idf, np.full(len(corpus.ids), np.nan))

    def query(self, text: str) -> Query:
        """The n-grams of ``text`` that living texts have, with their weights."""
        _, buckets, counts = count_ngrams([text])
        idf = self.idf.take(buckets)
        known = np.flatnonzero(idf)
        weights = TERM_FREQUENCY.take(counts[known]) * idf[known]
        norm = float(np.sqrt(np.square(weights, dtype=np.float64).sum()))
        weights *= idf[known]
        return Query(buckets[known], weights / np.float32(norm or 1))

    def cosines(self, query: Query, rows: Ids, table: Floats) -> Scores:
        """Exact cosine of ascending ``rows`` with the query; ``table`` holds zeros, and does so afterwards."""
        if not len(query.buckets) or not len(rows):
            return np.zeros(len(rows), dtype=np.float32)
        part = self.corpus.postings(rows)
        frequency = TERM_FREQUENCY.take(part.counts)
        table[query.buckets] = query.weights
        frequency *= table.take(part.buckets)
        table[query.buckets] = 0
        return np.asarray(row_sums(frequency, part.bounds) * self._norms(rows), dtype=np.float32)

    def candidates(self, query: Query, visible: Mask | None, wanted: int, budget: float) -> Ids:
        """Ascending rows, at most ``wanted``, that are best by the n-grams of the query that weigh most.

        N-grams are read in order of their weight until ``budget`` postings are read and what was read has 85 % of the
        weight, and on while fewer than ``wanted`` rows were seen. Equal rows are chosen by id, so the choice does not
        hang on how rows are laid out.
        """
        order = np.lexsort((query.buckets, -query.weights))
        read = np.cumsum(self.corpus.frequencies[query.buckets[order]], dtype=np.int64)
        weighed = np.cumsum(query.weights[order], dtype=np.float64)
        least = int(np.searchsorted(weighed, _WEIGHT_READ * weighed[-1])) + 1 if len(order) else 0
        usable = self.corpus.alive if visible is None else visible
        sums = np.zeros(len(self.corpus.ids), dtype=np.float32)
        seen, start = np.empty(0, dtype=np.int64), 0
        while start < len(order) and len(seen) < wanted:
            upto = max(start + 1, least, int(np.searchsorted(read, budget, side="right")))
            self._accumulate(sums, query, np.sort(order[start:upto]))
            seen = np.flatnonzero((sums > 0) & usable)
            start, budget = upto, 4 * budget
        # the true norm of a row costs a look at all its n-grams, once after each change: only for rows that come near
        seen = self._best(seen, sums[seen] * self.shrink[seen], _NEAR * wanted)
        if len(seen) > wanted:
            seen = self._best(seen, sums[seen] * self._norms(seen).astype(np.float32), wanted)
        return seen

    def _accumulate(self, sums: Floats, query: Query, chosen: NDArray[np.int64]) -> None:
        begin = 0
        for inverted in self.inverted:
            end = begin + len(inverted.shrink)
            part = inverted.accumulate(query.buckets[chosen], query.weights[chosen])
            if part is not None:
                sums[begin:end] += part
            begin = end

    def _best(self, rows: Ids, scores: Floats, count: int) -> Ids:
        """The ``count`` rows of highest score, then lowest id; ascending."""
        if len(rows) <= count:
            return rows
        near = scores >= np.partition(scores, -count)[-count]
        rows, scores = rows[near], scores[near]
        return np.sort(rows[np.lexsort((self.corpus.ids[rows], -scores))[:count]])

    def _norms(self, rows: Ids) -> NDArray[np.float64]:
        """One over the norm of each of the ascending ``rows``."""
        unknown = rows[np.isnan(self.inverse_norms[rows])]
        if len(unknown):
            part = self.corpus.postings(unknown)
            weighted = TERM_FREQUENCY.take(part.counts) * self.idf.take(part.buckets)
            norms = np.sqrt(row_sums(weighted * weighted, part.bounds))
            # two threads may both do this, and write the same numbers
            self.inverse_norms[unknown] = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)
        return np.asarray(self.inverse_norms[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """N-grams of a query.

    Attributes:
        buckets: Ascending.
        weights: Term frequency times squared idf, over the norm of the query; times a text's term frequency and over
            the text's norm, they sum to the cosine.
    """

    buckets: NDArray[np.int32]
    weights: Floats


def stored(ids: Ids, bounds: NDArray[np.int64], buckets: NDArray[np.int32], counts: NDArray[np.uint8]) -> bool:
    """Whether lengths match, buckets ascend in each row and counts are above 0, as an index writes them."""
    if len(bounds) != len(ids) + 1 or len(buckets) != len(counts) or bounds[0] != 0 or bounds[-1] != len(buckets):
        return False
    if bool((np.diff(bounds) < 0).any()) or bool((counts == 0).any()):
        return False
    if len(buckets) and (buckets.min() < 0 or buckets.max() >= BUCKETS):
        return False
    descents = np.flatnonzero(np.diff(buckets) <= 0) + 1
    return bool(np.isin(descents, bounds).all())


def _row_of(ids: Ids, rows: NDArray[np.int64]) -> Ids:
    row_of = np.full(int(ids.max(initial=-1)) + 1, -1, dtype=np.int64)
    row_of[ids] = rows
    return row_of
