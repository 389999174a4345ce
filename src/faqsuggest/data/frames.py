"""Data frames → tables of raw cells, and records → data frames."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, get_type_hints

from faqsuggest.data.columns import Kind
from faqsuggest.data.tables import Table
from faqsuggest.errors import InputError
from faqsuggest.records import Article, Ticket

if TYPE_CHECKING:
    import pandas as pd


def read_frame(frame: pd.DataFrame, kind: Kind) -> Table:
    """The cells of a pandas DataFrame as they are; the parsers of cells know None, NaN, NaT and pandas.NA as missing.

    Categories, Arrow types and nullable types are understood; named levels of the index are columns too.

    Raises:
        InputError: It is not a DataFrame.
    """
    pandas = sys.modules.get("pandas")  # a DataFrame can only come from a pandas that is already loaded
    if pandas is None or not isinstance(frame, pandas.DataFrame):
        raise InputError(
            f"{kind} must be a pandas DataFrame, got {type(frame).__name__}; for lists use from_records, "
            "for paths from_files"
        )
    columns = [(str(name), frame.iloc[:, position]) for position, name in enumerate(frame.columns)]
    for level, name in enumerate(frame.index.names):
        if name is not None and name not in frame.columns:
            columns.append((str(name), frame.index.get_level_values(level).to_series()))
    names = tuple(name for name, _ in columns)
    return Table(
        kind, f"the {kind} frame", names, tuple(series.tolist() for _, series in columns), range(1, len(frame) + 1)
    )


def to_frame(records: Sequence[Ticket] | Sequence[Article], kind: Kind) -> pd.DataFrame:
    """All records as a DataFrame with every column of the contract, in its order.

    Times are ``datetime64[us, UTC]``, ``rating`` is ``float64``, ``resolved`` is the nullable ``boolean``, tags and ids
    of articles are lists, everything else is text.
    """
    import pandas as pd

    record_type = Ticket if kind == "tickets" else Article
    hints = get_type_hints(record_type)
    series = {}
    for field in fields(record_type):
        values = [getattr(record, field.name) for record in records]
        hint = hints[field.name]
        if hint == tuple[str, ...]:
            series[field.name] = pd.Series([list(value) for value in values], dtype="object")
        else:
            series[field.name] = pd.Series(values, dtype=_DTYPES.get(hint, "object"))
    return pd.DataFrame(series)


_DTYPES: dict[object, str] = {
    datetime: "datetime64[us, UTC]",
    datetime | None: "datetime64[us, UTC]",
    float | None: "float64",
    bool | None: "boolean",
}
