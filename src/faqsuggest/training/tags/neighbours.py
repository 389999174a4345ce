"""What the nearest known texts say, pooled with what the head says.

A straight line between tags cannot follow a tag that is worded in several ways; the texts themselves can. Each known
text votes for its tags by a kernel of its cosine (Nadaraya 1964, Watson 1964), and the votes enter the log-odds of the
head with a weight (a logarithmic opinion pool, Genest & Zidek 1986). Sharpness and weight are chosen on texts that
were not learnt from; a weight of 0 leaves the head alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.training.tags.head import against_the_rest

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
SHARPNESS = (6.0, 10.0, 15.0, 25.0, 40.0, 60.0)
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_FLOOR = 1e-5
"""Least share of the votes, so that a tag without any is unlikely, not impossible."""
_BLOCK = 512
"""Texts asked at a time, which bounds the memory beside the known ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Known texts that vote.

    Attributes:
        rows: As ``directions`` gives them, shape (texts, features).
        table: 0 or 1, shape (texts, tags).
        keys: Hash of the content of each text, as ASCII bytes.
        sharpness: How much nearer texts count for more.
        weight: Of the votes beside the head, above 0 and below 1.
    """

    rows: Matrix
    table: Matrix
    keys: NDArray[np.bytes_]
    sharpness: float
    weight: float

    def scores(self, head: Floats, features: Matrix, *, exclusive: bool) -> Floats:
        """Log-odds of each tag by head and votes together, shape (texts, tags).

        Args:
            head: Log-odds of the head, the same shape.
            features: Of the texts, shape (texts, features).
            exclusive: Whether every text has exactly one tag.
        """
        if not len(self.rows):
            return head
        found = votes(directions(features), self.rows, self.table, self.sharpness)
        return pooled(head, found, self.weight, exclusive=exclusive)

    def having(self, keys: Sequence[str]) -> NDArray[np.bool_]:
        """Which texts have one of these keys, shape (texts,)."""
        return np.isin(self.keys, np.array(list(keys), dtype=np.bytes_))

    def only(self, kept: NDArray[np.bool_]) -> Self:
        """The same with some of the texts."""
        return replace(self, rows=self.rows[kept], table=self.table[kept], keys=self.keys[kept])


def directions(features: Matrix) -> Matrix:
    """Rows brought to unit length, in the precision in which they are stored: saved and loaded, they are the same."""
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray((features / np.maximum(length, 1e-12)).astype(np.float16).astype(np.float32))


def votes(asked: Matrix, known: Matrix, table: Matrix, sharpness: float) -> Floats:
    """Share of the votes for each tag, shape (texts, tags): known texts weigh exp(sharpness · cosine).

    Args:
        asked: As ``directions`` gives them.
        known: The same; at least one row.
        table: 0 or 1, shape (known texts, tags).
        sharpness: How much nearer texts count for more.
    """
    found = np.zeros((len(asked), table.shape[1]))
    for place in range(0, len(asked), _BLOCK):
        kernel = np.exp(np.float32(sharpness) * (asked[place : place + _BLOCK] @ known.T - 1))
        found[place : place + _BLOCK] = (kernel @ table) / kernel.sum(axis=1, keepdims=True)
    return found


def crossfit_votes(
    rows: Matrix, table: Matrix, folds: NDArray[np.int64], sharpness: float, asked: NDArray[np.int64]
) -> Floats:
    """Votes for some texts by the texts of the other folds; zeros where there are none.

    Args:
        rows: Of all texts, as ``directions`` gives them.
        table: 0 or 1, shape (texts, tags).
        folds: Number of the fold of each text.
        sharpness: How much nearer texts count for more.
        asked: Places of the texts that are voted on.
    """
    found = np.zeros((len(asked), table.shape[1]))
    for fold in np.unique(folds[asked]).tolist():
        here, others = folds[asked] == fold, folds != fold
        if others.any():
            found[here] = votes(rows[asked[here]], rows[others], table[others], sharpness)
    return found


def pooled(head: Floats, shares: Floats, weight: float, *, exclusive: bool) -> Floats:
    """Log-odds of head and votes together, the votes with ``weight`` and the head with the rest.

    Args:
        head: Log-odds of the head, shape (texts, tags).
        shares: Of the votes, the same shape.
        weight: 0 to 1.
        exclusive: Whether every text has exactly one tag.
    """
    if weight == 0:
        return head
    if exclusive:
        return against_the_rest((1 - weight) * -np.logaddexp(0, -head) + weight * np.log(shares + _FLOOR))
    for_it, against = np.log(shares + _FLOOR), np.log(np.maximum(1 - shares, 0) + _FLOOR)
    return np.asarray((1 - weight) * head + weight * (for_it - against))
