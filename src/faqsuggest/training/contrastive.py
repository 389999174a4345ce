"""Contrastive training of a sentence-transformers model on pools of queries and passages.

The loss is multiple-negatives ranking (InfoNCE; van den Oord et al. 2018, arXiv:1807.03748; for sentence pairs
Henderson et al. 2017, arXiv:1705.00652) in both directions over one pool at a time. Passages that share an answer with
a query are positives together (supervised form; Khosla et al. 2020, arXiv:2004.11362), never negatives of each other.
On a CPU the network runs in bfloat16 where the processor has matrix instructions for it.
"""

from __future__ import annotations

import logging
import math
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from faqsuggest.errors import InputError
from faqsuggest.progress import progress
from faqsuggest.training.pools import Batch, Example, Pool

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)
CHECKPOINT = "checkpoint.pt"
# Length classes halve the padding of a batch that mixes chat lines with letters, and title with page. A GPU would
# rather have few large products.
_LENGTH_CLASSES = {"cpu": 4}
_LENGTH_CLASSES_ELSEWHERE = 2
_STEPS_AHEAD = 3
_LAYER = re.compile(r"\.layer\.(\d+)\.")


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """How to train.

    Attributes:
        steps: Number of optimiser steps.
        queries: Queries in a step.
        passages: Passages in a step.
        learning_rate: Peak rate of the network's layers; word embeddings use ``embedding_rate``.
        embedding_rate: Peak rate of the word embeddings; 0 freezes them.
        frozen_layers: Layers from the first that stay as they are; the embeddings' norm then stays too. A step costs
            less by two thirds of their share, and what the network knew of languages in general is kept.
        warmup: Share of the steps over which the rate rises; afterwards it falls linearly to a tenth.
        decay_over: Steps over which it falls, when the run is to stop before it has fallen; None means ``steps``.
        temperature: Divides the cosines before the softmax.
        max_query_tokens: Longer queries are cut.
        max_passage_tokens: Longer passages are cut.
        seed: Of the draws and of dropout.
        checkpoint_every: Steps between two checkpoints, when a checkpoint folder is given.
    """

    steps: int
    queries: int = 48
    passages: int = 64
    learning_rate: float = 5e-5
    embedding_rate: float = 0.0
    warmup: float = 0.06
    decay_over: int | None = None
    temperature: float = 0.04
    max_query_tokens: int = 128
    max_passage_tokens: int = 192
    seed: int = 0
    checkpoint_every: int = 200
    frozen_layers: int = 0


def train(
    model: SentenceTransformer,
    pools: Sequence[Pool],
    options: TrainingOptions,
    *,
    checkpoint: Path | None = None,
    augment: Callable[[str, np.random.Generator], str] | None = None,
) -> list[float]:
    """Train ``model`` in place and return the loss of every step.

    Draws depend on the seed and the step number alone, so a run resumed from ``checkpoint`` sees the same batches as an
    unbroken one.

    Args:
        model: Its prompts named ``query`` and ``passage`` go in front of the texts, where it has them.
        pools: At least one with an answerable query.
        options: Length, sizes, rates and seed.
        checkpoint: Folder that receives the state every ``options.checkpoint_every`` steps and is resumed from.
        augment: Noise for query texts, such as misspellings.

    Raises:
        InputError: No pool has a query with a passage to learn from.
    """
    import torch

    pools = [pool for pool in pools if pool.answerable]
    if not pools:
        raise InputError(
            "train(pools=…): no pool holds a query and a passage that share a key; give some tickets with replies"
        )
    torch.manual_seed(options.seed)
    optimiser = _optimiser(model, options)
    losses = _resume(model, optimiser, options, checkpoint)
    model.train()
    with ThreadPoolExecutor(1) as ahead:
        left = range(len(losses), options.steps)
        prepared = _ahead(ahead, left, lambda step: _prepare(model, pools, options, augment, step))
        for step, drawn in zip(progress(left, total=len(left), label="training"), prepared, strict=True):
            torch.manual_seed(options.seed * 1_000_003 + step)
            _set_rate(optimiser, options, step)
            losses.append(_step(model, optimiser, drawn, options))
            if step % 20 == 0:
                log.info("step %d of %d, loss %.3f", step, options.steps, np.mean(losses[-20:]))
            if checkpoint is not None and (step + 1) % options.checkpoint_every == 0:
                _save(model, optimiser, options, losses, checkpoint)
    model.eval()
    return losses


def load_for_training(folder: str | Path) -> SentenceTransformer:
    """A sentence-transformers model as ``train`` runs it best: without dropout, and on CPUs with attention spelt out.

    On CPUs the fused attention's backward pass costs more than the rest of the network together, and drawing dropout
    masks a quarter of a step.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    attention = {"attn_implementation": "sdpa" if torch.cuda.is_available() else "eager"}
    return SentenceTransformer(str(folder), model_kwargs=attention, config_kwargs=still)


def _optimiser(model: SentenceTransformer, options: TrainingOptions) -> torch.optim.Optimizer:
    import torch

    tables: list[torch.nn.Parameter] = []
    layers: list[torch.nn.Parameter] = []
    for name, parameter in model.named_parameters():
        table = "embeddings." in name and "LayerNorm" not in name
        learns = options.embedding_rate > 0 if table else not _is_frozen(name, options.frozen_layers)
        parameter.requires_grad = learns
        if learns:
            (tables if table else layers).append(parameter)
    groups = [{"params": layers, "peak": options.learning_rate, "weight_decay": 0.01}]
    if tables:
        groups.append({"params": tables, "peak": options.embedding_rate, "weight_decay": 0.0})
    return torch.optim.AdamW(groups, lr=options.learning_rate, betas=(0.9, 0.98), eps=1e-6)


def _is_frozen(name: str, frozen_layers: int) -> bool:
    layer = _LAYER.search(name)
    return frozen_layers > 0 and (int(layer[1]) < frozen_layers if layer else "embeddings." in name)


def _set_rate(optimiser: torch.optim.Optimizer, options: TrainingOptions, step: int) -> None:
    last = options.decay_over or options.steps
    warm = max(1, math.ceil(options.warmup * last))
    rising = (step + 1) / warm
    falling = 1 - 0.9 * (step - warm) / max(1, last - warm)
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * min(rising, falling)


@dataclass(frozen=True)
class _Side:
    """Queries or passages of a step as the network takes them: texts of like length together, and their places."""

    features: list[dict[str, torch.Tensor]]
    order: list[int]


@dataclass(frozen=True)
class _Drawn:
    batch: Batch
    queries: _Side
    passages: _Side


def _ahead(pool: ThreadPoolExecutor, steps: Iterable[int], prepare: Callable[[int], _Drawn]) -> Iterator[_Drawn]:
    # Drawing and cutting texts into tokens takes as long as a small network on a GPU, so it is done meanwhile.
    waiting: deque[Future[_Drawn]] = deque()
    for step in steps:
        waiting.append(pool.submit(prepare, step))
        if len(waiting) > _STEPS_AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _prepare(
    model: SentenceTransformer,
    pools: Sequence[Pool],
    options: TrainingOptions,
    augment: Callable[[str, np.random.Generator], str] | None,
    step: int,
) -> _Drawn:
    rng = np.random.default_rng((options.seed, step))
    shares = np.array([pool.share for pool in pools])
    pool = pools[int(rng.choice(len(pools), p=shares / shares.sum()))]
    batch = pool.draw(rng, queries=options.queries, passages=options.passages)
    asked = [example if augment is None else _noisy(example, augment, rng) for example in batch.queries]
    return _Drawn(
        batch, _side(model, asked, options.max_query_tokens), _side(model, batch.passages, options.max_passage_tokens)
    )


def _noisy(example: Example, augment: Callable[[str, np.random.Generator], str], rng: np.random.Generator) -> Example:
    return Example(augment(example.text, rng), example.keys, example.role)


def _side(model: SentenceTransformer, examples: Sequence[Example], max_tokens: int) -> _Side:
    prompts = model.prompts or {}
    texts = [prompts.get(example.role, "") + example.text for example in examples]
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    classes = max(1, min(_LENGTH_CLASSES.get(model.device.type, _LENGTH_CLASSES_ELSEWHERE), len(order) // 4))
    cuts = [k * len(order) // classes for k in range(classes + 1)]
    return _Side(
        [_tokenise(model, [texts[i] for i in order[start:end]], max_tokens) for start, end in pairwise(cuts)], order
    )


def _tokenise(model: SentenceTransformer, texts: list[str], max_tokens: int) -> dict[str, Any]:
    encoded = model.tokenizer(texts, padding=True, truncation=True, max_length=max_tokens, return_tensors="pt")
    return {key: value.to(model.device) for key, value in encoded.items()}


def _step(
    model: SentenceTransformer, optimiser: torch.optim.Optimizer, drawn: _Drawn, options: TrainingOptions
) -> float:
    import torch

    with torch.autocast(model.device.type, torch.bfloat16, enabled=_has_bfloat16(model.device)):
        queries, passages = _vectors(model, drawn.queries), _vectors(model, drawn.passages)
    loss = ranking_loss(queries.float(), passages.float(), drawn.batch, options.temperature)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return float(loss.detach())


def _vectors(model: SentenceTransformer, side: _Side) -> torch.Tensor:
    """Unit vectors with gradients, one row an example, in input order."""
    import torch

    parts = [torch.nn.functional.normalize(model(part)["sentence_embedding"], dim=-1) for part in side.features]
    return torch.cat(parts)[torch.argsort(torch.tensor(side.order))]


def _has_bfloat16(device: torch.device) -> bool:
    """Whether products in bfloat16 are quicker: on a CPU only with instructions for them, else they are emulated."""
    import torch

    if device.type != "cpu":
        return True
    asked = (getattr(torch.cpu, f"_is_{name}_supported", None) for name in ("avx512_bf16", "amx_tile"))
    return any(ask is not None and ask() for ask in asked)


def ranking_loss(queries: torch.Tensor, passages: torch.Tensor, batch: Batch, temperature: float) -> torch.Tensor:
    """Mean of two directions: right passages of a query against all, and right queries of a passage against all."""
    import torch

    scores = queries @ passages.T / temperature
    positive = torch.from_numpy(batch.positive).to(scores.device)
    scores = scores.masked_fill(torch.from_numpy(batch.ignored).to(scores.device), -1e4)
    return (_one_way(scores, positive) + _one_way(scores.T, positive.T)) / 2


def _one_way(scores: torch.Tensor, positive: torch.Tensor) -> torch.Tensor:
    judged = positive.any(dim=1)
    scores, positive = scores[judged], positive[judged]
    # Each positive stands alone against the wrong ones: with several right passages none has to beat another.
    wrong = scores.masked_fill(positive, -1e4).logsumexp(dim=1, keepdim=True)
    each = (scores - wrong.logaddexp(scores)).masked_fill(~positive, 0.0)
    return -(each.sum(dim=1) / positive.sum(dim=1)).mean()


def _save(
    model: SentenceTransformer,
    optimiser: torch.optim.Optimizer,
    options: TrainingOptions,
    losses: list[float],
    folder: Path,
) -> None:
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f"checkpoint-{os.getpid()}.tmp"
    state = {
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "losses": losses,
        "options": asdict(options),
    }
    torch.save(state, aside)
    os.replace(aside, folder / CHECKPOINT)


def _resume(
    model: SentenceTransformer, optimiser: torch.optim.Optimizer, options: TrainingOptions, folder: Path | None
) -> list[float]:
    import torch

    if folder is None or not (folder / CHECKPOINT).is_file():
        return []
    state = torch.load(folder / CHECKPOINT, weights_only=True)
    if TrainingOptions(**state["options"]) != options:
        raise InputError(
            f"train(checkpoint={folder.name!r}): made with other options; use the same options or an empty folder"
        )
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    log.info("resumed at step %d", len(state["losses"]))
    return list(state["losses"])
