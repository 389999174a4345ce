"""What a newly learnt part must show before it replaces the one that serves.

A part is promoted when a paired test on later inquiries shows it to be better in one of its measures, it is not worse
in the others, and no slice of the inquiries pays for the rest:

* *Superior*: paired randomisation test over customers and threads (Smucker et al. 2007), two-sided, Holm-corrected
  over all measures of all parts of the run, so that one run promotes something no better with a probability of at most
  ``alpha`` / 2.
* *Not worse overall*: in each other measure the lower end of the 95 % interval of the difference lies above −``margin``
  (the usual test of non-inferiority).
* *Slices*: a slice of at least ``fewest_in_slice`` inquiries vetoes when its difference is below −``slice_margin``, or
  when it is shown to be worse, however little, by the same test, Holm-corrected over the slices. The usual test of
  non-inferiority in every slice would ask for thousands of inquiries: among 500, a slice of 60 would veto most real
  gains of six points.
* *New data* is no learnt part and need not be better: it serves unless it does harm, by the rule of the slices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import InputError
from faqsuggest.evaluation.bootstrap import Difference, compare_paired, holm
from faqsuggest.evaluation.report import SLICES

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
ALL = "all"
_DRAWS, _SLICE_DRAWS = 10_000, 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """How sure a retrain must be. The defaults suit a desk with some hundred tickets a week.

    Attributes:
        alpha: Level of the two-sided tests. An equal challenger gets through in ``alpha`` / 2 of all runs at most.
        margin: Loss, 0 to 1, that every other measure must be shown to stay above.
        slice_margin: Loss in a slice from which it vetoes.
        by: Slices: any of language, channel, tag, brand, month, length.
        fewest: Later inquiries with known answers without which nothing learnt is judged, let alone promoted.
        most: Later inquiries that are judged at most, the newest ones.
        fewest_in_slice: Smaller slices are shown but have no veto.

    Raises:
        InputError: A value is out of its range.

    Example:
        >>> Gate(fewest=500).most
        2000
    """

    alpha: float = 0.05
    margin: float = 0.02
    slice_margin: float = 0.05
    by: tuple[str, ...] = ("language", "channel", "tag")
    fewest: int = 200
    most: int = 2000
    fewest_in_slice: int = 50

    def __post_init__(self) -> None:
        for name in ("alpha", "margin", "slice_margin"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
                raise InputError(f"{name} of Gate must lie between 0 and 1, got {value!r}")
        for name, least in (("fewest", 50), ("most", 50), ("fewest_in_slice", 10)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise InputError(f"{name} of Gate must be a whole number of {least} or more, got {value!r}")
        if self.most < self.fewest:
            raise InputError(f"most of Gate must not be below fewest, got {self.most} and {self.fewest}")
        allowed = [name for name in SLICES if name != "repeat"]
        unknown = [name for name in self.by if name not in allowed] if isinstance(self.by, tuple) else [self.by]
        if unknown:
            raise InputError(f"by of Gate may hold {', '.join(allowed)}; got {', '.join(map(repr, unknown))}")

    def judge(
        self,
        measures: Sequence[Measure],
        slices: Mapping[str, Mask],
        clusters: NDArray[np.int64] | None = None,
        *,
        seed: int = 0,
    ) -> list[Verdict]:
        """Decide for every part.

        Args:
            measures: What was measured; several of one part decide about it together.
            slices: Members of each slice, shape (inquiries,).
            clusters: Number of the customer or thread of each inquiry; each by itself when None.
            seed: Of the randomisation.

        Returns:
            One verdict for each part, in the order of the measures.

        Example:
            >>> rng = np.random.default_rng(0)
            >>> old = (rng.random(500) < 0.7).astype(float)
            >>> new = np.where(rng.random(500) < 0.2, 1.0, old)
            >>> [verdict] = Gate().judge([Measure("ranking", "hit@3", new, old)], {})
            >>> verdict.promoted
            True
        """
        overall = [_compared(measure, None, clusters, seed) for measure in measures]
        # A measure in which the two are identical can show nothing and takes nothing from the others.
        tested = [place for place, test in enumerate(overall) if test.p < 1.0]
        corrected = np.ones(len(overall))
        corrected[tested] = holm([overall[place].p for place in tested])
        rows: dict[str, list[Row]] = {}
        for measure, test, p in zip(measures, overall, corrected.tolist(), strict=True):
            rows.setdefault(measure.part, []).append(self._overall(measure, test, p))
            rows[measure.part] += self._slices(measure, slices, clusters, seed)
        return [self._verdict(part, found) for part, found in rows.items()]

    def harmless(self, measure: Measure, clusters: NDArray[np.int64] | None = None, *, seed: int = 0) -> Verdict:
        """Decide whether new data may serve: unless it does harm, by the rule that lets a slice veto.

        To ask for proof that it does none would keep every small batch of new data out.

        Args:
            measure: With the new data as challenger, and without it.
            clusters: As for ``judge``.
            seed: Of the randomisation.
        """
        test = _compared(measure, None, clusters, seed)
        worse = test.value < -self.slice_margin or (test.value < 0 and test.p <= self.alpha)
        outcome = "too few" if test.n < self.fewest else "worse" if worse else "not worse"
        row = _row(measure, ALL, None, test, test.p, outcome)
        reason = "too few later inquiries to judge it" if outcome == "too few" else outcome
        return Verdict(measure.part, outcome != "worse", reason, (row,))

    def _overall(self, measure: Measure, test: Difference, p: float) -> Row:
        outcome = "not worse" if test.low > -self.margin else "may be worse"
        if test.value > 0 and p <= self.alpha:
            outcome = "better"
        return _row(measure, ALL, None, test, p, "too few" if test.n < self.fewest else outcome)

    def _slices(
        self, measure: Measure, slices: Mapping[str, Mask], clusters: NDArray[np.int64] | None, seed: int
    ) -> list[Row]:
        known = measure.known
        sized = {name: mask for name, mask in slices.items() if (mask & known).any()}
        large = {name: mask for name, mask in sized.items() if int((mask & known).sum()) >= self.fewest_in_slice}
        tests = {name: _compared(measure, mask, clusters, seed) for name, mask in sized.items()}
        corrected = dict(zip(large, holm([tests[name].p for name in large]), strict=True))
        rows = []
        for name, test in tests.items():
            p = corrected.get(name, 1.0)
            worse = test.value < -self.slice_margin or (test.value < 0 and p <= self.alpha)
            outcome = "too few" if name not in large else "worse" if worse else "not worse"
            rows.append(_row(measure, name, sized[name], test, p, outcome))
        return rows

    def _verdict(self, part: str, rows: Sequence[Row]) -> Verdict:
        overall = [row for row in rows if row.slice == ALL]
        if any(row.outcome == "too few" for row in overall):
            reason = f"only {min(row.n for row in overall)} later inquiries, {self.fewest} are needed"
            return Verdict(part, False, reason, tuple(rows))
        better = [row for row in overall if row.outcome == "better"]
        doubtful = [row for row in overall if row.outcome == "may be worse"]
        vetoes = [row for row in rows if row.outcome == "worse"]
        if not better:
            return Verdict(part, False, "not shown to be better", tuple(rows))
        if doubtful:
            named = ", ".join(row.metric for row in doubtful)
            return Verdict(part, False, f"better, but may be worse in {named}", tuple(rows))
        if vetoes:
            named = ", ".join(f"{row.slice} ({row.metric})" for row in vetoes)
            return Verdict(part, False, f"better overall, but worse for {named}", tuple(rows))
        return Verdict(part, True, "better in " + ", ".join(row.metric for row in better), tuple(rows))


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of one learnt part on the same inquiries, higher is better.

    Attributes:
        part: "ranking", "tags"; what is promoted or not as a whole.
        metric: Name of the measure.
        challenger: Value of each inquiry, shape (inquiries,); NaN where it cannot be measured.
        champion: The same for what serves now; NaN at the same places.
    """

    part: str
    metric: str
    challenger: Values
    champion: Values

    @property
    def known(self) -> Mask:
        """Inquiries with a value."""
        return np.asarray(~(np.isnan(self.challenger) | np.isnan(self.champion)))


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: challenger minus champion with its 95 % interval, p after Holm, n, and what follows from it."""

    metric: str
    slice: str
    challenger: float
    champion: float
    difference: float
    low: float
    high: float
    p: float
    n: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a part is promoted, why, and the comparisons behind it."""

    part: str
    promoted: bool
    reason: str
    rows: tuple[Row, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready values; numbers that are not known are None."""
        given = asdict(self)
        given["rows"] = [
            {name: None if value != value else value for name, value in row.items()} for row in given["rows"]
        ]
        return given


def _compared(measure: Measure, mask: Mask | None, clusters: NDArray[np.int64] | None, seed: int) -> Difference:
    rows = measure.known if mask is None else measure.known & mask
    if not rows.any():
        return Difference(np.nan, np.nan, np.nan, 1.0, 0)
    new, old = measure.challenger[rows], measure.champion[rows]
    if np.array_equal(new, old):
        return Difference(0.0, 0.0, 0.0, 1.0, len(new))
    draws = _DRAWS if mask is None else _SLICE_DRAWS
    return compare_paired(new, old, None if clusters is None else clusters[rows], draws=draws, seed=seed)


def _row(measure: Measure, name: str, mask: Mask | None, test: Difference, p: float, outcome: str) -> Row:
    rows = measure.known if mask is None else measure.known & mask
    return Row(
        metric=measure.metric,
        slice=name,
        challenger=float(measure.challenger[rows].mean()) if rows.any() else np.nan,
        champion=float(measure.champion[rows].mean()) if rows.any() else np.nan,
        difference=test.value,
        low=test.low,
        high=test.high,
        p=p,
        n=test.n,
        outcome=outcome,
    )
