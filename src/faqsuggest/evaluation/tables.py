"""Outcomes as columns, columns as metrics, metrics with intervals: what stands in a report's tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faqsuggest.evaluation import abstention, calibration, metrics
from faqsuggest.evaluation.bootstrap import cluster_sums, percentile_ends, ratio, resampled_weights
from faqsuggest.evaluation.business import Assumptions, minutes_saved
from faqsuggest.evaluation.metrics import Ranking
from faqsuggest.evaluation.runs import Outcome

Values = NDArray[np.float64]
Fraction = tuple[Values, Values]
TARGETS = (0.8, 0.9)
DRAWS = 2000


@dataclass(frozen=True)
class Run:
    """One system's outcomes as arrays, one row an inquiry.

    Attributes:
        ranking: Everything it could offer, graded.
        confidence: Of its first suggestion; −inf where it has none.
        shown_confidence: Of the suggestion that its policy shows; −inf where it abstains.
        shown_grade: Grade of that suggestion; NaN where it abstains or the grade is not known.
        edit: Share of words to change from it to the reply.
        first: Ids of the first suggestions.
        source: Ids of the newest ticket or article behind them.
        probabilities: Whether the confidences claim to be probabilities; those of baselines do not.
    """

    ranking: Ranking
    confidence: Values
    shown_confidence: Values
    shown_grade: Values
    edit: Values
    first: tuple[str, ...]
    source: tuple[str, ...]
    probabilities: bool

    @classmethod
    def of(cls, outcomes: Sequence[Outcome], pool: Sequence[Mapping[str, float]], *, probabilities: bool) -> Run:
        """Arrays of outcomes; ``pool`` holds the grades of all answers that are known for each inquiry."""
        lists = [[(answer, -float(place)) for place, answer in enumerate(each.answers)] for each in outcomes]
        return cls(
            ranking=Ranking.from_lists(lists, pool),
            confidence=np.array([each.confidences[0] if each.confidences else -np.inf for each in outcomes]),
            shown_confidence=np.array(
                [each.confidences[each.shown] if each.shown >= 0 else -np.inf for each in outcomes]
            ),
            shown_grade=np.array([each.grades[each.shown] if each.shown >= 0 else np.nan for each in outcomes]),
            edit=np.array([each.edit for each in outcomes]),
            first=tuple(each.first for each in outcomes),
            source=tuple(each.source for each in outcomes),
            probabilities=probabilities,
        )

    def right(self, level: float) -> NDArray[np.bool_]:
        """Whether the first suggestion is right."""
        return metrics.hit(self.ranking, 1, level) > 0

    def shown(self) -> NDArray[np.bool_]:
        """Whether its policy shows anything."""
        return np.asarray(self.shown_confidence > -np.inf)

    def shown_right(self, level: float) -> NDArray[np.bool_]:
        """Whether its policy shows a suggestion that is right."""
        return np.asarray(np.nan_to_num(self.shown_grade, nan=-1.0) >= level)


def pooled(outcomes: Sequence[Sequence[Outcome]], known: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """Grades of every answer that any run offered for an inquiry or that is ``known`` otherwise; the best grade counts.

    Recall and nDCG are measured against this pool (Spärck Jones & van Rijsbergen 1975): they fall when another run
    finds more.
    """
    pool = [dict(each) for each in known]
    for run in outcomes:
        for grades, outcome in zip(pool, run, strict=True):
            for answer, grade in zip(outcome.answers, outcome.grades, strict=True):
                if not np.isnan(grade):
                    grades[answer] = max(grade, grades.get(answer, 0.0))
    return pool


def fractions(run: Run, k: Sequence[int], level: float, given: Assumptions) -> dict[str, Fraction]:
    """Metrics that are ratios of sums, as numerator and denominator per inquiry."""
    ranking, ones = run.ranking, np.ones(len(run.ranking))
    shown, right = run.shown(), run.shown_right(level)
    found: dict[str, Fraction] = {}
    for name, metric in (("hit", metrics.hit), ("recall", metrics.recall)):
        found |= {f"{name}@{each}": (metric(ranking, each, level), ones) for each in k}
    found["mrr@10"] = metrics.reciprocal_rank(ranking, 10, level), ones
    found["ndcg@5"] = metrics.ndcg(ranking, 5), ones
    found["map"] = metrics.average_precision(ranking, level), ones
    found["bpref"] = metrics.bpref(ranking, level), ones
    found |= {f"judged@{each}": (metrics.judged(ranking, each), ones) for each in k}
    found["coverage"] = shown.astype(np.float64), ones
    found["precision"] = right.astype(np.float64), shown.astype(np.float64)
    known = right & ~np.isnan(run.edit)
    found["edit share"] = np.where(known, np.nan_to_num(run.edit), 0.0), known.astype(np.float64)
    found["minutes saved"] = minutes_saved(shown, right, run.edit, given), ones
    if run.probabilities:
        confidence, hits = np.maximum(run.confidence, 0.0), run.right(level)
        found["brier"] = calibration.brier(confidence, hits), ones
        found["log-loss"] = calibration.log_loss(confidence, hits), ones
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One number with its interval; ``n`` is the size of its denominator."""

    metric: str
    value: float
    low: float
    high: float
    n: int


def fraction_rows(
    found: Mapping[str, Fraction], masks: Mapping[str, NDArray[np.bool_]], codes: NDArray[np.int64], seed: int
) -> dict[str, list[Row]]:
    """Every metric in every slice, all from the same resampled clusters."""
    top = np.column_stack([numerator for numerator, _ in found.values()])
    base = np.column_stack([whole for _, whole in found.values()])
    clusters = int(codes.max()) + 1
    # slice by slice, since all slices of all inquiries at once would fill the memory
    sums = np.hstack([cluster_sums(top[mask], codes[mask], clusters) for mask in masks.values()])
    sizes = np.hstack([cluster_sums(base[mask], codes[mask], clusters) for mask in masks.values()])
    n = np.hstack([(base[mask] != 0).sum(axis=0) for mask in masks.values()])
    drawn = np.concatenate([ratio(w @ sums, w @ sizes) for w in resampled_weights(clusters, DRAWS, seed)])
    low, high = percentile_ends(drawn)
    value, low, high = _widened(ratio(sums.sum(axis=0), sizes.sum(axis=0)), low, high, (sizes != 0).sum(axis=0))
    names, rows = list(found), {}
    for position, label in enumerate(masks):
        first = position * len(names)
        rows[label] = [
            Row(name, float(value[at]), float(low[at]), float(high[at]), int(n[at]))
            for at, name in enumerate(names, start=first)
        ]
    return rows


def _widened(value: Values, low: Values, high: Values, clusters: NDArray[np.int64]) -> tuple[Values, Values, Values]:
    """All right or none right gives an interval without width; the exact binomial bound takes its place."""
    bound = 0.025 ** (1.0 / np.maximum(clusters, 1))
    low = np.where((value == 1.0) & (low == 1.0), bound, low)
    return value, low, np.where((value == 0.0) & (high == 0.0), 1.0 - bound, high)


def curve_rows(run: Run, level: float, codes: NDArray[np.int64], seed: int) -> list[Row]:
    """Coverage at given precisions, areas and ECE, with intervals from resampled clusters."""
    confidence, right = run.confidence, run.right(level).astype(np.float64)
    order = abstention.pessimistic_order(confidence, right)
    wrong, ordered = (1.0 - right)[order], confidence[order]
    ends = np.append(ordered[1:] != ordered[:-1], True) & (ordered > -np.inf)
    measures: dict[str, tuple[float, _Measure]] = {}
    for target in TARGETS:
        value, _ = abstention.coverage_at_precision(confidence, right, target)
        measures[f"coverage at precision {target:.2f}"] = value, _coverage_at(ends, target)
    measures["aurc"] = abstention.aurc(confidence, right), _risk_area
    measures["augrc"] = abstention.augrc(confidence, right), _generalised_area
    if run.probabilities:
        sure = np.maximum(confidence, 0.0)
        measures["ece"] = calibration.ece(sure, right), _weighted_ece(sure[order], right[order])
    drawn: list[list[Values]] = [[] for _ in measures]
    for weights in _row_weights(codes[order], seed):
        shown, missed = np.cumsum(weights, axis=1), np.cumsum(weights * wrong, axis=1)
        for place, (_, resample) in enumerate(measures.values()):
            drawn[place].append(resample(weights, shown, missed))
    rows = []
    for (name, (value, _)), blocks in zip(measures.items(), drawn, strict=True):
        values = np.concatenate(blocks)
        if name == "ece":  # a resample repeats inquiries, which makes bins noisier and the error larger: moved back
            values = np.maximum(values - values.mean() + value, 0.0)
        low, high = percentile_ends(values[:, None])
        rows.append(Row(name, value, float(low[0]), float(high[0]), len(right)))
    return rows


_Measure = Callable[[Values, Values, Values], Values]
"""A number of each resample, from the weights of the inquiries, surest first, and their running sums: shown, missed."""


def _row_weights(codes: NDArray[np.int64], seed: int) -> Iterator[Values]:
    """Blocks of how often each inquiry is drawn, shape (draws in block, inquiries)."""
    step = max(1, 4_000_000 // max(len(codes), 1))
    for block in resampled_weights(int(codes.max()) + 1, DRAWS, seed):
        for start in range(0, len(block), step):
            yield block[start : start + step][:, codes]


def _coverage_at(ends: NDArray[np.bool_], target: float) -> _Measure:
    def resample(weights: Values, shown: Values, missed: Values) -> Values:
        good = (missed <= (1.0 - target) * shown + 1e-9) & ends & (shown > 0)
        return np.asarray(np.where(good, shown, 0.0).max(axis=1) / shown[:, -1])

    return resample


def _risk_area(weights: Values, shown: Values, missed: Values) -> Values:
    risk = np.divide(missed, shown, out=np.zeros_like(shown), where=shown > 0)
    return np.asarray(np.einsum("ij,ij->i", weights, risk) / shown[:, -1])


def _generalised_area(weights: Values, shown: Values, missed: Values) -> Values:
    return np.asarray(np.einsum("ij,ij->i", weights, missed) / shown[:, -1] ** 2)


def _weighted_ece(confidence: Values, right: Values) -> _Measure:
    member = calibration.equal_mass_bins(confidence)
    inside = (member[:, None] == np.arange(member.max() + 1)).astype(np.float64) * (right - confidence)[:, None]

    def resample(weights: Values, shown: Values, missed: Values) -> Values:
        return np.asarray(np.abs(weights @ inside).sum(axis=1) / shown[:, -1])

    return resample
