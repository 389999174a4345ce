"""Where a mail stops and the history under it begins: attribution lines, header blocks, quote marks.

Every test looks at one line, or at most ``_WINDOW`` lines and ``_LONGEST`` characters, so the whole stays linear.
(The patterns of general mail parsers repeat nested groups; on a mail of empty lines the best known one is quadratic.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from faqsuggest.text.mail_words import (
    FORWARD_MARKS,
    FROM_KEYS,
    ORIGINAL_MARKS,
    SENT_KEYS,
    SUBJECT_KEYS,
    TO_KEYS,
    WROTE,
)

_WINDOW = 3
_LONGEST = 400
_BLOCK = 8
_WROTE = re.compile(r"(?:^|[ ,>)])(?:" + "|".join(WROTE) + r")(?=[ :,<]|$)", re.IGNORECASE)
_CLOCK = re.compile(r"\b[0-2]?[0-9][:.][0-5][0-9]\b")
_HEADER = re.compile(r"^\*{0,2}([A-Za-zÀ-ÿ-]{2,14}(?: till)?) ?\*{0,2} ?:\*{0,2}(?: |$)(.{0,300})")
_RULE = re.compile(r"^[-_=*─—]{8,}$")
_KINDS = {
    **dict.fromkeys(FROM_KEYS, "from"),
    **dict.fromkeys(SENT_KEYS, "sent"),
    **dict.fromkeys(TO_KEYS, "to"),
    **dict.fromkeys(SUBJECT_KEYS, "subject"),
}


@dataclass(frozen=True, slots=True)
class History:
    """The lines ``start`` to ``end`` that introduce older mail, ``end`` exclusive.

    Attributes:
        forwarded: The older mail was passed on rather than answered.
        headers: What the header lines said, by kind: from, sent, to, subject.
        by_marks: The older mail is marked with ``>``, so that text below it is new again.
    """

    start: int
    end: int
    forwarded: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    by_marks: bool = False


def find_history(lines: list[str], begin: int = 0) -> History | None:
    """The first place at or after ``begin`` where older mail starts, or None."""
    for index in range(begin, len(lines)):
        line = lines[index]
        if not line:
            continue
        found = _mark(lines, index) or _header_block(lines, index) or _attribution(lines, index)
        if found:
            return found
        if line[0] == ">":
            return History(index, index, by_marks=True)
    return None


def is_quoted(line: str) -> bool:
    """Whether the line carries a quote mark."""
    return line.startswith(">")


def unquote(line: str) -> str:
    """The line without its quote marks."""
    return line.lstrip("> ")


def _mark(lines: list[str], index: int) -> History | None:
    line = lines[index]
    if _RULE.match(line):
        block = _header_block(lines, _next_filled(lines, index + 1))
        return History(index, block.end, block.forwarded, block.headers) if block else None
    if len(line) > 120:
        return None
    plain = line.strip("-_=*#> :─—.").casefold()
    if len(plain) < 10:
        return None
    for marks, forwarded in ((ORIGINAL_MARKS, False), (FORWARD_MARKS, True)):
        if any(plain == mark or (line[0] in "-_=#*" and plain.startswith(mark)) for mark in marks):
            block = _header_block(lines, _next_filled(lines, index + 1), lenient=True)
            end = block.end if block else index + 1
            return History(index, end, forwarded, block.headers if block else ())
        if forwarded and line.endswith(":") and any(plain.startswith(mark) for mark in marks):
            block = _header_block(lines, _next_filled(lines, index + 1), lenient=True)
            return History(index, block.end if block else index + 1, True, block.headers if block else ())
    return None


def _next_filled(lines: list[str], index: int) -> int:
    limit = min(index + 3, len(lines))
    while index < limit and not lines[index]:
        index += 1
    return index


def _header_block(lines: list[str], index: int, *, lenient: bool = False) -> History | None:
    """A run of From, Sent, To, Subject lines; without an address or a subject it may be a customer's own list."""
    if index >= len(lines) or len(lines[index]) > _LONGEST or ":" not in lines[index][:18]:
        return None
    first = _header(lines[index])
    if not first or (first[0] != "from" and not lenient):
        return None
    headers = [first]
    end = index + 1
    while end < min(index + _BLOCK, len(lines)) and (following := _header(lines[end])):
        headers.append(following)
        end += 1
    kinds = {kind for kind, _ in headers}
    addressed = any("@" in value or "<" in value for _, value in headers)
    if not lenient and (len(kinds) < 2 or not ("subject" in kinds or addressed)):
        return None
    return History(index, end, False, tuple(headers))


def _header(line: str) -> tuple[str, str] | None:
    match = _HEADER.match(line)
    kind = _KINDS.get(match.group(1).casefold()) if match else None
    return (kind, match.group(2).strip()) if match and kind else None


def _attribution(lines: list[str], index: int) -> History | None:
    """A line such as ``Den 3 mars 2025 kl. 09:12 skrev Anna <a@example.com>:``, wrapped over at most three lines."""
    if is_quoted(lines[index]):
        return None
    joined = ""
    for end in range(index, min(index + _WINDOW, len(lines))):
        part = lines[end]
        if not part or is_quoted(part) or len(joined) + len(part) > _LONGEST:
            return None
        joined = f"{joined} {part}" if joined else part
        if part.endswith(":") and _WROTE.search(joined):
            return _introduces(lines, index, end + 1, joined)
        if end == index and not _may_introduce(part):
            return None
    return None


def _may_introduce(line: str) -> bool:
    """Whether a line that goes on below can be the start of an attribution: it names a time or an address."""
    return bool(_CLOCK.search(line) or "@" in line)


def _introduces(lines: list[str], start: int, end: int, joined: str) -> History | None:
    after = _next_filled(lines, end)
    marked = after < len(lines) and is_quoted(lines[after])
    dated = any(character.isdigit() for character in joined)
    if not marked and not (dated and ("@" in joined or _CLOCK.search(joined))):
        return None
    sender = _sender(joined)
    return History(start, end, False, (("from", sender),) if sender else (), by_marks=marked)


def _sender(joined: str) -> str:
    found = _WROTE.search(joined)
    after = joined[found.end() :].strip(" ,:") if found else ""
    if after:
        return after
    before = joined[: found.start()] if found else ""
    return before.rsplit(",", 1)[-1].strip() if "," in before else ""
