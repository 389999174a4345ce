"""Progress bars for work of more than two seconds: drawn on a terminal, silent elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def progress(items: Iterable[T], *, total: int | None = None, label: str) -> Iterable[T]:
    """Pass ``items`` through, with a bar on standard error when that is a terminal and the work takes its time."""
    from tqdm import tqdm

    return tqdm(items, total=total, desc=label, disable=None, delay=2.0, leave=False)
