"""Development texts for choosing the vocabulary and for checking an export; never the test sets.

The folder is the one that ``FAQSUGGEST_DATA`` names. Left out on purpose: swefaq, kde_faq, zaragoza and
nlu_eval_corpora (tests), xsid (the cross-language check), and the held-back slice of superoffice_help, which stays a
development set.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

HELD_BACK_SHARE = 5
FOLDS = (("bank", "health"), ("housing", "insurance"), ("municipality", "shop"), ("software", "transport"))
"""Invented desks that are left out of training together; figures on a desk come from what has not seen its fold."""
HELP_LANGUAGES = {"superoffice_help": ("sv", "nb", "da", "en"), "gnome_help": ("sv", "da", "fi", "en")}


def is_held_back(article_id: str) -> bool:
    """Whether an article of superoffice_help is development data, in all its languages: one in five, by its id."""
    return zlib.crc32(article_id.encode("utf-8")) % HELD_BACK_SHARE == 0


def read_rows(path: Path) -> list[dict]:
    """Rows of a JSONL file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def vocabulary_texts(data: Path) -> Iterator[str]:
    """Texts over which pieces are counted: five languages and Nynorsk, help pages, desks, questions."""
    yield from _desk_texts(data)
    yield from _help_texts(data)
    for row in read_rows(data / "swequad_mc" / "train.jsonl"):
        yield from _fields(row, ("question", "context"))
    for row in read_rows(data / "banking77" / "train.jsonl"):
        yield row["text"]


def _desk_texts(data: Path) -> Iterator[str]:
    files = {
        "articles": ("title", "body"),
        "inquiries": ("subject", "question"),
        "tickets": ("subject", "question", "reply"),
    }
    for desk in sorted(path for path in (data / "desks").iterdir() if path.is_dir()):
        for name, columns in files.items():
            for row in read_rows(desk / f"{name}.jsonl"):
                yield from _fields(row, columns)


def _help_texts(data: Path) -> Iterator[str]:
    for folder, languages in HELP_LANGUAGES.items():
        for language in languages:
            for row in read_rows(data / folder / f"{language}.jsonl"):
                if folder == "superoffice_help" and is_held_back(row["id"]):
                    continue
                yield from _fields(row, ("title", "description", "body"))
                yield from row.get("keywords") or ()


def _fields(row: dict, columns: Iterable[str]) -> Iterator[str]:
    return (row[column] for column in columns if row.get(column))


def swequad_dev(data: Path) -> tuple[list[str], list[str], list[int]]:
    """Questions, pages and the page of each question: swequad_mc dev over the pages of all its splits."""
    pages: dict[int, str] = {}
    for split in ("train", "dev", "test"):
        for row in read_rows(data / "swequad_mc" / f"{split}.jsonl"):
            pages.setdefault(row["context_id"], row["context"])
    place = {context: i for i, context in enumerate(pages)}
    rows = read_rows(data / "swequad_mc" / "dev.jsonl")
    return [row["question"] for row in rows], list(pages.values()), [place[row["context_id"]] for row in rows]


def superoffice_dev(data: Path, query_language: str, page_language: str) -> tuple[list[str], list[str], list[int]]:
    """Descriptions in one language, title and body in another: the held-back slice of superoffice_help."""
    folder = data / "superoffice_help"
    queries = {row["id"]: row["description"] for row in read_rows(folder / f"{query_language}.jsonl")}
    pages = [row for row in read_rows(folder / f"{page_language}.jsonl") if is_held_back(row["id"])]
    asked = [(queries[row["id"]], i) for i, row in enumerate(pages) if queries.get(row["id"])]
    return [text for text, _ in asked], [f"{row['title']}\n{row['body']}" for row in pages], [i for _, i in asked]
