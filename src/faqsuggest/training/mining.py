"""Hard negatives mined from the base itself: what lies near a query and is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from faqsuggest.encoders.base import Encoder
from faqsuggest.progress import progress
from faqsuggest.training.pools import Example, Pool

_BLOCK = 1024
Floats = NDArray[np.float32]


def mine(pool: Pool, encoder: Encoder, *, k: int = 8, skip: int = 1, ceiling: float = 1.0) -> Pool:
    """The pool with, for each query, the ``k`` nearest passages of other answers.

    The very nearest ``skip`` are left out: in a real history they are often right answers that nobody linked (Xiong et
    al. 2021, "Approximate Nearest Neighbor Negative Contrastive Learning", arXiv:2007.00808, on false negatives).

    Args:
        pool: Is not changed.
        encoder: Decides what is near; usually the model before training.
        k: Negatives a query.
        skip: Nearest wrong passages left out.
        ceiling: Passages are left out too whose cosine is above this share of that of the query's best right passage:
            what is nearer than the right answer is often right (Moreira et al. 2024, "NV-Retriever", arXiv:2407.15831,
            who take 0.95). At 1 none is left out for that, however near.
    """
    passages = _encoded(encoder, pool.passages)
    hard: dict[int, tuple[int, ...]] = {}
    starts = range(0, len(pool.queries), _BLOCK)
    for start in progress(starts, total=len(starts), label="mining negatives"):
        block = pool.queries[start : start + _BLOCK]
        scores = _encoded(encoder, block) @ passages.T
        nearest = np.argsort(-scores, axis=1, kind="stable")
        for row, query in enumerate(block):
            highest = _highest(pool, query, scores[row], ceiling)
            wrong = (
                int(p)
                for p in nearest[row]
                if scores[row, p] <= highest and pool.passages[p].keys.isdisjoint(query.keys)
            )
            hard[start + row] = tuple(p for p, _ in zip(wrong, range(skip + k), strict=False))[skip:]
    return replace(pool, hard=hard)


def _highest(pool: Pool, query: Example, scores: Floats, ceiling: float) -> float:
    """Cosine above which a passage is taken for a right one that nobody marked."""
    if ceiling >= 1:
        return np.inf
    right = [p for key in query.keys for p in pool.rows_of_key.get(key, ()) if pool.passages[p].text != query.text]
    return ceiling * float(scores[right].max()) if right else np.inf


def _encoded(encoder: Encoder, examples: tuple[Example, ...]) -> Floats:
    out = np.zeros((len(examples), encoder.dimension), dtype=np.float32)
    for role, encode in (("query", encoder.encode_queries), ("passage", encoder.encode_passages)):
        rows = [i for i, example in enumerate(examples) if example.role == role]
        if rows:
            out[rows] = encode([examples[i].text for i in rows])
    return out
