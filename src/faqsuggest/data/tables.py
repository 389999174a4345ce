"""A table of raw cells, and its way to checked records: column by column, with every bad row collected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from faqsuggest.data.cells import CellError
from faqsuggest.data.columns import CONTRACT, Column, Columns, Kind, assign, mappings
from faqsuggest.data.report import BadRow, ImportReport, TableReport
from faqsuggest.data.times import Clock
from faqsuggest.errors import DataError
from faqsuggest.progress import progress
from faqsuggest.records import Article, Ticket
from faqsuggest.text.normalise import MAX_CHARACTERS

_SHOWN_ROWS = 20
_KNOWN_CELLS = 4096
_BAD = object()


@dataclass(frozen=True, slots=True)
class Table:
    """Raw cells as they were read.

    Attributes:
        kind: Which contract applies.
        source: Name for messages.
        names: The columns' own names; may repeat.
        cells: One list of cells per column, all of the same length.
        numbers: The number of each row in its source; the first data row is number 1.
        bad: Rows that could not be read at all and are not in ``cells``.
    """

    kind: Kind
    source: str
    names: tuple[str, ...]
    cells: tuple[Sequence[object], ...]
    numbers: Sequence[int]
    bad: tuple[BadRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one table, with the rows that did not become any."""

    records: dict[str, Ticket | Article]
    bad: tuple[BadRow, ...]
    report: TableReport


def import_tables(
    tables: Sequence[Table], *, columns: Columns | None, clock: Clock, skip: bool
) -> tuple[tuple[Ticket, ...], tuple[Article, ...], ImportReport]:
    """Tables → tickets, articles and the report; all or nothing unless bad rows are to be skipped.

    Raises:
        DataError: A required column is missing, or rows are bad and not to be skipped.
        InputError: ``columns`` names what does not exist.
    """
    mapped = mappings(columns, {table.kind: table.names for table in tables})
    done = [_import_table(table, mapped[table.kind], clock) for table in tables]
    if not skip and any(part.bad for part in done):
        raise _data_error([part for part in done if part.bad])
    tickets: tuple[Ticket, ...] = ()
    articles: tuple[Article, ...] = ()
    reports = {part.report.kind: part.report for part in done}
    for part in done:
        tickets += tuple(record for record in part.records.values() if isinstance(record, Ticket))
        articles += tuple(record for record in part.records.values() if isinstance(record, Article))
    return tickets, articles, ImportReport(**reports)


def from_mappings(
    rows: Iterable[object], kind: Kind, source: str, *, numbers: Sequence[int] | None = None, bad: Sequence[BadRow] = ()
) -> Table:
    """A table of dicts or records, whose columns are all keys that come up, in order of appearance.

    Args:
        rows: Mappings, or records of the table's kind; anything else is a bad row.
        kind: Which contract applies.
        source: Name for messages.
        numbers: The number of each row; 1, 2, … when None.
        bad: Rows that are already known to be bad.
    """
    record_type = Ticket if kind == "tickets" else Article
    record_fields = tuple(field.name for field in fields(record_type))
    kept: list[Mapping[object, object]] = []
    kept_numbers: list[int] = []
    found = list(bad)
    for position, row in enumerate(rows):
        number = numbers[position] if numbers is not None else position + 1
        if isinstance(row, record_type):
            kept.append({name: getattr(row, name) for name in record_fields})
        elif isinstance(row, Mapping):
            kept.append(row)
        else:
            found.append((number, "", f"an object with named values is needed, got {type(row).__name__}"))
            continue
        kept_numbers.append(number)
    keys = dict.fromkeys(key for row in kept for key in row)
    cells = tuple([row.get(key) for row in kept] for key in keys)
    return Table(kind, source, tuple(map(str, keys)), cells, kept_numbers, tuple(found))


def _import_table(table: Table, mapping: Mapping[str, str], clock: Clock) -> Records:
    # A list without rows has no names either, so nothing can be missing from it; a CSV file always has its first row.
    positions = assign(table.kind, table.source, table.names, mapping) if table.names or table.numbers else {}
    contract = [column for column in CONTRACT[table.kind] if column.name in positions]
    bad = list(table.bad)
    values: dict[str, list[object]] = {}
    cut = 0
    for column in progress(contract, total=len(contract), label=f"reading {table.kind}"):
        cells = table.cells[positions[column.name]]
        values[column.name] = _parse_column(column, cells, table.numbers, clock, bad)
        if column.prose:
            cut += sum(1 for cell in cells if isinstance(cell, str) and len(cell) > MAX_CHARACTERS)
    bad_numbers = {number for number, _, _ in bad}
    records, replaced = _build(table, values, bad_numbers)
    order = {column.name: place for place, column in enumerate(contract)}
    bad.sort(key=lambda row: (row[0], order.get(row[1], -1)))
    used = set(positions.values())
    report = TableReport(
        kind=table.kind,
        source=table.source,
        rows=len(table.numbers) + len({number for number, _, _ in table.bad}),
        imported=len(records),
        replaced=replaced,
        ignored=tuple(name for position, name in enumerate(table.names) if position not in used),
        skipped=tuple(bad),
        cut=cut,
    )
    return Records(records, tuple(bad), report)


def _parse_column(
    column: Column, cells: Sequence[object], numbers: Sequence[int], clock: Clock, bad: list[BadRow]
) -> list[object]:
    """The parsed cells; bad ones are noted in ``bad`` and hold a marker in the result."""
    parse, required = column.parse, column.required
    parsed: list[object] = []
    known: dict[str, object] = {}  # names, tags and flags repeat: parsed once, and held in memory once
    for number, cell in zip(numbers, cells, strict=True):
        if type(cell) is str and cell in known:
            parsed.append(known[cell])
            continue
        try:
            value = parse(cell, clock)
        except CellError as error:
            bad.append((number, column.name, str(error)))
            value = _BAD
        if required and value is None:
            bad.append((number, column.name, "empty (nothing is left after cleaning); every row needs a value"))
            value = _BAD
        if type(cell) is str and not column.prose and value is not _BAD and len(known) < _KNOWN_CELLS:
            known[cell] = value
        parsed.append(value)
    return parsed


def _build(
    table: Table, values: Mapping[str, list[object]], bad_numbers: set[int]
) -> tuple[dict[str, Ticket | Article], tuple[str, ...]]:
    """Records by id, in order of first appearance, and the ids that came again."""
    record_type = Ticket if table.kind == "tickets" else Article
    records: dict[str, Ticket | Article] = {}
    replaced: dict[str, None] = {}
    names = tuple(values)
    for number, row in zip(table.numbers, zip(*values.values(), strict=True), strict=True):
        if number in bad_numbers:
            continue
        # A missing cell takes the record's own default, which is not None for every field.
        given = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        record = record_type(**given)
        if record.id in records:
            replaced[record.id] = None
        records[record.id] = record
    return records, tuple(replaced)


def _data_error(parts: Sequence[Records]) -> DataError:
    rows = [row for part in parts for row in part.bad]
    named = [(part.report.source, row) for part in parts for row in part.bad]
    count = sum(len({number for number, _, _ in part.bad}) for part in parts)
    lines = [
        f"  {source}, row {number}{', ' + column if column else ''}: {reason}"
        for source, (number, column, reason) in named[:_SHOWN_ROWS]
    ]
    if len(named) > _SHOWN_ROWS:
        lines.append(f"  … and {len(named) - _SHOWN_ROWS} more, all in .rows of this error")
    head = f"{count} row{'s' if count > 1 else ''} cannot be imported; nothing was imported:"
    foot = "Correct them, or leave them out with on_error='skip'."
    return DataError("\n".join([head, *lines, foot]), rows)
