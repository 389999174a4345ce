"""What is ranked: answers, and the texts (units) by which each can be found.

An article, together with its translations, is one answer; so is a group of past replies that say the same thing. A past
question is a way to find the answer that was sent and the articles that were linked in it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal, Self

from faqsuggest.data.grouping import ReplyGroups, reply_body
from faqsuggest.data.layers import Layer
from faqsuggest.records import AnswerKind, Article, Ticket
from faqsuggest.text.mail import main_text

Field = Literal["article", "question", "reply"]
_Kind = tuple[str | None, str | None, str | None]
"""Channel, brand and language of a ticket: all that filters read of one with a reply."""


@dataclass(frozen=True, slots=True)
class Sends:
    """What past sends of one reply say together; a macro may have been sent by the thousand.

    Attributes:
        ids: Of the tickets, newest first.
        moments: When they came, in seconds, rising.
        rating: Mean of the ratings on a scale of −1 to 1, held back where there are few; 0 without any.
        tags: Those of at least half of the tickets, in alphabetical order.
        examples: One ticket of each channel, brand and language.
    """

    ids: tuple[str, ...]
    moments: tuple[float, ...]
    rating: float
    tags: tuple[str, ...]
    examples: tuple[Ticket, ...]

    @classmethod
    def of(cls, tickets: Collection[Ticket]) -> Self:
        """Sum up tickets, newest first."""
        examples: dict[_Kind, Ticket] = {}
        for ticket in tickets:
            examples.setdefault(_kind(ticket), ticket)
        ratings = [ticket.rating for ticket in tickets if ticket.rating is not None]
        rating = sum((each - 3.0) / 2.0 for each in ratings) / (len(ratings) + 3.0)
        counts = Counter(tag for ticket in tickets for tag in ticket.tags)
        return cls(
            tuple(ticket.id for ticket in tickets),
            tuple(sorted(ticket.created_at.timestamp() for ticket in tickets)),
            max(-1.0, min(1.0, rating)),
            tuple(sorted(tag for tag, count in counts.items() if 2 * count >= len(tickets))),
            tuple(examples.values()),
        )


@dataclass(frozen=True)
class Answer:
    """One candidate; never changed, only replaced.

    Attributes:
        key: Stable name; made of the parallel key or id of the article, or of the id of the group's oldest ticket.
        versions: Names of the units that may be shown: an article in each language; the newest reply of each channel,
            brand and language, newest first.
        articles: By id; empty for past replies.
        tickets: Tickets whose reply says this, by id, newest first; empty for articles.
    """

    key: str
    kind: AnswerKind
    versions: tuple[str, ...]
    articles: Mapping[str, Article] = field(default_factory=dict)
    tickets: Mapping[str, Ticket] = field(default_factory=dict)
    _sends: dict[tuple[_Kind, ...], Sends] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def sends(self) -> Sends:
        """The tickets, summed up once."""
        return Sends.of(self.tickets.values())

    def sends_like(self, examples: Sequence[Ticket]) -> Sends:
        """Of the tickets those of the channel, brand and language of one of these, summed up once.

        Args:
            examples: Some of those of ``sends``, in their order.
        """
        if len(examples) == len(self.sends.examples):
            return self.sends
        kinds = tuple(map(_kind, examples))
        if kinds not in self._sends:
            self._sends[kinds] = Sends.of([ticket for ticket in self.tickets.values() if _kind(ticket) in kinds])
        return self._sends[kinds]


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
    _said: str | None = dataclasses.field(default=None, init=False, compare=False, repr=False)

    @property
    def leads(self) -> bool:
        """Whether it may lead to an answer; the question of a ticket that was never answered does not."""
        return isinstance(self.record, Article) or bool(self.record.reply or self.record.article_ids)

    @property
    def text(self) -> str:
        """What is embedded and indexed."""
        if isinstance(self.record, Article):
            return article_text(self.record)
        if self.field == "question":
            return question_text(self.record)
        if self._said is None:  # shown again and again, and taking a mail apart takes its time
            object.__setattr__(self, "_said", reply_body(self.record.reply or ""))
        return self._said or ""


def article_text(article: Article) -> str:
    """Title, keywords and body on lines of their own."""
    return "\n".join(part for part in (article.title, ", ".join(article.keywords), article.body) if part)


def question_text(ticket: Ticket) -> str:
    """Subject and question without greeting, signature and quoted history."""
    return main_text("\n".join(part for part in (ticket.subject, ticket.question) if part))


def texts_of(tickets: Iterable[Ticket]) -> list[str]:
    """Every text of these tickets that may have been embedded."""
    both = ((question_text(ticket), reply_body(ticket.reply or "")) for ticket in tickets)
    return [text for pair in both for text in pair if text]


class AnswerBook:
    """Records sorted into answers and units, kept up to date as records come and go.

    Answers and units hang on the records alone, not on the order in which they came.

    Attributes:
        tickets: By id, in the order in which they came.
        articles: By id, in the order in which they came.
        answers: By key.
        units: By name.
    """

    def __init__(self) -> None:
        self.tickets: MutableMapping[str, Ticket] = {}
        self.articles: MutableMapping[str, Article] = {}
        self.answers: MutableMapping[str, Answer] = {}
        self.units: MutableMapping[str, Unit] = {}
        self._answer_of: MutableMapping[str, str] = {}
        self._groups: ReplyGroups | None = ReplyGroups()

    def answers_of(self, unit: Unit) -> list[str]:
        """Keys of the answers that a unit leads to, the one it belongs to first."""
        if unit.field != "question":
            return [self._answer_of[unit.name]]
        names = [f"reply/{unit.record.id}"]
        if isinstance(unit.record, Ticket):
            names += [f"article/{i}" for i in unit.record.article_ids]
        return list(dict.fromkeys(self._answer_of[name] for name in names if name in self._answer_of))

    def groups(self) -> dict[str, str]:
        """Ticket id → key of its reply group."""
        return {i: key for key, answer in self.answers.items() for i in answer.tickets}

    def draft(self) -> AnswerBook:
        """A book to change while others read this one; ``accept`` takes the changes over. One draft at a time."""
        draft = AnswerBook()
        draft.tickets, draft.articles = Layer(self.tickets), Layer(self.articles)
        draft.answers, draft.units = Layer(self.answers), Layer(self.units)
        draft._answer_of = Layer(self._answer_of)
        draft._groups, self._groups = self._groups, None  # made again if the draft is thrown away
        return draft

    def accept(self, draft: AnswerBook) -> None:
        """Take over what was changed in a draft of this book, in time proportional to the changes."""
        for layer in (draft.tickets, draft.articles, draft.answers, draft.units, draft._answer_of):
            if isinstance(layer, Layer):
                layer.commit()
        self._groups = draft._groups

    def add_articles(self, articles: Iterable[Article]) -> set[str]:
        """Take in articles, replacing those with the same id, and return the names of the units that changed."""
        changed: set[str] = set()
        for article in articles:
            name = f"article/{article.id}"
            self._leave(name)
            self.articles[article.id] = article
            key = f"{article.kind}:{article.parallel}" if article.parallel else f"{article.kind}/{article.id}"
            before = self.answers[key].articles if key in self.answers else {}
            self._put_article_answer(key, {**before, article.id: article})
            self._answer_of[name] = key
            self.units[name] = Unit(name, "article", article)
            changed.add(name)
        return changed

    def add_tickets(self, tickets: Iterable[Ticket], groups: Mapping[str, str] | None = None) -> set[str]:
        """Take in tickets, replacing those with the same id, and return the names of the units that changed.

        Args:
            tickets: In any order.
            groups: Ticket id → key of its group, as saved, so that nothing has to be compared again. Only for an empty
                book.
        """
        changed: set[str] = set()
        replied: list[Ticket] = []
        for ticket in tickets:
            self.tickets[ticket.id] = ticket
            name = f"question/{ticket.id}"
            self.units[name] = Unit(name, "question", ticket)
            changed.add(name)
            if ticket.reply or f"reply/{ticket.id}" in self._answer_of:
                replied.append(ticket)
        if groups is not None:
            self._groups = None
            return changed | self._put_groups(_members(replied, groups)).keys()
        return changed | self._regroup([ticket.id for ticket in replied])

    def remove(self, ids: Iterable[str]) -> set[str]:
        """Drop the tickets and articles with these ids and return the names of the units that changed."""
        changed: set[str] = set()
        replied: list[str] = []
        for record_id in ids:
            if self.articles.pop(record_id, None) is not None:
                self._leave(f"article/{record_id}")
                del self.units[f"article/{record_id}"]
                changed.add(f"article/{record_id}")
            if self.tickets.pop(record_id, None) is not None:
                del self.units[f"question/{record_id}"]
                changed.add(f"question/{record_id}")
                if f"reply/{record_id}" in self._answer_of:
                    replied.append(record_id)
        return changed | self._regroup(replied)

    def _leave(self, name: str) -> None:
        """Take an article out of its answer."""
        key = self._answer_of.pop(name, None)
        if key is not None:
            left = {i: each for i, each in self.answers[key].articles.items() if f"article/{i}" != name}
            self._put_article_answer(key, left)

    def _put_article_answer(self, key: str, articles: dict[str, Article]) -> None:
        if not articles:
            del self.answers[key]
            return
        ordered = dict(sorted(articles.items()))
        kind = next(iter(ordered.values())).kind
        self.answers[key] = Answer(key, kind, tuple(f"article/{i}" for i in ordered), articles=ordered)

    def _regroup(self, ids: Collection[str]) -> set[str]:
        """Group anew what tickets with these ids, come, changed or gone, say or said."""
        if not ids:
            return set()
        groups = self._ready_groups()
        touched = self._together(ids).union(ids)
        for each in ids:
            ticket = self.tickets.get(each)
            if ticket is not None and ticket.reply:
                groups.add(each, reply_body(ticket.reply))
            else:
                groups.remove(each)
        found: dict[str, frozenset[str]] = {}
        for each in sorted(touched):
            if each not in found and each in self.tickets and self.tickets[each].reply:
                group = groups.group_of(each)
                found |= dict.fromkeys(group, group)
        before = self._drop_groups(self._together(found.keys() | touched))
        after = self._put_groups([[self.tickets[i] for i in group] for group in dict.fromkeys(found.values())])
        return {
            name
            for name in before.keys() | after.keys()
            if name not in before or name not in after or before[name].record is not after[name].record
        }

    def _ready_groups(self) -> ReplyGroups:
        if self._groups is None:
            self._groups = ReplyGroups()
            said = {i: ticket.reply for answer in self.answers.values() for i, ticket in answer.tickets.items()}
            self._groups.restore(self.groups(), {i: reply_body(reply or "") for i, reply in said.items()})
        return self._groups

    def _together(self, ids: Iterable[str]) -> set[str]:
        """Ids of the tickets that stand in a group with any of these."""
        keys = {self._answer_of[name] for i in ids if (name := f"reply/{i}") in self._answer_of}
        return {i for key in keys for i in self.answers[key].tickets}

    def _drop_groups(self, ids: Collection[str]) -> dict[str, Unit]:
        """Take away the answers of these tickets; returns the units that stood for them."""
        gone: dict[str, Unit] = {}
        for key in {self._answer_of.pop(f"reply/{i}") for i in ids}:
            gone |= {name: self.units.pop(name) for name in self.answers.pop(key).versions}
        return gone

    def _put_groups(self, groups: Iterable[Collection[Ticket]]) -> dict[str, Unit]:
        """An answer for each group; returns the units that stand for them."""
        made: dict[str, Unit] = {}
        for group in groups:
            newest = sorted(group, key=_moment, reverse=True)
            key = f"reply:{newest[-1].id}"
            shown: dict[_Kind, Ticket] = {}
            for ticket in newest:
                shown.setdefault(_kind(ticket), ticket)
                self._answer_of[f"reply/{ticket.id}"] = key
            units = {f"reply/{each.id}": Unit(f"reply/{each.id}", "reply", each) for each in shown.values()}
            self.answers[key] = Answer(key, "reply", tuple(units), tickets={each.id: each for each in newest})
            self.units.update(units)
            made |= units
        return made


def _members(tickets: Iterable[Ticket], groups: Mapping[str, str]) -> list[list[Ticket]]:
    found: dict[str, list[Ticket]] = {}
    for ticket in tickets:
        found.setdefault(groups[ticket.id], []).append(ticket)
    return list(found.values())


def _kind(ticket: Ticket) -> _Kind:
    return ticket.channel, ticket.brand, ticket.language


def _moment(ticket: Ticket) -> tuple[datetime, str]:
    return ticket.created_at, ticket.id
