"""Whether times have changed since a model was made, week by week, and what to do about it.

Five signals, each compared with the time of the model and scaled by how much its weeks differed among themselves:

    novel         share of inquiries farther from the base than 95 % were then
    new answers   share of the replies sent that the base does not hold
    stale         share of inquiries whose first suggestion was last written or sent more than a year ago
    calibration   share of right first suggestions minus their mean confidence
    tags          Jensen–Shannon divergence of the tags

A week is an alarm when its score passes ``Limits.week``, or when small excesses add up: a combined Shewhart–CUSUM chart
(Page 1954, "Continuous inspection schemes"; Lucas 1982, "Combined Shewhart–CUSUM quality control schemes").
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from faqsuggest.errors import InputError
from faqsuggest.training.observing import Observation

if TYPE_CHECKING:
    import pandas as pd

Score = Callable[[Sequence[Observation], Sequence[Observation]], tuple[float, float, float]]
"""From a week and a reference to the week's value, what was expected, and a score that is standard normal in calm."""
_NOVEL = 0.05
_OLD = 1.0
_WEEKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When to raise an alarm.

    Attributes:
        week: Score of a single week.
        sum: Sum of the weekly scores above ``slack``.
        slack: What is left out of every week; half the smallest lasting shift worth knowing, in standard deviations.
        fewest: A week with fewer inquiries is told but raises no alarm.

    Raises:
        InputError: One is no number of 0 or more.
    """

    week: float = 3.5
    sum: float = 5.0
    slack: float = 0.5
    fewest: int = 20

    def __post_init__(self) -> None:
        for name in ("week", "sum", "slack", "fewest"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < np.inf:
                raise InputError(f"{name} of Limits must be a number of 0 or more, got {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One signal in one week.

    Attributes:
        week: Its Monday.
        signal: Name.
        n: Inquiries that say something about it.
        value: Of the signal.
        expected: What the time of the model lets expect.
        score: Excess in standard deviations of calm weeks.
        cusum: Sum of excesses so far.
        alarm: Whether it passes a limit.
    """

    week: date
    signal: str
    n: int
    value: float
    expected: float
    score: float
    cusum: float
    alarm: bool


@dataclass(frozen=True, slots=True)
class DriftReport:
    """All signals week by week.

    Attributes:
        weeks: Oldest first.
    """

    weeks: tuple[Week, ...]

    @property
    def alarms(self) -> tuple[Week, ...]:
        """The first alarm of each signal."""
        firsts: dict[str, Week] = {}
        for each in self.weeks:
            if each.alarm:
                firsts.setdefault(each.signal, each)
        return tuple(firsts.values())

    @property
    def retrain(self) -> bool:
        """Whether a retrain is due: any signal that a retrain can mend has raised an alarm."""
        return any(each.signal != "stale" for each in self.alarms)

    @property
    def recommendation(self) -> str:
        """What to do and why, in plain words; one line a reason."""
        if not self.alarms:
            return "Keep the model: no signal left its band."
        head = "Retrain" if self.retrain else "Review the answers"
        return "\n".join([f"{head}:", *(f"- {_REASONS[each.signal].format(**_told(each))}" for each in self.alarms)])

    def to_frame(self) -> pd.DataFrame:
        """One row a week and signal: week, signal, n, value, expected, score, cusum, alarm."""
        import pandas as pd

        columns = [field for field in Week.__dataclass_fields__]
        return pd.DataFrame([asdict(each) for each in self.weeks], columns=columns)


_REASONS = {
    "novel": "since the week of {week} {value:.0%} of the inquiries are unlike the base (usual: {expected:.0%}); it "
    "needs the new tickets or new articles",
    "new answers": "since the week of {week} {value:.0%} of the replies sent are not in the base (usual: "
    "{expected:.0%}); it needs the new replies",
    "stale": "since the week of {week} {value:.0%} of the first suggestions are more than a year old (usual: "
    "{expected:.0%}); look through the answers in use, a retrain does not renew them",
    "calibration": "since the week of {week} first suggestions are right {value:+.0%} of what their confidence says "
    "(usual: {expected:+.0%}); thresholds no longer hold",
    "tags": "since the week of {week} other tags come in (divergence {value:.3f}, usual: {expected:.3f}); the tag "
    "model and the routing learnt another mix",
}


def _told(each: Week) -> dict[str, object]:
    return {"week": each.week.isoformat(), "value": each.value, "expected": each.expected}


def drift(
    reference: Sequence[Observation], recent: Sequence[Observation], *, limits: Limits | None = None, seed: int = 0
) -> DriftReport:
    """Compare the weeks since a model was made with the time before.

    Args:
        reference: What was normal, as ``observing.reference_of`` makes it; four weeks or more, so that it is known how
            much weeks differ.
        recent: The inquiries since then, as ``observing.observe`` or ``observe_log`` makes them.
        limits: When to raise an alarm; the default raises a false one in about one calm week of 75.
        seed: Of the resampling behind the band of the tags.

    Raises:
        InputError: There is no reference, an inquiry is no ``Observation``, or ``limits`` or ``seed`` is wrong.

    Example:
        >>> from datetime import datetime
        >>> def asked(day, n, nearest):
        ...     moment = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=day)
        ...     return [Observation(at=moment, nearest=nearest + i / 1000) for i in range(n)]
        >>> calm = [each for week in range(8) for each in asked(7 * week, 100, 0.8)]
        >>> report = drift(calm, [*asked(56, 100, 0.8), *asked(63, 100, 0.7)])
        >>> [each.alarm for each in report.weeks]
        [False, True]
        >>> report.retrain
        True
    """
    reference, recent = _observations(reference, "reference"), _observations(recent, "recent")
    if not reference:
        raise InputError("drift needs a reference: observing.reference_of(suggester), or the weeks after the last fit")
    rules = Limits() if limits is None else limits
    if not isinstance(rules, Limits):
        raise InputError(f"limits of drift must be Limits(…) or None, got {type(rules).__name__}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed of drift must be a whole number of 0 or more, got {seed!r}")
    weeks: list[Week] = []
    for signal, (told, score) in _signals(reference, seed).items():
        known = [each for each in reference if told(each)]
        given = [each for each in recent if told(each)]
        if known and given:
            weeks += _chart(signal, known, given, score, rules)
    return DriftReport(tuple(sorted(weeks, key=lambda each: (each.week, each.signal))))


def _observations(given: Iterable[Observation], argument: str) -> list[Observation]:
    found = list(given) if isinstance(given, Iterable) else [given]
    wrong = sorted({type(each).__name__ for each in found if not isinstance(each, Observation)})
    if wrong:
        raise InputError(f"{argument} of drift must be observations, as observe(…) gives them, got {', '.join(wrong)}")
    return found


def _chart(
    signal: str, reference: Sequence[Observation], recent: Sequence[Observation], score: Score, limits: Limits
) -> list[Week]:
    (usual, spread), up, down, rows = _calm(reference, score), 0.0, 0.0, []
    both = signal == "calibration"
    for monday, week in _by_week(recent).items():
        value, expected, raw = score(week, reference)
        excess = (raw - usual) / spread
        up = max(0.0, up + excess - limits.slack)
        down = max(0.0, down - excess - limits.slack) if both else 0.0
        far = abs(excess) if both else excess
        told = len(week) >= limits.fewest
        rows.append(
            Week(
                week=monday,
                signal=signal,
                n=len(week),
                value=value,
                expected=expected,
                score=excess,
                cusum=max(up, down),
                alarm=told and (far > limits.week or max(up, down) > limits.sum),
            )
        )
    return rows


def _calm(reference: Sequence[Observation], score: Score) -> tuple[float, float]:
    """Mean and spread of the scores of the reference's own weeks, each against the others; at least 0 and 1."""
    weeks = list(_by_week(reference).values())
    if len(weeks) < _WEEKS:
        return 0.0, 1.0
    scores = []
    for place, week in enumerate(weeks):
        rest = [each for other, same in enumerate(weeks) if other != place for each in same]
        scores.append(score(week, rest)[2])
    return max(0.0, float(np.mean(scores))), max(1.0, float(np.std(scores, ddof=1)))


def _by_week(observations: Sequence[Observation]) -> dict[date, list[Observation]]:
    weeks: dict[date, list[Observation]] = defaultdict(list)
    for each in observations:
        day = each.at.astimezone(UTC).date()
        weeks[day - timedelta(days=day.weekday())].append(each)
    return dict(sorted(weeks.items()))


def _signals(reference: Sequence[Observation], seed: int) -> dict[str, tuple[Callable[[Observation], bool], Score]]:
    near = [each.nearest for each in reference if each.nearest is not None]
    edge = float(np.quantile(near, _NOVEL)) if near else 0.0
    return {
        "novel": (
            lambda each: each.nearest is not None,
            _share(lambda each: each.nearest is not None and each.nearest < edge),
        ),
        "new answers": (lambda each: each.known is not None, _share(lambda each: each.known is False)),
        "stale": (lambda each: each.age is not None, _share(lambda each: each.age is not None and each.age > _OLD)),
        "calibration": (lambda each: each.confidence is not None and each.right is not None, _residual),
        "tags": (lambda each: bool(each.tags), _tag_mix(seed)),
    }


def _share(counts: Callable[[Observation], bool]) -> Score:
    """Excess of a share: the upper tail of the beta-binomial prediction from the reference, as a normal score."""

    def score(week: Sequence[Observation], reference: Sequence[Observation]) -> tuple[float, float, float]:
        from scipy.stats import betabinom, norm

        hits, n = sum(map(counts, week)), len(week)
        before, total = sum(map(counts, reference)), len(reference)
        law = betabinom(n, before + 0.5, total - before + 0.5)
        tail = float(law.sf(hits) + 0.5 * law.pmf(hits))
        return hits / n, before / total, float(norm.isf(np.clip(tail, 1e-12, 1 - 1e-12)))

    return score


def _residual(week: Sequence[Observation], reference: Sequence[Observation]) -> tuple[float, float, float]:
    now, then = (
        np.array([float(bool(each.right)) - (each.confidence or 0.0) for each in part]) for part in (week, reference)
    )
    chances = np.array([each.confidence or 0.0 for each in week])
    variance = float((chances * (1 - chances)).mean()) / len(now) + float(then.var()) / len(then)
    gap = float(now.mean() - then.mean())
    return float(now.mean()), float(then.mean()), gap / float(np.sqrt(max(variance, 1e-9)))


def _tag_mix(seed: int, draws: int = 200) -> Score:
    """Excess of the divergence over that of as many tickets drawn from the reference."""

    def score(week: Sequence[Observation], reference: Sequence[Observation]) -> tuple[float, float, float]:
        names = {tag: place for place, tag in enumerate(sorted({t for o in [*week, *reference] for t in o.tags}))}
        table = np.array([_counts(each, names) for each in reference])
        whole = table.sum(axis=0)
        found = divergence(sum(_counts(each, names) for each in week), whole)
        rng = np.random.default_rng(seed)
        drawn = [divergence(table[rng.integers(len(table), size=len(week))].sum(axis=0), whole) for _ in range(draws)]
        spread = max(float(np.std(drawn)), 1e-9)
        return found, float(np.mean(drawn)), (found - float(np.mean(drawn))) / spread

    return score


def _counts(each: Observation, names: Mapping[str, int]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    row = np.zeros(len(names))
    for tag, count in Counter(each.tags).items():
        row[names[tag]] = count
    return row


def divergence(first: object, second: object) -> float:
    """Jensen–Shannon divergence of two tables of counts in bits, 0 (the same mix) to 1 (nothing in common).

    Example:
        >>> divergence([1, 0], [0, 3]), divergence([2, 2], [5, 5])
        (1.0, 0.0)
    """
    p, q = (np.asarray(each, dtype=np.float64) / np.sum(np.asarray(each)) for each in (first, second))
    mean = (p + q) / 2

    def entropy(shares: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        kept = shares[shares > 0]
        return float(-(kept * np.log2(kept)).sum())

    return entropy(mean) - (entropy(p) + entropy(q)) / 2
