"""What is ranked: answers, and the texts (units) by which each can be found.

An article, together with its translations, is one answer; so is a group of past replies that say the same thing. A past
question is a way to find the answer that was sent and the articles that were linked in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from faqsuggest.data.grouping import ReplyGroups, reply_body
from faqsuggest.records import AnswerKind, Article, Ticket
from faqsuggest.text.mail import main_text

Field = Literal["article", "question", "reply"]


@dataclass(slots=True)
class Answer:
    """One candidate.

    Attributes:
        key: Stable name; the parallel key or id of the article, or the id of the first ticket of the group.
        articles: Versions in several languages, by id; empty for past replies.
        tickets: Tickets whose reply says this; empty for articles.
        shown: Id of the newest of these tickets, whose wording is offered.
    """

    key: str
    kind: AnswerKind
    articles: dict[str, Article] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A text by which answers are found.

    Attributes:
        name: Unique over the base: the field and the id of the record.
        record: The article, or the ticket whose question or reply this is.
    """

    name: str
    field: Field
    record: Article | Ticket

    @property
    def text(self) -> str:
        """What is embedded and indexed."""
        if isinstance(self.record, Article):
            return article_text(self.record)
        if self.field == "question":
            return question_text(self.record)
        return reply_body(self.record.reply or "")


def article_text(article: Article) -> str:
    """Title, keywords and body on lines of their own."""
    return "\n".join(part for part in (article.title, ", ".join(article.keywords), article.body) if part)


def question_text(ticket: Ticket) -> str:
    """Subject and question without greeting, signature and quoted history."""
    return main_text("\n".join(part for part in (ticket.subject, ticket.question) if part))


class AnswerBook:
    """Records sorted into answers and units, kept up to date as records come and go."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.units: dict[str, Unit] = {}
        self._groups: ReplyGroups | None = ReplyGroups()
        self._answer_of_article: dict[str, str] = {}
        self._answer_of_ticket: dict[str, str] = {}

    def answers_of(self, unit: Unit) -> list[str]:
        """Keys of the answers that a unit leads to, the one it belongs to first."""
        record = unit.record
        if isinstance(record, Article):
            return [self._answer_of_article[record.id]]
        own = [self._answer_of_ticket[record.id]] if record.id in self._answer_of_ticket else []
        if unit.field == "reply":
            return own
        linked = (self._answer_of_article[i] for i in record.article_ids if i in self._answer_of_article)
        return list(dict.fromkeys((*own, *linked)))

    def answer_of_article(self, article_id: str) -> str | None:
        """Key of the answer that an article is a version of."""
        return self._answer_of_article.get(article_id)

    def groups(self) -> dict[str, str]:
        """Ticket id → key of its reply group."""
        return dict(self._answer_of_ticket)

    def add_articles(self, articles: Iterable[Article]) -> set[str]:
        """Take in articles, replacing those with the same id, and return the names of the units that changed."""
        changed: set[str] = set()
        for article in articles:
            changed |= self._drop_article(article.id)
            key = f"{article.kind}:{article.parallel or article.id}"
            answer = self.answers.setdefault(key, Answer(key, article.kind))
            answer.articles[article.id] = article
            self._answer_of_article[article.id] = key
            changed.add(self._put("article", article))
        return changed

    def add_tickets(self, tickets: Sequence[Ticket], groups: Mapping[str, str] | None = None) -> set[str]:
        """Take in tickets, replacing those with the same id, and return the names of the units that changed.

        Args:
            tickets: In any order; they are placed in the order of their times.
            groups: Ticket id → group, as saved, so that nothing has to be compared again.
        """
        changed: set[str] = set()
        for ticket in sorted(tickets, key=_moment):
            changed |= self._drop_ticket(ticket.id)
            changed.add(self._put("question", ticket))
            if ticket.reply:
                changed |= self._add_reply(ticket, groups)
        if groups is not None:
            self._groups = None  # made again when a new reply has to be placed
        return changed

    def remove(self, ids: Iterable[str]) -> set[str]:
        """Drop the tickets and articles with these ids and return the names of the units that changed."""
        changed: set[str] = set()
        for record_id in ids:
            changed |= self._drop_article(record_id) | self._drop_ticket(record_id)
        return changed

    def _add_reply(self, ticket: Ticket, groups: Mapping[str, str] | None) -> set[str]:
        key = groups[ticket.id] if groups is not None else f"reply:{self._placed(ticket)}"
        answer = self.answers.setdefault(key, Answer(key, "reply"))
        answer.tickets[ticket.id] = ticket
        self._answer_of_ticket[ticket.id] = key
        newer = answer.shown not in answer.tickets or _moment(ticket) >= _moment(answer.tickets[answer.shown])
        return self._show(answer, ticket) if newer else set()

    def _placed(self, ticket: Ticket) -> str:
        if self._groups is None:
            self._groups = ReplyGroups()
            known = {i: t for answer in self.answers.values() for i, t in answer.tickets.items()}
            names = {i: self._answer_of_ticket[i].removeprefix("reply:") for i in known}
            self._groups.restore(names, {i: reply_body(t.reply or "") for i, t in known.items()})
        return self._groups.place(ticket.id, reply_body(ticket.reply or ""))

    def _show(self, answer: Answer, ticket: Ticket) -> set[str]:
        """Let this reply alone stand for its group: one unit a group, whatever its size."""
        changed = {f"reply/{answer.shown}"} if self.units.pop(f"reply/{answer.shown}", None) else set()
        answer.shown = ticket.id
        return changed | {self._put("reply", ticket)}

    def _put(self, kind: Field, record: Article | Ticket) -> str:
        name = f"{kind}/{record.id}"
        self.units[name] = Unit(name, kind, record)
        return name

    def _drop_article(self, article_id: str) -> set[str]:
        key = self._answer_of_article.pop(article_id, None)
        if key is None:
            return set()
        del self.answers[key].articles[article_id]
        if not self.answers[key].articles:
            del self.answers[key]
        del self.units[f"article/{article_id}"]
        return {f"article/{article_id}"}

    def _drop_ticket(self, ticket_id: str) -> set[str]:
        question = f"question/{ticket_id}"
        if question not in self.units:
            return set()
        del self.units[question]
        changed = {question}
        key = self._answer_of_ticket.pop(ticket_id, None)
        if key is not None:
            answer = self.answers[key]
            del answer.tickets[ticket_id]
            if not answer.tickets:
                del self.answers[key]
            if answer.shown == ticket_id:
                del self.units[f"reply/{ticket_id}"]
                changed.add(f"reply/{ticket_id}")
                if answer.tickets:
                    changed |= self._show(answer, max(answer.tickets.values(), key=_moment))
        return changed


def _moment(ticket: Ticket) -> tuple[datetime, str]:
    return ticket.created_at, ticket.id
