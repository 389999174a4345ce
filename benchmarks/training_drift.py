"""How often drift is seen where there is none, and how soon where there is some.

    python -m benchmarks.training --part drift

Simulated weeks of about 100 inquiries: 12 weeks for reference, 26 calm ones for false alarms (``restless`` with topics
that come and go from week to week), six with a planted change for the delay. Twenty seeds each; about one minute.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.tables import RESULTS, markdown, write
from faqsuggest.training.drift import DriftReport, drift
from faqsuggest.training.observing import Observation

SEEDS = range(20)
START = datetime(2026, 1, 5, tzinfo=UTC)
TAGS = tuple(f"tag{i}" for i in range(12))
MIX = np.arange(12, 0, -1) / np.arange(1, 13).sum()
CALM = {"calm": 0.0, "restless": 0.02}
PLANTED: dict[str, dict[str, float]] = {
    "novel": {"novel": 0.1},
    "new answers": {"unknown": 0.3},
    "stale": {"old": 0.35},
    "calibration": {"gap": 0.1},
    "tags": {"swap": 0.1},
}
"""A tenth of the inquiries from elsewhere; 30 instead of 15 % new answers; 35 instead of 20 % old ones; 10 points less
right than said; a tenth of the tickets with another tag."""


def weeks(first: int, count: int, n: int, rng: np.random.Generator, **how: float) -> list[Observation]:
    """``count`` weeks from number ``first`` on with about ``n`` inquiries each; ``how`` as for ``observation``."""
    restless, made = how.pop("restless", 0.0), []
    for week in range(first, first + count):
        mix = rng.dirichlet(MIX / restless) if restless else MIX
        shift = 20 * restless * float(rng.normal())
        made += [observation(week, rng, (mix, shift), **how) for _ in range(int(rng.poisson(n)))]
    return made


def observation(
    week: int, rng: np.random.Generator, mood: tuple[NDArray[np.float64], float], **how: float
) -> Observation:
    """One inquiry; ``how`` are the shares that ``PLANTED`` changes, ``mood`` the mix of tags and shift of the week."""
    mix, shift = mood
    far = rng.random() < how.get("novel", 0.0)
    confidence = float(rng.beta(4, 2))
    tag = TAGS[-1] if rng.random() < how.get("swap", 0.0) else TAGS[rng.choice(12, p=mix)]
    return Observation(
        at=START + timedelta(weeks=week, hours=float(rng.uniform(0, 168))),
        nearest=float(rng.beta(4, 6) if far else rng.beta(18 + shift, 5)),
        tags=(tag,),
        confidence=confidence,
        right=bool(rng.random() < confidence - how.get("gap", 0.0)),
        known=bool(rng.random() >= how.get("unknown", 0.15) + 0.05 * shift),
        age=2.0 if rng.random() < how.get("old", 0.2) else 0.3,
    )


def watched(seed: int, count: int, **how: float) -> DriftReport:
    """A reference of twelve weeks against ``count`` weeks with ``how``; restless in both."""
    rng = np.random.default_rng(seed)
    restless = how.get("restless", 0.0)
    return drift(weeks(0, 12, 100, rng, restless=restless), weeks(12, count, 100, rng, **how))


def false_alarms(restless: float) -> dict[str, Any]:
    """First alarms of 26 calm weeks: how many a week, by signal and of any."""
    reports = [watched(seed, 26, restless=restless) for seed in SEEDS]
    watching = sum(
        min([(alarm.week - report.weeks[0].week).days // 7 + 1 for alarm in report.alarms], default=26)
        for report in reports
    )
    by_signal = {name: sum(alarm.signal == name for report in reports for alarm in report.alarms) for name in PLANTED}
    alarmed = sum(bool(report.alarms) for report in reports)
    return {"half_years": len(reports), "with_alarm": alarmed, "per_week": alarmed / watching, "by_signal": by_signal}


def delays(signal: str) -> dict[str, Any]:
    """Weeks from a planted change to the first alarm of its signal."""
    found = []
    for seed in SEEDS:
        report = watched(seed, 6, **PLANTED[signal])
        found += [
            (alarm.week - report.weeks[0].week).days // 7 + 1 for alarm in report.alarms if alarm.signal == signal
        ]
    return {
        "planted": len(SEEDS),
        "found": len(found),
        "median_weeks": float(np.median(found)) if found else None,
        "slowest": max(found, default=None),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    calm = {name: false_alarms(restless) for name, restless in CALM.items()}
    found = {name: delays(name) for name in PLANTED}
    rows = [(name, f"{each['with_alarm']} of {each['half_years']} half-years", "") for name, each in calm.items()]
    rows += [
        (name, f"{each['found']} of {each['planted']} found", each["median_weeks"]) for name, each in found.items()
    ]
    write(
        options.out,
        "training_drift",
        {"calm": calm, "planted": found},
        markdown(("weeks", "alarms", "weeks to it"), rows),
    )
    print(calm, found, f"{time.process_time():.0f} s", sep="\n")


if __name__ == "__main__":
    main()
