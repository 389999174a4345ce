"""From replayed inquiries to a challenger, and to what it and the champion did with the later ones."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from faqsuggest.calibrated import Confidence, calibrate, own_order, refit_on
from faqsuggest.confidence import order_of
from faqsuggest.evaluation import runs
from faqsuggest.evaluation.report import Report
from faqsuggest.evaluation.tables import Run, pooled
from faqsuggest.listwise import ListwiseRanker
from faqsuggest.outcomes import Graded, Outcome, in_order_of
from faqsuggest.own_order import Refit
from faqsuggest.policy import Policy
from faqsuggest.suggester import Suggester
from faqsuggest.training.gate import ALL, Gate, Measure, Values, Verdict
from faqsuggest.training.ranker import gains_by_order, in_crossed_order, told_of_order, without_a_losing_order
from faqsuggest.training.tagging import TAGS, TagTrial
from faqsuggest.training.walk import Passed, Plan

log = logging.getLogger(__name__)
RANKING, DATA, ENCODER = "ranking", "data", "encoder"
_RIGHT = 3.0


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to order what was found and to say how sure it is.

    Attributes:
        outcomes: Of the later inquiries, in the order of its own ranker.
        confidence: None leaves the fixed hybrid and gives everything the share that is right on average.
        policy: What it would show; None shows everything.
        usual: Share of earlier inquiries whose first suggestion was right.
    """

    outcomes: Sequence[Outcome]
    confidence: Confidence | None
    policy: Policy | None
    usual: float

    def ranked(self, outcome: Outcome) -> tuple[list[int], Values]:
        """Places of the candidates in the order of the offer, and their confidences, which never rise."""
        if not len(outcome.table):
            return [], np.zeros(0)
        if self.confidence is None:
            return list(range(len(outcome.table))), np.full(len(outcome.table), self.usual)
        calibrator = self.confidence.calibrator
        chances = calibrator.probabilities(outcome.table)
        order = order_of(calibrator, outcome.table, chances)
        return order, np.minimum.accumulate(chances[order])

    def hits(self, k: int) -> Values:
        """1 for each inquiry with a right answer among the first k, else 0."""
        return np.array(
            [float(outcome.right[self.ranked(outcome)[0][:k]].any()) for outcome in self.outcomes], dtype=np.float64
        )

    def brier(self) -> Values:
        """Squared error of the confidence of the first suggestion, negated; nothing found counts as confidence 0."""
        errors = []
        for outcome in self.outcomes:
            order, chances = self.ranked(outcome)
            errors.append((chances[0] - float(outcome.right[order[0]])) ** 2 if order else 0.0)
        return -np.array(errors, dtype=np.float64)

    def run(self) -> Run:
        """What it did, for a report."""
        made = [self._offered(outcome) for outcome in self.outcomes]
        known = [dict.fromkeys(outcome.case.right, _RIGHT) for outcome in self.outcomes]
        return Run.of(made, pooled([made], known), probabilities=self.confidence is not None)

    def _offered(self, outcome: Outcome) -> runs.Outcome:
        order, chances = self.ranked(outcome)
        if not order:
            return runs.Outcome()
        first = order[0]
        shown = self.policy is None or self.policy.offers(float(chances[0]), outcome.groups[first], outcome.case.brand)
        return runs.Outcome(
            answers=tuple(outcome.keys[place] for place in order),
            grades=tuple(_RIGHT if outcome.right[place] else float("nan") for place in order),
            confidences=tuple(chances.tolist()),
            shown=0 if shown else -1,
            first=outcome.keys[first],
            source=outcome.keys[first],
        )


def learnt_confidence(passed: Passed, start: Confidence | None) -> Confidence:
    """The challenger's confidence and order, from the inquiries before the cut.

    The order that ships moves where that proves better here, and goes where the fixed hybrid does; where the hybrid
    orders, weights learnt here may take its place. Learning begins from ``start``, not from what serves now: that has
    learnt from some of these inquiries already, and they would count twice.

    Args:
        passed: Of the inquiries to learn from, oldest first, with what feedback teaches.
        start: What ships for the encoder; None when nothing does.
    """
    start, outcomes, lessons = without_a_losing_order(start, *_in_order(passed, _ranker(start)))
    refit = own_order(outcomes, start)
    order = start is not None and gains_by_order(
        in_crossed_order(outcomes[: len(outcomes) // 2], refit),
        start.calibrator,
        feedback=_before_thresholds(passed, lessons),
    )
    made = with_order(passed, start, order=order, refit=refit)
    log.info("challenger: from %d inquiries; the order is %s", len(outcomes), told_of_order(made, refit))
    return made


def with_order(passed: Passed, start: Confidence | None, *, order: bool, refit: Refit | None = None) -> Confidence:
    """Weights and thresholds from inquiries and feedback, with the order decided already."""
    if start is not None:
        start = replace(start, calibrator=replace(start.calibrator, reorder=order))
    outcomes, lessons = _in_order(passed, _ranker(start))
    return calibrate(outcomes, start, feedback=_before_thresholds(passed, lessons), order=refit)[0]


def _ranker(confidence: Confidence | None) -> ListwiseRanker | None:
    return None if confidence is None else confidence.ranker


def _in_order(passed: Passed, ranker: ListwiseRanker | None) -> tuple[list[Outcome], list[Graded]]:
    """Outcomes and lessons, found in the order of the fixed hybrid, in the order of a ranker."""
    lessons = [in_order_of(each, ranker) for each in passed.graded]
    return arranged(passed.outcomes, ranker), lessons


def arranged(outcomes: Sequence[Outcome], ranker: ListwiseRanker | None) -> list[Outcome]:
    """Outcomes in the order of a ranker; of the fixed hybrid when None."""
    return [in_order_of(each, ranker) for each in outcomes]


def _before_thresholds(passed: Passed, lessons: Sequence[Graded]) -> list[Graded]:
    """Feedback from before the newer half, on which thresholds are chosen."""
    since = passed.outcomes[len(passed.outcomes) // 2].case.at
    return [each for each in lessons if since is not None and each.at < since]


def share_right(outcomes: Sequence[Outcome]) -> float:
    """Share of inquiries whose first candidate, by the fixed hybrid, is right."""
    return float(np.mean([bool(outcome.right[:1].any()) for outcome in outcomes]))


@dataclass
class Trial:
    """Challenger and champion on the same later inquiries, and what came of it.

    Attributes:
        plan: Which inquiries were learnt from and which judge.
        earlier: What was found for those learnt from.
        after: What was found for those that judge.
        start: Confidence from which the challenger began.
        report: Tables and page.
        tags: The same for the tagger; None where there is too little to learn or to judge it by.
        verdicts: Of each part, once ``judge`` was called.
    """

    plan: Plan
    earlier: Passed
    after: Passed
    start: Confidence | None
    challenger: Contender
    champion: Contender
    report: Report
    tags: TagTrial | None = None
    verdicts: list[Verdict] = field(default_factory=list)

    @classmethod
    def of(cls, full: Suggester, plan: Plan, found: Passed, served: Confidence | None) -> Trial:
        """Learn a challenger from the earlier outcomes of a walk.

        Args:
            full: The suggester that walked.
            plan: Of the walk.
            found: What it found.
            served: The champion's confidence.
        """
        count = sum(1 for each in found.outcomes if each.case.at is not None and each.case.at < plan.cut)
        earlier = Passed(found.outcomes[:count], [each for each in found.graded if each.at < plan.cut])
        after = Passed(found.outcomes[count:], [each for each in found.graded if each.at >= plan.cut])
        start = Confidence.shipped(full.encoder_)
        learnt = learnt_confidence(earlier, start)
        usual, policy = share_right(earlier.outcomes), (full.precision, full.modes, full.tagged)
        own = arranged(after.outcomes, learnt.ranker)
        challenger = Contender(own, learnt, learnt.policy(*policy), usual)
        own = arranged(after.outcomes, _ranker(served))
        champion = Contender(own, served, None if served is None else served.policy(*policy), usual)
        note = f"{len(own):,} inquiries from {plan.cut:%Y-%m-%d} on, which neither side has learnt from."
        runs_of_both = {"challenger": challenger.run(), "champion": champion.run()}
        report = Report(tickets=plan.judge, runs=runs_of_both, k=(1, 3), notes=(note,))
        return cls(plan, earlier, after, start, challenger, champion, report)

    @property
    def better(self) -> bool:
        """Whether a learnt part is to serve."""
        return any(self.promoted(part) for part in (RANKING, TAGS, ENCODER))

    def promoted(self, part: str) -> bool:
        """Whether this learnt part is to serve."""
        return not self.harm and any(each.promoted for each in self.verdicts if each.part == part)

    @property
    def harm(self) -> bool:
        """Whether the new data is to be left out."""
        return any(each.part == DATA and not each.promoted for each in self.verdicts)

    def slices(self, gate: Gate) -> dict[str, NDArray[np.bool_]]:
        """Which inquiries belong to each slice that may veto."""
        return {name: mask for name, mask in self.report.masks(gate.by).items() if name != ALL}

    def judge(self, gate: Gate, seed: int) -> None:
        """Put the learnt parts before the gate."""
        self.report = replace(self.report, by=gate.by, seed=seed)
        slices = self.slices(gate)
        hits = Measure(RANKING, "hit@3", self.challenger.hits(3), self.champion.hits(3))
        honesty = Measure(RANKING, "brier", self.challenger.brier(), self.champion.brier())
        tags = [] if self.tags is None else [self.tags.measure]
        self.verdicts += gate.judge([hits, honesty, *tags], slices, self.report.clusters, seed=seed)
        for verdict in self.verdicts:
            log.info("%s: %s", verdict.part, verdict.reason)

    def judge_data(self, today: Sequence[Outcome], gate: Gate, seed: int) -> None:
        """Compare the champion with the new data and without it.

        Args:
            today: Outcomes of the base without it, of those judging inquiries that it does not hold itself.
            gate: Decides.
            seed: Of the randomisation.
        """
        today = arranged(today, _ranker(self.champion.confidence))
        without = Contender(today, self.champion.confidence, None, self.champion.usual).hits(3)
        by_id = {outcome.case.id: hit for outcome, hit in zip(today, without.tolist(), strict=True)}
        old = np.array([by_id.get(outcome.case.id, np.nan) for outcome in self.after.outcomes])
        measure = Measure(DATA, "hit@3", self.champion.hits(3), old)
        self.verdicts.append(gate.harmless(measure, self.report.clusters, seed=seed))
        log.info("%s: %s", DATA, self.verdicts[-1].reason)

    def served(self, *, refit: bool) -> Confidence:
        """What serves when the challenger won: with ``refit`` learnt anew from earlier and judging inquiries."""
        learnt = self.challenger.confidence
        if learnt is None:
            raise ValueError("a challenger has a confidence")
        if not refit:
            return learnt
        everything = self.earlier.and_then(self.after)
        start, again = self.start, None
        if start is not None and learnt.ranker is None:
            start = replace(start, ranker=None)
        elif start is not None and start.ranker is not None and learnt.ranker is not start.ranker:
            # From the shipped weights again: those of the challenger have seen a part of these inquiries.
            again = refit_on(arranged(everything.outcomes, start.ranker), start.ranker)
        return with_order(everything, start, order=learnt.calibrator.reorder, refit=again)

    def metrics(self) -> dict[str, float]:
        """All figures under flat names without special signs, as experiment trackers take them."""
        figures: dict[str, float] = {}
        for run, table in self.report.rows.items():
            for row in table[ALL]:
                if np.isfinite(row.value):
                    figures[f"{run}/{_plain(row.metric)}"] = float(row.value)
        for verdict in self.verdicts:
            figures[f"gate/{verdict.part}/promoted"] = float(verdict.promoted)
            for each in verdict.rows:
                if each.slice == ALL and np.isfinite(each.difference):
                    name = f"gate/{verdict.part}/{_plain(each.metric)}"
                    figures |= {f"{name}/difference": each.difference, f"{name}/p": each.p, f"{name}/n": float(each.n)}
        return figures


def _plain(name: str) -> str:
    return name.replace("@", "_at_").replace(" ", "_")
