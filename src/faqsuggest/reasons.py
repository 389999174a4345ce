"""Why a suggestion is offered, in terms that an agent can check."""

from __future__ import annotations

import re
from collections import Counter

from faqsuggest.data.answers import AnswerBook
from faqsuggest.data.grouping import reply_body
from faqsuggest.ranking import Ranked
from faqsuggest.records import Article, Suggestion, Ticket, Why
from faqsuggest.retrieval import Found, Inquiry
from faqsuggest.text.normalise import fold

_WORDS = 5
_WORD = re.compile(r"\w{4,40}")


def suggestion_of(ranked: Ranked, inquiry: Inquiry, book: AnswerBook, version: str) -> Suggestion:
    """A ranked candidate as it is shown: its text in the reader's language, what it rests on, and why."""
    found = ranked.found
    record = found.version.record
    case = found.case.record if found.case is not None and isinstance(found.case.record, Ticket) else None
    asked = case.question if case is not None else ""
    why = Why(
        words=shared_words(inquiry.text, f"{found.version.text}\n{asked}"),
        case=case.id if case is not None else None,
        passage=found.matched,
        repeat=found.repeat,
    )
    confidence = round(ranked.confidence, 6)
    matched = asked if case is not None and (found.repeat or found.question > found.passage) else found.matched or asked
    if isinstance(record, Article):
        return Suggestion(
            kind=record.kind,
            id=record.id,
            text=record.body,
            title=record.title,
            url=record.url,
            language=record.language,
            tags=record.tags,
            confidence=confidence,
            matched=matched,
            why=why,
            sources=_sources(found),
            version=version,
        )
    return Suggestion(
        kind="reply",
        id=found.answer.key,
        text=reply_body(record.reply or ""),
        title=record.subject or "",
        language=record.language,
        tags=_common_tags(found),
        confidence=confidence,
        matched=matched,
        why=why,
        sources=_sources(found),
        version=version,
    )


def shared_words(inquiry: str, answer: str) -> tuple[str, ...]:
    """Words of the inquiry that the answer also uses, the longest first: long words say most about the subject.

    Examples:
        >>> shared_words("Jag har glömt lösenordet till appen", "Glömt lösenordet? Klicka på länken.")
        ('lösenordet', 'glömt')
    """
    there = set(_WORD.findall(fold(answer)))
    both = dict.fromkeys(word for word in _WORD.findall(fold(inquiry)) if word in there)
    return tuple(sorted(both, key=lambda word: (-len(word), word))[:_WORDS])


def _sources(found: Found) -> tuple[str, ...]:
    if found.answer.articles:
        first = found.version.record.id
        return (first, *sorted(i for i in found.answer.articles if i != first))
    newest = sorted(found.answer.tickets.values(), key=lambda ticket: (ticket.created_at, ticket.id), reverse=True)
    return tuple(ticket.id for ticket in newest)


def _common_tags(found: Found) -> tuple[str, ...]:
    counts = Counter(tag for ticket in found.answer.tickets.values() for tag in ticket.tags)
    most = len(found.answer.tickets) / 2
    return tuple(sorted(tag for tag, count in counts.items() if count >= most))
