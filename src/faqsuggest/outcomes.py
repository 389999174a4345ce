"""Inquiries with known answers, asked of a base: the evidence of what was found, and whether it was right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from faqsuggest.candidates import Found
from faqsuggest.confidence import Calibrator, order_of
from faqsuggest.data.answers import AnswerBook, question_text
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.data.shield import Shield
from faqsuggest.encoders.base import Encoder
from faqsuggest.errors import InputError
from faqsuggest.evidence import WEIGHED, Floats
from faqsuggest.filters import Filters
from faqsuggest.listwise import ListwiseRanker, Ranking, unranked, weighed
from faqsuggest.policy import Sample, groups_of
from faqsuggest.progress import progress
from faqsuggest.ranking import rank
from faqsuggest.records import Ticket
from faqsuggest.retrieval import Inquiry, read_inquiries, search_many
from faqsuggest.units import Units

_BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An inquiry and the keys of the answers that are right for it; none when the base has no answer.

    Attributes:
        id: Of the ticket, or the place in the list of pairs.
        right: Keys of answers, as in ``AnswerBook.answers``.
        at: The moment of the question; None for now.
    """

    id: str
    text: str
    right: frozenset[str]
    at: datetime | None = None
    channel: str | None = None
    brand: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found for a case.

    Attributes:
        table: Evidence of the first candidates; no rows when nothing was found.
        right: Whether each candidate is right.
        keys: The answers.
        groups: Of each candidate, as a policy sees them.
    """

    case: Case
    table: Floats
    right: NDArray[np.bool_]
    keys: tuple[str, ...]
    groups: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Graded:
    """Candidates of an inquiry with what one user did with some of them; what feedback teaches.

    Attributes:
        user: Who gave the feedback.
        query: The inquiry, redacted.
        at: When it was asked.
        table: Evidence of the first candidates.
        used: What was used of each, 0 to 1.
        seen: Probability with which each was looked at, relative to the first place.
        weights: What each counts for; 0 where nothing is known.
        keys: The answers.
    """

    user: str
    query: str
    at: datetime
    table: Floats
    used: Floats
    seen: Floats
    weights: Floats
    keys: tuple[str, ...]


Ordered = TypeVar("Ordered", Outcome, Graded)


def in_order_of(given: Ordered, ranker: ListwiseRanker | None) -> Ordered:
    """The same candidates in the order of a ranker, of the fixed hybrid for None, whatever order they are in."""
    if not len(given.table):
        return given
    order, table = unranked(given.table)
    if ranker is not None:
        places = ranker.order(table)
        order, table = order[places], ranker.arranged(table, places)
    keys = tuple(given.keys[place] for place in order)
    if isinstance(given, Outcome):
        groups = tuple(given.groups[place] for place in order)
        return replace(given, table=table, right=given.right[order], keys=keys, groups=groups)
    used, seen, weights = given.used[order], given.seen[order], given.weights[order]
    return replace(given, table=table, used=used, seen=seen, weights=weights, keys=keys)


def labels_of(graded: Sequence[Graded], calibrator: Calibrator) -> list[Floats]:
    """How likely each candidate is right, after what was done with it: 1 where it was used, the prior where unseen.

    Under the position-based model; see ``Calibrator.fit``.

    Args:
        graded: One or more.
        calibrator: Says how likely each was right before.
    """
    prior = calibrator.probabilities(np.concatenate([each.table for each in graded]))
    used, seen = (np.concatenate([getattr(each, name) for each in graded]) for name in ("used", "seen"))
    unseen = (1.0 - seen) * prior / np.maximum(1.0 - seen * prior, 1e-9)
    return np.split(used + (1.0 - used) * unseen, np.cumsum([len(each.table) for each in graded])[:-1])


def cases_of(
    given: KnowledgeBase | Iterable[tuple[str, Iterable[str] | str | None]], book: AnswerBook, shield: Shield
) -> list[Case]:
    """The tickets of a base, or pairs, as cases whose texts are treated as those of the base were."""
    if isinstance(given, KnowledgeBase):
        cases = cases_of_tickets(shield.tickets(given.tickets), book)
    else:
        cases = cases_of_pairs(given, book)
    return [replace(case, text=shield.inquiry(case.text)) for case in cases]


def cases_of_tickets(
    tickets: Iterable[Ticket], book: AnswerBook, *, groups: Mapping[str, str] | None = None
) -> list[Case]:
    """Tickets as cases, oldest first; right are the reply that was sent, in any wording, and each linked article.

    Only tickets with a reply or a linked article tell anything, and only those that are not in the base: a ticket would
    find itself. A reply that the base does not have makes a case without a right answer.

    Args:
        tickets: Any.
        book: Of the base.
        groups: Ticket id → name of what its reply says, over base and tickets together, as ``AnswerBook.groups`` of
            both gives it; compared anew when None, which takes long on a large base.
    """
    later = {ticket.id: ticket for ticket in tickets if ticket.id not in book.tickets}
    told = [ticket for ticket in later.values() if ticket.reply or ticket.article_ids]
    if groups is None:
        both = AnswerBook()
        both.add_tickets([*book.tickets.values(), *told])
        groups = both.groups()
    said: dict[str, set[str]] = {}
    for ticket_id, key in book.groups().items():
        if ticket_id in groups:
            said.setdefault(groups[ticket_id], set()).add(key)
    linked = {article: key for key, answer in book.answers.items() for article in answer.articles}
    cases = []
    for ticket in sorted(told, key=lambda each: (each.created_at, each.id)):
        right = {linked[article] for article in ticket.article_ids if article in linked}
        right |= said.get(groups.get(ticket.id, ""), set())
        cases.append(
            Case(
                id=ticket.id,
                text=question_text(ticket),
                right=frozenset(right),
                at=ticket.created_at,
                channel=ticket.channel,
                brand=ticket.brand,
            )
        )
    return cases


def cases_of_pairs(pairs: Iterable[tuple[str, Iterable[str] | str | None]], book: AnswerBook) -> list[Case]:
    """Pairs of an inquiry and what is right for it as cases.

    Args:
        pairs: The right side is an id, several or None: ids of articles, of tickets whose reply is right, or of
            suggestions. None or an empty list says that the base has no answer.
        book: Of the base.

    Raises:
        InputError: A pair is none, or an id is not in the base.
    """
    known = {i: key for key, answer in book.answers.items() for i in (key, *answer.articles, *answer.tickets)}
    cases = []
    for place, pair in enumerate(pairs):
        if not isinstance(pair, Sequence) or len(pair) != 2 or not isinstance(pair[0], str):
            raise InputError(f"pair {place} must be (text, ids), got {type(pair).__name__}; ids may be None")
        wanted = [pair[1]] if isinstance(pair[1], str) else list(pair[1] or ())
        if missing := [i for i in wanted if i not in known]:
            raise InputError(
                f"pair {place} names {len(missing)} ids that the base does not hold, the first {missing[0]!r}; "
                "give ids of articles or tickets that were fitted, or None for an inquiry without an answer"
            )
        cases.append(Case(id=str(place), text=pair[0], right=frozenset(known[i] for i in wanted)))
    return cases


def ask(
    units: Units,
    encoder: Encoder,
    ranking: Ranking,
    cases: Sequence[Case],
) -> list[Outcome]:
    """Ask the base each of the cases.

    Args:
        units: Of the base, without the tickets that the cases come from.
        encoder: Its encoder.
        ranking: How candidates are ordered.
        cases: In the order of their times.
    """
    outcomes = []
    starts = range(0, len(cases), _BATCH)
    for start in progress(starts, total=len(starts), label="asking"):
        batch = cases[start : start + _BATCH]
        inquiries = read_inquiries([case.text for case in batch], None, encoder, units.languages())
        told = {place: inquiry for place, inquiry in enumerate(inquiries) if inquiry is not None}
        filters = [Filters(brand=batch[place].brand, at=batch[place].at) for place in told]
        with units.reading():
            found = dict(zip(told, search_many(units, list(told.values()), WEIGHED, filters), strict=True))
            for place, case in enumerate(batch):
                outcomes.append(_outcome(case, inquiries[place], found.get(place, ()), ranking))
    return outcomes


def _outcome(case: Case, inquiry: Inquiry | None, found: Sequence[Found], ranking: Ranking) -> Outcome:
    ranked = rank(found, ranking.weights)
    if inquiry is None or not ranked:
        return Outcome(case, np.zeros((0, 0)), np.zeros(0, dtype=bool), (), ())
    ranked, table = weighed(ranked, inquiry, ranking.ranker, at=case.at)
    rows = ranked.candidates[: len(table)]
    keys = tuple(ranked.candidates.keys[: len(table)])
    groups = tuple(_groups(row, case) for row in rows)
    return Outcome(case, table, np.array([key in case.right for key in keys]), keys, groups)


def _groups(row: Found, case: Case) -> frozenset[str]:
    return groups_of(kind=row.answer.kind, tags=row.version.record.tags, channel=case.channel, brand=case.brand)


def sample_of(outcomes: Sequence[Outcome], calibrator: Calibrator) -> Sample:
    """The first suggestion of each outcome with the confidence that it would have had."""
    firsts = [first_of(outcome, calibrator) for outcome in outcomes]
    return Sample(
        np.array([chance for _, chance in firsts], dtype=np.float64),
        np.array(
            [place >= 0 and outcome.right[place] for outcome, (place, _) in zip(outcomes, firsts, strict=True)], bool
        ),
        tuple(
            outcome.groups[place] if place >= 0 else frozenset()
            for outcome, (place, _) in zip(outcomes, firsts, strict=True)
        ),
    )


def first_of(outcome: Outcome, calibrator: Calibrator) -> tuple[int, float]:
    """Place and confidence of the candidate that would be offered first; (−1, −inf) without any."""
    if not len(outcome.table):
        return -1, -np.inf
    chances = calibrator.probabilities(outcome.table)
    place = order_of(calibrator, outcome.table, chances)[0]
    return place, float(chances[place])
