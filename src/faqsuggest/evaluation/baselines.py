"""What anyone could do in an afternoon: a system that does not beat these is not worth its upkeep.

All three answer with past replies and articles, never abstain, and give raw scores squeezed into 0 to 1 as
confidence, which say nothing about probability.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import NotFittedError
from faqsuggest.evaluation.ngrams import template
from faqsuggest.evaluation.runs import inquiry_text
from faqsuggest.evaluation.weighting import Bm25, CharTfidf, Weighting
from faqsuggest.records import LANGUAGES, AnswerKind, Article, Suggestion, Ticket

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from faqsuggest.suggester import Suggester

_BLOCK = 256
_POOL = 20  # places looked at per wanted answer, since many tickets share a reply


@dataclass(frozen=True, slots=True)
class _Entry:
    """A text to be matched and the answer that it leads to."""

    text: str
    answer: str
    kind: AnswerKind
    id: str
    reply: str
    title: str
    language: str | None
    brand: str | None
    tags: tuple[str, ...]
    valid: tuple[float, float] = (-np.inf, np.inf)

    def suggestion(self, confidence: float) -> Suggestion:
        return Suggestion(
            kind=self.kind,
            id=self.id,
            text=self.reply,
            confidence=confidence,
            title=self.title,
            language=self.language,
            tags=self.tags,
            sources=(self.id,),
        )


def _entries(tickets: Iterable[Ticket], articles: Iterable[Article]) -> list[_Entry]:
    past = [
        _Entry(inquiry_text(t), template(t.reply), "reply", t.id, t.reply, "", t.language, t.brand, t.tags)
        for t in tickets
        if t.reply
    ]
    kinds: dict[str, AnswerKind] = {"article": "article", "standard": "standard"}
    return past + [
        _Entry(
            f"{a.title}\n{a.body}", a.id, kinds[a.kind], a.id, a.body, a.title, a.language, a.brand, a.tags, _valid(a)
        )
        for a in articles
        if a.audience == "public"
    ]


def _valid(article: Article) -> tuple[float, float]:
    """First and last moment of an article, as seconds."""
    first, last = article.valid_from, article.valid_until
    return first.timestamp() if first else -np.inf, last.timestamp() if last else np.inf


class Nearest:
    """Answers with what was sent to the nearest past question, or with the nearest article.

    ``Nearest(weighting=Bm25())`` and ``Nearest(weighting=CharTfidf())`` are the two that stand in every report.

    Args:
        weighting: What near means.
    """

    abstains = False

    def __init__(self, *, weighting: Weighting) -> None:
        self.weighting = weighting

    @property
    def conditions(self) -> tuple[str, ...]:
        """What makes a difference: the time only where an article has a first or last day."""
        _check_fitted(self)
        return ("brand", "at") if np.isfinite(self._columns.valid).any() else ("brand",)

    def fit(self, kb: KnowledgeBase) -> Self:
        """Take over all replies and public articles. Returns self."""
        self.entries_ = _entries(kb.tickets, kb.articles)
        self._codes: dict[str, int] = {}
        self._columns = _Columns.of(self.entries_, self._codes)
        self._counts = self.weighting.count([entry.text for entry in self.entries_])
        self._indexes: dict[str | None, tuple[NDArray[np.int64], NDArray[np.float32], csr_array]] = {}
        return self

    def add(self, *, tickets: Iterable[Ticket] = (), articles: Iterable[Article] = ()) -> None:
        """Take over more; the counts of what is known already are kept."""
        from scipy.sparse import vstack

        _check_fitted(self)
        new = _entries(tickets, articles)
        self.entries_ += new
        self._columns = self._columns.joined(_Columns.of(new, self._codes))
        self._counts = vstack([self._counts, self.weighting.count([entry.text for entry in new])]).tocsr()
        self._indexes = {}

    def remove(self, ids: Iterable[str]) -> None:
        """Leave out the tickets and articles with these ids."""
        _check_fitted(self)
        gone = set(ids)
        kept = np.array([place for place, entry in enumerate(self.entries_) if entry.id not in gone], dtype=np.int64)
        self.entries_ = [self.entries_[place] for place in kept]
        self._columns = self._columns.at(kept)
        self._counts = self._counts[kept]
        self._indexes = {}

    def suggest_many(
        self,
        texts: Sequence[str],
        k: int = 3,
        *,
        language: str | None = None,
        brand: str | None = None,
        at: datetime | None = None,
        min_confidence: float | None = None,
    ) -> list[list[Suggestion]]:
        """The answers behind the nearest texts, ``k`` different ones; only ``brand`` and ``at`` narrow them."""
        _check_fitted(self)
        places, rarity, weights = self._index(brand)
        in_force = self._columns.in_force(at)[places]
        queries = self.weighting.queries(self.weighting.count(texts), rarity).tocsr()
        found: list[list[Suggestion]] = []
        for start in range(0, len(texts), _BLOCK):
            scores = queries[start : start + _BLOCK] @ weights
            for row in range(scores.shape[0]):
                begin, end = scores.indptr[row : row + 2]
                columns, values = scores.indices[begin:end], scores.data[begin:end]
                kept = in_force[columns]
                found.append(self._best(places[columns[kept]], values[kept], k))
        return found

    def _best(self, places: NDArray[np.int64], scores: NDArray[np.float32], k: int) -> list[Suggestion]:
        wanted = min(k * _POOL, len(places))
        if wanted == 0:
            return []
        pool = np.flatnonzero(scores >= np.partition(scores, len(scores) - wanted)[len(scores) - wanted])
        order = pool[np.lexsort((places[pool], -scores[pool]))]
        first = np.unique(self._columns.answers[places[order]], return_index=True)[1]
        return [
            self.entries_[places[row]].suggestion(self.weighting.confidence(float(scores[row])))
            for row in order[np.sort(first)[:k]]
        ]

    def _index(self, brand: str | None) -> tuple[NDArray[np.int64], NDArray[np.float32], csr_array]:
        """Places of the entries of a brand, rarity of terms among them, and their weights, shape (terms, entries)."""
        if brand not in self._indexes:
            brands = self._columns.brands
            mine = np.flatnonzero((brands == "") | (brands == brand) | (brand is None))
            counts = self._counts[mine]
            rarity = self.weighting.rarity(counts)
            self._indexes[brand] = mine, rarity, self.weighting.documents(counts, rarity).T.tocsr()
        return self._indexes[brand]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Of all entries what is looked at for each question: number of the answer, brand ("" for none), times in force."""

    answers: NDArray[np.int64]
    brands: NDArray[np.str_]
    valid: NDArray[np.float64]

    @classmethod
    def of(cls, entries: Sequence[_Entry], codes: dict[str, int]) -> Self:
        """Columns of entries; answers that are new get the next number in ``codes``."""
        answers = [codes.setdefault(entry.answer, len(codes)) for entry in entries]
        brands = np.array([entry.brand or "" for entry in entries], dtype=np.str_)
        valid = np.array([entry.valid for entry in entries], dtype=np.float64).reshape(-1, 2)
        return cls(np.array(answers, dtype=np.int64), brands, valid)

    def joined(self, other: _Columns) -> _Columns:
        return _Columns(
            answers=np.concatenate([self.answers, other.answers]),
            brands=np.concatenate([self.brands, other.brands]),
            valid=np.concatenate([self.valid, other.valid]),
        )

    def at(self, places: NDArray[np.int64]) -> _Columns:
        return _Columns(self.answers[places], self.brands[places], self.valid[places])

    def in_force(self, at: datetime | None) -> NDArray[np.bool_]:
        """Which entries may be offered at a moment; all of them for None."""
        if at is None:
            return np.ones(len(self.valid), dtype=bool)
        return np.asarray((self.valid[:, 0] <= at.timestamp()) & (at.timestamp() <= self.valid[:, 1]))


class FrequentAnswer:
    """Guesses the tag from the words (naive Bayes) and answers with what is sent most often under it, per language.

    The tag of the inquiry itself is not looked at: at a desk it is set when the answer is already known.
    """

    abstains = False
    conditions = ("language", "brand")

    def __init__(self) -> None:
        self.weighting = Bm25()

    def fit(self, kb: KnowledgeBase) -> Self:
        """Count words and answers by tag. Returns self."""
        self.entries_: list[_Entry] = []
        self._rows: dict[tuple[str | None, str], int] = {}
        self._words = self.weighting.count([])
        self._tickets = np.zeros(0)
        self._answers: dict[tuple[str | None, str, str | None], Counter[str]] = defaultdict(Counter)
        self._newest: dict[str, _Entry] = {}
        self.add(tickets=kb.tickets)
        return self

    def add(self, *, tickets: Iterable[Ticket] = (), articles: Iterable[Article] = ()) -> None:
        """Count more tickets; articles are not used."""
        from scipy.sparse import csr_array

        _check_fitted(self)
        new = _entries(tickets, ())
        counts = self.weighting.count([entry.text for entry in new]).sign()
        pairs = []
        for place, entry in enumerate(new):
            self._newest[entry.answer] = entry
            for tag in entry.tags or ("",):
                pairs.append((self._rows.setdefault((entry.brand, tag), len(self._rows)), place))
                self._answers[entry.brand, tag, entry.language][entry.answer] += 1
        rows, places = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        tagged = csr_array((np.ones(len(rows), dtype=np.float32), (rows, places)), shape=(len(self._rows), len(new)))
        fresh = len(self._rows) - len(self._tickets)  # tags that are new have no words and no tickets yet
        words = self._words
        ends = np.append(words.indptr, np.full(fresh, words.indptr[-1]))
        padded = csr_array((words.data, words.indices, ends), shape=(len(self._rows), words.shape[1]))
        self._words = padded + tagged @ counts
        self._tickets = np.append(self._tickets, np.zeros(fresh))
        self._tickets += np.bincount(rows, minlength=len(self._rows))

    def remove(self, ids: Iterable[str]) -> None:
        """Leave out answers whose newest ticket has one of these ids."""
        _check_fitted(self)
        gone = set(ids)
        self._newest = {answer: entry for answer, entry in self._newest.items() if entry.id not in gone}

    def suggest_many(
        self,
        texts: Sequence[str],
        k: int = 3,
        *,
        language: str | None = None,
        brand: str | None = None,
        min_confidence: float | None = None,
    ) -> list[list[Suggestion]]:
        """The ``k`` most frequent answers under the likeliest tag, in the language if one is given."""
        _check_fitted(self)
        tags = [key for key in self._rows if key[0] in (None, brand) or brand is None]
        if not tags:
            return [[] for _ in texts]
        # rounded, since sums differ in the last digit with the texts that are asked along, and equal tags are many
        likelihood = np.round(self._likelihoods(texts, [self._rows[key] for key in tags]), 9)
        return [self._frequent(tags[int(row.argmax())], language, k) for row in likelihood]

    def _likelihoods(self, texts: Sequence[str], tags: Sequence[int]) -> NDArray[np.float64]:
        counts = self.weighting.count(texts)
        columns, places = np.unique(counts.indices, return_inverse=True)
        present = np.zeros((len(texts), len(columns)))
        present[np.repeat(np.arange(len(texts)), np.diff(counts.indptr)), places] = 1.0
        sizes = self._tickets[tags]
        table = self._words[tags][:, columns].toarray().astype(np.float64)
        chance = np.log((table + 0.1) / (sizes[:, None] + 0.2))
        return np.asarray(present @ chance.T + np.log(sizes / sizes.sum()), dtype=np.float64)

    def _frequent(self, tag: tuple[str | None, str], language: str | None, k: int) -> list[Suggestion]:
        languages = (language,) if language else (None, *LANGUAGES)
        kept: Counter[str] = Counter()
        for spoken in languages:
            kept.update(self._answers.get((*tag, spoken), {}))
        order = sorted(
            (answer for answer in kept if answer in self._newest), key=lambda answer: (-kept[answer], answer)
        )
        return [self._newest[answer].suggestion(kept[answer] / kept.total()) for answer in order[:k]]


def _check_fitted(baseline: Nearest | FrequentAnswer) -> None:
    if not hasattr(baseline, "entries_"):
        raise NotFittedError(f"{type(baseline).__name__} has nothing to answer with; call fit(kb) first")


def standard_baselines() -> dict[str, Nearest | FrequentAnswer]:
    """The baselines of every report, not fitted, by the name that they have in it."""
    return {
        "BM25": Nearest(weighting=Bm25()),
        "char TF-IDF": Nearest(weighting=CharTfidf()),
        "frequent answer": FrequentAnswer(),
    }


def untrained(suggesters: Mapping[str, object]) -> dict[str, Suggester]:
    """The library as it comes, beside the first suggester that learnt something, so that learning shows its worth.

    Learnt are an encoder of one's own, weights that were chosen, what ``calibrate`` or a trained ranker left, and
    whatever a class derived from ``Suggester`` does. All else (the precision asked for, modes, privacy) is taken over,
    so that nothing but the learning differs. Empty where nothing was learnt, and where the library as it comes is among
    ``suggesters`` already.
    """
    candidates = [each for each in suggesters.values() if hasattr(each, "get_params")]
    if not candidates:
        return {}
    from faqsuggest.suggester import Suggester  # brings the vector index along, which other systems do without

    own = [each for each in candidates if isinstance(each, Suggester)]
    trained = [each for each in own if _has_learnt(each)]
    if not trained or len(trained) < len(own):
        return {}
    known = Suggester().get_params(deep=False)
    given = {name: value for name, value in trained[0].get_params(deep=False).items() if name in known}
    given["weights"] = None
    if not _ships(trained[0].encoder):
        given["encoder"] = "default"
    return {"untrained": Suggester(**given)}


def _has_learnt(suggester: Suggester) -> bool:
    from faqsuggest.suggester import Suggester

    confidence = getattr(suggester, "confidence_", None)
    calibrated = confidence is not None and (confidence.own is not None or confidence.calibrator.inquiries > 0)
    own = type(suggester) is not Suggester or suggester.weights is not None or not _ships(suggester.encoder)
    return calibrated or own


def _ships(encoder: object) -> bool:
    """Whether an encoder, or what it is called, is one that comes with the library."""
    return (encoder if isinstance(encoder, str) else getattr(encoder, "name", None)) in ("default", "char-ngrams")
