"""A retrain killed at any point leaves what served serving, and a rerun ends as an unbroken one. A few CPU minutes.

Half of the kills come at a random moment of a run, half as a run enters a stage chosen at random: a save of a window,
taking in the news, writing files, replacing the pointer. After each the folder is loaded and must answer, bit for bit,
as what served before or as what the unbroken run put in place; then the next run begins where this one was killed, and
when one comes through, its answers are compared with those of the unbroken run. Processes are real and die by SIGKILL.

    python -m benchmarks.training --part kills [--trials 50]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tables import RESULTS
from faqsuggest.calibrated import Confidence
from faqsuggest.cli.demo import desk
from faqsuggest.confidence import Calibrator
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.evidence import COLUMNS
from faqsuggest.store import folder as store
from faqsuggest.suggester import Suggester
from faqsuggest.training import news, retrain, walk, workplace
from faqsuggest.training.gate import Gate
from faqsuggest.training.recipe import Recipe
from faqsuggest.training.retrain import Retrained

GATE = Gate(fewest=50, most=60)
RECIPE = Recipe(model={"encoder": "char-ngrams"}, learn_from=200)
ASKED = ("Hur lång är leveranstiden till Norrland?", "missä mun rahat viipyy", "wrong street number pls fix")
AT = datetime(2026, 1, 1, tzinfo=UTC)
"""When it is asked: a learnt confidence hangs on how old an answer is, to the second."""
STAGES: dict[str, tuple[Any, str]] = {
    "lock": (retrain, "only_retrain"),
    "load": (retrain.Suggester, "load"),
    "take in": (news.Suggester, "add"),
    "set back": (walk.Walk, "_set_back"),
    "window": (workplace.Workplace, "save"),
    "write": (workplace, "write_whole"),
    "judge": (retrain.Trial, "judge"),
    "put in": (news.TakenIn, "put_into"),
    "save": (retrain.Suggester, "save"),
    "flush": (store, "_flush_tree"),
    "point": (store, "_point"),
    "sweep": (store, "_sweep"),
    "close": (workplace.Workplace, "close"),
}
"""Where a run can be killed as it enters: a name, what holds the function, and the function's name."""


def history(copies: int = 2, newest: int = 215) -> KnowledgeBase:
    """The newest tickets of the invented desk, asked again in later years in slightly other words."""
    base = desk()
    tickets = list(base.tickets)
    for copy in range(1, copies):
        for each in base.tickets:
            shift = timedelta(days=364 * copy)
            tickets.append(
                replace(
                    each,
                    id=f"{each.id}-{copy}",
                    question=f"Hej igen, en sak till: {each.question}",
                    created_at=each.created_at + shift,
                    replied_at=each.replied_at and each.replied_at + shift,
                    closed_at=each.closed_at and each.closed_at + shift,
                    customer_id=None,
                    thread_id=None,
                )
            )
    ordered = sorted(tickets, key=lambda each: (each.created_at, each.id))
    return replace(base, tickets=tuple(ordered[-newest:]))


@dataclass(frozen=True)
class Setting:
    """A champion, what is new to it, and the answers that may be seen."""

    champion: Path
    after: Path
    kb: KnowledgeBase
    made: Retrained
    before_answers: str
    after_answers: str
    seconds: float

    @classmethod
    def make(cls, folder: Path) -> Setting:
        """Fit a champion on the older part of the history and let one retrain run unbroken."""
        kb = history()
        cut = kb.tickets[len(kb.tickets) * 2 // 3].created_at
        champion, after = folder / "champion", folder / "after"
        Suggester(encoder="char-ngrams").fit(kb.until(cut)).use_confidence(overconfident()).save(champion)
        shutil.copytree(champion, after)
        before = answers(champion)
        began = time.perf_counter()
        made = run(after, kb)
        return cls(champion, after, kb, made, before, answers(after), time.perf_counter() - began)


def overconfident() -> Confidence:
    """One that is 0.98 sure of whatever comes first; what is learnt is sure to be better."""
    flat, ones = np.zeros((2, len(COLUMNS))), np.ones(len(COLUMNS))
    return Confidence(calibrator=Calibrator(weights=flat, bias=(4.0, 4.0), centre=0.0 * ones, scale=ones))


def run(path: Path, kb: KnowledgeBase) -> Retrained:
    """One retrain."""
    return retrain.retrain(path, tickets=kb, gate=GATE, recipe=RECIPE)


def answers(path: Path) -> str:
    """What a folder answers, to the last bit."""
    suggester = Suggester.load(path)
    found = suggester.suggest_many(ASKED, k=5, min_confidence=0, at=AT)
    return json.dumps([[replace(each, version="").to_dict() for each in each_list] for each_list in found])


def forked(work: Callable[[], None]) -> int:
    """Process id of a child that does ``work`` and exits."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return child


def kill_on_entry(stage: str, count: int) -> None:
    """Let this process die by SIGKILL when it enters a stage for the ``count``-th time."""
    owner, name = STAGES[stage]
    real, left = getattr(owner, name), [count]

    def dying(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever the function takes and gives
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)

    for place in (owner, retrain, workplace):
        if getattr(place, name, None) is real or place is owner:
            setattr(place, name, dying)


def trial(setting: Setting, path: Path, rng: random.Random) -> dict[str, Any]:
    """Run a retrain of ``path`` in a process of its own, kill it, and look at what serves."""
    stage = rng.choice([*STAGES]) if rng.random() < 0.5 else None
    count = rng.choice((1, 1, 2, 3))

    def work() -> None:
        if stage is not None:
            kill_on_entry(stage, count)
        run(path, setting.kb)

    began = time.perf_counter()
    child = forked(work)
    if stage is None:
        time.sleep(rng.random() * setting.seconds)
        if os.waitpid(child, os.WNOHANG)[0] == 0:
            os.kill(child, signal.SIGKILL)
        else:
            child = 0
    status = os.waitpid(child, 0)[1] if child else 0
    try:
        seen = {setting.before_answers: "before", setting.after_answers: "after"}.get(answers(path), "neither")
    except Exception as error:  # whatever it is, it is a failed trial
        seen = f"{type(error).__name__}"
    killed = os.WIFSIGNALED(status)
    return {
        "stage": stage or "random moment",
        "after_s": round(time.perf_counter() - began, 2),
        "killed": killed,
        "came_through": status == 0,
        "serves": seen,
        "failed": seen not in ("before", "after") or (not killed and status != 0),
    }


def chain(setting: Setting, folder: Path, count: int, seed: int) -> list[dict[str, Any]]:
    """``count`` kills; a folder is killed again and again until a run comes through, then a fresh copy is taken."""
    rng = random.Random(seed)
    rows: list[dict[str, Any]] = []
    path, number = folder / "m0", 0
    shutil.copytree(setting.champion, path)
    while sum(row["killed"] for row in rows) < count:
        rows.append(trial(setting, path, rng))
        print(rows[-1], flush=True)
        if rows[-1]["came_through"]:
            rows[-1]["failed"] |= rows[-1]["serves"] != "after"
            number += 1
            path = folder / f"m{number}"
            shutil.copytree(setting.champion, path)
    run(path, setting.kb)
    failed = answers(path) != setting.after_answers
    return [*rows, {"stage": "last rerun", "killed": False, "came_through": True, "serves": "after", "failed": failed}]


def trials(folder: Path, count: int, seed: int, workers: int) -> list[dict[str, Any]]:
    """Several chains side by side, each a process of its own."""
    setting = Setting.make(folder)
    shares = [len(range(worker, count, workers)) for worker in range(workers)]
    children = []
    for worker, share in enumerate(shares):
        place = folder / f"worker{worker}"
        place.mkdir()

        def work(place: Path = place, share: int = share, worker: int = worker) -> None:
            rows = chain(setting, place, share, seed * 1000 + worker)
            (place / "rows.json").write_text(json.dumps(rows), encoding="utf-8")

        children.append(forked(work))
    ended = [os.waitpid(child, 0)[1] for child in children]
    if any(ended):
        raise RuntimeError(f"workers ended with {ended}")
    return [row for worker in range(workers) for row in json.loads((folder / f"worker{worker}/rows.json").read_text())]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=50, help="kills (default 50)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2, help="side by side (default 2)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        rows = trials(Path(folder), given.trials, given.seed, given.workers)
    content = {
        "asked": "0 failed of 50",
        "kills": sum(row["killed"] for row in rows),
        "failed": sum(bool(row["failed"]) for row in rows),
        "served_before": sum(row.get("serves") == "before" for row in rows if row["killed"]),
        "served_after": sum(row.get("serves") == "after" for row in rows if row["killed"]),
        "came_through": sum(bool(row.get("came_through")) for row in rows),
        "by_stage": {
            stage: sum(row["stage"] == stage and row["killed"] for row in rows)
            for stage in dict.fromkeys(row["stage"] for row in rows)
        },
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "training_kills.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(content)


if __name__ == "__main__":
    main()
