"""Words shared, counted by character n-grams: TF-IDF cosines that need neither model, stemmer nor compound list."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, InputError
from faqsuggest.indexes.base import (
    Hits,
    Ids,
    Mask,
    Scores,
    ascending,
    checked_ids,
    checked_k,
    checked_pairs,
    ranked,
    read_array,
)
from faqsuggest.indexes.corpus import Corpus, Query, Searchable, Tables, View, stored
from faqsuggest.indexes.locks import ForkSafeLock
from faqsuggest.indexes.ngrams import BITS, LONGEST, SHORTEST
from faqsuggest.indexes.postings import Postings
from faqsuggest.progress import progress

_FORMAT: dict[str, Any] = {
    "format": 1,
    "analyzer": "char_wb",
    "ngrams": [SHORTEST, LONGEST],
    "bits": BITS,
    "sublinear": True,
}
_AT_A_TIME = 256
_KEPT = 2 * _AT_A_TIME
# segments of a view's own take as long to make as some searches, and pay where they leave out most
_NARROW_FROM, _NARROW_TIMES = 16, 2


class LexicalIndex:
    """Cosine of character n-gram TF-IDF, kept up to date text by text.

    The definition is scikit-learn's ``TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)``,
    with n-grams hashed into 2^20 buckets (of 90,000 n-grams about four in a hundred share one) and counts capped at
    255. Document frequencies are exact at every moment and no score depends on the order of adds and removes.

    A search finds candidates from the n-grams of the query that weigh most, reading a bounded number of postings, and
    scores the best 60 to 250 exactly. So every returned score is exact, and a text that shares only common n-grams
    with a long query may be missed; nothing is while there are at most 60 texts to choose from.

    Searches may run beside each other and beside one ``add`` or ``remove``; each sees the texts before it or after it.

    Example:
        >>> index = LexicalIndex()
        >>> index.add([0, 1], ["Glömt lösenord", "Byta lösenordet"])
        >>> index.search("byt lösenordet", k=5).ids.tolist()
        [1, 0]

    Args:
        effort: Multiplies what a search may read and score before it stops; ``math.inf`` scores every text.
    """

    def __init__(self, *, effort: float = 1.0) -> None:
        self._effort = effort
        self._corpus = Corpus.of(np.empty(0, dtype=np.int64), Postings.of(()))
        self._searchable: Searchable | None = None
        self._view: tuple[Searchable, View] | None = None
        self._narrow: tuple[Searchable, View] | None = None
        self._lock = ForkSafeLock()
        self._scratch = threading.local()

    def add(self, ids: ArrayLike, texts: Sequence[str]) -> None:
        """Index ``texts`` under ``ids``; ids already present are replaced, the last of equal ids wins.

        Raises:
            InputError: If a text is not a string, or there are not as many ids as texts. Nothing is indexed then.
        """
        keys = checked_ids(ids, "add()")
        wrong = [number for number, text in enumerate(texts) if not isinstance(text, str)]
        if wrong:
            raise InputError(f"texts of add() must be strings; {len(wrong)} are not, the first at position {wrong[0]}")
        last = checked_pairs(keys, len(texts), "add()")
        if len(last):
            postings = Postings.of([texts[number] for number in last.tolist()])
            with self._lock.held():
                self._corpus = self._corpus.without(keys).with_rows(keys[last], postings)

    def remove(self, ids: ArrayLike) -> int:
        """Forget ``ids``, ignoring those that are not present, and return how many were."""
        keys = checked_ids(ids, "remove()")
        with self._lock.held():
            before = self._corpus.count
            self._corpus = self._corpus.without(keys)
            return before - self._corpus.count

    def build(self) -> None:
        """Bring the inverted lists up to date now, so that no search has to."""
        self._up_to_date()

    def expect(self, searches: int, allowed: Mask | None) -> None:
        """Lay side by side what ``allowed`` shows, where so many searches will follow that this pays.

        Found is the same. Searches under other masks that show nothing beyond it gain as well.
        """
        if searches < _NARROW_FROM:
            return
        searchable = self._up_to_date()
        view = self._view_of(searchable, allowed)
        if not view.narrow and _NARROW_TIMES * len(view.rows) <= len(searchable.corpus.ids):
            self._narrow, self._view = (searchable, view.narrowed(searchable)), None

    def search(self, text: str, k: int, allowed: Mask | None = None) -> Hits:
        """The ``k`` best texts with a score above 0.

        Args:
            text: The query.
            k: Length of the list, at least 1.
            allowed: True at every id that may be returned; ids beyond its end may not.

        Returns:
            Arrays of shape (k',), shorter than ``k`` when fewer texts share an n-gram with the query.
        """
        return self._found([text], k, allowed)[0]

    def search_many(self, texts: Sequence[str], k: int, allowed: Mask | None = None) -> list[Hits]:
        """``search`` for each text, in order; sooner than one by one where ``allowed`` shows few of many texts."""
        starts = range(0, len(texts), _AT_A_TIME)
        parts = progress(starts, total=len(starts), label="Searching words")
        return [found for start in parts for found in self._found(texts[start : start + _AT_A_TIME], k, allowed)]

    def _found(self, texts: Sequence[str], k: int, allowed: Mask | None) -> list[Hits]:
        k = checked_k(k, "search()")
        searchable = self._up_to_date()
        asked = self._asked(searchable, [_checked_text(text, "search()") for text in texts])
        self.expect(len(texts), allowed)
        view = self._view_of(searchable, allowed)
        return [self._hits(searchable, view, each, k) for each in asked]

    def _hits(self, searchable: Searchable, view: View, asked: _Asked, k: int) -> Hits:
        corpus, query, rows = searchable.corpus, asked.query, view.rows
        wanted, budget = self._limits(len(query.buckets), corpus.count, k)
        if len(rows) > wanted:
            rows = searchable.candidates(query, view, int(wanted), budget)
        scores = searchable.cosines(query, rows, self._tables())
        asked.rows, asked.scores = rows, scores
        shared = scores > 0
        return Hits(*ranked(corpus.ids[rows[shared]], scores[shared], k))

    def scores(self, text: str, ids: ArrayLike) -> Scores:
        """Exact cosine of ``text`` with each of ``ids``, of shape (len(ids),); 0 for ids that are not present."""
        keys = checked_ids(ids, "scores()")
        searchable = self._up_to_date()
        rows = searchable.corpus.find(keys)
        asked = self._asked(searchable, [_checked_text(text, "scores()")])[0]
        order = np.argsort(rows, kind="stable")
        order = order[np.count_nonzero(rows < 0) :]
        found = np.zeros(len(keys), dtype=np.float32)
        found[order] = self._cosines(searchable, asked, rows[order])
        return found

    def ids(self) -> Ids:
        """All ids, ascending."""
        return np.flatnonzero(self._corpus.row_of >= 0)

    def save(self, folder: str | Path) -> None:
        """Write the counted n-grams into ``folder``: 5 bytes for each distinct n-gram of a text, no texts.

        Equal content gives equal bytes, whatever the order of adds and removes.
        """
        corpus = self._corpus
        ids = np.flatnonzero(corpus.row_of >= 0)
        rows = corpus.row_of[ids]
        order = np.argsort(rows)
        whole = corpus.postings(rows[order]).rows(np.argsort(order))
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, NDArray[Any]] = {
            "ids": ids,
            "bounds": whole.bounds,
            "buckets": whole.buckets,
            "counts": whole.counts,
        }
        for name, array in arrays.items():
            np.save(target / f"{name}.npy", array, allow_pickle=False)
        (target / "lexical.json").write_text(json.dumps(_FORMAT, sort_keys=True) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path, *, effort: float = 1.0) -> Self:
        """Read a saved index.

        Raises:
            CorruptStoreError: If a file is missing or does not hold what ``save`` writes.
            IncompatibleStoreError: If it was written with other n-grams or buckets.
        """
        source = Path(folder)
        try:
            found = json.loads((source / "lexical.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CorruptStoreError("lexical.json is missing or unreadable; restore it or build again") from error
        if found != _FORMAT:
            raise IncompatibleStoreError(f"lexical.json must describe {_FORMAT}; it was written otherwise: build again")
        index = cls(effort=effort)
        index._corpus = _read(source)
        return index

    def __len__(self) -> int:
        """Number of ids."""
        return self._corpus.count

    def __contains__(self, key: object) -> bool:
        """Whether this id is present."""
        return isinstance(key, int | np.integer) and bool(key >= 0 and self._corpus.find(np.array([key]))[0] >= 0)

    def _up_to_date(self) -> Searchable:
        searchable, corpus = self._searchable, self._corpus
        if searchable is None or searchable.corpus is not corpus:
            with self._lock.held():
                searchable = self._searchable
                if searchable is None or searchable.corpus is not self._corpus:
                    self._corpus = self._corpus.merged()
                    searchable = self._searchable = Searchable.of(self._corpus, searchable)
                    self._view = self._narrow = None
        return searchable

    def _view_of(self, searchable: Searchable, allowed: Mask | None) -> View:
        """What may be seen; the last one again where the mask, which nobody can write to, is the same."""
        last, narrow = self._view, self._narrow
        if last is not None and last[0] is searchable and last[1].allowed is allowed:
            return last[1]
        view = View.of(searchable, allowed)
        if narrow is not None and narrow[0] is searchable:
            view = view.within(narrow[1]) or view
        if allowed is None or not allowed.flags.writeable:
            self._view = searchable, view
        return view

    def _limits(self, ngrams: int, count: int, k: int) -> tuple[float, float]:
        """How many texts to score exactly and how many postings to read at least; measured for recall@10 of .99."""
        wanted = max(60, min(ngrams / 6, 250), count**0.5 / 3, 1.5 * k + 35)
        return self._effort * wanted, self._effort * max(100_000, max(80, 0.45 * ngrams) * count**0.7)

    def _asked(self, searchable: Searchable, texts: Sequence[str]) -> list[_Asked]:
        """The n-grams of the texts; this thread's last are kept, since ``scores`` often follows ``search``."""
        last: tuple[Searchable, dict[str, _Asked]] | None = getattr(self._scratch, "last", None)
        known = last[1] if last is not None and last[0] is searchable else {}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            if len(known) + len(new) > _KEPT:
                known, new = {}, list(dict.fromkeys(texts))
            known.update(zip(new, map(_Asked, searchable.queries(new)), strict=True))
            self._scratch.last = searchable, known
        return [known[text] for text in texts]

    def _cosines(self, searchable: Searchable, asked: _Asked, rows: Ids) -> Scores:
        """Cosines of ascending ``rows``, as far as possible those that this thread's last search computed."""
        before, known = asked.rows, asked.scores
        if not len(before):
            return searchable.cosines(asked.query, rows, self._tables())
        at = np.minimum(np.searchsorted(before, rows), len(before) - 1)
        scores: Scores = known[at]
        new = np.flatnonzero(before[at] != rows)
        scores[new] = searchable.cosines(asked.query, rows[new], self._tables())
        return scores

    def _tables(self) -> Tables:
        """One for each thread."""
        if not hasattr(self._scratch, "tables"):
            self._scratch.tables = Tables()
        tables: Tables = self._scratch.tables
        return tables


@dataclass(slots=True)
class _Asked:
    """A text as n-grams, with the rows that were scored for it last and their scores."""

    query: Query
    rows: Ids = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    scores: Scores = field(default_factory=lambda: np.empty(0, dtype=np.float32))


def _checked_text(text: str, owner: str) -> str:
    if not isinstance(text, str):
        raise InputError(f"text of {owner} must be a string; got {type(text).__name__}")
    return text


def _read(source: Path) -> Corpus:
    ids = read_array(source / "ids.npy", np.int64, 1)
    bounds = read_array(source / "bounds.npy", np.int64, 1)
    buckets = read_array(source / "buckets.npy", np.int32, 1)
    counts = read_array(source / "counts.npy", np.uint8, 1)
    ascending(ids, "ids.npy")
    if not stored(ids, bounds, buckets, counts):
        raise CorruptStoreError(
            "ids.npy, bounds.npy, buckets.npy and counts.npy do not belong together; restore or build again"
        )
    return Corpus.of(ids, Postings(bounds, buckets, counts))
