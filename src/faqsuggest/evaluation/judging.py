"""Graded relevance without hand labels, from what the agents did; and hand labels where there are some.

    3  the reply that was sent (or the same reply in other words of greeting and name), or the article that was linked
    2  a tag in common and a similar reply
    1  a tag in common
    –  otherwise: *unjudged*, which is not the same as wrong

Nothing is called wrong without a person who said so: grade 0 comes from a judgement file only.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import DataError, InputError
from faqsuggest.evaluation.ngrams import RememberedVectors, count_ngrams, inverse_document_frequency, template
from faqsuggest.records import Suggestion, Ticket

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SAME = 0.7
"""Cosine from which two replies count as one answer; of 142 hand-written pairs above it all named one article."""
SIMILAR = 0.5
"""Cosine from which replies with a tag in common count as similar; of 299 such pairs 298 named one article."""
_SAMPLE = 5000
_SENT = "sent"

Judgements = Mapping[tuple[str, str], float]
"""Grades by hand: (ticket id, id of the suggestion) → grade."""


@dataclass(frozen=True, slots=True)
class Graded:
    """One suggestion as judged: which answer it is, and its grade (NaN when unjudged)."""

    answer: str
    grade: float


@dataclass
class Judge:
    """Grades suggestions for tickets whose replies are known.

    Attributes:
        base: History with the articles (for parallels) and tickets (for the articles behind a past reply).
        judgements: Grades by hand; they overrule the others.
    """

    base: KnowledgeBase
    judgements: Judgements = field(default_factory=dict)
    _parallel: dict[str, str] = field(init=False, repr=False)
    _linked: dict[str, set[str]] = field(init=False, repr=False)
    _vectors: RememberedVectors = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._parallel = {a.id: f"parallel:{a.parallel}" for a in self.base.articles if a.parallel}
        self._linked = defaultdict(set)
        for ticket in self.base.tickets:
            for article_id in ticket.article_ids:
                self._linked[self.answer_key(article_id)].add(ticket.id)
        replies = sorted({ticket.reply for ticket in self.base.tickets if ticket.reply}, key=_scatter)[:_SAMPLE]
        self._vectors = RememberedVectors(inverse_document_frequency(count_ngrams(replies or ["-"])))

    def grade(self, tickets: Sequence[Ticket], lists: Sequence[Sequence[Suggestion]]) -> list[list[Graded]]:
        """Judge every suggestion for the ticket at the same place.

        Raises:
            InputError: If the two differ in length.
        """
        if len(tickets) != len(lists):
            raise InputError(
                f"lists of Judge.grade needs one list for each of the {len(tickets)} tickets; got {len(lists)}"
            )
        pairs = [(t, s) for t, suggestions in zip(tickets, lists, strict=True) for s in suggestions]
        likeness = iter(self._likeness(pairs))
        return [
            [self._graded(ticket, suggestion, next(likeness)) for suggestion in suggestions]
            for ticket, suggestions in zip(tickets, lists, strict=True)
        ]

    def answer_key(self, article_id: str) -> str:
        """The name under which an article and its versions in other languages count as one answer."""
        return self._parallel.get(article_id, f"article:{article_id}")

    def _likeness(self, pairs: Sequence[tuple[Ticket, Suggestion]]) -> NDArray[np.float64]:
        """Cosine of reply and suggestion; against an article the share of the reply that the article contains."""
        if not pairs:
            return np.zeros(0)
        replies = self._vectors.of([ticket.reply or "" for ticket, _ in pairs])
        offers = self._vectors.of([suggestion.text for _, suggestion in pairs])
        likeness = np.asarray(replies.multiply(offers).sum(axis=1), dtype=np.float64)
        articles = np.flatnonzero([suggestion.kind != "reply" for _, suggestion in pairs])
        likeness[articles] = np.maximum(likeness[articles], _contained(replies[articles], offers[articles]))
        return likeness

    def _graded(self, ticket: Ticket, suggestion: Suggestion, likeness: float) -> Graded:
        answer, linked = self._identity(ticket, suggestion)
        by_hand = self.judgements.get((ticket.id, suggestion.id))
        if by_hand is not None:
            return Graded(answer, float(by_hand))
        if linked:
            return Graded(answer, 3.0)
        if ticket.reply and likeness >= SAME:
            return Graded(_SENT if suggestion.kind == "reply" else answer, 3.0)
        if set(ticket.tags) & set(suggestion.tags):
            return Graded(answer, 2.0 if ticket.reply and likeness >= SIMILAR else 1.0)
        return Graded(answer, np.nan)

    def _identity(self, ticket: Ticket, suggestion: Suggestion) -> tuple[str, bool]:
        wanted = {self.answer_key(each) for each in ticket.article_ids}
        if suggestion.kind != "reply":
            key = self.answer_key(suggestion.id)
            return key, key in wanted
        # Its own reply stands behind a suggestion only where somebody planted it; then it is what was sent, whatever
        # redaction has made of its words.
        sources = suggestion.sources
        behind = ticket.id in sources or any(not self._linked[key].isdisjoint(sources) for key in wanted)
        return "reply:" + _reply_key(suggestion.text), behind


@lru_cache(maxsize=20_000)
def _reply_key(text: str) -> str:
    return _digest(template(text))


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8"), digest_size=8).hexdigest()


def _scatter(text: str) -> str:
    """A fixed order that has nothing to do with the alphabet, to take a sample by."""
    return _digest(text)


def _contained(replies: csr_array, offers: csr_array) -> NDArray[np.float64]:
    squared = replies.multiply(replies)
    return np.asarray(squared.multiply(offers.sign()).sum(axis=1), dtype=np.float64)


def read_judgements(path: str | PathLike[str]) -> tuple[dict[tuple[str, str], float], float]:
    """Grades given by agents, from a CSV file with the columns ticket_id, suggestion_id, grade and judge.

    Several judges of one pair are averaged; a judge's later row for a pair replaces the earlier one. Grades are 0
    (wrong), 1 (on topic), 2 (helps) and 3 (what I would send).

    Returns:
        The grades, and Cohen's κ over the pairs that two or more people judged, between the first two of them by name;
        NaN if there are none.

    Raises:
        DataError: If a column is missing or a grade is not 0, 1, 2 or 3; nothing is returned then.
    """
    by_pair: dict[tuple[str, str], dict[str, float]] = {}
    bad: list[tuple[int, str, str]] = []
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"ticket_id", "suggestion_id", "grade", "judge"} - set(reader.fieldnames or ())
        if missing:
            raise DataError(f"the judgement file lacks the columns {', '.join(sorted(missing))}")
        for number, row in enumerate(reader, start=1):
            if row["grade"] not in {"0", "1", "2", "3"}:
                bad.append((number, "grade", "must be 0, 1, 2 or 3"))
                continue
            by_pair.setdefault((row["ticket_id"], row["suggestion_id"]), {})[row["judge"]] = float(row["grade"])
    if bad:
        raise DataError(
            f"{len(bad)} rows of the judgement file have no grade of 0, 1, 2 or 3; first in row {bad[0][0]}", bad
        )
    twice = [[grades[judge] for judge in sorted(grades)[:2]] for grades in by_pair.values() if len(grades) > 1]
    agreement = cohen_kappa([first for first, _ in twice], [second for _, second in twice])
    return {pair: float(np.mean([*grades.values()])) for pair, grades in by_pair.items()}, agreement


def cohen_kappa(first: Iterable[float], second: Iterable[float], *, level: float = 2.0) -> float:
    """Agreement of two judges beyond chance, −1 to 1, on which grades reach ``level``; NaN without any pair.

    Cohen 1960. From 0.6 on labels are usually called good enough to compare systems with.

    Examples:
        >>> cohen_kappa([3, 3, 0, 0], [3, 2, 0, 3])
        0.5
    """
    a, b = np.array([*first]) >= level, np.array([*second]) >= level
    if len(a) != len(b):
        raise InputError(f"cohen_kappa needs both judges on the same pairs; got {len(a)} and {len(b)}")
    if len(a) == 0:
        return float("nan")
    observed = float((a == b).mean())
    chance = float(a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean()))
    return 1.0 if chance == 1.0 else (observed - chance) / (1.0 - chance)
