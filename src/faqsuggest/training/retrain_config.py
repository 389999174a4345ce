"""The file behind ``faqsuggest retrain config.toml``: what may stand in it, and errors that name the key.

    [model]      path, and what the first version is made with: encoder, precision, modes, tagged, privacy
    [data]       tickets, articles, columns, encoding, date_format, timezone, skip_bad_rows
    [retrain]    until, learn_from, refit, keep, cache, seed, encoder
    [gate]       the fields of ``training.gate.Gate``

Paths are relative to the file's own folder. Only ``model.path`` is required.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError
from faqsuggest.parameters import as_path
from faqsuggest.training.gate import Gate
from faqsuggest.training.recipe import Recipe

_Kinds = tuple[type, ...]
SCHEMA: dict[str, dict[str, _Kinds]] = {
    "model": {
        "path": (str,),
        "encoder": (str,),
        "precision": (float, dict),
        "modes": (str, dict),
        "tagged": (list,),
        "privacy": (str,),
    },
    "data": {
        "tickets": (str,),
        "articles": (str,),
        "columns": (dict,),
        "encoding": (str,),
        "date_format": (str,),
        "timezone": (str,),
        "skip_bad_rows": (bool,),
    },
    "retrain": {
        "until": (str, date),
        "learn_from": (int,),
        "refit": (bool,),
        "keep": (int,),
        "cache": (str,),
        "seed": (int,),
        "encoder": (bool,),
    },
    "gate": {
        "alpha": (float,),
        "margin": (float,),
        "slice_margin": (float,),
        "by": (list,),
        "fewest": (int,),
        "most": (int,),
        "fewest_in_slice": (int,),
    },
}
"""Table → key → what its value may be."""
_WORDS = {
    str: "a text",
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    list: "a list of texts",
    dict: "a table",
    date: "a date",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A checked config file.

    Attributes:
        path: Of the model folder.
        tickets: File of tickets, or None.
        articles: File of articles, or None.
        reading: Options of ``KnowledgeBase.from_files``.
        until: As for ``retrain``.
        gate: As for ``retrain``.
        recipe: As for ``retrain``.
    """

    path: Path
    tickets: Path | None
    articles: Path | None
    reading: Mapping[str, Any]
    until: str | date | datetime | None
    gate: Gate
    recipe: Recipe

    def read_data(self) -> KnowledgeBase | None:
        """The data that the file names, checked and cleaned; None when it names none.

        Raises:
            InputError: A file does not exist, or a column is named that it does not have.
            DataError: Rows are bad; nothing is imported.
        """
        if self.tickets is None and self.articles is None:
            return None
        return KnowledgeBase.from_files(self.tickets, self.articles, **self.reading)


def read_config(path: str | os.PathLike[str]) -> Config:
    """Read and check a config file.

    Raises:
        InputError: The file does not exist or is not TOML, or a key is unknown, missing or holds what it may not.
    """
    file = as_path(path, "config")
    given = _tables(file)
    model, data = given.get("model", {}), given.get("data", {})
    how = given.get("retrain", {})
    here = file.resolve().parent
    if "path" not in model:
        raise InputError(f'{path}: the key path of [model] is missing; name the model folder, such as path = "model"')
    reading = {
        name: value for name, value in data.items() if name in ("columns", "encoding", "date_format", "timezone")
    }
    gate: dict[str, Any] = {
        name: tuple(value) if name == "by" else value for name, value in given.get("gate", {}).items()
    }
    recipe = {name: value for name, value in how.items() if name in {each.name for each in fields(Recipe)}}
    if "cache" in recipe:
        recipe["cache"] = here / recipe["cache"]
    try:
        return Config(
            path=here / model["path"],
            tickets=here / data["tickets"] if "tickets" in data else None,
            articles=here / data["articles"] if "articles" in data else None,
            reading={**reading, "on_error": "skip" if data.get("skip_bad_rows") else "raise"},
            until=how.get("until"),
            gate=Gate(**gate),
            recipe=Recipe(model={name: value for name, value in model.items() if name != "path"}, **recipe),
        )
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    try:
        with path.open("rb") as file:
            given = tomllib.load(file)
    except FileNotFoundError as error:
        raise InputError(f"config: there is no file {path}; docs/retrain.md shows what one holds") from error
    except OSError as error:
        raise InputError(f"config: {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not TOML: {error}") from error
    for table, values in given.items():
        if table not in SCHEMA or not isinstance(values, dict):
            raise InputError(f"{path}: tables may be {', '.join(f'[{name}]' for name in SCHEMA)}; got {table!r}")
        for key, value in values.items():
            _check(path, table, key, value)
    return given


def _check(path: Path, table: str, key: str, value: object) -> None:
    known = SCHEMA[table]
    if key not in known:
        raise InputError(f"{path}: keys of [{table}] may be {', '.join(known)}; got {key!r}")
    kinds = known[key]
    whole = isinstance(value, int) and not isinstance(value, bool)
    fits = isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)
    texts = not isinstance(value, list) or all(isinstance(each, str) for each in value)
    if not (fits or (whole and float in kinds)) or not texts:
        allowed = " or ".join(_WORDS[kind] for kind in kinds)
        raise InputError(f"{path}: {key} of [{table}] must be {allowed}, got {type(value).__name__}")
