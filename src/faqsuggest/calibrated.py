"""A calibrator with the outcomes its thresholds rest on: what ships, and what a team's history makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from faqsuggest.calibration_report import CalibrationReport
from faqsuggest.confidence import Calibrator
from faqsuggest.encoders.base import Encoder
from faqsuggest.errors import CorruptStoreError, InputError
from faqsuggest.listwise import ListwiseRanker
from faqsuggest.outcomes import Graded, Outcome, first_of, in_order_of, sample_of
from faqsuggest.own_order import Refit, refit, refitted
from faqsuggest.policy import Policy, Sample, choose_policy
from faqsuggest.ranking import FusionWeights
from faqsuggest.shift import still_telling

FILE = "confidence.json"
LEARN_FROM = 120
"""Fewer inquiries than this choose thresholds only; from here on the older half also changes the weights."""
STRENGTH = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """How a suggester comes to its confidences, and what they were worth.

    Attributes:
        calibrator: From evidence to probability.
        ranker: Orders the first candidates; None leaves the order to the fixed hybrid. The calibrator was learnt on
            this order.
        weights: Of the fixed hybrid, which decides the first candidates; they hang on the encoder as the order does.
            None takes the defaults.
        elsewhere: Outcomes on other bases, for cautious thresholds; None when nothing is known.
        own: Outcomes on the team's own inquiries that the calibrator was not learnt on, after a drift the newest alone;
            None before calibration.
        report: Of the last calibration.
    """

    calibrator: Calibrator
    ranker: ListwiseRanker | None = None
    weights: FusionWeights | None = None
    elsewhere: Sample | None = None
    own: Sample | None = None
    report: CalibrationReport | None = None

    @classmethod
    def shipped(cls, encoder: Encoder) -> Confidence | None:
        """What ships for an encoder, known by name and fingerprint; None when nothing was learnt with it.

        Raises:
            CorruptStoreError: The shipped file is damaged.
        """
        path = _shipped_file()
        if path is None:
            return None
        try:
            entry = json.loads(path.read_text("utf-8"))["encoders"].get(encoder.name)
            known = entry is not None and entry["fingerprint"] == encoder.fingerprint
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CorruptStoreError(f"{path.name} of this installation is damaged; reinstall faqsuggest") from error
        return cls.from_dict(entry) if known else None

    def policy(
        self, precision: float | Mapping[str, float], modes: str | Mapping[str, str] = "sure", tags: Sequence[str] = ()
    ) -> Policy:
        """Thresholds for what a team asks for; see ``policy.choose_policy``."""
        return choose_policy(precision, self.own, self.elsewhere, modes=modes, tags=tags)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready values."""
        return {
            "calibrator": self.calibrator.to_dict(),
            "ranker": None if self.ranker is None else self.ranker.to_dict(),
            "weights": None if self.weights is None else asdict(self.weights),
            "elsewhere": _sample_to_dict(self.elsewhere),
            "own": _sample_to_dict(self.own),
            "report": None if self.report is None else self.report.to_dict(),
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` made.

        Raises:
            CorruptStoreError: Something is missing or unknown.
        """
        try:
            report, ranker = given["report"], given["ranker"]
            weights = given.get("weights")  # confidences saved before they had any lack them
            return cls(
                calibrator=Calibrator.from_dict(given["calibrator"]),
                ranker=None if ranker is None else ListwiseRanker.from_dict(ranker),
                weights=None if weights is None else FusionWeights(**weights),
                elsewhere=_sample_from_dict(given["elsewhere"]),
                own=_sample_from_dict(given["own"]),
                report=None if report is None else CalibrationReport.from_dict(report),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CorruptStoreError(f"the saved confidence cannot be read ({error}); calibrate again") from error


def calibrate(
    outcomes: Sequence[Outcome],
    current: Confidence | None,
    *,
    feedback: Sequence[Graded] = (),
    without: Sequence[str] = (),
    order: Refit | None = None,
) -> tuple[Confidence, CalibrationReport]:
    """Learn from outcomes, oldest first: weights from the older half, thresholds and figures from the newer one.

    The halves are kept apart because a promise on inquiries that were learnt on would be worth nothing. With fewer
    than ``LEARN_FROM`` the weights stay as they are and all outcomes choose thresholds.

    Args:
        outcomes: Of the team's own inquiries against its base.
        current: What is in use; its calibrator is where learning begins.
        feedback: What was done with suggestions; teaches weights, never thresholds, for its labels are not certain.
        without: Columns of the evidence that get no weight.
        order: Learnt on the older half, from ``own_order``; None keeps the order in use.

    Raises:
        InputError: There are none, or too few to begin from nothing.
    """
    if not outcomes or (current is None and len(outcomes) < LEARN_FROM):
        raise InputError(
            f"calibrate needs at least {1 if current else LEARN_FROM} inquiries with known answers that are not in the "
            f"base; got {len(outcomes)}"
        )
    half = older_half(outcomes)
    start = None if current is None else current.calibrator
    older, newer = outcomes[:half], outcomes[half:]
    before = None if start is None else sample_of(newer, start)
    if order is not None:
        older = [in_order_of(each, ranker) for each, ranker in zip(older, order.crossed, strict=True)]
        newer = [in_order_of(each, order.ranker) for each in newer]
        feedback = [in_order_of(each, order.ranker) for each in feedback]
    learnt = [outcome for outcome in older if len(outcome.table)]
    idle = start is not None and not learnt and not feedback
    calibrator = start if start is not None and idle else learn(learnt, feedback, start, without=without)
    own = sample_of(newer, calibrator)
    report = CalibrationReport.of(
        learnt=half,
        before=before,
        after=own,
        ids=[outcome.case.id for outcome in newer],
        keys=[_key(outcome, calibrator) for outcome in newer],
    )
    served = replace(current or Confidence(calibrator=calibrator), calibrator=calibrator, report=report)
    served = replace(served, own=still_telling(own, report.shift))
    return (served if order is None else replace(served, ranker=order.ranker)), report


def older_half(outcomes: Sequence[Outcome]) -> int:
    """How many of the outcomes, the oldest, move weights; the others choose thresholds."""
    return len(outcomes) // 2 if len(outcomes) >= LEARN_FROM else 0


def own_order(outcomes: Sequence[Outcome], current: Confidence | None) -> Refit | None:
    """The order that the older half teaches; None where it does not prove better than the one in use."""
    older = outcomes[: older_half(outcomes)]
    start = None if current is None else current.ranker
    return refitted([each.table for each in older], [each.right for each in older], start)


def refit_on(outcomes: Sequence[Outcome], start: ListwiseRanker) -> Refit:
    """The same without asking whether it proves better, for what was decided already."""
    older = outcomes[: older_half(outcomes)]
    return refit([each.table for each in older], [each.right for each in older], start)


def learn(
    outcomes: Sequence[Outcome],
    feedback: Sequence[Graded],
    start: Calibrator | None,
    *,
    without: Sequence[str] = (),
) -> Calibrator:
    """Weights from known outcomes and from feedback, pulled to ``start``, whose order they keep.

    Of feedback only what was used is known to be right; what was left alone was wrong or was not looked at.

    Args:
        outcomes: With candidates.
        feedback: As ``training.feedback.feedback_examples`` makes it.
        start: Where learning begins; None for nothing.
        without: Columns that get no weight.
    """
    fitted = Calibrator.fit(
        [*(each.table for each in outcomes), *(each.table for each in feedback)],
        [*(each.right for each in outcomes), *(each.used for each in feedback)],
        weights=[
            *(np.ones((len(each.table), 2)) for each in outcomes),
            *(np.column_stack([each.weights, each.seen]) for each in feedback),
        ],
        start=start,
        strength=STRENGTH,
        without=without,
    )
    return fitted if start is None else replace(fitted, reorder=start.reorder)


def _key(outcome: Outcome, calibrator: Calibrator) -> str:
    place, _ = first_of(outcome, calibrator)
    return outcome.keys[place] if place >= 0 else ""


def _sample_to_dict(sample: Sample | None) -> dict[str, Any] | None:
    if sample is None:
        return None
    return {
        "confidence": [round(float(value), 4) for value in np.clip(sample.confidence, -1.0, 1.0)],
        "right": "".join("1" if hit else "0" for hit in sample.right),
        "groups": [sorted(groups) for groups in sample.groups],
    }


def _sample_from_dict(given: Mapping[str, Any] | None) -> Sample | None:
    if given is None:
        return None
    values = np.array(given["confidence"], dtype=np.float64)
    right = np.array([hit == "1" for hit in given["right"]], dtype=bool)
    if values.shape != right.shape or not np.isfinite(values).all():
        raise ValueError("outcomes that do not fit together")
    return Sample(np.where(values < 0, -np.inf, values), right, tuple(frozenset(each) for each in given["groups"]))


def _shipped_file() -> Path | None:
    package = Path(__file__).parent
    places = (package / "shipped" / FILE, package.parents[1] / "models" / FILE)
    return next((path for path in places if path.is_file()), None)
