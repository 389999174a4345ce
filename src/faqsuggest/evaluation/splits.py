"""Train and test as time has them: what was known then, and nothing of the same case on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.data.times import as_moment
from faqsuggest.errors import InputError
from faqsuggest.evaluation.duplicates import link, near_duplicates
from faqsuggest.records import Ticket

Kin = Literal["thread", "customer", "repeat"]
KINDS: tuple[Kin, ...] = ("thread", "customer", "repeat")
_DURATION = re.compile(r"([0-9]{1,6}) ?([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}


@dataclass(frozen=True, slots=True)
class Split:
    """Two bases; unpacks as ``train, test = split``.

    Attributes:
        train: What was known before the cut.
        test: The tickets to be asked, with the replies that were sent; its articles are only there to judge by.
        repeats: Tickets that were taken out of ``test`` because they repeat a question in ``train``, to be scored
            apart.
        kind: "time", or "random" for the leak check; a report on a random split shows no headline.
    """

    train: KnowledgeBase
    test: KnowledgeBase
    repeats: KnowledgeBase
    kind: Literal["time", "random"] = "time"

    def __iter__(self) -> Iterator[KnowledgeBase]:
        return iter((self.train, self.test))


def duration(value: str | timedelta, *, argument: str) -> timedelta:
    """A length of time from "12h", "7d", "2w" or a timedelta.

    Raises:
        InputError: If it is none of these, or negative.
    """
    if isinstance(value, timedelta) and value >= timedelta(0):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise InputError(f"{argument} must be a timedelta or a text such as '12h', '7d' or '2w'; got {value!r}")
    return timedelta(hours=int(match[1]) * _HOURS[match[2]])


def split_by_time(
    kb: KnowledgeBase,
    at: str | date | datetime | float,
    *,
    gap: str | timedelta = "0d",
    apart: Sequence[Kin] = KINDS,
    until: str | date | datetime | None = None,
) -> Split:
    """What was known before ``at`` to train on, what was asked from then on to test on.

    No case stands on both sides. Where a thread or a customer does, its *earlier* tickets leave ``train``, so that
    the test side keeps the mix of the day. Where a question repeats one in ``train`` (a near-duplicate), it moves
    from ``test`` to ``repeats``; score both, since a library that only remembers shines on repeats and fails on the
    rest. ``train`` never holds a reply that was sent after the cut, whatever the gap.

    Args:
        kb: All history.
        at: A time, or a fraction between 0 and 1: the share of tickets before the cut.
        gap: Time after the cut that is left out of the test.
        apart: What must not straddle the cut.
        until: End of the test, not included.

    Raises:
        InputError: If an argument is out of range, or a side is empty; a base with few customers needs
            ``apart=("thread", "repeat")``.

    Examples:
        >>> base = KnowledgeBase.from_records(tickets=[
        ...     {"id": "1", "created_at": "2026-01-01", "question": "Hej, var är mitt paket?"},
        ...     {"id": "2", "created_at": "2026-03-02", "question": "Kan jag byta storlek?"}])
        >>> train, test = split_by_time(base, "2026-03-01")
        >>> [ticket.id for ticket in test.tickets]
        ['2']
    """
    moment = _moment(kb, at)
    begin = moment + duration(gap, argument="gap of split_by_time")
    end = None if until is None else as_moment(until, argument="until")
    asked = [t for t in kb.tickets if t.created_at >= begin and (end is None or t.created_at < end)]
    return _separated(kb, kb.until(moment), asked, apart, "time")


def rolling_origin(
    kb: KnowledgeBase,
    cuts: int = 4,
    *,
    first: float = 0.5,
    gap: str | timedelta = "0d",
    apart: Sequence[Kin] = KINDS,
) -> list[Split]:
    """Several time splits, each tested up to the next cut, so that one lucky month does not decide.

    The cuts lie at equal shares of the tickets, from ``first`` on.

    Raises:
        InputError: If ``cuts`` is below 1 or a side of a cut is empty.
    """
    if cuts < 1 or not 0.0 < first < 1.0:
        raise InputError(f"rolling_origin needs cuts of 1 or more and first between 0 and 1; got {cuts} and {first:g}")
    shares = np.linspace(first, 1.0, cuts + 1)[:-1]
    moments: list[datetime | None] = [*(_moment(kb, float(share)) for share in shares), None]
    return [split_by_time(kb, at, gap=gap, apart=apart, until=end) for at, end in pairwise(moments) if at is not None]


def split_at_random(kb: KnowledgeBase, fraction: float = 0.8, *, apart: Sequence[Kin] = (), seed: int = 0) -> Split:
    """A split that ignores time. Only to be compared with a time split: what it shows beyond that is leakage.

    Raises:
        InputError: If ``fraction`` is not between 0 and 1 or a side is empty.
    """
    if not 0.0 < fraction < 1.0:
        raise InputError(f"fraction of split_at_random must be between 0 and 1; got {fraction:g}")
    drawn = np.random.default_rng(seed).random(len(kb.tickets)) >= fraction
    asked = [ticket for ticket, taken in zip(kb.tickets, drawn, strict=True) if taken]
    return _separated(kb, kb.without(ticket.id for ticket in asked), asked, apart, "random")


def _moment(kb: KnowledgeBase, at: str | date | datetime | float) -> datetime:
    if not isinstance(at, (int, float)):
        return as_moment(at, argument="at")
    if not 0.0 < at < 1.0:
        raise InputError(f"at of split_by_time must be a time or a fraction between 0 and 1; got {at:g}")
    times = sorted(ticket.created_at for ticket in kb.tickets)
    if not times:
        raise InputError("kb of split_by_time has no tickets; a fraction needs some")
    return times[min(int(at * len(times)), len(times) - 1)]


def _separated(
    kb: KnowledgeBase,
    known: KnowledgeBase,
    asked: Sequence[Ticket],
    apart: Sequence[Kin],
    kind: Literal["time", "random"],
) -> Split:
    unknown = set(apart) - set(KINDS)
    if unknown:
        raise InputError(f"apart may hold {', '.join(KINDS)}; got {', '.join(sorted(unknown))}")
    asked_ids = {ticket.id for ticket in asked}
    train = known.without(asked_ids | _kin(known.tickets, asked, apart))
    again = _repeating(train.tickets, asked) if "repeat" in apart else set()
    test = replace(kb, tickets=tuple(ticket for ticket in asked if ticket.id not in again))
    for side, base in (("train", train), ("test", test)):
        if not base.tickets:
            raise InputError(
                f"the {side} side of the split is empty ({len(known.tickets)} tickets known before, {len(asked)} asked "
                f"after, {len(again)} repeats); move the cut or pass fewer kinds in apart"
            )
    return Split(train, test, replace(kb, tickets=tuple(t for t in asked if t.id in again)), kind)


def _kin(known: Sequence[Ticket], asked: Sequence[Ticket], apart: Sequence[Kin]) -> set[str]:
    threads = {t.thread_id for t in asked if t.thread_id} if "thread" in apart else set()
    customers = {t.customer_id for t in asked if t.customer_id} if "customer" in apart else set()
    return {t.id for t in known if t.thread_id in threads or t.customer_id in customers}


def _repeating(known: Sequence[Ticket], asked: Sequence[Ticket]) -> set[str]:
    groups = near_duplicates([ticket.question for ticket in (*known, *asked)])
    again = np.isin(groups[len(known) :], groups[: len(known)])
    return {ticket.id for ticket, repeated in zip(asked, again, strict=True) if repeated}


def independent_groups(tickets: Sequence[Ticket]) -> NDArray[np.int64]:
    """Number of the group of each ticket: those of one thread or one customer belong together, handed on."""
    seen: dict[tuple[str, str], int] = {}
    pairs: list[tuple[int, int]] = []
    for position, ticket in enumerate(tickets):
        for name, key in (("thread", ticket.thread_id), ("customer", ticket.customer_id)):
            if key:
                pairs.append((seen.setdefault((name, key), position), position))
    return link(pairs, len(tickets))
