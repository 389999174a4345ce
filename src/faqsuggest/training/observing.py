"""What is seen of one inquiry after another, so that it can be told whether times have changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from numbers import Real

import numpy as np

from faqsuggest.errors import InputError
from faqsuggest.evidence import COLUMNS
from faqsuggest.feedback.log import FeedbackLog
from faqsuggest.feedback.records import Slate
from faqsuggest.outcomes import Outcome, ask, cases_of_tickets, first_of
from faqsuggest.parameters import as_moment
from faqsuggest.records import Ticket
from faqsuggest.request import records_of
from faqsuggest.suggester import Suggester

_NEAREST, _AGE = COLUMNS.index("nearest"), COLUMNS.index("age")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One inquiry; None where something is not known.

    Attributes:
        at: When it was asked.
        nearest: Cosine, −1 to 1, to the nearest text of the base.
        tags: Of the ticket.
        confidence: Of the first suggestion, 0 to 1.
        right: Whether the first suggestion was right.
        known: Whether the base held the answer that was sent.
        age: Years since the first suggestion was last written or sent.

    Raises:
        InputError: ``at`` has no time zone, or a number is not finite.
    """

    at: datetime
    nearest: float | None = None
    tags: tuple[str, ...] = ()
    confidence: float | None = None
    right: bool | None = None
    known: bool | None = None
    age: float | None = None

    def __post_init__(self) -> None:
        as_moment(self.at, "at of Observation")
        for name in ("nearest", "confidence", "age"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, Real) and np.isfinite(float(value))):
                raise InputError(f"{name} of Observation must be a finite number or None, got {value!r}")
        if isinstance(self.tags, str) or not isinstance(self.tags, Sequence):
            raise InputError(f"tags of Observation must be a tuple of texts, got {type(self.tags).__name__}")


def observe(suggester: Suggester, tickets: Iterable[Ticket]) -> list[Observation]:
    """Ask a base the answered tickets that are not in it, oldest first.

    Args:
        suggester: Fitted; stays as it is.
        tickets: Newer than the base; those in it and those without a reply or linked article are left out.

    Raises:
        InputError: They are no tickets.
    """
    shielded = suggester.shield_.tickets(records_of(tickets, Ticket, "tickets"))
    cases = cases_of_tickets(shielded, suggester.units_.book)
    outcomes = ask(suggester.units_, suggester.encoder_, suggester.ranking, cases)
    tags = {ticket.id: ticket.tags for ticket in shielded}
    return [_observation(suggester, outcome, tags[outcome.case.id]) for outcome in outcomes]


def _observation(suggester: Suggester, outcome: Outcome, tags: tuple[str, ...]) -> Observation:
    if outcome.case.at is None:
        raise InputError("drift needs tickets with times")
    known = bool(outcome.case.right)
    if not len(outcome.table):
        return Observation(at=outcome.case.at, nearest=0.0, tags=tags, known=known)
    confidence = suggester.confidence_
    place, chance = (0, None) if confidence is None else first_of(outcome, confidence.calibrator)
    return Observation(
        at=outcome.case.at,
        nearest=float(outcome.table[:, _NEAREST].max()),
        tags=tags,
        confidence=chance,
        right=bool(outcome.right[place]),
        known=known,
        age=float(np.expm1(outcome.table[place, _AGE])),
    )


def observe_log(slates: FeedbackLog | Iterable[Slate]) -> list[Observation]:
    """Confidences and what became of them, from slates that somebody answered and whose first place was not swapped.

    Args:
        slates: A log, or slates from one.
    """
    given = slates.slates() if isinstance(slates, FeedbackLog) else slates
    return [
        Observation(at=slate.at, confidence=slate.shown[0].confidence, right=slate.shown[0].used)
        for slate in given
        if slate.answered and slate.shown[0].rank == 1
    ]


def reference_of(suggester: Suggester, *, share: float = 0.25) -> list[Observation]:
    """What was normal when a suggester was fitted: its newest tickets, asked of its base as it was before them.

    Args:
        suggester: Fitted; give it a ``cache``, or the base is embedded anew.
        share: Of the tickets that are the newest, above 0 and below 1.

    Raises:
        InputError: The share lies outside, or the base has no tickets.
    """
    kb = suggester.kb_
    tickets: Sequence[Ticket] = sorted(kb.tickets, key=lambda each: (each.created_at, each.id))
    if not 0 < share < 1 or not tickets:
        raise InputError(f"share lies between 0 and 1 and the base needs tickets; got {share} and {len(tickets)}")
    cut = tickets[int(len(tickets) * (1 - share))].created_at
    past = Suggester(**{**suggester.get_params(), "privacy": "off"}).fit(kb.until(cut))
    if suggester.confidence_ is not None:
        past.use_confidence(suggester.confidence_)
    return observe(past, [ticket for ticket in tickets if ticket.created_at >= cut])
