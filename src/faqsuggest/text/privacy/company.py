"""The company's own telephone numbers, addresses, accounts and links: learnt by counting, confirmed by a list."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from faqsuggest.errors import InputError
from faqsuggest.text.normalise import as_text, fold, normalise
from faqsuggest.text.privacy import cues
from faqsuggest.text.privacy.contacts import find_links, find_places
from faqsuggest.text.privacy.digits import find_digits
from faqsuggest.text.privacy.records import COMPANY_KINDS, Claims, Span

_NUMBER_KINDS = frozenset(("phone", "account", "reference", "order"))
_DIGIT = re.compile(r"\d")
_HOST_ENDS = re.compile(r"[/\\?#]")
_ACCOUNTS = re.compile(r"\d{7,16}|\d[\d .-]{5,20}\d(?=$|[^\d .-])")
"""Whole numbers in an account that was found together with its branch or sort code."""
_COUNTRY_CODES = ("358", "46", "47", "45", "44", "49")


@dataclass(frozen=True, slots=True)
class Company:
    """Values that are the company's own and therefore stay in replies.

    Attributes:
        values: Normalised telephone and account numbers, mail and postal addresses.
        domains: Host names whose links stay; their subdomains too.
    """

    values: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    @classmethod
    def of(cls, values: Iterable[str]) -> Self:
        """A list written by the company: numbers, mail and postal addresses, and domains or links.

        Raises:
            InputError: It is one text, or holds something else than texts.

        Example:
            >>> Company.of(["08-465 004 00", "https://shop.example"]).domains
            frozenset({'shop.example'})
        """
        if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
            raise InputError(f"the company's values must be a sequence of texts, got one {type(values).__name__}")
        keys, domains = set(), set()
        given = (as_text(value, argument=f"values[{number}]") for number, value in enumerate(values))
        for value in filter(fold, map(normalise, given)):
            claims = Claims.of(value)
            find_links(claims)
            links = [span for span in claims.spans if span.kind == "link"]
            if links or ("." in value and " " not in value and "@" not in value and not value[0].isdigit()):
                domains.add(_host(value))
            else:
                keys |= {_key_of_unknown(value), *_keys(value)}
        return cls(frozenset(keys), frozenset(domains))

    @classmethod
    def learn(cls, replies: Iterable[tuple[str, str]], published: Iterable[str] = (), *, k: int = 5) -> Self:
        """Values in replies to at least ``k`` different customers, and every value in published texts.

        Args:
            replies: Customer id and reply, as sent.
            published: Texts that anyone may read, such as public articles.
            k: Fewer customers than this do not make a value the company's own.
        """
        customers: dict[str, set[str]] = defaultdict(set)
        for customer, reply in replies:
            for key in _keys(reply):
                customers[key].add(customer)
        keys = {key for key, seen in customers.items() if len(seen) >= k}
        keys.update(key for text in published for key in _keys(text))
        domains = frozenset(key.removeprefix("host ") for key in keys if key.startswith("host "))
        return cls(frozenset(key for key in keys if not key.startswith("host ")), domains)

    def plus(self, other: Company) -> Self:
        """The values of both."""
        return replace(self, values=self.values | other.values, domains=self.domains | other.domains)

    def owns(self, kind: str, text: str) -> bool:
        """Whether a value found in a text is one of the company's."""
        if kind == "link":
            host = _host(text)
            return any(host == domain or host.endswith("." + domain) for domain in self.domains)
        if kind == "email":
            own = text.casefold().rsplit("@", 1)[-1] in self.domains and cues.ROLE_MAIL.match(text.casefold())
            return bool(own) or _words(text) in self.values
        if kind == "account" and any(_key(kind, part) in self.values for part in _ACCOUNTS.findall(text)):
            return True
        return _key(kind, text) in self.values


def is_ours_by_context(claims: Claims, span: Span) -> bool:
    """Whether the words around a value say that it is the company's: ``ring oss på``, ``vår butik på``, ``info@``."""
    if span.kind not in COMPANY_KINDS:
        return False
    if span.kind == "email":
        role = cues.ROLE_MAIL.match(claims.lower[span.start : span.end])
        return bool(role) and not cues.YOURS.search(claims.before(span.start, 40))
    before = claims.before(span.start, 46)
    sentence = max(before.rfind(mark) for mark in (". ", "! ", "? "))
    near = _DIGIT.split(before[sentence + 1 :])[-1]
    if cues.YOURS.search(near):
        return False
    if span.kind == "phone" and _MOBILE.match(claims.text, span.start) and not cues.OUR_OWN.search(near):
        return False
    return bool(
        cues.OURS.search(near)
        or _calls_us(near, span.kind)
        or cues.OPENING.search(before)
        or cues.OURS_AFTER.match(claims.after(span.end, 70))
    )


def _calls_us(near: str, kind: str) -> bool:
    return kind == "phone" and bool(cues.CALL_US.search(near))


_MOBILE = re.compile(
    r"(?:\+ ?46 ?\(?0?\)? ?|0046 ?|0)7|(?:\+ ?47|0047)? ?[49]\d\d|(?:\+ ?358 ?\(?0?\)? ?|0)(?:4|50)|"
    r"(?:\+ ?44 ?\(?0?\)? ?|0)7"
)
"""Mobile numbers of Sweden, Norway, Finland and the United Kingdom: seldom a company's."""


def _keys(text: str) -> set[str]:
    claims = Claims.of(normalise(text))
    find_links(claims)
    find_places(claims)
    find_digits(claims)
    keys = set()
    for span in claims.spans:
        value = claims.text[span.start : span.end]
        if span.kind == "link":
            keys.add("host " + _host(value))
        elif span.kind in COMPANY_KINDS:
            keys.add(_key(span.kind, value))
    return keys


def _key(kind: str, value: str) -> str:
    if kind == "address":
        return _place(value)
    return _number(value) if kind in _NUMBER_KINDS else _words(value)


def _key_of_unknown(value: str) -> str:
    if "@" in value:
        return _words(value)
    digits, letters = sum(map(str.isdigit, value)), sum(map(str.isalpha, value))
    return _number(value) if digits > letters else _place(value)


def _place(value: str) -> str:
    """Street and house number, or box and its number: what every way to write an address has in common."""
    words = fold(value).split()
    first = next((index for index, word in enumerate(words) if word[0].isdigit()), None)
    return "place " + (" ".join(words) if not first else f"{words[first - 1]} {words[first]}")


def _number(value: str) -> str:
    digits = "".join(character for character in value if character.isdigit())
    if value.lstrip().startswith(("+", "00")):
        digits = digits.lstrip("0")
        code = next((code for code in _COUNTRY_CODES if digits.startswith(code)), "")
        digits = digits[len(code) :]
    letters = "".join(character for character in value.casefold() if character.isalpha())
    return f"number {letters if len(letters) < 5 else ''}{digits.lstrip('0')}"


def _words(value: str) -> str:
    return "words " + fold(value)


def _host(value: str) -> str:
    host = value.casefold().removeprefix("https://").removeprefix("http://").removeprefix("www.")
    # As a browser reads it: whatever stands before an @ is a name for the log-in, a backslash is a stroke.
    return _HOST_ENDS.split(host, maxsplit=1)[0].rsplit("@", 1)[-1].split(":", 1)[0].strip(".")
