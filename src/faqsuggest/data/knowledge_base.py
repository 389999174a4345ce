"""The knowledge base: past tickets and articles, checked and cleaned, as one value that does not change."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Literal, Self, TypeVar

from faqsuggest.data.columns import Columns, Kind
from faqsuggest.data.files import read_file
from faqsuggest.data.frames import read_frame, to_frame
from faqsuggest.data.redaction import RedactionReport, learn_policy, redact_tickets, without_customer
from faqsuggest.data.report import ImportReport
from faqsuggest.data.tables import Table, from_mappings, import_tables
from faqsuggest.data.times import Clock, as_moment
from faqsuggest.errors import InputError
from faqsuggest.records import Article, Ticket

if TYPE_CHECKING:
    import pandas as pd

    from faqsuggest.text.privacy import Policy
    from faqsuggest.text.privacy.known import Known

Path = str | os.PathLike[str]
OnError = Literal["raise", "skip"]
_Record = TypeVar("_Record", Ticket, Article)


@dataclass(frozen=True, slots=True, repr=False)
class KnowledgeBase:
    """Past tickets and articles, each with an id of its own within its table. Every method returns a new base.

    Make one with ``from_files``, ``from_frames`` or ``from_records``, which check and clean every value. The
    constructor takes finished records as they are. Two bases are equal when their records are.

    All ``from_…`` methods take these options:

    * ``columns``: own column name → contract name, such as ``{"Ärende": "question"}``, for both tables, or one such
      mapping per table: ``{"tickets": {...}, "articles": {...}}``. Columns that the contract does not know are ignored
      and named in ``report``.
    * ``date_format``: a ``strptime`` format for times that are not ISO 8601. Without it a date such as 03/04/2024 is
      refused.
    * ``timezone``: zone of times that name none; UTC when None.
    * ``on_error``: "raise" lists every bad row in one error and imports nothing; "skip" leaves bad rows out and counts
      them by cause in ``report``.

    Rows with an id that came before replace the earlier row, and ``report`` says so. Texts are normalised (see
    ``faqsuggest.text.normalise``) and cut at 100 000 characters. Languages become their code: no → nb, sv-SE → sv.
    A ``valid_until`` without a time of day includes that day.

    Attributes:
        tickets: In the order of their source.
        articles: In the order of their source.
        report: What the import did.
        redaction: What ``redacted`` did; None when the tickets are as they came.

    Example:
        >>> base = KnowledgeBase.from_records(articles=[{"id": "007", "title": "Lösenord", "body": "Klicka på Glömt."}])
        >>> base.articles[0].id
        '007'
        >>> base
        KnowledgeBase(tickets=0, articles=1)
    """

    tickets: tuple[Ticket, ...] = ()
    articles: tuple[Article, ...] = ()
    report: ImportReport = field(default_factory=ImportReport, compare=False)
    redaction: RedactionReport | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for kind, records in (("tickets", self.tickets), ("articles", self.articles)):
            if not isinstance(records, tuple):
                raise InputError(f"{kind} must be a tuple of records, got {type(records).__name__}; use from_records")
            repeats = len(records) - len({record.id for record in records})
            if repeats:
                raise InputError(f"{kind} must have different ids, got {repeats} repeated; use from_records or merge")

    def __len__(self) -> int:
        """Number of tickets and articles together."""
        return len(self.tickets) + len(self.articles)

    def __repr__(self) -> str:
        return f"KnowledgeBase(tickets={len(self.tickets)}, articles={len(self.articles)})"

    @classmethod
    def from_frames(
        cls,
        tickets: pd.DataFrame | None = None,
        articles: pd.DataFrame | None = None,
        *,
        columns: Columns | None = None,
        date_format: str | None = None,
        timezone: str | tzinfo | None = None,
        on_error: OnError = "raise",
    ) -> Self:
        """From pandas DataFrames; the row number in errors is the position, counted from 1.

        Read CSV files with ``from_files`` rather than ``pandas.read_csv``, which turns the id 007 into 7 and the text
        NA into a missing value unless told otherwise.

        Raises:
            InputError: An argument cannot be used, or ``columns`` names what does not exist.
            DataError: A required column is missing or rows are bad; ``rows`` lists every one.
        """
        given: tuple[tuple[Kind, pd.DataFrame | None], ...] = (("tickets", tickets), ("articles", articles))
        tables = [read_frame(frame, kind) for kind, frame in given if frame is not None]
        return cls._import(tables, columns, Clock.of(date_format, timezone), on_error)

    @classmethod
    def from_files(
        cls,
        tickets: Path | None = None,
        articles: Path | None = None,
        *,
        columns: Columns | None = None,
        encoding: str = "utf-8",
        date_format: str | None = None,
        timezone: str | tzinfo | None = None,
        on_error: OnError = "raise",
    ) -> Self:
        """From files, by extension: .csv and .tsv, .jsonl (one object a line), .json (a list of objects), .parquet.

        The delimiter of a CSV file (comma, semicolon or tab) is taken from its first row. The row number in errors
        counts data rows from 1, blank ones included; of JSON Lines it is the line.

        Args:
            tickets: Path of the ticket file, or None.
            articles: Path of the article file, or None.
            columns: See the class.
            encoding: Of CSV and JSON files.
            date_format: See the class.
            timezone: See the class.
            on_error: See the class.

        Raises:
            InputError: An argument cannot be used, a file does not exist, or ``columns`` names what does not exist.
            DataError: A file cannot be read, a required column is missing or rows are bad; ``rows`` lists every one.
            MissingPackageError: A Parquet file, and pyarrow is not installed.
        """
        given: tuple[tuple[Kind, Path | None], ...] = (("tickets", tickets), ("articles", articles))
        tables = [read_file(path, kind, encoding=encoding) for kind, path in given if path is not None]
        return cls._import(tables, columns, Clock.of(date_format, timezone), on_error)

    @classmethod
    def from_records(
        cls,
        tickets: Iterable[Ticket | Mapping[str, object]] = (),
        articles: Iterable[Article | Mapping[str, object]] = (),
        *,
        columns: Columns | None = None,
        date_format: str | None = None,
        timezone: str | tzinfo | None = None,
        on_error: OnError = "raise",
    ) -> Self:
        """From records or dicts with the same names, checked and cleaned like the rows of a file.

        Raises:
            InputError: An argument cannot be used, or ``columns`` names what does not exist.
            DataError: A required value is missing or rows are bad; ``rows`` lists every one.
        """
        given: tuple[tuple[Kind, Iterable[object]], ...] = (("tickets", tickets), ("articles", articles))
        tables = []
        for kind, rows in given:
            if isinstance(rows, (str, bytes, Mapping)) or not isinstance(rows, Iterable):
                raise InputError(f"{kind} must be a list of records or dicts, got {type(rows).__name__}")
            tables.append(from_mappings(rows, kind, f"the {kind}"))
        return cls._import(tables, columns, Clock.of(date_format, timezone), on_error)

    @classmethod
    def _import(cls, tables: list[Table], columns: Columns | None, clock: Clock, on_error: str) -> Self:
        if not tables:
            raise InputError("tickets and articles are both None; pass at least one of them")
        if on_error not in ("raise", "skip"):
            raise InputError(f"on_error must be 'raise' or 'skip', got {on_error!r}")
        return cls(*import_tables(tables, columns=columns, clock=clock, skip=on_error == "skip"))

    def to_frame(self, kind: Kind) -> pd.DataFrame:
        """The "tickets" or the "articles" as a DataFrame with every column of the contract.

        Times are ``datetime64[us, UTC]``, ``rating`` is ``float64``, ``resolved`` the nullable ``boolean``; tags,
        keywords and article ids are lists; everything else is text.

        Raises:
            InputError: ``kind`` is neither of the two.
        """
        if kind == "tickets":
            return to_frame(self.tickets, kind)
        if kind == "articles":
            return to_frame(self.articles, kind)
        raise InputError(f"kind must be 'tickets' or 'articles', got {kind!r}")

    def until(self, time: str | date | datetime) -> Self:
        """What was known before a time, for evaluation that must not look ahead.

        Tickets created earlier stay. A reply sent at the time or later is taken off, with the articles it used; so are
        the rating and the outcome of a ticket closed at the time or later. Articles updated at the time or later are
        left out, since their earlier wording is not known; articles without ``updated_at`` stay.

        Args:
            time: A datetime or ISO 8601 text; without a zone it is UTC.

        Raises:
            InputError: ``time`` is no time.
        """
        moment = as_moment(time, argument="time")
        tickets = tuple(_as_of(ticket, moment) for ticket in self.tickets if ticket.created_at < moment)
        articles = tuple(item for item in self.articles if item.updated_at is None or item.updated_at < moment)
        return replace(self, tickets=tickets, articles=articles)

    def merge(self, other: KnowledgeBase) -> Self:
        """Both bases in one; a record of ``other`` replaces the one with its id, at that one's place.

        Raises:
            InputError: ``other`` is not a knowledge base.
        """
        if not isinstance(other, KnowledgeBase):
            raise InputError(f"other must be a KnowledgeBase, got {type(other).__name__}; make one with from_records")
        tickets, old_tickets = _upserted(self.tickets, other.tickets)
        articles, old_articles = _upserted(self.articles, other.articles)
        report = ImportReport(
            tickets=self.report.tickets.joined(other.report.tickets, imported=len(tickets), replaced=old_tickets),
            articles=self.report.articles.joined(other.report.articles, imported=len(articles), replaced=old_articles),
        )
        return replace(self, tickets=tickets, articles=articles, report=report)

    def without(self, ids: Iterable[str]) -> Self:
        """The base without the tickets and articles of these ids; ids that it does not hold change nothing.

        Raises:
            InputError: ``ids`` is a single text or holds something else than texts.
        """
        if isinstance(ids, (str, bytes)) or not isinstance(ids, Iterable):
            raise InputError(f"ids must be a list of ids, got {type(ids).__name__}; for one id pass [id]")
        gone = set(ids)
        if not all(isinstance(each, str) for each in gone):
            raise InputError("ids must be texts, got other types; ids are kept as texts, 7 is '7'")
        tickets = tuple(ticket for ticket in self.tickets if ticket.id not in gone)
        articles = tuple(article for article in self.articles if article.id not in gone)
        return replace(self, tickets=tickets, articles=articles)

    def redacted(
        self,
        *,
        k: int = 5,
        allow: Iterable[str] = (),
        known: Mapping[str, Known] | None = None,
        policy: Policy | None = None,
    ) -> Self:
        """The base with personal data templated in questions, subjects and replies (see ``text.privacy``).

        Words and numbers of a reply stay only when replies to ``k`` different customers, or a public article, use
        them. A reply that loses too much by that, as all do in a base of few customers, becomes None: its question is
        still found, but nothing is suggested from it. Articles stay as they are.

        Args:
            k: Different customers that a word, number or company value needs.
            allow: The company's own telephone numbers, addresses and domains, which stay however seldom they are used.
            known: Ticket id to the values that the ticket's own fields name; see ``redact``.
            policy: A policy learnt before, for tickets that come later; ``k`` and ``allow`` are then not used.
        """
        policy = policy or learn_policy(self.tickets, self.articles, k=k, allow=allow, known=known)
        tickets, redaction = redact_tickets(self.tickets, policy, known)
        return replace(self, tickets=tickets, redaction=redaction)

    def forget(self, *, customer_id: str) -> Self:
        """The base without a customer's tickets and the threads that they belong to."""
        tickets, _ = without_customer(self.tickets, customer_id)
        return replace(self, tickets=tickets)


def _as_of(ticket: Ticket, moment: datetime) -> Ticket:
    if ticket.replied_at is not None and ticket.replied_at >= moment:
        ticket = replace(ticket, reply=None, replied_at=None, article_ids=())
    if ticket.closed_at is not None and ticket.closed_at >= moment:
        ticket = replace(ticket, closed_at=None, rating=None, resolved=None)
    return ticket


def _upserted(old: tuple[_Record, ...], new: tuple[_Record, ...]) -> tuple[tuple[_Record, ...], list[str]]:
    records = {record.id: record for record in old}
    replaced = [record.id for record in new if record.id in records]
    records.update((record.id, record) for record in new)
    return tuple(records.values()), replaced
