"""Near-duplicate groups in linear time: MinHash signatures, banded, each candidate checked by exact cosine.

Method: Broder 1997 (MinHash), Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, chapter 3 (banding).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import InputError
from faqsuggest.evaluation.ngrams import Grams, count_ngrams, hash_ngrams, template
from faqsuggest.forked import in_parts

_BANDS, _ROWS = 10, 3
_BLOCK = 20_000


def link(pairs: Iterable[tuple[int, int]], n: int) -> NDArray[np.int64]:
    """Number the connected groups of ``n`` things, in order of their first member.

    Examples:
        >>> link([(0, 2), (2, 3)], 5).tolist()
        [0, 1, 0, 0, 2]
    """
    parent = list(range(n))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for left, right in pairs:
        first, second = sorted((root(left), root(right)))
        parent[second] = first
    roots = np.fromiter((root(node) for node in range(n)), dtype=np.int64, count=n)
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)


def near_duplicates(texts: Sequence[str], *, threshold: float = 0.95) -> NDArray[np.int64]:
    """Group number of each text; texts whose templated n-gram counts have a cosine of ``threshold`` or more share one.

    Likeness is handed on within a group (a like b, b like c). Texts that are empty after folding are alone. Pairs far
    above the threshold are found for certain, pairs at 0.95 in more than 99 of 100 cases.

    Args:
        texts: In any language.
        threshold: Cosine, above 0.8 and up to 1.

    Raises:
        InputError: If ``threshold`` is out of range.

    Examples:
        >>> near_duplicates(["Var är min order 4711?", "var är min order 4712", "Hej", ""]).tolist()
        [0, 0, 1, 2]
    """
    if not 0.8 < threshold <= 1.0:
        raise InputError(f"threshold of near_duplicates must be above 0.8 and at most 1; got {threshold:g}")
    keys: dict[str, int] = {}
    alone = ((template(text) or f"\0{position}") for position, text in enumerate(texts))
    member = np.fromiter((keys.setdefault(key, len(keys)) for key in alone), dtype=np.int64, count=len(texts))
    distinct = ["" if key.startswith("\0") else key for key in keys]
    groups = link(_alike(distinct, threshold), len(distinct))[member]
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def _alike(texts: Sequence[str], threshold: float) -> Iterable[tuple[int, int]]:
    def signed(part: Sequence[str]) -> list[NDArray[np.uint64]]:
        starts = range(0, len(part), _BLOCK)
        return [row for start in starts for row in _signatures(hash_ngrams(part[start : start + _BLOCK]))]

    if not texts:
        return
    pairs = np.unique(np.concatenate(list(_candidates(np.stack(in_parts(signed, texts))))), axis=0)
    for start in range(0, len(pairs), _BLOCK):
        part = pairs[start : start + _BLOCK]
        rows, places = np.unique(part, return_inverse=True)
        counts = count_ngrams([texts[row] for row in rows])
        norms = np.sqrt(counts.multiply(counts).sum(axis=1))
        left, right = places.reshape(part.shape).T
        cosine = counts[left].multiply(counts[right]).sum(axis=1) / (norms[left] * norms[right])
        yield from part[cosine >= threshold - 1e-6].tolist()


def _signatures(grams: Grams) -> NDArray[np.uint64]:
    """Minimum of each of 30 hash functions over the n-grams of each text; 0 for a text without any."""
    filled = np.diff(grams.starts) > 0
    out = np.zeros((len(filled), _BANDS * _ROWS), dtype=np.uint64)
    if not filled.any():
        return out
    rng, codes, starts = np.random.default_rng(97), grams.codes.astype(np.uint64), grams.starts[:-1][filled]
    for column in range(_BANDS * _ROWS):
        factor, shift = rng.integers(1, 1 << 62, size=2, dtype=np.uint64)
        out[filled, column] = np.minimum.reduceat((codes * (factor | np.uint64(1)) + shift) >> np.uint64(24), starts)
    return out


def _candidates(signatures: NDArray[np.uint64]) -> Iterable[NDArray[np.int64]]:
    """Pairs that agree in a band: each member of a bucket with the bucket's first and with the one before it."""
    filled = np.flatnonzero(signatures.any(axis=1))
    yield np.zeros((0, 2), dtype=np.int64)
    for band in range(_BANDS):
        part = signatures[filled, band * _ROWS : (band + 1) * _ROWS]
        key = part[:, 0] * np.uint64(0x9E3779B97F4A7C15) ^ part[:, 1] * np.uint64(0xC2B2AE3D27D4EB4F) ^ part[:, 2]
        order = np.argsort(key, kind="stable")
        new = np.append(True, key[order][1:] != key[order][:-1])
        first = order[np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))]
        for other in (first, np.append(order[:1], order[:-1])):
            yield np.stack([filled[other], filled[order]], axis=1)[~new]
