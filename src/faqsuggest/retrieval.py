"""Ask the indexes, and lay the evidence side by side, one row an answer.

An inquiry is compared with whole articles, with their sentences, with past questions and with past replies: by meaning
(vectors) and by spelling (character n-grams). Candidates come from both indexes, after the filters; their evidence is
then computed exactly. What the evidence is worth is decided in ``ranking``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.candidates import LEGS, Candidates, Found
from faqsuggest.data.answers import Answer, Unit
from faqsuggest.encoders.base import Encoder
from faqsuggest.filters import Filters, Mask, chain
from faqsuggest.records import LANGUAGES, Article, Ticket
from faqsuggest.text.language import choices, detect_language
from faqsuggest.text.mail import main_text
from faqsuggest.text.normalise import normalise
from faqsuggest.text.privacy.slots import question_key
from faqsuggest.units import Units, checked_rows

_SPELT_ALIKE = {"nb": "north", "nn": "north", "da": "north"}
_DEPTH = 32
_WORD = re.compile(r"\w")
Floats = NDArray[np.float32]


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


def read_inquiries(
    texts: Sequence[str], languages: Sequence[str | None] | None, encoder: Encoder, base: Collection[str] = LANGUAGES
) -> list[Inquiry | None]:
    """Prepare messages for ``search``; None stands for one without a word.

    Args:
        texts: As they came.
        languages: What the sender of each text speaks; None finds out.
        encoder: Fitted.
        base: Languages of the base.

    Raises:
        InputError: The encoder makes vectors that cannot be compared.
    """
    messages = [normalise(text) for text in texts]
    mains = {i: main for i, message in enumerate(messages) if _WORD.search(main := main_text(message))}
    if not mains:
        return [None] * len(texts)
    rows = checked_rows(encoder.encode_queries(list(mains.values())), len(mains), encoder.dimension, encoder.name)
    read: list[Inquiry | None] = [None] * len(texts)
    spoken_in = choices(base, LANGUAGES)
    for row, (i, main) in zip(rows, mains.items(), strict=True):
        spoken = (languages[i] if languages else None) or detect_language(main, spoken_in).code
        read[i] = Inquiry(main, row, spoken, frozenset((question_key(messages[i]), question_key(main))))
    return read


def search(units: Units, inquiry: Inquiry, k: int, filters: Filters) -> Candidates:
    """The answers worth ranking, in order of their key: at least ``k`` where as many may be offered.

    Args:
        units: Of the base, held for reading.
        inquiry: What is asked.
        k: How many different answers are wanted.
        filters: What may be offered.
    """
    return search_many(units, [inquiry], k, [filters])[0]


def search_many(units: Units, inquiries: Sequence[Inquiry], k: int, filters: Sequence[Filters]) -> list[Candidates]:
    """``search`` for each inquiry with the filters at its place; the indexes are asked once for all under one mask."""
    searches = [_Search(units, *each) for each in zip(inquiries, filters, strict=True)]
    together: dict[Filters, dict[int, list[_Search]]] = {}
    for each in searches:
        reach = replace(each.filters, language=None, at=None)
        together.setdefault(reach, {}).setdefault(id(each.allowed), []).append(each)
    for reach, masks in together.items():
        groups = list(masks.values())
        if len(groups) > 1:  # what readers of several languages see is nearly the same
            shared = replace(reach, at=groups[-1][-1].filters.at)
            units.lexical.expect(sum(map(len, groups)), units.permissions.mask(shared))
        for alike in groups:
            _gather(units, alike, k)
    return [each.candidates() for each in searches]


def _gather(units: Units, searches: Sequence[_Search], k: int) -> None:
    """Take up the answers that the units nearest by meaning, and by spelling, lead to: of more, where ``k`` lack.

    Args:
        units: Of the base.
        searches: Under one mask.
        k: How many different answers each wants.
    """
    allowed = searches[0].allowed
    total = int(np.count_nonzero(allowed))
    depth = min(_DEPTH, total)
    asked = list(searches)
    while asked and depth:
        for each, numbers in zip(asked, _nearest(units, [each.inquiry for each in asked], depth, allowed), strict=True):
            each.take(numbers)
        asked = [each for each in asked if each.count < k and depth < total]
        depth = min(4 * depth, total)
    for each in searches:
        if each.count < k:
            each.fill(k)


def _nearest(units: Units, inquiries: Sequence[Inquiry], depth: int, allowed: Mask) -> list[list[int]]:
    """For each inquiry numbers of the ``depth`` nearest units by meaning, and of those by spelling."""
    near: list[list[int]] = [[] for _ in inquiries]
    told = [place for place, inquiry in enumerate(inquiries) if inquiry.vector.any()]
    if told:
        vectors = np.stack([inquiries[place].vector for place in told])
        for place, numbers in zip(told, units.vectors.search(vectors, depth, allowed).ids.tolist(), strict=True):
            near[place] = numbers
    alike = units.lexical.search_many([inquiry.text for inquiry in inquiries], depth, allowed)
    return [numbers + hits.ids.tolist() for numbers, hits in zip(near, alike, strict=True)]


class _Search:
    """One inquiry on its way through the units.

    Attributes:
        inquiry: What is asked.
        filters: What may be offered.
        allowed: Their mask.
        count: How many answers were found.
    """

    def __init__(self, units: Units, inquiry: Inquiry, filters: Filters) -> None:
        self._units = units
        self.inquiry, self.filters = inquiry, filters
        self.allowed = units.permissions.mask(filters)
        self.count = 0
        self._visible = self.allowed.data
        """The same, for one number at a time: several times as fast as an array."""
        self._versions: dict[str, list[int]] = {}
        """By answer the numbers of what may be shown; none at all for an answer that may not be offered."""
        self._led: dict[int, list[str]] = {}
        """By number of a unit the answers found that it leads to."""
        self._repeats = self._repeated()

    def candidates(self) -> Candidates:
        """All that was taken up, compared."""
        return _compared(self._units, self.inquiry, self._versions, self._led, self._repeats)

    def take(self, numbers: Iterable[int]) -> None:
        """Take up the answers that these units lead to."""
        for number in numbers:
            self._lead(number)

    def fill(self, k: int) -> None:
        """Take up units that neither index finds, in order of number: texts that share nothing with the inquiry."""
        for number in np.flatnonzero(self.allowed).tolist():
            self._lead(number)
            if self.count >= k:
                break

    def _repeated(self) -> set[str]:
        """Answers to exactly this question."""
        known = {number for question in self.inquiry.folded for number in self._units.known(question)}
        return {key for number in sorted(known) if self._visible[number] for key in self._lead(number)}

    def _lead(self, number: int) -> list[str]:
        """The answers that a unit leads to and that may be offered."""
        keys = self._led.get(number)
        if keys is None:
            keys = self._led[number] = [key for key in self._units.leads(number) if self._may_show(key)]
        return keys

    def _may_show(self, key: str) -> bool:
        numbers = self._versions.get(key)
        if numbers is None:
            numbers = self._versions[key] = [each for each in self._units.shown(key) if self._visible[each]]
            self.count += bool(numbers)
        return bool(numbers)


def _compared(
    units: Units, inquiry: Inquiry, versions: Mapping[str, list[int]], led: Mapping[int, list[str]], repeats: set[str]
) -> Candidates:
    """The evidence of past questions and of the answers themselves, all in one look at each index."""
    keys = sorted(key for key, numbers in versions.items() if numbers)
    if not keys:
        return Candidates.of(())
    flat = [number for key in keys for number in versions[key]]
    ends = np.cumsum([len(versions[key]) for key in keys])
    starts = [0, *ends[:-1].tolist()]
    # In order of id, not of number, which depends on the order of adds: of equal cases the first is named.
    questions = sorted((unit.name, n) for n, to in led.items() if to and (unit := units.at(n)).field == "question")
    asked = [number for _, number in questions]
    numbers = np.array(asked + flat, dtype=np.int64)
    near = np.zeros(len(numbers), dtype=np.float32)
    if inquiry.vector.any():
        near = units.vectors.scores(inquiry.vector, numbers)
    alike = units.lexical.scores(inquiry.text, numbers)
    past = _Past.of(keys, [led[number] for number in asked], near.tolist(), alike.tolist())
    text, lexical = near[len(asked) :], alike[len(asked) :]
    passage, places = units.passages.best(inquiry.vector, flat)
    own = np.stack([text, np.where(np.isnan(passage), text, passage), lexical])
    legs = np.empty((len(keys), len(LEGS)))
    legs[:, [0, 1, 3]] = np.maximum.reduceat(own, starts, axis=1).T
    legs[:, 2], legs[:, 4] = past.near, past.alike
    shown = [units.at(number) for number in flat]
    spoken = [unit.record.language for unit in shown]
    reads = {code: _reads(code, inquiry.language) for code in set(spoken)}
    readable = np.logical_or.reduceat([reads[code] for code in spoken], starts)
    repeat = np.array([key in repeats for key in keys])
    details = _Details(
        [units.book.answers[key] for key in keys],
        [shown[start:end] for start, end in zip(starts, ends.tolist(), strict=True)],
        [None if place < 0 else units.at(asked[place]).record for place in past.cases],
        starts,
        text.tolist(),
        places.tolist(),
        chain(inquiry.language),
    )
    candidates = Candidates(keys, legs, readable, repeat, lambda row: details.found(candidates, row))
    return candidates


@dataclass(frozen=True, slots=True)
class _Past:
    """For each answer the best cosines of the past questions that led to it, and the place of the nearest, or −1."""

    near: list[float]
    alike: list[float]
    cases: list[int]

    @classmethod
    def of(
        cls, keys: Sequence[str], led: Sequence[Sequence[str]], near: Sequence[float], alike: Sequence[float]
    ) -> Self:
        rows = {key: row for row, key in enumerate(keys)}
        past = cls([0.0] * len(keys), [0.0] * len(keys), [-1] * len(keys))
        best = [(-1.0, -1.0)] * len(keys)
        for place, (answers, close, spelt) in enumerate(zip(led, near, alike, strict=False)):
            for key in answers:
                row = rows[key]
                past.near[row] = max(past.near[row], close)
                past.alike[row] = max(past.alike[row], spelt)
                if (close, spelt) > best[row]:
                    best[row] = close, spelt
                    past.cases[row] = place
        return past


@dataclass(frozen=True, slots=True)
class _Details:
    """What a ``Found`` holds beside the evidence that ranks it, answer by answer; versions lie one after the other."""

    answers: list[Answer]
    versions: list[list[Unit]]
    cases: list[Article | Ticket | None]
    starts: list[int]
    text: list[float]
    places: list[int]
    wanted: tuple[str, ...]

    def found(self, candidates: Candidates, row: int) -> Found:
        versions, start = self.versions[row], self.starts[row]
        shown = self._best_version(versions, start) if len(versions) > 1 else 0
        case = self.cases[row]
        text, passage, question, lexical, lexical_question = candidates.legs[row].tolist()
        return Found(
            answer=self.answers[row],
            version=versions[shown],
            versions=tuple(versions),
            text=text,
            passage=passage,
            question=question,
            lexical=lexical,
            lexical_question=lexical_question,
            readable=bool(candidates.readable[row]),
            repeat=bool(candidates.repeat[row]),
            case=case if isinstance(case, Ticket) else None,
            place=self.places[start + shown],
        )

    def _best_version(self, units: Sequence[Unit], start: int) -> int:
        """In the reader's language; among several the nearest article, the newest reply."""
        wanted = self.wanted
        places = [wanted.index(code) if (code := unit.record.language) in wanted else len(wanted) for unit in units]
        articles = isinstance(units[0].record, Article)
        return min(range(len(units)), key=lambda i: (places[i], -self.text[start + i] if articles else 0.0, i))


def _reads(language: str | None, asked: str) -> bool:
    """Whether the inquiry's language is this one, or is spelt like it."""
    alike = _SPELT_ALIKE.get(language or "", language) == _SPELT_ALIKE.get(asked, asked)
    return alike or language is None or asked == "unknown"
