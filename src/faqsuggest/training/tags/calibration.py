"""What the log-odds of a tag are worth, learnt from texts that the head was not fitted on.

Platt's logistic map (Platt 1999, "Probabilistic outputs for support vector machines") for each tag, held to one map
that all tags share: the penalty is on the distance to the shared slope and offset, so a tag with few examples keeps
the shared map and a tag with many gets its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
OWN_FROM = 10
"""Fewer examples of a tag than this leave it with the shared map."""
_STRENGTH = (20.0, 5.0)
"""Penalty on the squared distance of slope and offset to the shared ones."""
_NEWTON = 30
_FLOOR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCalibration:
    """Slope and offset of the log-odds of each tag.

    Attributes:
        slope: Shape (tags,).
        offset: Shape (tags,).
        own: Whether a tag has a map of its own; shape (tags,).
        learnt: Whether there was anything to learn from; otherwise log-odds are taken as they are.
    """

    slope: Floats
    offset: Floats
    own: NDArray[np.bool_]
    learnt: bool

    @classmethod
    def fit(cls, scores: Floats, targets: NDArray[np.float32], judged: NDArray[np.bool_]) -> Self:
        """Learn from log-odds of texts that the head was not fitted on.

        Args:
            scores: Shape (texts, tags).
            targets: 0 or 1, the same shape.
            judged: Tags that the head knew when it scored; same shape. The rest is left out.
        """
        tags = scores.shape[1]
        positives = (targets * judged).sum(axis=0)
        if positives.sum() < OWN_FROM or not (judged & (targets == 0)).any():
            return cls(slope=np.ones(tags), offset=np.zeros(tags), own=np.zeros(tags, bool), learnt=False)
        values = np.clip(scores, -50, 50)
        pooled = _newton(
            values.reshape(-1, 1), targets.reshape(-1, 1), judged.reshape(-1, 1), np.array([[1.0, 0.0]]), (1.0, 0.1)
        )[0]
        own = positives >= OWN_FROM
        maps = np.tile(pooled, (tags, 1))
        if own.any():
            maps[own] = _newton(values[:, own], targets[:, own], judged[:, own], maps[own], _STRENGTH)
        # A map that falls would turn the order around; such a tag has nothing to tell it by and keeps the shared one.
        falling = maps[:, 0] <= 0
        maps[falling] = (max(pooled[0], 0.05), pooled[1])
        return cls(slope=maps[:, 0], offset=maps[:, 1], own=own & ~falling, learnt=True)

    def probabilities(self, scores: Floats, *, exclusive: bool) -> Floats:
        """Probability of each tag, shape (texts, tags); rows add up to 1 where tags exclude each other."""
        found = 1 / (1 + np.exp(-np.clip(self.slope * np.clip(scores, -50, 50) + self.offset, -700, 700)))
        if exclusive:
            found = np.maximum(found, _FLOOR)
            found /= found.sum(axis=1, keepdims=True)
        return np.asarray(found)


def _newton(
    scores: Floats,
    targets: NDArray[np.float32],
    judged: NDArray[np.bool_],
    start: Floats,
    strength: tuple[float, float],
) -> Floats:
    """Slope and offset of each column, by Newton's method with a penalty on the distance to ``start``."""
    maps, weight = start.copy(), judged.astype(np.float64)
    for _ in range(_NEWTON):
        p = 1 / (1 + np.exp(-(scores * maps[:, 0] + maps[:, 1])))
        error, curve = (p - targets) * weight, p * (1 - p) * weight
        gap = maps - start
        g0 = (error * scores).sum(axis=0) + strength[0] * gap[:, 0]
        g1 = error.sum(axis=0) + strength[1] * gap[:, 1]
        h00 = (curve * scores**2).sum(axis=0) + strength[0]
        h01 = (curve * scores).sum(axis=0)
        h11 = curve.sum(axis=0) + strength[1]
        determinant = h00 * h11 - h01**2
        step = np.stack([(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant], axis=1)
        maps -= np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-6:
            break
    return maps
