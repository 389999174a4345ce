"""Tickets and articles as JSON Lines, exactly: what is read equals what was written. Times are in UTC, ISO 8601."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar, get_args, get_type_hints

from faqsuggest.errors import CorruptStoreError, InputError
from faqsuggest.records import Article, Audience, Ticket
from faqsuggest.store.arrays import REMEDY, read_jsonl, write_jsonl

Record = TypeVar("Record", Ticket, Article)
Check = Callable[[Any], Any]


def write_tickets(path: str | os.PathLike[str], tickets: Iterable[Ticket]) -> None:
    """Write tickets, one a line; fields that are None or () are left out.

    Raises:
        InputError: A time has no time zone, or a text is one that UTF-8 cannot carry.
    """
    write_jsonl(path, map(_to_json, tickets))


def read_tickets(path: str | os.PathLike[str]) -> list[Ticket]:
    """Read tickets.

    Raises:
        CorruptStoreError: A line is not a ticket; the message names line and field.
    """
    return list(_read(path, Ticket, _TICKET))


def write_articles(path: str | os.PathLike[str], articles: Iterable[Article]) -> None:
    """Write articles, one a line; fields that are None or () are left out.

    Raises:
        InputError: A time has no time zone, or a text is one that UTF-8 cannot carry.
    """
    write_jsonl(path, map(_to_json, articles))


def read_articles(path: str | os.PathLike[str]) -> list[Article]:
    """Read articles.

    Raises:
        CorruptStoreError: A line is not an article; the message names line and field.
    """
    return list(_read(path, Article, _ARTICLE))


def _to_json(record: Ticket | Article) -> dict[str, Any]:
    values = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, datetime):
            value = _time_to_text(value, field.name)
        if value is not None and value != ():
            values[field.name] = value
    return values


def _time_to_text(value: datetime, name: str) -> str:
    if value.utcoffset() is None:
        raise InputError(f"{name}: a time needs a time zone, got one without; pass UTC")
    return value.astimezone(UTC).isoformat()


def _read(path: str | os.PathLike[str], record: type[Record], checks: dict[str, Check]) -> Iterator[Record]:
    required = {field.name for field in fields(record) if field.default is MISSING}
    name = ""
    for number, values in enumerate(read_jsonl(path), start=1):
        try:
            missing = required - values.keys()
            checked = {}
            for name, value in values.items():
                checked[name] = checks[name](value)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            message = f"{path}, line {number} is not {record.__name__} as saved (field {name!r}); {REMEDY}"
            raise CorruptStoreError(message) from error
        if missing:
            lacking = ", ".join(sorted(missing))
            raise CorruptStoreError(f"{path}, line {number}: {record.__name__} lacks {lacking}; {REMEDY}")
        yield record(**checked)


def _text(value: Any) -> str:  # noqa: ANN401 - whatever the file held
    if type(value) is not str:
        raise TypeError("not a text")
    return value


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever the file held
    if type(value) is not list:
        raise TypeError("not a list")
    return tuple(map(_text, value))


def _time(value: Any) -> datetime:  # noqa: ANN401 - whatever the file held
    time = datetime.fromisoformat(_text(value))
    if time.utcoffset() is None:
        raise ValueError("a time without a time zone")
    return time.astimezone(UTC)


def _number(value: Any) -> float:  # noqa: ANN401 - whatever the file held
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("not a number")
    return value


def _truth(value: Any) -> bool:  # noqa: ANN401 - whatever the file held
    if type(value) is not bool:
        raise TypeError("not true or false")
    return value


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:  # noqa: ANN401 - whatever the file held
        if value not in allowed:
            raise ValueError("not an allowed value")
        return str(value)

    return check


_BY_TYPE: dict[Any, Check] = {
    str: _text,
    str | None: _text,
    tuple[str, ...]: _texts,
    datetime: _time,
    datetime | None: _time,
    float | None: _number,
    bool | None: _truth,
    Audience: _one_of(*get_args(Audience)),
    Literal["article", "standard"]: _one_of("article", "standard"),
}
_TICKET = {name: _BY_TYPE[hint] for name, hint in get_type_hints(Ticket).items()}
_ARTICLE = {name: _BY_TYPE[hint] for name, hint in get_type_hints(Article).items()}
