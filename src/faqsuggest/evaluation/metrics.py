"""Ranking metrics in numpy, one definition each, one value per inquiry.

Every inquiry counts in every mean: an empty list, an inquiry that nothing answers and an abstention all score 0 and
stay in the denominator. Definitions follow trec_eval (linear gain, logarithmic discount), and are checked against it
in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import InputError

Values = NDArray[np.float64]

RELEVANT = 2
"""Grade from which an answer counts as right unless another ``level`` is given."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranked lists with the grades of what stands in them.

    Attributes:
        grades: Grade at each rank, shape (inquiries, depth); NaN where unjudged or past the end of the list.
        lengths: Length of each list, shape (inquiries,).
        known: Grades of all judged answers of each inquiry, offered or not, shape (inquiries, width), descending;
            NaN-padded.
    """

    grades: Values
    lengths: NDArray[np.int64]
    known: Values

    def __len__(self) -> int:
        return len(self.lengths)

    @classmethod
    def from_lists(cls, lists: Sequence[Sequence[tuple[str, float]]], judged: Sequence[Mapping[str, float]]) -> Ranking:
        """Rank (answer, score) pairs and grade them.

        Equal scores are counted against: within a tie the lower grade stands first (unjudged counts as 0), then the
        id decides. Only the first place of an answer that is listed twice counts; the later ones are dropped.

        Args:
            lists: For each inquiry the offered answers with their scores, higher is better, in any order.
            judged: For each inquiry the grade of each judged answer.

        Raises:
            InputError: If the two differ in length.

        Examples:
            >>> ranking = Ranking.from_lists([[("a", 0.9), ("b", 0.4)]], [{"b": 3}])
            >>> float(reciprocal_rank(ranking, k=10)[0])
            0.5
        """
        if len(lists) != len(judged):
            raise InputError(
                f"judged of Ranking needs one mapping for each of the {len(lists)} lists; got {len(judged)}"
            )
        rows = [_graded(offered, grades) for offered, grades in zip(lists, judged, strict=True)]
        known = [sorted((float(grade) for grade in grades.values()), reverse=True) for grades in judged]
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        return cls(_padded(rows), lengths, _padded(known))


def _graded(offered: Sequence[tuple[str, float]], grades: Mapping[str, float]) -> list[float]:
    order = sorted(offered, key=lambda pair: (-pair[1], grades.get(pair[0], 0.0), pair[0]))
    distinct = dict.fromkeys(answer for answer, _ in order)
    return [float(grades.get(answer, np.nan)) for answer in distinct]


def _padded(rows: Sequence[Sequence[float]]) -> Values:
    width = max((len(row) for row in rows), default=0)
    out = np.full((len(rows), width), np.nan)
    for position, row in enumerate(rows):
        out[position, : len(row)] = row
    return out


def _hits(ranking: Ranking, k: int | None, level: float) -> NDArray[np.bool_]:
    if k is not None and k < 1:
        raise InputError(f"k of a ranking metric must be 1 or more; got {k}")
    grades = ranking.grades if k is None else ranking.grades[:, :k]
    return np.greater_equal(grades, level, where=~np.isnan(grades), out=np.zeros(grades.shape, dtype=bool))


def _relevant(ranking: Ranking, level: float) -> Values:
    with np.errstate(invalid="ignore"):
        return np.asarray((ranking.known >= level).sum(axis=1), dtype=np.float64)


def _share(part: Values, whole: Values) -> Values:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def hit(ranking: Ranking, k: int, level: float = RELEVANT) -> Values:
    """1 where a right answer stands among the first ``k``, else 0; also called success@k, and P@1 for ``k=1``."""
    return np.asarray(_hits(ranking, k, level).any(axis=1), dtype=np.float64)


def recall(ranking: Ranking, k: int, level: float = RELEVANT) -> Values:
    """Share, 0 to 1, of the known right answers that stand among the first ``k``."""
    found = np.asarray(_hits(ranking, k, level).sum(axis=1), dtype=np.float64)
    return _share(found, _relevant(ranking, level))


def reciprocal_rank(ranking: Ranking, k: int = 10, level: float = RELEVANT) -> Values:
    """1 over the rank of the first right answer within ``k``, else 0; its mean is MRR@k."""
    hits = _hits(ranking, k, level)
    if hits.shape[1] == 0:
        return np.zeros(len(ranking))
    return np.asarray(np.where(hits.any(axis=1), 1.0 / (hits.argmax(axis=1) + 1.0), 0.0), dtype=np.float64)


def ndcg(ranking: Ranking, k: int) -> Values:
    """Discounted gain of the first ``k`` over that of the best possible list, 0 to 1.

    The gain is the grade itself, the discount the base-2 logarithm of rank + 1 (Järvelin & Kekäläinen 2002, as in
    trec_eval).
    """
    return _share(_discounted(ranking.grades, k), _discounted(ranking.known, k))


def _discounted(grades: Values, k: int) -> Values:
    gains = np.maximum(np.nan_to_num(grades[:, :k]), 0.0)
    return np.asarray(gains @ (1.0 / np.log2(np.arange(gains.shape[1]) + 2.0)), dtype=np.float64)


def average_precision(ranking: Ranking, level: float = RELEVANT) -> Values:
    """Mean over the known right answers of the precision at their rank (0 for those not listed); its mean is MAP."""
    hits = _hits(ranking, None, level)
    precision = np.cumsum(hits, axis=1) / (np.arange(hits.shape[1]) + 1.0)
    return _share((precision * hits).sum(axis=1), _relevant(ranking, level))


def judged(ranking: Ranking, k: int) -> Values:
    """Share, 0 to 1, of the offered first ``k`` that carry a judgement; 0 where nothing is offered.

    Below 0.8 or so the other metrics are lower bounds more than estimates.
    """
    seen = (~np.isnan(ranking.grades[:, :k])).sum(axis=1).astype(np.float64)
    return _share(seen, np.minimum(ranking.lengths, k).astype(np.float64))


def bpref(ranking: Ranking, level: float = RELEVANT) -> Values:
    """How seldom judged wrong answers stand above right ones, 0 to 1; unjudged ones are left out.

    Buckley & Voorhees 2004, in the form of trec_eval.
    """
    hits = _hits(ranking, None, level)
    wrong = ~np.isnan(ranking.grades) & ~hits
    relevant = _relevant(ranking, level)
    with np.errstate(invalid="ignore"):
        nonrelevant = (ranking.known < level).sum(axis=1).astype(np.float64)
    above = np.minimum(np.cumsum(wrong, axis=1), relevant[:, None])
    bound = np.minimum(relevant, nonrelevant)[:, None]
    penalty = np.divide(above, bound, out=np.zeros(above.shape), where=bound > 0)
    return _share((hits * (1.0 - penalty)).sum(axis=1), relevant)
