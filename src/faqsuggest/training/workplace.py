"""Where a retrain keeps what it has finished, so that a rerun goes on from there: a folder inside the model folder.

    model/.retrain/lock                held by the one retrain
    model/.retrain/judged.json         the last inquiry that judged a challenger that was not promoted
    model/.retrain/dry/                the first version of a dry run, while it runs
    model/.retrain/<key>/              of the run under way; <key> is a hash of all that goes in
    model/.retrain/<key>/vectors/      vectors by hash of the text
    model/.retrain/<key>/NAME-00001.json   outcomes of a window: ids, answers and evidence, no text

Each file is whole or absent. A run with other inputs removes what is left of earlier ones.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from faqsuggest.errors import CorruptStoreError, LockedStoreError, StoreError
from faqsuggest.evidence import COLUMNS
from faqsuggest.outcomes import Case, Graded, Outcome
from faqsuggest.store.arrays import encode_json, read_json
from faqsuggest.store.folder import RETRAIN, prepare_folder
from faqsuggest.store.lock import only_writer
from faqsuggest.training.walk import Passed

DRY = "dry"
"""Folder of the first version that a dry run makes, for nothing is saved where it belongs."""


@contextmanager
def only_retrain(path: Path) -> Iterator[Path]:
    """Hold the lock of the retrain of a model folder for a ``with`` block; yields the folder to work in.

    Raises:
        InputError: The path is a file, or the folder holds other things than a saved folder.
        LockedStoreError: Another retrain of this folder is running.
        StoreError: The disk refuses, now or in the block.
    """
    folder = path / RETRAIN
    try:
        prepare_folder(path)
        folder.mkdir(parents=True, exist_ok=True)
        with only_writer(folder / "lock"):
            yield folder
    except OSError as error:
        came = f"{error.strerror or type(error).__name__} ({error.filename or path})"
        raise StoreError(f"the retrain of {path} stopped: {came}; what served before serves on") from error
    except LockedStoreError as error:
        if str(folder) not in str(error):  # a save of the model folder by somebody else
            raise
        raise LockedStoreError(
            f"another retrain of {path} is running; wait until it ends, it needs no second one beside it"
        ) from error


@dataclass(frozen=True, slots=True)
class Workplace:
    """The folder of one run."""

    folder: Path

    @classmethod
    def open(cls, parent: Path, key: str) -> Workplace:
        """The folder of this key, with what an earlier run left; those of other keys are removed."""
        for other in parent.iterdir():
            if other.is_dir() and other.name not in (key, DRY):
                shutil.rmtree(other)
        (parent / key).mkdir(exist_ok=True)
        return cls(parent / key)

    @property
    def vectors(self) -> Path:
        """Folder of a vector cache."""
        return self.folder / "vectors"

    def close(self) -> None:
        """Remove everything: the run has ended."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def load(self, name: str, number: int) -> Passed | None:
        """What was found in a finished window; None if it was not finished, or the file is not what was written."""
        path = self._place(name, number)
        if not path.is_file():
            return None
        try:
            given = read_json(path)
            return Passed([_outcome(each) for each in given["outcomes"]], [_graded(each) for each in given["graded"]])
        except (CorruptStoreError, KeyError, TypeError, ValueError):
            return None

    def save(self, name: str, number: int, passed: Passed) -> None:
        """Keep what was found in a finished window."""
        graded = [_plain_graded(each) for each in passed.graded]
        write_whole(
            self._place(name, number), {"outcomes": [_plain(each) for each in passed.outcomes], "graded": graded}
        )

    def _place(self, name: str, number: int) -> Path:
        return self.folder / f"{name}-{number:05d}.json"


def write_whole(path: Path, value: Any) -> None:  # noqa: ANN401 - any JSON-ready tree
    """Write a JSON file, whole or not at all."""
    aside = path.with_suffix(".part")
    with aside.open("wb") as file:
        file.write(encode_json(value) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _plain(outcome: Outcome) -> dict[str, Any]:
    case = outcome.case
    return {
        "id": case.id,
        "answers": sorted(case.right),
        "at": case.at.isoformat() if case.at else None,
        "channel": case.channel,
        "brand": case.brand,
        "table": outcome.table.tolist(),
        "right": outcome.right.tolist(),
        "keys": list(outcome.keys),
        "groups": [sorted(each) for each in outcome.groups],
    }


def _plain_graded(graded: Graded) -> dict[str, Any]:
    """Without who gave it and on which words: what is learnt needs neither."""
    columns = {name: getattr(graded, name).tolist() for name in ("table", "used", "seen", "weights")}
    return {"at": graded.at.isoformat(), "keys": list(graded.keys), **columns}


def _graded(given: dict[str, Any]) -> Graded:
    keys = tuple(given["keys"])
    return Graded(
        user="",
        query="",
        at=datetime.fromisoformat(given["at"]),
        table=np.array(given["table"], dtype=np.float64).reshape(len(keys), len(COLUMNS) if keys else 0),
        used=np.array(given["used"], dtype=np.float64),
        seen=np.array(given["seen"], dtype=np.float64),
        weights=np.array(given["weights"], dtype=np.float64),
        keys=keys,
    )


def _outcome(given: dict[str, Any]) -> Outcome:
    at = None if given["at"] is None else datetime.fromisoformat(given["at"])
    answers = frozenset(given["answers"])
    case = Case(id=given["id"], text="", right=answers, at=at, channel=given["channel"], brand=given["brand"])
    rows = len(given["keys"])
    table = np.array(given["table"], dtype=np.float64).reshape(rows, len(COLUMNS) if rows else 0)
    return Outcome(
        case,
        table,
        np.array(given["right"], dtype=bool),
        tuple(given["keys"]),
        tuple(frozenset(each) for each in given["groups"]),
    )
