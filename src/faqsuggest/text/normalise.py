"""One spelling for every text: what looks the same to a reader is the same to the library.

Everything here is linear in the length of the text, which is cut to ``MAX_CHARACTERS`` first, so that a ten-megabyte
inquiry costs no more than a long one.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata

from faqsuggest.errors import InputError

MAX_CHARACTERS = 100_000
"""Longer texts are cut to this many characters before anything else looks at them."""

# The semicolon is required: without it "?a=1&copy=2" in a link would become "?a=1©=2". The digits are bounded because
# int() refuses to read thousands of them.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Texts of these characters alone need none of the slower steps (letters up to U+024F are composed and have one form).
_UNUSUAL = re.compile(r"[^\n -~¡-¬®-ɏ–—‘’“”…€]")
_MARKS = re.compile(r"[^\x00-\x7f\w]{31,}")
_BLANKS = re.compile(r"[ \t]+")
_MISSING = frozenset({"NoneType", "nan", "NAType", "NaTType"})
_LINE_ENDS = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{3,}")


class _Cleaner(dict[int, str | int | None]):
    """A table for ``str.translate`` that decides by Unicode category and remembers what it decided."""

    def __missing__(self, code: int) -> str | int | None:
        category = unicodedata.category(chr(code))
        if category == "Zs":
            value: str | int | None = " "
        elif category in {"Zl", "Zp"}:
            value = "\n"
        else:
            value = None if category in {"Cc", "Cf", "Cs"} else code
        self[code] = value
        return value


class _Folder(dict[int, str | int | None]):
    """A table for ``str.translate`` that blanks punctuation and modifier symbols (loose accents, skin tones)."""

    def __missing__(self, code: int) -> str | int | None:
        category = unicodedata.category(chr(code))
        value: str | int | None = " " if category[0] in "PZ" or category in {"Sk", "Cc"} else code
        self[code] = value
        return value


_CLEANER = _Cleaner({0x0A: "\n", 0x09: "\t", 0x0B: "\n", 0x0C: "\n", 0x0D: "\n", 0x85: "\n", 0x034F: None})
_FOLDER = _Folder(dict.fromkeys(range(0xFE00, 0xFE10)))  # variation selectors: text or emoji look of the same sign


def normalise(text: str) -> str:
    r"""One spelling of a text: NFC, entities resolved once, no invisible characters, single spaces, stripped.

    Unicode spaces and tabs become a space; every kind of line end becomes a newline, at most two in a row. Soft
    hyphens, zero-width and bidirectional controls, NUL, other control characters and lone surrogates are removed. Of
    more than thirty combining marks in a row the rest is dropped (the Stream-Safe Text Format of UAX #15), because
    sorting them takes quadratic time. Text beyond ``MAX_CHARACTERS`` is cut.

    Example:
        >>> normalise("  Losen\u00adord&nbsp;a\u0308r\u200b borta \r\n")
        'Losenord är borta'
    """
    text = text[:MAX_CHARACTERS]
    if "&" in text:
        text = _ENTITY.sub(_unescape, text)
    if _UNUSUAL.search(text):
        text = text.replace("\r\n", "\n").translate(_CLEANER)
        text = unicodedata.normalize("NFC", _MARKS.sub(_fewer_marks, text))
    if "  " in text or "\t" in text:
        text = _BLANKS.sub(" ", text)
    if "\n" in text:
        text = _EMPTY_LINES.sub("\n\n", _LINE_ENDS.sub("\n", text))
    return text.strip()


def fold(text: str) -> str:
    """Key under which two texts are the same question: normalised, case folded, punctuation and blanks as one space.

    Letters stay distinct (å ä ö æ ø) and so do symbols such as + € and emoji. An empty key means that there is nothing
    to compare; it must never count as a repeat.

    Example:
        >>> fold("Glömt  lösenordet?!") == fold("glömt lösenordet")
        True
    """
    folded = unicodedata.normalize("NFC", normalise(text).casefold())
    return " ".join(folded.translate(_FOLDER).split())


def content_hash(text: str) -> str:
    """Hash of the normalised text: 32 hexadecimal digits of BLAKE2b, equal for texts that normalise to the same.

    Example:
        >>> content_hash("cafe\u0301") == content_hash("café")
        True
    """
    return hashlib.blake2b(normalise(text).encode("utf-8"), digest_size=16).hexdigest()


def as_text(value: object, *, argument: str, max_characters: int = MAX_CHARACTERS) -> str:
    """The value as a string of at most ``max_characters``, or an error that says what to pass instead.

    Args:
        value: What a caller passed as a text.
        argument: Name of the caller's argument, for the message.
        max_characters: Longer text is cut, never refused.

    Raises:
        InputError: The value is not a string: None, NaN, bytes, a number, a list.
    """
    if isinstance(value, str):
        return str(value[:max_characters])
    came = "nan" if isinstance(value, float) and value != value else type(value).__name__
    if isinstance(value, (bytes, bytearray, memoryview)):
        remedy = f"decode it first: {argument}.decode('utf-8')"
    elif came in _MISSING:
        remedy = "leave missing texts out or pass ''"
    elif isinstance(value, (list, tuple, set, frozenset)):
        remedy = "pass one text at a time, or use the method for many texts"
    else:
        remedy = f"pass str({argument}) if that is what is meant"
    raise InputError(f"{argument} must be a text (str), got {came}; {remedy}")


def _unescape(match: re.Match[str]) -> str:
    return html.unescape(match.group())


def _fewer_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in match.group():
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= 30:
            kept.append(character)
    return "".join(kept)
