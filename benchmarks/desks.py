"""Messy inquiries to articles: the invented helpdesks, eight organisations in five languages.

    FAQSUGGEST_DATA=… python -m benchmarks.desks --encoder FOLDER
    … python -m benchmarks.desks --encoder bank,health=FOLD1 --encoder housing,insurance=FOLD2 … --learnt FILE

The second form gives each fold the encoder, and from FILE the order, that were learnt without its desks. The shipped
encoder was trained on all desks: its figures here say nothing about desks that it has not seen.

Public articles alone are indexed, then articles with the past tickets, which lead to the articles that they link to. A
version of the right article in another language counts as right. Inquiries that nothing answers are left out here; they
are for the confidence. Rows: character n-gram TF-IDF, the encoder alone, their plain half-and-half hybrid, faqsuggest,
and, with ``--learnt``, faqsuggest with its fixed order;
with tickets, an article of a plain system has the score of its own text or of the best past question linked to it, all
encoded as passages so that the scores compare.

Figures: hit@1, hit@3 and MRR@10 with 95 % intervals over whole articles; equal scores count against. Written to
results/desks.json and .md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import DESKS, Desk, DeskInquiry, data_folder, message, read_desk
from benchmarks.systems import (
    Remembered,
    Scores,
    char_scores,
    dense_scores,
    graded,
    hybrid_scores,
    machine,
    open_encoder,
    ranking,
    suggested,
)
from benchmarks.tables import RESULTS, Row, figure, markdown, mean_row, ratio_row, write
from faqsuggest.calibrated import Confidence
from faqsuggest.evaluation.metrics import Ranking, hit, reciprocal_rank

Values = NDArray[np.float64]
METRICS: dict[str, Callable[[Ranking], Values]] = {
    "hit@1": lambda found: hit(found, 1),
    "hit@3": lambda found: hit(found, 3),
    "MRR@10": lambda found: reciprocal_rank(found, 10),
}
CHAR, ALONE, HYBRID = "char TF-IDF", "encoder alone", "plain hybrid"
FIXED, OURS = "faqsuggest, fixed order", "faqsuggest"
TUNED, UNTUNED = "judged", "untuned"
CONDITIONS = {"articles": False, "articles and tickets": True}


def _speaks(code: str) -> Callable[[DeskInquiry], bool]:
    return lambda one: one.language == code


SLICES: dict[str, Callable[[DeskInquiry], bool]] = {
    "all": lambda _: True,
    **{code: _speaks(code) for code in ("sv", "nb", "da", "fi", "en")},
    "answer in its language": lambda one: not one.cross,
    "answer in another language": lambda one: one.cross,
    "at most 15 words": lambda one: one.words <= 15,
    "16 to 55 words": lambda one: 15 < one.words <= 55,
    "over 55 words": lambda one: one.words > 55,
}
Outcomes = dict[tuple[str, str, str], dict[str, Values]]
"""Values per inquiry by condition, system and encoder, then by metric."""


def main() -> None:
    arguments = _arguments()
    folder = data_folder(arguments.data)
    if folder is None:
        raise SystemExit("the desks need --data or FAQSUGGEST_DATA: the folder that holds desks/")
    desks = [read_desk(folder / "desks" / name) for name in arguments.desks.split(",")]
    specs = encoder_of_desk(arguments.encoder or ["default"], [desk.name for desk in desks])
    opened = {spec: open_encoder(spec, arguments.cache) for spec in sorted(set(specs.values()))}
    untuned = open_encoder(arguments.untuned, arguments.cache) if arguments.untuned else None
    learnt = learnt_of_desk(arguments.learnt) if arguments.learnt else {}
    parts = []
    for desk in desks:
        encoders = {TUNED: opened[specs[desk.name]]} | ({UNTUNED: untuned} if untuned else {})
        parts.append(measure(desk, encoders, learnt.get(desk.name)))
        print(_line(desk, parts[-1]), flush=True)
    values = joined(parts)
    inquiries = [one for desk in desks for one in desk.inquiries]
    clusters = [f"{desk.name}/{min(one.gold)}" for desk in desks for one in desk.inquiries]
    masks = {name: np.array([test(one) for one in inquiries]) for name, test in SLICES.items()}
    masks |= {name: np.array([desk.name == name for desk in desks for _ in desk.inquiries]) for name in specs}
    content: dict[str, object] = {
        "machine": machine(),
        "encoders": {name: opened[spec].fingerprint[:16] for name, spec in specs.items()},
        UNTUNED: untuned.fingerprint[:16] if untuned else None,
        "rows": rows(values, masks, clusters),
        "ratios": ratios(values, masks, clusters),
    }
    text = report(content)
    write(Path(arguments.results), "desks", content, text)
    print(text)


def measure(desk: Desk, encoders: Mapping[str, Remembered], learnt: Confidence | None = None) -> Outcomes:
    """Run every system on one desk, under both conditions; faqsuggest with the judged encoder only."""
    found: dict[tuple[str, str, str], Ranking] = {}
    queries = [one.text for one in desk.inquiries]
    gold = [one.gold for one in desk.inquiries]
    keys = [desk.key_of[row["id"]] for row in desk.articles]
    for condition, tickets in CONDITIONS.items():
        texts = plain_texts(desk, tickets=tickets)
        char = article_scores(desk, char_scores(queries, texts))
        found[condition, CHAR, ""] = ranking(char, keys, gold, floor=0.0)
        for name, encoder in encoders.items():
            dense = article_scores(desk, dense_scores(encoder, queries, texts))
            found[condition, ALONE, name] = ranking(dense, keys, gold)
            found[condition, HYBRID, name] = ranking(hybrid_scores(dense, char), keys, gold)
            if name == TUNED:
                base = desk.knowledge_base(tickets=tickets)
                offered = suggested(base, encoder, queries, desk.key_of, learnt=learnt)
                found[condition, OURS, name] = graded(offered, gold)
                if learnt is not None:
                    fixed = suggested(base, encoder, queries, desk.key_of, learnt=replace(learnt, ranker=None))
                    found[condition, FIXED, name] = graded(fixed, gold)
    return {system: {name: metric(each) for name, metric in METRICS.items()} for system, each in found.items()}


def plain_texts(desk: Desk, *, tickets: bool) -> list[str]:
    """What the plain systems index: title and body of the articles, then the past questions if wanted."""
    articles = [f"{row['title']}\n{row['body']}" for row in desk.articles]
    return articles + ([message(row) for row in desk.tickets] if tickets else [])


def article_scores(desk: Desk, scores: Scores) -> Scores:
    """The best of an article's own score and of the scores of the past questions that link to it."""
    count = len(desk.articles)
    place = {row["id"]: position for position, row in enumerate(desk.articles)}
    best = scores[:, :count].copy()
    for column, row in enumerate(desk.tickets[: scores.shape[1] - count], start=count):
        for linked in row.get("article_ids") or ():
            if linked in place:
                best[:, place[linked]] = np.maximum(best[:, place[linked]], scores[:, column])
    return best


def joined(parts: Sequence[Outcomes]) -> Outcomes:
    """The desks one after the other."""
    return {
        system: {name: np.concatenate([part[system][name] for part in parts]) for name in METRICS}
        for system in parts[0]
    }


def rows(values: Outcomes, masks: Mapping[str, NDArray[np.bool_]], clusters: Sequence[str]) -> list[Row]:
    """One row for each condition, slice, system and metric; empty slices have none."""
    labels = np.array(clusters)
    return [
        mean_row(
            by_metric[metric][mask],
            labels[mask],
            indexed=condition,
            slice=name,
            system=system,
            encoder=encoder,
            metric=metric,
        )
        for name, mask in masks.items()
        if mask.any()
        for (condition, system, encoder), by_metric in values.items()
        for metric in METRICS
    ]


def ratios(values: Outcomes, masks: Mapping[str, NDArray[np.bool_]], clusters: Sequence[str]) -> list[Row]:
    """What the judged systems reach over the plain hybrid of articles, untuned where an untuned encoder is given."""
    base = UNTUNED if ("articles", HYBRID, UNTUNED) in values else TUNED
    labels = np.array(clusters)
    found = []
    for name, mask in masks.items():
        for (condition, system, encoder), by_metric in values.items():
            if not mask.any() or (condition, system, encoder) == ("articles", HYBRID, base):
                continue
            below = values["articles", HYBRID, base]
            found += [
                ratio_row(
                    by_metric[metric][mask],
                    below[metric][mask],
                    labels[mask],
                    indexed=condition,
                    slice=name,
                    system=system,
                    encoder=encoder,
                    metric=metric,
                    over=f"{HYBRID} ({base}), articles",
                )
                for metric in ("hit@1", "hit@3")
            ]
    return found


def encoder_of_desk(given: Sequence[str], desks: Sequence[str]) -> dict[str, str]:
    """Desk → encoder, from ENCODER (for all) and DESK,DESK=ENCODER (for these).

    Raises:
        SystemExit: A desk is unknown or has no encoder.
    """
    chosen: dict[str, str] = {}
    everywhere = [spec for spec in given if "=" not in spec]
    for spec in given:
        names, found, place = spec.partition("=")
        if found:
            chosen.update(dict.fromkeys(names.split(","), place))
    unknown = sorted(set(chosen) - set(DESKS))
    lacking = [] if everywhere else [name for name in desks if name not in chosen]
    if unknown or lacking:
        raise SystemExit(f"--encoder: unknown desks {unknown}, desks without an encoder {lacking}; known: {DESKS}")
    return {name: chosen.get(name, everywhere[-1] if everywhere else "") for name in desks}


def learnt_of_desk(path: str) -> dict[str, Confidence]:
    """Desk → order and confidence that were learnt without its fold, as ``confidence.py --learnt`` wrote them."""
    entries = json.loads(Path(path).read_text("utf-8"))["encoders"]
    return {name: Confidence.from_dict(entry) for fold, entry in entries.items() for name in fold.split(",")}


def report(content: Mapping[str, Any]) -> str:
    """The Markdown page."""
    table: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in content["rows"]:
        place = (row["indexed"], row["slice"], row["system"], row["encoder"])
        table.setdefault(place, {})[row["metric"]] = row
    lines = [
        [indexed, part, by_metric["hit@1"]["n"], _name(system, encoder), *(figure(by_metric[name]) for name in METRICS)]
        for (indexed, part, system, encoder), by_metric in table.items()
    ]
    over = content["ratios"][0]["over"]
    ratio_lines = [
        [row["indexed"], row["slice"], row["n"], _name(row["system"], row["encoder"]), row["metric"], figure(row)]
        for row in content["ratios"]
    ]
    machine_line = ", ".join(f"{key} {value}" for key, value in content["machine"].items())
    return "\n".join(
        (
            f"# Messy inquiries of the invented desks\n\n{machine_line}\n",
            markdown(["indexed", "inquiries", "n", "system", *METRICS], lines),
            f"\n## Over {over}\n",
            markdown(["indexed", "inquiries", "n", "system", "metric", "ratio"], ratio_lines),
        )
    )


def _name(system: str, encoder: str) -> str:
    return f"{system} ({encoder})" if encoder else system


def _line(desk: Desk, part: Outcomes) -> str:
    figures = [
        f"{indexed}: {_name(system, encoder)} {found['hit@1'].mean():.3f}"
        for (indexed, system, encoder), found in part.items()
    ]
    return f"{desk.name} (n = {len(desk.inquiries)}) hit@1, " + ", ".join(figures)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder of the development sets; FAQSUGGEST_DATA without it")
    parser.add_argument("--desks", default=",".join(DESKS), help="which desks, with commas")
    parser.add_argument("--encoder", action="append", help="[DESK,DESK=]ENCODER, repeatable")
    parser.add_argument("--learnt", help="orders of the folds, from confidence.py --learnt")
    parser.add_argument("--untuned", help="encoder before training: the base of the ratios")
    parser.add_argument("--cache", help="folder that keeps vectors between runs")
    parser.add_argument("--results", default=str(RESULTS), help="folder to write to")
    return parser.parse_args()


if __name__ == "__main__":
    main()
