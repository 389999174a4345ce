"""Three stages of training, and the average of what came out of them.

Networks tuned from one start can be averaged, and the average is better than its best part (Wortsman et al. 2022,
"Model soups", arXiv:2203.05482): the later stages know messy inquiries, the earlier ones have forgotten nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from faqsuggest.training.contrastive import TrainingOptions, load_for_training, train
from faqsuggest.training.pools import Pool

from . import parallel_text, titled_text
from .pools import BESIDE, TIDY, desk_pools, mixed, noise, own_desk_pools, question_pools, tidy_pools

# Short texts and their translations, titles and what stands under them.
_TIDY = TrainingOptions(
    steps=300,
    queries=128,
    passages=160,
    learning_rate=6e-5,
    embedding_rate=6e-5,
    max_query_tokens=96,
    max_passage_tokens=192,
    checkpoint_every=10,
)
# Messy inquiries to desks; word embeddings stay from here on.
_DESKS = TrainingOptions(
    steps=300,
    queries=64,
    passages=128,
    learning_rate=1.2e-4,
    max_query_tokens=128,
    max_passage_tokens=160,
    checkpoint_every=10,
)
# More writers: further desks, and tidy questions whose answers do not repeat them.
_WRITERS = TrainingOptions(
    steps=200,
    queries=28,
    passages=32,
    learning_rate=6e-5,
    max_query_tokens=96,
    max_passage_tokens=256,
    checkpoint_every=10,
)
SHARES = (0.15, 0.15, 0.35, 0.35)
"""Of the start and of the three stages in the average."""


def tune(start: Path, out: Path, *, data: Path, work: Path, without: Sequence[str] = ()) -> None:
    """Tune the pruned encoder in ``start`` and write it to ``out``; resumes where an interrupted run stopped.

    ``without`` names desks to leave out, to measure on; the first stage sees none of the eight and is shared.
    """
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.set_flush_denormal(True)
    unpacked = parallel_text.fetch(work)
    titled_text.fetch(work)
    name = "-".join(without) or "whole"
    sources = tidy_pools(data, unpacked)
    tidy = _stage(_TIDY, start, work / "tidy", mixed(sources, TIDY))
    pools = desk_pools(data, without, 1.0, parts=1.0) + own_desk_pools(0.4, 0.0, parts=1.0)
    desks = _stage(_DESKS, tidy, work / f"desks-{name}", pools + mixed(sources, BESIDE))
    pools = desk_pools(data, without, 0.5, parts=0.9) + own_desk_pools(0.2, 0.8, parts=0.9) + question_pools(1.2, 1.3)
    beside = {source: shares for source, shares in BESIDE.items() if source not in titled_text.SOURCES}
    writers = _stage(_WRITERS, desks, work / f"writers-{name}", pools + mixed(sources, beside))
    average(out, zip((start, tidy, desks, writers), SHARES, strict=True))


def _stage(options: TrainingOptions, start: Path, out: Path, pools: Sequence[Pool]) -> Path:
    if not (out / "modules.json").is_file():
        model = load_for_training(start)
        train(model, pools, options, checkpoint=out.with_name(f"{out.name}-checkpoint"), augment=noise)
        model.save(str(out))
    return out


def average(out: Path, shares: Iterable[tuple[Path, float]]) -> None:
    """Write the weighted mean of sentence-transformers folders of one shape."""
    from sentence_transformers import SentenceTransformer

    parts = [(SentenceTransformer(str(folder), device="cpu"), share) for folder, share in shares]
    states = [(model.state_dict(), share) for model, share in parts]
    first = parts[0][0]
    mean = {
        name: sum(share * state[name] for state, share in states) if value.is_floating_point() else value
        for name, value in states[0][0].items()
    }
    first.load_state_dict(mean)
    first.save(str(out))
