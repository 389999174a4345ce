"""Whether the newest first suggestions are like those before them: what a promise that rests on the past hangs on.

Three questions, each asked so that it is answered wrongly with probability ``RISK`` / 3 when nothing changed:
whether fewer are right (Fisher's exact test), whether confidences lie elsewhere, which needs no labels (Mann & Whitney
1947), and whether they promise more than before beside what came true. Each compares with the time before, not with the
confidences alone: these are a little too low or too high on every base, which would hide a fall or feign one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from faqsuggest.policy import Floats, Sample

RISK = 0.04
"""How often a change is noticed where there is none; the third question, by the normal distribution, a little more."""
FEWEST = 20
"""With fewer inquiries among the newest nothing is noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The newest third of first suggestions against those before them, in the order of their times.

    Attributes:
        n: Number of the newest.
        right: Share of right ones before and among the newest.
        confidence: Mean confidence before and among the newest.
        fewer_right: Chance of so much lower a share without a change.
        elsewhere: The same for so different confidences.
        promises: The same for confidences that so much more exceed what came true.
    """

    n: int
    right: tuple[float, float]
    confidence: tuple[float, float]
    fewer_right: float
    elsewhere: float
    promises: float

    @classmethod
    def of(cls, sample: Sample) -> Self | None:
        """Compare; None where there are too few to tell.

        Example:
            >>> chances = np.tile([0.2, 0.5, 0.9], 60)
            >>> calm = np.tile([False, True, True], 60)
            >>> Shift.of(Sample(chances, calm)).noticed
            False
            >>> Shift.of(Sample(chances, calm & (np.arange(180) < 130))).noticed
            True
        """
        from scipy.stats import fisher_exact, mannwhitneyu

        n = newest(len(sample.right))
        if n < FEWEST:
            return None
        given, right = np.clip(sample.confidence, 0.0, 1.0), sample.right.astype(np.float64)
        old, new = given[:-n], given[-n:]
        counts = np.array([[part.sum(), len(part) - part.sum()] for part in (right[:-n], right[-n:])])
        return cls(
            n=n,
            right=(float(right[:-n].mean()), float(right[-n:].mean())),
            confidence=(float(old.mean()), float(new.mean())),
            fewer_right=float(fisher_exact(counts, alternative="greater").pvalue),
            elsewhere=float(mannwhitneyu(old, new).pvalue) if np.ptp(given) > 0 else 1.0,
            promises=_larger(old - right[:-n], new - right[-n:]),
        )

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Read what ``dataclasses.asdict`` made."""
        (before, now), (sure, surer) = given["right"], given["confidence"]
        return cls(
            n=int(given["n"]),
            right=(float(before), float(now)),
            confidence=(float(sure), float(surer)),
            fewer_right=float(given["fewer_right"]),
            elsewhere=float(given["elsewhere"]),
            promises=float(given["promises"]),
        )

    @property
    def noticed(self) -> bool:
        """Whether the newest are not like those before them."""
        return min(self.fewer_right, self.elsewhere, self.promises) <= RISK / 3

    def told(self) -> str:
        """What changed, in one sentence."""
        (before, now), (sure, surer) = self.right, self.confidence
        return (
            f"of the newest {self.n} inquiries {100 * now:.0f} % were right, before {100 * before:.0f} %, at a mean "
            f"confidence of {surer:.2f}, before {sure:.2f}"
        )


def newest(n: int) -> int:
    """How many of n, the newest third, are compared with the others."""
    return n - 2 * n // 3


def still_telling(sample: Sample, shift: Shift | None) -> Sample:
    """The outcomes on which a promise may rest: all, or the newest alone where these are not like the others."""
    return sample.last(shift.n) if shift is not None and shift.noticed else sample


def _larger(old: Floats, new: Floats) -> float:
    """Chance of so much larger a mean without a change, by the normal distribution."""
    from scipy.special import ndtr

    spread = float(np.sqrt(old.var() / len(old) + new.var() / len(new)))
    return float(ndtr(-(new.mean() - old.mean()) / max(spread, 1e-9)))
