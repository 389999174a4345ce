"""History walked in time order over one base: what was found for each inquiry with what was known when it came.

The base is set back to the moment before the first inquiry, its later tickets taken out and its later articles too.
Then, window by window, the inquiries of the window are asked, and what became known in it is put in. No ticket meets
its own answer, a later reply or an article before it was written. Vectors that the base has are used again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from faqsuggest.calibrated import LEARN_FROM
from faqsuggest.data.answers import AnswerBook
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.encoders.base import Encoder
from faqsuggest.forked import in_parts
from faqsuggest.outcomes import Graded, Outcome, ask, cases_of_tickets
from faqsuggest.progress import progress
from faqsuggest.records import Article, Ticket
from faqsuggest.suggester import Suggester
from faqsuggest.training.feedback import Lesson, feedback_examples

WINDOW = 200
"""Inquiries between two updates of the base, about a day of a busy desk."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which inquiries are learnt from, and which later ones judge.

    Attributes:
        learn: Tickets with known answers before the cut, oldest first; the newest ones.
        judge: Those from the cut on: the later slice.
        edges: Ends of the windows, the start of the first in front; the cut is one of them.
    """

    learn: tuple[Ticket, ...] = ()
    judge: tuple[Ticket, ...] = ()
    edges: tuple[datetime, ...] = ()

    @property
    def cut(self) -> datetime:
        """The moment of the first inquiry that judges."""
        return self.judge[0].created_at

    @property
    def end(self) -> datetime:
        """The moment of the last inquiry that judges."""
        return self.judge[-1].created_at

    @classmethod
    def of(
        cls,
        tickets: Sequence[Ticket],
        *,
        since: datetime | None,
        fewest: int,
        most: int,
        learn_from: int,
        taught: datetime | None = None,
    ) -> Plan | None:
        """Cut a history; None when it is too short to learn from and to judge by.

        Args:
            tickets: All of it.
            since: Nothing up to this moment may judge, for something learnt from it or was judged by it before.
            fewest: Inquiries that must judge at least.
            most: Inquiries that judge at most, the newest.
            learn_from: Inquiries to learn from at most, the newest before the cut.
            taught: The encoder learnt from what came before this moment, so nothing else does; None for nothing.
        """
        told = sorted(
            (each for each in tickets if each.reply or each.article_ids), key=lambda each: (each.created_at, each.id)
        )
        fresh = sum(1 for each in told if since is None or each.created_at > since)
        # Half of what is new judges, so that the other half has something new to teach.
        count = min(most, (fresh + 1) // 2)
        if count < fewest:
            return None
        cut = told[len(told) - count].created_at
        earlier = [each for each in told if each.created_at < cut]
        # The oldest fifth is only known from: the first inquiries of a history find nothing.
        learn = earlier[max(len(earlier) // 5, len(earlier) - learn_from) :]
        judge = [each for each in told if each.created_at >= cut]
        plan = cls(tuple(learn), tuple(judge), _edges(learn, judge) if learn else ())
        plan = plan.since(taught) if taught is not None else plan
        return plan if len(plan.learn) >= LEARN_FROM else None

    def since(self, moment: datetime) -> Plan:
        """The same with nothing learnt from before a moment."""
        learn = tuple(each for each in self.learn if each.created_at >= moment)
        return Plan(learn, self.judge, _edges(learn, self.judge) if learn else ())


def _edges(learn: Sequence[Ticket], judge: Sequence[Ticket]) -> tuple[datetime, ...]:
    starts = [part[place].created_at for part in (learn, judge) for place in range(0, len(part), WINDOW)]
    return (*dict.fromkeys(starts), datetime.max.replace(tzinfo=judge[-1].created_at.tzinfo))


@dataclass(frozen=True, slots=True)
class Passed:
    """What a walk found: inquiries with known answers, and what feedback teaches about others."""

    outcomes: list[Outcome] = field(default_factory=list)
    graded: list[Graded] = field(default_factory=list)

    def and_then(self, later: Passed) -> Passed:
        """Both, in the order of time."""
        return Passed([*self.outcomes, *later.outcomes], [*self.graded, *later.graded])


@dataclass
class Walk:
    """One walk of a suggester over its own base.

    Args:
        suggester: Fitted on all of the history; it is set back and brought forward again, and asked in the order of the
            fixed hybrid, so give it one to spare.
        plan: From ``Plan.of``, of the same history.
        encoder: For the inquiries: the suggester's own, or one that remembers its vectors.
        lessons: From the feedback log; those of tickets with a known answer teach nothing more and are left out.
    """

    suggester: Suggester
    plan: Plan
    encoder: Encoder
    lessons: Sequence[Lesson] = ()
    _groups: Mapping[str, str] = field(init=False)
    _moving: KnowledgeBase = field(init=False)
    _known: dict[str, Ticket | Article] = field(init=False)

    def __post_init__(self) -> None:
        base, confidence = self.suggester.kb_, self.suggester.confidence_
        if confidence is not None and confidence.ranker is not None:
            self.suggester.use_confidence(replace(confidence, ranker=None))
        self._groups = self.suggester.units_.book.groups()
        telling = {each.id for each in base.tickets if each.reply or each.article_ids}
        self.lessons = [each for each in self.lessons if each.tickets.isdisjoint(telling)]
        start = self.plan.edges[0]
        self._moving = KnowledgeBase(
            tuple(each for each in base.tickets if _latest(each) >= start),
            tuple(each for each in base.articles if each.updated_at is not None and each.updated_at >= start),
        )
        self._known = {}

    def run(
        self,
        load: Callable[[int], Passed | None] = lambda number: None,
        save: Callable[[int, Passed], None] = lambda number, passed: None,
    ) -> Passed:
        """Outcomes of all inquiries of the plan, oldest first: those to learn from, then those that judge.

        Args:
            load: What was found in a window that an earlier run finished; None if it did not.
            save: Called with what was found in each window as it ends.
        """
        windows = list(self._windows())
        done = [load(number) for number in range(len(windows))]
        if any(found is None for found in done):
            self._set_back()
        passed = Passed()
        for number in progress(range(len(windows)), total=len(windows), label="replaying"):
            start, asked, told = windows[number]
            found = done[number]
            if found is None:
                self._bring_to(start)
                found = Passed(self._ask(asked), feedback_examples(self.suggester, told) if told else [])
                save(number, found)
            passed = passed.and_then(found)
        return passed

    def _windows(self) -> Iterator[tuple[datetime, list[Ticket], list[Lesson]]]:
        asked = [*self.plan.learn, *self.plan.judge]
        for start, end in pairwise(self.plan.edges):
            tickets = [each for each in asked if start <= each.created_at < end]
            yield start, tickets, [each for each in self.lessons if start <= each.at < end]

    def _ask(self, tickets: Sequence[Ticket]) -> list[Outcome]:
        units = self.suggester.units_
        cases = cases_of_tickets(tickets, units.book, groups=self._groups)
        ranking = self.suggester.ranking
        return in_parts(lambda part: ask(units, self.encoder, ranking, part), cases)

    def _set_back(self) -> None:
        gone = [each.id for each in self._moving.tickets] + [each.id for each in self._moving.articles]
        self.suggester.units_.change(lambda book: book.remove(gone))

    def _bring_to(self, moment: datetime) -> None:
        """Put in what became known before the moment and is not in yet."""
        then = self._moving.until(moment)
        tickets = [each for each in then.tickets if self._known.get(f"t{each.id}") != each]
        articles = [each for each in then.articles if self._known.get(f"a{each.id}") != each]
        self._known |= {f"t{each.id}": each for each in tickets} | {f"a{each.id}": each for each in articles}
        if tickets or articles:
            self.suggester.units_.change(_taken_in(tickets, articles))


def _taken_in(tickets: Sequence[Ticket], articles: Sequence[Article]) -> Callable[[AnswerBook], Collection[str]]:
    return lambda book: book.add_articles(articles) | book.add_tickets(tickets)


def _latest(ticket: Ticket) -> datetime:
    return max(each for each in (ticket.created_at, ticket.replied_at, ticket.closed_at) if each is not None)
