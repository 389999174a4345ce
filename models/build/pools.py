"""What the shipped encoder learns from: pools of queries and passages; the card names each source with its licence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from faqsuggest.text.mail import main_text
from faqsuggest.text.sentences import sentences
from faqsuggest.training.pools import Example, Pool

from . import parallel_text, titled_text

OWN_DESKS = Path(__file__).parent / "desks"
OWN_QUESTIONS = Path(__file__).parent / "questions"
EARLIER = frozenset(
    ("benefits", "energy", "grocery", "gym", "library", "mobility", "tax", "telecom", "travel", "university")
)
"""Desks beside this file from which the second stage learns; the third learns from all, and mostly from the others."""
# How often a pool is drawn and how much larger its batches are, in the first stage (tidy texts) …
TIDY = {
    "mozilla": (2.0, 2.4),
    "chromium": (2.0, 2.4),
    "libreoffice-l10n": (1.0, 2.4),
    "libreoffice-help": (1.5, 1.6),
    "superoffice": (2.5, 0.9),
    "swequad": (1.2, 0.6),
    "banking77": (0.7, 2.0),
    "clinc150": (0.7, 2.0),
    "office-pages": (3.0, 1.0),
    "gimp-pages": (0.6, 1.0),
    "package-descriptions": (3.0, 1.2),
}
# … and beside the desks later, so that nothing learnt in the first is lost.
BESIDE = {
    "mozilla": (0.25, 1.4),
    "chromium": (0.25, 1.4),
    "superoffice": (0.9, 0.8),
    "swequad": (0.6, 0.6),
    "banking77": (0.2, 1.4),
    "clinc150": (0.2, 1.4),
    "office-pages": (0.8, 1.0),
    "gimp-pages": (0.2, 1.0),
    "package-descriptions": (0.8, 1.2),
}


def held_back(article_id: object) -> bool:
    """Whether an article of superoffice_help is kept out of training in all its languages: one in five, by hash."""
    return int(hashlib.blake2b(str(article_id).encode(), digest_size=4).hexdigest(), 16) % 5 == 0


def desk_pools(data: Path, without: Sequence[str], share: float, *, parts: float) -> list[Pool]:
    """One pool for each of the eight desks of the development data but ``without``.

    Args:
        data: Folder of the development data.
        without: Names of desks to leave out.
        share: How often each is drawn.
        parts: How often a part of an article without its title is drawn, beside 1 for the article with its title.
    """
    return [_desk(folder, share, parts) for folder in _folders(data / "desks") if folder.name not in without]


def own_desk_pools(earlier: float, later: float, *, parts: float) -> list[Pool]:
    """One pool for each desk beside this file, with the shares of the earlier and of the later ones; 0 leaves out."""
    shares = {folder: earlier if folder.name in EARLIER else later for folder in _folders(OWN_DESKS)}
    return [_desk(folder, share, parts) for folder, share in shares.items() if share]


def question_pools(share: float, scale: float) -> list[Pool]:
    """One pool for each set of tidy questions beside this file; its answers stand without the question."""
    return [replace(_desk(folder, share, 0.0), scale=scale) for folder in _folders(OWN_QUESTIONS)]


def _folders(root: Path) -> list[Path]:
    return sorted(folder for folder in root.iterdir() if folder.is_dir())


def tidy_pools(data: Path, unpacked: Path) -> list[Pool]:
    """One pool for each source that is no desk; reading them takes minutes."""
    return [
        *_parallel(unpacked),
        *_titled(unpacked),
        _superoffice(data),
        _swequad(data),
        *(_intents(data, name) for name in ("banking77", "clinc150")),
    ]


def mixed(pools: Iterable[Pool], mix: Mapping[str, tuple[float, float]]) -> list[Pool]:
    """The pools that ``mix`` names, with its shares and scales."""
    return [replace(pool, share=mix[pool.name][0], scale=mix[pool.name][1]) for pool in pools if pool.name in mix]


def windows(body: str) -> list[str]:
    """A body as runs of about 250 characters that end with a sentence: an answer without its title, or a part of it."""
    runs, run = [], ""
    for sentence in sentences(body):
        run = f"{run} {sentence}".strip()
        if len(run) > 250:
            runs.append(run)
            run = ""
    return [*runs, run] if len(run) > 60 or not runs else runs


def noise(text: str, rng: np.random.Generator) -> str:
    """A message as it may come.

    Half without greeting and signature, as they are searched for, and half with what thumbs do to a text: lower case,
    no å ä ö æ ø, letters lost, swapped or doubled.
    """
    if rng.random() < 0.5:
        text = main_text(text) or text
    dice = rng.random()
    if dice < 0.55:
        return text
    if dice < 0.65:
        text = text.lower()
    if dice < 0.75:
        text = text.translate(str.maketrans("åäöæøÅÄÖ", "aaoaoAAO"))
    if dice < 0.95:
        words = text.split(" ")
        for _ in range(max(1, len(words) // 10)):
            place = int(rng.integers(len(words)))
            words[place] = _slip(words[place], rng)
        text = " ".join(words)
    return text


def _slip(word: str, rng: np.random.Generator) -> str:
    if len(word) <= 3:
        return word
    at, kind = int(rng.integers(1, len(word) - 1)), int(rng.integers(3))
    middle = ("", word[at + 1] + word[at], word[at] * 2)[kind]
    return word[:at] + middle + word[at + (2 if kind == 1 else 1) :]


def _desk(folder: Path, share: float, parts: float) -> Pool:
    articles = [row for row in _rows(folder / "articles.jsonl") if row.get("audience", "public") == "public"]
    key = {row["id"]: f"{folder.name}:{row.get('parallel') or row['id']}" for row in articles}
    passages, queries = [], []
    for row in articles:
        own = frozenset([key[row["id"]]])
        passages.append(Example(f"{row['title']}\n{row['body']}".strip(), own))
        if row["title"]:
            passages.append(Example(row["title"], own, weight=0.15))
        cut = windows(row["body"]) if parts else []
        passages += [Example(part, own, weight=parts / len(cut)) for part in cut]
    for row in _rows(folder / "inquiries.jsonl"):
        keys = frozenset(key[i] for i in row["gold"] if i in key)
        queries.append(Example(_asked(row), keys, "query"))
        if len(keys) == 1:
            passages.append(Example(_asked(row), keys, "query", 0.06))
    for row in _rows(folder / "tickets.jsonl") if (folder / "tickets.jsonl").is_file() else ():
        keys = frozenset(key[i] for i in row["article_ids"] if i in key)
        if row.get("planted"):
            continue
        queries.append(Example(_asked(row), keys, "query"))
        if keys and row["reply"]:
            passages += [Example(row["reply"], keys, weight=0.1), Example(_asked(row), keys, "query", 0.06)]
    return Pool(folder.name, tuple(queries), tuple(passages), share)


def _asked(row: dict[str, Any]) -> str:
    return "\n".join(part for part in (row.get("subject"), row["question"]) if part)


def _parallel(unpacked: Path) -> Iterator[Pool]:
    found: dict[str, tuple[list[Example], list[Example]]] = {}
    for number, (source, row) in enumerate(parallel_text.rows(unpacked)):
        queries, passages = found.setdefault(source, ([], []))
        own = frozenset([f"{source}{number}"])
        queries += [Example(text, own, "query") for text in row.values()]
        passages += [Example(text, own) for text in row.values()]
    return (Pool(source, tuple(queries), tuple(passages)) for source, (queries, passages) in found.items())


def _titled(unpacked: Path) -> Iterator[Pool]:
    # A text answers its title, in whatever languages the two are; it stands without the title, as a reply would.
    for source, rows in titled_text.sections(unpacked):
        queries, passages = [], []
        for number, row in enumerate(rows):
            own = frozenset([f"{source}{number}"])
            queries += [Example(title, own, "query") for title in row.titles.values()]
            for text in row.texts.values():
                parts = windows(text)
                passages += [Example(text[:900], own, weight=0.6)]
                passages += [Example(part, own, weight=0.6 / len(parts)) for part in parts]
        yield Pool(source, tuple(queries), tuple(passages))


def _superoffice(data: Path) -> Pool:
    queries, passages = [], []
    for language in ("sv", "nb", "da", "en"):
        for row in _rows(data / "superoffice_help" / f"{language}.jsonl"):
            if held_back(row["id"]):
                continue
            own = frozenset([f"superoffice:{row['id']}"])
            if len(row["body"]) > 60:
                passages += [
                    Example(f"{row['title']}\n{row['body'][:700]}", own, weight=0.7),
                    Example(row["body"][:900], own, weight=0.5),
                ]
                parts = windows(row["body"][:1500])
                passages += [Example(part, own, weight=0.8 / len(parts)) for part in parts]
            passages.append(Example(row["title"], own, weight=0.15))
            asked = (row["title"], row["description"], " ".join(row["keywords"] or []))
            queries += [Example(text, own, "query") for text in asked if text and len(text) > 4]
    return Pool("superoffice", tuple(queries), tuple(passages))


def _swequad(data: Path) -> Pool:
    # Pages that stand in the development and test splits too are left out.
    kept = {row["context"][:200] for split in ("dev", "test") for row in _rows(data / "swequad_mc" / f"{split}.jsonl")}
    queries, passages = [], []
    for row in _rows(data / "swequad_mc" / "train.jsonl"):
        if row["context"][:200] not in kept:
            found = max(0, row["context"].find(row["answer"][:40]))
            own = frozenset([f"swequad:{row['context_id']}"])
            queries.append(Example(row["question"], own, "query"))
            # The answer stands anywhere in a long text as it does on a page, and near the start of a short one.
            passages += [
                Example(row["context"][max(0, found - before) :][:length], own, weight=weight)
                for before, length, weight in ((600, 1000, 0.6), (120, 400, 0.4))
            ]
    return Pool("swequad", tuple(queries), tuple(passages))


def _intents(data: Path, name: str) -> Pool:
    rows = [row for path in sorted((data / name).glob("*.jsonl")) for row in _rows(path) if row.get("split") == "train"]
    asked = tuple(Example(row["text"], frozenset([f"{name}:{row['label']}"]), "query") for row in rows)
    return Pool(name, asked, asked)


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
