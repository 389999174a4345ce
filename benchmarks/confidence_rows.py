"""Evidence and outcomes of the sets that confidence is measured on, and what is learnt from them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import confidence_sets as sets
from faqsuggest.candidates import Found
from faqsuggest.confidence import Calibrator
from faqsuggest.encoders import Encoder
from faqsuggest.evidence import COLUMNS, DATED, WEIGHED, Floats, evidence
from faqsuggest.filters import Filters
from faqsuggest.listwise import ListwiseRanker
from faqsuggest.own_order import refitted
from faqsuggest.policy import Sample
from faqsuggest.ranking import FusionWeights, rank
from faqsuggest.records import Article
from faqsuggest.retrieval import Inquiry, read_inquiries, search
from faqsuggest.suggester import Suggester

WITHOUT = (*DATED, "repeat", "candidates")
"""What such sets cannot teach: real dates, repeats, and the size of a base, which taking answers away betrays."""
WEIGHTS = FusionWeights(question=0.15, lexical_question=0.05)
"""Of the fixed hybrid under the order that ships. A past question that is alike pulls up an answer, and where the order
weighs it too it should not decide alone which ten candidates there are."""
Searched = tuple[sets.Query, Inquiry | None, Sequence[Found]]


@dataclass(frozen=True)
class Learnt:
    """An order and the calibrator that was learnt on it."""

    ranker: ListwiseRanker
    calibrator: Calibrator


@dataclass(frozen=True)
class Rows:
    """Evidence and outcomes of a set of queries, in the order of the fixed hybrid."""

    tables: list[Floats]
    right: list[Any]
    languages: list[str]

    def ordered(self, *rankers: ListwiseRanker) -> Rows:
        """The same in the order of a ranker, or of one for each."""
        each = rankers * len(self.tables) if len(rankers) == 1 else rankers
        orders = [ranker.order(table) for ranker, table in zip(each, self.tables, strict=True)]
        found = zip(each, self.tables, orders, strict=True)
        tables = [ranker.arranged(table, order) for ranker, table, order in found]
        return Rows(tables, [hits[order] for hits, order in zip(self.right, orders, strict=True)], self.languages)

    def sample(self, learnt: Learnt) -> Sample:
        """First suggestions of the learnt order with their confidences."""
        rows = self.ordered(learnt.ranker)
        chances = [learnt.calibrator.probabilities(table)[0] for table in rows.tables]
        return Sample(np.array(chances), np.array([bool(hits[0]) for hits in rows.right]))

    def raw(self, learnt: Learnt) -> Floats:
        """Cosine of the first suggestion of the same order."""
        return np.array([table[0, COLUMNS.index("text")] for table in self.ordered(learnt.ranker).tables])


def searched(problem: sets.Problem, encoder: Encoder) -> list[Searched]:
    """What the whole base gives for every query."""
    suggester = Suggester(encoder=encoder).fit(problem.kb)
    inquiries = read_inquiries([query.text for query in problem.queries], None, suggester.encoder_)
    found = []
    for query, inquiry in zip(problem.queries, inquiries, strict=True):
        rows = (
            search(suggester.units_, inquiry, WEIGHED, Filters(at=sets.NOW, kinds=problem.kinds))
            if inquiry is not None
            else []
        )
        found.append((query, inquiry, rows))
    return found


def rows_of(problem: sets.Problem, found: Iterable[Searched], kept: set[str] | None = None) -> Rows:
    """Evidence of the queries against a base that holds the answers of the keys in ``kept``; all when None."""
    tables, right, languages = [], [], []
    for query, inquiry, rows in found:
        held = [row for row in rows if kept is None or _key(problem, row) in kept]
        if inquiry is None or not held:
            continue
        ranked = rank(held, WEIGHTS)
        tables.append(evidence(ranked.candidates, ranked.scores, inquiry, at=sets.NOW))
        right.append(np.array([problem.is_right(one.found.version.record, query) for one in ranked[:WEIGHED]]))
        languages.append(query.language)
    return Rows(tables, right, languages)


def _key(problem: sets.Problem, row: Found) -> str:
    record = row.version.record
    return problem.keys[record.id] if isinstance(record, Article) else ""


def halves(problem: sets.Problem, found: Sequence[Searched], seed: int) -> tuple[Rows, Rows]:
    """Fitting and test side: topics disjoint, half of their answers taken away, unanswerable queries dealt out."""
    rng = random.Random(seed)
    topics = sorted(set(problem.keys.values()))
    rng.shuffle(topics)
    lost = [one for one in found if not one[0].topic]
    rng.shuffle(lost)
    sides = []
    for place, own in enumerate((topics[: len(topics) // 2], topics[len(topics) // 2 :])):
        asked = [one for one in found if one[0].topic in set(own)] + lost[place::2]
        sides.append(rows_of(problem, asked, set(own[: len(own) // 2])))
    return sides[0], sides[1]


def half_taken(problem: sets.Problem, found: Sequence[Searched], seed: int = 0) -> Rows:
    """All queries against half of the answers."""
    return rows_of(problem, found, half_of_topics(problem, seed))


def half_of_topics(problem: sets.Problem, seed: int = 0) -> set[str]:
    """Keys of the answers that stay when half are taken away."""
    topics = sorted(set(problem.keys.values()))
    random.Random(seed).shuffle(topics)
    return set(topics[: len(topics) // 2])


def by_time(problem: sets.Problem, found: Sequence[Searched], kept: set[str] | None = None) -> tuple[Rows, Rows]:
    """The older half of the queries and the newer one, against the answers of the keys in ``kept``; all when None."""
    ordered = sorted(found, key=lambda one: one[0].at)
    half = len(ordered) // 2
    return rows_of(problem, ordered[:half], kept), rows_of(problem, ordered[half:], kept)


def fitted(parts: Sequence[Rows], order_alone: Sequence[Rows] = (), confidence_alone: Sequence[Rows] = ()) -> Learnt:
    """An order, and a calibrator with trees on that order.

    Args:
        parts: Teach both.
        order_alone: Teach the order only: the same pages in other bases would outvote the desks on how sure to be.
        confidence_alone: Teach the calibrator only: the same inquiries in a base of another kind would outvote the
            pages on what a short question means.
    """
    tables, right = _joined([*parts, *order_alone])
    ranker = ListwiseRanker.fit(tables, right)
    tables, right = _joined([part.ordered(ranker) for part in (*parts, *confidence_alone)])
    calibrator = Calibrator.fit(tables, right, without=WITHOUT).with_trees(tables, right, without=WITHOUT)
    return Learnt(ranker, calibrator)


def own(fit: Rows, start: Learnt, *, order: bool = True) -> Learnt:
    """What own inquiries make of it, as ``calibrated.calibrate`` does.

    Args:
        fit: In whatever order.
        start: What ships.
        order: Whether the order may move; it does only where that proves better.
    """
    moved = refitted(fit.tables, fit.right, start.ranker, without=WITHOUT) if order else None
    ordered = fit.ordered(start.ranker) if moved is None else fit.ordered(*moved.crossed)
    calibrator = Calibrator.fit(ordered.tables, ordered.right, start=start.calibrator, without=WITHOUT)
    return Learnt(start.ranker if moved is None else moved.ranker, calibrator)


def _joined(parts: Sequence[Rows]) -> tuple[list[Floats], list[Any]]:
    return [table for part in parts for table in part.tables], [hits for part in parts for hits in part.right]
