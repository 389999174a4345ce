"""Confidence and order learnt from a team's history, without hand labels.

Past tickets are asked of the base as it was before them, their own reply hidden; right is the reply that was sent, in
any wording, and each article that the agent linked.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from faqsuggest.calibrated import LEARN_FROM, Confidence, calibrate, learn, own_order
from faqsuggest.calibration_report import CalibrationReport
from faqsuggest.confidence import Calibrator
from faqsuggest.errors import InputError
from faqsuggest.feedback.log import FeedbackLog
from faqsuggest.feedback.records import Slate
from faqsuggest.outcomes import Graded, Outcome, ask, cases_of_tickets, first_of, in_order_of
from faqsuggest.own_order import Refit
from faqsuggest.progress import progress
from faqsuggest.records import Ticket
from faqsuggest.suggester import Suggester
from faqsuggest.training.feedback import Lesson, feedback_examples, lessons_of

log = logging.getLogger(__name__)
_SURE = 1.96


def learn_confidence(
    suggester: Suggester, *, folds: int = 4, feedback: FeedbackLog | Iterable[Slate] = ()
) -> CalibrationReport:
    """Teach a fitted suggester from the tickets of its own base what its confidences are worth, and how to rank.

    The weights begin from the shipped ones and move as history grows. The order that came with the encoder moves too
    where that proves better on inquiries that it was not learnt on (``own_order``); where the fixed hybrid proves
    better than it, the fixed hybrid takes its place.

    Args:
        suggester: Fitted; it takes over what was learnt. Give it a ``cache``, or every fold embeds the base anew.
        folds: Cuts of the history; the tickets after each are asked of the base before it.
        feedback: A log, or slates from one. It teaches beside the tickets what was done with suggestions; slates of
            tickets that teach by themselves, and of the time that the figures are measured on, are left out.

    Returns:
        What was found on the newer half of the inquiries.

    Raises:
        InputError: ``folds`` is below 1, or the history has too few tickets with known answers.
        NotFittedError: The suggester is not fitted.
    """
    if folds < 1:
        raise InputError(f"folds must be at least 1, got {folds}")
    outcomes, graded = _replayed(suggester, folds, lessons_of(feedback))
    half = len(outcomes) // 2
    since = outcomes[half].case.at if outcomes else None
    graded = [each for each in graded if since is not None and each.at < since]
    current, outcomes, graded = without_a_losing_order(suggester.confidence_, outcomes, graded)
    refit = own_order(outcomes, current)
    if current is not None:
        order = gains_by_order(in_crossed_order(outcomes[:half], refit), current.calibrator, feedback=graded)
        current = replace(current, calibrator=replace(current.calibrator, reorder=order))
    log.info("learnt from %d past inquiries and %d lessons of feedback", len(outcomes), len(graded))
    log.info("the order is %s", told_of_order(current, refit))
    confidence, report = calibrate(outcomes, current, feedback=graded, order=refit)
    suggester.use_confidence(confidence)
    return report


def without_a_losing_order(
    current: Confidence | None, outcomes: Sequence[Outcome], graded: Sequence[Graded]
) -> tuple[Confidence | None, list[Outcome], list[Graded]]:
    """The confidence without its order where the fixed hybrid does better on the older half; all in the order left.

    Args:
        current: From where learning begins.
        outcomes: Oldest first, in its order.
        graded: Lessons, in its order.
    """
    if current is None or current.ranker is None or not loses_by_ranker(outcomes[: len(outcomes) // 2]):
        return current, list(outcomes), list(graded)
    log.info("the order that came with the encoder does worse here than the fixed hybrid, which takes its place")
    lessons = [in_order_of(each, None) for each in graded]
    return replace(current, ranker=None), [in_order_of(each, None) for each in outcomes], lessons


def in_crossed_order(outcomes: Sequence[Outcome], refit: Refit | None) -> Sequence[Outcome]:
    """Each outcome in the order of weights that have not seen it."""
    if refit is None:
        return outcomes
    return [in_order_of(each, ranker) for each, ranker in zip(outcomes, refit.crossed, strict=True)]


def told_of_order(current: Confidence | None, refit: Refit | None) -> str:
    """Which order was settled on, for the log."""
    if current is not None and current.calibrator.reorder:
        return "that of the confidences"
    if refit is not None:
        return "the learnt one, refitted on this history"
    return "the fixed hybrid" if current is None or current.ranker is None else "the learnt one, as it came"


def replayed(suggester: Suggester, folds: int) -> list[Outcome]:
    """Outcomes of past tickets, oldest first, each against the base as it was at the cut before it.

    Args:
        suggester: Fitted; stays as it is.
        folds: Number of cuts, at equal numbers of tickets.
    """
    return _replayed(suggester, folds, [])[0]


def _replayed(suggester: Suggester, folds: int, lessons: Sequence[Lesson]) -> tuple[list[Outcome], list[Graded]]:
    outcomes: list[Outcome] = []
    graded: list[Graded] = []
    telling = {each.id for each in suggester.kb_.tickets if each.reply or each.article_ids}
    others = [each for each in lessons if each.tickets.isdisjoint(telling)]
    for past, tickets, then in _pasts(suggester, folds, others):
        cases = cases_of_tickets(tickets, past.units_.book)
        outcomes += ask(past.units_, past.encoder_, past.ranking, cases)
        graded += feedback_examples(past, then)
    return outcomes, graded


def _pasts(
    suggester: Suggester, folds: int, lessons: Sequence[Lesson]
) -> Iterator[tuple[Suggester, Sequence[Ticket], list[Lesson]]]:
    """At every cut the base as it was, with the tickets and the lessons until the next one."""
    kb = suggester.kb_
    tickets = sorted(kb.tickets, key=lambda each: (each.created_at, each.id))
    edges = [len(tickets) * (place + 1) // (folds + 1) for place in range(folds + 1)]
    spans = [(start, end) for start, end in pairwise(edges) if start < end]
    for start, end in progress(spans, total=len(spans), label="replaying history"):
        since = tickets[start].created_at
        # What the base holds is free of personal data already.
        past = Suggester(**{**suggester.get_params(), "privacy": "off"}).fit(kb.until(since))
        until = tickets[end].created_at if end < len(tickets) else None
        then = [each for each in lessons if since <= each.at and (until is None or each.at < until)]
        if suggester.confidence_ is not None:
            past.use_confidence(suggester.confidence_)
        yield past, tickets[start:end], then


def loses_by_ranker(outcomes: Sequence[Outcome]) -> bool:
    """Whether the fixed hybrid puts a right answer first more often than the learnt order in use, beyond doubt.

    Required is a paired difference whose 95 % interval lies above 0.

    Args:
        outcomes: In the learnt order.
    """
    told = [outcome for outcome in outcomes if len(outcome.table)]
    if not told:
        return False
    gains = [float(in_order_of(each, None).right[0]) - float(each.right[0]) for each in told]
    mean, spread = float(np.mean(gains)), float(np.std(gains)) / np.sqrt(len(gains))
    return bool(mean - _SURE * spread > 0)


def gains_by_order(outcomes: Sequence[Outcome], start: Calibrator, *, feedback: Sequence[Graded] = ()) -> bool:
    """Whether the learnt order puts a right answer first more often than the fixed hybrid, beyond doubt.

    Cross-fitted: each half is ordered by weights learnt on the other. Required is a paired gain whose 95 % interval
    lies above 0; with fewer than ``calibrated.LEARN_FROM`` inquiries the answer is no.

    Args:
        outcomes: Of past inquiries.
        start: Where learning begins.
        feedback: Learnt from beside either half, never judged on.
    """
    told = [outcome for outcome in outcomes if len(outcome.table)]
    if len(told) < LEARN_FROM:
        return False
    gains: list[float] = []
    for fit, test in ((told[::2], told[1::2]), (told[1::2], told[::2])):
        learnt = replace(learn(fit, feedback, start), reorder=True)
        gains += [float(o.right[first_of(o, learnt)[0]]) - float(o.right[0]) for o in test]
    mean, spread = float(np.mean(gains)), float(np.std(gains)) / np.sqrt(len(gains))
    return bool(mean - _SURE * spread > 0)
