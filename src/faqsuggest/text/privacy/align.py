"""Normalised text together with where each of its characters stood in the given text."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence

from faqsuggest.text.normalise import MAX_CHARACTERS, normalise

# One visible sign of the given text: an entity, or a character with at most 30 marks on it.
_SIGN = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|\r\n|[^\u0300-\u036f][\u0300-\u036f]{0,30}|.",
    re.DOTALL,
)


def align(text: str) -> tuple[str, Sequence[int]]:
    r"""The normalised text, and for each of its characters and for its end the position in the given text.

    The text is ``normalise(text)`` except that blanks and line ends are not merged, so that positions stay true.

    Example:
        >>> align("a\u200b b")
        ('a b', [0, 2, 3, 4])
    """
    text = text[:MAX_CHARACTERS]
    if normalise(text) == text:
        return text, range(len(text) + 1)
    characters: list[str] = []
    positions: list[int] = []
    for match in _SIGN.finditer(text):
        sign = html.unescape(match.group()) if match.group()[0] == "&" else match.group()
        for character in unicodedata.normalize("NFC", sign.replace("\r\n", "\n")):
            if kept := _kept(character):
                characters.append(kept)
                positions.append(match.start())
    positions.append(len(text))
    return "".join(characters), positions


def _kept(character: str) -> str:
    """The character as ``normalise`` leaves it, or an empty string for one that nobody sees."""
    if character in "\n\r\v\f\x85\u2028\u2029":
        return "\n"
    category = unicodedata.category(character)
    if category == "Zs" or character == "\t":
        return " "
    return "" if category in {"Cc", "Cf", "Cs"} or character == "\u034f" else character
