"""Past replies that say the same thing, grouped as they come and go.

Two replies belong together when their bodies, without greeting, sign-off and digits, are equal, or share at least four
fifths of their word triples: in thirty words, one may differ. Groups are the connected components of that relation, so
they hang on the replies alone and not on the order in which they came. Pairs are found by banded MinHash signatures
(Broder 1997; Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, chapter 3), so placing one reply costs the same
whatever the size of the history.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from faqsuggest.text.mail import clean_mail
from faqsuggest.text.normalise import fold

_BANDS, _ROWS = 12, 4
_ALIKE = 0.8
_PRIME = (1 << 61) - 1
_DIGITS = re.compile(r"\d{1,30}")
_Triples = frozenset[int]
_Key = tuple[int, bytes]


def reply_body(reply: str) -> str:
    """The part of a reply that answers: no greeting, sign-off or quoted history; the whole when nothing is left."""
    return clean_mail(reply).body or reply


class ReplyGroups:
    """Which replies are the same answer.

    Example:
        >>> groups = ReplyGroups()
        >>> groups.add("t1", "Du har 14 dagars ångerrätt från den dag du fick varan.")
        >>> groups.add("t2", "Du har 30 dagars ångerrätt från den dag du fick varan!")
        >>> groups.add("t3", "Vi skickar en ny vara i morgon.")
        >>> sorted(groups.group_of("t1"))
        ['t1', 't2']
    """

    def __init__(self) -> None:
        self._template_of: dict[str, str] = {}
        self._names: dict[str, set[str]] = {}
        self._triples: dict[str, _Triples] = {}
        self._keys: dict[str, list[_Key]] = {}
        self._buckets: dict[_Key, set[str]] = {}
        self._group: dict[str, set[str]] = {}
        rng = np.random.default_rng(20_011)
        self._factors = rng.integers(1, _PRIME, size=(_BANDS * _ROWS, 1), dtype=np.uint64)
        self._shifts = rng.integers(0, _PRIME, size=(_BANDS * _ROWS, 1), dtype=np.uint64)

    def add(self, name: str, body: str) -> None:
        """Place a reply; a known name is placed anew."""
        self.remove(name)
        template = template_of(body)
        if template not in self._names:
            self._admit(template)
            for other in self._like(template):
                self._join(template, other)
        self._names[template].add(name)
        self._template_of[name] = template

    def remove(self, name: str) -> None:
        """Forget a reply; its group may fall apart. An unknown name is ignored."""
        template = self._template_of.pop(name, None)
        if template is None:
            return
        self._names[template].discard(name)
        if not self._names[template]:
            self._dismiss(template)

    def group_of(self, name: str) -> frozenset[str]:
        """Names of the replies that say the same, this one included."""
        return frozenset(each for template in self._group[self._template_of[name]] for each in self._names[template])

    def restore(self, groups: Mapping[str, str], bodies: Mapping[str, str]) -> None:
        """Take up the groups of a saved base without comparing anything: reply name → group, and → body."""
        known: dict[str, set[str]] = {}
        for name, body in bodies.items():
            template = template_of(body)
            if template not in self._names:
                self._admit(template)
                self._group[template] = known.setdefault(groups[name], set())
                self._group[template].add(template)
            self._names[template].add(name)
            self._template_of[name] = template

    def _admit(self, template: str) -> None:
        self._names[template] = set()
        self._group[template] = {template}
        self._triples[template] = _triples(template)
        self._keys[template] = self._signature(self._triples[template])
        for key in self._keys[template]:
            self._buckets.setdefault(key, set()).add(template)

    def _dismiss(self, template: str) -> None:
        left = self._group.pop(template) - {template}
        for key in self._keys.pop(template):
            self._buckets[key].discard(template)
            if not self._buckets[key]:
                del self._buckets[key]
        del self._names[template], self._triples[template]
        for other in left:
            self._group[other] = {other}
        for other in left:
            for near in self._like(other):
                self._join(other, near)

    def _join(self, left: str, right: str) -> None:
        small, large = sorted((self._group[left], self._group[right]), key=len)
        if small is not large:
            large |= small
            for template in small:
                self._group[template] = large

    def _like(self, template: str) -> Iterable[str]:
        triples = self._triples[template]
        near = {other for key in self._keys[template] for other in self._buckets[key]} - {template}
        return [other for other in near if _jaccard(triples, self._triples[other]) >= _ALIKE]

    def _signature(self, triples: _Triples) -> list[_Key]:
        codes = np.fromiter(triples, dtype=np.uint64, count=len(triples))
        lowest: NDArray[np.uint64] = ((self._factors * codes[None, :] + self._shifts) >> np.uint64(20)).min(axis=1)
        return [(band, lowest[band * _ROWS : (band + 1) * _ROWS].tobytes()) for band in range(_BANDS)]


def template_of(body: str) -> str:
    """A reply without case, punctuation and the values of its numbers."""
    return _DIGITS.sub("0", fold(body))


def _triples(template: str) -> _Triples:
    words = template.split()
    runs = [" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))]
    return frozenset(zlib.crc32(run.encode()) for run in runs)


def _jaccard(left: _Triples, right: _Triples) -> float:
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared)
