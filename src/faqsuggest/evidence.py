"""What is known about each candidate of one inquiry, as numbers: the input of the calibrated confidence.

Everything is computed from what retrieval found, for the first candidates of the fused order; no column looks at the
reply that was sent to the inquiry itself, which is not in the base when history is replayed.

    column            range      meaning
    text              −1…1       cosine to the whole text of the answer
    passage           −1…1       cosine to its best sentence
    question          −1…1       cosine to the nearest past question that led to it; 0 without one
    lexical           0…1        character n-gram cosine; 0 where spelling cannot tell
    lexical_question  0…1        the same to the nearest past question
    nearest           −1…1       largest of text, passage and question
    X_margin          −2…2       nearest, text, passage, question, lexical: how far ahead of the best other answer
    fused             0…1        score of the fixed hybrid
    fused_margin      −1…1       how far ahead of the best other answer
    share             −8…8       log-odds that the answer is the one, were the encoder's similarities all there is
    firsts            0…1        share of the legs that speak in which it is first
    rank_gap          0…         logarithm of its ranks by meaning and by spelling, apart
    title_words       0…1        share of the inquiry's words in the title; words count by their first six letters
    answer_words      0…1        the same in the answer
    case_words        0…1        the same in the nearest past question
    rare_words        0…1        share in the answer where words that few candidates hold weigh more
    telling_answer    0…1        answer_words where words weigh less the more often customers write them at all
    telling_rare      0…1        rare_words with the same weights
    concept_answer    0…1        share of the inquiry's concepts in the answer, weighed as words are (text.concepts)
    concept_title     0…1        the same in the title
    concept_rare      0…1        the same in answer or question where what few candidates hold weighs more
    meant_answer      0…1        telling_answer where a word is in the answer, too, if one of its concepts is
    meant_rare        0…1        telling_rare likewise
    title_covered     0…1        share of the title's words in the inquiry
    length            0…         logarithm of the number of words of the inquiry
    answer_length     0…         the same of the answer
    case              0 or 1     the answer has been sent or linked before
    sent              0…         logarithm of the number of tickets of the group
    sent_lately       0…1        share of the group's tickets among the candidates' of the last 90 days
    age               0…         logarithm of the years since it was last written or sent
    rating            −1…1       mean rating of the group on a scale of 1 to 5, shrunk towards 0
    tags              0…1        how much of the other candidates' weight carries one of its tags
    language          0 or 1     it is in the language of the inquiry
    readable          0 or 1     it is in a language that is spelt alike
    article           0 or 1     it is an article or standard reply, not a past reply
    repeat            0 or 1     the inquiry repeats a known question of it exactly
    first             0 or 1     it is first in the order
    standing          −8…8       log-odds that it is the right one, by the learnt order; 0 where there is none
    ties              0…         logarithm of the number of answers within 0.05 of the nearest (the same for all rows)
    novelty           −5…5       how far the nearest stands out from those below it, in their standard deviations
    rest              −1…1       mean similarity of the nine next to the nearest
    unseen            0…1        share of the inquiry's words that no candidate holds
    telling_unseen    0…1        the same where words weigh less the more often customers write them
    meant_unseen      0…1        the same where a word is held, too, if one of its concepts is
    candidates        0…         logarithm of the number of candidates
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import UTC, datetime
from functools import lru_cache
from math import log, log1p
from sys import intern
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from faqsuggest.candidates import LEGS, Candidates, Found
from faqsuggest.records import Article
from faqsuggest.retrieval import Inquiry
from faqsuggest.text.concepts import concept_tells, concepts_in, concepts_of, stems_for
from faqsuggest.text.telling import stems, telling

Floats = NDArray[np.float64]
Name = TypeVar("Name", str, int)

COLUMNS = (
    *LEGS,
    "nearest",
    "nearest_margin",
    "text_margin",
    "passage_margin",
    "question_margin",
    "lexical_margin",
    "fused",
    "fused_margin",
    "share",
    "firsts",
    "rank_gap",
    "title_words",
    "answer_words",
    "case_words",
    "rare_words",
    "telling_answer",
    "telling_rare",
    "concept_answer",
    "concept_title",
    "concept_rare",
    "meant_answer",
    "meant_rare",
    "title_covered",
    "length",
    "answer_length",
    "case",
    "sent",
    "sent_lately",
    "age",
    "rating",
    "tags",
    "language",
    "readable",
    "article",
    "repeat",
    "first",
    "standing",
    "ties",
    "novelty",
    "rest",
    "unseen",
    "telling_unseen",
    "meant_unseen",
    "candidates",
)
"""Names of the columns, in their order."""
DATED = ("sent", "sent_lately", "age", "rating")
"""Columns that only a team's own history can teach."""
WEIGHED = 10
"""Candidates that get evidence; those behind them are never offered with confidence."""

_TEMPERATURE = 0.05
_TIE = 0.05
_LATELY = 90 * 86_400.0
_YEAR = 365.25 * 86_400.0
_STEPS = 1000
"""Of the weight of a word or concept."""


def evidence(rows: Iterable[Found], fused: Floats, inquiry: Inquiry, *, at: datetime | None = None) -> Floats:
    """Evidence for the first ``WEIGHED`` candidates of one inquiry, of shape (at most ``WEIGHED``, columns).

    Args:
        rows: All candidates, in the order of the fixed hybrid.
        fused: Their fused scores, of shape (n,).
        inquiry: What was asked.
        at: The moment of the question, for what depends on age; now when None.
    """
    candidates = Candidates.of(rows)
    weighed = candidates[:WEIGHED]
    top = len(weighed)
    columns = _likeness(candidates, fused, top)
    columns |= _words(weighed, inquiry)
    columns |= _circumstances(weighed, inquiry, (at or datetime.now(UTC)).timestamp())
    columns["tags"] = _tag_support(weighed, columns["share"])
    table = np.empty((top, len(COLUMNS)))
    for place, name in enumerate(COLUMNS):
        table[:, place] = columns[name]
    return table


def _likeness(candidates: Candidates, fused: Floats, top: int) -> dict[str, Floats | float]:
    legs: Floats = candidates.legs.copy()
    readable = candidates.readable
    legs[:, 3] *= readable
    nearest = legs[:, :3].max(axis=1)
    scored = np.column_stack([nearest, legs[:, :4], fused])
    ahead = scored[:top] - _best_other(scored, top)
    columns: dict[str, Floats | float] = {leg: legs[:top, place] for place, leg in enumerate(LEGS)}
    columns["nearest"], columns["fused"], columns["readable"] = (
        nearest[:top],
        fused[:top],
        readable[:top].astype(np.float64),
    )
    for place, name in enumerate(("nearest", *LEGS[:4], "fused")):
        columns[f"{name}_margin"] = ahead[:, place]
    spoken = scored.max(axis=0) > 0
    columns["firsts"] = ((ahead >= 0) & spoken).sum(axis=1) / max(1, int(spoken.sum()))
    ranks = np.log(1.0 + (legs[None, :, [0, 3]] > legs[:top, None, [0, 3]]).sum(axis=1))
    columns["rank_gap"] = np.where(readable[:top], np.abs(ranks[:, 0] - ranks[:, 1]), ranks[:, 0])
    columns["share"] = _log_odds(nearest)[:top]
    return columns | _distribution(nearest)


def _best_other(scored: Floats, top: int) -> Floats:
    """For each of the first rows the largest value of each column among the other rows; 0 for a single row."""
    if len(scored) == 1:
        return np.zeros((1, scored.shape[1]))
    two = np.partition(scored, len(scored) - 2, axis=0)[-2:]
    best: Floats = np.where(scored[:top] >= two[1], two[0], two[1])
    return best


def _log_odds(nearest: Floats) -> Floats:
    weights = np.exp((nearest - nearest.max()) / _TEMPERATURE)
    share = weights / weights.sum()
    odds: Floats = np.clip(np.log(share + 1e-9) - np.log(1.0 - share + 1e-9), -8.0, 8.0)
    return odds


def _distribution(nearest: Floats) -> dict[str, Floats | float]:
    falling = -np.sort(-nearest)
    below = falling[1:]
    rest = float(below[:9].mean()) if len(below) else 0.0
    spread = float(below.std()) if len(below) > 1 else 0.0
    stands_out = float(falling[0] - below.mean()) / (spread + 0.02) if len(below) else 0.0
    return {
        "ties": log(np.count_nonzero(falling >= falling[0] - _TIE)),
        "novelty": max(-5.0, min(5.0, stands_out)),
        "rest": rest,
        "candidates": log(len(nearest)),
    }


def _words(rows: Sequence[Found], inquiry: Inquiry) -> dict[str, Floats | float]:
    words = stems(inquiry.text)
    concepts = concepts_in(words)
    near = stems_for(concepts)  # of a text only these are looked up, which are few
    titles = [_known(_title(row), near, concepts) for row in rows]
    answers = [_known(f"{_title(row)}\n{_body(row)}", near, concepts) for row in rows]
    cases = [_known(_asked_before(row), near, concepts) for row in rows]
    tells = {word: _tells(word) for word in words}
    means = {concept: _means(concept) for concept in concepts}
    bodies = [words & each.words for each in answers]
    held = [body | (words & case.words) for body, case in zip(bodies, cases, strict=True)]
    found = [each.concepts for each in answers]
    seen = [here | case.concepts for here, case in zip(found, cases, strict=True)]
    belongs = {word: concepts_of(word) for word in words}
    meant = [body | _said(belongs, here) for body, here in zip(bodies, found, strict=True)]
    known = [
        here | _said(belongs, there) if case.words else said
        for here, there, case, said in zip(held, seen, cases, meant, strict=True)
    ]
    rarity = _rarity(words, held)
    unseen = [word for word, weight in rarity.items() if not weight]
    total = max(1, len(words))
    return {
        "title_words": np.array([len(words & title.words) / total for title in titles]),
        "answer_words": np.array([len(body) / total for body in bodies]),
        "case_words": np.array([len(words & case.words) / total for case in cases]),
        "rare_words": _shares(held, rarity),
        "telling_answer": _shares(bodies, tells),
        "telling_rare": _shares(held, _product(rarity, tells)),
        "concept_answer": _shares(found, means),
        "concept_title": _shares([title.concepts for title in titles], means),
        "concept_rare": _shares(seen, _product(_rarity(concepts, seen), means)),
        "meant_answer": _shares(meant, tells),
        "meant_rare": _shares(known, _product(_rarity(words, known), tells)),
        "title_covered": np.array([len(words & title.words) / max(1, len(title.words)) for title in titles]),
        "unseen": len(unseen) / total,
        "telling_unseen": float(_shares([unseen], tells)[0]),
        "meant_unseen": float(_shares([words - set[str]().union(*known)], tells)[0]),
        "length": log1p(len(words)),
        "answer_length": np.log1p([float(len(each.words)) for each in answers]),
    }


class _Known(NamedTuple):
    """What a text says: words by their first six letters, and the inquiry's concepts that they belong to."""

    words: Set[str]
    concepts: Set[int]


def _known(text: str, near: Set[str], concepts: Set[int]) -> _Known:
    words = _stems(text)
    return _Known(words, concepts & concepts_in(words & near))


@lru_cache(maxsize=8192)  # what is asked about most is found again and again; some 4 KB each
def _stems(text: str) -> frozenset[str]:
    return frozenset(map(intern, stems(text)))


def forget_texts() -> None:
    """Drop what this process remembers of texts, so that nothing of an erased one stays."""
    _stems.cache_clear()
    _tells.cache_clear()


@lru_cache(maxsize=4096)
def _tells(word: str) -> int:
    return round(_STEPS * telling(word))


@lru_cache(maxsize=8192)
def _means(concept: int) -> int:
    return round(_STEPS * concept_tells(concept))


def _said(belongs: Mapping[str, Iterable[int]], concepts: Set[int]) -> set[str]:
    """The words that belong to one of these concepts."""
    return {word for word, own in belongs.items() if not concepts.isdisjoint(own)}


def _rarity(names: Iterable[Name], held: Sequence[Set[Name]]) -> dict[Name, int]:
    """How few candidates hold each of some words or concepts; 0 for what none holds."""
    count: Counter[Name] = Counter()
    for each in held:
        count.update(each)
    levels = _levels(len(held))
    return {name: levels[count.get(name, 0)] for name in names}


@lru_cache(maxsize=WEIGHED)
def _levels(candidates: int) -> list[int]:
    """By how many of the candidates hold something, how rare it is."""
    return [0, *(round(_STEPS * log((candidates + 1.0) / n)) for n in range(1, candidates + 1))]


def _product(one: Mapping[Name, int], other: Mapping[Name, int]) -> dict[Name, int]:
    return {name: weight * other[name] for name, weight in one.items()}


def _shares(held: Iterable[Iterable[Name]], weights: Mapping[Name, int]) -> Floats:
    """What part of the weight of all words, or concepts, each of some has.

    Weights are whole numbers, since sets come in another order in every process, and sums of fractions hang on it.
    """
    mass = max(1, sum(weights.values()))
    return np.array([sum(map(weights.__getitem__, names)) for names in held]) / mass


def _title(row: Found) -> str:
    record = row.version.record
    return record.title if isinstance(record, Article) else record.subject or ""


def _body(row: Found) -> str:
    record = row.version.record
    return record.body if isinstance(record, Article) else record.reply or ""


def _asked_before(row: Found) -> str:
    return "" if row.case is None else row.case.question


def _circumstances(rows: Sequence[Found], inquiry: Inquiry, now: float) -> dict[str, Floats | float]:
    sends = [row.answer.sends for row in rows]
    lately = np.array([_between(each.moments, now - _LATELY, now) for each in sends], dtype=float)
    return {
        "case": np.array([row.case is not None or bool(row.answer.tickets) for row in rows], dtype=float),
        "sent": np.log1p([float(len(each.ids)) for each in sends]),
        "sent_lately": lately / max(1.0, float(lately.sum())),
        "age": np.array([_age(row, each.moments, now) for row, each in zip(rows, sends, strict=True)]),
        "rating": np.array([each.rating for each in sends]),
        "language": np.array([row.version.record.language == inquiry.language for row in rows], dtype=float),
        "article": np.array([row.answer.kind != "reply" for row in rows], dtype=float),
        "repeat": np.array([row.repeat for row in rows], dtype=float),
        "first": np.eye(1, len(rows))[0],
        "standing": np.zeros(len(rows)),
    }


def _age(row: Found, sends: Sequence[float], now: float) -> float:
    record = row.version.record
    written = record.updated_at.timestamp() if isinstance(record, Article) and record.updated_at else None
    moments = [*sends[-1:], *([] if written is None else [written])]
    return log1p(max(0.0, now - max(moments)) / _YEAR) if moments else 0.0


def _between(moments: Sequence[float], first: float, last: float) -> int:
    """How many of rising moments lie between two, both included."""
    return bisect_right(moments, last) - bisect_left(moments, first)


def _tag_support(rows: Sequence[Found], odds: Floats | float) -> Floats:
    """A vote of the neighbours: which tags an inquiry like this has, and whether a candidate carries one of them."""
    weights: list[float] = np.exp(0.5 * (np.asarray(odds) - np.max(odds))).tolist()
    tagged = [(place, set(tags)) for place, row in enumerate(rows) if (tags := row.version.record.tags)]
    support = np.zeros(len(rows))
    for place, own in tagged:
        others = [(weights[j], tags) for j, tags in tagged if j != place]
        mass = sum(weight for weight, _ in others)
        if mass > 0:
            support[place] = sum(weight for weight, tags in others if not own.isdisjoint(tags)) / mass
    return support
