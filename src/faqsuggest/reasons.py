"""Why a suggestion is offered, in terms that an agent can check."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypedDict

from faqsuggest.data.answers import Answer, Sends
from faqsuggest.filters import Filters, permits_reply
from faqsuggest.ranking import Ranked
from faqsuggest.records import AnswerKind, Article, Suggestion, Ticket, Why
from faqsuggest.retrieval import Inquiry
from faqsuggest.text.telling import telling

_OLD = timedelta(days=730)
_WORDS = 5
_TELLS = 0.5
"""What a word must tell to be named: less is in more than one of 22 messages."""
_WORD = re.compile(r"\w{4,40}")


def suggestion_of(
    ranked: Ranked, inquiry: Inquiry, filters: Filters, version: str, *, auto_ok: bool = False, reasons: bool = True
) -> Suggestion:
    """A ranked candidate as it is shown: its text in the reader's language, what it rests on, and why.

    Args:
        ranked: The candidate.
        inquiry: What was asked.
        filters: Tickets that they do not let through are neither named nor read for tags.
        version: Of the saved folder.
        auto_ok: Whether it may go out without an agent.
        reasons: Whether to look for words, tags and what else speaks for it.
    """
    found = ranked.found
    record = found.version.record
    case = found.case
    asked = case.question if case is not None else ""
    by_case = case is not None and (found.repeat or found.question > found.passage)
    text, matched = found.version.text, found.matched
    others = [unit.record.id for unit in found.versions if unit.record is not record]
    behind = _behind(found.answer, filters)
    shown = _article(record) if isinstance(record, Article) else _reply(record, text, found.answer.key, behind)
    why = Why(passage=matched, repeat=found.repeat, calibrated=ranked.calibrated)
    if reasons:
        why = replace(
            why,
            words=shared_words(inquiry.text, text, asked),
            case=case.id if case is not None else None,
            tags=tuple(tag for tag in shown["tags"] if case is not None and tag in case.tags),
            notes=("old",) if _is_old(record, filters.at) else (),
        )
    return Suggestion(
        **shown,
        language=record.language,
        confidence=round(ranked.confidence, 6),
        matched=asked if by_case else matched or asked,
        auto_ok=auto_ok,
        why=why,
        sources=(record.id, *others) if isinstance(record, Article) else behind.ids,
        version=version,
    )


def _is_old(record: Article | Ticket, at: datetime | None) -> bool:
    written = record.updated_at if isinstance(record, Article) else record.replied_at or record.created_at
    return written is not None and (at or datetime.now(UTC)) - written > _OLD


def shared_words(inquiry: str, *answers: str) -> tuple[str, ...]:
    """Words of the inquiry that one of the texts also uses, those that tell most first, then the longest.

    Words that stand in very many messages are left out: that both say "from" is no reason.

    Examples:
        >>> shared_words("Jag undrar varför kastrullen läcker", "Kastrullen läcker? Läs varför.")
        ('kastrullen', 'läcker', 'varför')
    """
    both = _words(inquiry) & frozenset[str]().union(*map(_words, answers))
    tells = {word: weight for word in both if (weight := telling(word)) >= _TELLS}
    return tuple(sorted(tells, key=lambda word: (-tells[word], -len(word), word))[:_WORDS])


@lru_cache(maxsize=1024)  # the same inquiry for each suggestion, and the same answers for many inquiries
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def forget_texts() -> None:
    """Drop what this process remembers of texts, so that nothing of an erased one stays."""
    _words.cache_clear()


class _Shown(TypedDict, total=False):
    kind: AnswerKind
    id: str
    text: str
    title: str
    url: str | None
    tags: tuple[str, ...]


def _article(article: Article) -> _Shown:
    return {
        "kind": article.kind,
        "id": article.id,
        "text": article.body,
        "title": article.title,
        "url": article.url,
        "tags": article.tags,
    }


def _behind(answer: Answer, filters: Filters) -> Sends:
    """The tickets behind an answer, as far as the filters let them through: nearly always all."""
    return answer.sends_like([each for each in answer.sends.examples if permits_reply(filters, each)])


def _reply(ticket: Ticket, text: str, key: str, behind: Sends) -> _Shown:
    """The newest wording; tags that at least half of the tickets behind it have."""
    return {
        "kind": "reply",
        "id": key,
        "text": text,
        "title": ticket.subject or "",
        "tags": behind.tags,
    }
