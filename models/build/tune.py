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
FOLD_STEPS, FULL_STEPS = 200, 340


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
