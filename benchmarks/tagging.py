"""What taggers are compared by and with: macro-F1 with intervals, and the usual ways to tag a text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks.tables import DRAWS, Clusters, Row
from faqsuggest.evaluation.bootstrap import cluster_codes, cluster_sums, percentile_ends, resampled_weights

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
NEIGHBOURS = 5
SETFIT_STEPS = 60


def f1_parts(given: Flags, wanted: Flags) -> Values:
    """Right, given and wanted tags, side by side: shape (texts, 3 · tags)."""
    return np.hstack([given & wanted, given, wanted]).astype(np.float64)


def macro_f1(sums: Values) -> Values:
    """Mean F1 over the tags that are wanted at least once, for each row of sums of ``f1_parts``."""
    both, given, wanted = np.split(np.atleast_2d(sums), 3, axis=1)
    there = wanted > 0
    f1 = np.where(there, 2 * both / np.maximum(given + wanted, 1e-12), 0.0)
    return np.asarray(f1.sum(axis=1) / np.maximum(there.sum(axis=1), 1))


def macro_f1_rows(
    parts: dict[str, Values], clusters: Clusters, base: str, **facts: object
) -> tuple[list[Row], list[Row]]:
    """Macro-F1 of each system, and its paired difference to ``base``, with 95 % intervals over whole clusters.

    Args:
        parts: ``f1_parts`` by system, the same texts in the same order.
        clusters: Of the texts.
        base: One of the systems.
        facts: Further columns.
    """
    count = len(next(iter(parts.values())))
    sums = {name: cluster_sums(each, cluster_codes(clusters, count)) for name, each in parts.items()}
    size = len(next(iter(sums.values())))
    drawn: dict[str, list[Values]] = {name: [] for name in parts}
    for weights in resampled_weights(size, DRAWS, crc32(str(facts.get("set")).encode())):
        for name, each in sums.items():
            drawn[name].append(macro_f1(weights @ each))
    values = {name: float(macro_f1(each.sum(axis=0))[0]) for name, each in sums.items()}
    joined = {name: np.concatenate(each) for name, each in drawn.items()}

    def row(value: float, draws: Values, **more: object) -> Row:
        low, high = percentile_ends(draws[:, None])
        ends = {"value": value, "low": float(low[0]), "high": float(high[0])}
        return {**facts, "metric": "macro-F1", "n": count, "clusters": size, **more, **ends}

    levels = [row(values[name], joined[name], system=name) for name in parts]
    gaps = [
        row(values[name] - values[base], joined[name] - joined[base], system=name, minus=base)
        for name in parts
        if name != base
    ]
    return levels, gaps


def auroc_row(inside: Values, outside: Values, **facts: object) -> Row:
    """Probability that a text out of scope has a higher value than one in scope, both resampled for the interval."""
    above = (outside[None, :] > inside[:, None]) + 0.5 * (outside[None, :] == inside[:, None])
    left = np.concatenate(list(resampled_weights(len(inside), DRAWS, 1)))
    right = np.concatenate(list(resampled_weights(len(outside), DRAWS, 2)))
    drawn = ((left @ above) * right).sum(axis=1) / above.size
    low, high = percentile_ends(drawn[:, None])
    ends = {"value": float(above.mean()), "low": float(low[0]), "high": float(high[0])}
    return {**facts, "metric": "out-of-scope AUROC", "n": len(inside) + len(outside), **ends}


def decided(scores: Values, table: NDArray[np.float32]) -> Flags:
    """The best tag where every text has one; else those that reach ½, or the best where none does."""
    best = np.zeros(scores.shape, dtype=bool)
    best[np.arange(len(scores)), scores.argmax(axis=1)] = True
    if (table.sum(axis=1) == 1).all():
        return best
    found = scores >= 0.5
    return np.asarray(np.where(found.any(axis=1, keepdims=True), found, best))


def logistic(known: NDArray[np.float32], table: NDArray[np.float32], asked: NDArray[np.float32]) -> Flags:
    """Logistic regression on standardised vectors, C = 1: multinomial, or one a tag where texts have several."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))
    return _learnt(model, known.astype(np.float64), table, asked.astype(np.float64))


def tfidf_logistic(known: Sequence[str], table: NDArray[np.float32], asked: Sequence[str]) -> Flags:
    """Logistic regression, C = 10, on TF-IDF of the 20,000 most frequent runs of 3 to 5 characters inside words."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    terms = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, max_features=20_000)
    x = terms.fit_transform(known)
    return _learnt(LogisticRegression(C=10.0, max_iter=1000), x, table, terms.transform(asked))


def _learnt(model: object, x: object, table: NDArray[np.float32], asked: object) -> Flags:
    from sklearn.multiclass import OneVsRestClassifier

    if (table.sum(axis=1) == 1).all():
        fitted = model.fit(x, table.argmax(axis=1))
        scores = np.zeros((asked.shape[0], table.shape[1]))
        scores[:, fitted.classes_] = fitted.predict_proba(asked)
    else:
        scores = OneVsRestClassifier(model).fit(x, table.astype(np.int64)).predict_proba(asked)
    return decided(scores, table)


def nearest(known: NDArray[np.float32], table: NDArray[np.float32], asked: NDArray[np.float32]) -> Flags:
    """Votes of the five nearest labelled texts by cosine, each weighing its similarity."""
    similar = asked @ known.T
    rows = np.argsort(-similar, axis=1, kind="stable")[:, :NEIGHBOURS]
    weights = np.maximum(np.take_along_axis(similar, rows, axis=1), 0)
    votes = (weights[:, :, None] * table[rows]).sum(axis=1) / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    return decided(votes.astype(np.float64), table)


def setfit(model: str, known: Sequence[str], table: NDArray[np.float32], asked: Sequence[str], work: Path) -> Flags:
    """Tune an encoder contrastively on the labelled texts, then logistic regression on its vectors.

    After Tunstall et al. 2022 (SetFit, arXiv:2209.11055), with this library's contrastive loss over whole batches.

    Args:
        model: Folder of a sentence-transformers model.
        known: Labelled texts, one tag each.
        table: Their tags.
        asked: Texts to tag.
        work: Folder for checkpoints: an interrupted run resumes.
    """
    from faqsuggest.training.contrastive import TrainingOptions, load_for_training, train
    from faqsuggest.training.pools import Example, Pool

    examples = tuple(
        Example(text, frozenset([str(tag)]), "query") for text, tag in zip(known, table.argmax(axis=1), strict=True)
    )
    tuned = load_for_training(model)
    options = TrainingOptions(steps=SETFIT_STEPS, learning_rate=5e-5, max_query_tokens=64, checkpoint_every=10)
    train(tuned, [Pool("labelled", examples, examples)], options, checkpoint=work)
    prompt = (tuned.prompts or {}).get("query", "")

    def encoded(texts: Sequence[str]) -> NDArray[np.float32]:
        return tuned.encode([prompt + text for text in texts], normalize_embeddings=True, batch_size=64)

    return logistic(encoded(known), table, encoded(asked))
