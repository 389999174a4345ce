"""How trustworthy and how fast the evaluation is: every figure that is asked of it, beside what was measured.

    FAQSUGGEST_DATA=… python -m benchmarks.evaluation [--part statistics] [--tickets 100000]

Without ``--part`` all parts run, one after the other. Each part writes its rows into ``results/evaluation.json`` and
``.md`` and leaves those of the others as they are.

    statistics      intervals, paired tests, click logs on simulated truth                       half a minute
    metrics         every metric against trec_eval on 200 random runs                            seconds
    leaks           planted future replies, own answers, shuffled replies, random against time   2 CPU minutes
    replay          a replay of synthetic history, vectors cached: time and memory               ten minutes

Histories are synthetic (benchmarks/simulate.py): nobody sent any of it, and no figure here says how good suggestions
are. CPU seconds are what to compare: wall seconds hang on what else runs.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402
import json  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

from benchmarks import evaluation_checks, evaluation_replay, tables  # noqa: E402

Check = dict[str, Any]
PARTS: dict[str, Callable[[argparse.Namespace], list[Check]]] = {
    "statistics": lambda _: evaluation_checks.statistics(),
    "metrics": lambda _: evaluation_checks.metrics(),
    "leaks": lambda _: evaluation_checks.leaks(),
    "replay": lambda options: evaluation_replay.measure(options.tickets),
}
NAME = "evaluation"


def page(parts: dict[str, list[Check]]) -> str:
    """All checks as one table."""
    rows = [
        (
            part,
            check["check"],
            check["asked"],
            _shown(check["measured"]),
            check["n"],
            "yes" if check["met"] else "**no**",
        )
        for part, checks in parts.items()
        for check in checks
    ]
    head = "Written by `python -m benchmarks.evaluation`. Histories are synthetic.\n\n"
    return head + tables.markdown(("part", "check", "asked", "measured", "n", "met"), rows)


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=tuple(PARTS), nargs="+", default=list(PARTS))
    parser.add_argument("--tickets", type=int, default=100_000, help="of the replay that is timed")
    options = parser.parse_args()
    file = tables.RESULTS / f"{NAME}.json"
    for part in options.part:
        made = PARTS[part](options)
        for check in made:
            print(f"{part}: {check['check']}: {_shown(check['measured'])} (asked {check['asked']})", flush=True)
        kept = json.loads(file.read_text(encoding="utf-8"))["parts"] if file.exists() else {}
        kept[part] = made
        parts = {name: kept[name] for name in PARTS if name in kept}
        tables.write(tables.RESULTS, NAME, {"parts": parts}, page(parts))


if __name__ == "__main__":
    main()
