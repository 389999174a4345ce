"""``retrain``, ``versions`` and ``rollback``: the model folder of a batch job."""

from __future__ import annotations

import logging
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from faqsuggest.cli.commands import print_json
from faqsuggest.cli.screen import Screen

if TYPE_CHECKING:
    from faqsuggest.training.gate import Verdict
    from faqsuggest.training.retrain import Retrained

_SAYS = {
    "promoted": "what was learnt proved better and serves",
    "first": "the first version serves, as shipped",
    "refreshed": "the new data serves; order and confidence are those of before",
    "kept": "nothing changed",
}
LOCKED = 5


def retrain(arguments: Namespace) -> int:
    """Do what a config file says, and tell in the exit code how it ended."""
    from faqsuggest.errors import LockedStoreError
    from faqsuggest.training.retrain import retrain
    from faqsuggest.training.retrain_config import read_config

    _log(arguments.verbose)
    config = read_config(arguments.config)
    until = config.until if arguments.until is None else arguments.until
    try:
        made = retrain(
            config.path,
            tickets=config.read_data(),
            until=until,
            gate=config.gate,
            recipe=config.recipe,
            dry_run=arguments.dry_run,
        )
    except LockedStoreError as error:
        sys.stderr.write(f"faqsuggest: {error}\n")
        return LOCKED
    if arguments.json:
        print_json({**made.to_dict(), "folder": str(config.path), "code": made.code})
    else:
        _show(Screen.of(sys.stdout), made)
    return made.code


def versions(arguments: Namespace) -> None:
    """The versions that are kept, the one that serves first."""
    from faqsuggest.training.versions import versions

    found = versions(arguments.model)
    if arguments.json:
        print_json({"folder": arguments.model, "versions": [each.to_dict() for each in found]})
        return
    screen = Screen.of(sys.stdout)
    for each in found:
        state = "serves" if each.serves else "kept"
        learnt = f", learnt until {each.learnt_until[:10]}" if each.learnt_until else ""
        held = f"{each.outcome}; {each.tickets:,} tickets, {each.articles:,} articles{learnt}"
        screen.paragraph(held, label=f"{each.name}  {state:<6}  ")


def rollback(arguments: Namespace) -> None:
    """Let an earlier version serve again."""
    from faqsuggest.training.versions import rollback

    version = rollback(arguments.model, arguments.version)
    if arguments.json:
        print_json({"folder": arguments.model, "version": version})
    else:
        Screen.of(sys.stdout).paragraph(version, label="serves: ")


def _log(verbose: bool) -> None:
    """The library's own log on standard error, with times, as a batch job needs it; it holds no customer's words."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    ours = logging.getLogger("faqsuggest")
    ours.handlers = [handler]
    ours.setLevel(logging.INFO if verbose else logging.WARNING)


def _show(screen: Screen, made: Retrained) -> None:
    dry = "would be " if made.dry_run else ""
    screen.paragraph(f"{dry}{made.outcome}: {_SAYS[made.outcome]}", label="retrain: ", styles=("bold",))
    for verdict in made.verdicts:
        screen.paragraph(_line(verdict), label=f"{verdict.part}: ", indent=2)
    for note in made.notes:
        screen.paragraph(note, indent=2, styles=("dim",))
    screen.paragraph(made.version, label="serves: ")


def _line(verdict: Verdict) -> str:
    overall = [row for row in verdict.rows if row.slice == "all" and row.n]
    figures = "; ".join(
        f"{row.metric} {row.challenger:.3f} against {row.champion:.3f}, difference {row.difference:+.3f} "
        f"({row.low:+.3f} to {row.high:+.3f}), n {row.n:,}"
        for row in overall
    )
    return f"{verdict.reason} ({figures})" if figures else verdict.reason
