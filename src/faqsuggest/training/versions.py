"""The versions of a model folder: which there are, and letting an earlier one serve again."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from faqsuggest.errors import CorruptStoreError
from faqsuggest.parameters import as_path
from faqsuggest.store.arrays import read_json
from faqsuggest.store.folder import choose_version, list_versions
from faqsuggest.store.manifest import NAME
from faqsuggest.training.news import STATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a model folder.

    Attributes:
        name: Of its folder below ``versions``.
        serves: Whether a load opens it.
        outcome: How the retrain that made it ended; "saved" when no retrain made it.
        tickets: In its base.
        articles: In its base.
        learnt_until: Time of the newest inquiry that order and confidence learnt from; "" when they are as shipped, or
            nothing is known.
        previous: The version that served when it was made; "" when nothing is known.
    """

    name: str
    serves: bool
    outcome: str
    tickets: int
    articles: int
    learnt_until: str
    previous: str

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON-ready values."""
        return asdict(self)


def versions(path: str | os.PathLike[str]) -> list[Version]:
    """The versions that are kept, the one that serves first.

    Raises:
        InputError: Nothing is saved there.
        CorruptStoreError: The list or a manifest is damaged.

    Example:
        >>> import tempfile
        >>> from faqsuggest import KnowledgeBase, Suggester
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     name = Suggester(encoder="char-ngrams").fit(KnowledgeBase()).save(folder)
        ...     [kept] = versions(folder)
        >>> kept.name == name, kept.outcome, kept.tickets
        (True, 'saved', 0)
    """
    root = as_path(path, "path")
    return [_read(root / "versions" / name, first=place == 0) for place, name in enumerate(list_versions(root))]


def rollback(path: str | os.PathLike[str], version: str | None = None) -> str:
    """Let a kept version serve again; what serves now is kept too.

    A process that has loaded the folder goes on with what it loaded until it loads again.

    Args:
        path: The model folder.
        version: One of ``versions``; the one that served before the present one when None, so that a second call undoes
            the first.

    Returns:
        The version that serves now.

    Raises:
        InputError: Nothing is saved there, not this version, or there is no earlier one.
        CorruptStoreError: A file of the version is damaged; what serves goes on.
        LockedStoreError: Somebody is saving there.
    """
    return choose_version(path, version)


def _read(folder: Path, *, first: bool) -> Version:
    try:
        facts = read_json(folder / NAME)["facts"]
        state = read_json(folder / STATE) if (folder / STATE).is_file() else {}
        return Version(
            name=folder.name,
            serves=first,
            outcome=str(state.get("outcome", "saved")),
            tickets=int(facts["tickets"]),
            articles=int(facts["articles"]),
            learnt_until=str(state.get("learnt_until") or ""),
            previous=str(state.get("previous") or ""),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CorruptStoreError(f"{folder} is not a version of a model; roll back to another, or fit again") from error
