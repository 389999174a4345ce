"""What is not a mail: contact forms, phone notes and chat transcripts, opened to the customer's words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from faqsuggest.text.mail_parts import split_greeting
from faqsuggest.text.mail_words import (
    AGENT_NAMES,
    CUSTOMER_NAMES,
    FORM_FIELD_KEYS,
    FORM_MESSAGE_KEYS,
    FORM_MESSAGE_STEMS,
    NOTE_LABELS,
)

_FIELD = re.compile(r"^[*•-]{0,2} ?([A-Za-zÀ-ÿ][A-Za-zÀ-ÿ /-]{1,28}?\??) ?\*{0,2}:\*{0,2}(?: (.{0,4000}))?$")
_SPEECH = re.compile(
    r"^(?:[\[(]?(?:\d{4}-\d\d-\d\d[ T,]{1,2})?(?P<time>[0-2]?\d[:.][0-5]\d(?:[:.][0-5]\d)?)[\])]?[ ,–-]{0,3})?"
    r"(?P<name>[A-Za-zÀ-ÿ][\w .,’'-]{0,30}?)"
    r"(?: ?\([^()\n\d]{1,30}\))?(?: ?[\[(](?P<after>[0-2]?\d[:.][0-5]\d(?:[:.][0-5]\d)?)[\])])?: (?P<said>.{1,4000})$"
)
_TURN = re.compile(
    r"^[\[(]?(?:(?P<first>[A-Za-zÀ-ÿ][\w .’'-]{0,30}?)[\])]?,? [\[(]?(?P<after>[0-2]?\d[:.][0-5]\d)(?:[:.][0-5]\d)?|"
    r"(?P<before>[0-2]?\d[:.][0-5]\d)(?:[:.][0-5]\d)?[\])]?,? (?P<second>[A-Za-zÀ-ÿ][\w .’'-]{0,30}))[\])]?:?$"
)
"""A speaker and a time on a line of their own, above what was said."""
_NOTE = re.compile(
    r"^(?:(?:telefon|tlf|tfn|tel|samtals?|samtale|puhelu|puhelin|soitto|phone|call|"
    r"opkalds?)[.-]{0,2} ?(?:notering|notis|notat|"
    r"anteckning|note|memo|muistio|muistiinpano|pyyntö|henvendelse|besked|beskjed|meddelande|log)|"
    r"(?:opkald|samtal|samtale|soitto|puhelu|call|telefon|tlf|tfn)(?=[ ,(]{1,3}(?:kl|d\.|den |at |[0-9]))|"
    + "|".join(sorted(NOTE_LABELS, key=len, reverse=True))
    + r")"
    r"(?P<when>[ ,(]{0,3}(?:kl(?:o|okken)?\.? ?|at |d\.? ?|"
    r"den )?[0-9][0-9 .:/-]{0,20}"
    r"(?:[a-zäåö]{3,12}\.? )?(?:\d{4} )?"
    r"(?:kl(?:o)?\.? ?[0-9.:]{3,5})?\)?)?"
    r"(?: (?:fra|från|from|med|with) [A-ZÅÄÖÆØ][\w’'-]{1,24}(?: [A-ZÅÄÖÆØ][\w’'-]{1,24})?)? ?[:–—-]{1,2} ?",
    re.IGNORECASE,
)
_MESSAGE_KEYS = frozenset(FORM_MESSAGE_KEYS)
_FIELD_KEYS = frozenset(FORM_FIELD_KEYS)
_AGENTS = frozenset(AGENT_NAMES)
_CUSTOMERS = frozenset(CUSTOMER_NAMES)


@dataclass(frozen=True, slots=True)
class Form:
    """The customer's words, the fields or labels around them, and what the other side of a chat said."""

    said: list[str]
    fields: list[str]
    answers: list[str]


def open_form(lines: list[str]) -> Form | None:
    """A form, note or transcript taken apart, or None when the text is plain prose."""
    lines = _joined_turns(lines)
    if not any(":" in line[:40] for line in lines[:30]):
        return _open_note(lines)
    return _open_transcript(lines) or _open_fields(lines) or _open_note(lines)


def _joined_turns(lines: list[str]) -> list[str]:
    """The lines, those of a chat with speaker and time above each turn brought to one line a turn."""
    turns = [_TURN.match(line) for line in lines]
    if sum(turn is not None for turn in turns) < 2:
        return lines
    joined: list[str] = []
    lead = ""
    for line, turn in zip(lines, turns, strict=True):
        if turn:
            lead = f"{turn['first'] or turn['second']} ({turn['after'] or turn['before']}): "
        elif line:
            joined.append(lead + line)
            lead = ""
    return joined


def _open_fields(lines: list[str]) -> Form | None:
    known = 0
    for index, line in enumerate(lines[:30]):
        match = _FIELD.match(line)
        key = match.group(1).casefold().strip() if match else ""
        if match and (key in _MESSAGE_KEYS or key.startswith(FORM_MESSAGE_STEMS)) and known:
            said = [match.group(2)] if match.group(2) else []
            return _until_field(said + lines[index + 1 :], [*lines[:index], f"{match.group(1)}:"])
        if match and key in _FIELD_KEYS:
            known += 1
        elif line and not (index == 0 and len(line) < 80) and not (match and known >= 2 and len(line) < 80):
            return Form(lines[index:], lines[:index], []) if known >= 2 and known == index else None
    return None


def _until_field(lines: list[str], fields: list[str]) -> Form:
    for index, line in enumerate(lines[:200]):
        match = _FIELD.match(line)
        if index and match and match.group(1).casefold().strip() in _FIELD_KEYS:
            return Form(lines[:index], fields + lines[index:], [])
    return Form(lines, fields, [])


def _open_note(lines: list[str]) -> Form | None:
    match = _NOTE.match(lines[0])
    if not match:
        return None
    rest = lines[0][match.end() :]
    return Form([rest, *lines[1:]] if rest else lines[1:], [match.group().strip()], [])


def _open_transcript(lines: list[str]) -> Form | None:
    """The customer's lines of a chat, greetings dropped; a transcript needs two speakers and clock times or roles."""
    turns = [_SPEECH.match(line) for line in lines]
    spoken = [turn for turn in turns if turn]
    names = {turn["name"].casefold() for turn in spoken}
    timed = sum(1 for turn in spoken if turn["time"] or turn["after"])
    known = any(_is_agent(name) or name in _CUSTOMERS for name in names)
    mostly = len(spoken) * 2 >= sum(1 for line in lines if line)
    if len(spoken) < 2 or len(names) < 2 or not mostly or not (timed >= 2 or known):
        return None
    customer = _customer([turn["name"].casefold() for turn in spoken])
    form = Form([], [], [])
    speaking = False
    for line, turn in zip(lines, turns, strict=True):
        speaking = turn["name"].casefold() == customer if turn else speaking
        if not speaking:
            form.answers.append(line)
            continue
        greeting, said = split_greeting(turn["said"] if turn else line)
        form.said.extend([said] if said else [])
        form.answers.extend([greeting] if greeting else [])
    return form


def _customer(names: list[str]) -> str:
    for name in names:
        if name in _CUSTOMERS:
            return name
    humans = [name for name in names if not _is_agent(name)]
    return humans[0] if humans else names[0]


def _is_agent(name: str) -> bool:
    return name in _AGENTS or any(word in _AGENTS for word in name.replace("-", " ").replace(",", " ").split())
