"""The sets that confidence is measured on: each a base, inquiries, and which answers are right for them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.records import Article, Ticket
from faqsuggest.request import KINDS

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Query:
    """An inquiry, and the keys of the answers that are right; none when nothing answers it."""

    text: str
    language: str
    gold: frozenset[str]
    topic: str
    at: datetime = NOW


@dataclass(frozen=True)
class Problem:
    """A base with inquiries.

    Attributes:
        keys: Article id → key; versions in several languages share one.
        planted: Tickets whose reply was made wrong on purpose.
        kinds: What may be offered.
    """

    name: str
    kb: KnowledgeBase
    queries: tuple[Query, ...]
    keys: Mapping[str, str]
    planted: frozenset[str] = field(default=frozenset())
    kinds: tuple[str, ...] = KINDS

    def is_right(self, record: Article | Ticket, query: Query) -> bool:
        """Whether offering this record answers the query."""
        if isinstance(record, Article):
            return self.keys[record.id] in query.gold
        if record.id in self.planted:
            return False
        return any(self.keys.get(article) in query.gold for article in record.article_ids)


def sampled(problem: Problem, most: int) -> Problem:
    """At most so many of the queries, drawn with a fixed seed."""
    if len(problem.queries) <= most:
        return problem
    return replace(problem, queries=tuple(random.Random(0).sample(problem.queries, most)))


def desk(data: Path, name: str, *, tickets: bool, kinds: tuple[str, ...] = KINDS) -> Problem:
    """One of the eight invented helpdesks with its real unanswerable inquiries; articles for staff are not offered."""
    folder = data / "desks" / name
    articles = [row for row in _rows(folder / "articles.jsonl") if row["audience"] == "public"]
    past = _rows(folder / "tickets.jsonl") if tickets else []
    keys = {row["id"]: row.get("parallel") or row["id"] for row in articles}
    kb = KnowledgeBase.from_records(
        articles=[{k: v for k, v in row.items() if v is not None} for row in articles],
        tickets=[{k: v for k, v in row.items() if v is not None and k != "planted"} for row in past],
    )
    queries = []
    for row in _rows(folder / "inquiries.jsonl"):
        gold = [keys[article] for article in row["gold"] if article in keys]
        text = "\n".join(part for part in (row["subject"], row["question"]) if part)
        moment = datetime.fromisoformat(row["created_at"].replace("Z", "+00:00"))
        queries.append(Query(text, row["language"], frozenset(gold), gold[0] if gold else "", moment))
    planted = frozenset(row["id"] for row in past if row.get("planted"))
    label = f"desks/{name}" + ("+" if tickets else "") + ("tickets" if tickets and kinds == KINDS else "")
    return Problem(label, kb, tuple(queries), keys, planted, kinds)


def banking77(data: Path) -> Problem:
    """One article an intent: its name and one training question; the test questions ask."""
    return _intents("banking77", _rows(data / "banking77" / "train.jsonl"), _rows(data / "banking77" / "test.jsonl"))


def clinc150(data: Path) -> Problem:
    """As banking77, with the test questions that are in no intent's scope."""
    rows = _rows(data / "clinc150" / "data_full.jsonl")
    asked = [row for row in rows if row["split"] in ("test", "oos_test")]
    return _intents("clinc150", [row for row in rows if row["split"] == "train"], asked)


def superoffice(data: Path, held_back: Callable[[str], bool]) -> Problem:
    """The articles that no encoder was trained on, each in one of four languages.

    Titles in the other languages ask, and descriptions and keywords in all.
    """
    languages = ("sv", "nb", "da", "en")
    articles, queries = [], []
    for language in languages:
        for row in _rows(data / "superoffice_help" / f"{language}.jsonl"):
            if not held_back(row["id"]) or len(row["body"]) < 60:
                continue
            own = languages[sum(row["id"].encode()) % 4] == language
            if own:
                articles.append({"id": row["id"], "title": row["title"], "body": row["body"], "language": language})
            asked = ["" if own else row["title"], row["description"] or "", " ".join(row["keywords"] or [])]
            queries += [Query(t, language, frozenset([row["id"]]), row["id"]) for t in asked if len(t) > 4]
    kb = KnowledgeBase.from_records(articles=articles)
    known = {article.id for article in kb.articles}
    return Problem("superoffice", kb, tuple(q for q in queries if q.topic in known), {i: i for i in known})


def gnome(data: Path) -> list[Problem]:
    """Help pages that no encoder was trained on, without their titles; titles and descriptions ask.

    A base in four languages, each page in one of them and asked for in all; and bases in one language, asked in that
    and in another. Pages of which much is left in English are not taken for another.
    """
    languages = ("sv", "da", "fi", "en")
    rows = {language: _translated(data / "gnome_help" / f"{language}.jsonl") for language in languages}
    told = {
        page: [language for language in languages if len(rows[language].get(page, {}).get("body", "")) > 60]
        for page in rows["en"]
    }
    mixed = {page: those[sum(page.encode()) % len(those)] for page, those in told.items() if those}
    found = [_help("gnome", rows, mixed, languages)]
    for asked, answered in (("sv", "sv"), ("en", "en"), ("sv", "en"), ("en", "sv")):
        alike = {page: answered for page, those in told.items() if answered in those}
        found.append(_help(f"gnome {asked}→{answered}", rows, alike, (asked,)))
    return found


def _help(name: str, rows: Mapping[str, Mapping[str, Any]], own: Mapping[str, str], asked: Sequence[str]) -> Problem:
    kb = KnowledgeBase.from_records(
        articles=[{"id": page, "body": rows[code][page]["body"], "language": code} for page, code in own.items()]
    )
    known = {article.id for article in kb.articles}
    queries = [
        Query(text, language, frozenset([page]), page)
        for language in asked
        for page, row in rows[language].items()
        for text in (row["title"], row["description"] or "")
        if page in known and len(text) > 4
    ]
    return Problem(name, kb, tuple(queries), {page: page for page in known})


def _translated(path: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in _rows(path) if row.get("untranslated_share", 0.0) < 0.1}


def zaragoza() -> Problem:
    """Swedish answers without their questions; the questions ask, in Swedish and in English."""
    from importlib import resources

    folder = resources.files("zaragoza_construction_faq").joinpath("data")
    articles, queries = [], []
    for language, name in (("sv", "faq.json"), ("en", "faq-en.json")):
        found = json.loads(folder.joinpath(name).read_text(encoding="utf-8"))
        for row in found["questions"]:
            if language == "sv":
                articles.append({"id": row["id"], "body": row["a"], "language": "sv"})
            queries.append(Query(row["q"], language, frozenset([row["id"]]), row["id"]))
    kb = KnowledgeBase.from_records(articles=articles)
    return Problem("zaragoza", kb, tuple(queries), {article.id: article.id for article in kb.articles})


def swefaq(data: Path) -> Problem:
    """Answers of authorities; their questions ask."""
    rows = _rows(data / "swefaq" / "dev.jsonl")
    return _pages("swefaq", [(f"{r['category_id']}-{r['label']}", r["answer"], r["question"]) for r in rows])


def swequad(data: Path) -> Problem:
    """Pages of authorities that no encoder was trained on; questions to them ask."""
    rows = _rows(data / "swequad_mc" / "dev.jsonl")
    return _pages("swequad", [(str(row["context_id"]), row["context"], row["question"]) for row in rows])


def _pages(name: str, triples: Sequence[tuple[str, str, str]]) -> Problem:
    bodies = {key: body for key, body, _ in triples}
    kb = KnowledgeBase.from_records(articles=[{"id": k, "body": b, "language": "sv"} for k, b in bodies.items()])
    queries = tuple(Query(asked, "sv", frozenset([key]), key) for key, _, asked in triples)
    return Problem(name, kb, queries, {key: key for key in bodies})


def _intents(name: str, train: Sequence[Mapping[str, Any]], asked: Sequence[Mapping[str, Any]]) -> Problem:
    shown: dict[str, str] = {}
    for row in train:
        shown.setdefault(row["label"], row["text"])
    kb = KnowledgeBase.from_records(
        articles=[
            {"id": label, "title": label.replace("_", " "), "body": text, "language": "en"}
            for label, text in shown.items()
        ]
    )
    queries = []
    for row in asked:
        label = row["label"] if row["label"] in shown else ""
        queries.append(Query(row["text"], "en", frozenset([label] if label else []), label))
    return Problem(name, kb, tuple(queries), {label: label for label in shown})


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
