"""Does the gate of a retrain let through what is better, and nothing else? Ten CPU minutes.

Paired outcomes of a champion and a challenger are drawn, inquiry by inquiry, and put before the real gate: hit@3 and
Brier score of 500 later inquiries by default, of customers who write more than once, in five languages, three channels
and twelve tags. An inquiry has a difficulty that both share, so that the two mostly fail together, as they do on real
histories.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from benchmarks.tables import RESULTS
from faqsuggest.training.gate import Gate, Measure

Values = NDArray[np.float64]
LANGUAGES, CHANNELS, TAGS = (0.4, 0.25, 0.15, 0.12, 0.08), (0.6, 0.3, 0.1), 12
CHAMPION = 0.78
APART = 0.35
"""Spread of what is each one's own beside the difficulty that both share: an equal challenger then turns over the
outcome of about one inquiry in ten, half of them gained, half lost."""
SCENARIOS = {
    "identical": 0.0,
    "equal": 0.0,
    "worse by 1 point": -0.01,
    "worse by 3 points": -0.03,
    "better by 3 points": 0.03,
    "better by 6 points": 0.06,
    "better by 10 points": 0.10,
    "better by 6 points, 10 points worse in a language of 25 %": 0.06,
}


def drawn(
    scenario: str, n: int, rng: np.random.Generator
) -> tuple[list[Measure], dict[str, NDArray[np.bool_]], Values]:
    """Measures, slices and customers of one simulated retrain."""
    gain = SCENARIOS[scenario]
    language = rng.choice(len(LANGUAGES), n, p=LANGUAGES)
    channel = rng.choice(len(CHANNELS), n, p=CHANNELS)
    zipf = 1.0 / np.arange(1, TAGS + 1)
    tag = rng.choice(TAGS, n, p=zipf / zipf.sum())
    customer = rng.integers(0, int(n * 0.8), n)
    difficulty = rng.normal(size=n) + 0.5 * rng.normal(size=n)[customer]
    change = np.full(n, gain)
    if "language" in scenario:
        change = np.where(language == 1, -0.10, (gain + 0.10 * LANGUAGES[1]) / (1 - LANGUAGES[1]))
    luck = rng.normal(size=(2, n)) * APART
    spread = NormalDist(0.0, np.sqrt(1.25 + APART**2))
    champion = difficulty + luck[0] < spread.inv_cdf(CHAMPION)
    levels = {float(each): spread.inv_cdf(CHAMPION + float(each)) for each in np.unique(change)}
    own = luck[0] if scenario == "identical" else luck[1]
    challenger = difficulty + own < np.array([levels[float(each)] for each in change])
    slices = {f"language={each}": language == each for each in range(len(LANGUAGES))}
    slices |= {f"channel={each}": channel == each for each in range(len(CHANNELS))}
    slices |= {f"tag={each}": tag == each for each in range(TAGS)}
    # Both see the same evidence of the difficulty, each with an error of its own, and know their own level.
    evidence = CHAMPION - 0.2 * difficulty + 0.05 * rng.normal(size=n)
    old = np.clip(evidence + 0.05 * rng.normal(size=n), 0.01, 0.99)
    new = old if scenario == "identical" else np.clip(evidence + change + 0.05 * rng.normal(size=n), 0.01, 0.99)
    measures = [
        Measure("ranking", "hit@3", challenger.astype(float), champion.astype(float)),
        Measure("ranking", "brier", -((new - challenger) ** 2), -((old - champion) ** 2)),
    ]
    return measures, slices, customer


def trial(scenario: str, runs: int, n: int, seed: int) -> dict[str, object]:
    """How many of ``runs`` simulated retrains are promoted, and why the others are not."""
    promoted, differences, discordant = 0, [], []
    reasons: dict[str, int] = {}
    for run in range(runs):
        rng = np.random.default_rng((seed, run, sorted(SCENARIOS).index(scenario)))
        measures, slices, customers = drawn(scenario, n, rng)
        [verdict] = Gate().judge(measures, slices, customers, seed=run)
        promoted += verdict.promoted
        reason = verdict.reason.split(" for ")[0] if "worse for" in verdict.reason else verdict.reason
        reasons[reason] = reasons.get(reason, 0) + 1
        differences.append(verdict.rows[0].difference)
        discordant.append(float((measures[0].challenger != measures[0].champion).mean()))
    return {
        "scenario": scenario,
        "n": n,
        "runs": runs,
        "promoted": promoted,
        "mean_difference": round(float(np.mean(differences)), 4),
        "turned_over": round(float(np.mean(discordant)), 4),
        "reasons": reasons,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100, help="simulated retrains of a scenario (default 100)")
    parser.add_argument("--n", type=int, default=500, help="later inquiries of each (default 500)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scenario", choices=SCENARIOS, help="one, put in its place in the results; all without it")
    given = parser.parse_args(arguments)
    path = RESULTS / "training_gate.json"
    rows = {}
    if given.scenario and path.is_file():
        rows = {row["scenario"]: row for row in json.loads(path.read_text("utf-8"))["rows"]}
    for scenario in [given.scenario] if given.scenario else SCENARIOS:
        began = time.process_time()
        rows[scenario] = trial(scenario, given.runs, given.n, given.seed)
        rows[scenario]["cpu_s"] = round(time.process_time() - began)
        print(rows[scenario], flush=True)
    content = {
        "asked": {"equal or worse": "<= 5 of 100", "better by 6 points": ">= 80 of 100"},
        "rows": [rows[scenario] for scenario in SCENARIOS if scenario in rows],
    }
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
