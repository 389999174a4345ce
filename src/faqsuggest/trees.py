"""A sum of small decision trees, as numbers alone: what evidence says together that a weighted sum cannot.

Learnt by gradient boosting (Friedman 2001, "Greedy function approximation: a gradient boosting machine") with
scikit-learn; kept and evaluated without it, in arrays that are saved as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import CorruptStoreError
from faqsuggest.evidence import COLUMNS, Floats

DEPTH = 3
_TREES, _RATE, _LEAST = 150, 0.06, 60


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees of equal depth, each as a heap: below node i stand nodes 2i + 1 and 2i + 2.

    Attributes:
        columns: Of ``evidence.COLUMNS``, asked at each inner node, shape (trees, 2 ** depth − 1).
        limits: At each inner node; what exceeds it goes to node 2i + 2.
        values: Of the leaves, from left to right, shape (trees, 2 ** depth).
        bias: Added to every sum.
    """

    columns: NDArray[np.int64]
    limits: Floats
    values: Floats
    bias: float = 0.0

    @classmethod
    def fit(cls, rows: Floats, right: NDArray[np.bool_], *, without: Sequence[str] = (), seed: int = 0) -> Self:
        """Learn log-odds from rows of evidence, both right and wrong ones among them.

        Args:
            rows: As ``evidence.evidence`` returns them, shape (n, columns).
            right: Whether each was right.
            without: Columns that are not asked.
            seed: Of the part of rows and columns that each tree sees.
        """
        from sklearn.ensemble import GradientBoostingClassifier

        asked = np.flatnonzero(~np.isin(COLUMNS, without))
        learner = GradientBoostingClassifier(
            n_estimators=_TREES,
            learning_rate=_RATE,
            max_depth=DEPTH,
            subsample=0.5,
            max_features=0.5,
            min_samples_leaf=min(_LEAST, max(1, len(rows) // 20)),
            random_state=seed,
        ).fit(rows[:, asked], right)
        heaps = [_heap(each.tree_) for each in learner.estimators_[:, 0]]
        columns, limits, values = (np.array(part) for part in zip(*heaps, strict=True))
        share = float(np.mean(right))
        return cls(asked[columns], limits, _RATE * values, float(np.log(share / (1.0 - share))))

    def sums(self, rows: Floats) -> Floats:
        """Log-odds of each row."""
        trees, each = np.arange(len(self.columns)), np.arange(len(rows))[:, None]
        place = np.zeros((len(rows), len(trees)), dtype=np.int64)
        while place.size and place[0, 0] < self.limits.shape[1]:
            asked = rows[each, self.columns[trees, place]]
            place = 2 * place + 1 + (asked > self.limits[trees, place])
        total: Floats = self.values[trees, place - self.limits.shape[1]].sum(axis=1) + self.bias
        return total

    def times(self, share: float) -> Trees:
        """The same with all sums multiplied."""
        return replace(self, values=share * self.values, bias=share * self.bias)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready values; columns by name, so that a later version finds them whatever their order."""
        names = sorted({COLUMNS[column] for column in self.columns.flat})
        return {
            "bias": round(self.bias, 5),
            "names": names,
            "columns": [[names.index(COLUMNS[column]) for column in tree] for tree in self.columns],
            "limits": [[float(f"{limit:.6g}") for limit in tree] for tree in self.limits],
            "values": [[round(value, 5) for value in tree] for tree in self.values.tolist()],
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` made.

        Raises:
            CorruptStoreError: A column is unknown, or the numbers do not fit together.
        """
        try:
            names = np.array([COLUMNS.index(name) for name in given["names"]], dtype=np.int64)
            limits, values = (np.array(given[part], dtype=np.float64) for part in ("limits", "values"))
            columns = names[np.array(given["columns"], dtype=np.int64)]
            trees, inner = limits.shape
            if columns.shape != limits.shape or values.shape != (trees, inner + 1) or (inner + 1) & inner:
                raise ValueError("trees that are no heaps")
            if not np.isfinite(limits).all() or not np.isfinite(values).all():
                raise ValueError("a number that is none")
            return cls(columns, limits, values, float(given["bias"]))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise CorruptStoreError(f"the saved trees cannot be read ({error}); calibrate again") from error


def _heap(tree: Any) -> tuple[list[int], list[float], list[float]]:  # noqa: ANN401 - of scikit-learn
    """Columns, limits and leaves of one tree; a leaf that comes early stands at all the places below it."""
    inner = 2**DEPTH - 1
    nodes = [0]
    for place in range(inner):
        node = nodes[place]
        early = tree.children_left[node] < 0
        nodes += [node, node] if early else [int(tree.children_left[node]), int(tree.children_right[node])]
    columns = [max(0, int(tree.feature[node])) for node in nodes[:inner]]
    # scikit-learn compares in single precision, and its limits lie halfway between two values
    limits = [float(tree.threshold[node]) for node in nodes[:inner]]
    return columns, limits, [float(tree.value[node, 0, 0]) for node in nodes[inner:]]
