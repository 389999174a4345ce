"""Ask the indexes, and lay the evidence side by side, one row an answer.

An inquiry is compared with whole articles, with their sentences, with past questions and with past replies: by meaning
(vectors) and by spelling (character n-grams). Candidates come from both indexes, after the filters; their evidence is
then computed exactly. What the evidence is worth is decided in ``ranking``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.answers import Answer, AnswerBook, Unit
from faqsuggest.encoders.base import Encoder
from faqsuggest.filters import Filters, Permissions, chain
from faqsuggest.indexes.base import TextIndex, VectorIndex
from faqsuggest.passages import PassageStore, passage_texts, passages_of
from faqsuggest.records import LANGUAGES, Article
from faqsuggest.text.language import detect_language
from faqsuggest.text.mail import main_text
from faqsuggest.text.normalise import fold

LEGS = ("text", "passage", "question", "lexical", "lexical_question")
_SPELT_ALIKE = {"nb": "north", "nn": "north", "da": "north"}


@dataclass(slots=True)
class Found:
    """One answer found for an inquiry, and how it fits.

    Attributes:
        answer: What would be offered.
        version: The article or reply to show, in the reader's language where there is one.
        text: Cosine to the whole text of its best version.
        passage: Cosine to the best sentence of an article; to the whole of a reply.
        question: Cosine to the nearest past question that led to it; 0 without one.
        lexical: Character n-gram cosine to its best version.
        lexical_question: Character n-gram cosine to the nearest past question; 0 without one.
        readable: Whether spelling can tell: a version is in the inquiry's language, or in one spelt like it.
        repeat: Whether the inquiry repeats a known question of it exactly.
        case: The nearest past question.
        matched: The passage or past question that fits best.
    """

    answer: Answer
    version: Unit
    text: float = 0.0
    passage: float = 0.0
    question: float = 0.0
    lexical: float = 0.0
    lexical_question: float = 0.0
    readable: bool = True
    repeat: bool = False
    case: Unit | None = None
    matched: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked of the indexes: the part of a message that carries the question, its vector and its language."""

    text: str
    vector: NDArray[np.float32]
    language: str
    folded: frozenset[str]


class Retriever:
    """The units of a base in both indexes, and the search over them.

    Args:
        encoder: Fitted.
        vectors: An empty index of the encoder's dimension.
        lexical: An empty index.
    """

    def __init__(self, encoder: Encoder, vectors: VectorIndex, lexical: TextIndex) -> None:
        self.encoder = encoder
        self.vectors = vectors
        self.lexical = lexical
        self.passages = PassageStore(encoder.dimension)
        self.book = AnswerBook()
        self.names: list[str] = []
        self._number: dict[str, int] = {}
        self._permissions = Permissions()
        self._known: dict[str, set[int]] = {}

    def update(self, changed: Collection[str]) -> None:
        """Bring the indexes in line with ``book`` for the units with these names."""
        gone = [self._number.pop(name) for name in sorted(changed) if name in self._number]
        for number in gone:
            self._permissions.forget(number)
            self.names[number] = ""
        for index in (self.vectors, self.lexical, self.passages):
            index.remove(gone)
        fresh = [self.book.units[name] for name in sorted(changed) if name in self.book.units]
        numbers = [self._admit(unit) for unit in fresh]
        self._index(numbers, fresh)

    def restore(self, names: Sequence[str]) -> None:
        """Number the units of ``book`` as they were when the indexes were saved; "" marks a number out of use."""
        for name in names:
            if name:
                self._admit(self.book.units[name])
            else:
                self.names.append("")
                self._permissions.admit(None)

    def read(self, text: str, language: str | None = None) -> Inquiry | None:
        """Prepare a normalised message for ``search``; None when it holds no word."""
        main = main_text(text)
        if not fold(main):
            return None
        spoken = language or detect_language(main, LANGUAGES).code
        return Inquiry(main, self.encoder.encode_queries([main])[0], spoken, frozenset((fold(text), fold(main))))

    def search(self, inquiry: Inquiry, k: int, filters: Filters, *, depth: int = 64) -> list[Found]:
        """The answers worth ranking, in order of their key: at least ``k`` where the base has as many that may be offered.

        Args:
            inquiry: From ``read``.
            k: How many different answers are wanted.
            filters: What may be offered.
            depth: How many units each index is asked for; it grows until ``k`` answers are found.
        """
        allowed = self._permissions.mask(filters)
        total = int(np.count_nonzero(allowed))
        found: dict[str, Found] = {}
        while total and len(found) < k:
            found = self._gather(inquiry, min(depth, total), allowed)
            if depth >= total:
                break
            depth *= 4
        rows = [found[key] for key in sorted(found)]
        if rows:
            self._compare(inquiry, rows, allowed)
        return rows

    def _admit(self, unit: Unit) -> int:
        number = len(self.names)
        self.names.append(unit.name)
        self._number[unit.name] = number
        self._permissions.admit(unit)
        for question in _known_questions(unit):
            self._known.setdefault(question, set()).add(number)
        return number

    def _index(self, numbers: list[int], units: list[Unit]) -> None:
        texts = [unit.text for unit in units]
        self.lexical.add(numbers, texts)
        for field, encode in (("question", self.encoder.encode_queries), ("", self.encoder.encode_passages)):
            rows = [i for i, unit in enumerate(units) if (unit.field == "question") == bool(field)]
            vectors = encode([texts[i] for i in rows]) if rows else np.zeros((0, self.encoder.dimension), np.float32)
            # A text in which the encoder finds nothing has a zero row: it is found by its spelling alone.
            kept = np.flatnonzero(vectors.any(axis=1))
            self.vectors.add([numbers[rows[i]] for i in kept], vectors[kept])
        self._index_passages(numbers, units)

    def _index_passages(self, numbers: list[int], units: list[Unit]) -> None:
        articles = [
            (n, unit.record) for n, unit in zip(numbers, units, strict=True) if isinstance(unit.record, Article)
        ]
        texts = [passage_texts(article) for _, article in articles]
        vectors = self.encoder.encode_passages([text for group in texts for text in group])
        end = 0
        for (number, _), group in zip(articles, texts, strict=True):
            start, end = end, end + len(group)
            self.passages.add(number, vectors[start:end])

    def _gather(self, inquiry: Inquiry, depth: int, allowed: NDArray[np.bool_]) -> dict[str, Found]:
        found: dict[str, Found] = {}
        repeated = [
            n for question in inquiry.folded for n in self._known.get(question, ()) if allowed[n] and self.names[n]
        ]
        for number in repeated:
            for row in self._led_to(number, found, allowed):
                row.repeat = True
        if inquiry.vector.any():
            near = self.vectors.search(inquiry.vector[None, :], depth, allowed)
            self._note(near.ids[0], near.scores[0], "question", found, allowed)
        alike = self.lexical.search(inquiry.text, depth, allowed)
        self._note(alike.ids, alike.scores, "lexical_question", found, allowed)
        return found

    def _note(
        self,
        ids: NDArray[np.int64],
        scores: NDArray[np.float32],
        leg: str,
        found: dict[str, Found],
        allowed: NDArray[np.bool_],
    ) -> None:
        for number, score in zip(ids.tolist(), scores.tolist(), strict=True):
            question = self.names[number].startswith("question/")
            for row in self._led_to(number, found, allowed):
                if question and score > getattr(row, leg):
                    setattr(row, leg, score)
                    if leg == "question" or row.case is None:
                        row.case = self.book.units[self.names[number]]

    def _led_to(self, number: int, found: dict[str, Found], allowed: NDArray[np.bool_]) -> list[Found]:
        unit = self.book.units[self.names[number]]
        rows = []
        for key in self.book.answers_of(unit):
            if key not in found:
                versions = self._versions(self.book.answers[key], allowed)
                if not versions:
                    continue
                found[key] = Found(self.book.answers[key], self.book.units[self.names[versions[0]]])
            rows.append(found[key])
        return rows

    def _versions(self, answer: Answer, allowed: NDArray[np.bool_]) -> list[int]:
        names = [f"article/{i}" for i in answer.articles] or [f"reply/{answer.shown}"]
        return [number for name in names if allowed[number := self._number[name]]]

    def _compare(self, inquiry: Inquiry, rows: list[Found], allowed: NDArray[np.bool_]) -> None:
        versions = [self._versions(row.answer, allowed) for row in rows]
        flat = [number for numbers in versions for number in numbers]
        text = self.vectors.scores(inquiry.vector, flat) if inquiry.vector.any() else np.zeros(len(flat), np.float32)
        lexical = self.lexical.scores(inquiry.text, flat)
        passage, place = self.passages.best(inquiry.vector, flat)
        passage = np.where(np.isnan(passage), text, passage)
        wanted = chain(inquiry.language)
        end = 0
        for row, numbers in zip(rows, versions, strict=True):
            start, end = end, end + len(numbers)
            units = [self.book.units[self.names[number]] for number in numbers]
            row.text, row.lexical = float(text[start:end].max()), float(lexical[start:end].max())
            best = start + int(passage[start:end].argmax())
            row.passage = float(passage[best])
            row.readable = inquiry.language == "unknown" or any(
                _alike(unit.record.language, inquiry.language) for unit in units
            )
            shown = min(
                range(len(units)), key=lambda i: (_place(units[i].record.language, wanted), -text[start + i], i)
            )
            row.version = units[shown]
            row.matched = _passage(units[shown].record, int(place[start + shown]))


def _known_questions(unit: Unit) -> set[str]:
    """The folded questions that this unit is known to answer: an article's title, a past question with and without its frame."""
    record = unit.record
    if isinstance(record, Article):
        return {fold(record.title)} - {""}
    if unit.field == "reply":
        return set()
    return {fold(record.question), fold(unit.text)} - {""}


def _alike(language: str | None, other: str) -> bool:
    return language is None or _SPELT_ALIKE.get(language, language) == _SPELT_ALIKE.get(other, other)


def _place(language: str | None, wanted: tuple[str, ...]) -> int:
    return wanted.index(language) if language in wanted else len(wanted)


def _passage(record: object, place: int) -> str:
    return passages_of(record)[place] if isinstance(record, Article) and place >= 0 else ""
