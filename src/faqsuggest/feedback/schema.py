"""The tables of the feedback log, and how its file is opened."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, StoreError
from faqsuggest.parameters import as_path

FORMAT = 1
APPLICATION = 0x66717366
"""Written into the file's head, so that another database is not taken for a log."""
_WAIT = 30.0
_APPEND_ONLY = """
CREATE TRIGGER no_{change}_{table} BEFORE {change} ON {table}
BEGIN SELECT RAISE(ABORT, 'the feedback log is append-only; erase a customer with forget'); END
"""
_TABLES = {
    "slates": """
        CREATE TABLE slates (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, user TEXT NOT NULL,
            customer_id TEXT NOT NULL, ticket_id TEXT NOT NULL, query TEXT NOT NULL, version TEXT NOT NULL,
            propensity REAL NOT NULL CHECK (propensity > 0 AND propensity <= 1), explore REAL NOT NULL,
            brand TEXT, channel TEXT)""",
    "shown": """
        CREATE TABLE shown (
            slate INTEGER NOT NULL REFERENCES slates(number), place INTEGER NOT NULL, answer TEXT NOT NULL,
            kind TEXT NOT NULL, confidence REAL NOT NULL, rank INTEGER NOT NULL, fixed INTEGER NOT NULL,
            sources TEXT NOT NULL, PRIMARY KEY (slate, place)) WITHOUT ROWID""",
    "events": """
        CREATE TABLE events (
            number INTEGER PRIMARY KEY, slate INTEGER NOT NULL, place INTEGER NOT NULL, at TEXT NOT NULL,
            event TEXT NOT NULL CHECK (event IN ('sent', 'edited', 'dismissed')), kept REAL, reason TEXT NOT NULL,
            text TEXT NOT NULL, FOREIGN KEY (slate, place) REFERENCES shown(slate, place))""",
}
_INDEXES = (
    "CREATE INDEX slates_customer ON slates(customer_id)",
    "CREATE INDEX slates_ticket ON slates(ticket_id)",
    "CREATE INDEX events_slate ON events(slate)",
)


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the log, and make it where there is none.

    WAL lets several processes write in turn while others read, and a killed one leaves whole transactions only; FULL
    flushes each of them to the disk. ``secure_delete`` overwrites what is erased. WAL needs a local disk.

    Raises:
        CorruptStoreError: The file is damaged or no feedback log.
        IncompatibleStoreError: A later version wrote it.
        StoreError: It cannot be opened.
    """
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={'rwc' if create else 'rw'}",
            uri=True,
            timeout=_WAIT,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise StoreError(f"the feedback log {path} cannot be opened: {error}") from error
    try:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        _prepare(connection, path)
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.OperationalError):
            raise StoreError(f"the feedback log {path} cannot be used: {error}") from error
        if isinstance(error, sqlite3.Error):
            raise CorruptStoreError(
                f"{path} is damaged or no feedback log ({error}); move it away, or restore it from a copy"
            ) from error
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    if _is_new(connection):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        if _is_new(connection):  # else another process was faster
            for statement in _TABLES.values():
                connection.execute(statement)
            forbid_changes(connection)
            for statement in _INDEXES:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
    application, version = _stamp(connection)
    if application != APPLICATION:
        raise CorruptStoreError(f"{path} is no feedback log; give the path of another file")
    if version != FORMAT:
        raise IncompatibleStoreError(
            f"{path} has format {version}, this version of faqsuggest reads {FORMAT}: upgrade faqsuggest"
        )


def _is_new(connection: sqlite3.Connection) -> bool:
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    return _stamp(connection) == (0, 0) and not tables


def _stamp(connection: sqlite3.Connection) -> tuple[int, int]:
    return (
        connection.execute("PRAGMA application_id").fetchone()[0],
        connection.execute("PRAGMA user_version").fetchone()[0],
    )


def forbid_changes(connection: sqlite3.Connection) -> None:
    """Rows stay as they are from here on."""
    for table in _TABLES:
        for change in ("DELETE", "UPDATE"):
            connection.execute(_APPEND_ONLY.format(table=table, change=change))


def permit_changes(connection: sqlite3.Connection) -> None:
    """Rows may be erased until ``forbid_changes``; both in one transaction, or a killed process leaves the log open."""
    for table in _TABLES:
        for change in ("DELETE", "UPDATE"):
            connection.execute(f"DROP TRIGGER no_{change}_{table}")


def beside(folder: str | os.PathLike[str]) -> Path:
    """Where the log of a model folder is: next to it, so that no save or rollback of the model touches it."""
    path = as_path(folder, "folder")
    return path.with_name(f"{path.name}.feedback.sqlite")
