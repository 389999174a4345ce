"""Two ways to weigh the terms of texts, for the baselines: BM25 over words and TF-IDF over character n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from faqsuggest.evaluation.ngrams import count_ngrams, inverse_document_frequency, weigh
from faqsuggest.text.normalise import fold

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Rarity = NDArray[np.float32]
_COLUMNS = 1 << 18


class Weighting(Protocol):
    """Counts terms and weighs documents; the score of a document is the product of query and document weights."""

    def count(self, texts: Sequence[str]) -> csr_array:
        """Counts of terms, shape (texts, columns), columns always the same."""
        ...

    def rarity(self, counts: csr_array) -> Rarity:
        """Inverse document frequency of each column, given the counts of all documents."""
        ...

    def documents(self, counts: csr_array, rarity: Rarity) -> csr_array:
        """Weights of the documents."""
        ...

    def queries(self, counts: csr_array, rarity: Rarity) -> csr_array:
        """Weights of queries."""
        ...

    def confidence(self, score: float) -> float:
        """The score squeezed into 0 to 1, order kept. No probability."""
        ...


@dataclass
class Bm25:
    """BM25 as Lucene has it (Kamphuis et al. 2020), over folded words; each word of the query counts once.

    Attributes:
        k1: How soon repetition saturates.
        b: How far long texts are held back, 0 to 1.
    """

    k1: float = 1.5
    b: float = 0.75
    _columns: dict[str, int] = field(default_factory=dict, repr=False)

    def count(self, texts: Sequence[str]) -> csr_array:
        """Counts of words; a word keeps its column for good."""
        from scipy.sparse import csr_array

        words = [fold(text).split() for text in texts]
        columns = [self._columns.setdefault(word, len(self._columns)) % _COLUMNS for each in words for word in each]
        starts = np.concatenate([[0], np.cumsum([len(each) for each in words], dtype=np.int64)])
        ones = np.ones(len(columns), dtype=np.float32)
        counts = csr_array((ones, np.array(columns, dtype=np.int32), starts), shape=(len(texts), _COLUMNS))
        counts.sum_duplicates()
        return counts

    def rarity(self, counts: csr_array) -> Rarity:
        """Robertson's inverse document frequency, kept above 0."""
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        return np.log1p((counts.shape[0] - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)

    def documents(self, counts: csr_array, rarity: Rarity) -> csr_array:
        """Saturated term frequency times inverse document frequency."""
        weighted, lengths = counts.copy(), np.asarray(counts.sum(axis=1), dtype=np.float64)
        norm = (
            self.k1 * (1.0 - self.b + self.b * lengths / max(float(lengths.mean()), 1e-9)) if len(lengths) else lengths
        )
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        weighted.data = (rarity[counts.indices] * counts.data / (counts.data + norm[rows])).astype(np.float32)
        return weighted

    def queries(self, counts: csr_array, rarity: Rarity) -> csr_array:
        """1 for each word."""
        return counts.sign()

    def confidence(self, score: float) -> float:
        """Score over score + 10."""
        return score / (score + 10.0) if score > 0.0 else 0.0


@dataclass
class CharTfidf:
    """Cosine of TF-IDF over character 4-grams: robust against typing errors and compounds."""

    def count(self, texts: Sequence[str]) -> csr_array:
        """Counts of hashed n-grams."""
        return count_ngrams(texts)

    def rarity(self, counts: csr_array) -> Rarity:
        """Smoothed inverse document frequency."""
        return inverse_document_frequency(counts)

    def documents(self, counts: csr_array, rarity: Rarity) -> csr_array:
        """Rows of norm 1."""
        return weigh(counts, rarity)

    def queries(self, counts: csr_array, rarity: Rarity) -> csr_array:
        """Rows of norm 1, with the document frequencies of the documents."""
        return weigh(counts, rarity)

    def confidence(self, score: float) -> float:
        """The cosine."""
        return min(max(score, 0.0), 1.0)
