"""From evidence to an order, and from the order to a number between 0 and 1.

The order is a convex combination of the legs, each scaled to 0…1 over the candidates of the inquiry (Bruch, Gai &
Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval", arXiv:2210.11934). Spelling cannot speak for an
answer in another language; there the lexical leg is taken from the dense one, so that such an answer is not outvoted by
silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from faqsuggest.candidates import Candidates, Found
from faqsuggest.errors import InputError

Floats = NDArray[np.float64]


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


class RankedList(Sequence[Ranked]):
    """Candidates in their order, each made into a ``Ranked`` when it is looked at.

    Attributes:
        candidates: Best first.
        scores: Fused, in the same order.
        confidences: In the same order, never rising.
        calibrated: Whether these are probabilities.
    """

    __slots__ = ("calibrated", "candidates", "confidences", "scores")

    def __init__(
        self, candidates: Candidates, scores: Floats, confidences: Floats, *, calibrated: bool = False
    ) -> None:
        self.candidates, self.scores, self.confidences, self.calibrated = candidates, scores, confidences, calibrated

    def reordered(self, first: Sequence[int] | NDArray[np.int64]) -> RankedList:
        """With the first candidates in the order of their places ``first``; those behind them stay."""
        places = np.arange(len(self))
        places[: len(first)] = first
        candidates, scores, confidences = self.candidates.at(places), self.scores[places], self.confidences[places]
        return RankedList(candidates, scores, confidences, calibrated=self.calibrated)

    def __len__(self) -> int:
        return len(self.candidates)

    @overload
    def __getitem__(self, index: int) -> Ranked: ...
    @overload
    def __getitem__(self, index: slice) -> list[Ranked]: ...
    def __getitem__(self, index: int | slice) -> Ranked | list[Ranked]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        score, confidence = float(self.scores[index]), float(self.confidences[index])
        return Ranked(self.candidates[index], score, confidence, self.calibrated)


def rank(rows: Iterable[Found], weights: FusionWeights) -> RankedList:
    """Candidates best first: exact repeats, then by fused score; equal scores in order of key."""
    candidates = Candidates.of(rows)
    if not candidates:
        return RankedList(candidates, np.zeros(0), np.zeros(0))
    scores = fuse(candidates.legs, candidates.readable, weights)
    keys = np.empty(len(candidates), dtype=np.int64)
    keys[sorted(range(len(candidates)), key=candidates.keys.__getitem__)] = np.arange(len(candidates))
    order = np.lexsort((keys, -np.round(scores, 9), ~candidates.repeat))
    ordered, scores = candidates.at(order), scores[order]
    return RankedList(ordered, scores, uncalibrated_confidence(ordered.legs, scores, ordered.repeat))


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
