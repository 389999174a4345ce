"""One cell → one value of a record. Every parser takes whatever a table may hold and gives None for a missing cell.

Text comes first: a text is never taken for a number or for "missing" because of what it says. In columns of times,
numbers and booleans, where no text is possible, NA, null, nan, none and the like mean missing.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from numbers import Integral, Real
from uuid import UUID

import numpy as np

from faqsuggest.data.times import ISO_EXAMPLE, Clock, native_time
from faqsuggest.text.normalise import normalise

Parser = Callable[[object, Clock], object]

MAX_ID_CHARACTERS = 512
_MISSING_WORDS = frozenset({"", "na", "n/a", "nan", "nat", "null", "none", "<na>"})
_PANDAS_MISSING = frozenset({"NAType", "NaTType"})  # by name, because pandas may not be loaded
_YES = frozenset({"true", "t", "yes", "y", "1", "1.0", "ja", "j", "kyllä"})
_NO = frozenset({"false", "f", "no", "n", "0", "0.0", "nej", "nei", "ei"})
_LANGUAGES = {
    **dict.fromkeys(("no", "nor", "nob", "norsk", "norwegian", "bokmål"), "nb"),
    **dict.fromkeys(("nno", "nynorsk"), "nn"),
    **dict.fromkeys(("swe", "svenska", "swedish"), "sv"),
    **dict.fromkeys(("dan", "dansk", "danish"), "da"),
    **dict.fromkeys(("fin", "suomi", "finnish"), "fi"),
    **dict.fromkeys(("eng", "english"), "en"),
}


class CellError(ValueError):
    """A cell cannot be used; the message is the reason, without the cell's content."""


def read_prose(value: object, _clock: Clock) -> str | None:
    """A text of sentences, normalised; None when nothing is left."""
    text = _text(value)
    return (normalise(text) or None) if text else None


def read_label(value: object, _clock: Clock) -> str | None:
    """A name such as a channel or a team: normalised, on one line."""
    text = _text(value)
    return (" ".join(normalise(text).split()) or None) if text else None


def read_id(value: object, _clock: Clock) -> str | None:
    """An id or address: NFC and stripped, otherwise exactly as it stands (007 stays 007)."""
    text = _text(value)
    if not text:
        return None
    text = text.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.strip("\ufeff"))
    if not text.isprintable():
        raise CellError("holds control or invisible characters")
    return text or None


def read_key(value: object, clock: Clock) -> str | None:
    """An id of at most ``MAX_ID_CHARACTERS``."""
    text = read_id(value, clock)
    if text is not None and len(text) > MAX_ID_CHARACTERS:
        raise CellError(f"longer than {MAX_ID_CHARACTERS} characters; is the right column mapped?")
    return text


def read_language(value: object, _clock: Clock) -> str | None:
    """A language code in lower case: no → nb, sv-SE → sv, Finnish → fi; codes that are not known stay as they are."""
    text = _text(value)
    if not text:
        return None
    code = normalise(text).casefold().replace("_", "-")
    code = code if code in _LANGUAGES else code.split("-")[0]
    return _LANGUAGES.get(code, code) or None


def read_time(value: object, clock: Clock) -> datetime | None:
    """A time in UTC; a day without a time of day is its first instant."""
    return _time(value, clock, whole_day=False)


def read_end(value: object, clock: Clock) -> datetime | None:
    """A time in UTC until which something holds; a day without a time of day is its last instant."""
    return _time(value, clock, whole_day=True)


def read_number(value: object, _clock: Clock) -> float | None:
    """A finite number; a decimal comma is understood."""
    if isinstance(value, str):
        word = value.strip()
        if word.casefold() in _MISSING_WORDS:
            return None
        try:
            value = float(word[:64].replace(",", "."))
        except ValueError:
            raise CellError("not a number") from None
    if _is_missing(value):
        return None
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (Real, Decimal)):
        raise CellError(f"a number is needed, got {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise CellError("not a finite number")
    return number


def read_flag(value: object, _clock: Clock) -> bool | None:
    """A boolean: true/false, yes/no or 1/0, and the yes and no of the five languages."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    word = (_text(value) or "").strip().casefold()
    if word in _MISSING_WORDS:
        return None
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellError("not a boolean; write true or false")


def read_tags(value: object, clock: Clock) -> tuple[str, ...] | None:
    """A list, or a text as "a;b": each one a label, without repeats, in the given order."""
    return _read_list(value, clock, read_label)


def read_keys(value: object, clock: Clock) -> tuple[str, ...] | None:
    """A list of ids, or a text as "a;b", without repeats, in the given order."""
    return _read_list(value, clock, read_key)


def choose(*allowed: str) -> Parser:
    """A parser for a closed set of words, upper or lower case."""

    def read_choice(value: object, _clock: Clock) -> str | None:
        word = (_text(value) or "").strip().casefold()
        if not word or word in allowed:
            return word or None
        raise CellError(f"must be {' or '.join(allowed)}, got another text of {len(word)} characters")

    return read_choice


def _text(value: object) -> str | None:
    """The cell as text; 7.0 is "7", because one missing cell turns a column of whole numbers into floats."""
    if isinstance(value, str):
        return value
    if _is_missing(value):
        return None
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (Real, Decimal)):
        raise CellError(f"a text is needed, got {type(value).__name__}")
    if isinstance(value, Integral):
        return str(int(value))
    number = float(value)
    if abs(number) >= 2**53:
        raise CellError("a number too large to be exact; read the column as text")
    return str(int(number)) if number.is_integer() else str(value)


def _time(value: object, clock: Clock, *, whole_day: bool) -> datetime | None:
    if isinstance(value, str):
        text = value.strip()
        if text.casefold() in _MISSING_WORDS:
            return None
        value = text
    else:
        value = None if _is_missing(value) else native_time(value)
        if value is None:
            return None
    if not isinstance(value, (str, date)):
        raise CellError(
            f"a time is needed, got {type(value).__name__}; write {ISO_EXAMPLE}, or convert seconds since 1970 with "
            "pandas.to_datetime(column, unit='s', utc=True)"
        )
    try:
        return clock.read(value, whole_day=whole_day)
    except ValueError as error:
        raise CellError(str(error)) from None


def _read_list(value: object, clock: Clock, read: Callable[[object, Clock], str | None]) -> tuple[str, ...] | None:
    items: Iterable[object]
    if isinstance(value, str):
        items = _split(value)
    elif isinstance(value, (set, frozenset)):
        items = sorted(value, key=str)  # a set has no order of its own; the same set must give the same tuple
    elif isinstance(value, (list, tuple, np.ndarray)):
        items = value
    else:
        items = () if _is_missing(value) else (value,)
    return tuple(dict.fromkeys(item for item in (read(item, clock) for item in items) if item is not None))


def _split(text: str) -> Iterable[object]:
    stripped = text.strip()
    if stripped.startswith("["):
        try:
            items = json.loads(stripped)
        except (ValueError, RecursionError):
            items = None
        if isinstance(items, list):
            return items
        if stripped.startswith("['"):
            raise CellError("a list written as Python code; write a;b or JSON")
    return text.split(";")


def _is_missing(value: object) -> bool:
    if value is None or (isinstance(value, (float, np.floating, Decimal)) and value != value):
        return True
    return type(value).__name__ in _PANDAS_MISSING
