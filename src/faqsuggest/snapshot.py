"""A fitted suggester as files, and back. The folder around them is the store's business."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from faqsuggest.calibrated import FILE, Confidence
from faqsuggest.data.answers import AnswerBook
from faqsuggest.data.shield import Shield
from faqsuggest.encoders import CharNgramEncoder, Encoder, load_encoder
from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, InputError
from faqsuggest.indexes.base import read_array
from faqsuggest.indexes.faiss_index import FaissIndex
from faqsuggest.indexes.lexical import LexicalIndex
from faqsuggest.passages import PassageStore
from faqsuggest.store.arrays import read_json, write_json
from faqsuggest.store.folder import ENCODERS, Opened
from faqsuggest.store.records import read_articles, read_tickets, write_articles, write_tickets
from faqsuggest.units import Units

BESIDE = "beside:"
"""Before the name of an encoder in the folder ``encoders`` of the saved folder itself, wherever that is moved to."""


def write_snapshot(
    folder: Path,
    units: Units,
    encoder: Encoder,
    confidence: Confidence | None,
    record: Callable[[Path], None] | None = None,
) -> None:
    """Write the records, the units in the order of their numbers, the indexes and what was fitted into ``folder``.

    Args:
        folder: Empty.
        units: Of the base.
        encoder: Fitted.
        confidence: None where nothing is known about the encoder.
        record: Writes what else belongs to this version.
    """
    write_tickets(folder / "tickets.jsonl", units.book.tickets.values())
    write_articles(folder / "articles.jsonl", units.book.articles.values())
    write_json(folder / "units.json", units.facts())
    if confidence is not None:
        write_json(folder / FILE, confidence.to_dict())
    np.save(folder / "known.npy", units.known_keys(), allow_pickle=False)
    for name, part in (("vectors", units.vectors), ("lexical", units.lexical), ("passages", units.passages)):
        (folder / name).mkdir()
        part.save(folder / name)
    if isinstance(encoder, CharNgramEncoder) and len(units):
        encoder.save(folder / "encoder")
    if record is not None:
        record(folder)


def facts_of(
    root: str | os.PathLike[str], units: Units, encoder: Encoder, shield: Shield, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """What the manifest in a folder ``root`` says about a suggester with these parameters, JSON-ready."""
    spec, weights = parameters["encoder"], parameters["weights"]
    own = CharNgramEncoder.name if isinstance(spec, CharNgramEncoder) else "custom"
    return {
        "encoder": _named(Path(root), spec) if isinstance(spec, (str, Path)) else own,
        "fingerprint": encoder.fingerprint if len(units) else "",
        "dimension": units.vectors.dimension,
        "weights": asdict(weights) if weights else None,
        "policy": {name: parameters[name] for name in ("precision", "modes")} | {"tagged": list(parameters["tagged"])},
        "shield": shield.facts,
        "tickets": len(units.book.tickets),
        "articles": len(units.book.articles),
    }


def read_snapshot(
    opened: Opened, spec: str | Path | Encoder | None, threads: int
) -> tuple[Encoder, Units, Confidence | None]:
    """Read what ``write_snapshot`` wrote.

    Raises:
        IncompatibleStoreError: The encoder at hand makes other vectors than the saved ones.
        InputError: The saved encoder was an object of the caller's own and none is given.
        CorruptStoreError: The units do not fit the records.
    """
    folder = opened.folder
    encoder = _encoder(opened, spec, threads)
    units = Units(encoder, int(opened.facts["dimension"]))
    book = AnswerBook()
    book.add_articles(read_articles(folder / "articles.jsonl"))
    try:
        saved = read_json(folder / "units.json")
        book.add_tickets(read_tickets(folder / "tickets.jsonl"), saved["groups"])
        known = read_array(folder / "known.npy", np.uint64, 2)
        indexes = (
            FaissIndex.load(folder / "vectors"),
            LexicalIndex.load(folder / "lexical"),
            PassageStore.load(folder / "passages"),
        )
        units.restore(book, saved["names"], known, indexes)
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptStoreError(
            f"the files of {folder} do not belong together; restore the folder from a copy, or fit and save again"
        ) from error
    path = folder / FILE
    confidence = Confidence.from_dict(read_json(path)) if path.is_file() else None
    return encoder, units, confidence


def spec_of(opened: Opened) -> str:
    """The encoder that a saved folder names, as ``load_encoder`` takes it."""
    named = str(opened.facts["encoder"])
    if not named.startswith(BESIDE):
        return named
    return str(opened.folder.parents[1] / ENCODERS / named.removeprefix(BESIDE))


def _named(root: Path, spec: str | Path) -> str:
    place = Path(spec)
    beside = place.is_dir() and place.resolve().parent == (root / ENCODERS).resolve()
    return f"{BESIDE}{place.name}" if beside else str(spec)


def _encoder(opened: Opened, spec: str | Path | Encoder | None, threads: int) -> Encoder:
    named = spec_of(opened)
    if spec is None and named == "custom":
        raise InputError("this folder was saved with an encoder of your own; pass it: Suggester.load(path, encoder=…)")
    encoder: Encoder
    learnt = named == CharNgramEncoder.name and opened.facts["fingerprint"]
    if spec in (None, CharNgramEncoder.name) and learnt:
        encoder = CharNgramEncoder.load(opened.folder / "encoder")
    else:
        encoder = load_encoder(named if spec is None else spec, threads=threads)
    if opened.facts["fingerprint"] and encoder.fingerprint != opened.facts["fingerprint"]:
        raise IncompatibleStoreError(
            f"saved with an encoder of fingerprint {opened.facts['fingerprint'][:12]}, but {encoder.name} here has "
            f"{encoder.fingerprint[:12]}: install the version that it was saved with, or fit again"
        )
    return encoder
