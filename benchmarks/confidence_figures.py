"""What is asked of a confidence, in numbers: coverage, order, honesty, kept promises, and what drift does to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from faqsuggest.abstention import coverage_at_precision
from faqsuggest.calibration import ece, ece_null_band
from faqsuggest.calibration_report import CalibrationReport
from faqsuggest.evaluation.bootstrap import cluster_bootstrap
from faqsuggest.evidence import Floats
from faqsuggest.policy import Sample, choose_policy, threshold_for
from faqsuggest.shift import still_telling

PRECISION = 0.9
RESAMPLES, REPORTS = 200, 1000
OLD, NEW = 200, 100
"""Inquiries of a report: before a change, and after it."""


def auroc(scores: Floats, right: Any) -> float:  # noqa: ANN401 - booleans
    from scipy.stats import rankdata

    ranks, n = rankdata(scores), int(right.sum())
    return float((ranks[right].sum() - n * (n + 1) / 2) / (n * (len(right) - n)))


def figures(sample: Sample, raw: Floats) -> dict[str, float]:
    """All that is asked of one set."""
    given, right = sample.confidence, sample.right
    share = float(right.mean())
    gain = cluster_bootstrap(share * (1 - share) - (given - right) ** 2, draws=500)
    ceiling = min(1.0, share / 0.9)
    coverage, plain = (coverage_at_precision(scores, right, 0.9)[0] for scores in (given, raw))
    return {
        "n": len(right),
        "top1": share,
        "coverage": coverage,
        "raw": plain,
        "ceiling": ceiling,
        "of_ceiling": coverage / ceiling,
        "auroc": auroc(given, right),
        "auroc_raw": auroc(raw, right),
        "brier": float(((given - right) ** 2).mean()),
        "brier_base": share * (1 - share),
        "brier_gain_low": float(gain.low[0]),
        "ece": ece(given, right),
        "ece_null": ece_null_band(given, draws=300)[1],
        "mean_confidence": float(given.mean()),
    }


def kept_promises(calibration: Sample, test: Sample, *, n: int = 400, resamples: int = RESAMPLES) -> dict[str, float]:
    """How often a promise of 90 % is broken on the test side, over samples of the calibration side."""
    rng, covered, promised = np.random.default_rng(0), [], 0
    kept: list[float] = []
    for _ in range(resamples):
        drawn = rng.choice(len(calibration.right), min(n, len(calibration.right)), replace=True)
        found = threshold_for(calibration.confidence[drawn], calibration.right[drawn], PRECISION)
        shown = test.confidence >= found.confidence
        promised += found.guaranteed
        kept += [float(test.right[shown].mean())] if shown.any() else []
        covered.append(float(shown.mean()))
    return {
        "broken": float(np.sum(np.array(kept) < PRECISION)) / resamples,
        "promised": promised / resamples,
        "coverage": float(np.mean(covered)),
        "precision": float(np.mean(kept)) if kept else 1.0,
        "precision_low": float(np.quantile(kept, 0.05)) if kept else 1.0,
    }


def drift(calm: Sample, later: Sample) -> dict[str, Any]:
    """A threshold of calm times, used after half of the answers went away; and what a report of both times does.

    ``reported`` is a report of inquiries before and after, and the threshold that rests on it; ``calm`` is the same
    without a change: there a warning is a false alarm.
    """
    return {
        **kept_promises(calm, later),
        "reported": _reported(calm, later),
        "calm": _reported(calm, calm),
    }


def _reported(calm: Sample, later: Sample) -> dict[str, float]:
    """How often a report warns, and how often the promise of the threshold that it leads to is broken afterwards."""
    rng, figures = np.random.default_rng(0), []
    for _ in range(REPORTS):
        old, new = rng.choice(len(calm.right), OLD), rng.choice(len(later.right), NEW)
        mixed = pool([Sample(calm.confidence[old], calm.right[old]), Sample(later.confidence[new], later.right[new])])
        ids = [str(place) for place in range(OLD + NEW)]
        report = CalibrationReport.of(learnt=0, before=None, after=mixed, ids=ids, keys=ids)
        # elsewhere: what is known of other bases is from calm times too
        chosen = choose_policy(PRECISION, still_telling(mixed, report.shift), calm).thresholds["all"]
        shown = later.confidence >= chosen.confidence
        broken = bool(shown.any() and later.right[shown].mean() < PRECISION)
        warned = any(note.startswith("drift") for note in report.notes)
        figures.append((warned, broken, chosen.guaranteed, float(shown.mean())))
    names = ("warned", "broken", "promised", "coverage")
    return {name: float(np.mean(values)) for name, values in zip(names, zip(*figures, strict=True), strict=True)}


def over_seeds(rounds: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Means of rounds with other seeds, and how far their coverage varies."""
    gains = [each["coverage"] - each["raw"] for each in rounds]
    return macro(rounds) | {"seeds_with_gain": sum(gain > 0 for gain in gains), "seeds": len(rounds)}


def macro(chosen: Sequence[dict[str, float]]) -> dict[str, float]:
    """Means over sets of one kind, or over rounds, with the spread of coverage over them."""
    mean = {key: float(np.mean([figure[key] for figure in chosen])) for key in chosen[0]}
    ends = cluster_bootstrap([figure["coverage"] for figure in chosen], draws=2000)
    return mean | {
        "ratio": mean["coverage"] / max(mean["raw"], 1e-9),
        "of_ceiling": mean["coverage"] / mean["ceiling"],
        "coverage_low": float(ends.low[0]),
        "coverage_high": float(ends.high[0]),
    }


def by_language(parts: Sequence[tuple[Sample, Floats, list[str]]]) -> dict[str, dict[str, float]]:
    """Figures of each language with 50 inquiries or more."""
    spoken = np.array([language for _, _, languages in parts for language in languages])
    given, right = (np.concatenate([getattr(s, name) for s, _, _ in parts]) for name in ("confidence", "right"))
    raw = np.concatenate([raw for _, raw, _ in parts])
    return {
        language: figures(Sample(given[spoken == language], right[spoken == language]), raw[spoken == language])
        for language in sorted(set(spoken.tolist()))
        if (spoken == language).sum() >= 50
    }


def pool(samples: Sequence[Sample]) -> Sample:
    """All in one."""
    return Sample(np.concatenate([s.confidence for s in samples]), np.concatenate([s.right for s in samples]))


def split_promises(sample: Sample) -> dict[str, float]:
    """How often a promise of one half, by lot, is broken on the other."""
    order = np.random.default_rng(1).permutation(len(sample.right))
    old, new = order[::2], order[1::2]
    return kept_promises(
        Sample(sample.confidence[old], sample.right[old]), Sample(sample.confidence[new], sample.right[new])
    )
