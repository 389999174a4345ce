"""The errors of this library, by cause.

    FaqSuggestError
    ├── InputError               an argument or text cannot be used (also a ValueError)
    ├── DataError                rows of a table or file cannot be imported (also a ValueError); ``.rows`` lists them
    ├── NotFittedError           used before ``fit`` (also a ValueError and an AttributeError)
    ├── MissingPackageError      an optional package is not installed (also an ImportError)
    └── StoreError               a saved folder cannot be used
        ├── CorruptStoreError        a file in it is damaged, missing or foreign
        ├── IncompatibleStoreError   it was made by another format version, encoder or dimension
        └── LockedStoreError         another process is writing to it

Messages say which argument, of what, what is allowed, what came and what to do. They never hold customer text.
"""

from __future__ import annotations

from collections.abc import Sequence


class FaqSuggestError(Exception):
    """Root of every error that this library raises on purpose."""


class InputError(FaqSuggestError, ValueError):
    """An argument or a text cannot be used."""


class DataError(FaqSuggestError, ValueError):
    """Rows cannot be imported; nothing was imported.

    Attributes:
        rows: The bad rows as (row number, column, reason); the first data row is number 1.
    """

    def __init__(self, message: str, rows: Sequence[tuple[int, str, str]] = ()) -> None:
        super().__init__(message)
        self.rows = tuple(rows)


class NotFittedError(FaqSuggestError, ValueError, AttributeError):
    """Something was used before it was fitted."""


class MissingPackageError(FaqSuggestError, ImportError):
    """An optional package is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs the package {package}: pip install 'faqsuggest[{extra}]'")
        self.package = package
        self.extra = extra


class StoreError(FaqSuggestError):
    """A saved folder cannot be used."""


class CorruptStoreError(StoreError):
    """A file of a saved folder is damaged, missing or foreign."""


class IncompatibleStoreError(StoreError):
    """A saved folder was made by another format version, encoder or dimension."""


class LockedStoreError(StoreError):
    """Another process is writing to the folder."""
