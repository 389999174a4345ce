"""What a version says about itself: a card to read, beside the page and the figures. No customer's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from faqsuggest.records import Ticket

CARD, PAGE, METRICS = "card.md", "report.html", "metrics.json"
_OUTCOMES = {
    "first": "The first version.",
    "promoted": "What was learnt proved better and serves.",
    "refreshed": "The new data serves; nothing learnt proved better, so order and confidence are those of before.",
}


def window_of(tickets: Iterable[Ticket]) -> dict[str, Any]:
    """First and last inquiry of a base and their number."""
    times = sorted(ticket.created_at for ticket in tickets)
    return {
        "tickets": len(times),
        "from": times[0].isoformat() if times else None,
        "until": times[-1].isoformat() if times else None,
    }


def card_of(facts: Mapping[str, Any]) -> str:
    """The card of a version as Markdown, from the facts that are saved with it."""
    window, news, encoder = facts["window"], facts["news"], facts["encoder"]
    lines = [
        "# Model card",
        "",
        _OUTCOMES.get(facts["outcome"], facts["outcome"]),
        "",
        *(f"* {note}" for note in facts["notes"]),
        "",
        "| what | value |",
        "|---|---|",
        f"| tickets in the base | {window['tickets']:,} |",
        f"| first and last inquiry | {window['from']} to {window['until']} |",
        f"| new tickets, new articles | {news['tickets']:,}, {news['articles']:,} |",
        f"| SHA-256 of the new data | `{news['sha256']}` |",
        f"| version before | `{facts['previous'] or 'none'}` |",
        f"| encoder | {encoder['name']}, fingerprint `{encoder['fingerprint'][:16]}` |",
        f"| learnt from, judged on | {facts['learnt_from']:,}, {facts['judged_on']:,} inquiries |",
        f"| first judging inquiry | {facts['cut'] or 'none'} |",
        f"| learnt parts know inquiries until | {facts['learnt_until'] or 'none, as shipped'} |",
        f"| seed | {facts['recipe']['seed']} |",
        f"| faqsuggest | {facts['library']} |",
        "",
    ]
    for verdict in facts["verdicts"]:
        lines += _verdict(verdict)
    lines += [
        "## Limits",
        "",
        "Right is the reply that was sent, in any wording, and each article that was linked; what nobody sent counts "
        "as wrong. A slice marked *too few* has no say. The folder holds the texts of the base: guard it as you guard "
        "them.",
        "",
    ]
    return "\n".join(lines)


def _verdict(verdict: Mapping[str, Any]) -> list[str]:
    lines = [
        f"## {verdict['part']}: {'serves' if verdict['promoted'] else 'stays as it was'}",
        "",
        f"{verdict['reason'][:1].upper()}{verdict['reason'][1:]}. Brier scores are negated, so that more is better.",
        "",
        "| slice | measure | n | new | served before | difference | 95 % interval | p (Holm) | |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in verdict["rows"]:
        ends = f"{_number(row['low'])} to {_number(row['high'])}"
        values = " | ".join(_number(row[name]) for name in ("challenger", "champion", "difference"))
        lines.append(
            f"| {_cell(row['slice'])} | {row['metric']} | {row['n']:,} | {values} | {ends} | {_number(row['p'])} "
            f"| {row['outcome']} |"
        )
    return [*lines, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
