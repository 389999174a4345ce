"""Question to answer: how well the right answer of an FAQ is found, beside the plain ways of finding it.

    FAQSUGGEST_DATA=… python -m benchmarks.quality                                   the shipped encoder
    … python -m benchmarks.quality --encoder new=FOLDER --encoder default --untuned FOLDER --cache FOLDER

Rows: BM25 with Snowball stems; character n-gram TF-IDF; each encoder alone, whole question with whole answer; the plain
half-and-half hybrid of the last two; faqsuggest as a user calls it, never abstaining. Answers are indexed as articles
without a title, since the title of an FAQ entry is the question that is asked. Nothing is fitted on what is measured.

Figures: nDCG@10, recall at 1 and 5, MRR@10, with 95 % intervals over whole clusters (an article with all that asks for
it). Equal scores count against every system. Written to results/quality.json and .md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import RetrievalSet, data_folder, retrieval_sets
from benchmarks.systems import (
    Remembered,
    bm25_scores,
    char_scores,
    dense_scores,
    graded,
    hybrid_scores,
    machine,
    open_encoder,
    ranking,
    suggested,
)
from benchmarks.tables import RESULTS, Row, figure, macro_ratio, markdown, mean_row, write
from faqsuggest import KnowledgeBase
from faqsuggest.errors import MissingPackageError
from faqsuggest.evaluation.bootstrap import compare_paired
from faqsuggest.evaluation.metrics import Ranking, ndcg, recall, reciprocal_rank

Values = NDArray[np.float64]
System = tuple[str, str]
"""What ranks, and with which encoder ("" for none)."""

METRICS: dict[str, Callable[[Ranking], Values]] = {
    "nDCG@10": lambda found: ndcg(found, 10),
    "R@1": lambda found: recall(found, 1),
    "R@5": lambda found: recall(found, 5),
    "MRR@10": lambda found: reciprocal_rank(found, 10),
}
BM25, CHAR, ALONE, HYBRID, OURS = "BM25 + Snowball", "char TF-IDF", "encoder alone", "plain hybrid", "faqsuggest"
LEGS = (BM25, CHAR, ALONE)
SEVEN = (
    "swefaq dev sv",
    "kde_faq sv",
    "zaragoza sv",
    "superoffice slice sv",
    "superoffice slice nb",
    "superoffice slice da",
    "superoffice slice en",
)
"""The sets over which the shipped model is judged."""

UNTUNED, MINILM = "untuned", "all-MiniLM-L6-v2"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What every system reached on one set: values per question, by system and metric."""

    label: str
    source: str
    cross: bool
    role: str
    pool: int
    clusters: tuple[str, ...]
    values: dict[System, dict[str, Values]]


def main() -> None:
    arguments = _arguments()
    sets, missing = retrieval_sets(data_folder(arguments.data))
    sets = [one.head(arguments.limit) for one in sets if _wanted(one.label, arguments.only)]
    encoders = dict(_named(spec, arguments.cache) for spec in arguments.encoder or ["default"])
    plain: dict[str, Remembered] = {}
    if arguments.untuned:
        plain[UNTUNED] = open_encoder(arguments.untuned, arguments.cache)
    try:
        plain[MINILM] = open_encoder("minilm", arguments.cache)
    except MissingPackageError as error:
        missing[MINILM] = str(error)
    outcomes = []
    for one in sets:
        outcomes.append(measure(one, encoders, plain))
        print(_line(outcomes[-1]), flush=True)
    outcomes = pooled(outcomes)
    judged = next(iter(encoders))
    content: dict[str, object] = {
        "machine": machine(),
        "encoders": {name: each.fingerprint[:16] for name, each in {**encoders, **plain}.items()},
        "judged": judged,
        "left out": missing,
        "rows": rows(outcomes),
        "differences": differences(outcomes, judged),
        "macro": macros(outcomes, judged),
    }
    text = report(content)
    write(Path(arguments.results), "quality", content, text)
    print(text)


def measure(one: RetrievalSet, encoders: Mapping[str, Remembered], plain: Mapping[str, Remembered]) -> Outcome:
    """Run every system on one set; ``plain`` encoders stand alone and in the plain hybrid only."""
    ids, texts = list(one.pool), list(one.pool.values())
    char = char_scores(one.queries, texts)
    found: dict[System, Ranking] = {
        (BM25, ""): ranking(bm25_scores(one.queries, texts, one.asked, one.answered), ids, one.gold, floor=0.0),
        (CHAR, ""): ranking(char, ids, one.gold, floor=0.0),
    }
    kb = KnowledgeBase.from_records(
        articles=[{"id": key, "body": text, "language": one.answered} for key, text in one.pool.items()]
    )
    for name, encoder in {**encoders, **plain}.items():
        dense = dense_scores(encoder, one.queries, texts)
        found[ALONE, name] = ranking(dense, ids, one.gold)
        if name != MINILM:
            found[HYBRID, name] = ranking(hybrid_scores(dense, char), ids, one.gold)
        if name in encoders:
            found[OURS, name] = graded(suggested(kb, encoder, one.queries, dict(zip(ids, ids, strict=True))), one.gold)
    values = {system: {name: metric(each) for name, metric in METRICS.items()} for system, each in found.items()}
    return Outcome(one.label, one.name, one.asked != one.answered, one.role, len(ids), one.clusters, values)


def pooled(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes, with the directions of one source that crosses languages in several made one."""
    crossing: dict[str, list[Outcome]] = {}
    for each in outcomes:
        if each.cross:
            crossing.setdefault(each.source, []).append(each)
    kept = [each for each in outcomes if not each.cross or len(crossing[each.source]) == 1]
    return kept + [_joined(parts) for parts in crossing.values() if len(parts) > 1]


def _joined(parts: Sequence[Outcome]) -> Outcome:
    first = parts[0]
    values = {
        system: {name: np.concatenate([part.values[system][name] for part in parts]) for name in METRICS}
        for system in first.values
    }
    clusters = tuple(cluster for part in parts for cluster in part.clusters)
    label = f"{first.source} across languages ({len(parts)} directions)"
    return Outcome(label, first.source, True, first.role, first.pool, clusters, values)


def rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """One row for each set, system and metric."""
    return [
        mean_row(
            values,
            each.clusters,
            set=each.label,
            role=each.role,
            pool=each.pool,
            system=system,
            encoder=encoder,
            metric=metric,
        )
        for each in outcomes
        for (system, encoder), by_metric in each.values.items()
        for metric, values in by_metric.items()
    ]


def differences(outcomes: Sequence[Outcome], judged: str) -> list[Row]:
    """nDCG@10 of faqsuggest with the judged encoder minus that of each other system, question by question."""
    found = []
    for each in outcomes:
        ours = each.values[OURS, judged]["nDCG@10"]
        for (system, encoder), by_metric in each.values.items():
            if (system, encoder) != (OURS, judged):
                gap = compare_paired(ours, by_metric["nDCG@10"], each.clusters, draws=2000)
                facts = {"set": each.label, "system": system, "encoder": encoder, "n": gap.n}
                found.append({**facts, "value": gap.value, "low": gap.low, "high": gap.high, "p": gap.p})
    return found


def macros(outcomes: Sequence[Outcome], judged: str) -> list[Row]:
    """Macro nDCG@10 of faqsuggest and the plain hybrid, over that of each plain system."""
    groups = {
        "every set in one language": [each for each in outcomes if not each.cross],
        "seven sets of the shipped model": [each for each in outcomes if each.label in SEVEN],
        "across languages": [each for each in outcomes if each.cross],
    }
    found = []
    for group, members in groups.items():
        for above in ((OURS, judged), (HYBRID, judged)):
            for below in members[0].values if members else ():
                if below != above and below[0] != OURS:
                    found.append(_macro(group, members, above, below))
    return found


def _macro(group: str, members: Sequence[Outcome], above: System, below: System) -> Row:
    first, second = ([each.values[system]["nDCG@10"] for each in members] for system in (above, below))
    clusters, sources = [each.clusters for each in members], [each.source for each in members]
    value, low, high = macro_ratio(first, second, clusters, sources)
    means = [float(np.mean([values.mean() for values in side])) for side in (first, second)]
    return {
        "sets": group,
        "number of sets": len(members),
        "above": _name(above),
        "below": _name(below),
        "macro above": means[0],
        "macro below": means[1],
        "value": value,
        "low": low,
        "high": high,
    }


def report(content: Mapping[str, Any]) -> str:
    """The Markdown page."""
    table: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in content["rows"]:
        table.setdefault((row["set"], row["system"], row["encoder"]), {})[row["metric"]] = row
    lines = []
    for (label, system, encoder), by_metric in table.items():
        first = by_metric["nDCG@10"]
        figures = [figure(by_metric[name]) for name in METRICS]
        lines.append(
            [f"{label} ({first['role']})", f"{first['n']}/{first['pool']}", _name((system, encoder)), *figures]
        )
    facts = ("sets", "number of sets", "above", "below")
    ratios = [
        [*(row[name] for name in facts), f"{row['macro above']:.3f}", f"{row['macro below']:.3f}", figure(row)]
        for row in content["macro"]
    ]
    gaps = [[row["set"], _name((row["system"], row["encoder"])), figure(row)] for row in content["differences"]]
    machine_line = ", ".join(f"{key} {value}" for key, value in content["machine"].items())
    left_out = "".join(f"Left out: {name}: {why}\n" for name, why in content["left out"].items())
    return "\n".join(
        (
            f"# Question to answer\n\n{machine_line}\n\n{left_out}",
            markdown(["set", "questions/pool", "system", *METRICS], lines),
            "\n## Macro nDCG@10, one system over another\n",
            markdown(["sets", "n", "above", "below", "macro above", "macro below", "ratio"], ratios),
            f"\n## nDCG@10 of faqsuggest ({content['judged']}) minus each other\n",
            markdown(["set", "other", "difference"], gaps),
        )
    )


def _name(system: System) -> str:
    return f"{system[0]} ({system[1]})" if system[1] else system[0]


def _line(each: Outcome) -> str:
    figures = [f"{_name(system)} {found['nDCG@10'].mean():.3f}" for system, found in each.values.items()]
    return f"{each.label} (n = {len(each.clusters)}): " + ", ".join(figures)


def _wanted(label: str, only: Sequence[str] | None) -> bool:
    return not only or any(label.startswith(each) for each in only)


def _named(spec: str, cache: str | None) -> tuple[str, Remembered]:
    name, found, place = spec.partition("=")
    return (name, open_encoder(place, cache)) if found else (Path(spec).name, open_encoder(spec, cache))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder of the development sets; FAQSUGGEST_DATA without it")
    parser.add_argument("--encoder", action="append", help="[NAME=]ENCODER, repeatable; the first is judged")
    parser.add_argument("--untuned", help="encoder before training, for the ratios")
    parser.add_argument("--cache", help="folder that keeps vectors between runs")
    parser.add_argument("--only", action="append", help="start of a set's name, repeatable")
    parser.add_argument("--limit", type=int, help="first questions of each set, for a trial")
    parser.add_argument("--results", default=str(RESULTS), help="folder to write to")
    return parser.parse_args()


if __name__ == "__main__":
    main()
