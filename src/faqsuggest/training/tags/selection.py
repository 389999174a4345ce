"""Penalty, size of the characters and say of the neighbours, chosen on texts that were not learnt from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from faqsuggest.progress import progress
from faqsuggest.training.tags.calibration import TagCalibration
from faqsuggest.training.tags.head import GAIN, Head
from faqsuggest.training.tags.neighbours import SHARPNESS, WEIGHTS, crossfit_votes, pooled

log = logging.getLogger(__name__)
Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
GRID = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
BEGIN = 2
_SHARPNESS_BEGIN, _WEIGHT_BEGIN = 3, 2
_ONE_FOLD_FROM = 3_000
"""From so many texts on, one fold decides between settings: it holds enough to see a difference that matters."""
_ROUGH = 1e-5
"""Settings differ by more than the last steps to the minimum would lower the loss."""
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
    gain: float = GAIN,
) -> Judged:
    """Score each text by a head that was fitted on the other folds.

    Args:
        features: Shape (texts, features).
        table: 0 or 1, shape (texts, tags).
        folds: Number of the fold of each text.
        c: Inverse strength of the penalty.
        exclusive: Whether every text has exactly one tag.
        only: Folds to score; all when None. The other texts have no known tag.
        gain: See ``Head.fit``.
    """
    scores, known = np.zeros(table.shape), np.zeros(table.shape, dtype=bool)
    novelty = np.full(len(table), np.nan)
    chosen = list(range(int(folds.max()) + 1) if only is None else only)
    for fold in progress(chosen, total=len(chosen), label="fitting the tagger on parts"):
        here = folds == fold
        if here.all() or not here.any():
            continue
        head = Head.fit(features[~here], table[~here], c=c, exclusive=exclusive, gain=gain)
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
class Settings:
    """What is chosen rather than learnt.

    Attributes:
        c: Inverse strength of the penalty.
        share: Size of character n-grams beside the vectors; 0 without them.
        sharpness, weight: Of the neighbours' votes.
    """

    c: float
    share: float
    sharpness: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Settings of the head, with what they were chosen by.

    Attributes:
        c: Inverse strength of the penalty.
        share: Size of character n-grams beside the vectors; 0 without them.
        losses: Log-loss of each setting that was tried, by share and ``c``.
    """

    c: float
    share: float
    losses: dict[tuple[float, float], float]


def choose(
    features: Callable[[float], Matrix],
    shares: Sequence[float],
    table: Matrix,
    folds: NDArray[np.int64],
    *,
    exclusive: bool,
) -> Choice:
    """Climb the grid of penalties with the least characters; add characters while they pay; climb on with them.

    Args:
        features: Gives the features of all texts by the size of the characters.
        shares: Sizes to choose from, rising; 0 is vectors alone.
        table: 0 or 1, shape (texts, tags).
        folds: Number of the fold of each text.
        exclusive: Whether every text has exactly one tag.
    """
    only = [0] if len(table) >= _ONE_FOLD_FROM else None
    rows = _tried_on(folds) if only else np.arange(len(table))
    table, folds = table[rows], folds[rows]
    losses: dict[tuple[float, float], float] = {}
    made: dict[float, Matrix] = {}

    def tried(share: float, c: float) -> float:
        if (share, c) not in losses:
            if share not in made:
                made[share] = features(share)[rows]
            judged = crossfit(made[share], table, folds, c=c, exclusive=exclusive, only=only, gain=_ROUGH)
            losses[share, c] = loss_of(judged, table, exclusive=exclusive)
            log.info("characters %g, c=%g: log-loss %.4f", share, c, losses[share, c])
        return losses[share, c]

    place = climb(BEGIN, len(GRID), lambda at: tried(shares[0], GRID[at]))
    share = shares[climb(0, len(shares), lambda at: tried(shares[at], GRID[place]))]
    place = climb(place, len(GRID), lambda at: tried(share, GRID[at]))
    return Choice(c=GRID[place], share=share, losses=losses)


def choose_votes(
    judged: Judged, rows: Matrix, table: Matrix, folds: NDArray[np.int64], *, exclusive: bool
) -> tuple[float, float]:
    """Sharpness and weight of the neighbours' votes that give the lowest log-loss; a weight of 0 where none lowers it.

    Args:
        judged: Scores of the head.
        rows: Of the texts, as ``neighbours.directions`` gives them.
        table: 0 or 1, shape (texts, tags).
        folds: Number of the fold of each text.
        exclusive: Whether every text has exactly one tag.
    """
    some = _spread(np.arange(len(table)), _LEARN_FROM)
    part = replace(judged, scores=judged.scores[some], novelty=judged.novelty[some], known=judged.known[some])
    if not part.known.any():
        return SHARPNESS[_SHARPNESS_BEGIN], 0.0
    best: dict[int, tuple[float, int]] = {}
    at = _WEIGHT_BEGIN

    def tried(place: int) -> float:
        nonlocal at
        if place not in best:
            shares = crossfit_votes(rows, table, folds, SHARPNESS[place], some)
            losses: dict[int, float] = {}

            def loss(weight: int) -> float:
                if weight not in losses:
                    scores = pooled(part.scores, shares, WEIGHTS[weight], exclusive=exclusive)
                    losses[weight] = loss_of(replace(part, scores=scores), table[some], exclusive=exclusive)
                return losses[weight]

            at = climb(at, len(WEIGHTS), loss)
            best[place] = (losses[at], at)
            log.info("neighbours %g, weight %g: log-loss %.4f", SHARPNESS[place], WEIGHTS[at], losses[at])
        return best[place][0]

    place = climb(_SHARPNESS_BEGIN, len(SHARPNESS), tried)
    return SHARPNESS[place], WEIGHTS[best[place][1]]


def climb(place: int, count: int, loss: Callable[[int], float]) -> int:
    """The place of 0 … ``count`` − 1 from which no neighbour lowers the loss, first upwards, then downwards."""
    for direction in (1, -1):
        while 0 <= place + direction < count and loss(place + direction) < loss(place):
            place += direction
    return place


def _tried_on(folds: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first fold, and ``_LEARN_FROM`` of the others evenly spread."""
    return np.sort(np.concatenate([np.flatnonzero(folds == 0), _spread(np.flatnonzero(folds != 0), _LEARN_FROM)]))


def _spread(places: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """``count`` of the places at most, evenly spread."""
    return places[np.linspace(0, len(places) - 1, min(count, len(places))).astype(np.int64)]
