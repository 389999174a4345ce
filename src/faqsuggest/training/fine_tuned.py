"""What a tuning run gave: the encoder to use from now on, and the report that says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from faqsuggest.encoders.base import Encoder
from faqsuggest.evaluation.bootstrap import compare_paired

if TYPE_CHECKING:
    import pandas as pd

ALL, NEW, SHIPPED = "all", "new wordings", "all, as shipped"


@dataclass(frozen=True, slots=True)
class Gain:
    """Share of later questions with a right suggestion among the first three, before and after.

    Attributes:
        name: Which questions: all, those in words that training had not seen, or again all, with the order that ships
            for the encoder that came; nothing ships for a tuned one until it has learnt an order of its own.
        questions: How many.
        before: Share with the encoder that came.
        after: Share with the tuned one.
        low: Lower end of the 95 % interval of the gain; paired, over customers and threads.
        high: Upper end.
    """

    name: str
    questions: int
    before: float
    after: float
    low: float
    high: float

    @classmethod
    def of(
        cls, name: str, before: NDArray[np.float64], after: NDArray[np.float64], clusters: NDArray[np.int64], seed: int
    ) -> Gain:
        """Of hits, 0 or 1 a question in the same order; everything is NaN without questions."""
        if not len(before):
            return cls(name, 0, np.nan, np.nan, np.nan, np.nan)
        found = compare_paired(after, before, clusters, seed=seed)
        return cls(name, len(before), float(before.mean()), float(after.mean()), found.low, found.high)

    @property
    def value(self) -> float:
        """``after`` minus ``before``."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuned:
    """What a tuning run gave. Printed, it is a report.

    Attributes:
        encoder: The tuned encoder when it is better, else the one that came.
        improved: Whether the whole 95 % interval of the gain over all later questions lies above 0.
        folder: Of the tuned encoder, for ``Suggester(encoder=folder)``; None when it is not better.
        gains: Over all later questions, over those in new wordings and, for an encoder that an order ships for, over
            all against that order; empty in a dry run.
        share: Of the tuned weights in the encoder; the rest are the weights that came.
        validation: By share, mean reciprocal rank on the tickets that chose among them.
        pairs: Past questions with a known answer that it learnt from.
        steps: Optimiser steps taken, or that would be taken in a dry run.
        seconds: Time that all took, or is expected to take in a dry run.
        questions: Later questions to decide by.
    """

    encoder: Encoder
    improved: bool
    folder: Path | None = None
    gains: tuple[Gain, ...] = ()
    share: float = 0.0
    validation: Mapping[float, float] = field(default_factory=dict)
    pairs: int
    steps: int
    seconds: float
    questions: int

    @property
    def before(self) -> float:
        """Share of all later questions with a right suggestion among the first three, before tuning."""
        return self.gains[0].before if self.gains else np.nan

    @property
    def after(self) -> float:
        """The same after tuning."""
        return self.gains[0].after if self.gains else np.nan

    @property
    def gain(self) -> tuple[float, float, float]:
        """``after`` minus ``before`` with the ends of its 95 % interval."""
        return (self.gains[0].value, self.gains[0].low, self.gains[0].high) if self.gains else (np.nan,) * 3

    def to_frame(self) -> pd.DataFrame:
        """One row a slice of the later questions: questions, before, after, gain, low, high."""
        import pandas as pd

        names = ("slice", "questions", "before", "after", "gain", "low", "high")
        rows = [(g.name, g.questions, g.before, g.after, g.value, g.low, g.high) for g in self.gains]
        return pd.DataFrame(rows, columns=list(names)).set_index("slice")

    def to_dict(self) -> dict[str, Any]:
        """Everything but the encoder, JSON-ready."""
        return {
            "improved": self.improved,
            "folder": None if self.folder is None else str(self.folder),
            "gains": [{**asdict(each), "gain": each.value} for each in self.gains],
            "share": self.share,
            "validation": {f"{share:g}": value for share, value in self.validation.items()},
            "pairs": self.pairs,
            "steps": self.steps,
            "seconds": self.seconds,
            "questions": self.questions,
        }

    def __str__(self) -> str:
        if not self.gains:
            return (
                f"Dry run: {self.pairs:,} questions to learn from, {self.steps:,} steps, about {_time(self.seconds)}; "
                f"{self.questions:,} later questions to decide by."
            )
        decision = (
            f"The tuned encoder is better and stands in {self.folder}."
            if self.improved
            else "The tuned encoder is not surely better: the one that came is kept."
        )
        lines = [
            decision,
            f"Learnt from {self.pairs:,} questions in {self.steps:,} steps, {_time(self.seconds)} in all; "
            f"{self.share:.0%} of the tuned weights.",
            "Right suggestion among the first three, later questions:",
        ]
        for each in self.gains:
            interval = f"{each.value:+.3f} [{each.low:+.3f}, {each.high:+.3f}]"
            lines.append(f"  {each.name:<15} n {each.questions:>5}  {each.before:.3f} → {each.after:.3f}  {interval}")
        return "\n".join(lines)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
