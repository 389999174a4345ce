"""Past replies that say the same thing, grouped as they come in.

Two replies belong together when their bodies, without greeting, sign-off and digits, are equal, or share at least four
fifths of their word triples. Candidates come from banded MinHash signatures (Broder 1997; Leskovec, Rajaraman & Ullman,
Mining of Massive Datasets, chapter 3), so placing one reply costs the same whatever the size of the history.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from faqsuggest.text.mail import clean_mail
from faqsuggest.text.normalise import fold

_BANDS, _ROWS = 12, 4
_ALIKE = 0.8
_PRIME = (1 << 61) - 1
_DIGITS = re.compile(r"\d{1,30}")
_Triples = frozenset[int]


def reply_body(reply: str) -> str:
    """The part of a reply that answers: no greeting, sign-off, signature or quoted history; the whole when nothing is left."""
    return clean_mail(reply).body or reply


class ReplyGroups:
    """Which replies are the same answer. The first reply of a group gives the group its name."""

    def __init__(self) -> None:
        self._by_template: dict[str, str] = {}
        self._buckets: dict[tuple[int, bytes], list[str]] = {}
        self._triples: dict[str, _Triples] = {}
        rng = np.random.default_rng(20_011)
        self._factors = rng.integers(1, _PRIME, size=(_BANDS * _ROWS, 1), dtype=np.uint64)
        self._shifts = rng.integers(0, _PRIME, size=(_BANDS * _ROWS, 1), dtype=np.uint64)

    def place(self, name: str, body: str) -> str:
        """The group of a reply with this ``body``: one that is there already, else a new one called ``name``.

        Examples:
            >>> groups = ReplyGroups()
            >>> groups.place("t1", "Du har 14 dagars ångerrätt från den dag du fick varan.")
            't1'
            >>> groups.place("t2", "Du har 30 dagars ångerrätt från den dag du fick varan!")
            't1'
        """
        template = _DIGITS.sub("0", fold(body))
        known = self._by_template.get(template)
        if known is None:
            triples = _triples(template)
            keys = self._keys(triples)
            known = self._like(triples, keys) or self._open(name, triples, keys)
            self._by_template[template] = known
        return known

    def restore(self, groups: Mapping[str, str], bodies: Mapping[str, str]) -> None:
        """Take up the groups of a saved base: reply name → group name, and the body of each reply."""
        for name, body in bodies.items():
            template = _DIGITS.sub("0", fold(body))
            group = groups[name]
            self._by_template.setdefault(template, group)
            if group == name or group not in self._triples:
                triples = _triples(template)
                self._open(group, triples, self._keys(triples))

    def _open(self, name: str, triples: _Triples, keys: list[tuple[int, bytes]]) -> str:
        self._triples[name] = triples
        for key in keys:
            self._buckets.setdefault(key, []).append(name)
        return name

    def _like(self, triples: _Triples, keys: list[tuple[int, bytes]]) -> str | None:
        near = dict.fromkeys(name for key in keys for name in self._buckets.get(key, ()))
        shares = [(_jaccard(triples, self._triples[name]), name) for name in near]
        best = max(shares, key=lambda pair: (pair[0], pair[1]), default=(0.0, ""))
        return best[1] if best[0] >= _ALIKE else None

    def _keys(self, triples: _Triples) -> list[tuple[int, bytes]]:
        codes = np.fromiter(triples, dtype=np.uint64, count=len(triples))
        lowest: NDArray[np.uint64] = ((self._factors * codes[None, :] + self._shifts) >> np.uint64(20)).min(axis=1)
        return [(band, lowest[band * _ROWS : (band + 1) * _ROWS].tobytes()) for band in range(_BANDS)]


def _triples(template: str) -> _Triples:
    words = template.split()
    runs = [" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))]
    return frozenset(zlib.crc32(run.encode()) for run in runs)


def _jaccard(left: _Triples, right: _Triples) -> float:
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared)
