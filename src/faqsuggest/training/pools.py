"""What a contrastive step is drawn from: pools of queries and passages that know which belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Role = Literal["query", "passage"]


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the keys of the answers it belongs to; two examples that share a key are right for each other.

    Attributes:
        keys: Empty for an inquiry that nothing answers: it then serves as a hard negative only.
        weight: How often it is drawn, as a positive beside the other positives of a query, and as a further negative.
    """

    text: str
    keys: frozenset[str]
    role: Role = "passage"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Batch:
    """One step's texts, and which passages are right (``positive``) or not judged (``ignored``) for which query."""

    queries: tuple[Example, ...]
    passages: tuple[Example, ...]
    positive: NDArray[np.bool_]
    ignored: NDArray[np.bool_]


@dataclass(frozen=True)
class Pool:
    """Queries and passages of one base. A batch comes from one pool, so its other passages are hard negatives.

    Attributes:
        name: Shown in the log.
        share: How often a step uses this pool, relative to the others.
        scale: Multiplies the sizes of a batch: above 1 for pools of short texts.
        hard: For each query, rows of ``passages`` that lie near it and are wrong, from :func:`mine`.
    """

    name: str
    queries: tuple[Example, ...]
    passages: tuple[Example, ...]
    share: float = 1.0
    scale: float = 1.0
    hard: dict[int, tuple[int, ...]] = field(default_factory=dict)

    @cached_property
    def rows_of_key(self) -> dict[str, list[int]]:
        """Rows of ``passages`` by the keys they have."""
        rows: dict[str, list[int]] = {}
        for row, passage in enumerate(self.passages):
            for key in passage.keys:
                rows.setdefault(key, []).append(row)
        return rows

    @cached_property
    def _unanswerable(self) -> list[int]:
        return [row for row, query in enumerate(self.queries) if not query.keys]

    @cached_property
    def answerable(self) -> list[int]:
        """Rows of ``queries`` that have a passage of the same answer, other than themselves."""
        rows = self.rows_of_key
        return [
            row
            for row, query in enumerate(self.queries)
            if any(self.passages[p].text != query.text for key in query.keys for p in rows.get(key, ()))
        ]

    @cached_property
    def _cumulated(self) -> NDArray[np.float64]:
        return np.cumsum([passage.weight for passage in self.passages])

    def draw(self, rng: np.random.Generator, *, queries: int, passages: int) -> Batch:
        """A batch of at most ``queries`` queries and ``passages`` passages, both numbers multiplied by ``scale``.

        One query in eight is unanswerable, where there are such. Every other brings one positive, drawn by weight; the
        rest is filled with mined hard negatives, then with other passages of the pool.
        """
        queries, passages = round(queries * self.scale), round(passages * self.scale)
        lost = min(len(self._unanswerable), queries // 8)
        chosen = _choose(rng, self.answerable, queries - lost)
        rows = list(dict.fromkeys(self._positive_row(rng, query) for query in chosen))
        near = [row for query in chosen for row in self.hard.get(query, ())]
        rows += _choose(rng, sorted(set(near) - set(rows)), passages - len(rows))
        # Twice what is missing is drawn, so that enough is left once the rows already there are dropped.
        drawn_at = np.searchsorted(self._cumulated, rng.random(2 * passages) * self._cumulated[-1], side="right")
        spare = list(dict.fromkeys(drawn_at.tolist()))
        rows += [row for row in spare if row not in set(rows)][: max(0, passages - len(rows))]
        drawn = tuple(self.queries[i] for i in (*chosen, *_choose(rng, self._unanswerable, lost)))
        return _judge(drawn, tuple(self.passages[row] for row in rows))

    def _positive_row(self, rng: np.random.Generator, query: int) -> int:
        example, rows = self.queries[query], self.rows_of_key
        candidates = sorted(
            {p for key in example.keys for p in rows.get(key, ()) if self.passages[p].text != example.text}
        )
        weights = np.array([self.passages[p].weight for p in candidates])
        return int(rng.choice(candidates, p=weights / weights.sum()))


def _choose(rng: np.random.Generator, rows: Sequence[int], count: int) -> list[int]:
    if count <= 0 or not rows:
        return []
    return [rows[i] for i in rng.choice(len(rows), size=min(count, len(rows)), replace=False)]


def _judge(queries: tuple[Example, ...], passages: tuple[Example, ...]) -> Batch:
    positive = np.array([[not q.keys.isdisjoint(p.keys) for p in passages] for q in queries], dtype=bool)
    same = np.array([[q.text == p.text for p in passages] for q in queries], dtype=bool)
    return Batch(queries, passages, positive & ~same, same)
