"""How soon a search box finds the answer, and how calmly."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np

from faqsuggest.errors import InputError
from faqsuggest.evaluation.bootstrap import cluster_bootstrap
from faqsuggest.progress import progress
from faqsuggest.records import Suggestion

if TYPE_CHECKING:
    import pandas as pd


class Completes(Protocol):
    """What can be measured: anything that suggests while a visitor types."""

    def complete(self, text: str, k: int = 5) -> list[Suggestion]:
        """Suggestions for what has been typed so far."""
        ...


@dataclass(frozen=True, slots=True)
class Typed:
    """What one query showed, keystroke by keystroke.

    Attributes:
        keystrokes: Keystrokes until a right answer stood among the first k; one more than the query's length if never.
        saved: Share of the query that need not be typed, 0 to 1.
        reciprocal_rank: Mean over all prefixes of 1 over the rank of the first right answer.
        flicker: Mean share of the list that changed from one keystroke to the next, 0 to 1.
        empty: Share of prefixes that showed nothing.
        seconds: Longest and typical time are taken from these, one a keystroke.
    """

    keystrokes: int
    saved: float
    reciprocal_rank: float
    flicker: float
    empty: float
    seconds: tuple[float, ...]


def type_in(box: Completes, query: str, right: Sequence[str], *, k: int = 3) -> Typed:
    """Type a query letter by letter.

    Args:
        box: The search box.
        query: What the visitor means to type.
        right: Ids of the answers that would help.
        k: Places that a visitor looks at.

    Raises:
        InputError: If the query is empty or no answer is right.
    """
    if not query or not right:
        raise InputError(
            f"type_in needs a query and right answers; got {len(query)} characters and {len(right)} answers"
        )
    wanted, lists, seconds = set(right), [], []
    for end in range(1, len(query) + 1):
        begun = time.perf_counter()
        lists.append([suggestion.id for suggestion in box.complete(query[:end], k=k)][:k])
        seconds.append(time.perf_counter() - begun)
    ranks = [next((place for place, each in enumerate(shown, start=1) if each in wanted), 0) for shown in lists]
    first = next((number for number, rank in enumerate(ranks, start=1) if rank), len(query) + 1)
    return Typed(
        keystrokes=first,
        saved=(len(query) - min(first, len(query))) / len(query),
        reciprocal_rank=float(np.mean([1.0 / rank if rank else 0.0 for rank in ranks])),
        flicker=float(np.mean([_changed(a, b) for a, b in pairwise(lists)])) if len(lists) > 1 else 0.0,
        empty=float(np.mean([not shown for shown in lists])),
        seconds=tuple(seconds),
    )


def _changed(before: Sequence[str], after: Sequence[str]) -> float:
    longest = max(len(before), len(after))
    return 1.0 - len(set(before) & set(after)) / longest if longest else 0.0


def with_typo(query: str, *, seed: int = 0) -> str:
    """The query with two neighbouring letters swapped, somewhere after the first; unchanged if it is too short."""
    places = [place for place in range(1, len(query) - 1) if query[place] != query[place + 1]]
    if not places:
        return query
    place = places[int(np.random.default_rng([seed, len(query)]).integers(len(places)))]
    return query[:place] + query[place + 1] + query[place] + query[place + 2 :]


def measure_typing(
    box: Completes,
    queries: Sequence[str],
    right: Sequence[Sequence[str]],
    *,
    k: int = 3,
    typos: bool = False,
    seed: int = 0,
) -> pd.DataFrame:
    """Type many queries; metric, value, low, high, n with 95 % bootstrap intervals.

    ``found`` is the share of queries with a right answer before the last keystroke or at it; the p95 of the time per
    keystroke has no interval.

    Args:
        box: The search box.
        queries: What visitors mean to type.
        right: For each query the ids of the answers that would help.
        k: Places that a visitor looks at.
        typos: Whether each query has two letters swapped.
        seed: Of the typos and the resampling.

    Raises:
        InputError: If there are no queries or not one set of right answers for each.
    """
    import pandas as pd

    if not queries or len(queries) != len(right):
        raise InputError(f"queries and right need the same length, 1 or more; got {len(queries)} and {len(right)}")
    typed = []
    for place, query in enumerate(progress(queries, total=len(queries), label="typing")):
        text = with_typo(query, seed=seed + place) if typos else query
        typed.append(type_in(box, text, right[place], k=k))
    found = [each.keystrokes <= len(query) for each, query in zip(typed, queries, strict=True)]
    columns = {
        "keystrokes": [each.keystrokes for each in typed],
        "found": found,
        "saved": [each.saved for each in typed],
        "mrr": [each.reciprocal_rank for each in typed],
        "flicker": [each.flicker for each in typed],
        "empty": [each.empty for each in typed],
    }
    interval = cluster_bootstrap(np.array(list(columns.values()), dtype=np.float64).T, seed=seed)
    rows = [
        (name, float(interval.value[place]), float(interval.low[place]), float(interval.high[place]), len(typed))
        for place, name in enumerate(columns)
    ]
    seconds = np.concatenate([each.seconds for each in typed])
    rows.append(("p95 ms per keystroke", 1000 * float(np.quantile(seconds, 0.95)), np.nan, np.nan, len(seconds)))
    return pd.DataFrame(rows, columns=["metric", "value", "low", "high", "n"])
