"""Tune an encoder on a team's own history; keep it only when a later stretch of that history says it got better."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.encoders.sentence_transformers import SentenceTransformerEncoder
from faqsuggest.errors import InputError
from faqsuggest.training.contrastive import TrainingOptions, load_for_training, train
from faqsuggest.training.history import pool_of
from faqsuggest.training.mining import mine
from faqsuggest.training.pools import Pool

log = logging.getLogger(__name__)
_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class FineTuned:
    """What a tuning run gave.

    Attributes:
        encoder: The tuned encoder when it is better, else the one that came.
        improved: Whether the whole 95 % interval of the gain lies above 0.
        before: Share of later questions whose right answer is among the first three, before tuning.
        after: The same after tuning.
        gain: ``after`` minus ``before`` with its 95 % interval, as (value, low, high); paired bootstrap over questions.
        questions: How many later questions it was measured on.
        steps: Optimiser steps taken, or that would be taken in a dry run.
        seconds: Time that training took, or is expected to take in a dry run.
    """

    encoder: SentenceTransformerEncoder
    improved: bool
    before: float
    after: float
    gain: tuple[float, float, float]
    questions: int
    steps: int
    seconds: float


def fine_tune(
    encoder: SentenceTransformerEncoder,
    kb: KnowledgeBase,
    *,
    out: str | Path,
    until: datetime | None = None,
    epochs: float = 1.0,
    seed: int = 0,
    dry_run: bool = False,
) -> FineTuned:
    """Tune an encoder on the pairs and hard negatives of a history, on a CPU or on a GPU where there is one.

    Training sees what happened before ``until``; the tickets after it decide whether the tuned encoder is handed back.
    An interrupted run resumes from the checkpoints in ``out`` when it is called again with the same arguments.

    Args:
        encoder: A sentence-transformers encoder; it is not changed.
        kb: History with replies or linked articles.
        out: Folder for the tuned model and its checkpoints.
        until: End of the training stretch; the time of the ticket four fifths through when None.
        epochs: How often each question is seen.
        seed: Of all draws.
        dry_run: Only time three steps and estimate the whole.

    Raises:
        InputError: The history holds too little to learn from or to measure on.
        MissingPackageError: The extra ``train`` is not installed.
    """
    cut = until if until is not None else _four_fifths(kb)
    past, later = pool_of(kb.until(cut)), _later(kb, cut)
    _require(past, later)
    folder = Path(out)
    steps = max(1, round(epochs * len(past.queries) / 32))
    options = TrainingOptions(
        steps=3 if dry_run else steps, queries=32, passages=40, learning_rate=3e-5, seed=seed, max_passage_tokens=128
    )
    model = load_for_training(encoder.model)
    mined = past if dry_run else mine(past, encoder)
    started = time.monotonic()
    train(model, [mined], options, checkpoint=None if dry_run else folder / "checkpoints")
    seconds = time.monotonic() - started
    if dry_run:
        return FineTuned(
            encoder, False, np.nan, np.nan, (np.nan, np.nan, np.nan), len(later.queries), steps, seconds * steps / 3
        )
    model.save(str(folder / "model"))
    tuned = SentenceTransformerEncoder(folder / "model", max_tokens=encoder.max_tokens)
    before, after = _found(encoder, later), _found(tuned, later)
    gain = _paired(after - before, seed)
    log.info("hit@3 %.3f before, %.3f after, on %d later questions", before.mean(), after.mean(), len(before))
    better = gain[1] > 0
    return FineTuned(
        tuned if better else encoder,
        better,
        float(before.mean()),
        float(after.mean()),
        gain,
        len(before),
        steps,
        seconds,
    )


def _four_fifths(kb: KnowledgeBase) -> datetime:
    times = sorted(ticket.created_at for ticket in kb.tickets)
    if len(times) < 10:
        raise InputError(f"fine_tune(kb=…) needs at least 10 tickets to learn from and to measure on, got {len(times)}")
    return times[len(times) * 4 // 5]


def _later(kb: KnowledgeBase, cut: datetime) -> Pool:
    """Questions asked after ``cut``, against the answers that existed before it."""
    whole, known = pool_of(kb), pool_of(kb.until(cut))
    texts = {passage.text for passage in known.passages}
    keys = frozenset(key for passage in known.passages for key in passage.keys)
    asked = {query.text for query in known.queries}
    queries = tuple(query for query in whole.queries if query.text not in asked and query.keys & keys)
    return Pool("later", queries, tuple(passage for passage in whole.passages if passage.text in texts))


def _require(past: Pool, later: Pool) -> None:
    if not past.queries or not later.queries:
        raise InputError(
            f"fine_tune(kb=…): {len(past.queries)} questions to learn from, {len(later.queries)} later ones with a "
            "known answer; both are needed: give more tickets with replies or article_ids, or an earlier until"
        )


def _found(encoder: SentenceTransformerEncoder, pool: Pool) -> NDArray[np.float64]:
    """1 for each query with a right passage among the first three answers, else 0; ties count against."""
    queries = encoder.encode_queries([query.text for query in pool.queries])
    vectors = np.zeros((len(pool.passages), queries.shape[1]), dtype=np.float32)
    for role, encode in (("query", encoder.encode_queries), ("passage", encoder.encode_passages)):
        rows = [i for i, passage in enumerate(pool.passages) if passage.role == role]
        if rows:
            vectors[rows] = encode([pool.passages[i].text for i in rows])
    out = np.zeros(len(pool.queries))
    for i, query in enumerate(pool.queries):
        scores = vectors @ queries[i]
        best: dict[frozenset[str], float] = {}
        for passage, score in zip(pool.passages, scores.tolist(), strict=True):
            best[passage.keys] = max(score, best.get(passage.keys, -1.0))
        right = max((score for keys, score in best.items() if keys & query.keys), default=-1.0)
        out[i] = sum(score >= right for keys, score in best.items() if not keys & query.keys) < 3
    return out


def _paired(difference: NDArray[np.float64], seed: int) -> tuple[float, float, float]:
    rng = np.random.default_rng(seed)
    means = difference[rng.integers(len(difference), size=(_DRAWS, len(difference)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(difference.mean()), float(low), float(high)
