"""Which answers may be offered, decided before anything is ranked, so that lists stay full."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.answers import Unit
from faqsuggest.records import Article, Ticket

FALLBACK = {
    "nb": ("nb", "nn", "da", "sv", "en"),
    "nn": ("nn", "nb", "da", "sv", "en"),
    "da": ("da", "nb", "nn", "sv", "en"),
    "sv": ("sv", "nb", "nn", "da", "en"),
    "fi": ("fi", "en", "sv"),
    "en": ("en", "sv", "nb", "da"),
}
"""For each language the languages in which its readers are served, best first."""
_ALIKE = {
    code: min(other for other in FALLBACK if {*FALLBACK[other]} == {*served}) for code, served in FALLBACK.items()
}
"""For each language one whose readers are served in the same languages, so that these share a mask."""
_MOST_MASKS = 64
_NEVER = datetime.min.replace(tzinfo=UTC)
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What narrows a search.

    Attributes:
        language: Only answers in this language or one of its fallbacks (``FALLBACK``), or of no stated language.
        channel: Only past replies of this channel; articles have none and stay.
        brand: Only answers of this brand, or of none.
        kinds: Kinds of answers.
        audience: Audiences of articles: an article for staff is offered only where "internal" is named.
        at: The moment at which articles must be valid; now when None.
    """

    language: str | None = None
    channel: str | None = None
    brand: str | None = None
    kinds: tuple[str, ...] = ("reply", "article", "standard")
    audience: tuple[str, ...] = ("public",)
    at: datetime | None = None


def chain(language: str) -> tuple[str, ...]:
    """The languages a reader of ``language`` is served in, best first."""
    return FALLBACK.get(language, (language, "en"))


def permits(filters: Filters, unit: Unit) -> bool:
    """Whether a unit passes everything but the dates.

    A past question passes when it may lead to an answer that passes; that answer is judged itself.
    """
    record = unit.record
    if isinstance(record, Article):
        return _reaches(filters, record) and record.kind in filters.kinds and record.audience in filters.audience
    if unit.field == "reply":
        return permits_reply(filters, record)
    if filters.brand is not None and record.brand not in (None, filters.brand):
        return False
    return bool((record.reply and "reply" in filters.kinds) or (record.article_ids and filters.kinds != ("reply",)))


def permits_reply(filters: Filters, ticket: Ticket) -> bool:
    """Whether the reply to a ticket may be offered."""
    return (
        bool(ticket.reply)
        and "reply" in filters.kinds
        and filters.channel in (None, ticket.channel)
        and _reaches(filters, ticket)
    )


class Permissions:
    """Masks over unit numbers, kept up to date as units come and go.

    Units are alike by hundreds: a mask asks one of each kind, and a unit that comes costs the same however many masks
    are in use.
    """

    def __init__(self) -> None:
        self._kinds: dict[Unit | None, int] = {None: 0}
        self._kind_of = array("i")
        self._dated: dict[int, tuple[float, float]] = {}
        self._spans: tuple[NDArray[np.int64], NDArray[np.float64]] | None = None
        # what was handed out since the last change: the same mask again saves its users what they derived from it
        self._given: dict[Filters, tuple[NDArray[np.int64] | None, Mask]] = {}

    def set(self, number: int, unit: Unit | None) -> None:
        """Give a number, at most the next new one, to a unit; None takes it out of use."""
        if number == len(self._kind_of):
            self._kind_of.append(0)
        self._given = {}
        self._kind_of[number] = self._kinds.setdefault(None if unit is None else _bare(unit), len(self._kinds))
        if self._dated.pop(number, None) is not None:
            self._spans = None
        if unit is not None and (span := _span(unit)) is not None:
            self._dated[number] = span
            self._spans = None

    def mask(self, filters: Filters) -> Mask:
        """True at the number of every unit that passes, dates included; read-only, and the same array while it holds.

        Only for readers: not beside ``set``.
        """
        timeless = replace(filters, at=None, language=_ALIKE.get(filters.language or "", filters.language))
        lapsed = self._lapsed(filters.at) if self._dated else None
        before = self._given.get(timeless)
        if before is not None and _same(before[0], lapsed):
            return before[1]
        passes = np.array([unit is not None and permits(timeless, unit) for unit in self._kinds])
        allowed: Mask = passes[np.asarray(self._kind_of)]
        if lapsed is not None:
            allowed[lapsed] = False
        allowed.flags.writeable = False
        if len(self._given) >= _MOST_MASKS:
            self._given = {}
        self._given[timeless] = lapsed, allowed
        return allowed

    def _lapsed(self, at: datetime | None) -> NDArray[np.int64]:
        """Numbers of the units with dates that are not valid at that moment."""
        numbers, spans = self._spans or self._gather_spans()
        moment = (at or datetime.now(UTC)).timestamp()
        lapsed: NDArray[np.int64] = numbers[(spans[:, 0] > moment) | (moment > spans[:, 1])]
        return lapsed

    def _gather_spans(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        spans = np.fromiter(self._dated, np.int64, len(self._dated)), np.array(list(self._dated.values()))
        self._spans = spans
        return spans


def _bare(unit: Unit) -> Unit:
    """What ``permits`` reads of a unit, and nothing else: equal for units that pass the same filters."""
    record = unit.record
    if isinstance(record, Article):
        kept = Article(
            id="", body="", language=record.language, brand=record.brand, audience=record.audience, kind=record.kind
        )
        return Unit("", unit.field, kept)
    return Unit(
        "",
        unit.field,
        Ticket(
            id="",
            created_at=_NEVER,
            question="",
            reply="-" if record.reply else None,
            channel=record.channel,
            language=record.language,
            brand=record.brand,
            article_ids=("-",) if record.article_ids else (),
        ),
    )


def _same(one: NDArray[np.int64] | None, other: NDArray[np.int64] | None) -> bool:
    return one is other or (one is not None and other is not None and np.array_equal(one, other))


def _reaches(filters: Filters, record: Article | Ticket) -> bool:
    """Whether brand and language of a record suit the reader."""
    if filters.brand is not None and record.brand not in (None, filters.brand):
        return False
    return filters.language is None or record.language is None or record.language in chain(filters.language)


def _span(unit: Unit) -> tuple[float, float] | None:
    record = unit.record
    if not isinstance(record, Article) or not (record.valid_from or record.valid_until):
        return None
    start, end = record.valid_from, record.valid_until
    return (start.timestamp() if start else -np.inf, end.timestamp() if end else np.inf)
