"""What the head of a tagger sees of a text: the encoder's vector and, where it pays, character n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.encoders import CharNgramEncoder

Matrix = NDArray[np.float32]
COMPONENTS = 256
LEARN_CHARACTERS_FROM = 20_000
"""Texts that the n-grams are learnt from at most, spread evenly over those given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Vectors of one kind, moved to the mean and brought to unit variance on the whole.

    One scale for all dimensions keeps their proportions, in which the encoder says what matters.

    Attributes:
        centre: Mean of each dimension.
        scale: Factor for all of them.
    """

    centre: Matrix
    scale: float

    @classmethod
    def fit(cls, vectors: Matrix) -> Self:
        """Learn mean and scale."""
        centre = vectors.mean(axis=0, dtype=np.float64)
        spread = float(np.sqrt(((vectors - centre) ** 2).mean()))
        return cls(centre=centre.astype(np.float32), scale=1.0 / spread if spread > 1e-12 else 1.0)

    def __call__(self, vectors: Matrix, share: float = 1.0) -> Matrix:
        """Centred and scaled, times ``share``."""
        return np.asarray((vectors - self.centre) * np.float32(self.scale * share), dtype=np.float32)


def learn_characters(texts: Sequence[str], seed: int) -> CharNgramEncoder | None:
    """Directions of character n-grams, or None where no text has any content."""
    step = max(1, -(-len(texts) // LEARN_CHARACTERS_FROM))
    some = [text for text in texts[::step] if text.strip()]
    return CharNgramEncoder(components=COMPONENTS, seed=seed).fit(some) if some else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Vectors and character n-grams side by side.

    Attributes:
        block: Of the vectors.
        characters: Encoder of n-grams; None without.
        character_block: Of its vectors.
        share: Size of the n-grams beside the vectors, dimension by dimension; 0 without.
    """

    block: Block
    characters: CharNgramEncoder | None = None
    character_block: Block | None = None
    share: float = 0.0

    def __call__(self, vectors: Matrix, texts: Sequence[str] | None) -> Matrix:
        """Features, shape (texts, features)."""
        dense = self.block(vectors)
        if self.characters is None or self.character_block is None or texts is None:
            return dense
        return np.hstack([dense, self.character_block(self.characters.encode_queries(texts), self.share)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Features of the same texts with characters of any size beside the vectors.

    Attributes:
        widest: Block of the vectors, and the n-grams where the texts have any.
        dense: Vectors after their block.
        characters: N-grams of the texts; None without.
    """

    widest: Features
    dense: Matrix
    characters: Matrix | None

    @classmethod
    def fit(cls, vectors: Matrix, places: NDArray[np.int64], texts: Sequence[str] | None, seed: int) -> Self:
        """Learn blocks and n-grams.

        Args:
            vectors: Of all texts, from which the block is learnt.
            places: Of the texts whose features are made.
            texts: Those texts; None for vectors alone.
            seed: Of the n-grams' directions.
        """
        plain = Features(block=Block.fit(vectors))
        dense = plain(vectors[places], None)
        encoder = None if texts is None else learn_characters(texts, seed)
        if encoder is None or texts is None:
            return cls(widest=plain, dense=dense, characters=None)
        characters = encoder.encode_queries(texts)
        widest = replace(plain, characters=encoder, character_block=Block.fit(characters))
        return cls(widest=widest, dense=dense, characters=characters)

    def __call__(self, share: float) -> Matrix:
        """Features with characters of this size, shape (texts, features)."""
        block = self.widest.character_block
        if share == 0 or self.characters is None or block is None:
            return self.dense
        return np.hstack([self.dense, block(self.characters, share)])

    def features(self, share: float) -> Features:
        """What makes such features of any text."""
        if share == 0:
            return Features(block=self.widest.block)
        return replace(self.widest, share=share)
