"""Rows with intervals, and where they are written: one JSON file to compute with, one Markdown file to read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from faqsuggest.evaluation.bootstrap import (
    cluster_bootstrap,
    cluster_codes,
    cluster_sums,
    percentile_ends,
    resampled_weights,
)

Values = NDArray[np.float64]
Row = dict[str, Any]
Clusters = Sequence[str] | NDArray[np.str_]
RESULTS = Path(__file__).parent / "results"
DRAWS = 2000


def mean_row(values: Values, clusters: Clusters, **facts: object) -> Row:
    """One row: ``facts``, then the mean of ``values`` with its 95 % interval over whole clusters."""
    interval = cluster_bootstrap(values, clusters=clusters, draws=DRAWS)
    return {
        **facts,
        "n": len(values),
        "clusters": interval.clusters,
        "value": float(interval.value[0]),
        "low": float(interval.low[0]),
        "high": float(interval.high[0]),
    }


def ratio_row(above: Values, below: Values, clusters: Clusters, **facts: object) -> Row:
    """One row: the mean of ``above`` over that of ``below``, the same questions in the same order."""
    interval = cluster_bootstrap(above, below, clusters, draws=DRAWS)
    return {
        **facts,
        "n": len(above),
        "value": float(interval.value[0]),
        "low": float(interval.low[0]),
        "high": float(interval.high[0]),
    }


def macro_ratio(
    above: Sequence[Values], below: Sequence[Values], clusters: Sequence[Sequence[str]], sources: Sequence[str]
) -> tuple[float, float, float]:
    """Macro average of one system over that of another, with its 95 % interval.

    Every set is resampled by itself, with the draws that the name of its source decides: sets on the same articles in
    several languages, which have equal clusters, are drawn together.

    Args:
        above: Values of each set.
        below: Of the other system, the same questions in the same order.
        clusters: Of each set.
        sources: Name of the source of each set.

    Examples:
        >>> macro_ratio([np.ones(4)], [np.full(4, 0.5)], [list("abcd")], ["invented"])
        (2.0, 2.0, 2.0)
    """
    point, drawn = np.zeros(2), np.zeros((DRAWS, 2))
    for first, second, labels, source in zip(above, below, clusters, sources, strict=True):
        columns = np.stack([first, second, np.ones(len(first))], axis=1)
        sums = cluster_sums(columns, cluster_codes(labels, len(first)))
        point += sums[:, :2].sum(axis=0) / len(first)
        blocks = [weights @ sums for weights in resampled_weights(len(sums), DRAWS, crc32(source.encode()))]
        totals = np.concatenate(blocks)
        drawn += totals[:, :2] / totals[:, 2:]
    low, high = percentile_ends((drawn[:, 0] / drawn[:, 1])[:, None])
    return float(point[0] / point[1]), float(low[0]), float(high[0])


def figure(row: Mapping[str, object]) -> str:
    """A value with its interval, as it stands in a table."""
    return f"{row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"


def markdown(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def write(folder: Path, name: str, content: Mapping[str, object], text: str) -> None:
    """Write ``name``.json and ``name``.md, figures rounded to five places and undefined ones null."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = json.dumps(_rounded(content), indent=1, ensure_ascii=False) + "\n"
    (folder / f"{name}.json").write_text(plain, encoding="utf-8")
    (folder / f"{name}.md").write_text(text, encoding="utf-8")


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 5)
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(each) for each in value]
    return value
