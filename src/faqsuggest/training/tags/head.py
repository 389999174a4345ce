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
_LEVEL = 1e-4
"""Steepness at which nothing is left to gain: in evened coordinates a step wins half its square."""
GAIN = 1e-7
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
    def fit(
        cls,
        features: Matrix,
        targets: Matrix,
        *,
        c: float,
        exclusive: bool,
        start: Head | None = None,
        gain: float = GAIN,
    ) -> Self:
        """Minimise ½‖W‖² + c · Σ log-loss, the bias free, by L-BFGS (Liu & Nocedal 1989) over all tags together.

        Args:
            features: Shape (texts, features).
            targets: 0 or 1, shape (texts, tags).
            c: Inverse strength of the penalty.
            exclusive: Whether exactly one tag of a row is 1.
            start: Weights learnt on a part of the texts, to begin from; few steps are left to take then.
            gain: Smallest share by which a step must lower the loss; more for a rough answer.
        """
        from scipy.optimize import minimize

        if len(features) < features.shape[1] and start is None:
            # The best weights lie in the span of the texts: with few texts there is no need to look elsewhere.
            span = np.linalg.svd(features, full_matrices=False)[2].astype(np.float32)
            inside = cls.fit(features @ span.T, targets, c=c, exclusive=exclusive, gain=gain)
            return cls(weights=span.T @ inside.weights, bias=inside.bias, exclusive=exclusive)
        size, tags = features.shape[1], targets.shape[1]
        turned, scale, turn = _evened(features, targets, c)
        begin = np.zeros((size + 1, tags))
        if start is not None:
            begin[:] = np.vstack([turn.T @ start.weights, start.bias]) / scale
        elif not exclusive:
            share = np.clip(targets.mean(axis=0, dtype=np.float64), 1e-4, 1 - 1e-4)
            begin[-1] = np.log(share / (1 - share)) / scale[-1]

        def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            both = flat.reshape(size + 1, tags).astype(np.float32) * scale
            weights, bias = both[:-1], both[-1]
            value, gradient = 0.5 * float(np.square(weights, dtype=np.float64).sum()), np.zeros_like(both)
            gradient[:-1] = weights
            for place in range(0, len(turned), _BLOCK):
                some = turned[place : place + _BLOCK]
                part, error = _log_loss(some @ weights + bias, targets[place : place + _BLOCK], exclusive)
                value += c * part
                gradient[:-1] += np.float32(c) * (some.T @ error)
                gradient[-1] += np.float32(c) * error.sum(axis=0)
            gradient *= scale
            return value, gradient.ravel().astype(np.float64)

        steps = STEPS if start is None else FURTHER_STEPS
        found = minimize(
            loss, begin.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps, "gtol": _LEVEL, "ftol": gain}
        )
        both = found.x.reshape(size + 1, tags).astype(np.float32) * scale
        return cls(weights=turn @ both[:-1], bias=both[-1].copy(), exclusive=exclusive)

    def raw(self, features: Matrix) -> NDArray[np.float64]:
        """Weighted sums before any softmax, shape (texts, tags)."""
        return np.asarray((features @ self.weights + self.bias).astype(np.float64))

    def scores(self, features: Matrix) -> NDArray[np.float64]:
        """Log-odds of each tag against all else, shape (texts, tags)."""
        raw = self.raw(features)
        return against_the_rest(raw) if self.exclusive else raw


def _evened(features: Matrix, targets: Matrix, c: float) -> tuple[Matrix, Matrix, Matrix]:
    """Coordinates in which the loss is about as steep in every direction, so that fewer steps are enough.

    The features are turned to their principal directions; there the curvature of a tag's loss is near
    1 + c · share · (1 − share) · eigenvalue, whose root scales the weight.

    Args:
        features: Shape (texts, features).
        targets: Shape (texts, tags).
        c: As in ``Head.fit``.

    Returns:
        The turned features, the scale of weights and bias of shape (features + 1, tags), and the turn.
    """
    values, turn = np.linalg.eigh((features.T @ features).astype(np.float64))
    share = np.clip(targets.mean(axis=0, dtype=np.float64), 1e-4, 1 - 1e-4)
    sizes = np.append(np.maximum(values, 0), len(features))
    own = np.append(np.ones(len(values)), 0)
    scale = 1 / np.sqrt(own[:, None] + c * np.outer(sizes, share * (1 - share)))
    turn = turn.astype(np.float32)
    return features @ turn, scale.astype(np.float32), turn


def _log_loss(raw: Matrix, targets: Matrix, exclusive: bool) -> tuple[float, Matrix]:
    """Sum of the log-loss, and its gradient in ``raw``."""
    if exclusive:
        raw = raw - raw.max(axis=1, keepdims=True)
        spread = np.exp(raw)
        total = spread.sum(axis=1, keepdims=True)
        value = float((np.log(total[:, 0]) - (raw * targets).sum(axis=1)).sum(dtype=np.float64))
        return value, np.asarray(spread / total - targets, dtype=np.float32)
    # one exponential serves loss and gradient; np.logaddexp alone takes several times as long
    spread = np.exp(-np.abs(raw))
    value = float((np.maximum(raw, 0) + np.log1p(spread) - raw * targets).sum(dtype=np.float64))
    chance = np.where(raw >= 0, 1, spread) / (1 + spread)
    return value, np.asarray(chance - targets, dtype=np.float32)


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
