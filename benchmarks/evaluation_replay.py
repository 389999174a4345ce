"""Time and memory of a replay of a long synthetic history, with everything that a report needs."""

from __future__ import annotations

import resource
import time
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.evaluation_checks import Check, check
from benchmarks.simulate import desks_folder, simulate
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.encoders import load_encoder
from faqsuggest.evaluation.ngrams import count_ngrams
from faqsuggest.evaluation.replay import replay
from faqsuggest.records import Article, Suggestion, Ticket
from faqsuggest.suggester import Suggester

MINUTES = 10  # of wall time on two cores; a replay works in one thread, so its CPU time may not be more either
START = "2024-02-01"  # the first month of two years is there to learn from
_BITS = 14


class Remembered:
    """Vectors at the price of a cache, as long as those of the shipped encoder: projected character n-grams.

    Under the shipped encoder's name, so that its confidences are computed too.
    """

    def __init__(self) -> None:
        shipped = load_encoder("default")
        self.name, self.dimension, self.fingerprint = shipped.name, shipped.dimension, "projected-ngrams"
        drawn = np.random.default_rng(0).standard_normal((1 << _BITS, shipped.dimension))
        self._directions = drawn.astype(np.float32)

    def fit(self, texts: Sequence[str]) -> Self:
        """Nothing to learn."""
        return self

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimension)."""
        rows = count_ngrams(texts, bits=_BITS) @ self._directions
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same."""
        return self.encode_queries(texts)


class Gauge:
    """Suggests nothing, and notes at every update how much is known and how much memory is held."""

    abstains = False
    conditions = ()

    def fit(self, kb: KnowledgeBase) -> Self:
        """Begin."""
        self.known, self.notes = len(kb.tickets), []
        return self

    def add(self, *, tickets: Iterable[Ticket] = (), articles: Iterable[Article] = ()) -> None:
        """Note."""
        self.known += len(list(tickets))
        self.notes.append((self.known, _held()))

    def remove(self, ids: Collection[str]) -> None:
        """Nothing to forget."""

    def suggest_many(self, texts: Sequence[str], k: int = 3, **options: Any) -> list[list[Suggestion]]:  # noqa: ANN401
        """Nothing."""
        return [[] for _ in texts]


def _held() -> float:
    """Resident memory in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def measure(tickets: int) -> list[Check]:
    """Replay ``tickets`` tickets a week at a time: the library, BM25, character TF-IDF, the most frequent answer."""
    kb = simulate(desks_folder(), tickets, seed=1).kb
    gauge, before, begun, cpu = Gauge(), _held(), time.perf_counter(), time.process_time()
    report = replay(kb, START, "7d", suggester={"library": Suggester(encoder=Remembered()), "gauge": gauge})
    spent, wall = time.process_time() - cpu, time.perf_counter() - begun
    cpu = time.process_time()
    rows = len(report.to_frame())
    tables = time.process_time() - cpu
    known, held = np.array(gauge.notes).T
    slope, start = np.polyfit(known, held, 1)
    straight = float(np.corrcoef(known, held)[0, 1] ** 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    facts = {"systems": [name for name in report.runs if name != "gauge"], "questions": len(report.tickets)}
    return [
        check(
            f"replay of {tickets:,} tickets, vectors cached: minutes of CPU, on one core",
            f"≤ {MINUTES} minutes on two cores",
            spent / 60,
            tickets,
            spent / 60 <= MINUTES,
            wall_minutes=wall / 60,
            **facts,
        ),
        check("its tables, minutes of CPU", "stated", tables / 60, rows, True),
        check(
            "memory grows linearly: kB a ticket",
            "linear (R² ≥ 0.95), stated",
            1000 * slope,
            len(known),
            straight >= 0.95,
            r2=straight,
            history_mb=before,
            start_mb=start,
            peak_mb=peak,
        ),
    ]
