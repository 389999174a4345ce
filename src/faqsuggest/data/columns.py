"""The columns of the two tables, and how a source's own names are matched to them."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from faqsuggest.data import cells
from faqsuggest.errors import DataError, InputError

Kind = Literal["tickets", "articles"]
Columns = Mapping[str, str] | Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the contract.

    Attributes:
        name: Its name, also the name of the record's field.
        parse: Turns a cell into the field's value, or None when the cell is missing.
        required: Whether every row must have a value.
        prose: Whether it holds text of any length, which is cut at the library's limit.
    """

    name: str
    parse: cells.Parser
    required: bool = False
    prose: bool = False


TICKET_COLUMNS = (
    Column("id", cells.read_key, required=True),
    Column("created_at", cells.read_time, required=True),
    Column("question", cells.read_prose, required=True, prose=True),
    Column("subject", cells.read_prose, prose=True),
    Column("reply", cells.read_prose, prose=True),
    Column("replied_at", cells.read_time),
    Column("closed_at", cells.read_time),
    Column("channel", cells.read_label),
    Column("language", cells.read_language),
    Column("brand", cells.read_label),
    Column("customer_id", cells.read_key),
    Column("agent_id", cells.read_key),
    Column("team", cells.read_label),
    Column("thread_id", cells.read_key),
    Column("tags", cells.read_tags),
    Column("article_ids", cells.read_keys),
    Column("rating", cells.read_number),
    Column("resolved", cells.read_flag),
)
ARTICLE_COLUMNS = (
    Column("id", cells.read_key, required=True),
    Column("body", cells.read_prose, required=True, prose=True),
    Column("title", cells.read_prose, prose=True),
    Column("url", cells.read_id),
    Column("language", cells.read_language),
    Column("brand", cells.read_label),
    Column("tags", cells.read_tags),
    Column("keywords", cells.read_tags),
    Column("updated_at", cells.read_time),
    Column("valid_from", cells.read_time),
    Column("valid_until", cells.read_end),
    Column("audience", cells.choose("public", "internal")),
    Column("kind", cells.choose("article", "standard")),
    Column("parallel", cells.read_key),
)
CONTRACT: dict[Kind, tuple[Column, ...]] = {"tickets": TICKET_COLUMNS, "articles": ARTICLE_COLUMNS}


def mappings(columns: Columns | None, names: Mapping[Kind, Sequence[str]]) -> dict[Kind, dict[str, str]]:
    """The mapping of each table, from one for both or from one per table.

    A mapping for both tables is used in each table that has the source's name and knows the contract's name.

    Args:
        columns: What the caller gave: own name → contract name, or "tickets"/"articles" → such a mapping.
        names: The names that each table of this import really has; none when it is an empty list.

    Raises:
        InputError: A name on either side does not exist.
    """
    result: dict[Kind, dict[str, str]] = {kind: {} for kind in names}
    if columns is None:
        return result
    if not isinstance(columns, Mapping):
        raise InputError(f"columns must be a dict of own name → contract name, got {type(columns).__name__}")
    for kinds, own, target in _pairs(columns, tuple(names)):
        known = [kind for kind in kinds if target in _contract_names(kind)]
        if not known:
            raise InputError(_unknown_target(target, kinds))
        places = [kind for kind in known if not names[kind] or _key(own) in {_key(name) for name in names[kind]}]
        if not places:
            found = "; ".join(f"{kind} have {_listed(names[kind])}" for kind in known)
            raise InputError(f"columns: no column {own!r} to use as {target!r}; {found}")
        for kind in places:
            result[kind][_key(own)] = target
    return result


def assign(kind: Kind, source: str, names: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """Which column of the source feeds which column of the contract: contract name → position.

    Names are compared in NFC, stripped; a contract name also in any case. A mapped column wins over one that merely has
    the contract's name.

    Raises:
        DataError: A required column is missing, or two columns claim the same name.
    """
    contract = _contract_names(kind)
    claims: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        target = mapping.get(_key(name))
        if target is not None:
            claims.setdefault(target, []).append(position)
    mapped = frozenset(claims)
    for position, name in enumerate(names):
        target = _key(name).casefold()
        if target in contract and target not in mapped and _key(name) not in mapping:
            claims.setdefault(target, []).append(position)
    for target, positions in claims.items():
        if len(positions) > 1:
            claimants = ", ".join(repr(names[position]) for position in positions)
            raise DataError(
                f"{source}: {len(positions)} columns for {target!r} ({claimants}); rename or drop all but one"
            )
    missing = [column.name for column in CONTRACT[kind] if column.required and column.name not in claims]
    if missing:
        raise DataError(
            f"{source}: {kind} need the column{'s' if len(missing) > 1 else ''} {', '.join(map(repr, missing))}, found "
            f"{_listed(names)}; name them with columns={{'your name': {missing[0]!r}}}"
        )
    return {target: positions[0] for target, positions in claims.items()}


def _pairs(columns: Columns, present: tuple[Kind, ...]) -> Iterable[tuple[tuple[Kind, ...], str, str]]:
    for name, value in columns.items():
        if isinstance(value, Mapping):
            kind = next((kind for kind in CONTRACT if kind == name), None)
            if kind is None:
                raise InputError(f"columns: a mapping per table is named 'tickets' or 'articles', got {name!r}")
            if kind not in present:
                raise InputError(f"columns: a mapping for {kind}, but no {kind} were given")
            yield from (((kind,), own, target) for own, target in value.items())
        else:
            yield present, name, value


def _contract_names(kind: Kind) -> tuple[str, ...]:
    return tuple(column.name for column in CONTRACT[kind])


def _unknown_target(target: object, kinds: Sequence[Kind]) -> str:
    allowed = list(dict.fromkeys(name for kind in kinds for name in _contract_names(kind)))
    near = difflib.get_close_matches(str(target), allowed, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"columns: {target!r} is not a column of {' or '.join(kinds)}: {', '.join(allowed)}{hint}"


def _key(name: object) -> str:
    return unicodedata.normalize("NFC", str(name)).strip().strip("\ufeff")


def _listed(names: Sequence[str], limit: int = 40) -> str:
    shown = ", ".join(repr(name[:60]) for name in names[:limit])
    return (shown + (f" and {len(names) - limit} more" if len(names) > limit else "")) or "no columns"
