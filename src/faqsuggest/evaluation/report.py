"""The outcome of an evaluation: tables, paired comparisons, the worst misses, and one page to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import InputError, MissingPackageError
from faqsuggest.evaluation.bootstrap import compare_paired, holm
from faqsuggest.evaluation.business import Assumptions
from faqsuggest.evaluation.metrics import RELEVANT
from faqsuggest.evaluation.splits import independent_groups
from faqsuggest.evaluation.tables import Fraction, Row, Run, curve_rows, fraction_rows, fractions
from faqsuggest.records import Ticket

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SLICES = ("language", "channel", "tag", "month", "brand", "length", "repeat")
_TAGS = 12
_SHORT = 15
_CLUSTERS = 4000


@dataclass(frozen=True)
class Report:
    """What several systems did with the same inquiries. Every number has an n and a 95 % cluster-bootstrap interval.

    Attributes:
        tickets: The inquiries, in the order of the rows of each run.
        runs: By name; baselines last.
        baselines: Names of the runs that are baselines.
        by: Slices of the tables: any of ``SLICES``.
        k: List lengths of hit and recall.
        level: Grade from which an answer counts as right.
        repeats: Whether each inquiry repeats a question that was known, shape (inquiries,); None if not looked at.
        assumptions: Behind "minutes saved".
        notes: What a reader must know.
        time_ordered: Whether all that was known is older than what was asked; without it there is no headline.
        seed: Of every resampling.
    """

    tickets: tuple[Ticket, ...]
    runs: Mapping[str, Run]
    baselines: tuple[str, ...] = ()
    by: tuple[str, ...] = ("language",)
    k: tuple[int, ...] = (1, 3, 5)
    level: float = RELEVANT
    repeats: NDArray[np.bool_] | None = None
    assumptions: Assumptions = field(default_factory=Assumptions)
    notes: tuple[str, ...] = ()
    time_ordered: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        wrong = [name for name in self.by if name not in SLICES]
        if wrong:
            raise InputError(f"by of a report may hold {', '.join(SLICES)}; got {', '.join(map(repr, wrong))}")
        if not self.tickets or not self.runs:
            raise InputError(f"a report needs inquiries and runs; got {len(self.tickets)} and {len(self.runs)}")

    @cached_property
    def clusters(self) -> NDArray[np.int64]:
        """Number of the independent group (thread, customer) of each inquiry.

        Beyond 4,000 groups, groups are thrown together at random. They stay independent, so intervals keep their
        width, and resampling stays fast.
        """
        groups = independent_groups(self.tickets)
        count = int(groups.max()) + 1
        if count <= _CLUSTERS:
            return groups
        return np.asarray(np.random.default_rng(self.seed).permutation(count)[groups] % _CLUSTERS)

    def labels(self, name: str) -> list[tuple[str, ...]]:
        """The slices named ``name`` that each inquiry is in.

        Raises:
            InputError: If there is no such slicing.
        """
        if name == "tag":
            return [ticket.tags or ("none",) for ticket in self.tickets]
        if name == "month":
            return [(f"{ticket.created_at:%Y-%m}",) for ticket in self.tickets]
        if name == "length":
            return [("short" if len(t.question.split()) <= _SHORT else "long",) for t in self.tickets]
        if name == "repeat":
            known = self.repeats if self.repeats is not None else np.zeros(len(self.tickets), dtype=bool)
            return [("repeats a known question" if repeated else "new wording",) for repeated in known]
        if name not in SLICES:
            raise InputError(f"slice must be one of {', '.join(SLICES)}; got {name!r}")
        return [(getattr(ticket, name) or "none",) for ticket in self.tickets]

    def masks(self, names: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
        """Members of each slice, "all" first; of tags the twelve commonest."""
        found = {"all": np.ones(len(self.tickets), dtype=bool)}
        for name in names:
            labels = self.labels(name)
            counts = Counter(label for each in labels for label in each)
            order = sorted(counts, key=lambda label: (-counts[label], label))[: _TAGS if name == "tag" else None]
            for label in sorted(order) if name == "month" else order:
                found[f"{name}={label}"] = np.array([label in each for each in labels])
        return found

    @cached_property
    def rows(self) -> dict[str, dict[str, list[Row]]]:
        """Run → slice → numbers; curves only over all inquiries."""
        return {name: self.table(run, self.by) for name, run in self.runs.items()}

    def table(self, run: Run, by: Sequence[str]) -> dict[str, list[Row]]:
        """Slice → numbers of one run."""
        table = fraction_rows(self.fractions(run), self.masks(by), self.clusters, self.seed)
        table["all"] += curve_rows(run, self.level, self.clusters, self.seed)
        return table

    def fractions(self, run: Run) -> dict[str, Fraction]:
        """The metrics of a run that are ratios of sums, one row an inquiry."""
        return fractions(run, self.k, self.level, self.assumptions)

    def to_frame(self) -> pd.DataFrame:
        """One row a number: run, slice ("all" = overall), metric, value, low, high, n."""
        import pandas as pd

        rows = [
            (run, label, row.metric, row.value, row.low, row.high, row.n)
            for run, table in self.rows.items()
            for label, numbers in table.items()
            for row in numbers
        ]
        return pd.DataFrame(rows, columns=["run", "slice", "metric", "value", "low", "high", "n"])

    def number(self, run: str, metric: str, label: str = "all") -> Row:
        """One number of the table.

        Raises:
            InputError: If the run, the slice or the metric is not there.
        """
        rows = self.rows.get(self._known(run), {}).get(label, [])
        for row in rows:
            if row.metric == metric:
                return row
        raise InputError(
            f"metric {metric!r} is not in slice {label!r}; there are {', '.join(row.metric for row in rows) or 'none'}"
        )

    def compare(self, a: str, b: str, metric: str = "hit@1") -> pd.DataFrame:
        """``a`` minus ``b`` overall and in each slice: difference, low, high, p, p_holm, n.

        Paired randomisation test over customers and threads; ``p_holm`` is corrected over all slices shown, the
        overall row is not part of that. With very many inquiries look at the difference, not at p.

        Raises:
            InputError: If a run or the metric is not there, or the metric is no mean or ratio (areas, ECE).
        """
        import pandas as pd

        first, second = (self.fractions(self.runs[self._known(run)]) for run in (a, b))
        if metric not in first or metric not in second:
            shared = [name for name in first if name in second]
            raise InputError(f"metric of compare must be one of {', '.join(shared)}; got {metric!r}")
        masks = self.masks(self.by)
        tests = [
            compare_paired(
                (first[metric][0][mask], first[metric][1][mask]),
                (second[metric][0][mask], second[metric][1][mask]),
                self.clusters[mask],
                seed=self.seed,
            )
            for mask in masks.values()
        ]
        corrected = [tests[0].p, *holm([test.p for test in tests[1:]])]
        rows = [
            (label, t.value, t.low, t.high, t.p, p, t.n) for label, t, p in zip(masks, tests, corrected, strict=True)
        ]
        return pd.DataFrame(rows, columns=["slice", "difference", "low", "high", "p", "p_holm", "n"])

    def misses(self, run: str, n: int = 50, *, texts: bool = False) -> pd.DataFrame:
        """The ``n`` most confident first suggestions that are not right, worst first; an unjudged one may be right.

        Columns: id, created_at, language, channel, tags, confidence, shown, grade, right_at (rank of the first right
        one, 0 if none), suggestion, source; with ``texts`` also question and reply, which are customer data.

        Raises:
            InputError: If the run is not there.
        """
        import pandas as pd

        outcome = self.runs[self._known(run)]
        wrong = ~outcome.right(self.level) & (outcome.confidence > -np.inf)
        order = [int(row) for row in np.argsort(-outcome.confidence, kind="stable") if wrong[row]][:n]
        rows = [self._miss(outcome, row, texts=texts) for row in order]
        columns = "id created_at language channel tags confidence shown grade right_at suggestion source".split()
        return pd.DataFrame(rows, columns=columns + ["question", "reply"] * texts)

    def _miss(self, run: Run, row: int, *, texts: bool) -> list[object]:
        ticket, grades = self.tickets[row], run.ranking.grades[row]
        right = np.flatnonzero(np.nan_to_num(grades, nan=-1.0) >= self.level)
        values: list[object] = [
            ticket.id,
            ticket.created_at,
            ticket.language,
            ticket.channel,
            ";".join(ticket.tags),
            run.confidence[row],
            bool(run.shown()[row]),
            grades[0],
            int(right[0]) + 1 if len(right) else 0,
            run.first[row],
            run.source[row],
        ]
        return [*values, ticket.question, ticket.reply] if texts else values

    def _known(self, run: str) -> str:
        if run not in self.runs:
            raise InputError(f"run must be one of {', '.join(self.runs)}; got {run!r}")
        return run

    def plot(self) -> Figure:
        """Coverage–precision and reliability as a matplotlib figure.

        Raises:
            MissingPackageError: If matplotlib is not installed.
        """
        try:
            from faqsuggest.evaluation.figures import draw
        except ImportError as error:
            raise MissingPackageError("matplotlib", "report", "Report.plot") from error
        return draw(self)

    def to_html(
        self, path: str | PathLike[str] | None = None, *, texts: bool = False, title: str = "Evaluation"
    ) -> str:
        """One self-contained page: no network, no script, everything escaped; also written to ``path`` if given.

        Args:
            path: File to write.
            texts: Whether the worst misses show the customers' words. Off by default.
            title: Heading of the page.

        Raises:
            InputError: If the test is not time-ordered: such numbers are no headline.
        """
        from faqsuggest.evaluation.page import render

        if not self.time_ordered:
            raise InputError(
                "to_html refuses a report whose test is older than what was known; use split_by_time or replay"
            )
        page = render(self, texts=texts, title=title)
        if path is not None:
            Path(path).write_text(page, encoding="utf-8")
        return page
