"""Which texts are learnt from and which are judged on, for cross-fitting: by content, so that repeats stay together."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def fold_of(keys: Sequence[str], table: NDArray[np.float32], folds: int, seed: int) -> NDArray[np.int64]:
    """Number of the fold of each text; every tag is spread over the folds, its rarest tag deciding for each text.

    Texts with the same key, such as repeats of one text, share a fold. The order of the texts changes nothing.

    Args:
        keys: Of the content of each text.
        table: 0 or 1, shape (texts, tags).
        folds: How many.
        seed: Of the draw.
    """
    counts = table.sum(axis=0)
    rarest = np.where(table > 0, counts[None, :], np.inf).argmin(axis=1)
    rarest[table.sum(axis=1) == 0] = table.shape[1]
    by_key: dict[str, int] = {}
    for key, tag in zip(keys, rarest.tolist(), strict=True):
        by_key[key] = min(tag, by_key.get(key, tag))
    members: dict[int, list[str]] = defaultdict(list)
    for key in sorted(by_key, key=lambda each: hashlib.sha256(f"{seed} {each}".encode()).digest()):
        members[by_key[key]].append(key)
    place: dict[str, int] = {}
    # Each tag begins where the one before it ended, so that tags with few texts fill the folds evenly too.
    for tag in sorted(members):
        for key in members[tag]:
            place[key] = len(place) % folds
    return np.array([place[key] for key in keys], dtype=np.int64)
