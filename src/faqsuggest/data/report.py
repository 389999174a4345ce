"""What an import did: counts, replacements, ignored columns and skipped rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faqsuggest.data.columns import Kind

if TYPE_CHECKING:
    import pandas as pd

BadRow = tuple[int, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """How one table was imported.

    Attributes:
        kind: "tickets" or "articles".
        source: Name of the file, or what else the table came from.
        rows: Rows read, without blank ones.
        imported: Records that came of them.
        replaced: Ids that came more than once, in order; the last row with an id won, at the place of the first.
        ignored: Columns that the contract does not know, by their own names.
        skipped: Bad rows left out, as (row number, column, reason); empty unless bad rows were to be skipped.
        cut: Texts that were longer than the limit and lost their end.
    """

    kind: Kind
    source: str = ""
    rows: int = 0
    imported: int = 0
    replaced: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    skipped: tuple[BadRow, ...] = ()
    cut: int = 0

    @property
    def causes(self) -> dict[str, int]:
        """Skipped cells by cause, "column: reason" → count, most frequent first."""
        return count_causes(self.skipped)

    def __str__(self) -> str:
        parts = [f"{self.kind}: {self.rows} rows read, {self.imported} imported"]
        if self.replaced:
            parts.append(f"{len(self.replaced)} replaced by a later row with the same id")
        if self.skipped:
            causes = "; ".join(f"{count} × {cause}" for cause, count in self.causes.items())
            parts.append(f"{len({number for number, _, _ in self.skipped})} skipped ({causes})")
        if self.cut:
            parts.append(f"{self.cut} texts cut")
        if self.ignored:
            parts.append(f"ignored columns: {', '.join(self.ignored)}")
        return ", ".join(parts)

    def joined(self, other: TableReport, *, imported: int, replaced: Sequence[str]) -> TableReport:
        """The report of both imports, given how many records are left and which ids the other one replaced."""
        return TableReport(
            kind=self.kind,
            source=" + ".join(filter(None, dict.fromkeys((self.source, other.source)))),
            rows=self.rows + other.rows,
            imported=imported,
            replaced=tuple(dict.fromkeys((*self.replaced, *other.replaced, *replaced))),
            ignored=tuple(dict.fromkeys(self.ignored + other.ignored)),
            skipped=self.skipped + other.skipped,
            cut=self.cut + other.cut,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """How both tables were imported; a table that was not given has zero rows. Its text is one line per table."""

    tickets: TableReport = TableReport(kind="tickets")
    articles: TableReport = TableReport(kind="articles")

    def __iter__(self) -> Iterator[TableReport]:
        return iter((self.tickets, self.articles))

    def __str__(self) -> str:
        return "\n".join(str(table) for table in self if table.rows or table.imported)

    def to_frame(self) -> pd.DataFrame:
        """The counts as a table: one row per table and measure, with the columns table, measure and count."""
        import pandas as pd

        rows = []
        for table in self:
            counts = {
                "rows": table.rows,
                "imported": table.imported,
                "replaced": len(table.replaced),
                "ignored columns": len(table.ignored),
                "cut texts": table.cut,
                **{f"skipped, {cause}": count for cause, count in table.causes.items()},
            }
            rows += [(table.kind, measure, count) for measure, count in counts.items()]
        return pd.DataFrame(rows, columns=["table", "measure", "count"])


def count_causes(bad_rows: Sequence[BadRow]) -> dict[str, int]:
    """Bad cells by cause, "column: reason" → count, most frequent first, ties by name."""
    counts: dict[str, int] = {}
    for _, column, reason in bad_rows:
        cause = f"{column}: {reason}" if column else reason
        counts[cause] = counts.get(cause, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
