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
from benchmarks.hashed import hashed
from benchmarks.simulate import desks_folder, simulate
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.encoders import load_encoder
from faqsuggest.evaluation.replay import replay
from faqsuggest.forked import cores
from faqsuggest.records import Article, Suggestion, Ticket
from faqsuggest.suggester import Suggester

MINUTES = 10  # on the wall, of a machine with two cores and nothing else to do
START = "2024-02-01"  # the first month of two years is there to learn from


class Remembered:
    """Vectors at the price of a cache, as long as those of the shipped encoder: sums of a random direction a word.

    Under the shipped encoder's name, so that its confidences are computed too.
    """

    def __init__(self) -> None:
        shipped = load_encoder("default")
        self.name, self.dimension, self.fingerprint = shipped.name, shipped.dimension, "hashed-words"

    def fit(self, texts: Sequence[str]) -> Self:
        """Nothing to learn."""
        return self

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimension)."""
        return hashed(texts, self.dimension)

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
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = time.process_time() - cpu + children.ru_utime + children.ru_stime
    wall = time.perf_counter() - begun
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
            f"replay of {tickets:,} tickets, vectors cached: minutes on the wall",
            f"≤ {MINUTES} minutes on two cores",
            wall / 60,
            tickets,
            wall / 60 <= MINUTES,
            cores=cores(None),
            cpu_minutes=spent / 60,
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
