"""The two curves of a report as inline SVG: no script, no network, readable without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from faqsuggest.evaluation.calibration import Reliability

Values = NDArray[np.float64]
# Okabe & Ito 2008, told apart with every common colour blindness; dashes tell the lines apart in black and white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8A6A00", "#3B8FC4", "#5B6470")
DASHES = ("", "7 4", "2 3", "9 3 2 3", "5 2", "1 4", "12 4")
_WIDTH = 760
_LEFT, _RIGHT, _TOP, _BOTTOM = 74, 34, 44, 66


@dataclass(frozen=True, slots=True)
class Line:
    """One system's curve, shares from 0 to 1, and its operating point (x, y) or None."""

    name: str
    x: Values
    y: Values
    point: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class _Plane:
    """Maps shares to places on the drawing."""

    low: float
    height: int = 400

    def x(self, share: float) -> float:
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, share: float) -> float:
        return _TOP + (1.0 - (share - self.low) / (1.0 - self.low)) * (self.height - _TOP - _BOTTOM)

    def path(self, x: Values, y: Values) -> str:
        pairs = zip(x, np.maximum(y, self.low), strict=True)
        return "M" + "L".join(f"{self.x(float(a)):.1f} {self.y(float(b)):.1f}" for a, b in pairs)


def curves(lines: Sequence[Line]) -> str:
    """Coverage against precision; the first line is the thick one, dots mark what a system's own policy does."""
    lowest = min((float(line.y.min()) for line in lines if len(line.y)), default=0.0)
    plane = _Plane(max(0.0, np.floor(min(lowest, 0.79) * 5.0) / 5.0))
    parts = [_frame(plane, "share of inquiries with a suggestion", "share of suggestions that are right")]
    for place, line in reversed(list(enumerate(lines))):
        if len(line.x) == 0:
            continue
        colour, dash = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
        style = f'stroke="{colour}" stroke-width="{3 if place == 0 else 1.8}" stroke-dasharray="{dash}"'
        parts.append(
            f'<path d="{plane.path(line.x, line.y)}" fill="none" {style}><title>{escape(line.name)}</title></path>'
        )
        if line.point is not None:
            x, y = plane.x(line.point[0]), plane.y(max(line.point[1], plane.low))
            told = f"{escape(line.name)}: {line.point[0]:.0%} covered, {line.point[1]:.0%} right"
            mark = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6.5" fill="{colour}" stroke="#fff" stroke-width="2.5">'
            parts.append(f"{mark}<title>{told}</title></circle>")
    return _drawing(plane, parts, "Coverage against precision of each system")


def reliability(table: Reliability) -> str:
    """Confidence against share of right ones, best on the diagonal; dots grow with the number of inquiries."""
    plane = _Plane(0.0, height=560)
    ends = np.array([0.0, 1.0])
    parts = [
        _frame(plane, "confidence that was stated", "share that was right"),
        f'<path d="{plane.path(ends, ends)}" stroke="#9AA3AE" stroke-width="1.5" stroke-dasharray="5 4"/>',
        f'<path d="{plane.path(table.confidence, table.right)}" fill="none" stroke="{COLOURS[0]}" stroke-width="2"/>',
    ]
    for confidence, right, n in zip(table.confidence, table.right, table.n, strict=True):
        told = f"stated {confidence:.0%}, right {right:.0%}, {n:,} inquiries"
        radius = 4.0 + 5.0 * float(np.sqrt(n / table.n.max()))
        place = f'cx="{plane.x(float(confidence)):.1f}" cy="{plane.y(float(right)):.1f}" r="{radius:.1f}"'
        parts.append(
            f'<circle {place} fill="{COLOURS[0]}" fill-opacity="0.85" stroke="#fff"><title>{told}</title></circle>'
        )
    return _drawing(plane, parts, "Stated confidence against share right")


def _frame(plane: _Plane, below: str, beside: str) -> str:
    parts = []
    step = 0.2 if plane.low < 0.5 else 0.1
    for share in np.arange(plane.low, 1.0001, step):
        y = plane.y(float(share))
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{_LEFT - 9}" y="{y + 4.5:.1f}" text-anchor="end">{share:.0%}</text>')
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        x = plane.x(share)
        parts.append(f'<text x="{x:.1f}" y="{plane.height - _BOTTOM + 26}" text-anchor="middle">{share:.0%}</text>')
    parts.append(f'<text x="{_WIDTH - _RIGHT}" y="{plane.height - 8}" text-anchor="end" class="axis">{below}</text>')
    parts.append(f'<text x="2" y="18" class="axis">{beside}</text>')
    return "".join(parts)


def _drawing(plane: _Plane, parts: Sequence[str], label: str) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {plane.height}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def swatch(place: int) -> str:
    """A short piece of line, as drawn for the system at this place of the list."""
    colour, dash = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
    style = f'stroke="{colour}" stroke-width="{3 if place == 0 else 2}" stroke-dasharray="{dash}"'
    return (
        f'<svg class="swatch" viewBox="0 0 34 8" aria-hidden="true"><line x1="0" x2="34" y1="4" y2="4" {style}/></svg>'
    )
