"""From a raw mail, phone note or chat to the words that carry the question. Nothing is lost, only set apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from faqsuggest.text.mail_forms import open_form
from faqsuggest.text.mail_html import html_to_text
from faqsuggest.text.mail_parts import split_closing, split_disclaimer, split_greeting
from faqsuggest.text.mail_quotes import find_history, is_quoted, unquote
from faqsuggest.text.normalise import normalise

_DEPTH = 3
_WORDS = re.compile(r"\w", re.UNICODE)


@dataclass(frozen=True, slots=True)
class CleanedText:
    """A message taken apart; the parts hold every word of it but the speakers' names of a chat.

    Attributes:
        body: What the sender wrote, without the frame around it.
        greeting: The opening line or words, such as ``Hej Anna,``.
        sign_off: The closing line or words, with the name if it stands there.
        signature: Name, address, what the mail program added, and the fields of a form.
        quoted: Older mail under or between the sender's own lines, its headers, and the agent's side of a chat.
        disclaimer: Legal text and the warnings of mail servers.
    """

    body: str
    greeting: str = ""
    sign_off: str = ""
    signature: str = ""
    quoted: str = ""
    disclaimer: str = ""


def clean_mail(text: str, html: bool = False) -> CleanedText:
    r"""Take a message apart.

    A message that only passes another on, and one without words of its own, gives the words of the message below it.

    Args:
        text: The message as it came, of at most 100,000 characters (the rest is cut).
        html: Whether ``text`` is HTML.

    Example:
        >>> clean_mail("Hej!\nVar är min order?\n\nMvh\nAnna\n\nSkickat från min iPhone").body
        'Var är min order?'
    """
    marked = ""
    if html:
        text, marked = html_to_text(text)
    cleaned = _clean(normalise(text), _DEPTH)
    if not marked:
        return cleaned
    if not _WORDS.search(cleaned.body):
        inner = _clean(normalise(marked), _DEPTH)
        return _merge(cleaned, inner)
    return CleanedText(
        cleaned.body,
        cleaned.greeting,
        cleaned.sign_off,
        cleaned.signature,
        _join(cleaned.quoted, normalise(marked)),
        cleaned.disclaimer,
    )


def main_text(text: str) -> str:
    """The part of an inquiry that carries the question; the whole normalised text when nothing else is left.

    Example:
        >>> main_text("Hej! Var är min order? Mvh Anna")
        'Var är min order?'
    """
    text = normalise(text)
    body = _clean(text, _DEPTH).body
    return body if _WORDS.search(body) else text


def _clean(text: str, depth: int) -> CleanedText:
    own, headers, older = _split_history(text.split("\n"))
    cleaned = _clean_own(_text(own), _text(headers + older))
    if depth and any(older) and not _WORDS.search(cleaned.body):
        return _merge(cleaned, _clean(_text(older), depth - 1), _text(headers))
    return cleaned


def _split_history(lines: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Own lines, the lines that introduce older mail, and the older mail."""
    own: list[str] = []
    headers: list[str] = []
    older: list[str] = []
    begin = 0
    while history := find_history(lines, begin):
        own += lines[begin : history.start]
        headers += lines[history.start : history.end]
        begin = history.end
        if not history.by_marks:
            return own, headers, older + lines[begin:]
        while begin < len(lines) and (is_quoted(lines[begin]) or not lines[begin]):
            older.append(unquote(lines[begin]))
            begin += 1
    return own + lines[begin:], headers, older


def _clean_own(text: str, quoted: str) -> CleanedText:
    lines, disclaimer = split_disclaimer(text.split("\n"))
    form = open_form(lines)
    if form:
        lines, fields, answers = form.said, form.fields, form.answers
    else:
        fields, answers = [], []
    greeting, body = split_greeting(_text(lines))
    kept, sign_off, signature = split_closing(body.split("\n")) if body else ([], "", [])
    core = _text(kept)
    if not _WORDS.search(core) and not quoted:  # the closing is all there is: it is the message
        core, sign_off, signature = body, "", []
    quoted = _join(quoted, _text(answers))
    return CleanedText(core, greeting, sign_off, _text(signature + fields), quoted, _text(disclaimer))


def _text(lines: list[str]) -> str:
    return "\n".join(lines).strip()


def _join(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _merge(outer: CleanedText, inner: CleanedText, headers: str = "") -> CleanedText:
    """The inner message's words under the outer message's frame."""
    return CleanedText(
        inner.body,
        _join(outer.greeting, inner.greeting),
        _join(outer.sign_off, inner.sign_off),
        _join(outer.signature, inner.signature),
        _join(headers, inner.quoted),
        _join(outer.disclaimer, inner.disclaimer),
    )
