"""What the privacy functions take and give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from faqsuggest.text.language_words import WORDS

if TYPE_CHECKING:
    from faqsuggest.text.privacy.company import Company
    from faqsuggest.text.privacy.support import Support

Kind = Literal[
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
    "birth_date",
    "ip",
    "reference",
    "order",
    "link",
    "detail",
]
"""What a span holds. ``customer`` is a greeted name, ``agent`` a signing one, ``name`` anybody else, ``order`` an order
number, ``reference`` any other number of a case, booking, parcel or invoice, ``detail`` what too few replies share."""

COMPANY_KINDS = frozenset(("email", "phone", "address", "account", "link"))
"""Kinds that may be the company's own and then stay."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the given text, ``end`` exclusive, in Python characters."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with placeholders for personal data.

    Attributes:
        text: Normalised, with a placeholder such as ``{kundens namn}`` for every span.
        spans: What was replaced, in the text that was given, in order.
        safe: Whether the text may be shown to another customer; False whenever something is uncertain.
        reasons: Why it is not safe, as codes: ``unconfirmed-name``, ``unconfirmed-number``, ``unconfirmed-link``,
            ``too-much-masked``, ``nothing-left``.
    """

    text: str
    spans: tuple[Span, ...] = ()
    safe: bool = True
    reasons: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """Number of spans by kind; what they held is not in it."""
        return dict(sorted(Counter(span.kind for span in self.spans).items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How to redact.

    Attributes:
        language: Language of the placeholders; None detects it per text.
        company: The company's own numbers, addresses and links, which stay. Without it, words around a value decide
            (``ring oss på``), and links are kept but make the text unsafe.
        support: Words and numbers that enough customers' replies share; everything else is masked. Without it only
            the rules speak, and capitalised words that no rule knows make the text unsafe.
        max_masked: Share of the words that ``support`` may mask before the text is not safe.
    """

    language: str | None = None
    company: Company | None = None
    support: Support | None = None
    max_masked: float = 0.3


@dataclass(slots=True)
class Claims:
    """Stretches of one text that are taken, first come, first served."""

    text: str
    lower: str
    taken: bytearray
    finnish: bool = False
    spans: list[Span] = field(default_factory=list)

    @classmethod
    def of(cls, text: str, language: str | None = None) -> Claims:
        """No stretch of the text taken yet; without a language, function words tell whether it is Finnish."""
        lower = text.lower()
        if len(lower) != len(text):
            lower = "".join(character.lower() if len(character.lower()) == 1 else character for character in text)
        return cls(text, lower, bytearray(len(text)), language == "fi" if language else _is_finnish(lower))

    def take(self, start: int, end: int, kind: Kind) -> bool:
        """Claim a stretch unless part of it is taken; whether it was claimed."""
        if start >= end or any(self.taken[start:end]):
            return False
        self.taken[start:end] = b"\x01" * (end - start)
        self.spans.append(Span(start, end, kind))
        return True

    def block(self, start: int, end: int) -> None:
        """Keep a stretch as it is: nothing may claim it later."""
        self.taken[start:end] = b"\x01" * (end - start)

    def before(self, start: int, width: int) -> str:
        """At most ``width`` characters before ``start`` on the same line, in lower case."""
        return self.lower[max(0, start - width) : start].rsplit("\n", 1)[-1]

    def after(self, end: int, width: int) -> str:
        """At most ``width`` characters from ``end`` on, in lower case."""
        return self.lower[end : end + width]

    def of_kinds(self, kinds: frozenset[str]) -> Iterator[Span]:
        """The claimed spans of some kinds."""
        return (span for span in self.spans if span.kind in kinds)


def _is_finnish(lower: str) -> bool:
    known = [WORDS[word] for word in lower[:600].split() if word in WORDS]
    finnish = sum(codes == ("fi",) for codes in known)
    return finnish > 0 and 2 * finnish >= sum("fi" not in codes for codes in known)
