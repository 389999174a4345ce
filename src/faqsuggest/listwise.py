"""An order learnt from evidence: which of the candidates of one inquiry is the right one.

A conditional logit: the chance of a candidate is the softmax, over the candidates of its inquiry, of a weighted sum of
its evidence (McFadden 1974, "Conditional logit analysis of qualitative choice behavior"; as a loss for ranking: Cao et
al. 2007, "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML). It reorders the first candidates of
the fixed hybrid, which alone decides which candidates these are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import CorruptStoreError, InputError
from faqsuggest.evidence import COLUMNS, DATED, Floats, evidence
from faqsuggest.ranking import FusionWeights, RankedList
from faqsuggest.retrieval import Inquiry

_SAME_FOR_ALL = ("length", "ties", "novelty", "rest", "unseen", "telling_unseen", "meant_unseen", "candidates")
_ABOUT_THE_ORDER = ("first", "standing", "repeat")
SILENT = (*_SAME_FOR_ALL, *_ABOUT_THE_ORDER)
"""Columns that have no say: equal for all candidates of an inquiry, or made of the order itself."""
_STANDING, _FIRST, _REPEAT = (COLUMNS.index(name) for name in ("standing", "first", "repeat"))
_LANGUAGE, _LENGTH = COLUMNS.index("language"), COLUMNS.index("length")
_BY_MEANING = np.array([name.startswith(("concept_", "meant_")) for name in COLUMNS], dtype=np.float64)
_HELD = np.where(_BY_MEANING > 0, 0.125, 1.0)
"""A short question has few words, each of many concepts, and the encoder reads it better than a list does. There these
columns have only what ``brief`` says of them, which is held to 0 more strongly than the rest."""
_LIMIT = 8.0
_BRIEF, _LONG = 1.8, 3.2
"""Lengths of a search query and of a letter, as the evidence has them: five words, and two dozen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListwiseRanker:
    """Weights of the evidence in the order of the candidates of one inquiry.

    Attributes:
        weights: Of each of ``evidence.COLUMNS`` divided by its scale; 0 for a column without a say.
        scale: Standard deviation of each column where it was learnt.
        foreign: Added to the weights for a candidate in another language than the inquiry, where likeness is less.
        brief: Added for an inquiry of a few words, in part for one of up to two dozen: what a letter shares with an
            answer is often beside the point, and what a short question shares with it seldom is. For the columns of
            ``text.concepts`` it stands in place of ``weights`` there, an eighth of it.
    """

    weights: Floats
    scale: Floats
    foreign: Floats = field(default_factory=lambda: np.zeros(len(COLUMNS)))
    brief: Floats = field(default_factory=lambda: np.zeros(len(COLUMNS)))

    @classmethod
    def fit(
        cls,
        tables: Sequence[Floats],
        right: Sequence[NDArray[np.bool_]],
        *,
        start: ListwiseRanker | None = None,
        strength: float = 10.0,
        without: Sequence[str] = DATED,
    ) -> Self:
        """Learn from inquiries whose right answers are known; those with none among the candidates teach nothing.

        Args:
            tables: Evidence of each inquiry, as ``evidence.evidence`` returns it.
            right: Which of its candidates are right, in the same order.
            start: Weights to begin from and to be held to; without them the penalty is on the weights themselves.
            strength: Penalty on squared distance.
            without: Columns that get no weight, beside ``SILENT``.

        Raises:
            InputError: No inquiry has both right and wrong candidates, or tables and right do not fit together.

        Example:
            >>> rng = np.random.default_rng(0)
            >>> told = [name != "repeat" for name in COLUMNS]
            >>> tables = [rng.normal(size=(4, len(COLUMNS))) * told for _ in range(100)]
            >>> right = [table[:, 0] == table[:, 0].max() for table in tables]
            >>> ranker = ListwiseRanker.fit(tables, right)
            >>> int(ranker.order(tables[0])[0]) == int(tables[0][:, 0].argmax())
            True
        """
        from scipy.optimize import minimize

        if len(tables) != len(right):
            raise InputError(
                f"tables and right of ListwiseRanker.fit need equal lengths; got {len(tables)} and {len(right)}"
            )
        told = [(table, hits) for table, hits in zip(tables, right, strict=True) if hits.any() and not hits.all()]
        if not told:
            raise InputError("ListwiseRanker.fit needs an inquiry with a right and a wrong candidate; got none")
        rows = np.concatenate([table for table, _ in told])
        spread = rows.std(axis=0)
        scale = np.where(spread > 1e-9, spread, 1.0) if start is None else start.scale
        origin = np.zeros(3 * len(COLUMNS)) if start is None else start._joint
        heard = np.tile(~np.isin(COLUMNS, (*SILENT, *without)), 3) | (origin != 0)
        loss = _Loss(_in_every_case(rows, scale)[:, heard], told, origin[heard], strength)
        weights = np.zeros(len(origin))
        weights[heard] = minimize(loss, origin[heard], jac=True, method="L-BFGS-B").x
        always, foreign, brief = np.split(weights, 3)
        return cls(weights=always, scale=scale, foreign=foreign, brief=brief)

    def scores(self, table: Floats) -> Floats:
        """The weighted sum of each candidate; only differences within one inquiry mean anything."""
        # the product of _in_every_case and _joint, without laying the table side by side for every inquiry
        given = table / self.scale
        foreign, brief = _cases(table)
        short = self.brief * _HELD - self.weights * _BY_MEANING
        total: Floats = given @ self.weights + foreign * (given @ self.foreign) + brief * (given @ short)
        return total

    @property
    def _joint(self) -> Floats:
        return np.concatenate([self.weights, self.foreign, self.brief])

    def order(self, table: Floats) -> NDArray[np.int64]:
        """Places of the candidates, best first: exact repeats, then by score, equal ones as they came."""
        keys = (np.arange(len(table)), -np.round(self.scores(table), 9), -table[:, _REPEAT])
        return np.lexsort(keys).astype(np.int64)

    def arranged(self, table: Floats, order: NDArray[np.int64]) -> Floats:
        """The table in that order, with the columns that speak of the order itself."""
        scores = self.scores(table)
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        odds = np.clip(np.log(shares + 1e-9) - np.log(1.0 - shares + 1e-9), -_LIMIT, _LIMIT)
        found = table[order]
        found[:, _STANDING] = odds[order]
        found[:, _FIRST] = np.eye(1, len(found))[0]
        return found

    def to_dict(self) -> dict[str, list[float]]:
        """By the name of a column its weight, scale, ``foreign`` and ``brief``, JSON-ready; none without a say."""
        table = zip(COLUMNS, self.weights, self.scale, self.foreign, self.brief, strict=True)
        return {
            name: [round(float(value), 5) for value in (weight, scale, foreign, brief)]
            for name, weight, scale, foreign, brief in table
            if weight or foreign or brief
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` made.

        Raises:
            CorruptStoreError: A column is unknown, or a value is no number.
        """
        try:
            if not set(given) <= set(COLUMNS):
                raise ValueError("unknown columns")
            # orders that were learnt without weights for other languages or for short inquiries have fewer values
            rows = [(*given.get(name, (0.0, 1.0)), 0.0, 0.0)[:4] for name in COLUMNS]
            table = np.array([[float(value) for value in row] for row in rows])
            if table.shape != (len(COLUMNS), 4) or not np.isfinite(table).all() or (table[:, 1] <= 0).any():
                raise ValueError("a scale that is not above 0")
        except (TypeError, ValueError, AttributeError) as error:
            raise CorruptStoreError(f"the saved order cannot be read ({error}); calibrate again") from error
        return cls(weights=table[:, 0], scale=table[:, 1], foreign=table[:, 2], brief=table[:, 3])


@dataclass(frozen=True, slots=True)
class Ranking:
    """How candidates are ordered.

    Attributes:
        weights: Of the fixed hybrid, which decides the first candidates.
        ranker: Orders these; None leaves them in the order of the hybrid.
    """

    weights: FusionWeights
    ranker: ListwiseRanker | None = None


def weighed(
    ranked: RankedList, inquiry: Inquiry, ranker: ListwiseRanker | None, *, at: datetime | None = None
) -> tuple[RankedList, Floats]:
    """Candidates in the order of the ranker, with the evidence of the first ones in the same order.

    Args:
        ranked: In the order of the fixed hybrid, all candidates of the inquiry.
        inquiry: What was asked.
        ranker: None leaves the order as it is.
        at: The moment of the question; now when None.
    """
    table = evidence(ranked.candidates, ranked.scores, inquiry, at=at)
    if ranker is None or not len(table):
        return ranked, table
    order = ranker.order(table)
    return ranked.reordered(order), ranker.arranged(table, order)


def unranked(table: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Places in the order of the fixed hybrid, whatever order a table is in, and the table in that order."""
    fused = table[:, COLUMNS.index("fused")]
    order = np.lexsort((np.arange(len(table)), -np.round(fused, 9), -table[:, _REPEAT])).astype(np.int64)
    found = table[order]
    found[:, _STANDING] = 0.0
    found[:, _FIRST] = np.eye(1, len(found))[0]
    return order, found


def _in_every_case(table: Floats, scale: Floats) -> Floats:
    """Scaled evidence side by side: as it is, where the language differs, and as far as the inquiry is short."""
    given = table / scale
    foreign, brief = (each[:, None] for each in _cases(table))
    return np.hstack([given * (1.0 - brief * _BY_MEANING), given * foreign, given * brief * _HELD])


def _cases(table: Floats) -> tuple[Floats, Floats]:
    """Of each candidate whether its language is another than the inquiry's, and how far the inquiry is short."""
    return 1.0 - table[:, _LANGUAGE], np.clip((_LONG - table[:, _LENGTH]) / (_LONG - _BRIEF), 0.0, 1.0)


class _Loss:
    """Negative log-likelihood of the right candidates and its slope, for ``scipy.optimize.minimize``."""

    def __init__(
        self, rows: Floats, told: Sequence[tuple[Floats, NDArray[np.bool_]]], origin: Floats, strength: float
    ) -> None:
        lengths = [len(table) for table, _ in told]
        self._rows, self._origin, self._strength = rows, origin, strength
        self._inquiry = np.repeat(np.arange(len(told)), lengths)
        self._starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self._right = np.concatenate([hits for _, hits in told]).astype(np.float64)

    def __call__(self, weights: Floats) -> tuple[float, Floats]:
        scores = self._rows @ weights
        exps = np.exp(scores - np.maximum.reduceat(scores, self._starts)[self._inquiry])
        total = np.add.reduceat(exps, self._starts)
        hits = np.add.reduceat(exps * self._right, self._starts) + 1e-300
        apart = weights - self._origin
        loss = float((np.log(total) - np.log(hits)).sum() + 0.5 * self._strength * apart @ apart)
        pull = exps / total[self._inquiry] - exps * self._right / hits[self._inquiry]
        return loss, self._rows.T @ pull + self._strength * apart
