"""Which answers may be offered, decided before anything is ranked, so that lists stay full."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.answers import Unit
from faqsuggest.records import Article

FALLBACK = {
    "nb": ("nb", "nn", "da", "sv", "en"),
    "nn": ("nn", "nb", "da", "sv", "en"),
    "da": ("da", "nb", "nn", "sv", "en"),
    "sv": ("sv", "nb", "nn", "da", "en"),
    "fi": ("fi", "en", "sv"),
    "en": ("en", "sv", "nb", "da"),
}
"""For each language the languages in which its readers are served, best first."""


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
    """Whether a unit passes everything but the dates. Past questions pass: they lead to answers that are judged themselves."""
    record = unit.record
    if filters.brand is not None and record.brand not in (None, filters.brand):
        return False
    if unit.field == "question":
        return True
    if filters.language is not None and record.language is not None and record.language not in chain(filters.language):
        return False
    if isinstance(record, Article):
        return record.kind in filters.kinds and record.audience in filters.audience
    return "reply" in filters.kinds and filters.channel in (None, record.channel)


class Permissions:
    """Masks over unit numbers, one for each combination of filters in use, kept up to date as units come and go."""

    def __init__(self) -> None:
        self._units: list[Unit | None] = []
        self._masks: dict[Filters, bytearray] = {}
        self._dated: dict[int, tuple[float, float]] = {}

    def admit(self, unit: Unit | None) -> None:
        """Take in the unit with the next number; None stands for a number no longer in use."""
        if (
            unit is not None
            and isinstance(unit.record, Article)
            and (unit.record.valid_from or unit.record.valid_until)
        ):
            start, end = unit.record.valid_from, unit.record.valid_until
            span = (start.timestamp() if start else -np.inf, end.timestamp() if end else np.inf)
            self._dated[len(self._units)] = span
        self._units.append(unit)
        for filters, mask in self._masks.items():
            mask.append(unit is not None and permits(filters, unit))

    def forget(self, number: int) -> None:
        """A unit is no longer there."""
        self._units[number] = None
        self._dated.pop(number, None)
        for mask in self._masks.values():
            mask[number] = False

    def mask(self, filters: Filters) -> NDArray[np.bool_]:
        """True at the number of every unit that passes, dates included."""
        timeless = replace(filters, at=None)
        if timeless not in self._masks:
            self._masks[timeless] = bytearray(unit is not None and permits(timeless, unit) for unit in self._units)
        # A copy: the mask may grow while a search still reads it.
        allowed = np.frombuffer(bytes(self._masks[timeless]), dtype=np.bool_).copy()
        moment = (filters.at or datetime.now(UTC)).timestamp()
        for number, (start, end) in self._dated.items():
            allowed[number] &= start <= moment <= end
        return allowed
