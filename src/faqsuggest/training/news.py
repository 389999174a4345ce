"""What a retrain is given, and what of it is new; what a version remembers of the retrain that made it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.data.shield import Shield
from faqsuggest.errors import CorruptStoreError, InputError
from faqsuggest.records import Article, Ticket
from faqsuggest.store.arrays import read_array, read_json, write_array, write_json
from faqsuggest.suggester import Suggester

STATE = "retrain.json"
IMPORTED = "imported.npy"
Source = KnowledgeBase | str | os.PathLike[str] | None


def read_news(tickets: Source, articles: Source, until: str | date | datetime | None) -> KnowledgeBase:
    """The given data as one checked and cleaned base, up to a moment.

    Raises:
        InputError: Neither files nor bases came, or a file does not exist.
        DataError: Rows are bad; nothing is imported.
    """
    given = KnowledgeBase()
    for name, source in (("tickets", tickets), ("articles", articles)):
        if isinstance(source, KnowledgeBase):
            given = given.merge(source)
        elif isinstance(source, (str, os.PathLike)):
            read = KnowledgeBase.from_files(source) if name == "tickets" else KnowledgeBase.from_files(articles=source)
            given = given.merge(read)
        elif source is not None:
            raise InputError(
                f"{name} of retrain must be a file or a KnowledgeBase, got {type(source).__name__}; "
                "make one with KnowledgeBase.from_frames(…) or from_records(…)"
            )
    return given if until is None else given.until(until)


def marks_of(records: Iterable[Ticket | Article]) -> NDArray[np.uint64]:
    """A hash of each record as it came, ascending; no record can be told from it."""
    return np.array(sorted({_mark(record) for record in records}), dtype=np.uint64)


def unseen(given: KnowledgeBase, imported: NDArray[np.uint64]) -> KnowledgeBase:
    """The records that were not imported before in just this form, so that a full export can be given every night."""
    known = set(imported.tolist())
    return KnowledgeBase(
        tuple(each for each in given.tickets if _mark(each) not in known),
        tuple(each for each in given.articles if _mark(each) not in known),
    )


def digest_of(base: KnowledgeBase) -> str:
    """SHA-256 over all records, in the order of their ids."""
    digest = hashlib.sha256()
    for ticket in sorted(base.tickets, key=lambda each: each.id):
        digest.update(_bytes(ticket))
    for article in sorted(base.articles, key=lambda each: each.id):
        digest.update(_bytes(article))
    return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a version remembers.

    Attributes:
        learnt_until: Time of the newest inquiry that a learnt part learnt from; None when all parts are the shipped
            ones. Nothing up to here can judge.
        judged_until: Time of the newest inquiry that ever judged a challenger.
        tuned_until: Time from which on the encoder has learnt from no ticket; None when it was not tuned here. Order
            and confidence are learnt from what came since, for the encoder knows older tickets by heart.
        imported: Marks of the records as they came.
    """

    learnt_until: datetime | None = None
    judged_until: datetime | None = None
    tuned_until: datetime | None = None
    imported: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))

    def moments(self) -> dict[str, str | None]:
        """All times as texts."""
        given = {name: getattr(self, name) for name in ("learnt_until", "judged_until", "tuned_until")}
        return {name: None if moment is None else moment.isoformat() for name, moment in given.items()}

    @property
    def since(self) -> datetime | None:
        """The moment up to which nothing may judge."""
        return max(filter(None, (self.learnt_until, self.judged_until)), default=None)

    @classmethod
    def read(cls, folder: Path, *, learnt: bool, tickets: Sequence[Ticket]) -> State:
        """The state of a version that was loaded, hence verified; of one that no retrain made, the careful guess.

        Args:
            folder: Of the version.
            learnt: Whether its confidence was learnt on the team's own inquiries.
            tickets: Of its base.

        Raises:
            CorruptStoreError: The file is not a state.
        """
        if not (folder / STATE).is_file():
            newest = max((each.created_at for each in tickets), default=None)
            return cls(learnt_until=newest if learnt else None)
        given = read_json(folder / STATE)
        try:
            moments = {name: given[name] for name in ("learnt_until", "judged_until")}
            moments["tuned_until"] = given.get("tuned_until")  # earlier releases tuned no encoder
            return cls(
                **{name: None if text is None else datetime.fromisoformat(text) for name, text in moments.items()},
                imported=np.asarray(read_array(folder / IMPORTED), dtype=np.uint64),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CorruptStoreError(f"{folder / STATE} is not what a retrain writes; roll back or fit again") from error

    def write(self, folder: Path, facts: Mapping[str, Any]) -> None:
        """Write it beside a version, with whatever facts belong to the record."""
        write_json(folder / STATE, {**facts, **self.moments()})
        write_array(folder / IMPORTED, self.imported)


@dataclass(frozen=True)
class TakenIn:
    """New records as they stand in a base that has taken them in, to put them into another copy without doing it again.

    Attributes:
        news: As they came.
        tickets: The same tickets with personal data templated.
        shield: Of the base that took them in.
        groups: Ticket id → name of what its reply says, over the whole base.
    """

    news: KnowledgeBase
    tickets: tuple[Ticket, ...]
    shield: Shield
    groups: Mapping[str, str]

    @classmethod
    def by(cls, suggester: Suggester, news: KnowledgeBase) -> TakenIn:
        """Add the news to a suggester and remember how they stand in it."""
        if len(news):
            suggester.add(tickets=news.tickets, articles=news.articles)
        book = suggester.units_.book
        return cls(news, tuple(book.tickets[each.id] for each in news.tickets), suggester.shield_, book.groups())

    def put_into(self, suggester: Suggester) -> None:
        """Put the news into another suggester with the same base as the one that took them in had before."""
        if not len(self.news):
            return
        if not len(suggester.units_):  # nothing was fitted yet
            suggester.add(tickets=self.news.tickets, articles=self.news.articles)
            return
        suggester.shield_ = self.shield
        suggester.units_.change(lambda book: book.add_articles(self.news.articles) | book.add_tickets(self.tickets))


def _mark(record: Ticket | Article) -> int:
    return int.from_bytes(hashlib.blake2b(_bytes(record), digest_size=8).digest(), "little")


def _bytes(record: Ticket | Article) -> bytes:
    values = [(each.name, getattr(record, each.name)) for each in fields(record)]
    return repr((type(record).__name__, values)).encode("utf-8", "backslashreplace")
