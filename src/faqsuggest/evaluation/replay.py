"""``replay``: what the library would have done, day by day, had it been there."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.data.times import as_moment
from faqsuggest.errors import InputError
from faqsuggest.evaluation.baselines import standard_baselines, untrained
from faqsuggest.evaluation.business import Assumptions
from faqsuggest.evaluation.checkpoint import Checkpoint, Window, fingerprint, settings_of
from faqsuggest.evaluation.duplicates import near_duplicates
from faqsuggest.evaluation.judging import Judge, Judgements
from faqsuggest.evaluation.metrics import RELEVANT
from faqsuggest.evaluation.report import Report
from faqsuggest.evaluation.runs import Learns, Outcome, Suggests, conditions_of, outcomes, takes_time
from faqsuggest.evaluation.splits import duration
from faqsuggest.evaluation.tables import Run, pooled
from faqsuggest.forked import beside, cores, in_parts
from faqsuggest.policy import Policy
from faqsuggest.progress import progress
from faqsuggest.records import Article, Suggestion, Ticket

_DEPTH = 10


def replay(
    kb: KnowledgeBase,
    start: str | date | datetime,
    every: str | timedelta = "7d",
    *,
    suggester: Learns | Mapping[str, Learns],
    end: str | date | datetime | None = None,
    k: Sequence[int] = (1, 3, 5),
    by: str | Sequence[str] = ("language", "channel", "tag", "month", "repeat"),
    baselines: bool = True,
    judgements: Judgements | None = None,
    level: float = RELEVANT,
    assumptions: Assumptions | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    jobs: int | None = None,
    seed: int = 0,
) -> Report:
    """Walk history in time order; before each window the systems learn what had become known, then answer its tickets.

    A system is fitted on what was known at ``start`` and then only added to, as it would be at a desk that updates it
    every ``every``. No ticket meets its own answer, a later reply, an article before it was written or after it ran
    out. A system with ``get_params`` is copied before it is fitted, so the one that is passed stays as it is.

    Args:
        kb: All history.
        start: First moment to be answered for; what came before is there to learn from.
        every: Time between updates.
        suggester: The system, or several by name.
        end: End of the tickets to be answered, not included.
        k: List lengths.
        by: Slices of the report.
        baselines: Whether the standard baselines are replayed too.
        judgements: Grades by hand.
        level: Grade from which an answer is right.
        assumptions: For minutes saved.
        checkpoint: Folder to continue from after an interruption; the report is the same as without one. It belongs to
            one history, one set of systems with their parameters, and one set of judgements.
        jobs: Processes that answer beside each other; None takes one a core, where this process can be forked. The
            report does not hang on it, unless a system of your own remembers what it was asked: that stays in the
            process that asked.
        seed: Of the resampling.

    Raises:
        InputError: If there is nothing before ``start`` or nothing to judge after it, or a system names a source that
            it cannot know yet.
        IncompatibleStoreError: If ``checkpoint`` belongs to another replay.
    """
    step = duration(every, argument="every of replay")
    if step <= timedelta(0):
        raise InputError("every of replay must be longer than nothing, such as '7d'")
    by_hand = judgements or {}
    processes = cores(jobs)
    period = as_moment(start, argument="start"), None if end is None else as_moment(end, argument="end")
    plan = _Plan.of(kb, *period, step, {ticket for ticket, _ in by_hand})
    given: dict[str, Learns] = dict(suggester) if isinstance(suggester, Mapping) else {"faqsuggest": suggester}
    own = tuple(given)
    systems = {name: _fresh(each) for name, each in given.items()}
    if baselines:
        usual: dict[str, Learns] = {**untrained(given), **standard_baselines()}
        systems |= {name: each for name, each in usual.items() if name not in systems}
    saved = None
    if checkpoint is not None:
        options = [
            plan.windows[0],
            step,
            len(plan.windows),
            [(name, settings_of(each)) for name, each in systems.items()],
            sorted(by_hand.items()),
        ]
        saved = Checkpoint(checkpoint, fingerprint(kb, options))
    judge = Judge(kb, by_hand)
    with beside(processes):
        made = _walk(plan, systems, judge, saved)
        repeats = _repeats(kb, plan.tickets)
    pool = pooled(list(made.values()), [{judge.answer_key(each): 3.0 for each in t.article_ids} for t in plan.tickets])
    return Report(
        tickets=plan.tickets,
        runs={name: Run.of(each, pool, probabilities=name in own) for name, each in made.items()},
        baselines=tuple(name for name in systems if name not in own),
        by=(by,) if isinstance(by, str) else tuple(by),
        k=tuple(k),
        level=level,
        repeats=repeats,
        assumptions=assumptions or Assumptions(),
        notes=plan.notes(),
        seed=seed,
    )


@dataclass
class _Plan:
    """The windows of a replay, the tickets asked in each, and what has been told so far."""

    kb: KnowledgeBase
    windows: list[datetime]
    asked: list[list[Ticket]]
    told: set[str] = field(default_factory=set)
    articles: dict[int, dict[str, Article]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, kb: KnowledgeBase, start: datetime, end: datetime | None, step: timedelta, judged: Collection[str]
    ) -> _Plan:
        later = [t for t in kb.tickets if t.created_at >= start and (end is None or t.created_at < end)]
        told = (t for t in later if t.reply or t.article_ids or t.id in judged)
        judgeable = sorted(told, key=lambda t: (t.created_at, t.id))
        if not judgeable or len(later) == len(kb.tickets):
            raise InputError(
                f"replay needs tickets before start to learn from and answered ones after it; got "
                f"{len(kb.tickets) - len(later)} and {len(judgeable)}"
            )
        count = (judgeable[-1].created_at - start) // step + 1
        asked: list[list[Ticket]] = [[] for _ in range(count)]
        for ticket in judgeable:
            asked[(ticket.created_at - start) // step].append(ticket)
        return cls(kb, [start + step * number for number in range(count)], asked)

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        return tuple(ticket for window in self.asked for ticket in window)

    def first(self, systems: Iterable[Learns]) -> None:
        """Fit the systems on what was known at the start."""
        known = self.kb.until(self.windows[0])
        self.told = {ticket.id for ticket in known.tickets if ticket.reply}
        for system in systems:
            articles = self._articles(system, known.articles, self.windows[0])
            system.fit(replace(known, articles=tuple(articles.values())))

    def next(self, systems: Iterable[Learns], number: int) -> None:
        """Tell the systems what became known since the last window, and take out articles that ran out."""
        known = self.kb.until(self.windows[number])
        tickets = [ticket for ticket in known.tickets if ticket.reply and ticket.id not in self.told]
        self.told |= {ticket.id for ticket in tickets}
        for system in systems:
            before = self.articles[id(system)]
            now = self._articles(system, known.articles, self.windows[number])
            if gone := [article_id for article_id in before if article_id not in now]:
                system.remove(gone)
            new = [article for article in now.values() if article.id not in before]
            if tickets or new:
                system.add(tickets=tickets, articles=new)

    def known_to(self, system: Learns) -> set[str]:
        """Ids of the tickets with replies and of the articles that a system has been told and not had taken out."""
        return self.told | self.articles[id(system)].keys()

    def _articles(self, system: Learns, articles: Iterable[Article], moment: datetime) -> dict[str, Article]:
        """What a system may hold from a moment on; without dates where it is not told the time: its own is today's."""
        lasting = [each for each in articles if each.valid_until is None or each.valid_until >= moment]
        if not takes_time(system):
            valid = (each for each in lasting if each.valid_from is None or each.valid_from <= moment)
            lasting = [replace(each, valid_from=None, valid_until=None) for each in valid]
        self.articles[id(system)] = {each.id: each for each in lasting}
        return self.articles[id(system)]

    def notes(self) -> tuple[str, ...]:
        undated = sum(1 for article in self.kb.articles if article.updated_at is None)
        unsent = sum(1 for ticket in self.kb.tickets if ticket.reply and ticket.replied_at is None)
        windows = f"{len(self.windows):,} windows from {self.windows[0]:%Y-%m-%d}"
        notes = [f"Replay of {windows}; {len(self.tickets):,} tickets asked."]
        if undated:
            notes.append(f"{undated:,} articles have no date and count as known from the start.")
        if unsent:
            notes.append(f"{unsent:,} replies have no time and count as known in the window after their ticket.")
        return tuple(notes)


def _walk(
    plan: _Plan, systems: Mapping[str, Learns], judge: Judge, saved: Checkpoint | None
) -> dict[str, list[Outcome]]:
    plan.first(systems.values())
    made: dict[str, list[Outcome]] = {name: [] for name in systems}
    for number in progress(range(len(plan.windows)), label="replaying"):
        if number:
            plan.next(systems.values(), number)
        window = (saved.load(number) if saved else None) or _answer(plan, number, systems, judge)
        if saved and plan.asked[number]:
            saved.save(number, window)
        for name, outcomes_of_run in window.items():
            made[name] += outcomes_of_run
    return made


def _answer(plan: _Plan, number: int, systems: Mapping[str, Learns], judge: Judge) -> Window:
    watched = {name: _Watched(system, plan.known_to(system), name) for name, system in systems.items()}

    def answered(asked: Sequence[Ticket]) -> list[tuple[Outcome, ...]]:
        made = [outcomes(each, asked, judge, depth=_DEPTH) for each in watched.values()]
        return list(zip(*made, strict=True))

    # tickets of one brand lie side by side, so that what is derived for a brand is derived in one process only; in
    # turn from either end, since only what this process derives for its part is still there at the next window
    asked = plan.asked[number]
    order = sorted(
        range(len(asked)),
        key=lambda place: (asked[place].brand or "", asked[place].language or ""),
        reverse=bool(number % 2),
    )
    found = in_parts(answered, [asked[place] for place in order], alike=lambda ticket: ticket.brand)
    rows = dict(zip(order, found, strict=True))
    return {name: [rows[place][column] for place in range(len(asked))] for column, name in enumerate(watched)}


@dataclass(frozen=True)
class _Watched:
    """Passes questions on and refuses answers that rest on something the system has not been told."""

    system: Suggests
    known: set[str]
    name: str

    @property
    def abstains(self) -> bool:
        return bool(getattr(self.system, "abstains", True))

    @property
    def conditions(self) -> tuple[str, ...]:
        return conditions_of(self.system)

    @property
    def policy_(self) -> Policy | None:
        policy: Policy | None = self.system.policy_  # type: ignore[attr-defined]  # where it has none, so has this
        return policy

    @property
    def suggest_many(self) -> Callable[..., list[list[Suggestion]]]:
        @wraps(self.system.suggest_many)  # with its signature: what it names is what it is told
        def checked(texts: Sequence[str], k: int = 3, **options: Any) -> list[list[Suggestion]]:  # noqa: ANN401
            lists = self.system.suggest_many(texts, k, **options)
            if not all(self.known.issuperset(suggestion.sources) for each in lists for suggestion in each):
                sources = {source for each in lists for suggestion in each for source in suggestion.sources}
                unknown = sources - self.known
                raise InputError(
                    f"{self.name} names {len(unknown)} sources that were not known at the time, such as "
                    f"{min(unknown)!r}; a system in a replay may only use what fit and add gave it"
                )
            return lists

        return checked


def _fresh(system: Learns) -> Learns:
    """An unfitted copy where the system says how to make one."""
    parameters = getattr(system, "get_params", None)
    if parameters is None:
        return system
    made: Learns = type(system)(**parameters(deep=False))
    return made


def _repeats(kb: KnowledgeBase, tickets: Sequence[Ticket]) -> NDArray[np.bool_]:
    """Whether the question had been asked before."""
    groups = near_duplicates([ticket.question for ticket in kb.tickets])
    first: dict[int, datetime] = {}
    for ticket, group in zip(kb.tickets, groups.tolist(), strict=True):
        first[group] = min(first.get(group, ticket.created_at), ticket.created_at)
    of = dict(zip((ticket.id for ticket in kb.tickets), groups.tolist(), strict=True))
    return np.array([first[of[ticket.id]] < ticket.created_at for ticket in tickets])
