"""A fitted suggester as files, and back. The folder around them is the store's business."""

from __future__ import annotations

from pathlib import Path

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.encoders import CharNgramEncoder, Encoder, load_encoder
from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, InputError
from faqsuggest.indexes.faiss_index import FaissIndex
from faqsuggest.indexes.lexical import LexicalIndex
from faqsuggest.passages import PassageStore
from faqsuggest.retrieval import Retriever
from faqsuggest.store.arrays import read_json, write_json
from faqsuggest.store.folder import Opened
from faqsuggest.store.records import read_articles, read_tickets, write_articles, write_tickets


def write_snapshot(folder: Path, kb: KnowledgeBase, retriever: Retriever) -> None:
    """Write the base, the units in the order of their numbers, both indexes and a fitted encoder into ``folder``."""
    write_tickets(folder / "tickets.jsonl", kb.tickets)
    write_articles(folder / "articles.jsonl", kb.articles)
    write_json(folder / "units.json", {"names": retriever.names, "groups": retriever.book.groups()})
    for name, part in (
        ("vectors", retriever.vectors),
        ("lexical", retriever.lexical),
        ("passages", retriever.passages),
    ):
        (folder / name).mkdir()
        part.save(folder / name)
    if isinstance(retriever.encoder, CharNgramEncoder):
        retriever.encoder.save(folder / "encoder")


def read_snapshot(opened: Opened, spec: str | Path | Encoder | None, threads: int) -> tuple[KnowledgeBase, Retriever]:
    """Read what ``write_snapshot`` wrote.

    Raises:
        IncompatibleStoreError: The encoder at hand makes other vectors than the saved ones.
        InputError: The saved encoder was an object of the caller's own and none is given.
        CorruptStoreError: The units do not fit the records.
    """
    folder = opened.folder
    encoder = _encoder(opened, spec, threads)
    kb = KnowledgeBase(tuple(read_tickets(folder / "tickets.jsonl")), tuple(read_articles(folder / "articles.jsonl")))
    units = read_json(folder / "units.json")
    retriever = Retriever(encoder, FaissIndex.load(folder / "vectors"), LexicalIndex.load(folder / "lexical"))
    retriever.passages = PassageStore.load(folder / "passages")
    retriever.book.add_articles(kb.articles)
    retriever.book.add_tickets(kb.tickets, units["groups"])
    if {name for name in units["names"] if name} != set(retriever.book.units):
        raise CorruptStoreError("units.json does not fit the saved records; load an older version or fit again")
    retriever.restore(units["names"])
    return kb, retriever


def _encoder(opened: Opened, spec: str | Path | Encoder | None, threads: int) -> Encoder:
    named = opened.facts["encoder"]
    if spec is None and named == "custom":
        raise InputError("this folder was saved with an encoder of your own; pass it: Suggester.load(path, encoder=…)")
    encoder: Encoder
    if spec is None and named == CharNgramEncoder.name:
        encoder = CharNgramEncoder.load(opened.folder / "encoder")
    else:
        encoder = load_encoder(named if spec is None else spec, threads=threads)
    if encoder.fingerprint != opened.facts["fingerprint"]:
        raise IncompatibleStoreError(
            f"saved with an encoder of fingerprint {opened.facts['fingerprint'][:12]}, but {encoder.name} here has "
            f"{encoder.fingerprint[:12]}: install the version that it was saved with, or fit again"
        )
    return encoder
