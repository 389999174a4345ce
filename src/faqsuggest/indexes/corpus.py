"""The texts of a lexical index at one moment, as counted n-grams; and what a search derives from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from faqsuggest.indexes.base import Ids, Mask, Scores, allowed_at
from faqsuggest.indexes.ngrams import BUCKETS, count_ngrams
from faqsuggest.indexes.postings import TERM_FREQUENCY, Floats, Inverted, Postings, joined, row_sums

_TIER = 4
_DEAD_SHARE = 0.25
_NEAR = 10
_WEIGHT_READ = 0.85
_SAMPLED = 8
_HINTS = 1 << 16


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
        inverse_norms: One over the norm of each row, NaN until it is known: for a segment whose lists are made at once,
            which adds a sixth to that time, and for others, after each change, as rows are scored.
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
        made = cls(corpus, inverted, shrink, idf, np.full(len(corpus.ids), np.nan))
        for start, segment in zip(corpus.starts.tolist(), corpus.segments, strict=False):
            if id(segment) not in known:
                for rows, part in segment.spans():
                    made.remember_norms(np.arange(start + rows.start, start + rows.stop), part)
        return made

    def queries(self, texts: Sequence[str]) -> list[Query]:
        """Of each text the n-grams that living texts have, with their weights."""
        bounds, buckets, counts = count_ngrams(texts)
        return [self._query(buckets[begin:end], counts[begin:end]) for begin, end in pairwise(bounds.tolist())]

    def _query(self, buckets: NDArray[np.int32], counts: NDArray[np.uint8]) -> Query:
        idf = self.idf.take(buckets)
        known = np.flatnonzero(idf)
        weights = TERM_FREQUENCY.take(counts[known]) * idf[known]
        norm = float(np.sqrt(np.square(weights, dtype=np.float64).sum()))
        weights *= idf[known]
        return Query(buckets[known], weights / np.float32(norm or 1))

    def cosines(self, query: Query, rows: Ids, tables: Tables) -> Scores:
        """Exact cosine of ascending ``rows`` with the query."""
        if not len(query.buckets) or not len(rows):
            return np.zeros(len(rows), dtype=np.float32)
        part = self.corpus.postings(rows)
        shared, weights = tables.shared(query, part.buckets)
        frequency = TERM_FREQUENCY.take(part.counts[shared])
        frequency *= weights
        sums = row_sums(frequency, np.searchsorted(shared, part.bounds))
        return np.asarray(sums * self.norms(rows), dtype=np.float32)

    def candidates(self, query: Query, view: View, wanted: int, budget: float) -> Ids:
        """Ascending rows, at most ``wanted``, that are best by the n-grams of the query that weigh most.

        N-grams are read in order of their weight until ``budget`` postings are read and what was read has 85 % of the
        weight, and on while fewer than ``wanted`` rows were seen. Equal rows are chosen by id, so the choice does not
        hang on how rows are laid out.
        """
        order = np.argsort(-query.weights, kind="stable")
        read = np.cumsum(self.corpus.frequencies[query.buckets[order]], dtype=np.int64)
        weighed = np.cumsum(query.weights[order], dtype=np.float64)
        least = int(np.searchsorted(weighed, _WEIGHT_READ * weighed[-1])) + 1 if len(order) else 0
        sums: Floats | None = None
        seen, start, shrunk = np.empty(0, dtype=np.int64), 0, self.shrink[:0]
        while start < len(order) and len(seen) < wanted:
            upto = max(start + 1, least, int(np.searchsorted(read, budget, side="right")))
            sums = view.accumulated(sums, query, np.sort(order[start:upto]))
            # the true norm of a row costs a look at all its n-grams, once after each change: only for those that come
            # near; what may not be seen has none
            shrunk = sums * view.shrink
            seen = _highest(shrunk, _NEAR * wanted)
            start, budget = upto, 4 * budget
        seen = self._best(seen, view.numbers(seen), shrunk[seen], _NEAR * wanted)
        if sums is not None and len(seen) > wanted:
            near = sums[seen] * self.norms(view.numbers(seen)).astype(np.float32)
            seen = self._best(seen, view.numbers(seen), near, wanted)
        return view.numbers(seen)

    def _best(self, places: Ids, rows: Ids, scores: Floats, count: int) -> Ids:
        """Of ``places``, at which these rows stand, the ``count`` of highest score, then lowest id; ascending."""
        if len(places) <= count:
            return places
        near = scores >= np.partition(scores, -count)[-count]
        places = places[near]
        if len(places) == count:
            return places
        return np.sort(places[np.lexsort((self.corpus.ids[rows[near]], -scores[near]))[:count]])

    def norms(self, rows: Ids) -> NDArray[np.float64]:
        """One over the norm of each of the ascending ``rows``."""
        unknown = rows[np.isnan(self.inverse_norms[rows])]
        if len(unknown):
            self.remember_norms(unknown, self.corpus.postings(unknown))
        return np.asarray(self.inverse_norms[rows])

    def remember_norms(self, rows: Ids, part: Postings) -> None:
        """Compute the norms of rows with these n-grams."""
        weighted = TERM_FREQUENCY.take(part.counts) * self.idf.take(part.buckets)
        norms = np.sqrt(row_sums(weighted * weighted, part.bounds))
        # two threads may both do this, and write the same numbers
        self.inverse_norms[rows] = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)


class Tables:
    """Room in which one thread looks up the n-grams of texts in a query; empty between two calls.

    Most n-grams of a text are not in the query. A small table, which stays in the processor's cache, tells that by the
    lower bits of the bucket; only the others are looked up in the large one.
    """

    def __init__(self) -> None:
        self._weights = np.zeros(BUCKETS, dtype=np.float32)
        self._hints = np.zeros(_HINTS, dtype=np.bool_)

    def shared(self, query: Query, buckets: NDArray[np.int32]) -> tuple[NDArray[np.int64], Floats]:
        """Positions of ``buckets`` that the query may have, ascending, and the weight of each there, 0 for none."""
        low = query.buckets & (_HINTS - 1)
        self._weights[query.buckets] = query.weights
        self._hints[low] = True
        shared = np.flatnonzero(self._hints.take(buckets & (_HINTS - 1)))
        weights = self._weights.take(buckets[shared])
        self._weights[query.buckets] = 0
        self._hints[low] = False
        return shared, weights


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The rows of a corpus that a mask shows.

    Attributes:
        allowed: The mask by id; None for all.
        rows: Ascending.
        inverted: Segments by bucket: those of the corpus, or one of few rows where the view is ``narrow``.
        shrink: For each place in the segments as in ``Searchable``, 0 where its row may not be seen.
        placed: Number of the row at each place in the segments, ascending; None where places are numbers of rows.
    """

    allowed: Mask | None
    rows: Ids
    inverted: tuple[Inverted, ...]
    shrink: Floats
    placed: Ids | None = None

    @property
    def narrow(self) -> bool:
        """Whether it has segments of its own."""
        return self.placed is not None

    @classmethod
    def of(cls, searchable: Searchable, allowed: Mask | None) -> View:
        """What ``allowed`` shows of it."""
        corpus = searchable.corpus
        visible = corpus.alive if allowed is None else allowed_at(allowed, corpus.ids) & corpus.alive
        rows = np.flatnonzero(visible)
        shrink = searchable.shrink if len(rows) == len(visible) else searchable.shrink * visible
        return cls(allowed, rows, searchable.inverted, shrink)

    def narrowed(self, searchable: Searchable) -> View:
        """The same with segments of its own, so that a search reads nothing that it may not see.

        To make it takes the time of some searches, and pays when many follow. These will ask for the norms of most
        rows, a few at a time, so all that lack are computed along.
        """
        part = searchable.corpus.postings(self.rows)
        if np.isnan(searchable.inverse_norms[self.rows]).any():
            searchable.remember_norms(self.rows, part)
        inverted = Inverted.of(part, searchable.shrink[self.rows])
        return View(self.allowed, self.rows, (inverted,), inverted.shrink, self.rows)

    def within(self, other: View) -> View | None:
        """The same with the segments of another, narrow view of the same corpus; None where that lacks some rows."""
        if other.placed is None:
            return None
        at = np.searchsorted(other.placed, self.rows)
        if len(at) and (at[-1] == len(other.placed) or not np.array_equal(other.placed[at], self.rows)):
            return None
        shrink = np.zeros_like(other.shrink)
        shrink[at] = other.inverted[0].shrink[at]
        return View(self.allowed, self.rows, other.inverted, shrink, other.placed)

    def numbers(self, places: Ids) -> Ids:
        """Numbers of the rows at these places in the segments."""
        return places if self.placed is None else self.placed[places]

    def accumulated(self, sums: Floats | None, query: Query, chosen: NDArray[np.int64]) -> Floats:
        """For each place the sum with that of the ``chosen`` n-grams of the query added."""
        buckets, weights = query.buckets[chosen], query.weights[chosen]
        parts = [inverted.accumulate(buckets, weights) for inverted in self.inverted]
        if len(parts) == 1 and parts[0] is not None:
            return parts[0] if sums is None else sums + parts[0]
        total = np.zeros(len(self.shrink), dtype=np.float32) if sums is None else sums
        begin = 0
        for inverted, part in zip(self.inverted, parts, strict=True):
            end = begin + len(inverted.shrink)
            if part is not None:
                total[begin:end] += part
            begin = end
        return total


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


def _highest(values: Floats, count: int) -> Ids:
    """Ascending positions of at least the ``count`` highest values above 0 with all their equals; maybe of more."""
    bound = 0.0
    if len(values) > _SAMPLED * count:
        # every eighth value tells where half as many again begin, so that not all have to be sorted
        sample = values[::_SAMPLED]
        place = -(-3 * count // (2 * _SAMPLED))
        bound = float(np.partition(sample, -place)[-place])
    found: Ids = np.flatnonzero(values >= bound) if bound > 0 else np.flatnonzero(values)
    return found if len(found) >= count else np.flatnonzero(values)


def _row_of(ids: Ids, rows: NDArray[np.int64]) -> Ids:
    row_of = np.full(int(ids.max(initial=-1)) + 1, -1, dtype=np.int64)
    row_of[ids] = rows
    return row_of
