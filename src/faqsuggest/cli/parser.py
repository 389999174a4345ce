"""What can be typed after ``faqsuggest``, with an example for each command."""

from __future__ import annotations

import argparse

from faqsuggest import __version__
from faqsuggest.cli import commands, demo, retrain
from faqsuggest.evaluation.report import SLICES

_SOURCE_EXAMPLE = "--tickets desk/tickets.jsonl --articles desk/articles.jsonl"
EXAMPLES = {
    "demo": "faqsuggest demo --export desk",
    "fit": f"faqsuggest fit {_SOURCE_EXAMPLE} --output model",
    "suggest": 'faqsuggest suggest model "Hej! Jag har glömt mitt lösenord, vad gör jag?" --k 2',
    "evaluate": f"faqsuggest evaluate {_SOURCE_EXAMPLE} --at 2024-07-01",
    "replay": f"faqsuggest replay {_SOURCE_EXAMPLE} --start 2024-07-01 --every 30d",
    "retrain": "faqsuggest retrain desk/retrain.toml",
    "versions": "faqsuggest versions model",
    "rollback": "faqsuggest rollback model",
}
"""For each command the example that its help shows; in this order they can be typed one after the other."""


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; the chosen command is left in ``run``, a function of the arguments."""
    parser = argparse.ArgumentParser(
        prog="faqsuggest",
        description="Ranked reply suggestions and articles for customer-service inquiries, offline.",
    )
    parser.add_argument("--version", action="version", version=f"faqsuggest {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="command", required=True)
    _demo(_command(subparsers, "demo", "ask ten questions in five languages and show what is suggested"))
    _fit(_command(subparsers, "fit", "learn past tickets and articles, and save the model in a folder"))
    _suggest(_command(subparsers, "suggest", "suggest answers to one inquiry"))
    _evaluate(_command(subparsers, "evaluate", "learn the earlier tickets, ask the later ones, judge by what was sent"))
    _replay(_command(subparsers, "replay", "walk the history in time order and judge what would have been suggested"))
    _retrain(_command(subparsers, "retrain", "take in new data, learn from it, and let only what is better serve"))
    _versions(_command(subparsers, "versions", "list the versions of a model folder, the one that serves first"))
    _rollback(_command(subparsers, "rollback", "let an earlier version of a model folder serve again"))
    return parser


def _command(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser], name: str, summary: str
) -> argparse.ArgumentParser:
    return subparsers.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"example:\n  {EXAMPLES[name]}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--export", metavar="FOLDER", help="write the invented helpdesk there, for the other commands")
    parser.add_argument("--encoder", default="default", help='"default", "char-ngrams", or a model folder or hub name')
    _json(parser)
    parser.set_defaults(run=demo.run)


def _fit(parser: argparse.ArgumentParser) -> None:
    _source(parser)
    parser.add_argument("--output", metavar="FOLDER", required=True, help="where the model is saved")
    _json(parser)
    parser.set_defaults(run=commands.fit)


def _suggest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="FOLDER", help="a folder written by fit")
    parser.add_argument("text", help='the inquiry as it came; "-" reads it from standard input')
    parser.add_argument("--k", type=int, default=3, help="at most so many suggestions (default 3)")
    parser.add_argument("--language", help="only answers for readers of this language: sv, nb, nn, da, fi, en")
    parser.add_argument("--channel", help="only past replies of this channel")
    parser.add_argument("--brand", help="only answers of this brand or of none")
    parser.add_argument(
        "--kinds", nargs="+", metavar="KIND", default=["reply", "article", "standard"], help="reply, article, standard"
    )
    parser.add_argument("--internal", action="store_true", help="also articles for staff")
    parser.add_argument(
        "--min-confidence", type=float, metavar="SHARE", help="offer only from this confidence on; 0 never abstains"
    )
    parser.add_argument(
        "--fill",
        action="append",
        default=[],
        metavar="KIND=VALUE",
        help="what fills a slot of a reply, such as customer=Eva or agent=Bo; may be repeated",
    )
    _json(parser)
    parser.set_defaults(run=commands.suggest)


def _evaluate(parser: argparse.ArgumentParser) -> None:
    _source(parser)
    parser.add_argument("--at", default="0.8", help="the cut: a date, or the share of tickets before it (default 0.8)")
    parser.add_argument(
        "--leak-check", action="store_true", help="also print how much better a cut that ignores time would look"
    )
    _report(parser)
    parser.set_defaults(run=commands.evaluate)


def _replay(parser: argparse.ArgumentParser) -> None:
    _source(parser)
    parser.add_argument("--start", required=True, help="first day to be answered for; earlier tickets are learnt")
    parser.add_argument("--every", default="7d", help="time between updates, such as 1d or 12h (default 7d)")
    parser.add_argument("--end", help="end of the tickets to be answered, not included")
    parser.add_argument("--checkpoint", metavar="FOLDER", help="continue from here after an interruption")
    _report(parser)
    parser.set_defaults(run=commands.replay)


def _retrain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", metavar="FILE", help="a TOML file; docs/retrain.md says what may stand in it")
    parser.add_argument("--until", metavar="TIME", help="see nothing from this moment on, whatever the file says")
    parser.add_argument("--dry-run", action="store_true", help="do everything but change what serves")
    parser.add_argument("--verbose", action="store_true", help="log every step to standard error")
    _json(parser)
    parser.set_defaults(run=retrain.retrain)


def _versions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="FOLDER", help="a folder written by fit or retrain")
    _json(parser)
    parser.set_defaults(run=retrain.versions)


def _rollback(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="FOLDER", help="a folder written by retrain")
    parser.add_argument("version", nargs="?", help="one that versions lists; without it the one that served before")
    _json(parser)
    parser.set_defaults(run=retrain.rollback)


def _source(parser: argparse.ArgumentParser) -> None:
    source = parser.add_argument_group("data")
    source.add_argument("--tickets", metavar="FILE", help="past tickets: .csv, .tsv, .jsonl, .json or .parquet")
    source.add_argument("--articles", metavar="FILE", help="articles, in the same formats")
    source.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="OWN=NAME",
        help="a column of yours and what it is called here, such as Ärende=question; may be repeated",
    )
    source.add_argument("--date-format", help="of times that are not ISO 8601, such as %%d.%%m.%%Y")
    source.add_argument("--timezone", help="of times that name none (default UTC)")
    source.add_argument("--skip-bad-rows", action="store_true", help="leave bad rows out; else one stops the import")
    source.add_argument("--encoder", default="default", help='"default", "char-ngrams", or a model folder or hub name')


def _report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by",
        nargs="+",
        metavar="SLICE",
        help=f"any of {', '.join(SLICES)} (default language repeat; on a page also channel tag month)",
    )
    parser.add_argument(
        "--judgements", metavar="FILE", help="grades that agents gave: CSV with ticket_id, suggestion_id, grade, judge"
    )
    parser.add_argument("--html", metavar="FILE", help="also write the report as one self-contained page")
    _json(parser)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of text")
