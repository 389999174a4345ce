"""The stages of training: tidy parallel texts, desks of other trades, the desks, and the desks as they are asked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from faqsuggest.training.contrastive import TrainingOptions, load_for_training, train
from faqsuggest.training.pools import Pool

from . import parallel_text
from .pools import BESIDE, TIDY, desk_pools, noise, own_desk_pools, tidy_pools

FIRST = TrainingOptions(
    steps=80,
    queries=32,
    passages=36,
    learning_rate=6e-5,
    embedding_rate=6e-5,
    decay_over=320,
    max_passage_tokens=256,
    checkpoint_every=10,
)
SECOND = TrainingOptions(
    steps=100,
    queries=28,
    passages=32,
    learning_rate=1.2e-4,
    decay_over=170,
    max_query_tokens=96,
    max_passage_tokens=160,
    checkpoint_every=10,
)
THIRD = TrainingOptions(
    steps=150,
    queries=28,
    passages=32,
    learning_rate=1e-4,
    max_query_tokens=96,
    max_passage_tokens=160,
    checkpoint_every=10,
)
FOURTH = TrainingOptions(
    steps=60,
    queries=28,
    passages=32,
    learning_rate=7e-5,
    embedding_rate=4e-5,
    warmup=0.1,
    max_query_tokens=96,
    max_passage_tokens=128,
    checkpoint_every=20,
)
FOLDS = (("bank", "health"), ("housing", "insurance"), ("municipality", "shop"), ("software", "transport"))


def tune(start: Path, out: Path, *, data: Path, work: Path, without: Sequence[str] = ()) -> None:
    """Tune the pruned encoder in ``start`` and write it to ``out``; resumes where an interrupted run stopped.

    ``without`` names desks to leave out, to measure on; the first two stages see none of the desks and are shared.
    """
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.set_flush_denormal(True)
    tuned = start
    unpacked = parallel_text.fetch(work)
    for name, options in (("first", FIRST), ("second", SECOND)):
        if not (work / name / "modules.json").is_file():
            beside = tidy_pools(data, unpacked, TIDY if name == "first" else BESIDE)
            pools = beside if name == "first" else own_desk_pools(1.0) + beside
            _stage(tuned, work / name, pools, options, work / f"checkpoint-{name}")
        tuned = work / name
    name, beside = "-".join(without) or "full", tidy_pools(data, unpacked, BESIDE)
    third = work / f"third-{name}"
    if not (third / "modules.json").is_file():
        _stage(tuned, third, desk_pools(data, without) + beside, THIRD, work / f"checkpoint-third-{name}")
    last = desk_pools(data, without, parts=0.15) + beside
    _stage(third, out, last, FOURTH, work / f"checkpoint-fourth-{name}")


def _stage(start: Path, out: Path, pools: Sequence[Pool], options: TrainingOptions, checkpoint: Path) -> None:
    model = load_for_training(start)
    train(model, pools, options, checkpoint=checkpoint, augment=noise)
    model.save(str(out))


def tune_and_average(start: Path, out: Path, *, data: Path, work: Path) -> None:
    """Tune in four runs, each on all desks but two; write their average to ``out``.

    Networks tuned from one start can be averaged, and the average is better than its best part (Wortsman et al. 2022,
    "Model soups", arXiv:2203.05482). Every desk is seen by three of the four, and the runs are also the ones that are
    measured on the desks that they have not seen.
    """
    from sentence_transformers import SentenceTransformer

    folders = []
    for without in FOLDS:
        folders.append(work / f"tuned-{'-'.join(without)}")
        if not (folders[-1] / "modules.json").is_file():
            tune(start, folders[-1], data=data, work=work, without=without)
    models = [SentenceTransformer(str(folder), device="cpu") for folder in folders]
    states = [model.state_dict() for model in models]
    mean = {
        name: sum(state[name] for state in states) / len(states) if value.is_floating_point() else value
        for name, value in states[0].items()
    }
    models[0].load_state_dict(mean)
    models[0].save(str(out))
