"""Ask the indexes, and lay the evidence side by side, one row an answer.

An inquiry is compared with whole articles, with their sentences, with past questions and with past replies: by meaning
(vectors) and by spelling (character n-grams). Candidates come from both indexes, after the filters; their evidence is
then computed exactly. What the evidence is worth is decided in ``ranking``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.answers import Answer, Unit
from faqsuggest.encoders.base import Encoder
from faqsuggest.filters import Filters, chain
from faqsuggest.passages import passages_of
from faqsuggest.records import LANGUAGES, Article, Ticket
from faqsuggest.text.language import detect_language
from faqsuggest.text.mail import main_text
from faqsuggest.text.normalise import fold, normalise
from faqsuggest.units import Units, checked_rows

LEGS = ("text", "passage", "question", "lexical", "lexical_question")
_SPELT_ALIKE = {"nb": "north", "nn": "north", "da": "north"}
_DEPTH = 32
_WORD = re.compile(r"\w")
Floats = NDArray[np.float32]


@dataclass(slots=True)
class Found:
    """One answer found for an inquiry, and how it fits.

    Attributes:
        answer: What would be offered.
        version: The article or reply to show, in the reader's language where there is one.
        versions: All that may be shown.
        text: Cosine to the whole text of its best version.
        passage: Cosine to the best sentence of an article; to the whole of a reply.
        question: Cosine to the nearest past question that led to it; 0 without one.
        lexical: Character n-gram cosine to its best version.
        lexical_question: Character n-gram cosine to the nearest past question; 0 without one.
        readable: Whether spelling can tell: a version is in the inquiry's language, or in one spelt like it.
        repeat: Whether the inquiry repeats a known question of it exactly.
        case: The nearest past question.
        place: Which passage of an article fits best; −1 for a reply.
    """

    answer: Answer
    version: Unit
    versions: tuple[Unit, ...] = ()
    text: float = 0.0
    passage: float = 0.0
    question: float = 0.0
    lexical: float = 0.0
    lexical_question: float = 0.0
    readable: bool = True
    repeat: bool = False
    case: Ticket | None = None
    place: int = -1

    @property
    def matched(self) -> str:
        """The passage that fits best; "" for a reply."""
        record = self.version.record
        return passages_of(record)[self.place] if isinstance(record, Article) and self.place >= 0 else ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked of the indexes.

    Attributes:
        text: The part of the message that carries the question.
        vector: Of the text; zeros when the encoder finds nothing in it.
        language: Code, or "unknown".
        folded: The message and its text as keys of equal questions.
    """

    text: str
    vector: Floats
    language: str
    folded: frozenset[str]


def read_inquiries(texts: Sequence[str], language: str | None, encoder: Encoder) -> list[Inquiry | None]:
    """Prepare messages for ``search``; None stands for one without a word.

    Args:
        texts: As they came.
        language: What the senders speak; None finds out.
        encoder: Fitted.

    Raises:
        InputError: The encoder makes vectors that cannot be compared.
    """
    messages = [normalise(text) for text in texts]
    mains = {i: main for i, message in enumerate(messages) if _WORD.search(main := main_text(message))}
    if not mains:
        return [None] * len(texts)
    rows = checked_rows(encoder.encode_queries(list(mains.values())), len(mains), encoder.dimension, encoder.name)
    read: list[Inquiry | None] = [None] * len(texts)
    for row, (i, main) in zip(rows, mains.items(), strict=True):
        spoken = language or detect_language(main, LANGUAGES).code
        read[i] = Inquiry(main, row, spoken, frozenset((fold(messages[i]), fold(main))))
    return read


def search(units: Units, inquiry: Inquiry, k: int, filters: Filters) -> list[Found]:
    """The answers worth ranking, in order of their key: at least ``k`` where as many may be offered.

    Args:
        units: Of the base, held for reading.
        inquiry: What is asked.
        k: How many different answers are wanted.
        filters: What may be offered.
    """
    return _Search(units, inquiry, filters).rows(k)


class _Search:
    """One inquiry on its way through the units."""

    def __init__(self, units: Units, inquiry: Inquiry, filters: Filters) -> None:
        self._units = units
        self._inquiry = inquiry
        self._allowed = units.permissions.mask(filters)
        self._found: dict[str, Found] = {}
        self._versions: dict[str, list[int]] = {}
        self._led: dict[int, list[Found]] = {}
        self._readable: dict[str | None, bool] = {}

    def rows(self, k: int) -> list[Found]:
        total = int(np.count_nonzero(self._allowed))
        if not total:
            return []
        self._repeat()
        depth = min(_DEPTH, total)
        self._gather(depth)
        while len(self._found) < k and depth < total:
            depth = min(4 * depth, total)
            self._gather(depth)
        if len(self._found) < k:
            self._fill(k)
        rows = [self._found[key] for key in sorted(self._found)]
        if rows:
            self._compare(rows)
        return rows

    def _repeat(self) -> None:
        for question in self._inquiry.folded:
            for number in self._units.known(question):
                if self._allowed[number]:
                    for row in self._lead(number):
                        row.repeat = True

    def _gather(self, depth: int) -> None:
        """Take up the answers that the ``depth`` nearest units by meaning, and by spelling, lead to."""
        numbers: list[int] = []
        if self._inquiry.vector.any():
            numbers += self._units.vectors.search(self._inquiry.vector[None, :], depth, self._allowed).ids[0].tolist()
        numbers += self._units.lexical.search(self._inquiry.text, depth, self._allowed).ids.tolist()
        for number in numbers:
            self._lead(number)

    def _fill(self, k: int) -> None:
        """Units that neither index finds, in order of number: texts that share nothing with the inquiry."""
        for number in np.flatnonzero(self._allowed).tolist():
            self._lead(number)
            if len(self._found) >= k:
                break

    def _lead(self, number: int) -> list[Found]:
        """The rows of the answers that a unit leads to."""
        rows = self._led.get(number)
        if rows is None:
            rows = [row for key in self._units.leads(number) if (row := self._row(key)) is not None]
            self._led[number] = rows
        return rows

    def _row(self, key: str) -> Found | None:
        if key not in self._versions:
            numbers = [number for number in self._units.shown(key) if self._allowed[number]]
            self._versions[key] = numbers
            if numbers:
                self._found[key] = Found(self._units.book.answers[key], self._units.at(numbers[0]))
        return self._found.get(key)

    def _compare(self, rows: Sequence[Found]) -> None:
        """The evidence of past questions and of the answers themselves, all in one look at each index."""
        questions = [n for n, led in self._led.items() if led and self._units.at(n).field == "question"]
        # In order of id, not of number, which depends on the order of adds: of equal cases the first is named.
        asked = sorted(questions, key=lambda number: self._units.at(number).name)
        flat = [number for row in rows for number in self._versions[row.answer.key]]
        vector = self._inquiry.vector
        near = np.zeros(len(asked) + len(flat), dtype=np.float32)
        if vector.any():
            near = self._units.vectors.scores(vector, asked + flat)
        alike = self._units.lexical.scores(self._inquiry.text, asked + flat)
        self._compare_questions(asked, near.tolist(), alike.tolist())
        self._compare_versions(rows, flat, near[len(asked) :], alike[len(asked) :])

    def _compare_questions(self, asked: Sequence[int], near: Sequence[float], alike: Sequence[float]) -> None:
        best: dict[str, tuple[float, float]] = {}
        for number, close, spelt in zip(asked, near, alike, strict=False):
            record = self._units.at(number).record
            for row in self._led[number]:
                row.question = max(row.question, close)
                row.lexical_question = max(row.lexical_question, spelt)
                if isinstance(record, Ticket) and (close, spelt) > best.get(row.answer.key, (-1.0, -1.0)):
                    best[row.answer.key] = close, spelt
                    row.case = record

    def _compare_versions(self, rows: Sequence[Found], flat: Sequence[int], text: Floats, lexical: Floats) -> None:
        passage, place = self._units.passages.best(self._inquiry.vector, flat)
        passage = np.where(np.isnan(passage), text, passage)
        ends = np.cumsum([len(self._versions[row.answer.key]) for row in rows])
        starts = [0, *ends[:-1].tolist()]
        best = zip(*(np.maximum.reduceat(leg, starts).tolist() for leg in (text, passage, lexical)), strict=True)
        for row, start, end, legs in zip(rows, starts, ends.tolist(), best, strict=True):
            row.text, row.passage, row.lexical = legs
            shown = 0
            if end - start > 1:
                row.versions = tuple([self._units.at(number) for number in flat[start:end]])
                shown = self._best_version(row.versions, text[start:end])
                row.version = row.versions[shown]
            else:  # the version that the row was made with
                row.versions = (row.version,)
            row.place = int(place[start + shown])
            row.readable = any([self._reads(unit.record.language) for unit in row.versions])

    def _best_version(self, units: Sequence[Unit], text: Floats) -> int:
        """In the reader's language; among several the nearest article, the newest reply."""
        wanted = chain(self._inquiry.language)
        places = [wanted.index(code) if (code := unit.record.language) in wanted else len(wanted) for unit in units]
        nearness = -text if isinstance(units[0].record, Article) else np.zeros(len(units))
        return min(range(len(units)), key=lambda i: (places[i], nearness[i], i))

    def _reads(self, language: str | None) -> bool:
        """Whether the inquiry's language is this one, or is spelt like it."""
        if language not in self._readable:
            asked = self._inquiry.language
            alike = _SPELT_ALIKE.get(language or "", language) == _SPELT_ALIKE.get(asked, asked)
            self._readable[language] = alike or language is None or asked == "unknown"
        return self._readable[language]
