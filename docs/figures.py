"""Write the figures of the README anew from benchmarks/results; a test says when they no longer agree.

A row of figures ends with the place of its number: ``file.json › key › key``. A step ``name=text`` chooses, in a list,
the first item whose ``name`` is the text; `` & `` joins several such conditions. The place may hold a plain number,
or one with n and an interval.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
_ROW = re.compile(r"^\| (?P<label>[^|]+) \|[^|]*\|[^|]*\|[^|]*\| `(?P<place>[^`|]+\.json [^`|]+)` \|$", re.MULTILINE)


def written(readme: str) -> str:
    """The README with every row of figures as the results have it.

    Raises:
        KeyError: A place is not there.
        ValueError: What stands there as an interval does not hold the value.
    """
    return _ROW.sub(lambda row: _row(row["label"], row["place"]), readme)


def places(readme: str) -> list[str]:
    """The places that the README takes figures from."""
    return [row["place"] for row in _ROW.finditer(readme)]


def _row(label: str, place: str) -> str:
    found = number_at(place)
    if not isinstance(found, dict):
        return f"| {label} | {_text(found)} | | | `{place}` |"
    value = found["value"] if "value" in found else found["rate"]
    low, high = found["ci95"] if "ci95" in found else (found["low"], found["high"])
    if not low <= value <= high:
        raise ValueError(f"{place}: {low} to {high} is not an interval around {value}")
    return f"| {label} | {_text(value)} | {_text(low)} to {_text(high)} | {found['n']:,} | `{place}` |"


def number_at(place: str) -> Any:  # noqa: ANN401 - whatever the results hold there
    """What stands at a place of the results."""
    file, *steps = place.split(" › ")
    found = json.loads((RESULTS / file).read_text("utf-8"))
    for step in steps:
        if isinstance(found, list):
            wanted = dict(part.split("=", 1) for part in step.split(" & "))
            found = next((item for item in found if all(str(item[name]) == wanted[name] for name in wanted)), None)
        else:
            found = found.get(step)
        if found is None:
            raise KeyError(f"{place}: there is no {step!r}")
    return found


def _text(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 2 else f"{value:.1f}"


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(written(path.read_text("utf-8")), "utf-8")
