"""Two runs of training from one start, each on all desks but two at a time, and the average of all their networks.

Networks tuned from one start can be averaged, and the average is better than its best part (Wortsman et al. 2022,
"Model soups", arXiv:2203.05482). The runs see the same sources. One learns longer from articles with their titles; the
other faster, also from parts of articles without a title, and is itself averaged with where it came from.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from faqsuggest.training.contrastive import TrainingOptions, load_for_training, train
from faqsuggest.training.pools import Pool

from . import parallel_text
from .pools import BESIDE, TIDY, desk_pools, noise, own_desk_pools, tidy_pools
from .sources import FOLDS

_TIDY = TrainingOptions(
    steps=80,
    queries=32,
    passages=36,
    learning_rate=6e-5,
    embedding_rate=6e-5,
    decay_over=320,
    max_passage_tokens=256,
    checkpoint_every=10,
)
_DESKS = TrainingOptions(
    steps=150,
    queries=28,
    passages=32,
    learning_rate=1e-4,
    max_query_tokens=96,
    max_passage_tokens=160,
    checkpoint_every=10,
)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One way of training.

    Attributes:
        name: Of its folders.
        tidy: Options of the first stage: parallel texts and tidy questions.
        others: Of the second: desks of other trades; None for none.
        desks: Of the third: the desks too, but for those left out.
        whole: Steps of a further run of the third stage with no desk left out; 0 for none.
        parts: How often a part of an article is learnt without its title, beside 1 for the whole under its title.
        kept: Shares of the start and of the second stage in what the third hands on.
    """

    name: str
    tidy: TrainingOptions
    others: TrainingOptions | None
    desks: TrainingOptions
    whole: int = 0
    parts: float = 0.0
    kept: tuple[float, float] = (0.0, 0.0)


SLOW = Run(
    name="slow",
    tidy=replace(_TIDY, steps=150, max_passage_tokens=144),
    others=None,
    desks=replace(_DESKS, steps=200, learning_rate=7e-5, embedding_rate=4e-5, max_passage_tokens=128),
    whole=340,
)
FAST = Run(
    name="fast",
    tidy=_TIDY,
    others=replace(_DESKS, steps=100, learning_rate=1.2e-4, decay_over=170),
    desks=_DESKS,
    parts=0.9,
    kept=(0.15, 0.25),
)
WHOLE_SHARE = 0.4
"""Of the network that left no desk out in the average of the slow run."""


def tune(
    start: Path, out: Path, *, data: Path, work: Path, without: Sequence[str] = (), run: Run = FAST, steps: int = 0
) -> None:
    """Tune the pruned encoder in ``start`` and write it to ``out``; resumes where an interrupted run stopped.

    ``without`` names desks to leave out, to measure on; the stages before the last see none of the eight and are
    shared. ``steps`` replaces those of the last stage.
    """
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.set_flush_denormal(True)
    unpacked = parallel_text.fetch(work)
    beside = tidy_pools(data, unpacked, BESIDE)
    tuned = _stage(run.tidy, start, work / f"{run.name}-tidy", tidy_pools(data, unpacked, TIDY))
    if run.others is not None:
        pools = own_desk_pools(1.0, parts=run.parts) + beside
        tuned = _stage(run.others, tuned, work / f"{run.name}-others", pools)
    options = replace(run.desks, steps=steps) if steps else run.desks
    pools = desk_pools(data, without, parts=run.parts) + beside
    last = _stage(options, tuned, work / f"{run.name}-{'-'.join(without) or 'whole'}", pools)
    of_start, of_second = run.kept
    average(out, [(last, 1 - of_start - of_second), (tuned, of_second), (start, of_start)])


def _stage(options: TrainingOptions, start: Path, out: Path, pools: Sequence[Pool]) -> Path:
    if not (out / "modules.json").is_file():
        model = load_for_training(start)
        train(model, pools, options, checkpoint=out.with_name(f"{out.name}-checkpoint"), augment=noise)
        model.save(str(out))
    return out


def tune_and_average(start: Path, out: Path, *, data: Path, work: Path) -> None:
    """The shipped network: half of it the average of each run.

    Every desk is seen by three of four networks of a run. Those of the fast one are measured on the desks that they
    have not seen.
    """
    shares: list[tuple[Path, float]] = []
    for run in (SLOW, FAST):
        each = (1 - WHOLE_SHARE if run.whole else 1.0) / len(FOLDS)
        wanted = [(fold, each, 0) for fold in FOLDS] + ([((), WHOLE_SHARE, run.whole)] if run.whole else [])
        for without, share, steps in wanted:
            folder = work / f"{run.name}-tuned-{'-'.join(without) or 'whole'}"
            if not (folder / "modules.json").is_file():
                tune(start, folder, data=data, work=work, without=without, run=run, steps=steps)
            shares.append((folder, share / 2))
    average(out, shares)


def average(out: Path, shares: Iterable[tuple[Path, float]]) -> None:
    """Write the weighted mean of sentence-transformers folders of one shape; parts without a share are left out."""
    from sentence_transformers import SentenceTransformer

    parts = [(SentenceTransformer(str(folder), device="cpu"), share) for folder, share in shares if share]
    states = [(model.state_dict(), share) for model, share in parts]
    first = parts[0][0]
    mean = {
        name: sum(share * state[name] for state, share in states) if value.is_floating_point() else value
        for name, value in states[0][0].items()
    }
    first.load_state_dict(mean)
    first.save(str(out))
