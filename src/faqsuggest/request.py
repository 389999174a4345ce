"""The options of one call of ``suggest``, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self, TypeVar

from faqsuggest.data.cells import read_language
from faqsuggest.data.times import Clock
from faqsuggest.errors import InputError
from faqsuggest.filters import Filters
from faqsuggest.parameters import as_moment
from faqsuggest.records import Article, Ticket
from faqsuggest.text.privacy.slots import check_kinds

_Record = TypeVar("_Record", Ticket, Article)
KINDS = ("reply", "article", "standard")
AUDIENCES = ("public", "internal")


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted.

    Attributes:
        k: At most so many suggestions.
        threshold: Least confidence of a suggestion; None leaves it to the policy.
        filters: What may be offered.
        reasons: Whether suggestions name all that speaks for them.
    """

    k: int
    threshold: float | None
    filters: Filters
    reasons: bool = True

    @classmethod
    def of(
        cls,
        k: int,
        *,
        language: str | None,
        channel: str | None,
        brand: str | None,
        kinds: Sequence[str],
        audience: Sequence[str],
        at: datetime | None,
        min_confidence: float | None,
        reasons: bool = True,
    ) -> Self:
        """Check the options of ``Suggester.suggest``.

        Raises:
            InputError: One cannot be used.
        """
        if at is not None:
            as_moment(at, "at")
        filters = Filters(
            language=_language(language, "language"),
            channel=_text_or_none(channel, "channel"),
            brand=_text_or_none(brand, "brand"),
            kinds=_subset(kinds, KINDS, "kinds"),
            audience=_subset(audience, AUDIENCES, "audience"),
            at=at,
        )
        threshold = None if min_confidence is None else _share(min_confidence, "min_confidence")
        return cls(_positive(k, "k"), threshold, filters, reasons)

    def each(
        self, count: int, moments: Sequence[datetime] | None, languages: Sequence[str | None] | None
    ) -> list[Request]:
        """One for each of ``count`` texts, with its own moment and language where there are such.

        Raises:
            InputError: There is not one moment, with a time zone, or one language for each text.
        """
        requests = [self] * count
        if moments is not None:
            _check_count(moments, count, "moments")
            for place, moment in enumerate(moments):
                as_moment(moment, f"moments[{place}]")
            requests = [each._with(at=moment) for each, moment in zip(requests, moments, strict=True)]
        if languages is not None:
            _check_count(languages, count, "languages")
            spoken = [_text_or_none(each, "languages") for each in languages]
            read = {each: _language(each, "languages") for each in dict.fromkeys(spoken)}
            requests = [each._with(language=read[code]) for each, code in zip(requests, spoken, strict=True)]
        return requests

    def _with(self, **narrower: Any) -> Request:  # noqa: ANN401 - fields of Filters
        return replace(self, filters=replace(self.filters, **narrower))


def _check_count(given: Sequence[object], count: int, argument: str, what: str = "one") -> None:
    if isinstance(given, (str, bytes)) or not isinstance(given, Sequence) or len(given) != count:
        size = f" of {len(given)}" if isinstance(given, Sequence) else ""
        raise InputError(f"{argument} must have {what} for each of the {count} texts, got {type(given).__name__}{size}")


def _language(value: str | None, argument: str) -> str | None:
    spoken = _text_or_none(value, argument)
    return None if spoken is None else read_language(spoken, Clock.of(None, None))


def _text_or_none(value: str | None, argument: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise InputError(f"{argument} must be a text or None, got {type(value).__name__}")
    return value


def _subset(given: Sequence[str], allowed: tuple[str, ...], argument: str) -> tuple[str, ...]:
    remedy = f"{argument} must be a sequence of some of {', '.join(allowed)}"
    if isinstance(given, str) or not isinstance(given, Sequence | set | frozenset):
        raise InputError(f"{remedy}; got one {type(given).__name__}: put it into a tuple")
    wrong = sorted({str(item) for item in given if item not in allowed})
    if wrong or not given:
        raise InputError(f"{remedy}; got {', '.join(wrong) or 'none'}")
    return tuple(sorted(set(given)))


def _positive(value: int, argument: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"{argument} must be a whole number of at least 1, got {value!r}")
    return value


def _share(value: float, argument: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise InputError(f"{argument} must be a number from 0 to 1, got {value!r}")
    return float(value)


def slot_values(given: Mapping[str, str] | None, argument: str) -> dict[str, str]:
    """What fills the slots of a suggestion, by kind.

    Raises:
        InputError: It is no mapping of texts to texts, or a key is no kind of slot.
    """
    if given is None:
        return {}
    check_kinds(given, argument)
    return dict(given)


def slot_values_of_many(given: Sequence[Mapping[str, str]] | None, count: int) -> list[dict[str, str]]:
    """``slot_values`` for each of ``count`` texts.

    Raises:
        InputError: As there, or there is not one mapping for each text.
    """
    if given is None:
        return [{} for _ in range(count)]
    _check_count(given, count, "fill", "one mapping")
    return [slot_values(each, f"fill[{i}]") for i, each in enumerate(given)]


def records_of(given: Iterable[_Record], kind: type[_Record], argument: str) -> list[_Record]:
    """The records of an argument.

    Raises:
        InputError: They are of another type.
    """
    records = list(given) if isinstance(given, Iterable) and not isinstance(given, (str, bytes)) else None
    if records is None or not all(isinstance(each, kind) for each in records):
        raise InputError(
            f"{argument} must be records of the type {kind.__name__}; make them from frames, files or dicts with "
            f"KnowledgeBase.from_…(…).{argument}"
        )
    return records


def ids_of(ids: Iterable[str]) -> list[str]:
    """The ids of an argument.

    Raises:
        InputError: It is one text, or holds something else than texts.
    """
    if isinstance(ids, (str, bytes)) or not isinstance(ids, Iterable):
        raise InputError(f"ids must be a collection of ids, got one {type(ids).__name__}; for one id pass [id]")
    given = list(ids)
    if not all(isinstance(each, str) for each in given):
        raise InputError("ids must be texts, got other types; ids are kept as texts, 7 is '7'")
    return given
