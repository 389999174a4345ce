"""What a retrain of a large history costs: processor time, time on the wall and peak memory.

A simulated history is learnt but for its newest tickets; then one retrain takes these in, walks, learns, judges and
saves. Vectors are made by hashing words instead of by the encoder, which costs next to nothing, as if every one were
cached; everything else is as it runs. The retrain is a process of its own, which asks on all cores.

    FAQSUGGEST_DATA=… python -m benchmarks.training --part scale [--tickets 200000] [--new 10000]

At 200,000 tickets some 20 CPU minutes, the half of them to make the model that is then retrained.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.hashed import hashed
from benchmarks.simulate import desks_folder, simulate
from benchmarks.tables import RESULTS
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.encoders.onnx import OnnxEncoder
from faqsuggest.forked import cores
from faqsuggest.store.records import read_articles, read_tickets, write_articles, write_tickets
from faqsuggest.suggester import Suggester
from faqsuggest.training.recipe import Recipe
from faqsuggest.training.retrain import retrain


def use_hashed() -> None:
    """Let the shipped encoder hash instead of computing."""

    def encode(self: OnnxEncoder, texts: Sequence[str]) -> NDArray[np.float32]:
        return hashed(texts, self.dimension)

    OnnxEncoder.encode_queries = encode  # type: ignore[method-assign]
    OnnxEncoder.encode_passages = encode  # type: ignore[method-assign]


def prepare(folder: Path, tickets: int, new: int) -> dict[str, float]:
    """The model to be retrained, and the whole history as files."""
    use_hashed()
    kb = simulate(desks_folder(), tickets, seed=7).kb
    write_tickets(folder / "tickets.jsonl", kb.tickets)
    write_articles(folder / "articles.jsonl", kb.articles)
    newest = sorted(kb.tickets, key=lambda each: (each.created_at, each.id))[-new:]
    known = kb.without(each.id for each in newest)
    began = time.process_time()
    Suggester().fit(known).save(folder / "model")
    return {"fit_and_save_cpu_s": round(time.process_time() - began, 1)}


def measure(folder: Path, new: int) -> None:
    """One retrain in this process; prints its figures as JSON."""
    use_hashed()
    tickets = sorted(read_tickets(folder / "tickets.jsonl"), key=lambda each: (each.created_at, each.id))[-new:]
    news = KnowledgeBase(tuple(tickets), tuple(read_articles(folder / "articles.jsonl")))
    cpu, wall = time.process_time(), time.perf_counter()
    made = retrain(folder / "model", tickets=news, recipe=Recipe())
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "outcome": made.outcome,
        "cores": cores(None),
        "cpu_minutes": round((time.process_time() - cpu + children.ru_utime + children.ru_stime) / 60, 2),
        "wall_minutes": round((time.perf_counter() - wall) / 60, 2),
        "peak_rss_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
        "notes": list(made.notes),
    }
    print(json.dumps(figures))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=200_000)
    parser.add_argument("--new", type=int, default=10_000, help="of these the newest, which are new to the model")
    parser.add_argument("--measure", metavar="FOLDER", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.measure:
        measure(Path(given.measure), given.new)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        content: dict[str, object] = {"asked": "200,000 tickets: <= 15 minutes on two cores, <= 4 GB"}
        content |= {"tickets": given.tickets, "new": given.new, **prepare(folder, given.tickets, given.new)}
        command = [sys.executable, "-m", "benchmarks.training_scale", "--measure", str(folder), "--new", str(given.new)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        content |= json.loads(done.stdout.splitlines()[-1])
        content["model_mb"] = round(sum(p.stat().st_size for p in (folder / "model").rglob("*") if p.is_file()) / 1e6)
        shutil.rmtree(folder / "model")
    print(content)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "training_scale.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
