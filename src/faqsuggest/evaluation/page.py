"""A report as one page that a team lead can show: what it does, how well, for whom, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from faqsuggest.evaluation import abstention, calibration, charts
from faqsuggest.evaluation.bootstrap import compare_paired
from faqsuggest.evaluation.tables import Row

if TYPE_CHECKING:
    from faqsuggest.evaluation.report import Report

_FEW = 100
_MISSES = 12
_HEADINGS = {
    "language": "By language",
    "channel": "By channel",
    "tag": "By tag (the twelve commonest)",
    "month": "By month",
    "brand": "By brand",
    "length": "By length",
    "repeat": "New wordings and repeats",
}
_LANGUAGE_NAMES = {
    "sv": "Swedish",
    "nb": "Norwegian (bokmål)",
    "nn": "Norwegian (nynorsk)",
    "da": "Danish",
    "fi": "Finnish",
    "en": "English",
}
_PLAIN = {
    "BM25": "search by words",
    "char TF-IDF": "search by spelling",
    "frequent answer": "the commonest under a guessed tag",
    "untrained": "this library before it learnt anything here",
}
_HOW_TO_READ = (
    "Where a confidence near 80\u202f% is stated, about four suggestions in five should be right. Dots below the "
    "dashed line boast; dots above it are too modest."
)
_SYSTEMS = (
    ("hit@1", "right in 1st place"),
    ("hit@3", "right in first 3"),
    ("mrr@10", "MRR"),
    ("ndcg@5", "nDCG@5"),
    ("coverage at precision 0.80", "coverage at 80 % right"),
    ("augrc", "AUGRC (lower is better)"),
)
_TERMS = (
    (
        "Right",
        "The suggestion is the reply that was sent, says the same in other words under the same tag, or is the article "
        "that was linked. What nobody can judge counts as not right, so the figures are on the careful side.",
    ),
    ("Coverage", "Share of all inquiries that get a suggestion. Inquiries without one are never left out of a figure."),
    ("Interval", "95 of 100 such intervals hold the true value: 2,000 resamples of whole customers and threads."),
    ("Comparison", "Paired randomisation test on the same inquiries; over slices corrected after Holm."),
    ("AUGRC", "Share of all inquiries that get a wrong suggestion, averaged over all thresholds (Traub et al. 2024)."),
)


def render(report: Report, *, texts: bool, title: str) -> str:
    """The page as HTML. Everything that comes from data is escaped."""
    css = files("faqsuggest.evaluation").joinpath("page.css").read_text(encoding="utf-8")
    main = next(iter(report.runs))
    body = [
        _header(report, title),
        _verdict(report, main),
        _cards(report, main),
        _curves(report),
        _systems(report),
        _calibration(report, main),
        *(_slices(report, main, name) for name in report.by if len(set(report.labels(name))) > 1),
        _business(report, main),
        _misses(report, main, texts=texts),
        _method(report),
    ]
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head = f"{head}<title>{escape(title)}</title><style>{css}</style>"
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body><main>{"".join(body)}</main></body></html>\n'


def percent(share: float, digits: int = 0) -> str:
    """A share as a percentage, "–" for none."""
    return "–" if np.isnan(share) else f"{100 * share:.{digits}f}\u202f%"


def _range(row: Row) -> str:
    return "–" if np.isnan(row.low) else f"{100 * row.low:.0f}–{100 * row.high:.0f}\u202f%"


def _header(report: Report, title: str) -> str:
    times = [ticket.created_at for ticket in report.tickets]
    period = f"{min(times):%-d %B %Y} to {max(times):%-d %B %Y}"
    languages = len({ticket.language for ticket in report.tickets if ticket.language})
    scope = f"{len(times):,} inquiries, {period}" + (f", {languages} languages" if languages > 1 else "")
    return f'<header><p class="kicker">faqsuggest</p><h1>{escape(title)}</h1><p class="soft">{scope}</p></header>'


def _verdict(report: Report, main: str) -> str:
    coverage, precision = report.number(main, "coverage"), report.number(main, "precision")
    first = (
        f"It offers a suggestion on <b>{percent(coverage.value)}</b> of inquiries, "
        f"and the suggestion is right <b>{percent(precision.value)}</b> of the time."
        if precision.n
        else "It offers no suggestion on any of these inquiries."
    )
    compared = "".join(f"<li>{_against(report, main, baseline)}</li>" for baseline in report.baselines)
    return f'<section class="verdict"><p>{first}</p>{_hundred(report, main)}<ul>{compared}</ul></section>'


def _hundred(report: Report, main: str) -> str:
    """A bar of a hundred inquiries: right suggestion, another one, none."""
    run = report.runs[main]
    shown, right = float(run.shown().mean()), float((run.shown() & run.shown_right(report.level)).mean())
    good = round(100 * right)
    offered = max(good, round(100 * shown))
    parts = (
        ("good", good, "a right suggestion"),
        ("other", offered - good, "one not judged right"),
        ("silent", 100 - offered, "none"),
    )
    bars = "".join(f'<i class="{kind}" style="flex:{size}"></i>' for kind, size, _ in parts if size)
    told = "".join(f'<li><i class="{kind}"></i><b>{size}</b> {text}</li>' for kind, size, text in parts)
    return (
        f'<div class="hundred" aria-hidden="true">{bars}</div><ul class="key"><li>Of 100 inquiries get</li>{told}</ul>'
    )


def _against(report: Report, main: str, other: str) -> str:
    """Whether the first place beats a baseline, in words that do not hide a draw."""
    a, b = (report.fractions(report.runs[run])["hit@1"] for run in (main, other))
    test = compare_paired(a, b, report.clusters, seed=report.seed)
    plain = f" ({_PLAIN[other]})" if other in _PLAIN else ""
    span = f"interval {100 * test.low:+.1f} to {100 * test.high:+.1f}"
    if test.low > 0:
        return (
            f"First suggestion right <b>{100 * test.value:.1f} points</b> more often than that of "
            f"{escape(other)}{plain}; {span}"
        )
    return f"No better in first place than {escape(other)}{plain}; {span} points"


def _cards(report: Report, main: str) -> str:
    shares = (
        ("Coverage: inquiries with a suggestion", report.number(main, "coverage")),
        ("Precision: suggestions that are right", report.number(main, "precision")),
        ("Right answer among the first three, nothing withheld", report.number(main, f"hit@{_third(report)}")),
    )
    cards = [_card(name, percent(row.value), f"{_range(row)}, n = {row.n:,}") for name, row in shares]
    saved = report.number(main, "minutes saved")
    hours = [1000 * each / 60 for each in (saved.value, saved.low, saved.high)]
    cards.append(
        _card(
            "Agent hours saved per 1,000 inquiries, as assumed below",
            f"{hours[0]:.0f}",
            f"{hours[1]:.0f}–{hours[2]:.0f} hours",
        )
    )
    return f'<div class="cards">{"".join(cards)}</div>'


def _third(report: Report) -> int:
    return 3 if 3 in report.k else report.k[0]


def _card(name: str, value: str, span: str) -> str:
    number = f'<div class="value">{value}</div><div class="range">{span}</div>'
    return f'<div class="card"><div class="name">{name}</div>{number}</div>'


def _curves(report: Report) -> str:
    lines, legend = [], []
    for place, (name, run) in enumerate(report.runs.items()):
        curve = abstention.coverage_precision(run.confidence, run.right(report.level))
        at = np.unique(np.searchsorted(curve.coverage, np.linspace(0.01, 1.0, 300)).clip(max=len(curve.coverage) - 1))
        at = at[curve.coverage[at] * len(report.tickets) >= 20] if len(curve.coverage) else at[:0]
        coverage, precision = report.number(name, "coverage"), report.number(name, "precision")
        own = (coverage.value, precision.value) if precision.n and name not in report.baselines else None
        lines.append(charts.Line(name, curve.coverage[at], curve.precision[at], own))
        legend.append(f"<li>{charts.swatch(place)}{escape(name)}</li>")
    return (
        "<section><h2>The more it answers, the more it errs: where each system stands</h2>"
        f'<ul class="legend">{"".join(legend)}</ul><figure class="curves">{charts.curves(lines)}'
        "<figcaption>Each line shows what happens when a system may answer more. Higher is better. The dot is "
        "what the system shows by its own choice.</figcaption></figure></section>"
    )


def _systems(report: Report) -> str:
    heads = "".join(f"<th>{name}</th>" for _, name in _SYSTEMS)
    rows = []
    for place, name in enumerate(report.runs):
        numbers = {row.metric: row for row in report.rows[name]["all"]}
        cells = "".join(_cell(numbers[metric]) if metric in numbers else "<td>–</td>" for metric, _ in _SYSTEMS)
        rows.append(f"<tr{' class=first' if place == 0 else ''}><td>{escape(name)}</td>{cells}</tr>")
    table = f"<table><thead><tr><th>System</th>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    n = f"n = {len(report.tickets):,}, {len(np.unique(report.clusters)):,} independent groups of customers and threads"
    head = f'<h2>All systems on the same inquiries</h2><p class="soft">{n}</p>'
    return f'<section>{head}<div class="scroll">{table}</div></section>'


def _cell(row: Row) -> str:
    if np.isnan(row.value):
        return "<td>–</td>"
    return f"<td>{row.value:.3f}<small>{row.low:.3f}–{row.high:.3f}</small></td>"


def _calibration(report: Report, main: str) -> str:
    run = report.runs[main]
    confidence, right = np.maximum(run.confidence, 0.0), run.right(report.level)
    low, high = calibration.ece_null_band(confidence, draws=500, seed=report.seed)
    error, brier = report.number(main, "ece"), report.number(main, "brier")
    rate = float(right.mean())
    inside = error.value <= high
    verdict = (
        "The stated confidences hold."
        if inside
        else "The stated confidences do not hold; calibrate before showing them."
    )
    terms = (
        (
            "Calibration error",
            f"{error.value:.3f} ({error.low:.3f}–{error.high:.3f}); a perfectly calibrated system would score "
            f"{low:.3f}–{high:.3f} on as many inquiries",
        ),
        (
            "Brier score",
            f"{brier.value:.3f} ({brier.low:.3f}–{brier.high:.3f}); always stating the average would score "
            f"{rate * (1 - rate):.3f}",
        ),
    )
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in terms)
    chart = charts.reliability(calibration.reliability(confidence, right))
    lead = f"<p{'' if inside else ' class=flag'}>{verdict}</p>"
    return (
        '<div class="pair"><section><h2>Does 80\u202f% mean four times in five?</h2>'
        f"{lead}<p class=soft>{_HOW_TO_READ}</p><dl>{listed}</dl></section><section><figure>{chart}"
        "<figcaption>On the diagonal, confidence is what it says. Larger dots hold more inquiries.</figcaption>"
        "</figure></section></div>"
    )


def _slices(report: Report, main: str, name: str) -> str:
    labels = [label for label in report.rows[main] if label.startswith(f"{name}=")]
    head = "".join(
        f'<div class="head{extra}">{text}</div>'
        for text, extra in (("", ""), ("n", " n"), ("coverage", ""), ("precision", ""))
    )
    rows = [head]
    for label in ["all", *labels]:
        coverage, precision = report.number(main, "coverage", label), report.number(main, "precision", label)
        shown = _label(name, label)
        rows.append(f'<div class="label">{escape(shown)}</div><div class="n">{coverage.n:,}</div>')
        rows.append(_track(coverage, report.number(main, "coverage").value))
        rows.append(_track(precision, report.number(main, "precision").value))
    caption = ""
    if name == report.by[0]:
        caption = (
            "<figcaption>Dot and bar: value and 95\u202f% interval, from 0 to 100\u202f%. Thin mark: all inquiries. "
            f"Hollow dot: fewer than {_FEW}.</figcaption>"
        )
    whiskers = f'<div class="whiskers">{"".join(rows)}</div>'
    return f"<section><h2>{_HEADINGS[name]}</h2><figure>{whiskers}{caption}</figure></section>"


def _label(name: str, label: str) -> str:
    """A slice in words."""
    value = label.partition("=")[2]
    if label == "all":
        return "all"
    if value == "none":
        return f"no {name}"
    return _LANGUAGE_NAMES.get(value, value) if name == "language" else value


def _track(row: Row, overall: float) -> str:
    if np.isnan(row.value):
        return '<div class="track"><div class="bar"></div><span>–</span></div>'
    low, high = 100 * row.low, 100 * row.high
    mark = "" if np.isnan(overall) else f'<u style="left:{100 * overall:.1f}%"></u>'
    span = f'<i style="left:{low:.1f}%;width:{max(high - low, 0.4):.1f}%"></i>'
    bar = f'{mark}{span}<b style="left:{100 * row.value:.1f}%"></b>'
    few = " few" if row.n < _FEW else ""
    told = f"{percent(row.value, 1)}, {_range(row)}, n = {row.n:,}"
    return f'<div class="track{few}" title="{told}"><div class="bar">{bar}</div><span>{percent(row.value)}</span></div>'


def _business(report: Report, main: str) -> str:
    given, saved, edit = report.assumptions, report.number(main, "minutes saved"), report.number(main, "edit share")
    terms = (
        (
            "Per 1,000 inquiries",
            f"{1000 * saved.value / 60:.1f} agent hours ({1000 * saved.low / 60:.1f}–{1000 * saved.high / 60:.1f})",
        ),
        (
            "Words to change",
            f"{percent(edit.value)} of a right suggestion ({_range(edit)}, n = {edit.n:,}), against the reply sent",
        ),
        (
            "Assumed",
            f"{given.write:g} minutes to find and write an answer alone, {given.read:g} to read a suggestion, "
            f"right or wrong, {given.edit:g} to rewrite one entirely. Replace these by your own measurements.",
        ),
        (
            "Not counted",
            "customers who find the answer themselves, faster first replies, time to keep articles up to date",
        ),
    )
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in terms)
    return f"<section><h2>What it would have saved</h2><dl>{listed}</dl></section>"


def _misses(report: Report, main: str, *, texts: bool) -> str:
    frame = report.misses(main, _MISSES, texts=texts)
    columns = (
        "id",
        "language",
        "channel",
        "tags",
        "confidence",
        "grade",
        "right_at",
        "suggestion",
        *("question", "reply") * texts,
    )
    heads = (
        "Ticket",
        "Language",
        "Channel",
        "Tags",
        "Confidence",
        "Grade",
        "Right one at",
        "Suggested",
        *("Question", "Reply sent") * texts,
    )
    left = {"language", "channel", "tags", "suggestion"}
    head = "".join(
        f"<th{' class=left' if column in left else ''}>{name}</th>" for name, column in zip(heads, columns, strict=True)
    )
    body = "".join(
        f"<tr>{''.join(_miss_cell(column, row[column], left) for column in columns)}</tr>"
        for row in frame.to_dict("records")
    )
    hint = (
        "" if texts else " Texts are left out; <code>to_html(texts=True)</code> shows them to those who may read them."
    )
    return (
        "<section><h2>Where it was most sure and not right</h2>"
        f'<p class="soft">Often a second good answer that the agent did not choose, or an agent who erred.{hint}</p>'
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></section>'
    )


def _miss_cell(column: str, value: object, left: Iterable[str]) -> str:
    if column == "confidence":
        return f"<td>{percent(float(str(value)))}</td>"
    if column == "grade":
        return f"<td>{'not judged' if np.isnan(float(str(value))) else f'{float(str(value)):g}'}</td>"
    if column == "right_at":
        return f"<td>{value or 'not found'}</td>"
    kind = ' class="text"' if column in {"question", "reply"} else ' class="left"' if column in left else ""
    return f"<td{kind}>{escape(str(value if value is not None else ''))}</td>"


def _method(report: Report) -> str:
    judged = report.number(next(iter(report.runs)), f"judged@{_third(report)}")
    notes: Sequence[str] = [
        *report.notes,
        f"{percent(judged.value)} of the first {_third(report)} suggestions could be judged at all.",
        "Tests on the past show what would have been offered, not what agents would have done with it.",
    ]
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    terms = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in _TERMS)
    return f'<section><h2>How this was measured</h2><ul class="notes">{listed}</ul><dl>{terms}</dl></section>'
