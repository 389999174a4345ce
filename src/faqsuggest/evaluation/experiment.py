"""``evaluate``: several systems on the same later tickets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError
from faqsuggest.evaluation.baselines import standard_baselines, untrained
from faqsuggest.evaluation.business import Assumptions
from faqsuggest.evaluation.duplicates import near_duplicates
from faqsuggest.evaluation.judging import Judge, Judgements
from faqsuggest.evaluation.metrics import RELEVANT
from faqsuggest.evaluation.report import Report
from faqsuggest.evaluation.runs import Learns, Outcome, Suggests, outcomes
from faqsuggest.evaluation.splits import Split, split_at_random, split_by_time
from faqsuggest.evaluation.tables import Run, pooled
from faqsuggest.progress import progress
from faqsuggest.records import Ticket

if TYPE_CHECKING:
    import pandas as pd

_BATCH = 500


def evaluate(
    suggesters: Mapping[str, Suggests],
    test: KnowledgeBase | Split,
    *,
    k: Sequence[int] = (1, 3, 5),
    by: str | Sequence[str] = ("language", "channel", "tag", "month", "repeat"),
    base: KnowledgeBase | None = None,
    judgements: Judgements | None = None,
    level: float = RELEVANT,
    assumptions: Assumptions | None = None,
    seed: int = 0,
) -> Report:
    """Ask fitted systems the test questions and judge what they offer against what the agents did.

    Every question is asked as of the time at which it came, so that an article which had run out by then, or was not
    yet valid, is not offered; this holds for systems whose ``suggest_many`` takes ``at``.

    Tickets with neither a reply, an article nor a judgement cannot be judged and are left out, which the notes say.
    Everything else counts, whether or not it could be answered.

    Args:
        suggesters: Name → fitted system; the first is the one that the report is about.
        test: Later tickets with replies, or a whole split, which also gives ``base``.
        k: List lengths.
        by: Slices: language, channel, tag, month, brand, length, repeat.
        base: What the systems were fitted on. With it the baselines BM25, character TF-IDF and most frequent answer are
            fitted and stand in the report, with the untrained library if a trained one is tested; repeats are told
            from new wordings, and the order of time is checked: a reply or an article that is newer than the first
            question makes the report one without a headline.
        judgements: Grades by hand, from ``read_judgements``.
        level: Grade from which an answer is right: 3 counts only the reply that was sent, 2 also similar ones.
        assumptions: For minutes saved.
        seed: Of the resampling.

    Raises:
        InputError: If there is nothing to test or to judge, or an argument is out of range.
    """
    kind, asked, known = _parts(test, base)
    if not suggesters:
        raise InputError(
            "suggesters of evaluate needs one or more fitted systems by name, such as {'default': s}; got none"
        )
    by_hand = judgements or {}
    judged_ids = {ticket for ticket, _ in by_hand}
    tickets = tuple(t for t in asked.tickets if t.reply or t.article_ids or t.id in judged_ids)
    if not tickets:
        raise InputError(
            f"none of the {len(asked.tickets)} test tickets has a reply, an article or a judgement to judge by"
        )
    systems: dict[str, Suggests] = dict(suggesters)
    if known is not None:
        usual: dict[str, Learns] = {**untrained(suggesters), **standard_baselines()}
        systems |= {name: each.fit(known) for name, each in usual.items() if name not in systems}
    judge = Judge(_reference(asked, known), by_hand)
    made = {name: _answers(name, each, tickets, judge, max(10, *k)) for name, each in systems.items()}
    pool = pooled(list(made.values()), [_linked(ticket, judge) for ticket in tickets])
    return Report(
        tickets=tickets,
        runs={name: Run.of(each, pool, probabilities=name in suggesters) for name, each in made.items()},
        baselines=tuple(name for name in systems if name not in suggesters),
        by=(by,) if isinstance(by, str) else tuple(by),
        k=tuple(k),
        level=level,
        repeats=None if known is None else _repeated(known, tickets),
        assumptions=assumptions or Assumptions(),
        notes=_notes(kind, asked, tickets, known),
        time_ordered=kind == "time" and not any(_newer(known, tickets)),
        seed=seed,
    )


def _parts(test: KnowledgeBase | Split, base: KnowledgeBase | None) -> tuple[str, KnowledgeBase, KnowledgeBase | None]:
    return (test.kind, test.test, base or test.train) if isinstance(test, Split) else ("time", test, base)


def _reference(asked: KnowledgeBase, known: KnowledgeBase | None) -> KnowledgeBase:
    """What judging may look at: everything, since it happens after the fact."""
    return asked if known is None else known.merge(asked)


def _answers(name: str, system: Suggests, tickets: Sequence[Ticket], judge: Judge, depth: int) -> list[Outcome]:
    made: list[Outcome] = []
    for start in progress(range(0, len(tickets), _BATCH), label=f"evaluating {name}"):
        made += outcomes(system, tickets[start : start + _BATCH], judge, depth=depth)
    return made


def _linked(ticket: Ticket, judge: Judge) -> dict[str, float]:
    return {judge.answer_key(each): 3.0 for each in ticket.article_ids}


def _repeated(known: KnowledgeBase, tickets: Sequence[Ticket]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    groups = near_duplicates([ticket.question for ticket in (*known.tickets, *tickets)])
    return np.isin(groups[len(known.tickets) :], groups[: len(known.tickets)])


def _newer(known: KnowledgeBase | None, tickets: Sequence[Ticket]) -> tuple[int, int]:
    """How many tickets, and how many articles, of what was known are newer than the first question."""
    if known is None:
        return 0, 0
    first = min(ticket.created_at for ticket in tickets)
    late = sum(max(each.created_at, each.replied_at or each.created_at) > first for each in known.tickets)
    return late, sum(each.updated_at is not None and each.updated_at > first for each in known.articles)


def _notes(kind: str, asked: KnowledgeBase, tickets: Sequence[Ticket], known: KnowledgeBase | None) -> tuple[str, ...]:
    notes = [f"{len(tickets):,} of {len(asked.tickets):,} test tickets have a reply or article to judge by."]
    if known is None:
        notes.append("No baselines and no split by repeats: pass base= what the systems were fitted on.")
    if kind == "random":
        notes.append("Random split: leaks the future into training. Not a result.")
    for count, what in zip(_newer(known, tickets), ("tickets", "articles"), strict=True):
        if count:
            notes.append(f"{count:,} {what} that the systems know are newer than the first question. Not a result.")
    return tuple(notes)


def leak_check(
    kb: KnowledgeBase,
    fit: Callable[[KnowledgeBase], Suggests],
    at: str | float = 0.8,
    *,
    metric: str = "hit@1",
    seed: int = 0,
) -> pd.DataFrame:
    """The same system on a random split and on a split by time; what the random one shows beyond is leakage and drift.

    Args:
        kb: All history.
        fit: Makes a fitted system from a base, such as ``lambda base: Suggester().fit(base)``.
        at: Cut of the time split.
        metric: What is compared.
        seed: Of the random split.

    Returns:
        Rows "random", "time" and "time, no repeats" with value, low, high and n, and a row "random - time" with the
        difference.
    """
    import pandas as pd

    strict = split_by_time(kb, at)
    plain = split_by_time(kb, at, apart=())
    share = len(plain.train.tickets) / len(kb.tickets)
    rows = []
    for name, split in (
        ("random", split_at_random(kb, share, seed=seed)),
        ("time", plain),
        ("time, no repeats", strict),
    ):
        report = evaluate({"system": fit(split.train)}, split.test, seed=seed)
        row = report.number("system", metric)
        rows.append((name, row.value, row.low, row.high, row.n))
    rows.append(("random - time", rows[0][1] - rows[1][1], float("nan"), float("nan"), rows[1][4]))
    return pd.DataFrame(rows, columns=["split", "value", "low", "high", "n"])
