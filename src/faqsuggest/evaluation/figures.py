"""The curves of a report in matplotlib, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from faqsuggest.evaluation import abstention, calibration
from faqsuggest.evaluation.charts import COLOURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from faqsuggest.evaluation.report import Report

_STYLES = ("-", "--", ":", "-.")


def draw(report: Report) -> Figure:
    """Coverage against precision of every run, and reliability of the first."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    figure = Figure(figsize=(10, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    for place, (name, run) in enumerate(report.runs.items()):
        curve = abstention.coverage_precision(run.confidence, run.right(report.level))
        style = {"color": COLOURS[place % len(COLOURS)], "linestyle": _STYLES[place % len(_STYLES)]}
        left.plot(curve.coverage, curve.precision, label=name, linewidth=2.4 if place == 0 else 1.4, **style)
    left.set(
        xlabel="share of inquiries with a suggestion",
        ylabel="share of suggestions that are right",
        xlim=(0, 1),
        ylim=(0, 1.02),
    )
    left.legend(frameon=False, loc="lower left")
    first = next(iter(report.runs.values()))
    table = calibration.reliability(np.maximum(first.confidence, 0.0), first.right(report.level))
    right.plot([0, 1], [0, 1], color="0.6", linestyle="--", linewidth=1)
    right.plot(table.confidence, table.right, color=COLOURS[0], marker="o")
    right.set(xlabel="confidence that was stated", ylabel="share that was right", xlim=(0, 1), ylim=(0, 1.02))
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="0.92", linewidth=0.8)
        axes.set_axisbelow(True)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PercentFormatter(1.0))
    return figure
