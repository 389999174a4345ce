"""Tags as they come, one a text or several, to a table of zeros and ones over a closed set, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import InputError

Form = Literal["one", "several", "table"]
SEPARATOR = ";"


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What a tagger learns from.

    Attributes:
        classes: The tags with an example, sorted; their order is that of the columns.
        without_data: Tags of the declared set without an example, sorted.
        table: 0 or 1, shape (texts, tags).
        form: "one" tag a text, "several" (lists, or "a;b"), or a "table" of zeros and ones.
        exclusive: Whether every text has exactly one tag.
    """

    classes: NDArray[Any]
    without_data: tuple[str, ...]
    table: NDArray[np.float32]
    form: Form
    exclusive: bool

    @classmethod
    def read(cls, tags: Any, declared: Sequence[str] | None) -> Self:  # noqa: ANN401 - whatever holds tags
        """Read the tags of texts.

        Args:
            tags: One entry a text: a tag, a list of tags, or a text as "a;b"; or an array of zeros and ones of shape
                (texts, tags), whose tags are its column numbers.
            declared: The closed set; None for the tags that come.

        Raises:
            InputError: An entry is neither, a tag is not in the closed set, or no text has a tag.
        """
        if is_table(tags):
            return cls._of_table(np.asarray(tags))
        if declared is not None and (
            isinstance(declared, str)
            or not isinstance(declared, Iterable)
            or not all(isinstance(tag, (str, int)) for tag in declared)
        ):
            raise InputError(f"tags of TagSuggester must be a sequence of tags or None, got {declared!r:.80}")
        rows, several = read_rows(tags)
        seen = {tag for row in rows for tag in row}
        unknown = sorted(str(tag) for tag in seen - set(declared)) if declared is not None else []
        if unknown:
            raise InputError(
                f"tags: {', '.join(map(repr, unknown[:5]))} and {max(0, len(unknown) - 5)} more are not in the "
                f"declared set of {len(declared or ())}; add them to it, or leave their texts out"
            )
        if not seen:
            raise InputError(f"tags: none of {len(rows)} texts has a tag; give at least one")
        if len({type(tag) for tag in seen}) > 1:
            raise InputError("tags: give all tags as texts, or all as whole numbers, not both")
        classes = np.array(sorted(seen))
        column = {tag: place for place, tag in enumerate(classes.tolist())}
        table = np.zeros((len(rows), len(classes)), dtype=np.float32)
        for number, row in enumerate(rows):
            table[number, [column[tag] for tag in row]] = 1
        without = tuple(sorted(set(declared or ()) - seen))
        form: Form = "several" if several else "one"
        return cls(classes=classes, without_data=without, table=table, form=form, exclusive=_exclusive(table))

    @classmethod
    def _of_table(cls, array: NDArray[Any]) -> Self:
        if not np.isin(array, (0, 1)).all():
            raise InputError("tags: an array of shape (texts, tags) must hold zeros and ones only")
        table = array.astype(np.float32)
        classes = np.arange(array.shape[1])
        return cls(classes=classes, without_data=(), table=table, form="table", exclusive=False)


def is_table(tags: Any) -> bool:  # noqa: ANN401 - whatever holds tags
    """Whether tags come as an array of zeros and ones with one column a tag."""
    return isinstance(tags, np.ndarray) and tags.ndim == 2 and tags.dtype != object and tags.shape[1] > 1


def read_rows(tags: Any) -> tuple[list[tuple[Any, ...]], bool]:  # noqa: ANN401 - whatever holds tags
    """The tags of each text, and whether they come as lists or as "a;b".

    Raises:
        InputError: As ``Targets.read``.
    """
    if tags is None:
        raise InputError("TagSuggester requires y to be passed, but the target y is None: give the tags of the texts")
    if is_table(tags):
        return [tuple(np.flatnonzero(row).tolist()) for row in tags], True
    if isinstance(tags, (str, bytes, Mapping)) or not isinstance(tags, Iterable):
        raise InputError(f"tags: give one entry a text, as a sequence, got one {type(tags).__name__}")
    entries = list(np.ravel(tags)) if isinstance(tags, np.ndarray) else list(tags)
    several = any(_is_list(entry) or (isinstance(entry, str) and SEPARATOR in entry) for entry in entries)
    return [_read(entry, number, several) for number, entry in enumerate(entries, start=1)], several


def written(chosen: NDArray[np.bool_], classes: NDArray[Any], form: Form) -> Any:  # noqa: ANN401 - as the tags came
    """A table of chosen tags in the form in which tags came: lists as tuples.

    Args:
        chosen: Shape (texts, tags).
        classes: Tags of the columns.
        form: As in ``Targets``.
    """
    if form == "one":
        return classes[chosen.argmax(axis=1)]
    if form == "table":
        return chosen.astype(np.int64)
    return [tuple(classes[row].tolist()) for row in chosen]


def _exclusive(table: NDArray[np.float32]) -> bool:
    return bool((table.sum(axis=1) == 1).all())


def _is_list(entry: object) -> bool:
    return isinstance(entry, (list, tuple, set, frozenset)) or (isinstance(entry, np.ndarray) and entry.ndim == 1)


def _read(entry: Any, number: int, several: bool) -> tuple[Any, ...]:  # noqa: ANN401 - a tag or tags
    if isinstance(entry, str):
        parts = entry.split(SEPARATOR) if several else [entry]
        return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
    if _is_list(entry):
        if not all(isinstance(tag, str) for tag in entry):
            raise InputError(f"tags: entry {number} is a list with something else than texts in it; give tags as texts")
        return tuple(dict.fromkeys(tag.strip() for tag in sorted(entry) if tag.strip()))
    value = entry.item() if isinstance(entry, np.generic) else entry
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not several:
        return (value,)
    raise InputError(
        f"tags: entry {number} is {type(entry).__name__}; allowed are a tag, a list of tags, or a text as 'a;b'"
    )
