"""The feedback log: one SQLite file, one transaction a slate or event, safe with several processes writing at once."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Self

from faqsuggest.errors import InputError, StoreError
from faqsuggest.feedback.records import EVENTS, Event, Showing, Shown, Slate
from faqsuggest.feedback.schema import beside, connect, forbid_changes, permit_changes
from faqsuggest.parameters import as_moment, as_path
from faqsuggest.text.privacy import Company, Policy, redact

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 4_000
"""Characters of an inquiry or reply that are kept; what is behind them is cut off, never logged as it came."""
_SOURCES = 20
_FIELDS = "id, at, user, customer_id, ticket_id, query, version, propensity, explore, brand, channel"
_inherited: list[sqlite3.Connection] = []
"""Connections of a parent process: not to be used, nor closed, by a child."""


class FeedbackLog:
    """Append-only, but for ``forget``. Texts are redacted before they are written.

    The file is made at the first write. It holds what agents did and redacted inquiries; guard it as the model folder.

    Args:
        path: Of the file, on a local disk.

    Example:
        >>> import tempfile
        >>> log = FeedbackLog(f"{tempfile.mkdtemp()}/desk.feedback.sqlite")
        >>> answers = tuple(Shown(answer=a, kind="article", confidence=0.7, rank=i) for i, a in enumerate("ab", 1))
        >>> showing = Showing(user="agent-1", customer_id="c-9")
        >>> slate = Slate(id="s1", at=datetime(2026, 1, 1, tzinfo=UTC), showing=showing, query="Hej", shown=answers)
        >>> log.add(slate)
        True
        >>> log.tell("s1:2", "sent")
        >>> [each.reward for each in next(iter(log.slates())).shown]
        [0.0, 1.0]
        >>> log.forget("c-9"), len(log)
        (1, 0)
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = as_path(path, "path of the feedback log")
        self._lock = threading.RLock()
        self._open: tuple[int, sqlite3.Connection] | None = None

    @classmethod
    def beside(cls, folder: str | os.PathLike[str]) -> Self:
        """The log of the model saved in ``folder``: ``FOLDER.feedback.sqlite`` next to it."""
        return cls(beside(folder))

    def __len__(self) -> int:
        """Number of slates."""
        if not self.path.is_file():
            return 0
        with self._connected() as connection:
            return int(connection.execute("SELECT count(*) FROM slates").fetchone()[0])

    def add(self, slate: Slate, policy: Policy | None = None) -> bool:
        """Write down a slate; its query is redacted here, whatever was done to it before.

        Args:
            slate: What was shown; ``events``, ``kept`` and ``reason`` in it are not written, see ``tell``.
            policy: For the redaction, so that the company's own numbers stay.

        Returns:
            Whether it was new; a slate of the same id stays as it was first written.

        Raises:
            InputError: A time without zone, or a propensity outside 0 to 1.
            StoreError: The disk refuses; nothing was written.
        """
        if slate.at.tzinfo is None or not 0 < slate.propensity <= 1 or not slate.id or ":" in slate.id:
            raise InputError(
                "a slate needs an id without a colon, a time with a zone and a propensity above 0 and up to 1; got "
                f"{slate.id!r}, {slate.at.isoformat()}, {slate.propensity}"
            )
        to = slate.showing
        row = (slate.id, _moment(slate.at), to.user, to.customer_id, to.ticket_id, private(slate.query, policy),
               slate.version, slate.propensity, slate.explore, slate.brand, slate.channel)  # fmt: skip
        with self._writing() as connection:
            marks = ", ".join("?" * len(row))
            done = connection.execute(f"INSERT OR IGNORE INTO slates ({_FIELDS}) VALUES ({marks})", row)
            if done.rowcount < 1:
                return False
            connection.executemany(
                "INSERT INTO shown VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (done.lastrowid, place, one.answer, one.kind, one.confidence, one.rank,
                     one.fixed, json.dumps(one.sources[:_SOURCES]))
                    for place, one in enumerate(slate.shown, 1)
                ],
            )  # fmt: skip
        return True

    def tell(
        self,
        suggestion_id: str,
        event: Event,
        *,
        reason: str = "",
        text: str = "",
        kept: float | None = None,
        at: datetime | None = None,
    ) -> None:
        """Write down what was done with a suggestion; it corrects what was said about it before.

        Args:
            suggestion_id: ``Suggestion.suggestion_id``: the slate's id, a colon, the place from 1.
            event: "sent", "edited" or "dismissed".
            reason: Why, in a word or a sentence; redacted.
            text: The reply as it was sent after editing; redacted.
            kept: Share of the suggested words that it kept, 0 to 1.
            at: When; now when None.

        Raises:
            InputError: The event is none of the three, or no such suggestion was shown.
            StoreError: The disk refuses; nothing was written.
        """
        if event not in EVENTS:
            raise InputError(f"event must be one of {', '.join(EVENTS)}, got {event!r}")
        if kept is not None and not 0 <= kept <= 1:
            raise InputError(f"kept must lie from 0 to 1, got {kept}")
        row = (
            _moment(datetime.now(UTC) if at is None else as_moment(at, "at")),
            event,
            kept,
            private(reason),
            private(text),
        )
        with self._writing() as connection:
            number, place = _find(connection, suggestion_id)
            connection.execute(
                "INSERT INTO events (slate, place, at, event, kept, reason, text) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, place, *row),
            )

    def shown(self, suggestion_id: str) -> Shown:
        """What was shown under this id.

        Raises:
            InputError: Nothing was.
        """
        with self._connected() as connection:
            number, place = _find(connection, suggestion_id)
            row = connection.execute(_LOOK, (number, place)).fetchone()
        return _shown([(*row, None, None, None)])

    def slates(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Slate]:
        """Slates with what became of them, oldest first, as they were at one moment.

        Args:
            since: Shown at this time or later.
            until: Shown before this time.

        Raises:
            InputError: One is no datetime with a time zone.
        """
        if not self.path.is_file():
            return
        given = (("since", since), ("until", until))
        low, high = ("" if each is None else _moment(as_moment(each, name)) for name, each in given)
        with self._connected() as connection:
            rows = connection.execute(_READ, {"low": low, "high": high or "~"}).fetchall()
        for _, group in groupby(rows, key=lambda row: row[0]):
            yield _slate(list(group))

    def to_frame(self) -> pd.DataFrame:
        """One row a suggestion shown, slate after slate: ids, place, confidence, propensity, events, reward."""
        import pandas as pd

        columns = ["slate", "at", "user", "customer_id", "ticket_id", "version", "propensity", "place", "rank", "kind",
                   "answer", "confidence", "events", "kept", "reward", "reason"]  # fmt: skip
        return pd.DataFrame(_frame_rows(self.slates()), columns=columns)

    def forget(self, customer_id: str, ticket_ids: Iterable[str] = ()) -> int:
        """Erase a customer: the one exception to append-only. Slates, answers shown and events go, and are overwritten.

        Args:
            customer_id: Whose slates go.
            ticket_ids: Slates for these tickets go too.

        Returns:
            How many slates were erased.

        Raises:
            StoreError: The disk refuses, or others kept the file busy; call again.
        """
        if not self.path.is_file():
            return 0
        tickets = sorted({each for each in ticket_ids if each})
        with self._writing() as connection:
            found = connection.execute(_OF_CUSTOMER, (customer_id or None, json.dumps(tickets))).fetchall()
            permit_changes(connection)
            for table, column in (("events", "slate"), ("shown", "slate"), ("slates", "number")):
                connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", found)
            _unname(connection, tickets)
            forbid_changes(connection)
        with self._connected() as connection:  # what was erased must not stay in the file of recent changes
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreError(f"{self.path} is in use: the rows are gone, their traces on disk not yet; forget again")
        return len(found)

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        with self._lock:
            if self._open is not None and self._open[0] == os.getpid():
                self._open[1].close()
            self._open = None

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["path"])  # type: ignore[misc]

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._open is not None and self._open[0] != os.getpid():
                _inherited.append(self._open[1])
                self._open = None
            if self._open is None:
                self._open = os.getpid(), connect(self.path, create=True)
            try:
                yield self._open[1]
            except sqlite3.Error as error:
                raise StoreError(f"the feedback log {self.path} cannot be used: {error}; try again") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


_SHOWN = "answer, kind, confidence, rank, fixed, sources"
_LOOK = f"SELECT {_SHOWN} FROM shown WHERE slate = ? AND place = ?"
_READ = f"""
    SELECT s.number, {", ".join(f"s.{field}" for field in _FIELDS.split(", "))}, w.place, {_SHOWN},
        e.event, e.kept, e.reason
    FROM slates s LEFT JOIN shown w ON w.slate = s.number
    LEFT JOIN events e ON e.slate = w.slate AND e.place = w.place
    WHERE s.at >= :low AND s.at < :high ORDER BY s.at, s.id, w.place, e.number
"""


_OF_CUSTOMER = "SELECT number FROM slates WHERE customer_id = ? OR ticket_id IN (SELECT value FROM json_each(?))"
_NAMED = """
    SELECT slate, place, answer, sources FROM shown WHERE answer IN (SELECT 'reply:' || value FROM json_each(:ids))
    OR EXISTS (SELECT 1 FROM json_each(sources) AS s WHERE s.value IN (SELECT value FROM json_each(:ids)))
"""


def _unname(connection: sqlite3.Connection, tickets: list[str]) -> None:
    """Take ids of erased tickets out of what was shown to others; an answer of others' tickets too is found by them."""
    gone = set(tickets)
    for slate, place, answer, sources in connection.execute(_NAMED, {"ids": json.dumps(tickets)}).fetchall():
        left = [each for each in json.loads(sources) if each not in gone]
        named = answer if answer.removeprefix("reply:") not in gone else f"reply:{left[-1]}" if left else ""
        connection.execute(
            "UPDATE shown SET answer = ?, sources = ? WHERE slate = ? AND place = ?",
            (named, json.dumps(left), slate, place),
        )


def _find(connection: sqlite3.Connection, suggestion_id: str) -> tuple[int, int]:
    slate, _, place = str(suggestion_id).rpartition(":")
    found = connection.execute(
        "SELECT w.slate, w.place FROM slates s JOIN shown w ON w.slate = s.number WHERE s.id = ? AND w.place = ?",
        (slate, int(place) if place.isascii() and place.isdigit() and len(place) < 9 else 0),
    ).fetchone()
    if found is None:
        raise InputError(
            f"suggestion_id {str(suggestion_id)[:80]!r} is none of this log; give Suggestion.suggestion_id of a list "
            "that was shown with suggest(…, showing=Showing(…))"
        )
    return int(found[0]), int(found[1])


def _slate(rows: list[tuple[Any, ...]]) -> Slate:
    _, slate_id, at, user, customer, ticket, query, version, propensity, explore, brand, channel, *_ = rows[0]
    shown = []
    for place, group in groupby(rows, key=lambda row: row[12]):
        each = list(group)
        if place is not None:
            shown.append(_shown([row[13:] for row in each]))
    return Slate(
        id=slate_id,
        at=datetime.fromisoformat(at),
        showing=Showing(user=user, customer_id=customer, ticket_id=ticket, slate_id=slate_id),
        query=query,
        version=version,
        propensity=propensity,
        explore=explore,
        brand=brand,
        channel=channel,
        shown=tuple(shown),
    )


def _shown(rows: list[tuple[Any, ...]]) -> Shown:
    answer, kind, confidence, rank, fixed, sources = rows[0][:6]
    told = [row[6:] for row in rows if row[6] is not None]
    kept = [share for event, share, _ in told if event == "edited"]
    return Shown(
        answer=answer,
        kind=kind,
        confidence=confidence,
        rank=rank,
        fixed=bool(fixed),
        sources=tuple(json.loads(sources)),
        events=tuple(event for event, _, _ in told),
        kept=kept[-1] if kept else None,
        reason=told[-1][2] if told else "",
    )


def _frame_rows(slates: Iterable[Slate]) -> Iterator[tuple[Any, ...]]:
    for slate in slates:
        to = slate.showing
        for place, one in enumerate(slate.shown, 1):
            yield (slate.id, slate.at, to.user, to.customer_id, to.ticket_id, slate.version, slate.propensity, place,
                   one.rank, one.kind, one.answer, one.confidence, ";".join(one.events), one.kept, one.reward,
                   one.reason)  # fmt: skip


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def private(text: str, policy: Policy | None = None) -> str:
    """A text as it may be logged: cut to ``LONGEST``, redacted; without a policy no value counts as the company's.

    Args:
        text: As it came.
        policy: With the company's own values, which stay.
    """
    cut = text[:LONGEST]
    ruled = Policy(company=Company()) if policy is None else replace(policy, support=None)
    return redact(cut, policy=ruled).text if cut.strip() else ""
