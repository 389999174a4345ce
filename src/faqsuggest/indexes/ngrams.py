"""Texts to hashed, counted character n-grams, a whole batch at a time.

The n-grams are those of scikit-learn's ``analyzer="char_wb"``: each word of the lower-cased text between one space on
either side, every window of 3, 4 and 5 characters that does not cross a word boundary.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHORTEST, LONGEST = 3, 5
BITS = 20
BUCKETS = 1 << BITS
MOST_COUNTED = 255

_SPACE = 32
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_SHIFT = np.uint64(64 - BITS)


def count_ngrams(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]:
    """The n-grams of each text.

    Args:
        texts: Any texts; one without words has no n-grams.

    Returns:
        Bounds of shape (len(texts) + 1,); buckets from 0 to ``BUCKETS`` − 1, ascending within each text; and how often
        each occurs, from 1 to 255 (more is counted as 255). Text i owns the entries from bounds[i] to bounds[i + 1].
    """
    cleaned = [" ".join(text.lower().split()) for text in texts]
    bounds = np.zeros(len(texts) + 1, dtype=np.int64)
    keys = _windows(cleaned)
    if not len(keys):
        return bounds, np.empty(0, dtype=np.int32), np.empty(0, dtype=np.uint8)
    keys.sort()
    first = np.empty(len(keys), dtype=np.bool_)
    first[0] = True
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    starts = np.flatnonzero(first)
    counts = np.minimum(np.diff(starts, append=len(keys)), MOST_COUNTED).astype(np.uint8)
    distinct = keys[starts]
    bounds[1:] = np.searchsorted(distinct, np.arange(1, len(texts) + 1, dtype=np.uint64) << _HALF)
    return bounds, (distinct & np.uint64(BUCKETS - 1)).astype(np.int32), counts


def _windows(cleaned: Sequence[str]) -> NDArray[np.uint64]:
    """One key per window: number of the text in the upper half, bucket in the lower."""
    joined = f" {' '.join(cleaned)} "
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    inner = points != _SPACE
    # a text owns its characters and the space after it; a window belongs to the text of its second character
    lengths = np.fromiter((len(text) + 1 for text in cleaned), dtype=np.int64, count=len(cleaned))
    owner = np.repeat(np.arange(len(cleaned), dtype=np.uint64) << _HALF, lengths)
    hashed = points.astype(np.uint64)
    parts = []
    total = len(points)
    inside = inner[1 : total - 1]
    rolling = hashed[: total - 1] * _STEP + hashed[1:]
    for length in range(SHORTEST, LONGEST + 1):
        windows = total - length + 1
        if windows <= 0:
            break
        rolling = rolling[:windows] * _STEP + hashed[length - 1 :]
        inside = inside[:windows] if length == SHORTEST else inside[:windows] & inner[length - 2 : length - 2 + windows]
        parts.append(_bucket(rolling[inside]) | owner[:windows][inside])
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)


def _bucket(rolling: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = rolling ^ (rolling >> _HALF)
    mixed *= _MIX
    mixed ^= mixed >> _HALF
    mixed *= _STEP
    mixed >>= _SHIFT
    return mixed
