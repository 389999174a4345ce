"""Vectors at the price of a cache: no model, and texts on the same matter lie close all the same."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from faqsuggest.text.normalise import fold

_WORDS: dict[str, NDArray[np.float32]] = {}


def hashed(texts: Sequence[str], dimension: int) -> NDArray[np.float32]:
    """Unit vectors of the sums of a random direction for each word, shape (texts, dimension)."""
    rows = np.zeros((len(texts), dimension), dtype=np.float32)
    for place, text in enumerate(texts):
        for word in fold(text).split():
            if word not in _WORDS:
                rng = np.random.default_rng(zlib.crc32(word.encode()))
                _WORDS[word] = rng.normal(size=dimension).astype(np.float32)
            rows[place] += _WORDS[word]
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, norms, out=rows, where=norms > 0)
