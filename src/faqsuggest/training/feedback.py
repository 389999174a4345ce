"""From the feedback log to what the ranker and the calibrator learn from, corrected for the place in the list.

What was used is right; what was left alone may be wrong or may not have been looked at, and how likely that is the
swaps of exploration tell (``examination``). Weights are learnt by maximum likelihood under that position-based model
(``Calibrator.fit``), which is less at the mercy of single clicks far down than inverse propensity weights are
(Joachims, Swaminathan & Schnabel 2017, arXiv:1608.04468). Not corrected is trust, a wrong answer sent because it stood
first; whoever does nothing else is left out.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from faqsuggest.calibrated import LEARN_FROM, learn
from faqsuggest.confidence import Calibrator, order_of
from faqsuggest.errors import InputError
from faqsuggest.feedback.log import FeedbackLog
from faqsuggest.feedback.records import Shown, Slate
from faqsuggest.outcomes import Case, Graded, Outcome, ask, labels_of
from faqsuggest.suggester import Suggester
from faqsuggest.training.examination import Examination, examination_of, group_of, weighed

log = logging.getLogger(__name__)
_SURE = 1.96
_LEVELS = (-8.0, 8.0)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one user's handling of one inquiry teaches, whatever the base.

    Attributes:
        user: Who.
        query: The inquiry, redacted.
        brand: Of the inquiry.
        at: When the list was last shown.
        tickets: The tickets that it was shown for.
        weight: What the lesson counts for.
        answers: For each answer, named by its ids, what was used of it and θ of its place, means over the slates.
    """

    user: str
    query: str
    brand: str | None
    at: datetime
    tickets: frozenset[str]
    weight: float
    answers: Mapping[tuple[str, ...], tuple[float, float]]


def lessons_of(slates: FeedbackLog | Iterable[Slate], *, examination: Examination | None = None) -> list[Lesson]:
    """One lesson for each user and inquiry, oldest first.

    Args:
        slates: A log, or slates from one.
        examination: θ by place; None estimates it from the slates. Answers at places without θ teach nothing.
    """
    given = list(slates.slates() if isinstance(slates, FeedbackLog) else slates)
    theta = examination_of(given) if examination is None else examination
    groups: dict[tuple[str, str, str], list[tuple[Slate, float]]] = defaultdict(list)
    for slate, weight in weighed(given):
        if weight:
            groups[group_of(slate)].append((slate, weight))
    lessons = [_lesson(group, theta) for group in groups.values()]
    return sorted(lessons, key=lambda each: (each.at, each.user, each.query))


def _lesson(group: Sequence[tuple[Slate, float]], theta: Examination) -> Lesson:
    answers: dict[tuple[str, ...], list[tuple[float, float]]] = defaultdict(list)
    for slate, _ in group:
        for place, one in enumerate(slate.shown, 1):
            if theta.at(place):
                answers[_ids(one)].append((one.reward, theta.at(place)))
    last = max((slate for slate, _ in group), key=lambda slate: (slate.at, slate.id))
    return Lesson(
        user=last.showing.user,
        query=last.query,
        brand=last.brand,
        at=last.at,
        tickets=frozenset(slate.showing.ticket_id for slate, _ in group) - {""},
        weight=round(sum(weight for _, weight in group), 9),
        answers={ids: _means(each) for ids, each in answers.items()},
    )


def _means(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    used, theta = np.array(pairs).mean(axis=0).round(9).tolist()
    return used, theta


def _ids(one: Shown) -> tuple[str, ...]:
    return (one.answer, *one.sources)


def feedback_examples(suggester: Suggester, lessons: FeedbackLog | Iterable[Slate] | Sequence[Lesson]) -> list[Graded]:
    """What the ranker and the calibrator learn from: the inquiries asked anew, with labels where they are known.

    The base must not hold the tickets that the lists were shown for, or an inquiry finds itself; lessons of tickets
    that are in it are left out, and so are answers that it has no longer.

    Args:
        suggester: Fitted, with the base and the encoder that will serve; stays as it is.
        lessons: A log, slates from one, or lessons.

    Returns:
        For ``calibrated.calibrate(…, feedback=…)``, oldest first.
    """
    taught = _as_lessons(lessons)
    book = suggester.units_.book
    known = {i: key for key, answer in book.answers.items() for i in (key, *answer.articles, *answer.tickets)}
    told = [each for each in taught if each.answers and each.tickets.isdisjoint(book.tickets)]
    newest = {(each.query, each.brand): each.at for each in told}  # oldest first: the last one stays
    cases = [Case(id="", text=query, right=frozenset(), at=at, brand=brand) for (query, brand), at in newest.items()]
    outcomes = ask(suggester.units_, suggester.encoder_, suggester.ranking, cases)
    asked = dict(zip(newest, outcomes, strict=True))
    graded = [grade(lesson, asked[lesson.query, lesson.brand], known) for lesson in told]
    return [each for each in graded if each.weights.any()]


def _as_lessons(given: FeedbackLog | Iterable[Slate] | Sequence[Lesson]) -> list[Lesson]:
    items = list(given.slates() if isinstance(given, FeedbackLog) else given)
    lessons = [each for each in items if isinstance(each, Lesson)]
    if lessons and len(lessons) < len(items):
        raise InputError("feedback must be slates or lessons, got both; make lessons of all slates with lessons_of")
    return lessons or lessons_of([each for each in items if isinstance(each, Slate)])


def grade(lesson: Lesson, outcome: Outcome, known: Mapping[str, str]) -> Graded:
    """The candidates that were found for a lesson's inquiry, with the lesson's labels.

    Args:
        lesson: What was shown and used.
        outcome: Of the same inquiry, asked of a base.
        known: Id of a ticket, article or answer → key of the answer in that base.
    """
    told = {next((known[i] for i in ids if i in known), ""): each for ids, each in lesson.answers.items()}
    used, seen = np.array([told.get(key, (0.0, 0.0)) for key in outcome.keys], dtype=np.float64).reshape(-1, 2).T
    return Graded(
        user=lesson.user,
        query=lesson.query,
        at=lesson.at,
        table=outcome.table,
        used=used,
        seen=seen,
        weights=np.where(seen > 0, lesson.weight, 0.0),
        keys=outcome.keys,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackReport:
    """What was learnt from feedback alone.

    Attributes:
        lessons: Inquiries of a user that taught something.
        users: How many users.
        examination: θ by place.
        reorder: Whether the learnt order was taken.
        gain: Gain of the learnt order in the share of inquiries whose first answer is used, on lessons that it was not
            learnt on; see ``order_gain``. NaN where it was not tried.
        low: Lower end of the 95 % interval.
        high: Upper end.
    """

    lessons: int
    users: int
    examination: Examination
    reorder: bool
    gain: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


def learn_from_feedback(suggester: Suggester, slates: FeedbackLog | Iterable[Slate]) -> FeedbackReport:
    """Teach a suggester whose base has no ticket history from its feedback log; with a history, ``learn_confidence``.

    The learnt order is taken only where it proves better than the one in use on lessons that it was not learnt on;
    otherwise nothing changes. Thresholds that were proved for the older weights are given up for cautious ones.

    Args:
        suggester: Fitted; it takes over what was learnt.
        slates: A log, or slates from one.

    Raises:
        InputError: Nothing is known about its encoder yet: calibrate first.
    """
    current = suggester.confidence_
    if current is None:
        raise InputError("learning from feedback begins from a calibrated suggester; call calibrate(…) first")
    given = list(slates.slates() if isinstance(slates, FeedbackLog) else slates)
    theta = examination_of(given)
    graded = feedback_examples(suggester, lessons_of(given, examination=theta))
    start = current.calibrator
    gain, low, high = order_gain(graded, start)
    if low > 0:
        learnt = replace(learn((), graded, start), reorder=True)
        suggester.use_confidence(replace(current, calibrator=learnt, own=None, report=None))
    log.info("%d lessons of feedback; the order is %s", len(graded), "learnt" if low > 0 else "as it was")
    return FeedbackReport(
        lessons=len(graded),
        users=len({each.user for each in graded}),
        examination=theta,
        reorder=bool(low > 0),
        gain=gain,
        low=low,
        high=high,
    )


def order_gain(graded: Sequence[Graded], start: Calibrator) -> tuple[float, float, float]:
    """Gain of a learnt order over the one in use, with its 95 % interval; cross-fitted over inquiries.

    What an answer would have been worth at the first place is what the weights in use, brought to the level of the
    feedback, make of what was done with it (``outcomes.labels_of``): where nobody saw it, they stand by their own
    order, so that the gain is rather too small.

    With fewer than ``calibrated.LEARN_FROM`` lessons: NaN, −∞ and ∞.
    """
    queries = sorted({each.query for each in graded})
    if len(graded) < LEARN_FROM or len(queries) < 2:
        return float("nan"), -np.inf, np.inf
    half = set(queries[::2])
    sides = [[g for g in graded if (g.query in half) is side] for side in (True, False)]
    gains, weights = [], []
    for fit, test in (sides, sides[::-1]):
        learnt = replace(learn((), fit, start), reorder=True)
        level = _levelled(start, fit)
        for each, labels in zip(test, labels_of(test, level), strict=True):
            gains.append(float(labels[_first(each, learnt)] - labels[_first(each, start)]))
            weights.append(float(each.weights.max()))
    gain, weight = np.array(gains), np.array(weights)
    mean = float(weight @ gain / weight.sum())
    spread = float(np.sqrt(weight**2 @ (gain - mean) ** 2) / weight.sum())
    return mean, mean - _SURE * spread, mean + _SURE * spread


def _levelled(start: Calibrator, graded: Sequence[Graded]) -> Calibrator:
    """The same weights, all odds moved alike so that as many uses are expected as there were."""
    used, seen, weight = (
        np.concatenate([getattr(each, name) for each in graded]) for name in ("used", "seen", "weights")
    )
    tables, (low, high) = np.concatenate([each.table for each in graded]), _LEVELS
    for _ in range(30):
        middle = (low + high) / 2
        moved = replace(start, bias=(start.bias[0] + middle, start.bias[1] + middle))
        over = weight @ (seen * moved.probabilities(tables) - used) > 0
        low, high = (low, middle) if over else (middle, high)
    return moved


def _first(graded: Graded, calibrator: Calibrator) -> int:
    return order_of(calibrator, graded.table, calibrator.probabilities(graded.table))[0]
