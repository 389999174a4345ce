"""Hard negatives mined from the base itself: what lies near a query and is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from faqsuggest.encoders.base import Encoder
from faqsuggest.progress import progress
from faqsuggest.training.pools import Example, Pool

_BLOCK = 1024


def mine(pool: Pool, encoder: Encoder, *, k: int = 8, skip: int = 1) -> Pool:
    """The pool with, for each query, the ``k`` nearest passages of other answers.

    The very nearest ``skip`` are left out: in a real history they are often right answers that nobody linked (Xiong et
    al. 2021, "Approximate Nearest Neighbor Negative Contrastive Learning", arXiv:2007.00808, on false negatives).

    Args:
        pool: Is not changed.
        encoder: Decides what is near; usually the model before training.
        k: Negatives a query.
        skip: Nearest wrong passages left out.
    """
    passages = _encoded(encoder, pool.passages)
    hard: dict[int, tuple[int, ...]] = {}
    starts = range(0, len(pool.queries), _BLOCK)
    for start in progress(starts, total=len(starts), label="mining negatives"):
        block = pool.queries[start : start + _BLOCK]
        scores = _encoded(encoder, block) @ passages.T
        nearest = np.argsort(-scores, axis=1, kind="stable")
        for row, query in enumerate(block):
            wrong = (int(p) for p in nearest[row] if pool.passages[p].keys.isdisjoint(query.keys))
            hard[start + row] = tuple(p for p, _ in zip(wrong, range(skip + k), strict=False))[skip:]
    return replace(pool, hard=hard)


def _encoded(encoder: Encoder, examples: tuple[Example, ...]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    out = np.zeros((len(examples), encoder.dimension), dtype=np.float32)
    for role, encode in (("query", encoder.encode_queries), ("passage", encoder.encode_passages)):
        rows = [i for i, example in enumerate(examples) if example.role == role]
        if rows:
            out[rows] = encode([examples[i].text for i in rows])
    return out
