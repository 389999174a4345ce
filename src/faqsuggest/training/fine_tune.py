"""Tune an encoder on a team's own history; keep it only when a later stretch of that history says it got better."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from faqsuggest.calibrated import Confidence
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.data.shield import Shield
from faqsuggest.encoders import CachedEncoder, Encoder
from faqsuggest.errors import InputError
from faqsuggest.training.contrastive import TrainingOptions, load_for_training, train
from faqsuggest.training.fine_tuned import ALL, NEW, SHIPPED, FineTuned, Gain
from faqsuggest.training.history import pool_of
from faqsuggest.training.mining import mine
from faqsuggest.training.pools import Pool
from faqsuggest.training.served import LaterTickets, Values
from faqsuggest.training.starting_point import StartingPoint, write_card

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)
MODEL = "model"
SHARES = (0.5, 1.0)
"""Of the tuned weights: a mix with the weights that came forgets less (Wortsman et al. 2022, "Robust fine-tuning of
zero-shot models", arXiv:2109.01903)."""
TOP = 3
QUERIES, PASSAGES = 32, 40
LEAST_TICKETS, LEAST_PAIRS, LEAST_LATER = 10, 8, 4
_TRIED_STEPS = 3


def fine_tune(
    encoder: str | Path | Encoder,
    kb: KnowledgeBase,
    *,
    out: str | Path,
    until: datetime | None = None,
    epochs: float = 1.0,
    learning_rate: float = 6e-5,
    seed: int = 0,
    dry_run: bool = False,
) -> FineTuned:
    """Tune an encoder on the pairs and hard negatives of a history, on a CPU or on a GPU where there is one.

    Three stretches of time: the first five sixths of what happened before ``until`` teach, the last sixth chooses how
    much of the tuned weights to take, and the tickets after ``until`` decide. They are asked of the library as it is
    served, all legs together in the fixed hybrid, with the encoder before and after; the tuned one is handed back only
    when the whole 95 % interval of the gain in hit@3 lies above 0. An order that was learnt with one encoder says
    nothing about another, so it is set aside in the decision, and stands in the report where one ships. Personal data
    is templated before anything is learnt.

    An interrupted run resumes from the checkpoints in ``out`` when it is called again with the same arguments.

    Args:
        encoder: "default", the folder of an exported or sentence-transformers model, or such an encoder. It is not
            changed.
        kb: History with replies or linked articles.
        out: Folder for checkpoints; a better encoder stands in ``out``/model afterwards, for
            ``Suggester(encoder=out / "model")``. It serves without torch where its network is a BERT with a Unigram
            tokenizer, as the shipped one is; otherwise it stays a sentence-transformers model.
        until: End of the stretch that may be learnt from; the time of the ticket four fifths through when None.
        epochs: How often each question is seen.
        learning_rate: Peak rate of the layers that learn: the upper half, the embeddings stay.
        seed: Of all draws.
        dry_run: Only time three steps and estimate the whole; writes nothing.

    Raises:
        InputError: The history holds too little to learn from or to measure on, or the encoder has no network.
        MissingPackageError: The extra ``train`` is not installed.

    Example:
        >>> tuned = fine_tune("default", kb, out="tuned")  # doctest: +SKIP
        >>> print(tuned)  # doctest: +SKIP
        >>> Suggester(encoder=tuned.encoder).fit(kb)  # doctest: +SKIP
    """
    begun = time.monotonic()
    for name, value in (("epochs", epochs), ("learning_rate", learning_rate)):
        if not 0 < value < np.inf:
            raise InputError(f"{name} of fine_tune must be above 0, got {value!r}")
    start = StartingPoint.of(encoder)
    history = History.of(kb, until)
    steps = max(1, round(epochs * len(history.pool.queries) / QUERIES))
    options = TrainingOptions(
        steps=steps,
        queries=QUERIES,
        passages=PASSAGES,
        learning_rate=learning_rate,
        max_query_tokens=64,
        max_passage_tokens=96,
        seed=seed,
        checkpoint_every=25,
    )
    if dry_run:
        return _estimate(start, history, options)
    cached = CachedEncoder(start.plain(), roles=("query", "passage"))
    pool = mine(history.pool, cached, ceiling=0.95)
    work = Path(out) / f"work-{_digest(pool, options, start.encoder.fingerprint)}"
    work.mkdir(parents=True, exist_ok=True)
    mixed = _Mixed.trained(start, pool, options, work)
    share, validation, candidate = _choose(start, mixed, cached, history, work)
    tuned = CachedEncoder(start.opened(candidate), roles=("query", "passage"))
    gains = _gains(history, cached, tuned, start.encoder.name, seed)
    better = gains[0].low > 0
    folder = Path(out) / MODEL
    if better:
        if folder.exists():
            folder.rename(work / "replaced")  # a kill between the two renames loses neither
        candidate.rename(folder)
    found = FineTuned(
        encoder=start.opened(folder) if better else start.encoder,
        improved=better,
        folder=folder if better else None,
        gains=gains,
        share=share,
        validation=validation,
        pairs=history.pairs,
        steps=steps,
        seconds=time.monotonic() - begun,
        questions=len(history.later.tickets),
    )
    if better:
        write_card(folder, _card(found, start.encoder.name))
    shutil.rmtree(work)
    log.info("hit@3 %.3f before, %.3f after, on %d later questions", found.before, found.after, found.questions)
    return found


@dataclass(frozen=True, slots=True)
class History:
    """A history in three stretches.

    Attributes:
        pool: What is learnt from.
        pairs: Questions in it with a passage of the same answer.
        middle: The tickets that choose.
        later: The tickets that decide.
    """

    pool: Pool
    pairs: int
    middle: LaterTickets
    later: LaterTickets

    @classmethod
    def of(cls, kb: KnowledgeBase, until: datetime | None) -> History:
        """Template personal data, cut, and check that every stretch holds enough.

        Raises:
            InputError: One of them does not.
        """
        times = sorted(ticket.created_at for ticket in kb.tickets)
        if len(times) < LEAST_TICKETS:
            raise InputError(
                f"fine_tune(kb=…) needs at least {LEAST_TICKETS} tickets to learn from and to measure on, got "
                f"{len(times)}; 1,000 and more are worth the time"
            )
        kb = KnowledgeBase(Shield.learn("agents", kb.tickets, kb.articles).tickets(kb.tickets), kb.articles)
        end = until if until is not None else times[len(times) * 4 // 5]
        middle = choosing_from(times, end)
        pool = pool_of(kb.until(middle))
        pairs = len(pool.answerable)
        made = cls(pool, pairs, LaterTickets.between(kb, middle, end), LaterTickets.between(kb, end, None))
        if pairs < LEAST_PAIRS or len(made.later.tickets) < LEAST_LATER or not made.middle.tickets:
            raise InputError(
                f"fine_tune(kb=…): {pairs} questions with an answer to learn from, {len(made.middle.tickets)} to "
                f"choose by and {len(made.later.tickets)} later ones to decide by; needed are {LEAST_PAIRS}, 1 and "
                f"{LEAST_LATER}: give more tickets with replies or linked articles, or an earlier until"
            )
        return made


def choosing_from(times: Iterable[datetime], until: datetime) -> datetime:
    """The moment from which on tickets before ``until`` choose and no longer teach.

    Args:
        times: Of all tickets.
        until: As for ``fine_tune``.
    """
    past = sorted(moment for moment in times if moment < until)
    return past[len(past) * 5 // 6] if past else until


@dataclass(frozen=True, slots=True)
class _Mixed:
    """A network with the weights it had and those it learnt."""

    model: SentenceTransformer
    came: Mapping[str, torch.Tensor]
    tuned: Mapping[str, torch.Tensor]

    @classmethod
    def trained(cls, start: StartingPoint, pool: Pool, options: TrainingOptions, work: Path) -> _Mixed:
        model = load_for_training(start.trainable(work / "start"))
        came = _copy(model)
        with _quick_floats():
            train(model, [pool], _fitted(options, model), checkpoint=work / "checkpoints")
        return cls(model, came, _copy(model))

    def at(self, share: float) -> SentenceTransformer:
        """The network with ``share`` of the tuned weights."""
        mean = {
            name: value.lerp(self.tuned[name], share) if value.is_floating_point() else value
            for name, value in self.came.items()
        }
        self.model.load_state_dict(mean)
        return self.model


def _copy(model: SentenceTransformer) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def _fitted(options: TrainingOptions, model: SentenceTransformer) -> TrainingOptions:
    """The options with the lower half of the layers frozen: what they know, any desk needs."""
    layers = getattr(model[0].auto_model.config, "num_hidden_layers", 0)
    return replace(options, frozen_layers=layers // 2)


@contextmanager
def _quick_floats() -> Iterator[None]:
    """Numbers too small to matter count as 0 meanwhile: a CPU computes them a hundred times slower than others."""
    import torch

    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def _choose(
    start: StartingPoint, mixed: _Mixed, cached: Encoder, history: History, work: Path
) -> tuple[float, dict[float, float], Path]:
    """The smallest share within one standard error of the best, all scores, and the folder of the chosen encoder.

    The one-standard-error rule (Breiman et al. 1984) prefers what changes least among what cannot be told apart.
    """
    ranks: dict[float, Values] = {0.0: history.middle.reciprocal_ranks(cached)}
    for share in SHARES:
        candidate = start.serve(mixed.at(share), work / f"share-{share:g}", "")
        ranks[share] = history.middle.reciprocal_ranks(candidate)
    best = max(SHARES, key=lambda each: (ranks[each].mean(), -each))
    chosen = next(share for share in SHARES if _behind(ranks[best] - ranks[share]) <= 1)
    return chosen, {share: float(values.mean()) for share, values in ranks.items()}, work / f"share-{chosen:g}"


def _behind(difference: Values) -> float:
    """A mean in standard errors of its own."""
    spread = float(difference.std()) / np.sqrt(len(difference))
    return float(difference.mean()) / spread if spread > 0 else 0.0


def _gains(history: History, cached: CachedEncoder, tuned: Encoder, name: str, seed: int) -> tuple[Gain, ...]:
    later = history.later
    before, after = _hits(later.reciprocal_ranks(cached)), _hits(later.reciprocal_ranks(tuned))
    new = later.unseen([query.text for query in history.pool.queries])
    gains = [
        Gain.of(ALL, before, after, later.clusters, seed),
        Gain.of(NEW, before[new], after[new], later.clusters[new], seed),
    ]
    shipped = copy(cached)  # the same vectors under the name that an order may ship for
    shipped.name = name
    if Confidence.shipped(shipped) is not None:
        gains.append(Gain.of(SHIPPED, _hits(later.reciprocal_ranks(shipped)), after, later.clusters, seed))
    return tuple(gains)


def _hits(ranks: Values) -> Values:
    return (ranks >= 1 / TOP).astype(np.float64)


def _estimate(start: StartingPoint, history: History, options: TrainingOptions) -> FineTuned:
    """Time three steps and the encoding of some texts, and reckon up the whole."""
    texts = sorted({example.text for example in (*history.pool.queries, *history.pool.passages)})
    sample = texts[:: max(1, len(texts) // 32)]
    with tempfile.TemporaryDirectory() as folder:
        model = load_for_training(start.trainable(Path(folder) / "start"))
        tried = _fitted(replace(options, steps=_TRIED_STEPS), model)
        begun = time.monotonic()
        with _quick_floats():
            train(model, [history.pool], tried)
        step = (time.monotonic() - begun) / _TRIED_STEPS
    start.encoder.encode_passages(sample[:1])  # opens the model
    begun = time.monotonic()
    start.encoder.encode_passages(sample)
    encode = (time.monotonic() - begun) / len(sample)
    # Every encoder sees the texts of the base, and each question that is asked.
    asked = len(history.middle.tickets) + len(history.later.tickets)
    seconds = options.steps * step + (len(SHARES) + 2) * (len(texts) + asked) * encode
    return FineTuned(
        encoder=start.encoder,
        improved=False,
        pairs=history.pairs,
        steps=options.steps,
        seconds=seconds,
        questions=len(history.later.tickets),
    )


def _digest(pool: Pool, options: TrainingOptions, fingerprint: str) -> str:
    """Names a run: the same texts, options and encoder find the same checkpoints, others do not."""
    digest = blake2b(f"{fingerprint} {options}".encode(), digest_size=8)
    for example in (*pool.queries, *pool.passages):
        digest.update(f"{example.role}\0{sorted(example.keys)}\0{example.text}\0".encode())
    return digest.hexdigest()


def _card(found: FineTuned, name: str) -> str:
    return f"""# Tuned on own history

Started from the encoder {name!r}; {found.share:.0%} of the tuned weights, the rest as they came. The texts that it
learnt from are not in these files, but a model can betray what it learnt from: guard it as you guard the history.

```
{found}
```

Made by `faqsuggest.fine_tune`. Confidences of another encoder do not hold for this one: calibrate again.
"""
