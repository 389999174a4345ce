"""Files → tables of raw cells: CSV, JSON Lines, JSON and Parquet. Everything that is text stays the text it was."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from faqsuggest.data.columns import Kind
from faqsuggest.data.report import BadRow
from faqsuggest.data.tables import Table, from_mappings
from faqsuggest.errors import DataError, InputError, MissingPackageError

_DELIMITERS = (",", ";", "\t")
_csv_limit = threading.Lock()


def read_file(path: str | os.PathLike[str], kind: Kind, *, encoding: str = "utf-8") -> Table:
    """Read a file by its extension: .csv, .tsv, .jsonl (or .ndjson), .json, .parquet.

    Args:
        path: The file.
        kind: What it holds, also the name of the caller's argument.
        encoding: Of text files; a byte order mark of UTF-8 is understood.

    Raises:
        InputError: There is no such file, or its extension is not known.
        DataError: The file is not what its extension says, or not in this encoding.
        MissingPackageError: A Parquet file, and pyarrow is not installed.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise InputError(f"{kind} must be the path of a file, got {type(path).__name__}; for a table use from_frames")
    file = Path(path)
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise InputError(f"{kind} must be a file named {', '.join(_READERS)}, got {file.suffix or 'no extension'!r}")
    if not file.is_file():
        raise InputError(f"{kind} must be an existing file, got {str(file)!r}")
    return reader(file, kind, encoding)


def _read_text(file: Path, encoding: str) -> str:
    content = file.read_bytes()
    if encoding.lower().replace("_", "-") in {"utf-8", "utf8"}:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise DataError(f"{file.name} is UTF-16, not UTF-8; pass encoding='utf-16'")
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except LookupError as error:
        raise InputError(f"encoding must be one that Python knows, such as 'utf-8', got {encoding!r}") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{file.name} is not {error.encoding.upper()}: byte 0x{content[error.start]:02x} in line {line}; pass the "
            "encoding that it was saved in, such as encoding='windows-1252' for Excel and older systems"
        ) from None


def _read_csv(file: Path, kind: Kind, encoding: str) -> Table:
    text = _read_text(file, encoding)
    with _csv_limit:  # the limit of the csv module is global; an inquiry may be longer than its 131072 characters
        limit = csv.field_size_limit(2**31 - 1)
        try:
            return _parse_csv(text, file.name, kind, "\t" if file.suffix.lower() == ".tsv" else None)
        finally:
            csv.field_size_limit(limit)


def _parse_csv(text: str, source: str, kind: Kind, delimiter: str | None) -> Table:
    delimiter = delimiter or max(_DELIMITERS, key=lambda candidate: len(_header(text, source, candidate)))
    header = tuple(_header(text, source, delimiter))
    if not header:
        raise DataError(f"{source} is empty; a first row with the names of the columns is needed")
    rows: list[list[str]] = []
    numbers: list[int] = []
    bad: list[BadRow] = []
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = -1
    try:
        for number, row in enumerate(_after_header(records), start=1):
            if not any(row):
                continue  # a blank line or a row of empty cells, as spreadsheets leave them; it keeps its number
            if len(row) == len(header):
                rows.append(row)
                numbers.append(number)
            else:
                reason = f"{len(row)} cells for {len(header)} columns; quote texts with {delimiter!r} or line breaks"
                bad.append((number, "", reason))
    except csv.Error as error:
        raise DataError(
            f"{source}: the quotes are broken in or after row {max(number, 0) + 1} (line {records.line_num}: {error}); "
            'a quote within a quoted text is written twice: ""'
        ) from None
    cells = tuple(list(column) for column in zip(*rows, strict=True)) if rows else tuple([] for _ in header)
    return Table(kind, source, header, cells, numbers, tuple(bad))


def _header(text: str, source: str, delimiter: str) -> list[str]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return next((row for row in records if any(row)), [])
    except csv.Error:
        return []


def _after_header(records: Iterator[list[str]]) -> Iterator[list[str]]:
    for row in records:
        if any(row):
            break
    yield from records


def _read_jsonl(file: Path, kind: Kind, encoding: str) -> Table:
    rows: list[object] = []
    numbers: list[int] = []
    bad: list[BadRow] = []
    # Only "\n" ends a line here: str.splitlines() would also cut at U+2028, which may stand inside a JSON text.
    lines = enumerate(_read_text(file, encoding).split("\n"), start=1)
    for number, line in lines:
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            bad.append((number, "", "not JSON"))
            continue
        rows.append(row)
        numbers.append(number)
    return from_mappings(rows, kind, file.name, numbers=numbers, bad=bad)


def _read_json(file: Path, kind: Kind, encoding: str) -> Table:
    text = _read_text(file, encoding)
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise DataError(f"{file.name} is not JSON{where}; one object a line belongs in a file named .jsonl") from None
    if not isinstance(rows, list):
        raise DataError(f"{file.name} must hold a list of objects, [{{…}}, …], got {type(rows).__name__}")
    return from_mappings(rows, kind, file.name)


def _read_parquet(file: Path, kind: Kind, _encoding: str) -> Table:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingPackageError("pyarrow", "parquet", "Reading Parquet files") from error
    try:
        with pq.ParquetFile(file) as parquet:
            table = parquet.read()
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{file.name} is not a Parquet file, or is damaged; write it again") from error
    cells = tuple(column.to_pylist() for column in table.columns)
    return Table(kind, file.name, tuple(table.column_names), cells, range(1, table.num_rows + 1))


_READERS: dict[str, Callable[[Path, Kind, str], Table]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".json": _read_json,
    ".parquet": _read_parquet,
}
