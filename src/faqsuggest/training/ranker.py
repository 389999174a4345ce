"""Confidence and order learnt from a team's history, without hand labels.

Past tickets are asked of the base as it was before them, their own reply hidden; right is the reply that was sent, in
any wording, and each article that the agent linked.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from faqsuggest.calibrated import LEARN_FROM, calibrate
from faqsuggest.calibration_report import CalibrationReport
from faqsuggest.confidence import Calibrator
from faqsuggest.errors import InputError
from faqsuggest.outcomes import Outcome, ask, cases_of_tickets, first_of
from faqsuggest.progress import progress
from faqsuggest.suggester import Suggester

log = logging.getLogger(__name__)
_SURE = 1.96


def learn_confidence(suggester: Suggester, *, folds: int = 4) -> CalibrationReport:
    """Teach a fitted suggester from the tickets of its own base what its confidences are worth, and how to rank.

    The weights begin from the shipped ones and move as history grows. The order is learnt only where it proves better
    than the fixed hybrid on inquiries that it was not learnt on; otherwise the fixed hybrid stays.

    Args:
        suggester: Fitted; it takes over what was learnt. Give it a ``cache``, or every fold embeds the base anew.
        folds: Cuts of the history; the tickets after each are asked of the base before it.

    Returns:
        What was found on the newer half of the inquiries.

    Raises:
        InputError: ``folds`` is below 1, or the history has too few tickets with known answers.
        NotFittedError: The suggester is not fitted.
    """
    if folds < 1:
        raise InputError(f"folds must be at least 1, got {folds}")
    outcomes = replayed(suggester, folds)
    current = suggester.confidence_
    older = outcomes[: len(outcomes) // 2]
    order = current is not None and gains_by_order(older, current.calibrator)
    if current is not None:
        current = replace(current, calibrator=replace(current.calibrator, reorder=order))
    log.info("learnt from %d past inquiries; the order is %s", len(outcomes), "learnt" if order else "the fixed hybrid")
    confidence, report = calibrate(outcomes, current)
    suggester.use_confidence(confidence)
    return report


def replayed(suggester: Suggester, folds: int) -> list[Outcome]:
    """Outcomes of past tickets, oldest first, each against the base as it was at the cut before it.

    Args:
        suggester: Fitted; stays as it is.
        folds: Number of cuts, at equal numbers of tickets.
    """
    kb = suggester.kb_
    tickets = sorted(kb.tickets, key=lambda each: (each.created_at, each.id))
    edges = [len(tickets) * (place + 1) // (folds + 1) for place in range(folds + 1)]
    outcomes: list[Outcome] = []
    spans = [(start, end) for start, end in pairwise(edges) if start < end]
    for start, end in progress(spans, total=len(spans), label="replaying history"):
        known = kb.until(tickets[start].created_at)
        # What the base holds is free of personal data already.
        past = Suggester(**{**suggester.get_params(), "privacy": "off"}).fit(known)
        cases = cases_of_tickets(tickets[start:end], past.units_.book)
        outcomes += ask(past.units_, past.encoder_, past.ranking_weights, cases)
    return outcomes


def gains_by_order(outcomes: Sequence[Outcome], start: Calibrator) -> bool:
    """Whether the learnt order puts a right answer first more often than the fixed hybrid, beyond doubt.

    Cross-fitted: each half is ordered by weights learnt on the other. Required is a paired gain whose 95 % interval
    lies above 0; with fewer than ``calibrated.LEARN_FROM`` inquiries the answer is no.

    Args:
        outcomes: Of past inquiries.
        start: Where learning begins.
    """
    told = [outcome for outcome in outcomes if len(outcome.table)]
    if len(told) < LEARN_FROM:
        return False
    gains: list[float] = []
    for fit, test in ((told[::2], told[1::2]), (told[1::2], told[::2])):
        calibrator = Calibrator.fit([o.table for o in fit], [o.right for o in fit], start=start)
        learnt = replace(calibrator, reorder=True)
        gains += [float(o.right[first_of(o, learnt)[0]]) - float(o.right[0]) for o in test]
    mean, spread = float(np.mean(gains)), float(np.std(gains)) / np.sqrt(len(gains))
    return bool(mean - _SURE * spread > 0)
