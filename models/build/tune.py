"""The two stages of training: tidy parallel texts first, then the messy desks beside them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from faqsuggest.training.contrastive import TrainingOptions, load_for_training, train

from . import parallel_text
from .pools import BESIDE, TIDY, desk_pools, noise, tidy_pools

FIRST = TrainingOptions(
    steps=150,
    queries=32,
    passages=36,
    learning_rate=6e-5,
    embedding_rate=6e-5,
    decay_over=320,
    max_passage_tokens=144,
    checkpoint_every=50,
)
FOLDS = (("bank", "health"), ("housing", "insurance"), ("municipality", "shop"), ("software", "transport"))
FOLD_STEPS, FULL_STEPS, FULL_SHARE = 200, 340, 0.4


def tune(start: Path, out: Path, *, data: Path, work: Path, without: Sequence[str] = ()) -> None:
    """Tune the pruned encoder in ``start`` and write it to ``out``; resumes where an interrupted run stopped.

    ``without`` names desks to leave out, to measure on; the first stage is shared between such folds.
    """
    import torch

    torch.set_num_threads(os.cpu_count() or 1)
    torch.set_flush_denormal(True)
    unpacked = parallel_text.fetch(work)
    first = work / "first"
    if not (first / "modules.json").is_file():
        model = load_for_training(start)
        train(model, tidy_pools(data, unpacked, TIDY), FIRST, checkpoint=work / "checkpoint-first", augment=noise)
        model.save(str(first))
    name = "-".join(without) or "full"
    options = TrainingOptions(
        steps=FOLD_STEPS if without else FULL_STEPS,
        queries=28,
        passages=32,
        learning_rate=7e-5,
        embedding_rate=4e-5,
        max_query_tokens=96,
        max_passage_tokens=128,
        checkpoint_every=60,
    )
    model = load_for_training(first)
    pools = desk_pools(data, without) + tidy_pools(data, unpacked, BESIDE)
    train(model, pools, options, checkpoint=work / f"checkpoint-{name}", augment=noise)
    model.save(str(out))


def tune_and_average(start: Path, out: Path, *, data: Path, work: Path) -> None:
    """Tune on all desks and, in four runs, on all but two; write the average of the five networks to ``out``.

    Networks tuned from one start can be averaged, and the average is better than its best part (Wortsman et al. 2022,
    "Model soups", arXiv:2203.05482). The runs without two desks are also the ones that are measured on those desks.
    """
    from sentence_transformers import SentenceTransformer

    runs: list[tuple[Sequence[str], float]] = [
        ((), FULL_SHARE),
        *((fold, (1 - FULL_SHARE) / len(FOLDS)) for fold in FOLDS),
    ]
    folders = []
    for without, _ in runs:
        folders.append(work / f"tuned-{'-'.join(without) or 'full'}")
        if not (folders[-1] / "modules.json").is_file():
            tune(start, folders[-1], data=data, work=work, without=without)
    models = [SentenceTransformer(str(folder), device="cpu") for folder in folders]
    states = [model.state_dict() for model in models]
    shares = [share for _, share in runs]
    mean = {
        name: sum(share * state[name] for share, state in zip(shares, states, strict=True))
        if value.is_floating_point()
        else value
        for name, value in states[0].items()
    }
    models[0].load_state_dict(mean)
    models[0].save(str(out))
