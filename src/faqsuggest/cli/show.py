"""How suggestions and reports look on a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from faqsuggest.cli.screen import Screen
from faqsuggest.records import Suggestion

if TYPE_CHECKING:
    import pandas as pd

    from faqsuggest.evaluation.report import Report
    from faqsuggest.evaluation.tables import Row

NOTHING = "Nothing is offered: no answer is likely enough to be right."
METRICS = ("hit@1", "hit@3", "mrr@10", "coverage", "precision", "minutes saved")
"""What the terminal shows of a report; the page and the JSON document hold everything."""


def show_suggestions(screen: Screen, suggestions: Sequence[Suggestion]) -> None:
    """All suggestions in full, and whether their confidence can be taken at its word."""
    show_answers(screen, suggestions)
    if not all(each.why.calibrated for each in suggestions):
        note = "The confidence of this model is not calibrated: it ranks answers, it is no probability."
        screen.paragraph(note, styles=("dim",))


def show_answers(
    screen: Screen, suggestions: Sequence[Suggestion], *, indent: int = 0, full: int | None = None
) -> None:
    """Suggestions, best first: a bar for the confidence, title, text, what it rests on and why.

    Args:
        screen: Where to.
        suggestions: What is offered.
        indent: Columns left free on the left.
        full: So many in full, one line for each of the others; None for all in full.
    """
    if not suggestions:
        screen.paragraph(NOTHING, indent=indent, styles=("yellow",))
    for place, each in enumerate(suggestions):
        kind = screen.style(f"{each.kind:<8}", "dim")
        head = f"{screen.bar(each.confidence)} {each.confidence:.2f}  {kind}  "
        screen.paragraph(each.title or each.text, label=head, indent=indent, lines=1, styles=("bold",))
        if full is None or place < full:
            _show_rest(screen, each, indent + 3)


def _show_rest(screen: Screen, each: Suggestion, indent: int) -> None:
    if each.title:
        screen.paragraph(each.text, indent=indent, lines=2)
    if each.matched:
        screen.paragraph(each.matched, label=screen.style("fits  ", "dim"), indent=indent, lines=1)
    if each.open_slots:
        screen.paragraph(
            f"{', '.join(each.open_slots)}: fill before sending", label=screen.style("open  ", "yellow"), indent=indent
        )
    screen.paragraph(_reasons(each), label=screen.style("why   ", "dim"), indent=indent, lines=2)
    screen.line()


def _reasons(each: Suggestion) -> str:
    """What spoke for a suggestion, in one line."""
    parts = ["repeats a known question word for word"] if each.why.repeat else []
    if each.why.words:
        parts.append(f"shares {', '.join(each.why.words)}")
    if each.why.tags:
        parts.append(f"tag {', '.join(each.why.tags)}")
    if not parts:
        parts.append("means nearly the same, in other words")
    if each.kind == "reply" and len(each.sources) > 1:
        parts.append(f"sent {len(each.sources)} times")
    parts.append(f"from {', '.join(each.sources[:3])}{' …' if len(each.sources) > 3 else ''}")
    return "; ".join([*parts, *each.why.notes])


def show_report(screen: Screen, report: Report) -> None:
    """The main numbers of every run, those of the first run by slice, and the notes."""
    rows = [
        (metric if place == 0 else "", *_cells(run, row))
        for metric in METRICS
        for place, (run, row) in enumerate(_numbers(report, metric))
    ]
    screen.table(("metric", "system", "value", "95 % interval", "n"), rows, names=2)
    first = next(iter(report.runs))
    slices = [
        (label, *_cells("", row)[1:])
        for label, numbers in report.rows[first].items()
        for row in numbers
        if label != "all" and row.metric == "hit@1"
    ]
    if slices:
        screen.line()
        screen.table((f"hit@1 of {first}", "value", "95 % interval", "n"), slices)
    screen.line()
    for note in report.notes:
        screen.paragraph(note, label="- ")


def leak_note(table: pd.DataFrame) -> str:
    """What ``leak_check`` found, in one line."""
    values = dict(zip(table["split"], table["value"], strict=True))
    return (
        f"Leak check, hit@1: {values['random']:.3f} on a split at random, {values['time']:.3f} by time (difference "
        f"{values['random - time']:+.3f}: what a random split would have made look better), "
        f"{values['time, no repeats']:.3f} by time without repeats."
    )


def _numbers(report: Report, metric: str) -> list[tuple[str, Row]]:
    """The overall number of each run that has it."""
    return [(run, row) for run, table in report.rows.items() for row in table.get("all", []) if row.metric == metric]


def _cells(run: str, row: Row) -> tuple[str, str, str, str]:
    return run, _number(row.value), f"{_number(row.low)} to {_number(row.high)}", f"{row.n:,}"


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "-"
