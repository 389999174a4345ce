"""How strong the penalty is and whether characters pay, chosen on texts that were not learnt from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faqsuggest.progress import progress
from faqsuggest.training.tags.calibration import TagCalibration
from faqsuggest.training.tags.head import Head

log = logging.getLogger(__name__)
Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
GRID = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
_BEGIN = 2
_ONE_FOLD_FROM = 3_000
"""From so many texts on, one fold decides between settings: it holds enough to see a difference that matters."""
_LEARN_FROM = 5_000
"""Texts that settings are tried on at most, beside those judged. The penalty is a prior on the weights, so the best one
hardly moves with the number of texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Scores of texts by heads that were not fitted on them.

    Attributes:
        scores: Log-odds, shape (texts, tags).
        novelty: See ``novelty_of``; shape (texts,).
        known: Tags that the head had an example of, shape (texts, tags). Where tags exclude each other a text whose own
            tag was unknown has none.
    """

    scores: Floats
    novelty: Floats
    known: NDArray[np.bool_]


def crossfit(
    features: Matrix,
    table: Matrix,
    folds: NDArray[np.int64],
    *,
    c: float,
    exclusive: bool,
    only: Sequence[int] | None = None,
) -> Judged:
    """Score each text by a head that was fitted on the other folds.

    Args:
        features: Shape (texts, features).
        table: 0 or 1, shape (texts, tags).
        folds: Number of the fold of each text.
        c: Inverse strength of the penalty.
        exclusive: Whether every text has exactly one tag.
        only: Folds to score; all when None. The other texts have no known tag.
    """
    scores, known = np.zeros(table.shape), np.zeros(table.shape, dtype=bool)
    novelty = np.full(len(table), np.nan)
    chosen = list(range(int(folds.max()) + 1) if only is None else only)
    for fold in progress(chosen, total=len(chosen), label="fitting the tagger on parts"):
        here = folds == fold
        if here.all() or not here.any():
            continue
        head = Head.fit(features[~here], table[~here], c=c, exclusive=exclusive)
        scores[here], novelty[here] = head.scores(features[here]), novelty_of(head, features[here])
        seen = table[~here].any(axis=0)
        judged = np.tile(seen, (int(here.sum()), 1))
        if exclusive:
            judged &= (table[here] @ seen.astype(np.float32) > 0)[:, None]
        known[here] = judged
    return Judged(scores=scores, novelty=novelty, known=known)


def novelty_of(head: Head, features: Matrix) -> Floats:
    """How little speaks for any tag: the free energy of the scores before the softmax, higher for stranger texts.

    −log Σ exp(score) where tags exclude each other (Liu et al. 2020, "Energy-based out-of-distribution detection",
    arXiv:2010.03759), else −Σ log(1 + exp(score)) (Wang et al. 2021, JointEnergy, arXiv:2109.14162).
    """
    raw = head.raw(features)
    if head.exclusive:
        return np.asarray(-np.logaddexp.reduce(raw, axis=1))
    return np.asarray(-np.logaddexp(0, raw).sum(axis=1))


def loss_of(judged: Judged, table: Matrix, *, exclusive: bool) -> float:
    """Mean log-loss of calibrated probabilities over what was judged; infinite when nothing was."""
    rows = judged.known.any(axis=1)
    if not rows.any():
        return np.inf
    scores, wanted, known = judged.scores[rows], table[rows], judged.known[rows]
    p = TagCalibration.fit(scores, wanted, known).probabilities(scores, exclusive=exclusive)
    p = np.clip(p, 1e-9, 1 - 1e-9)
    if exclusive:
        return float(-np.log((p * wanted).sum(axis=1)).mean())
    return float(-np.where(wanted > 0, np.log(p), np.log1p(-p))[known].mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Settings, with what they were chosen by.

    Attributes:
        c: Inverse strength of the penalty.
        characters: Whether character n-grams are used.
        losses: Log-loss of each setting that was tried, by name.
    """

    c: float
    characters: bool
    losses: dict[str, float]


def choose(
    dense: Matrix,
    with_characters: Callable[[], Matrix] | None,
    table: Matrix,
    folds: NDArray[np.int64],
    *,
    exclusive: bool,
) -> Choice:
    """Climb the grid of penalties on vectors alone; where characters lower the loss, climb on with them.

    Args:
        dense: Vectors as features.
        with_characters: Gives the features with character n-grams; None where there are no texts.
        table: 0 or 1, shape (texts, tags).
        folds: Number of the fold of each text.
        exclusive: Whether every text has exactly one tag.
    """
    only = [0] if len(dense) >= _ONE_FOLD_FROM else None
    rows = _tried_on(folds) if only else np.arange(len(dense))
    table, folds = table[rows], folds[rows]
    losses: dict[str, float] = {}

    def tried(place: int, features: Matrix, name: str) -> float:
        key = f"{name} c={GRID[place]}"
        if key not in losses:
            judged = crossfit(features[rows], table, folds, c=GRID[place], exclusive=exclusive, only=only)
            losses[key] = loss_of(judged, table, exclusive=exclusive)
            log.info("%s: log-loss %.4f", key, losses[key])
        return losses[key]

    def climbed(place: int, features: Matrix, name: str) -> int:
        for direction in (1, -1):
            while 0 <= place + direction < len(GRID):
                if tried(place + direction, features, name) >= tried(place, features, name):
                    break
                place += direction
        return place

    plain = climbed(_BEGIN, dense, "vectors")
    if with_characters is None:
        return Choice(c=GRID[plain], characters=False, losses=losses)
    both, name = with_characters(), "vectors and characters"
    if tried(plain, both, name) >= tried(plain, dense, "vectors"):
        return Choice(c=GRID[plain], characters=False, losses=losses)
    return Choice(c=GRID[climbed(plain, both, name)], characters=True, losses=losses)


def _tried_on(folds: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first fold, and ``_LEARN_FROM`` of the others evenly spread."""
    others = np.flatnonzero(folds != 0)
    some = others[np.linspace(0, len(others) - 1, min(_LEARN_FROM, len(others))).astype(np.int64)]
    return np.sort(np.concatenate([np.flatnonzero(folds == 0), some]))
