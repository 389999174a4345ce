"""Time and recall of the indexes at 1k, 10k and 100k entries.

    FAQSUGGEST_DATA=data python benchmarks/indexes.py [--sizes 1000 10000] [
        [--vectors passages.npy --queries queries.npy]

Texts are those of the invented helpdesks under ``desks``, mixed and damaged to reach each size (60–100 words; 15 % of
words dropped, 5 % with a typing error). Vectors are rows of ``--vectors``, mixed in pairs and with noise; without that
option they are invented clusters around a common mean, on which recall looks better than it is.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from faqsuggest.indexes.faiss_index import FaissIndex
from faqsuggest.indexes.lexical import LexicalIndex

K = 10
FILTERS = (1.0, 0.5, 0.05, 0.005)


def main() -> None:
    arguments = _arguments()
    print(f"sizes {arguments.sizes}, k = {K}, {arguments.searches} queries, one thread, times in ms")
    for size in arguments.sizes:
        if "words" in arguments.only:
            measure_words(size, arguments.searches, Path(arguments.data))
        if "vectors" in arguments.only:
            measure_vectors(size, arguments.searches, arguments.vectors, arguments.queries)
        print(
            f"  peak memory of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB",
            flush=True,
        )


def measure_words(size: int, searches: int, data: Path) -> None:
    texts, inquiries = _desks(data)
    documents = _noisy(texts, size, seed=1)
    index = LexicalIndex()
    start = time.perf_counter()
    index.add(np.arange(size), documents)
    added = time.perf_counter() - start
    index.build()
    built = time.perf_counter() - start - added
    print(f"words {size}: add {added:.2f} s, build {built:.2f} s, mean {_mean_words(documents):.0f} words")
    for words in (12, 150):
        queries = _queries(inquiries, words, searches)
        everything = LexicalIndex(effort=math.inf)
        everything._corpus, everything._searchable = index._corpus, index._searchable
        for share in FILTERS:
            allowed = _allowed(size, share)
            found = _timed(
                f"  {words}-word query, {share:.1%} allowed", lambda q, a=allowed: index.search(q, K, a), queries
            )
            best = [everything.search(query, K, allowed) for query in queries[: 60 if size <= 10_000 else 20]]
            print(f" recall@{K} {_recall([hit.ids for hit in found], [hit.ids for hit in best]):.4f}")
    _timed("  add one, then search", lambda q: (index.add([size], [documents[0]]), index.search(q, K)), queries[:20])
    print()


def measure_vectors(size: int, searches: int, vectors: str | None, queries: str | None) -> None:
    rows, wanted = _vectors(size, vectors, queries)
    wanted = wanted[:searches]
    index = FaissIndex(rows.shape[1])
    start = time.perf_counter()
    index.add(np.arange(size), rows)
    added = time.perf_counter() - start
    index.build()
    built = time.perf_counter() - start - added
    print(f"vectors {size} x {rows.shape[1]} ({vectors or 'invented'}): add {added:.2f} s, build {built:.2f} s")
    for share in FILTERS:
        allowed = _allowed(size, share)
        found = _timed(f"  one query, {share:.1%} allowed", lambda q, a=allowed: index.search(q[None], K, a), wanted)
        scores = wanted @ rows.T
        if allowed is not None:
            scores[:, ~allowed] = -2
        present = size if allowed is None else int(allowed.sum())
        best = np.argsort(-scores, axis=1, kind="stable")[:, : min(K, present)]
        print(f" recall@{K} {_recall([hit.ids[0] for hit in found], list(best)):.4f}")


def _timed(label: str, search: Callable, queries: Sequence) -> list:
    for query in queries:
        search(query)
    wall, busy, found = [], [], []
    for query in queries:
        start, worked = time.perf_counter(), time.thread_time()
        found.append(search(query))
        wall.append(1000 * (time.perf_counter() - start))
        busy.append(1000 * (time.thread_time() - worked))
    p50, p95 = np.percentile(wall, [50, 95])
    print(f"{label}: p50 {p50:.2f} p95 {p95:.2f} (processor p50 {np.median(busy):.2f})", end="", flush=True)
    return found


def _recall(found: Sequence, best: Sequence) -> float:
    pairs = [(set(ids.tolist()), set(truth.tolist())) for ids, truth in zip(found, best, strict=False) if len(truth)]
    return float(np.mean([len(ids & truth) / len(truth) for ids, truth in pairs])) if pairs else 1.0


def _allowed(size: int, share: float) -> np.ndarray | None:
    return None if share == 1 else np.random.default_rng(5).random(size) < share


def _desks(data: Path) -> tuple[list[str], list[str]]:
    texts, inquiries = [], []
    for desk in sorted((data / "desks").iterdir()):
        if desk.is_dir():
            texts += [f"{row['title']} {row['body']}" for row in _rows(desk / "articles.jsonl")]
            texts += [f"{row['question']} {row['reply']}" for row in _rows(desk / "tickets.jsonl")]
            inquiries += [row["question"] for row in _rows(desk / "inquiries.jsonl") if row["question"]]
    return texts, inquiries


def _rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _noisy(texts: Sequence[str], size: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    split = [text.split() for text in texts]
    documents = []
    for _ in range(size):
        length = chance.randint(60, 100)
        words: list[str] = []
        while len(words) < length:
            words += [_typed(word, chance) for word in chance.choice(split) if chance.random() > 0.15]
        documents.append(" ".join(words[:length]))
    return documents


def _typed(word: str, chance: random.Random) -> str:
    if len(word) < 3 or chance.random() > 0.05:
        return word
    at = chance.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _mean_words(texts: Sequence[str]) -> float:
    return float(np.mean([len(text.split()) for text in texts]))


def _queries(inquiries: Sequence[str], words: int, count: int) -> list[str]:
    chance = random.Random(2)
    queries = []
    for _ in range(count):
        query: list[str] = []
        while len(query) < words:
            query += chance.choice(inquiries).split()
        queries.append(" ".join(query[:words]))
    return queries


def _vectors(size: int, vectors: str | None, queries: str | None) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(3)
    if vectors and queries:
        base, wanted = np.load(vectors), np.load(queries)
    else:
        base = (
            0.8 + chance.standard_normal((40, 384))[chance.integers(0, 40, 4000)] + chance.standard_normal((4000, 384))
        )
        wanted = base[:500] + chance.standard_normal((500, 384))
    base, wanted = _unit(base), _unit(wanted)
    share = chance.uniform(0.6, 1, (size, 1))
    mixed = share * base[chance.integers(0, len(base), size)] + (1 - share) * base[chance.integers(0, len(base), size)]
    noise = chance.standard_normal((size, base.shape[1])) * (0.15 / base.shape[1] ** 0.5)
    return _unit(mixed + noise), wanted


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.environ.get("FAQSUGGEST_DATA", "data"))
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--searches", type=int, default=200)
    parser.add_argument("--only", nargs="+", choices=["words", "vectors"], default=["words", "vectors"])
    parser.add_argument("--vectors")
    parser.add_argument("--queries")
    return parser.parse_args()


if __name__ == "__main__":
    main()
