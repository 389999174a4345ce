"""Threads: the messages inside one mail, bursts merged to one inquiry, and the reply that answers it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from faqsuggest.text.mail import clean_mail, main_text
from faqsuggest.text.mail_quotes import find_history, is_quoted, unquote
from faqsuggest.text.normalise import normalise

Author = Literal["customer", "agent"]

_DEEPEST = 50
_RECEIPTS = re.compile(
    r"(?:vi har (?:tagit emot|mottagit) (?:ditt|din|er)|vi har modtaget din|vi har mottatt (?:din|henvendelsen)|vi "
    r"har motteke|"
    r"olemme vastaanottaneet|we have received your|autosvar|automatiskt svar|automatisk svar|automaattinen vastaus|"
    r"automatic reply|"
    r"auto-?reply|detta är ett automatiskt|dette er et automatisk|dette er eit automatisk|tämä on automaattinen|this "
    r"is an automated|"
    r"out of office|frånvaro|tack för (?:ditt|din) (?:mejl|meddelande|ärende)[^.!?]{0,40}[.!] vi återkommer)",
    re.IGNORECASE,
)
_HOLDING = re.compile(
    r"\b(?:återkommer (?:till dig )?(?:så snart|inom kort|när|med besked)|jag kollar (?:upp )?(?:det|detta)|vi "
    r"undersöker|"
    r"vender tilbake (?:til deg )?(?:så snart|når|med)|kommer tilbake til deg|kjem tilbake til deg|vi undersøker|jeg "
    r"undersøger|"
    r"vender tilbage (?:til dig )?(?:så snart|når|med)|palaamme asiaan|selvitämme asiaa|selvitän asiaa|"
    r"get back to you|looking into (?:it|this)|har skickat (?:det |ärendet )?vidare|sendt (?:det |saken |sagen "
    r")?videre)",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"^\W{0,4}(?:tack|takk|tak|kiitos|thanks|thank you|tusen tack|tusen takk|mange takk|mange tak|stort tack|perfekt|"
    r"toppen|"
    r"super|supert|great|perfect|bra,? tack|jättebra|hienoa|mahtavaa|danke)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a thread."""

    text: str
    author: Author
    sent_at: datetime | None = None


def split_thread(text: str) -> list[str]:
    r"""The messages inside one mail, newest first, each without the history under it.

    Example:
        >>> split_thread("Tack!\n\n-----Original Message-----\nFrom: Bo\nSubject: Hej\n\nVar är den?")
        ['Tack!', 'Var är den?']
    """
    lines = normalise(text).split("\n")
    parts: list[str] = []
    while lines and len(parts) < _DEEPEST:
        history = find_history(lines)
        if history is None:
            parts.append("\n".join(lines).strip())
            break
        parts.append("\n".join(line for line in lines[: history.start] if not is_quoted(line)).strip())
        rest = lines[history.end :]
        lines = [unquote(line) for line in rest] if history.by_marks else rest
    return [part for part in parts if part]


def merge_bursts(messages: Sequence[Message], within: timedelta = timedelta(minutes=30)) -> list[Message]:
    """Consecutive messages of the same author as one, when each came within ``within`` of the one before.

    Messages without a time are merged with their neighbours. The merged message has the time of the first; a message
    that only repeats the one before is dropped.
    """
    merged: list[Message] = []
    last_sent: datetime | None = None
    for message in messages:
        previous = merged[-1] if merged else None
        if previous is None or previous.author != message.author or _apart(last_sent, message.sent_at, within):
            merged.append(message)
        elif normalise(message.text) not in normalise(previous.text).split("\n"):
            merged[-1] = replace(previous, text=f"{previous.text}\n{message.text}")
        last_sent = message.sent_at or last_sent
    return merged


def _apart(before: datetime | None, after: datetime | None, within: timedelta) -> bool:
    return before is not None and after is not None and after - before > within


def find_answer(messages: Sequence[Message]) -> tuple[str, str] | None:
    """The inquiry and the reply that answers it, from the messages of one thread in their order.

    Receipts, holding messages and counter-questions are passed over. Where the customer thanks, the reply before the
    thanks answers; else the first reply of substance. The inquiry is all that the customer wrote before that reply.

    Returns:
        Both texts, cleaned of history and frame (the reply keeps greeting and sign-off), or None when nobody answered.
    """
    merged = merge_bursts(messages)
    first = next((index for index, message in enumerate(merged) if message.author == "customer"), len(merged))
    replies = [
        index
        for index, message in enumerate(merged)
        if index > first and message.author == "agent" and _has_substance(message.text)
    ]
    if not replies:
        return None
    chosen = next((index for index in replies if _is_thanked(merged, index)), replies[0])
    asked = [main_text(message.text) for message in merged[:chosen] if message.author == "customer"]
    reply = clean_mail(merged[chosen].text)
    framed = "\n".join(part for part in (reply.greeting, reply.body, reply.sign_off, reply.signature) if part)
    return "\n".join(asked), framed


def _is_thanked(messages: list[Message], index: int) -> bool:
    after = messages[index + 1] if index + 1 < len(messages) else None
    return after is not None and after.author == "customer" and bool(_THANKS.match(main_text(after.text)[:80]))


def _has_substance(text: str) -> bool:
    body = main_text(text)
    if _RECEIPTS.search(normalise(text)[:600]):
        return False
    statements = [part for part in re.split(r"(?<=[.!?])\s|\n", body[:4_000]) if part.strip()]
    told = [part for part in statements if not part.rstrip().endswith("?") and not _HOLDING.search(part)]
    return bool(told) and not (len(told) < len(statements) and sum(len(part.split()) for part in told) < 6)
