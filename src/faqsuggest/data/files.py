"""Files → tables of raw cells: CSV, JSON Lines, JSON and Parquet. Everything that is text stays the text it was."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from faqsuggest.data.columns import Kind
from faqsuggest.data.report import BadRow
from faqsuggest.data.tables import Table, from_mappings
from faqsuggest.errors import DataError, InputError, MissingPackageError

if TYPE_CHECKING:
    import _csv

_DELIMITERS = (",", ";", "\t")
_HEAD_CHARACTERS = 65_536
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


@contextmanager
def _opened(file: Path, encoding: str) -> Iterator[TextIO]:
    """The file as text whose line ends are left alone; what cannot be decoded becomes an error with the remedy."""
    if encoding.lower().replace("_", "-") in {"utf-8", "utf8"}:
        with file.open("rb") as binary:
            if binary.read(2) in (b"\xff\xfe", b"\xfe\xff"):
                raise DataError(f"{file.name} is UTF-16, not UTF-8; pass encoding='utf-16'")
        encoding = "utf-8-sig"
    try:
        handle = file.open(encoding=encoding, newline="")
    except LookupError as error:
        raise InputError(f"encoding must be one that Python knows, such as 'utf-8', got {encoding!r}") from error
    with handle:
        try:
            yield handle
        except UnicodeError as error:
            raise _not_decoded(file, encoding, error) from None


def _not_decoded(file: Path, encoding: str, error: UnicodeError) -> DataError:
    where = ""
    content = file.read_bytes()
    try:
        content.decode(encoding)  # again, in one piece: while reading, positions count from the start of a block
    except UnicodeDecodeError as whole:
        line = content.count(b"\n", 0, whole.start) + 1
        where = f": byte 0x{content[whole.start]:02x} in line {line}"
    return DataError(
        f"{file.name} is not {encoding.upper().removesuffix('-SIG')}{where}; pass the encoding that it was saved in, "
        "such as encoding='windows-1252' for Excel and older systems"
    )


def _read_csv(file: Path, kind: Kind, encoding: str) -> Table:
    delimiters = ("\t",) if file.suffix.lower() == ".tsv" else _DELIMITERS
    with _csv_limit, _opened(file, encoding) as handle:
        # The limit of the csv module is global, and an inquiry may be longer than its 131072 characters.
        limit = csv.field_size_limit(2**31 - 1)
        try:
            head = handle.read(_HEAD_CHARACTERS)
            handle.seek(0)
            delimiter = max(
                delimiters, key=lambda each: len(_header(csv.reader(io.StringIO(head, newline=""), delimiter=each)))
            )
            return _parse_csv(csv.reader(handle, delimiter=delimiter, strict=True), file.name, kind)
        finally:
            csv.field_size_limit(limit)


def _header(records: Iterator[list[str]]) -> tuple[str, ...]:
    """The first row that is not blank."""
    return next((tuple(row) for row in records if any(row)), ())


def _parse_csv(records: _csv.Reader, source: str, kind: Kind) -> Table:
    rows: list[list[str]] = []
    numbers: list[int] = []
    bad: list[BadRow] = []
    number = 0
    try:
        header = _header(records)
        for number, row in enumerate(records, start=1):
            if len(row) == len(header) and any(row):
                rows.append(row)
                numbers.append(number)
            elif any(row):  # else a blank line or a row of empty cells, as spreadsheets leave them; it keeps its number
                reason = f"{len(row)} cells for {len(header)} columns; quote texts with delimiters or line breaks"
                bad.append((number, "", reason))
    except csv.Error as error:
        raise DataError(
            f"{source}: the quotes are broken after row {number} (line {records.line_num}: {error}); a quote within a "
            'quoted text is written twice: ""'
        ) from None
    if not header:
        raise DataError(f"{source} is empty; a first row with the names of the columns is needed")
    cells = tuple(list(column) for column in zip(*rows, strict=True)) if rows else tuple([] for _ in header)
    return Table(kind, source, header, cells, numbers, tuple(bad))


def _read_jsonl(file: Path, kind: Kind, encoding: str) -> Table:
    rows: list[object] = []
    numbers: list[int] = []
    bad: list[BadRow] = []
    with _opened(file, encoding) as handle:
        for number, line in enumerate(handle, start=1):
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
    with _opened(file, encoding) as handle:
        text = handle.read()
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
