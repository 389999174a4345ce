"""The one interface behind which every encoder stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@runtime_checkable
class Encoder(Protocol):
    """Texts to unit vectors.

    A text that is empty after cleaning gets a zero row, in both methods: the caller treats it as no text. Rows of other
    texts have norm 1. The same text gives the same vector whatever stands beside it in the batch, to 1e-5.
    """

    name: str

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of all that decides a vector: weights, vocabulary, prefixes, length cap. Equal means same vectors."""
        ...

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn from ``texts`` where the encoder learns (character n-grams); else do nothing. Returns self."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of inquiries, of shape (len(texts), dimension)."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of answers, titles and passages, of shape (len(texts), dimension)."""
        ...
