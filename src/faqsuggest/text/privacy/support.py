"""k-support: words and numbers that replies to at least k different customers share. What fewer share is not shown."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from faqsuggest.text.language_words import WORDS
from faqsuggest.text.privacy.records import Claims

# A whole number with its separators, or a word with inner apostrophes and hyphens.
_UNIT = re.compile(r"\d(?:[\d.,:/–-]{0,30}\d)?(?: \d{3}(?!\d))*|[^\W\d_]+(?:[’'-][^\W\d_]+)*(?:-?\d{1,4})?")
_SLOT = re.compile(r"\{[^{}\n]{1,40}\}")


@dataclass(frozen=True, slots=True)
class Support:
    """The units (words, whole numbers, runs of capitalised words) that enough customers' replies share.

    Only supported units are kept, so that the object itself holds nothing rare.
    """

    units: frozenset[str]
    k: int = 5

    @classmethod
    def learn(cls, replies: Iterable[tuple[str, str]], published: Iterable[str] = (), *, k: int = 5) -> Self:
        """Count customers per unit.

        Args:
            replies: Customer id and reply, already redacted by the rules: what stands in braces is not counted, so a
                name or number that the rules find never gains support.
            published: Texts that anyone may read, such as public articles; their words are supported.
            k: Number of different customers that a unit needs.
        """
        customers: dict[str, set[str]] = defaultdict(set)
        for customer, reply in replies:
            for unit in _units(_SLOT.sub(" | ", reply)):
                seen = customers[unit]
                if len(seen) < k:
                    seen.add(customer)
        supported = {unit for unit, seen in customers.items() if len(seen) >= k}
        supported.update(unit for text in published for unit in _units(text))
        return cls(frozenset(supported), k)

    def mask(self, claims: Claims) -> float:
        """Claim every unsupported unit as ``detail``; the share of the words not claimed before that this masked."""
        total = masked = 0
        for start, end, unit in _positions(claims.text):
            if any(claims.taken[start:end]):
                continue
            total += 1
            if unit not in self.units and unit not in WORDS and len(unit) > 1:
                masked += claims.take(start, end, "detail")
        for start, end, run in _runs(claims.text):
            if run not in self.units and not any(claims.taken[start:end]):
                masked += claims.take(start, end, "detail")
        return masked / total if total else 0.0


def _units(text: str) -> set[str]:
    return {unit for _, _, unit in _positions(text)} | {run for _, _, run in _runs(text)}


def _positions(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _UNIT.finditer(text):
        unit = match.group()
        yield match.start(), match.end(), unit.replace(" ", "") if unit[0].isdigit() else unit.casefold()


_RUN = re.compile(r"(?<=[\w,;] )[A-ZÅÄÖÆØÉÜ][\w’'-]{1,30}(?: [A-ZÅÄÖÆØÉÜ][\w’'-]{1,30}){1,3}")


def _runs(text: str) -> Iterator[tuple[int, int, str]]:
    """Runs of two to four capitalised words within a sentence: a full name needs support as a whole."""
    for match in _RUN.finditer(text):
        yield match.start(), match.end(), "run " + match.group().casefold()
