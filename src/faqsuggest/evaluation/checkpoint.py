"""Where a replay stopped: a folder with one file a window, each whole or absent. Ids, grades and scores, no text."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError
from faqsuggest.evaluation.runs import Outcome

_FORMAT = 1
Window = dict[str, list[Outcome]]


def fingerprint(kb: KnowledgeBase, options: Sequence[object]) -> str:
    """Hash of all records and options: equal means that a replay can be continued."""
    digest = blake2b(repr(list(options)).encode(), digest_size=16)
    for record in (*kb.tickets, *kb.articles):
        digest.update(repr(record).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def settings_of(system: object) -> list[tuple[str, str]]:
    """What a system was made with, as far as it says: its class, and its parameters in words that stay the same.

    Examples:
        >>> from faqsuggest import Suggester
        >>> dict(settings_of(Suggester(precision=0.8)))["precision"]
        '0.8'
    """
    parameters = getattr(system, "get_params", None)
    named = {} if parameters is None else parameters(deep=False)
    return [("class", type(system).__qualname__), *((name, _stable(value)) for name, value in sorted(named.items()))]


def _stable(value: object) -> str:
    """A value in words; an object without words of its own by its class and, where it has one, its fingerprint."""
    told = repr(value)
    if not told.startswith("<"):
        return told
    return f"{type(value).__qualname__} {getattr(value, 'fingerprint', '')}"


class Checkpoint:
    """Finished windows of one replay.

    Args:
        folder: Made if it does not exist.
        mark: Fingerprint of the replay.

    Raises:
        IncompatibleStoreError: If the folder belongs to a replay of other data or other options.
    """

    def __init__(self, folder: str | os.PathLike[str], mark: str) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        manifest = self.folder / "manifest.json"
        wanted = {"format": _FORMAT, "fingerprint": mark}
        if not manifest.exists():
            _write(manifest, json.dumps(wanted))
        elif _read(manifest) != [wanted]:
            raise IncompatibleStoreError(
                f"checkpoint {self.folder.name} belongs to a replay of other data or options; pass another folder"
            )

    def load(self, number: int) -> Window | None:
        """Outcomes of a window by run, None if it has not been finished.

        Raises:
            CorruptStoreError: If the file is damaged.
        """
        path = self.folder / f"window-{number:05d}.jsonl"
        if not path.exists():
            return None
        window: Window = {}
        try:
            for line in _read(path):
                window.setdefault(line.pop("run"), []).append(_outcome(line))
        except (KeyError, TypeError, AttributeError) as error:
            raise CorruptStoreError(
                f"{path.name} of the checkpoint is damaged; delete that file to redo its window"
            ) from error
        return window

    def save(self, number: int, window: Mapping[str, Sequence[Outcome]]) -> None:
        """Write a finished window, all of it or nothing."""
        lines = [json.dumps({"run": run, **_line(each)}) for run, made in window.items() for each in made]
        _write(self.folder / f"window-{number:05d}.jsonl", "\n".join(lines))


def _line(outcome: Outcome) -> dict[str, Any]:
    return {
        "answers": outcome.answers,
        "grades": [None if math.isnan(grade) else grade for grade in outcome.grades],
        "confidences": outcome.confidences,
        "shown": outcome.shown,
        "first": outcome.first,
        "source": outcome.source,
        "edit": None if math.isnan(outcome.edit) else outcome.edit,
    }


def _outcome(line: Mapping[str, Any]) -> Outcome:
    return Outcome(
        answers=tuple(line["answers"]),
        grades=tuple(math.nan if grade is None else grade for grade in line["grades"]),
        confidences=tuple(line["confidences"]),
        shown=line["shown"],
        first=line["first"],
        source=line["source"],
        edit=math.nan if line["edit"] is None else line["edit"],
    )


def _read(path: Path) -> list[Any]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except ValueError as error:
        raise CorruptStoreError(
            f"{path.name} of the checkpoint is damaged; delete that file to redo its window"
        ) from error


def _write(path: Path, text: str) -> None:
    aside = path.with_suffix(".part")
    with open(aside, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
