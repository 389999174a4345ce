"""Do simulated agents teach the ranker? Clicks as they come against feedback corrected for the place in the list.

    FAQSUGGEST_DATA=… python -m benchmarks.training --part feedback --folds F0 F1 F2 F3 [--cache VECTORS]

``--folds`` are four encoders that have not seen the desks of the fold with their number, as for benchmarks.confidence.

Agents read the lists of eight invented desks. Twelve of them look at place p with probability 1 / p^1.5 and send what
they look at if it is right (95 %) or by mistake (5 %); one in five lists has two neighbours swapped by lot. In
``older_order`` the log comes from a version that ranked by spelling alone, in ``same_order`` from the one in use;
``first_only`` adds an agent who sends whatever stands first, ``at_random`` one who sends any answer, both fifty times.
Half of a desk's inquiries are read by agents, hit@1 is measured on the other half; two desks share agents and weights,
3,000 lists, three seeds. What learning starts from was learnt on the other six desks.

``before`` is the fixed hybrid (the order that ships has seen these desks), ``elsewhere`` the order learnt on the other
desks. ``naive`` learns from every click as it is, ``ours`` from ``lessons_of`` with its guard, ``weights`` is the same
with inverse propensity weights and without the guard; all with the same learner. Intervals: whole topics are resampled.
About 3 minutes on one core, most of it encoding.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import confidence_sets as sets
from benchmarks.data import DESKS
from benchmarks.simulate import desks_folder
from benchmarks.tables import RESULTS, Row, figure, markdown, mean_row, write
from faqsuggest.calibrated import learn
from faqsuggest.confidence import Calibrator
from faqsuggest.evidence import COLUMNS
from faqsuggest.feedback.exploration import Exploration
from faqsuggest.feedback.log import FeedbackLog
from faqsuggest.feedback.records import Event, Showing, Shown, Slate
from faqsuggest.listwise import Ranking
from faqsuggest.outcomes import Case, Graded, Outcome, ask, first_of
from faqsuggest.ranking import FusionWeights
from faqsuggest.suggester import Suggester
from faqsuggest.training.examination import Examination, examination_of
from faqsuggest.training.feedback import grade, lessons_of, order_gain
from models.build.sources import FOLDS

SEEDS = range(3)
SLATES = 3_000
AGENTS = 12
PLACES = 5
THETA = tuple(place**-1.5 for place in range(1, PLACES + 1))
EXPLORE = 0.2
SCENARIOS = {
    "older_order": {"older": True},
    "same_order": {"older": False},
    "first_only": {"older": True, "extra": "first"},
    "at_random": {"older": True, "extra": "random"},
}
START = datetime(2026, 1, 5, tzinfo=UTC)
ARMS = 8
LEXICAL = COLUMNS.index("lexical")


@dataclass(frozen=True)
class Inquiry:
    """An inquiry, what was found for it, and its topic; "" where nothing answers it."""

    outcome: Outcome
    desk: str
    topic: str


def asked(folds: Sequence[str], cache: Path | None) -> list[Inquiry]:
    """All inquiries of the desks against their articles and past tickets, by encoders that have not seen them."""
    encoder_of = {desk: encoder for encoder, fold in zip(folds, FOLDS, strict=True) for desk in fold}
    found = []
    for name in DESKS:
        problem = sets.desk(desks_folder().parent, name, tickets=True)
        suggester = Suggester(encoder=encoder_of[name], cache=cache).fit(problem.kb)
        book = suggester.units_.book
        cases = []
        for place, query in enumerate(problem.queries):
            right = frozenset(
                key
                for key, answer in book.answers.items()
                if any(problem.is_right(one, query) for one in [*answer.articles.values(), *answer.tickets.values()])
            )
            cases.append(Case(id=f"{name}-{place}", text=query.text, right=right, at=query.at, brand=None))
        outcomes = ask(suggester.units_, suggester.encoder_, Ranking(FusionWeights(), None), cases)
        found += [
            Inquiry(outcome, name, f"{name}/{query.topic}" if outcome.case.right else "")
            for outcome, query in zip(outcomes, problem.queries, strict=True)
            if len(outcome.table) >= PLACES
        ]
        print(name, len(cases), f"{time.process_time():.0f} s", flush=True)
    return found


def read(
    inquiries: Sequence[Inquiry], calibrator: Calibrator, seed: int, *, older: bool, extra: str = ""
) -> list[Slate]:
    """What agents did with the lists that they were shown."""
    rng, exploration = np.random.default_rng(seed), Exploration(EXPLORE, seed)
    confidences = [calibrator.probabilities(each.outcome.table).tolist() for each in inquiries]
    slates = []
    for number in range(SLATES):
        drawn = int(rng.integers(len(inquiries)))
        inquiry, chances = inquiries[drawn].outcome, confidences[drawn]
        agent = int(rng.integers(AGENTS + bool(extra)))
        ranked = np.argsort(-inquiry.table[:, LEXICAL], kind="stable") if older else np.arange(len(inquiry.table))
        name = f"{seed}-{number}"
        order, propensity = exploration.draw(name, [False] * PLACES)
        shown = [int(ranked[place]) for place in order]
        seen = rng.random(PLACES) < THETA
        used = seen & (rng.random(PLACES) < np.where(inquiry.right[shown], 0.95, 0.05))
        times = 1
        if agent == AGENTS:
            used = np.arange(PLACES) == (0 if extra == "first" else rng.integers(PLACES))
            times = 50
        events: tuple[Event, ...] = ("sent",) * times
        slates.append(
            Slate(
                id=name,
                at=START + timedelta(minutes=number),
                showing=Showing(user=f"agent-{agent}"),
                query=inquiry.case.id,
                propensity=propensity,
                explore=EXPLORE,
                shown=tuple(
                    Shown(
                        answer=inquiry.keys[candidate],
                        kind="reply",
                        confidence=chances[candidate],
                        rank=place + 1,
                        events=events if use else (),
                    )
                    for candidate, place, use in zip(shown, order, used, strict=True)
                ),
            )
        )
    return slates


def naive(slates: Sequence[Slate], outcomes: dict[str, Outcome]) -> list[Graded]:
    """Every click as it is, and what was not clicked is wrong: everything counts as seen, and as often as it came."""
    clicks = {key: (np.zeros(len(o.table)), np.zeros(len(o.table))) for key, o in outcomes.items()}
    for slate in slates:
        places = {key: place for place, key in enumerate(outcomes[slate.query].keys)}
        times = max(1, max(len(one.events) for one in slate.shown))
        hits, shows = clicks[slate.query]
        for one in slate.shown:
            shows[places[one.answer]] += times
            hits[places[one.answer]] += len(one.events)
    return [
        Graded(
            "",
            key,
            START,
            outcomes[key].table,
            hits / np.maximum(shows, 1),
            np.ones(len(hits)),
            shows,
            outcomes[key].keys,
        )
        for key, (hits, shows) in clicks.items()
        if shows.any()
    ]


def weighted(graded: Sequence[Graded]) -> list[Graded]:
    """Inverse propensity weights instead of likelihood: a use at a place that is seen half of the time counts twice."""
    return [
        replace(each, used=each.used / np.where(each.seen > 0, each.seen, 1.0), seen=np.ones(len(each.seen)))
        for each in graded
    ]


def taught(slates: Sequence[Slate], outcomes: dict[str, Outcome]) -> tuple[list[Graded], Examination]:
    theta = examination_of(slates)
    lessons = lessons_of(slates, examination=theta)
    known = {key: key for outcome in outcomes.values() for key in outcome.keys}
    return [grade(each, outcomes[each.query], known) for each in lessons], theta


def hits(inquiries: Sequence[Inquiry], calibrator: Calibrator) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([float(each.outcome.right[first_of(each.outcome, calibrator)[0]]) for each in inquiries])


def started(inquiries: Sequence[Inquiry], fold: Sequence[str]) -> Calibrator:
    """What comes with the library for a new team: learnt on the desks of the other folds."""
    others = [each.outcome for each in inquiries if each.desk not in fold]
    return Calibrator.fit([each.table for each in others], [each.right for each in others])


def trial(inquiries: Sequence[Inquiry], seed: int, scenario: dict[str, Any], start: Calibrator) -> dict[str, Any]:
    """One seed of one scenario at the desks of a fold: hits of each on the inquiries that no agent read."""
    order = np.random.default_rng(seed).permutation(len(inquiries))
    learnt_on = [inquiries[i] for i in order[::2]]
    held_out = [inquiries[i] for i in order[1::2] if inquiries[i].topic]
    slates = read(learnt_on, start, seed, **scenario)
    outcomes = {each.outcome.case.id: each.outcome for each in learnt_on}
    graded, theta = taught(slates, outcomes)
    gain, low, _ = order_gain(graded, start)
    learners = {
        "before": start,
        "elsewhere": replace(start, reorder=True),
        "naive": replace(learn((), naive(slates, outcomes), start), reorder=True),
        "weights": replace(learn((), weighted(graded), start), reorder=True),
        "ours": replace(learn((), graded, start), reorder=True) if low > 0 else start,
    }
    return {
        "held_out": held_out,
        "hits": {name: hits(held_out, learner) for name, learner in learners.items()},
        "taken": bool(low > 0),
        "theta": theta.chances,
        "gain_seen": gain,
        "users": len({each.user for each in graded}),
    }


def summed(trials: Sequence[dict[str, Any]], scenario: str) -> list[Row]:
    """Mean over seeds of each inquiry's hits, and of the paired differences."""
    topics: dict[str, str] = {}
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for each in trials:
        for place, inquiry in enumerate(each["held_out"]):
            key = inquiry.outcome.case.id
            topics[key] = inquiry.topic
            for name, found in each["hits"].items():
                values[name][key].append(float(found[place]))
    keys = sorted(topics)
    mean = {name: np.array([np.mean(found[key]) for key in keys]) for name, found in values.items()}
    for one, other in (("naive", "before"), ("ours", "before"), ("ours", "naive")):
        mean[f"{one} - {other}"] = mean[one] - mean[other]
    clusters = [topics[key] for key in keys]
    return [mean_row(each, clusters, scenario=scenario, what=name) for name, each in mean.items()]


def log_speed(slates: Sequence[Slate]) -> dict[str, float]:
    """Milliseconds of processor time a slate with one event, redaction and flushing included."""
    with tempfile.TemporaryDirectory() as folder:
        log, start = FeedbackLog(Path(folder) / "desk.sqlite"), time.process_time()
        for slate in slates:
            log.add(replace(slate, query="Hej, mitt paket har inte kommit, ring 070-174 06 05. Mvh Anna"))
            log.tell(f"{slate.id}:1", "sent")
        written, begun = time.process_time() - start, time.process_time()
        count = sum(1 for _ in log.slates())
        read_again = time.process_time() - begun
        log.close()
    return {"slates": count, "write_ms": 1000 * written / count, "read_ms": 1000 * read_again / count}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", nargs=4, required=True, metavar="ENCODER")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    measure(asked(options.folds, options.cache), options.out)


def measure(inquiries: Sequence[Inquiry], out: Path) -> None:
    """All scenarios, printed and written."""
    rows: list[Row] = []
    facts: dict[str, Any] = {}
    starts = [started(inquiries, fold) for fold in FOLDS]
    for name, scenario in SCENARIOS.items():
        trials = [
            trial([each for each in inquiries if each.desk in fold], seed, scenario, start)
            for fold, start in zip(FOLDS, starts, strict=True)
            for seed in SEEDS
        ]
        rows += summed(trials, name)
        facts[name] = {
            "taken": sum(each["taken"] for each in trials),
            "trials": len(trials),
            "theta": np.mean([each["theta"] for each in trials if len(each["theta"]) == PLACES], axis=0).tolist(),
            "theta_true": list(THETA),
            "users_heeded": [each["users"] for each in trials],
        }
        for row in rows[-ARMS:]:
            print(f"{name:12s} {row['what']:15s} {figure(row)} n {row['n']}", flush=True)
        print(name, facts[name], f"{time.process_time():.0f} s", flush=True)
    speed = log_speed(read(inquiries, starts[0], 0, older=True)[:300])
    content = {"slates": SLATES, "agents": AGENTS, "explore": EXPLORE, "rows": rows, "facts": facts, "log": speed}
    table = markdown(
        ("agents", "what", "hit@1 [95 %]", "inquiries"),
        [(row["scenario"], row["what"], figure(row), row["n"]) for row in rows],
    )
    write(out, "training_feedback", content, table)


if __name__ == "__main__":
    main()
