"""Draw docs/demo.svg from what ``faqsuggest demo`` prints: its beginning and a part of the helpdesk, in colour."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
COLUMNS, CHARACTER, LINE, SIZE, MARGIN = 96, 8.43, 18.0, 14, 18
COLOURS = {"31": "#e5534b", "32": "#57ab5a", "33": "#c69026", "36": "#6cb6ff"}
PLAIN, DIM, BOLD, BACKGROUND = "#c9d1d9", "#768390", "#f0f6fc", "#1c2128"
_STYLE = re.compile(r"\x1b\[([0-9;]*)m")
_TIMES = re.compile(r"; \d+ ms| in \d+\.\d s")
SHOWN = (1, 4, 6, 8)
"""Numbers of the questions in the picture."""


def terminal_output() -> str:
    """What the demo prints on a terminal of the picture's width."""
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "faqsuggest", "demo"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def chosen(output: str) -> list[str]:
    """The lines of the picture: the command, the headings, and the chosen questions with their answers.

    Times are left out: they are those of the machine that draws.
    """
    lines, keep = ["$ faqsuggest demo"], True
    for raw in output.splitlines():
        line = _TIMES.sub("", raw)
        plain = _STYLE.sub("", line)
        number = re.match(r"^ ?(\d{1,2})  ", plain)
        if number:
            keep = int(number[1]) in SHOWN
        elif plain.startswith("What to make of it"):
            break
        elif plain and not plain[0].isspace():
            keep = True
        if keep and (plain or _STYLE.sub("", lines[-1])):
            lines.append(line)
    return lines[:-1] if not lines[-1] else lines


def pieces(line: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Column, text and styles of every run of a line."""
    column, styles = 0, ()
    for place, part in enumerate(_STYLE.split(line)):
        if place % 2:
            styles = tuple(code for code in part.split(";") if code not in ("", "0"))
        elif part:
            yield column, part, styles
            column += len(part)


def drawn(column: int, text: str, styles: tuple[str, ...], top: float) -> str:
    """One run as SVG; blocks of bars are rectangles, since fonts leave gaps between them."""
    tone = next((COLOURS[code] for code in styles if code in COLOURS), DIM if "2" in styles else PLAIN)
    left = MARGIN + column * CHARACTER
    if set(text) <= {"█", "░"}:
        fill = "#373e47" if "░" in text else tone
        return (
            f'<rect x="{left:.1f}" y="{top - 10:.1f}" width="{len(text) * CHARACTER:.1f}" height="11" fill="{fill}"/>'
        )
    left += (len(text) - len(text.lstrip(" "))) * CHARACTER
    bare = text.strip(" ")
    weight = ""
    if "1" in styles:
        weight, tone = ' font-weight="600"', tone if tone != PLAIN else BOLD
    width = len(bare) * CHARACTER
    return (
        f'<text x="{left:.1f}" y="{top:.1f}" fill="{tone}"{weight} textLength="{width:.1f}" '
        f'lengthAdjust="spacingAndGlyphs">{html.escape(bare)}</text>'
    )


def picture(lines: list[str]) -> str:
    """The lines as one SVG document."""
    width, height = 2 * MARGIN + COLUMNS * CHARACTER, 2 * MARGIN + len(lines) * LINE
    body = [
        drawn(column, text, styles, MARGIN + SIZE + number * LINE)
        for number, line in enumerate(lines)
        for column, text, styles in pieces(line)
        if text.strip()
    ]
    fonts = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
            f'height="{height:.0f}" font-family="{fonts}" font-size="{SIZE}" xml:space="preserve">',
            f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
            *body,
            "</svg>\n",
        ]
    )


if __name__ == "__main__":
    (HERE / "demo.svg").write_text(picture(chosen(terminal_output())), "utf-8")
