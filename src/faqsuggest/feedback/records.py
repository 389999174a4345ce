"""What the feedback log holds: slates, what was in them, and what became of it. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from faqsuggest.errors import InputError

Event = Literal["sent", "edited", "dismissed"]
EVENTS: tuple[Event, ...] = ("sent", "edited", "dismissed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """For whom and for which case suggestions are shown; ids as the caller has them, never names.

    Attributes:
        user: Who reads the list: an agent, or a visitor of a search box. All without one count as one user.
        customer_id: Whose inquiry it is, so that ``forget`` finds it.
        ticket_id: Of the inquiry.
        slate_id: Name of the slate, of the caller's choice; "" makes one of the content and the day, so that the same
            list shown again to the same user on the same day is the same slate.

    Raises:
        InputError: One is no text, or ``slate_id`` holds a colon.
    """

    user: str = ""
    customer_id: str = ""
    ticket_id: str = ""
    slate_id: str = ""

    def __post_init__(self) -> None:
        for name in ("user", "customer_id", "ticket_id", "slate_id"):
            value = getattr(self, name)
            if not isinstance(value, str):
                remedy = "leave out what is not known" if value is None else "ids are kept as texts, 7 is '7'"
                raise InputError(f"{name} of Showing must be a text, got {type(value).__name__}; {remedy}")
            if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
                raise InputError(f"{name} of Showing holds half a character (a lone surrogate); decode it as UTF-8")
        if ":" in self.slate_id:
            raise InputError("slate_id of Showing must not hold a colon; ids of suggestions put one behind it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One suggestion of a slate.

    Attributes:
        answer: ``Suggestion.id``.
        kind: ``Suggestion.kind``.
        confidence: Its score when it was shown.
        rank: Its place in the order without exploration, from 1.
        fixed: Whether exploration leaves it in its place, as it does an exact repeat.
        sources: Some ids behind it, by which it is found again after the base has changed.
        events: What was done with it, oldest first; the last one counts.
        kept: Share of its words that the last edited reply kept, 0 to 1; None where that is not known.
        reason: Of the last event, redacted.
    """

    answer: str
    kind: str
    confidence: float
    rank: int
    fixed: bool = False
    sources: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    kept: float | None = None
    reason: str = ""

    @property
    def used(self) -> bool:
        """Whether it was sent, as it is or edited, by the last word on it."""
        return bool(self.events) and self.events[-1] != "dismissed"

    @property
    def reward(self) -> float:
        """What it was worth: 1 sent as it is, the share of words kept when edited, 0 dismissed or left alone."""
        edited = self.used and self.events[-1] == "edited"
        return self.kept if edited and self.kept is not None else float(self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """The suggestions that were shown for one inquiry, in the order in which they were shown.

    Attributes:
        id: Unique in the log.
        at: When it was shown.
        showing: To whom.
        query: The inquiry, redacted before it was written.
        version: Of the model folder; "" where it was not saved.
        propensity: Probability, above 0 and up to 1, with which this order was drawn; 1 without exploration.
        explore: The share of slates that exploration changed at that time.
        brand: Of the request.
        channel: Of the request.
        shown: May be empty: nothing was safe to show.
    """

    id: str
    at: datetime
    showing: Showing
    query: str
    version: str = ""
    propensity: float = 1.0
    explore: float = 0.0
    brand: str | None = None
    channel: str | None = None
    shown: tuple[Shown, ...] = ()

    @property
    def swapped(self) -> int:
        """Place from 1 of the first of the two neighbours that exploration swapped; 0 when nothing was."""
        return next((place for place, each in enumerate(self.shown, 1) if each.rank != place), 0)

    @property
    def answered(self) -> bool:
        """Whether anybody said anything about it."""
        return any(each.events for each in self.shown)
