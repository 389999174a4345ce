"""Values that the ticket itself names: replaced wherever they stand, inflection, accents and separators tolerated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from faqsuggest.errors import InputError
from faqsuggest.text.privacy.records import Claims, Kind

KNOWN_KINDS: tuple[Kind, ...] = (
    "customer",
    "agent",
    "name",
    "email",
    "phone",
    "address",
    "national_id",
    "account",
    "card",
    "plate",
    "reference",
    "order",
)
_NUMBERS = frozenset(("phone", "national_id", "account", "card", "plate", "reference", "order"))
_PEOPLE = frozenset(("customer", "agent", "name"))
_LETTERS = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_ENDING = r"(?:[’':]?s|[’':][nt]|n|lle|lta|ltä|lla|llä|ssa|ssä|sta|stä|ta|tä|ille|in|en|an|än|a|ä|ksi|set|sen)?"
_FINNISH_STEMS = (("s", "kse"), ("nen", "se"), ("nen", "s"), ("ki", "e"), ("hti", "hde"), ("i", "e"))
_SPELLINGS = {
    **dict.fromkeys("äæ", "(?:[äæa]|ae)"),
    **dict.fromkeys("öø", "(?:[öøo]|oe)"),
    **{"å": "(?:å|aa?)", "a": "[aåäæ]", "o": "[oöø]", "'": "['’´`]?", "’": "['’´`]?"},
}

Known = Mapping[str, str | Sequence[str]]


def find_known(claims: Claims, known: Known) -> None:
    """Claim every occurrence of the known values.

    Raises:
        InputError: It is no mapping, a key is none of ``KNOWN_KINDS``, or a value neither a text nor texts.
    """
    values = _checked(known)
    plain = _plain(claims.lower)
    for kind in KNOWN_KINDS:
        for value in values.get(kind, ()):
            for pattern in _patterns(kind, value[:200]):
                for match in pattern.finditer(plain):
                    claims.take(match.start(), match.end(), kind)


def _checked(known: Known) -> dict[str, list[str]]:
    """The values of each kind as a list; what is missing (None) is left out."""
    if not isinstance(known, Mapping):
        raise InputError(f"known must map kinds to values, such as {{'customer': 'Eva'}}, got {type(known).__name__}")
    unknown = sorted(map(repr, set(known) - set(KNOWN_KINDS)))
    if unknown:
        raise InputError(f"known takes the keys {', '.join(KNOWN_KINDS)}, got {', '.join(unknown)}")
    values = {}
    for kind, given in known.items():
        texts = [given] if given is None or isinstance(given, str) else given
        if isinstance(texts, Mapping) or not isinstance(texts, Iterable):
            raise InputError(f"known[{kind!r}] must be a text or a sequence of texts, got {type(given).__name__}")
        values[kind] = [each for each in texts if each is not None]
        wrong = sorted({type(each).__name__ for each in values[kind] if not isinstance(each, str)})
        if wrong:
            raise InputError(f"known[{kind!r}] must hold texts, got {', '.join(wrong)}; numbers are given as texts")
    return values


def _patterns(kind: str, value: str) -> list[re.Pattern[str]]:
    folded = _plain(value.casefold().strip())
    if not folded:
        return []
    if kind in _PEOPLE:
        parts = [part for part in _LETTERS.findall(folded) if len(part) > 1][:6]
        whole = r"[ ,.-]{1,2}".join(map(_spelt, parts[:-1]))
        single = [part for part in parts if len(part) > 2 or len(parts) == 1]
        texts = [f"{whole}[ ,.-]{{1,2}}{_stems(parts[-1])}", *map(_stems, single)] if whole else map(_stems, single)
        return [re.compile(rf"(?<!\w){text}{_ENDING}(?!\w)") for text in texts]
    if kind in _NUMBERS:
        return _number_patterns(kind, folded)
    return [
        re.compile(
            r"(?<!\w)"
            + r"[ ,.]{1,3}".join(
                map(_spelt, re.split(r"[ ,.\n]{1,3}", folded)[:12]) if kind == "address" else [re.escape(folded)]
            )
            + r"(?!\w)"
        )
    ]


def _stems(name: str) -> str:
    """A name and its Finnish stems: Aatos, Aatokse-; Virtanen, Virtase-; Pekka, Peka-; Mäki, Mäe-; Lahti, Lahde-."""
    stems = [name]
    for ending, stem in _FINNISH_STEMS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            stems.append(name[: -len(ending)] + stem)
    if len(name) > 4 and name[-1] in "aeioäöuy" and name[-2] == name[-3] and name[-2] in "kpt":
        stems.append(name[:-2] + name[-1])
    return "(?:" + "|".join(map(_spelt, stems)) + ")"


def _spelt(word: str) -> str:
    """A pattern for a word in any spelling of its accented letters and apostrophes: Søren, Soren, Soeren, Sören."""
    return "".join(_SPELLINGS.get(letter) or re.escape(letter) for letter in word.replace("aa", "å"))


def _number_patterns(kind: str, folded: str) -> list[re.Pattern[str]]:
    signs = [character for character in folded if character.isalnum()]
    if kind == "phone":
        digits = "".join(signs).lstrip("0")
        digits = digits if len(digits) < 9 else digits[-8:] if digits.startswith(("47", "45")) else digits[-9:]
        tail = r"[ ./()–-]{0,2}".join(digits.lstrip("0"))
        return [re.compile(rf"(?<!\w)(?:\+?[0-9(][0-9 ()/–-]{{0,8}})?{tail}(?!\w)")] if len(digits) >= 6 else []
    return (
        [re.compile(r"(?<!\w)#?" + r"[ ./–-]{0,2}".join(map(re.escape, signs)) + r"(?!\w)")] if len(signs) > 2 else []
    )


def _plain(text: str) -> str:
    """The text with accents off, character for character; å ä ö æ ø count as letters of their own."""
    return "".join(
        character if character in "åäöæø" or ord(character) < 128 else unicodedata.normalize("NFD", character)[0]
        for character in text
    )
