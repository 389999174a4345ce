"""A logistic head for many tags at once: softmax where each text has exactly one tag, else one sigmoid a tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
STEPS = 200
FURTHER_STEPS = 25
"""From weights that were learnt on a part of the texts."""
_BLOCK = 16_384
"""Texts at a time, which bounds the memory beside the features."""
_TOLERANCE = 1e-4
_GAIN = 1e-7
"""A step that lowers the loss by a smaller share is the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Weights of the features for each tag.

    Attributes:
        weights: Shape (features, tags).
        bias: Shape (tags,).
        exclusive: Whether the tags share one softmax.
    """

    weights: Matrix
    bias: Matrix
    exclusive: bool

    @classmethod
    def fit(cls, features: Matrix, targets: Matrix, *, c: float, exclusive: bool, start: Head | None = None) -> Self:
        """Minimise ½‖W‖² + c · Σ log-loss, the bias free, by L-BFGS (Liu & Nocedal 1989) over all tags together.

        Args:
            features: Shape (texts, features).
            targets: 0 or 1, shape (texts, tags).
            c: Inverse strength of the penalty.
            exclusive: Whether exactly one tag of a row is 1.
            start: Weights learnt on a part of the texts, to begin from; few steps are left to take then.
        """
        from scipy.optimize import minimize

        if len(features) < features.shape[1] and start is None:
            # The best weights lie in the span of the texts: with few texts there is no need to look elsewhere.
            span = np.linalg.svd(features, full_matrices=False)[2].astype(np.float32)
            inside = cls.fit(features @ span.T, targets, c=c, exclusive=exclusive)
            return cls(weights=span.T @ inside.weights, bias=inside.bias, exclusive=exclusive)
        size, tags = features.shape[1], targets.shape[1]
        begin = np.zeros((size + 1, tags)) if start is None else np.vstack([start.weights, start.bias])
        if start is None and not exclusive:
            share = np.clip(targets.mean(axis=0, dtype=np.float64), 1e-4, 1 - 1e-4)
            begin[-1] = np.log(share / (1 - share))

        def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            both = flat.reshape(size + 1, tags)
            weights, bias = both[:-1].astype(np.float32), both[-1].astype(np.float32)
            value, gradient = 0.5 * float((both[:-1] ** 2).sum()), np.zeros_like(both)
            gradient[:-1] = both[:-1]
            for place in range(0, len(features), _BLOCK):
                some = features[place : place + _BLOCK]
                part, error = _log_loss(some @ weights + bias, targets[place : place + _BLOCK], exclusive)
                value += c * part
                gradient[:-1] += c * (some.T @ error)
                gradient[-1] += c * error.sum(axis=0, dtype=np.float64)
            return value, gradient.ravel()

        steps = STEPS if start is None else FURTHER_STEPS
        limit = _TOLERANCE * c * max(1.0, len(features) / tags)
        found = minimize(
            loss, begin.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps, "gtol": limit, "ftol": _GAIN}
        )
        both = found.x.reshape(size + 1, tags).astype(np.float32)
        return cls(weights=both[:-1].copy(), bias=both[-1].copy(), exclusive=exclusive)

    def raw(self, features: Matrix) -> NDArray[np.float64]:
        """Weighted sums before any softmax, shape (texts, tags)."""
        return np.asarray((features @ self.weights + self.bias).astype(np.float64))

    def scores(self, features: Matrix) -> NDArray[np.float64]:
        """Log-odds of each tag against all else, shape (texts, tags)."""
        raw = self.raw(features)
        return against_the_rest(raw) if self.exclusive else raw


def _log_loss(raw: Matrix, targets: Matrix, exclusive: bool) -> tuple[float, Matrix]:
    """Sum of the log-loss, and its gradient in ``raw``."""
    if exclusive:
        raw = raw - raw.max(axis=1, keepdims=True)
        spread = np.exp(raw)
        total = spread.sum(axis=1, keepdims=True)
        value = float((np.log(total[:, 0]) - (raw * targets).sum(axis=1)).sum(dtype=np.float64))
        return value, np.asarray(spread / total - targets, dtype=np.float32)
    value = float((np.logaddexp(0, raw) - raw * targets).sum(dtype=np.float64))
    return value, np.asarray(1 / (1 + np.exp(-raw)) - targets, dtype=np.float32)


def against_the_rest(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log p − log (1 − p) of a softmax over the tags of each row."""
    leader, rows = raw.argmax(axis=1), np.arange(len(raw))
    spread = np.exp(raw - raw.max(axis=1, keepdims=True))
    rest = spread.sum(axis=1, keepdims=True) - spread
    # The rest of the first is summed anew: the difference of two nearly equal sums would be noise.
    others = spread.copy()
    others[rows, leader] = 0
    rest[rows, leader] = others.sum(axis=1)
    return np.asarray(raw - raw.max(axis=1, keepdims=True) - np.log(np.maximum(rest, 1e-300)))
