"""From evidence to a probability: a regularised logistic model, with a few trees, that starts from shipped weights.

A team's own history pulls the weights away from the shipped ones as it grows: the penalty is on the distance to the
weights that were learnt elsewhere, not to zero (Chelba & Acero 2006, "Adaptation of maximum entropy capitalizer").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import CorruptStoreError, InputError
from faqsuggest.evidence import COLUMNS, Floats
from faqsuggest.listwise import ListwiseRanker, weighed
from faqsuggest.ranking import RankedList
from faqsuggest.retrieval import Inquiry
from faqsuggest.trees import Trees

REPEAT = 3.0
"""Log-odds added to an exact repeat of a known question. Set, not learnt: public sets hold too few repeats."""
BEHIND = 5
"""Candidates learnt from: the first, and those behind it up to this place."""
_FIRST, _REPEAT = COLUMNS.index("first"), COLUMNS.index("repeat")
_STEPS = 50
_LIMIT = 1e-8
_FAR = 30.0
_SHARE = 0.5
"""What trees have to say beside the weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrator:
    """The probability that a candidate is right, given its evidence.

    Attributes:
        weights: Of the standardised columns of ``evidence.COLUMNS``, shape (2, columns): for the first candidate of the
            fixed hybrid, and for those behind it. 0 for a column without a say.
        bias: Log-odds of a candidate whose evidence is average, for both.
        centre: Mean of each column where it was learnt.
        scale: Standard deviation of each column there.
        reorder: Whether the probabilities also order the list; otherwise the fixed hybrid does.
        inquiries: Number of a team's own inquiries that it learnt from; 0 for the shipped weights.
        trees: Added to the log-odds of the first candidate; None for nothing. A team's own history leaves them as
            they are and moves the weights.
    """

    weights: Floats
    bias: tuple[float, float]
    centre: Floats
    scale: Floats
    reorder: bool = False
    inquiries: int = 0
    trees: Trees | None = None

    @classmethod
    def fit(
        cls,
        tables: Sequence[Floats],
        right: Sequence[NDArray[np.bool_] | Floats],
        *,
        weights: Sequence[Floats] | None = None,
        start: Calibrator | None = None,
        strength: float = 30.0,
        without: Sequence[str] = (),
    ) -> Self:
        """Learn from inquiries whose right answers are known.

        Args:
            tables: Evidence of each inquiry, as ``evidence`` returns it.
            right: Which of its candidates are right, in the same order; or labels whose mean is the probability, as
                feedback gives them, which may exceed 1.
            weights: For each candidate, in the same order, what it counts for, 0 where nothing is known, and the chance
                that a right one was seen to be right: shape (candidates, 2). All 1 when None.
            start: Weights to begin from and to be held to; without them the penalty is on the weights themselves.
            strength: Penalty on squared distance; about the number of inquiries that outweigh the start.
            without: Columns that get no weight.

        Raises:
            InputError: There is no inquiry, or the two do not fit together.

        Example:
            >>> rng = np.random.default_rng(0)
            >>> tables = [rng.normal(size=(1, len(COLUMNS))) for _ in range(200)]
            >>> right = [table[:, 0] > 0 for table in tables]
            >>> sure = np.isin(COLUMNS, ["text", "first"])[None] * 2.0
            >>> bool(Calibrator.fit(tables, right, strength=1.0).probabilities(sure)[0] > 0.8)
            True
        """
        if not tables or len(tables) != len(right) or any(len(t) != len(r) for t, r in zip(tables, right, strict=True)):
            raise InputError(
                f"tables and right of Calibrator.fit need one entry for each inquiry, of as many candidates; "
                f"got {len(tables)} and {len(right)}"
            )
        origin = cls._blank(np.concatenate(tables)) if start is None else start
        held = np.isin(COLUMNS, without)
        learnt, bias = np.zeros_like(origin.weights), list(origin.bias)
        counts = [np.ones((len(table), 2)) for table in tables] if weights is None else weights
        for part, places in enumerate((slice(0, 1), slice(1, BEHIND))):
            rows = np.concatenate([table[places] for table in tables])
            labels = np.concatenate([np.asarray(each[places], dtype=np.float64) for each in right])
            design = np.where(held, 0.0, (rows - origin.centre) / origin.scale)
            begin = np.where(held, 0.0, origin.weights[part])
            worth = np.concatenate([each[places] for each in counts])
            known = worth[:, 0] > 0
            fixed = np.zeros(len(rows)) if part or origin.trees is None else origin.trees.sums(rows)
            examples = (design[known], labels[known], np.column_stack([worth, fixed])[known])
            learnt[part], bias[part] = _newton(examples, begin, origin.bias[part], strength)
        return cls(
            weights=learnt,
            bias=(bias[0], bias[1]),
            centre=origin.centre,
            scale=origin.scale,
            reorder=origin.reorder,
            inquiries=origin.inquiries + len(tables) if start is not None else 0,
            trees=origin.trees,
        )

    def with_trees(
        self, tables: Sequence[Floats], right: Sequence[NDArray[np.bool_]], *, without: Sequence[str] = ()
    ) -> Calibrator:
        """The mean, in log-odds, of these weights and of trees learnt from the same inquiries, for the first candidate.

        Args:
            tables: Evidence of each inquiry; many thousands, or the trees learn them by heart.
            right: Which of its candidates are right.
            without: Columns that the trees do not ask.
        """
        firsts, hits = np.array([table[0] for table in tables]), np.array([bool(each[0]) for each in right])
        trees = Trees.fit(firsts, hits, without=(*without, "first")).times(_SHARE)
        weights, (first, behind) = self.weights.copy(), self.bias
        weights[0] *= 1.0 - _SHARE
        return replace(self, weights=weights, bias=(first * (1.0 - _SHARE), behind), trees=trees)

    @classmethod
    def _blank(cls, rows: Floats) -> Self:
        scale = rows.std(axis=0)
        return cls(
            weights=np.zeros((2, len(COLUMNS))),
            bias=(0.0, 0.0),
            centre=rows.mean(axis=0),
            scale=np.where(scale > 1e-9, scale, 1.0),
        )

    def probabilities(self, table: Floats) -> Floats:
        """Probability, 0 to 1, that each candidate is right; rows of ``table`` as from ``evidence``."""
        given = (table - self.centre) / self.scale
        first = table[:, _FIRST] > 0
        odds = np.where(first, given @ self.weights[0] + self.bias[0], given @ self.weights[1] + self.bias[1])
        if self.trees is not None and first.any():
            odds[first] += self.trees.sums(table[first])
        odds += REPEAT * table[:, _REPEAT]
        chances: Floats = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
        return chances

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready values; columns by name, so that a later version finds them whatever their order."""
        return {
            "bias": [round(value, 5) for value in self.bias],
            "reorder": self.reorder,
            "inquiries": self.inquiries,
            "trees": None if self.trees is None else self.trees.to_dict(),
            "columns": {
                name: [round(float(value), 5) for value in values]
                for name, *values in zip(COLUMNS, *self.weights, self.centre, self.scale, strict=True)
            },
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` made. Columns that this version does not know are refused; new ones get no weight.

        Raises:
            CorruptStoreError: Something is missing or is no number.
        """
        try:
            columns = {str(name): [float(value) for value in values] for name, values in given["columns"].items()}
            if not set(columns) <= set(COLUMNS):
                raise ValueError("unknown columns")
            table = np.array([columns.get(name, [0.0, 0.0, 0.0, 1.0]) for name in COLUMNS]).reshape(len(COLUMNS), 4)
            if not np.isfinite(table).all() or (table[:, 3] <= 0).any():
                raise ValueError("a scale that is not above 0")
            first, behind = given["bias"]
            trees = given.get("trees")
            return cls(
                weights=table[:, :2].T,
                bias=(float(first), float(behind)),
                centre=table[:, 2],
                scale=table[:, 3],
                reorder=bool(given["reorder"]),
                inquiries=int(given["inquiries"]),
                trees=None if trees is None else Trees.from_dict(trees),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CorruptStoreError(f"the saved calibrator cannot be read ({error}); calibrate again") from error


def assess(
    ranked: RankedList,
    inquiry: Inquiry,
    calibrator: Calibrator,
    *,
    ranker: ListwiseRanker | None = None,
    at: datetime | None = None,
) -> RankedList:
    """Candidates with calibrated confidences that never rise down the list.

    Exact repeats stay in front. Where the calibrator reorders, the first ``evidence.WEIGHED`` candidates are ordered by
    probability; those behind them keep their order and get 0.

    Args:
        ranked: In the order of the fixed hybrid, all candidates of the inquiry.
        inquiry: What was asked.
        calibrator: Learnt with the same encoder and the same ranker.
        ranker: Orders the first candidates; None keeps the order.
        at: The moment of the question; now when None.
    """
    if not ranked:
        return ranked
    ranked, table = weighed(ranked, inquiry, ranker, at=at)
    chances = calibrator.probabilities(table)
    order = order_of(calibrator, table, chances)
    if calibrator.reorder:
        ranked = ranked.reordered(order)
    confidences = np.zeros(len(ranked))
    confidences[: len(order)] = np.minimum.accumulate(chances[order])
    return RankedList(ranked.candidates, ranked.scores, confidences, calibrated=True)


def order_of(calibrator: Calibrator, table: Floats, chances: Floats) -> list[int]:
    """Places of the candidates of ``table`` in the order in which they are offered."""
    if not calibrator.reorder:
        return list(range(len(table)))
    repeat = table[:, _REPEAT]
    order: list[int] = np.lexsort((np.arange(len(table)), -np.round(chances, 9), -repeat)).tolist()
    return order


def _newton(
    examples: tuple[Floats, Floats, Floats], start: Floats, bias: float, strength: float
) -> tuple[Floats, float]:
    """Logistic regression by Fisher scoring with halved steps; the penalty is on the distance to ``start``.

    A candidate whose right answer is seen with chance θ only is labelled 1 with the probability θ · p: the
    position-based model (Wang et al. 2018, "Position Bias Estimation for Unbiased Learning to Rank in Personal
    Search"). With θ = 1 it is plain logistic regression, where labels above 1 are no obstacle.

    Args:
        examples: Columns, labels, and for each row what it counts for, θ, and log-odds that are added unchanged.
        start: Weights to be held to.
        bias: The same.
        strength: Penalty.
    """
    design, labels, (worth, seen, fixed) = examples[0], examples[1], examples[2].T
    rows = np.column_stack([design, np.ones(len(design))])
    origin = np.append(start, bias)
    # The bias is free: how often a team's inquiries have an answer is theirs to say.
    penalty = np.append(np.full(design.shape[1], strength), min(strength, 1.0))

    def loss(weights: Floats) -> float:
        odds = np.clip(rows @ weights + fixed, -_FAR, _FAR)
        fit = np.logaddexp(0.0, odds) - labels * odds - (1.0 - labels) * np.log1p((1.0 - seen) * np.exp(odds))
        return float((worth * fit).sum() + 0.5 * (penalty * (weights - origin) ** 2).sum())

    weights = origin.copy()
    for _ in range(_STEPS):
        odds = np.clip(rows @ weights + fixed, -_FAR, _FAR)
        chances = 1.0 / (1.0 + np.exp(-odds))
        unseen = (1.0 - seen) * np.exp(odds)
        slope = rows.T @ (worth * (chances - labels - (1.0 - labels) * unseen / (1.0 + unseen)))
        slope += penalty * (weights - origin)
        told = worth * seen * chances * (1.0 - chances) ** 2 / np.maximum(1.0 - seen * chances, 1e-12)
        curvature = (rows * told[:, None]).T @ rows + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curvature, slope)
        before = loss(weights)
        while loss(weights - step) > before and np.abs(step).max() > _LIMIT:
            step = step / 2.0
        weights = weights - step
        if np.abs(step).max() < _LIMIT:
            break
    return weights[:-1], float(weights[-1])
