"""``fit``, ``suggest``, ``evaluate`` and ``replay``: read the arguments, call the library, show what came."""

from __future__ import annotations

import json
import math
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from faqsuggest.cli.screen import Screen
from faqsuggest.cli.show import leak_note, show_report, show_suggestions
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError
from faqsuggest.suggester import Suggester

if TYPE_CHECKING:
    from faqsuggest.evaluation.report import Report


def fit(arguments: Namespace) -> None:
    """Learn the given files and save the model."""
    began = time.perf_counter()
    kb = read_base(arguments)
    suggester = Suggester(encoder=arguments.encoder).fit(kb)
    version = suggester.save(arguments.output)
    if arguments.json:
        counts = {"tickets": len(kb.tickets), "articles": len(kb.articles)}
        print_json({"folder": arguments.output, "version": version, **counts, "report": str(kb.report).splitlines()})
        return
    screen = Screen.of(sys.stdout)
    for line in str(kb.report).splitlines():
        screen.paragraph(line)
    screen.paragraph(f"{arguments.output} (version {version}), {time.perf_counter() - began:.1f} s", label="saved: ")


def suggest(arguments: Namespace) -> None:
    """Suggest answers to the given text."""
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if arguments.text == "-" else arguments.text
    fill = dict(_slot(each) for each in arguments.fill)
    suggestions = Suggester.load(arguments.model).suggest(
        text,
        arguments.k,
        language=arguments.language,
        channel=arguments.channel,
        brand=arguments.brand,
        kinds=arguments.kinds,
        audience=("public", "internal") if arguments.internal else ("public",),
        min_confidence=arguments.min_confidence,
        fill=fill,
    )
    if arguments.json:
        print_json({"suggestions": [each.to_dict() for each in suggestions]})
    else:
        screen = Screen.of(sys.stdout)
        show_suggestions(screen, suggestions)
        if not suggestions and arguments.min_confidence is None:
            screen.paragraph("--min-confidence 0 shows the nearest answers all the same.", styles=("dim",))


def evaluate(arguments: Namespace) -> None:
    """Learn what came before the cut, ask what came after it."""
    from faqsuggest.evaluation.experiment import evaluate, leak_check
    from faqsuggest.evaluation.splits import split_by_time

    kb, at = read_base(arguments), _cut(arguments.at)
    judgements, notes = _judgements(arguments)
    split = split_by_time(kb, at)
    suggester = Suggester(encoder=arguments.encoder).fit(split.train)
    report = evaluate({"faqsuggest": suggester}, split, by=_slices(arguments), judgements=judgements)
    if arguments.leak_check:
        table = leak_check(kb, lambda base: Suggester(encoder=arguments.encoder).fit(base), at)
        notes += (leak_note(table),)
    _finish(replace(report, notes=(*report.notes, *notes)), arguments, "Evaluation")


def replay(arguments: Namespace) -> None:
    """Walk the history from the given day on."""
    from faqsuggest.evaluation.replay import replay

    judgements, notes = _judgements(arguments)
    report = replay(
        read_base(arguments),
        arguments.start,
        arguments.every,
        suggester=Suggester(encoder=arguments.encoder),
        end=arguments.end,
        by=_slices(arguments),
        judgements=judgements,
        checkpoint=arguments.checkpoint,
    )
    _finish(replace(report, notes=(*report.notes, *notes)), arguments, "Replay")


def read_base(arguments: Namespace) -> KnowledgeBase:
    """The knowledge base of the files that the arguments name."""
    return KnowledgeBase.from_files(
        arguments.tickets,
        arguments.articles,
        columns=dict(_renaming(each) for each in arguments.column),
        date_format=arguments.date_format,
        timezone=arguments.timezone,
        on_error="skip" if arguments.skip_bad_rows else "raise",
    )


def print_json(document: object) -> None:
    """One JSON document on standard output, in ASCII where its encoding knows no more."""
    plain = (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8"
    sys.stdout.write(json.dumps(document, ensure_ascii=plain, indent=2, allow_nan=False) + "\n")


def _renaming(given: str) -> tuple[str, str]:
    own, separator, name = given.rpartition("=")
    if not separator or not own or not name:
        raise InputError(f"--column must be OWN=NAME, such as Ärende=question; got {given!r}")
    return own, name


def _slot(given: str) -> tuple[str, str]:
    kind, separator, value = given.partition("=")
    if not separator or not kind:
        raise InputError("--fill must be KIND=VALUE, such as customer=Eva; got a text without =")
    return kind, value


def _cut(given: str) -> str | float:
    try:
        share = float(given)
    except ValueError:
        return given
    return share if 0 < share < 1 else given


def _slices(arguments: Namespace) -> Sequence[str]:
    """The slices that were named; of themselves, as many as fit on a terminal, or all that a page has room for."""
    return arguments.by or ("language", "repeat", *("channel", "tag", "month") * bool(arguments.html))


def _judgements(arguments: Namespace) -> tuple[dict[tuple[str, str], float], tuple[str, ...]]:
    """Grades by hand, if there is a file of them, and what a reader must know about them."""
    from faqsuggest.evaluation.judging import read_judgements

    if not arguments.judgements:
        return {}, ()
    grades, kappa = read_judgements(arguments.judgements)
    agreed = "no pair was judged twice" if math.isnan(kappa) else f"Cohen's kappa of two judges {kappa:.2f}"
    return grades, (f"{len(grades):,} pairs judged by hand; {agreed}.",)


def _finish(report: Report, arguments: Namespace, title: str) -> None:
    if arguments.html:
        report.to_html(arguments.html, title=title)
    if arguments.json:
        rows = report.to_frame().to_dict("records")
        numbers = [{str(name): _without_nan(value) for name, value in row.items()} for row in rows]
        print_json({"notes": list(report.notes), "rows": numbers})
        return
    screen = Screen.of(sys.stdout)
    show_report(screen, report)
    if arguments.html:
        screen.paragraph(arguments.html, label="page: ")


def _without_nan(value: object) -> object:
    """JSON has no NaN: a number that is not known is null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
