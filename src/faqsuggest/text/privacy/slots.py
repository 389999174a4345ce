"""Placeholders in the language of the text, and filling them from a new ticket."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from faqsuggest.errors import InputError
from faqsuggest.text.normalise import as_text, fold
from faqsuggest.text.privacy.records import Kind, Span

_KINDS: tuple[Kind, ...] = (
    *("customer", "agent", "name", "email", "phone", "address", "national_id", "account", "card", "plate"),
    *("birth_date", "ip", "reference", "order", "link", "detail"),
)
_NAMES = {
    "sv": "kundens namn|agentens namn|namn|e-post|telefon|adress|personnummer|kontonummer|kortnummer|"
    "registreringsnummer|födelsedatum|ip-adress|"
    "referens|ordernummer|länk|uppgift",
    "nb": "kundens navn|agentens navn|navn|e-post|telefon|adresse|fødselsnummer|kontonummer|kortnummer|"
    "registreringsnummer|fødselsdato|ip-adresse|"
    "referanse|ordrenummer|lenke|opplysning",
    "nn": "namnet til kunden|namnet til agenten|namn|e-post|telefon|adresse|fødselsnummer|kontonummer|kortnummer|"
    "registreringsnummer|fødselsdato|"
    "ip-adresse|referanse|ordrenummer|lenkje|opplysning",
    "da": "kundens navn|agentens navn|navn|e-mail|telefon|adresse|cpr-nummer|kontonummer|kortnummer|"
    "registreringsnummer|fødselsdato|ip-adresse|"
    "reference|ordrenummer|link|oplysning",
    "fi": "asiakkaan nimi|asiakaspalvelijan nimi|nimi|sähköposti|puhelin|osoite|henkilötunnus|tilinumero|kortin "
    "numero|rekisterinumero|syntymäaika|"
    "ip-osoite|viite|tilausnumero|linkki|tieto",
    "en": "customer's name|agent's name|name|email|phone|address|national id|account number|card number|registration "
    "number|date of birth|ip address|"
    "reference|order number|link|detail",
}
PLACEHOLDERS: dict[str, dict[Kind, str]] = {
    code: dict(zip(_KINDS, joined.split("|"), strict=True)) for code, joined in _NAMES.items()
}
"""Language to kind to the words of the placeholder, without braces."""
_KIND_OF = {name: kind for names in reversed(PLACEHOLDERS.values()) for kind, name in names.items()}
_KEY = re.compile(rf"(?:{'|'.join(_KINDS)})(?: [0-9]{{1,2}})?")
_SLOT = re.compile(r"\{([^\W\d_][\w ’'-]{0,38}?)(?: (\d{1,2}))?\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its slots filled as far as values were given.

    Attributes:
        open: The placeholders still in the text, in order, each once.
    """

    text: str
    open: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether the text may be sent: no slot is open."""
        return not self.open


def render(text: str, spans: list[Span], language: str) -> str:
    """The text with a placeholder for each span; the same value has the same placeholder, further values a number."""
    names = PLACEHOLDERS.get(language, PLACEHOLDERS["en"])
    numbers: dict[tuple[Kind, str], int] = {}
    counts: dict[Kind, int] = {}
    parts: list[str] = []
    position = 0
    for span in spans:
        key = (span.kind, _same(text[span.start : span.end]))
        if key not in numbers and span.kind != "detail":
            counts[span.kind] = numbers[key] = counts.get(span.kind, 0) + 1
        number = numbers.get(key, 1)
        parts += [text[position : span.start], "{", names[span.kind], f" {number}" if number > 1 else "", "}"]
        position = span.end
    return "".join([*parts, text[position:]])


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Put a new ticket's values into the slots of a redacted reply.

    Args:
        text: A reply with placeholders of any language.
        values: Kind (see ``Kind``) to value, such as ``{"customer": "Eva"}``. A numbered slot takes the key
            ``"name 2"``. Slots without a value stay as they are and are listed in ``open``.

    Raises:
        InputError: ``text`` is not a string, ``values`` no mapping of texts to texts, or a key no kind of slot.

    Example:
        >>> fill("Hej {kundens namn}! Order {ordernummer} är på väg.", {"customer": "Eva"})
        Filled(text='Hej Eva! Order {ordernummer} är på väg.', open=('{ordernummer}',))
    """
    as_text(text, argument="text")
    check_kinds(values, "values")
    left: dict[str, None] = {}

    def replace(match: re.Match[str]) -> str:
        key = _key(match)
        if not key:
            return match.group()
        if values.get(key):
            return values[key]
        left[match.group()] = None
        return match.group()

    return Filled(_SLOT.sub(replace, text), tuple(left))


def check_kinds(values: Mapping[str, str], argument: str) -> None:
    """Whether every key is a kind of slot, with or without a number.

    Raises:
        InputError: One is not, or something else than texts is mapped to texts.
    """
    if not isinstance(values, Mapping) or not all(isinstance(each, str) for pair in values.items() for each in pair):
        raise InputError(
            f"{argument} must map kinds of slots to texts, such as {{'customer': 'Eva'}}, got {type(values).__name__}"
            + (" with other things than texts" if isinstance(values, Mapping) else "")
        )
    wrong = sorted(key for key in values if not _KEY.fullmatch(key))
    if wrong:
        raise InputError(f"{argument} takes the keys {', '.join(_KINDS)}, got {', '.join(map(repr, wrong))}")


def open_slots(text: str) -> tuple[str, ...]:
    """The placeholders in a text, in order, each once.

    Example:
        >>> open_slots("Hei {kundens navn}! {kundens navn}, se {lenke}.")
        ('{kundens navn}', '{lenke}')
    """
    return fill(text, {}).open


def key_of(slot: str) -> str:
    """The key of ``fill`` that closes an open slot; "" for one of no known kind.

    Example:
        >>> key_of("{kundens namn}"), key_of("{navn 2}")
        ('customer', 'name 2')
    """
    match = _SLOT.fullmatch(slot)
    return _key(match) if match else ""


def placeholders(text: str) -> list[tuple[int, int]]:
    """Where the known placeholders of any language stand in a text, as (start, end)."""
    found = _SLOT.finditer(text) if "{" in text else ()
    return [match.span() for match in found if match.group(1) in _KIND_OF]


def question_key(text: str) -> str:
    """Key under which two redacted texts are the same question: ``fold``, with placeholders by kind alone.

    A placeholder is in the language that the text was taken to be in, and counts further names of the same text: what
    was asked in a mail of two lines and what is asked in one search box must meet all the same.

    Example:
        >>> question_key("Hej, mvh {namn 2}") == question_key("hej mvh {navn}")
        True
    """
    return fold(_SLOT.sub(_kind_alone, text) if "{" in text else text)


def _kind_alone(match: re.Match[str]) -> str:
    kind = _KIND_OF.get(match.group(1))
    return f" {kind} " if kind else match.group()


def _key(match: re.Match[str]) -> str:
    kind, number = _KIND_OF.get(match.group(1), ""), match.group(2)
    return f"{kind} {number}" if kind and number else kind


def _same(value: str) -> str:
    folded = "".join(character for character in value.casefold() if character.isalnum())
    return folded[:-1] if len(folded) > 3 and folded.endswith("s") else folded
