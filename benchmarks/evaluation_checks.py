"""The evaluation on cases whose truth is known: simulated outcomes, an oracle, planted leaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulate import desks_folder, simulate
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError
from faqsuggest.evaluation import metrics as ours
from faqsuggest.evaluation.baselines import Nearest, standard_baselines
from faqsuggest.evaluation.bootstrap import cluster_bootstrap, compare_paired
from faqsuggest.evaluation.counterfactual import snips
from faqsuggest.evaluation.experiment import evaluate, leak_check
from faqsuggest.evaluation.judging import Judge
from faqsuggest.evaluation.metrics import Ranking
from faqsuggest.evaluation.replay import replay
from faqsuggest.evaluation.runs import ask, inquiry_text
from faqsuggest.evaluation.splits import split_by_time
from faqsuggest.evaluation.weighting import CharTfidf
from faqsuggest.records import Ticket
from faqsuggest.suggester import Suggester
from faqsuggest.text.mail import main_text
from faqsuggest.text.normalise import normalise
from faqsuggest.text.privacy import redact
from faqsuggest.text.privacy.slots import question_key

Check = dict[str, Any]
LOGGED, TARGET, REWARD = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6]), np.array([0.2, 0.5, 0.8])
"""Three slates: how often they were shown, how often another policy would show them, what each brings."""
HISTORY = 2000


def check(name: str, asked: str, measured: object, n: int, met: bool, **more: object) -> Check:
    return {"check": name, "asked": asked, "measured": measured, "n": n, "met": bool(met), **more}


def share(name: str, value: float, low: float, high: float, n: int, **more: object) -> Check:
    """A share that must lie between two bounds."""
    asked = f"{low:g}–{high:g}" if high < 1 else f"≥ {low:g}"
    return check(name, asked, value, n, low <= value <= high, **more)


def statistics(runs: int = 1000) -> list[Check]:
    """Intervals, tests and click logs on ``runs`` simulated samples each."""
    single, by_customer = rejected(0.0, runs), rejected(0.0, runs, clusters=True)
    naive, bias, inside = logged_policy(runs)
    silent = refused(runs)
    return [
        share("95 % cluster interval holds the truth", interval_coverage(runs), 0.93, 0.97, runs),
        share("A/A: equal systems with p < 0.05", single, 0.03, 0.07, runs),
        share("A/A: the same, whole customers swapped", by_customer, 0.03, 0.07, runs),
        share("+6 points at n = 500 found", rejected(0.06, runs), 0.80, 1.0, runs),
        check("SNIPS: bias, absolute", "< 0.01", abs(bias), runs, abs(bias) < 0.01),
        check(
            "the same of the plain mean of the logs", "above that of SNIPS", abs(naive), runs, abs(naive) > abs(bias)
        ),
        share("SNIPS: 95 % interval holds the truth", inside, 0.93, 0.97, runs),
        check("SNIPS refuses an effective sample below 100", "1", silent, runs, silent == 1.0),
    ]


def interval_coverage(runs: int) -> float:
    """Share of intervals that hold the true mean; 120 customers with 3 inquiries each, correlated."""
    rng, inside = np.random.default_rng(11), 0
    for seed in range(runs):
        own = rng.random(120) < 0.6
        values = np.where(rng.random((120, 3)) < np.sqrt(0.5), own[:, None], rng.random((120, 3)) < 0.6).ravel()
        interval = cluster_bootstrap(values, clusters=np.repeat(np.arange(120), 3), seed=seed)
        inside += bool(interval.low[0] <= 0.6 <= interval.high[0])
    return inside / runs


def rejected(shift: float, runs: int, *, n: int = 500, clusters: bool = False) -> float:
    """Share of paired tests with p < 0.05 when one system is ``shift`` better and a fifth is discordant.

    With ``clusters`` the inquiries come from customers who write one to nine times, and agree among themselves.
    """
    rng, count = np.random.default_rng(12), 0
    for seed in range(runs):
        owners = np.sort(rng.integers(0, n // 3, size=n)) if clusters else np.arange(n)
        kinds = rng.choice(3, size=n, p=[0.8, 0.1 + shift / 2, 0.1 - shift / 2])
        kind = np.where(rng.random(n) < 0.5, kinds[owners], kinds) if clusters else kinds
        both = rng.random(n) < 0.5
        a, b = np.where(kind == 0, both, kind == 1), np.where(kind == 0, both, kind == 2)
        count += compare_paired(a, b, owners, draws=2000, seed=seed).p < 0.05
    return count / runs


def logged_policy(runs: int) -> tuple[float, float, float]:
    """Bias of the plain mean, bias of SNIPS, and interval coverage of SNIPS on logs of 2,000 slates."""
    rng, truth, values, plain, inside = np.random.default_rng(3), float(TARGET @ REWARD), [], [], 0
    for seed in range(runs):
        slate = rng.choice(3, size=2000, p=LOGGED)
        brought = rng.random(2000) < REWARD[slate]
        estimate = snips(brought, LOGGED[slate], TARGET[slate], seed=seed)
        values.append(estimate.value)
        plain.append(brought.mean())
        inside += estimate.low <= truth <= estimate.high
    return float(np.mean(plain)) - truth, float(np.mean(values)) - truth, inside / runs


def refused(runs: int) -> float:
    """Share of logs of 120 slates, worth fewer than 100, for which no value is given."""
    rng, count = np.random.default_rng(4), 0
    for _ in range(runs):
        slate = rng.choice(3, size=120, p=LOGGED)
        try:
            snips(rng.random(120) < REWARD[slate], LOGGED[slate], TARGET[slate])
        except InputError:
            count += 1
    return count / runs


def metrics(runs: int = 200) -> list[Check]:
    """Largest difference from trec_eval, by way of ir-measures, over random runs with ties and empty lists."""
    import ir_measures
    from ir_measures import AP, RR, Bpref, Judged, R, Success, nDCG

    oracle: dict[Any, Callable[[Ranking], NDArray[np.float64]]] = {
        Success(rel=2) @ 1: lambda r: ours.hit(r, 1),
        Success(rel=2) @ 3: lambda r: ours.hit(r, 3),
        R(rel=2) @ 5: lambda r: ours.recall(r, 5),
        RR(rel=2): lambda r: ours.reciprocal_rank(r, 1000),
        nDCG @ 5: lambda r: ours.ndcg(r, 5),
        nDCG @ 10: lambda r: ours.ndcg(r, 10),
        AP(rel=2): ours.average_precision,
        Bpref(rel=2): ours.bpref,
        Judged @ 5: lambda r: ours.judged(r, 5),
    }
    rng, apart, compared = np.random.default_rng(5), 0.0, 0
    for _ in range(runs):
        lists, judged = random_run(rng)
        ranking = Ranking.from_lists(lists, judged)
        values = {measure: metric(ranking) for measure, metric in oracle.items()}
        run = {str(q): strict_scores(lists[q], judged[q]) for q in range(len(lists)) if lists[q]}
        if run:
            for row in ir_measures.iter_calc(list(oracle), {str(q): each for q, each in enumerate(judged)}, run):
                apart = max(apart, abs(float(values[row.measure][int(row.query_id)]) - row.value))
                compared += 1
    name = f"{len(oracle)} metrics on {runs} runs: largest difference from trec_eval"
    return [
        check(
            name,
            "≤ 1e-9",
            f"{apart:.1e}",
            compared,
            apart <= 1e-9,
        )
    ]


def random_run(rng: np.random.Generator) -> tuple[list[list[tuple[str, float]]], list[dict[str, int]]]:
    """A few inquiries with ties, empty lists and inquiries without a right answer."""
    lists, judged, pool = [], [], [f"d{number:02d}" for number in range(20)]
    for _ in range(rng.integers(1, 8)):
        offered = rng.choice(pool, size=rng.integers(0, 13), replace=False).tolist()
        scores = (rng.integers(0, 6, size=len(offered)) / 5.0).tolist()
        known, top = rng.choice(pool, size=rng.integers(1, 13), replace=False).tolist(), int(rng.choice([0, 1, 4]))
        lists.append(list(zip(offered, scores, strict=True)))
        judged.append({answer: int(rng.integers(0, top + 1)) for answer in known})
    return lists, judged


def strict_scores(offered: Sequence[tuple[str, float]], grades: Mapping[str, int]) -> dict[str, float]:
    """The same order without ties, for a library that breaks ties by name."""
    order = sorted(offered, key=lambda pair: (-pair[1], grades.get(pair[0], 0.0), pair[0]))
    return {answer: float(len(order) - place) for place, (answer, _) in enumerate(order)}


def _characters(base: KnowledgeBase) -> Nearest:
    return Nearest(weighting=CharTfidf()).fit(base)


def leaks() -> list[Check]:
    """Planted leaks in a synthetic history of 2,000 tickets, with the library on characters and all baselines."""
    kb = simulate(desks_folder(), HISTORY, seed=1).kb
    split = split_by_time(kb, 0.8, apart=("thread", "repeat"))
    table = leak_check(kb, _characters).set_index("split")["value"]
    gap = float(table["random - time"])
    return [
        future_replies(kb),
        own_answers(split.train, split.test),
        shuffled_replies(split.train, split.test),
        check("random split minus time split, hit@1", "printed", gap, HISTORY, bool(np.isfinite(gap))),
    ]


def future_replies(kb: KnowledgeBase) -> Check:
    """The answer of every fifth ticket is planted again after the end: how often one is found before its time."""
    end = max(ticket.created_at for ticket in kb.tickets) + timedelta(days=1)
    sent = end + timedelta(days=1)
    planted = tuple(
        replace(t, id=f"future-{t.id}", created_at=end, replied_at=sent, closed_at=sent)
        for t in kb.tickets[::5]
        if t.reply
    )
    start = kb.tickets[len(kb.tickets) * 4 // 5].created_at
    whole = replace(kb, tickets=(*kb.tickets, *planted))
    report = replay(whole, start, "14d", end=end, suggester=Suggester(encoder="char-ngrams"), by="language")
    named = [each for run in report.runs.values() for each in (*run.first, *run.source)]
    found = sum(each.startswith("future-") for each in named)
    return check("planted future replies found", "0", found, len(named), found == 0, planted=len(planted))


def own_answers(train: KnowledgeBase, test: KnowledgeBase) -> Check:
    """The answers of the test are put into the base: the same wording must find its own, every time."""
    asked = _asked_once(train.tickets, test.tickets)
    leaked = train.merge(replace(test, tickets=asked))
    system = Suggester(encoder="char-ngrams").fit(leaked)
    value = evaluate({"leaky": system}, replace(test, tickets=asked)).number("leaky", "hit@1")
    return check("planted own answers: recall@1", "1", value.value, value.n, value.value == 1.0)


def _asked_once(known: Sequence[Ticket], tickets: Sequence[Ticket]) -> tuple[Ticket, ...]:
    """Answered tickets whose question nobody else asked: of two answers to one question, either may come first."""
    asked = Counter(_wording(ticket) for ticket in (*known, *tickets))
    return tuple(ticket for ticket in tickets if ticket.reply and asked[_wording(ticket)] == 1)


def _wording(ticket: Ticket) -> str:
    """The question without greeting, signature and the like, as a base tells questions apart."""
    return question_key(main_text(normalise(redact(inquiry_text(ticket)).text)))


def shuffled_replies(train: KnowledgeBase, test: KnowledgeBase, rounds: int = 200) -> Check:
    """Replies dealt out at random: hit@1 must be that of chance, which is the mean over all deals."""
    tickets = [replace(t, tags=(), article_ids=()) for t in test.tickets if t.reply]
    system, judge = standard_baselines()["char TF-IDF"].fit(train), Judge(train.merge(test))
    found, rng, deals = ask(system, tickets, 1, min_confidence=0.0), np.random.default_rng(6), []
    for seed in range(rounds):
        order = rng.permutation(len(tickets))
        mixed = [replace(t, reply=tickets[at].reply) for t, at in zip(tickets, order, strict=True)]
        right = [bool(grades) and grades[0].grade >= ours.RELEVANT for grades in judge.grade(mixed, found)]
        interval = cluster_bootstrap(np.array(right, dtype=np.float64), seed=seed)
        deals.append((float(interval.value[0]), float(interval.low[0]), float(interval.high[0])))
    chance = float(np.mean([value for value, _, _ in deals]))
    inside = float(np.mean([low <= chance <= high for _, low, high in deals]))
    return share("shuffled replies: interval of hit@1 holds chance", inside, 0.93, 1.0, rounds, chance=chance)
