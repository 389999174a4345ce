"""From which probability on a tag is offered, so that a stated share of the offers is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.policy import threshold_for

Floats = NDArray[np.float64]
_WORTH_ASKING = 0.01
"""Less likely tags are no candidates for an offer; without them the arithmetic is a matter of seconds."""

_CUTS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagThresholds:
    """Lowest probability of an offer, by tag.

    Attributes:
        precision: Share of right ones among the offers that was asked for.
        values: Shape (tags,).
        own: Whether the promise rests on the tag's own outcomes; shape (tags,).
        guaranteed: Whether it rests on outcomes at all, the tag's own or those of all tags together; shape (tags,). If
            not, the probability itself must reach the precision.
    """

    precision: float
    values: Floats
    own: NDArray[np.bool_]
    guaranteed: NDArray[np.bool_]

    @classmethod
    def fit(
        cls, probabilities: Floats, targets: NDArray[np.float32], judged: NDArray[np.bool_], precision: float
    ) -> Self:
        """Choose thresholds on cross-fitted probabilities; see ``policy.threshold_for`` for what is promised.

        Args:
            probabilities: Shape (texts, tags).
            targets: 0 or 1, the same shape.
            judged: Tags that the head knew when it scored; the same shape.
            precision: Above 0 and below 1.
        """
        tags = probabilities.shape[1]
        candidates = judged & (probabilities >= _WORTH_ASKING)
        shared = threshold_for(probabilities[candidates], targets[candidates] > 0, precision)
        values = np.full(tags, shared.confidence if shared.guaranteed else precision)
        own, guaranteed = np.zeros(tags, bool), np.full(tags, shared.guaranteed)
        for tag in range(tags):
            rows = candidates[:, tag]
            found = threshold_for(probabilities[rows, tag], targets[rows, tag] > 0, precision)
            if found.guaranteed:
                values[tag], own[tag], guaranteed[tag] = found.confidence, True, True
        return cls(precision=precision, values=values, own=own, guaranteed=guaranteed)


def chosen(probabilities: Floats, cut: float, *, always: bool) -> NDArray[np.bool_]:
    """Tags that reach ``cut``; with ``always`` the likeliest one where none does."""
    found = probabilities >= cut
    if always:
        lone = ~found.any(axis=1)
        found[lone, probabilities[lone].argmax(axis=1)] = True
    return np.asarray(found)


def best_cut(probabilities: Floats, targets: NDArray[np.float32], judged: NDArray[np.bool_], *, always: bool) -> float:
    """The one probability for all tags that gives the highest macro-F1 over tags with an example, cross-fitted.

    Args:
        probabilities: Shape (texts, tags).
        targets: 0 or 1, the same shape.
        judged: Tags that the head knew when it scored; the same shape.
        always: As for ``chosen``.
    """
    wanted = targets * judged
    there = wanted.sum(axis=0) > 0
    if not there.any():
        return 0.5
    found = []
    for cut in _CUTS:
        given = chosen(probabilities, cut, always=always) & judged
        both = (given * wanted).sum(axis=0)
        found.append((2 * both / np.maximum(given.sum(axis=0) + wanted.sum(axis=0), 1))[there].mean())
    return _CUTS[int(np.argmax(found))]
