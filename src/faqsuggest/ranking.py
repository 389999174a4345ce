"""From evidence to an order, and from the order to a number between 0 and 1.

The order is a convex combination of the legs, each scaled to 0…1 over the candidates of the inquiry (Bruch, Gai &
Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval", arXiv:2210.11934). Spelling cannot speak for an
answer in another language; there the lexical leg is taken from the dense one, so that such an answer is not outvoted by
silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import InputError
from faqsuggest.retrieval import LEGS, Found

Floats = NDArray[np.float64]
_legs_of = attrgetter(*LEGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionWeights:
    """What each leg is worth; any may be 0.

    Attributes:
        passage: Weight of the best sentence within the dense leg, beside 1 for the whole text.
        lexical: Share of the lexical leg in the score of an answer's own text; the dense leg has the rest.
        question: Weight of the nearest past question by meaning, beside 1 for the answer's own text.
        lexical_question: The same by spelling.
        imputed: Share of the dense leg that stands in for the lexical one where spelling cannot tell.
    """

    passage: float = 0.7
    lexical: float = 0.3
    question: float = 0.25
    lexical_question: float = 0.2
    imputed: float = 0.6

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if not 0 <= value <= 10:
                raise InputError(f"FusionWeights({name}=…) must lie from 0 to 10, got {value}")


@dataclass(frozen=True, slots=True)
class Ranked:
    """One candidate in its place.

    Attributes:
        found: The answer and its evidence.
        score: Fused score from 0 to 1, comparable within one inquiry only.
        confidence: From 0 to 1 and never rising down the list; see ``uncalibrated_confidence``.
        calibrated: Whether the confidence is a probability.
    """

    found: Found
    score: float
    confidence: float
    calibrated: bool = False


def rank(rows: Sequence[Found], weights: FusionWeights) -> list[Ranked]:
    """Candidates best first: exact repeats, then by fused score; equal scores in order of key."""
    if not rows:
        return []
    legs = np.array([_legs_of(row) for row in rows], dtype=np.float64)
    readable = np.array([row.readable for row in rows])
    scores = fuse(legs, readable, weights)
    fused = scores.tolist()
    order = sorted(range(len(rows)), key=lambda i: (not rows[i].repeat, -round(fused[i], 9), rows[i].answer.key))
    confidences = uncalibrated_confidence(legs[order], scores[order], np.array([rows[i].repeat for i in order]))
    return [Ranked(rows[i], fused[i], confidence) for i, confidence in zip(order, confidences.tolist(), strict=True)]


def fuse(legs: Floats, readable: NDArray[np.bool_], weights: FusionWeights) -> Floats:
    """Fused scores of the candidates of one inquiry.

    Args:
        legs: Cosines of shape (n, 5), columns as in ``LEGS``.
        readable: Whether spelling can be compared, of shape (n,).
        weights: Of the legs.
    """
    text, passage, question, lexical, lexical_question = legs.T
    dense = _scaled(text + weights.passage * passage)
    spelt = _scaled(lexical)
    spelt = np.where(readable, spelt, np.maximum(spelt, weights.imputed * dense))
    own = (1 - weights.lexical) * dense + weights.lexical * spelt
    past = weights.question * _scaled(question) + weights.lexical_question * _scaled(lexical_question)
    total: Floats = (own + past) / (1 + weights.question + weights.lexical_question)
    return total


def uncalibrated_confidence(legs: Floats, scores: Floats, repeats: NDArray[np.bool_]) -> Floats:
    """A plain monotone map of the fused scores onto 0…1: NOT a probability, a placeholder until a base is calibrated.

    The best candidate's cosine is set between that of unrelated texts (0.3) and of paraphrases (0.8); the others follow
    in proportion to their fused scores.

    Args:
        legs: As for ``fuse``, best candidate first.
        scores: Fused scores in the same order.
        repeats: Exact repeats of a known question get 1.
    """
    best = legs[:, :3].max(axis=1)[0]
    level = float(np.clip((best - 0.3) / 0.5, 0.01, 0.99))
    shares = scores / scores.max() if scores.max() > 0 else np.ones_like(scores)
    falling = np.minimum.accumulate(np.where(repeats, 1.0, level * shares))
    return falling


def _scaled(values: Floats) -> Floats:
    low, high = values.min(), values.max()
    if high - low < 1e-9:
        return np.full_like(values, 1.0 if high > 0 else 0.0)
    scaled: Floats = (values - low) / (high - low)
    return scaled
