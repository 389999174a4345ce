"""What a calibration found and what it changed, in numbers that can be saved with the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from faqsuggest.calibration import brier, ece, ece_null_band, log_loss, reliability
from faqsuggest.errors import CorruptStoreError
from faqsuggest.policy import AUTOMATIC, Sample, Threshold, threshold_for
from faqsuggest.shift import Shift, still_telling

if TYPE_CHECKING:
    import pandas as pd

PRECISIONS = (0.8, 0.9, 0.95, AUTOMATIC)
_CONFIDENT = 0.8
_MOST_MISTAKES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How honest confidences were on inquiries that they were not learnt on.

    Attributes:
        n: Inquiries.
        right: Share whose first suggestion was right.
        confidence: Mean confidence of the first suggestions.
        brier: Mean squared error, lower is better.
        brier_base: The same for giving everyone the share of right ones.
        log_loss: Mean negative log-likelihood.
        ece: Mean distance of confidence and share right, over bins of equal mass.
        ece_null: Upper end of what 95 % of perfectly calibrated models would show; more is a sign of wrong confidences.
    """

    n: int
    right: float
    confidence: float
    brier: float
    brier_base: float
    log_loss: float
    ece: float
    ece_null: float

    @classmethod
    def of(cls, sample: Sample) -> Self:
        """Measure first suggestions with known outcomes, one or more; none found counts as confidence 0."""
        given = np.clip(sample.confidence, 0.0, 1.0)
        share = float(sample.right.mean())
        return cls(
            n=len(given),
            right=share,
            confidence=float(given.mean()),
            brier=float(brier(given, sample.right).mean()),
            brier_base=share * (1.0 - share),
            log_loss=float(log_loss(given, sample.right).mean()),
            ece=ece(given, sample.right),
            ece_null=ece_null_band(given)[1],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationReport:
    """What ``Suggester.calibrate`` found.

    Attributes:
        learnt: Number of inquiries that the confidence was learnt on; the older ones.
        before: Quality of the confidences in use until now, on the newer inquiries; None when there were none in use.
        after: Quality of the new ones on the same inquiries.
        thresholds: What can be promised at 80, 90, 95 and 99 % precision.
        notes: What to know before trusting the figures.
        shift: Whether the newest inquiries are like those before them; None where there are too few to tell. Where they
            are not, thresholds rest on the newest alone.
    """

    learnt: int
    before: Quality | None
    after: Quality
    thresholds: tuple[Threshold, ...]
    notes: tuple[str, ...]
    reliability: tuple[tuple[float, float, int], ...]
    confident_mistakes: tuple[tuple[str, str, float], ...]
    shift: Shift | None = None

    @classmethod
    def of(cls, *, learnt: int, before: Sample | None, after: Sample, ids: Sequence[str], keys: Sequence[str]) -> Self:
        """Sum up a calibration.

        Args:
            learnt: Number of inquiries learnt on.
            before: First suggestions with the old confidences, of the inquiries not learnt on, oldest first.
            after: The same with the new ones, oldest first too.
            ids: Of these inquiries.
            keys: Answers that were first; "" for none.
        """
        table = reliability(np.clip(after.confidence, 0.0, 1.0), after.right)
        wrong = np.flatnonzero(~after.right & (after.confidence >= _CONFIDENT))
        worst = sorted(wrong.tolist(), key=lambda i: (-after.confidence[i], ids[i]))[:_MOST_MISTAKES]
        shift = Shift.of(after)
        telling = still_telling(after, shift)
        thresholds = tuple(threshold_for(telling.confidence, telling.right, precision) for precision in PRECISIONS)
        return cls(
            learnt=learnt,
            before=None if before is None else Quality.of(before),
            after=Quality.of(after),
            thresholds=thresholds,
            notes=(*_too_little(thresholds), *_drift(shift)),
            reliability=tuple(zip(table.confidence.tolist(), table.right.tolist(), table.n.tolist(), strict=True)),
            confident_mistakes=tuple((ids[i], keys[i], round(float(after.confidence[i]), 4)) for i in worst),
            shift=shift,
        )

    def to_frame(self) -> pd.DataFrame:
        """Coverage, threshold, bound and guarantee at 80, 90, 95 and 99 % precision, a row each."""
        import pandas as pd

        return pd.DataFrame([asdict(each) for each in self.thresholds])

    def reliability_frame(self) -> pd.DataFrame:
        """Mean confidence, share right and count of each bin."""
        import pandas as pd

        return pd.DataFrame(self.reliability, columns=["confidence", "right", "n"])

    def mistakes(self) -> pd.DataFrame:
        """Wrong first suggestions with a confidence of 0.8 and more, the surest first: inquiry, suggested, confidence.

        An inquiry is named by its ticket id, or by its place in the list that was given; no texts are kept.
        """
        import pandas as pd

        return pd.DataFrame(self.confident_mistakes, columns=["inquiry", "suggested", "confidence"])

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` made.

        Raises:
            CorruptStoreError: Something is missing or unknown.
        """
        try:
            return cls(
                learnt=int(given["learnt"]),
                before=None if given["before"] is None else Quality(**given["before"]),
                after=Quality(**given["after"]),
                thresholds=tuple(Threshold(**each) for each in given["thresholds"]),
                notes=tuple(given["notes"]),
                reliability=tuple((float(c), float(r), int(n)) for c, r, n in given["reliability"]),
                confident_mistakes=tuple((str(i), str(k), float(c)) for i, k, c in given["confident_mistakes"]),
                shift=None if given["shift"] is None else Shift.from_dict(given["shift"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CorruptStoreError(
                f"the saved calibration report cannot be read ({error}); calibrate again"
            ) from error


def _too_little(thresholds: Sequence[Threshold]) -> list[str]:
    failed = [f"{100 * each.precision:g} %" for each in thresholds if not each.guaranteed]
    if not failed:
        return []
    return [
        f"a precision of {', '.join(failed)} cannot be promised from {thresholds[0].n} inquiries; "
        "there a cautious threshold from elsewhere holds, without a promise"
    ]


def _drift(shift: Shift | None) -> list[str]:
    if shift is None or not shift.noticed:
        return []
    return [
        f"drift: {shift.told()}; what was promised before this calibration held for the past alone, and thresholds "
        f"rest on these {shift.n} now"
    ]
