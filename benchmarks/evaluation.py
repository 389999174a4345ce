"""How trustworthy and how fast the evaluation is: its statistics on simulated truth, and a replay of synthetic history.

    python -m benchmarks.evaluation checks
    python -m benchmarks.evaluation replay --tickets 100000 --system baselines
    python -m benchmarks.evaluation replay --tickets 100000 --system library --cache vectors/

The history is synthetic (benchmarks/simulate.py). CPU seconds are what to compare: wall seconds hang on what else runs.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.simulate import Settings, desks_folder, simulate
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.evaluation.bootstrap import cluster_bootstrap, compare_paired
from faqsuggest.evaluation.counterfactual import snips
from faqsuggest.evaluation.replay import replay


def interval_coverage(runs: int = 1000) -> float:
    """Share of intervals that hold the true mean; 120 customers with 3 inquiries each, correlated."""
    rng, inside = np.random.default_rng(11), 0
    for seed in range(runs):
        own = rng.random(120) < 0.6
        values = np.where(rng.random((120, 3)) < np.sqrt(0.5), own[:, None], rng.random((120, 3)) < 0.6).ravel()
        interval = cluster_bootstrap(values, clusters=np.repeat(np.arange(120), 3), seed=seed)
        inside += bool(interval.low[0] <= 0.6 <= interval.high[0])
    return inside / runs


def found(shift: float, runs: int = 1000, n: int = 500) -> float:
    """Share of paired tests with p < 0.05 when one system is ``shift`` better and a fifth is discordant."""
    rng, count = np.random.default_rng(12), 0
    for seed in range(runs):
        kind = rng.choice(3, size=n, p=[0.8, 0.1 + shift / 2, 0.1 - shift / 2])
        both = rng.random(n) < 0.5
        a, b = np.where(kind == 0, both, kind == 1), np.where(kind == 0, both, kind == 2)
        count += compare_paired(a, b, draws=2000, seed=seed).p < 0.05
    return count / runs


def logged_policy(runs: int = 1000) -> tuple[float, float]:
    """Bias and interval coverage of SNIPS on 1,000 logs of 2,000 slates with known truth."""
    logged, target, reward = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6]), np.array([0.2, 0.5, 0.8])
    rng, truth, values, inside = np.random.default_rng(3), float(target @ reward), [], 0
    for seed in range(runs):
        slate = rng.choice(3, size=2000, p=logged)
        estimate = snips(rng.random(2000) < reward[slate], logged[slate], target[slate], seed=seed)
        values.append(estimate.value)
        inside += estimate.low <= truth <= estimate.high
    return float(np.mean(values)) - truth, inside / runs


def checks() -> dict[str, Any]:
    bias, inside = logged_policy()
    return {
        "interval coverage (0.93-0.97)": interval_coverage(),
        "A/A p < 0.05 (0.03-0.07)": found(0.0),
        "power at +6 points, n = 500 (>= 0.80)": found(0.06),
        "SNIPS bias (< 0.01)": round(bias, 4),
        "SNIPS interval coverage (0.93-0.97)": inside,
    }


def timed(system: str, tickets: int, cache: str | None, encoder: str) -> dict[str, Any]:
    simulation = simulate(desks_folder(), tickets, seed=1, settings=Settings())
    systems = _systems(system, cache, encoder)
    before, begun, cpu = _megabytes(), time.perf_counter(), time.process_time()
    report = replay(simulation.kb, "2024-02-01", "7d", suggester=systems, baselines=system == "baselines")
    spent, wall = time.process_time() - cpu, time.perf_counter() - begun
    cpu = time.process_time()
    frame = report.to_frame()
    return {
        "tickets": tickets,
        "asked": len(report.tickets),
        "systems": list(report.runs),
        "replay CPU s": round(spent, 1),
        "replay wall s": round(wall, 1),
        "tables CPU s": round(time.process_time() - cpu, 1),
        "rows": len(frame),
        "history MB": round(before),
        "peak MB": round(_megabytes()),
        "kB per ticket": round(1000 * (_megabytes() - before) / tickets, 1),
        "hit@1": {run: round(report.number(run, "hit@1").value, 3) for run in report.runs},
    }


def _systems(name: str, cache: str | None, encoder: str) -> dict[str, Any]:
    if name == "library":
        from faqsuggest.suggester import Suggester

        return {"library": Suggester(encoder=encoder, cache=cache)}
    from faqsuggest.evaluation.baselines import Nearest
    from faqsuggest.evaluation.weighting import Bm25

    return {"BM25": Nearest(weighting=Bm25())}


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def leak(tickets: int = 8000) -> str:
    """Random split against time split of the character baseline on synthetic history."""
    from faqsuggest.evaluation.baselines import Nearest
    from faqsuggest.evaluation.experiment import leak_check
    from faqsuggest.evaluation.weighting import CharTfidf

    fit: Callable[[KnowledgeBase], Nearest] = lambda base: Nearest(weighting=CharTfidf()).fit(base)  # noqa: E731
    return leak_check(simulate(desks_folder(), tickets, seed=1).kb, fit).round(3).to_string(index=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("checks", "replay", "leak"))
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--system", choices=("baselines", "library"), default="baselines")
    parser.add_argument("--encoder", default="default")
    parser.add_argument("--cache")
    options = parser.parse_args()
    if options.what == "leak":
        print(leak())
        return
    made = (
        checks() if options.what == "checks" else timed(options.system, options.tickets, options.cache, options.encoder)
    )
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main()
