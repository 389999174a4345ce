"""Hashed character n-grams of many texts at once: the common ground of likeness, near-duplicates and a baseline.

Texts are folded (see ``faqsuggest.text.normalise.fold``) and digits become 0, so that order numbers and dates do not
make two texts differ. All work is linear in the number of characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from faqsuggest.text.normalise import fold

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SIZE = 4
BITS = 18
_DIGIT = re.compile(r"[0-9]")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Grams:
    """Hashes of the n-grams of each text, in reading order.

    Attributes:
        codes: All hashes, 32 bits each, text after text.
        starts: Where each text starts in ``codes``, with the end as last entry, shape (texts + 1,). An empty text has
            none.
    """

    codes: NDArray[np.uint32]
    starts: NDArray[np.int64]


@lru_cache(maxsize=20_000)  # agents and systems repeat themselves
def template(text: str) -> str:
    """The text folded, with every digit as 0.

    Examples:
        >>> template("Order 48-213?")
        'order 00 000'
    """
    return _DIGIT.sub("0", fold(text))


def hash_ngrams(texts: Sequence[str], *, size: int = SIZE) -> Grams:
    """Hash every run of ``size`` characters of each templated text, a blank added at either end."""
    padded = [f" {text} ".ljust(size) if text else "" for text in map(template, texts)]
    lengths = np.fromiter((max(len(text) - size + 1, 0) for text in padded), dtype=np.int64, count=len(padded))
    letters = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    if starts[-1] == 0:
        return Grams(np.zeros(0, dtype=np.uint32), starts)
    rolling = np.zeros(len(letters) - size + 1, dtype=np.uint64)
    for offset in range(size):
        rolling = rolling * np.uint64(1_000_003) + letters[offset : offset + len(rolling)]
    first = np.concatenate([[0], np.cumsum([len(text) for text in padded])])[:-1]
    places = np.arange(starts[-1]) + np.repeat(first - starts[:-1], lengths)
    return Grams(((rolling[places] * _FACTOR) >> np.uint64(32)).astype(np.uint32), starts)


def count_ngrams(texts: Sequence[str], *, size: int = SIZE, bits: int = BITS) -> csr_array:
    """Counts of hashed n-grams, shape (texts, 2**bits)."""
    from scipy.sparse import csr_array

    grams = hash_ngrams(texts, size=size)
    columns = (grams.codes >> np.uint32(32 - bits)).astype(np.int32)
    counts = csr_array((np.ones(len(columns), dtype=np.float32), columns, grams.starts), shape=(len(texts), 1 << bits))
    counts.sum_duplicates()
    return counts


def inverse_document_frequency(counts: csr_array) -> NDArray[np.float32]:
    """Smoothed logarithm of all texts over those with the n-gram, one for each column; 1 where all have it."""
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1.0 + counts.shape[0]) / (1.0 + frequency)) + 1.0, dtype=np.float32)


def weigh(counts: csr_array, idf: NDArray[np.float32]) -> csr_array:
    """Square root of the counts times ``idf``, rows of norm 1; an empty text stays a zero row."""
    weighted = counts.copy()
    weighted.data = np.sqrt(weighted.data) * idf[weighted.indices]
    rows = np.repeat(np.arange(weighted.shape[0]), np.diff(weighted.indptr))
    norms = np.sqrt(np.bincount(rows, weighted.data**2, minlength=weighted.shape[0]))
    weighted.data = (weighted.data / norms[rows]).astype(np.float32)
    return weighted


class RememberedVectors:
    """Weighted n-gram vectors of texts; what was seen before is not hashed again, since the same answers come back.

    Args:
        idf: Weight of each column.
        capacity: Number of texts after which everything is forgotten; 50,000 replies take some 150 MB.
    """

    def __init__(self, idf: NDArray[np.float32], capacity: int = 50_000) -> None:
        self.idf = idf
        self.capacity = capacity
        self._rows: dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]] = {}

    def of(self, texts: Sequence[str]) -> csr_array:
        """Rows of norm 1 for the texts, in their order, shape (texts, columns)."""
        from scipy.sparse import csr_array

        if len(self._rows) > self.capacity:
            self._rows = {}
        places: dict[str, int] = {}
        at = [places.setdefault(text, len(places)) for text in texts]
        if new := [text for text in places if text not in self._rows]:
            made = weigh(count_ngrams(new), self.idf)
            # each row apart: to lay new ones behind the others would copy all, for every few texts
            spans = [slice(begin, end) for begin, end in pairwise(made.indptr.tolist())]
            self._rows |= {text: (made.indices[span], made.data[span]) for text, span in zip(new, spans, strict=True)}
        rows = [self._rows[text] for text in places]
        bounds = np.concatenate([[0], np.cumsum([len(columns) for columns, _ in rows], dtype=np.int64)])
        columns = np.concatenate([np.zeros(0, dtype=np.int32), *(columns for columns, _ in rows)])
        values = np.concatenate([np.zeros(0, dtype=np.float32), *(values for _, values in rows)])
        return csr_array((values, columns, bounds), shape=(len(rows), len(self.idf)))[at]
