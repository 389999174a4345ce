"""What the commands put on a terminal: wrapped to its width, coloured only where colour is wanted."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

_NARROWEST, _WIDEST = 60, 120
_STYLES = {"bold": "1", "dim": "2", "green": "32", "yellow": "33", "red": "31", "cyan": "36"}
_BAR = 10
_STYLING = re.compile(r"\x1b\[[0-9;]{1,8}m")


@dataclass(frozen=True, slots=True)
class Screen:
    """A terminal, or a file that is written as one.

    Attributes:
        stream: Where lines go.
        width: Columns that a line may take.
        colour: Whether styles are written.
        blocks: Whether the stream's encoding has block characters for bars.
    """

    stream: TextIO
    width: int = 80
    colour: bool = False
    blocks: bool = True

    @classmethod
    def of(cls, stream: TextIO) -> Screen:
        """A screen for a stream: as wide as the terminal (``COLUMNS`` wins), at most 120 columns.

        Colour is written on a terminal, and elsewhere where ``FORCE_COLOR`` is set; never where ``NO_COLOR`` is set or
        the terminal is dumb.
        """
        width = shutil.get_terminal_size((80, 24)).columns
        wanted = stream.isatty() or bool(os.environ.get("FORCE_COLOR"))
        refused = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        return cls(stream, min(max(width, _NARROWEST), _WIDEST), wanted and not refused, _has_blocks(stream))

    def style(self, text: str, *names: str) -> str:
        """The text in styles such as "bold" or "green"; unchanged where colour is not wanted."""
        if not self.colour or not names or not text:
            return text
        return f"\x1b[{';'.join(_STYLES[name] for name in names)}m{text}\x1b[0m"

    def line(self, text: str = "") -> None:
        """One line as it is."""
        self.stream.write(f"{text}\n")

    def title(self, text: str) -> None:
        """A heading with a blank line before and after."""
        self.line()
        for part in textwrap.wrap(printable(text), self.width):
            self.line(self.style(part, "bold", "cyan"))
        self.line()

    def paragraph(
        self, text: str, *, label: str = "", indent: int = 0, lines: int = 0, styles: Sequence[str] = ()
    ) -> None:
        """Text wrapped to the width, its label hanging in front of the first line.

        Args:
            text: White space in it is collapsed, control characters are taken out.
            label: Stands before the first line; the others are indented as far. It may hold styles.
            indent: Columns left free on the left.
            lines: At most so many, the last with an ellipsis where more is left out; 0 for all.
            styles: Of the text.
        """
        hang = indent + len(_STYLING.sub("", label))
        room = max(self.width - hang, _NARROWEST // 2)
        wrapped = textwrap.wrap(printable(text), room, break_on_hyphens=False) or [""]
        if lines and len(wrapped) > lines:
            wrapped = [*wrapped[: lines - 1], self._shortened(wrapped[lines - 1], room)]
        for number, part in enumerate(wrapped):
            front = " " * indent + label if number == 0 else " " * hang
            self.line(f"{front}{self.style(part, *styles)}".rstrip())

    def bar(self, share: float) -> str:
        """Ten blocks, filled as far as the share from 0 to 1 says."""
        full = round(min(max(share, 0.0), 1.0) * _BAR)
        filled, empty = ("█", "░") if self.blocks else ("#", ".")
        tone = "green" if share >= 0.75 else "yellow" if share >= 0.5 else "red"
        return self.style(filled * full, tone) + self.style(empty * (_BAR - full), "dim")

    def _shortened(self, line: str, width: int) -> str:
        more = " …" if self.blocks else " ..."
        if len(line) > width - len(more):
            line = line[: width - len(more) + 1].rpartition(" ")[0] or line[: width - len(more)]
        return line.rstrip(" .,;:") + more

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], *, names: int = 1) -> None:
        """Columns as wide as their widest cell; the first ``names`` to the left, the others, numbers, to the right."""
        cells = [header, *rows]
        widths = [max(len(row[place]) for row in cells) for place in range(len(header))]
        for number, row in enumerate(cells):
            parts = [
                cell.ljust(width) if place < names else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            self.line(self.style("  ".join(parts).rstrip(), *(("bold",) if number == 0 else ())))


def printable(text: str) -> str:
    r"""One line of text that cannot steer a terminal: white space collapsed, control and format characters taken out.

    Examples:
        >>> printable("rad ett\nrad\x1b[31m två")
        'rad ett rad[31m två'
    """
    spaced = " ".join(text.split())
    return "".join(char for char in spaced if unicodedata.category(char) not in ("Cc", "Cf", "Cs"))


def _has_blocks(stream: TextIO) -> bool:
    try:
        "█░…".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
