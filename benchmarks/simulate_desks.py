"""The invented desks as topics with behaviour: what the simulated histories are drawn from."""

from __future__ import annotations

import json
import math
import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from faqsuggest.records import Article


@dataclass(frozen=True, slots=True)
class Settings:
    """How the history behaves; shares are from 0 to 1.

    Attributes:
        start: First day.
        days: Length of the history.
        repeats: Share of inquiries about a topic that some article or reply answers; the rest nothing answers.
        macros: Share of replies that are sent as the macro stands.
        inconsistent: Share of replies that answer another topic with a common tag, or none.
        linked: Share of answered tickets that name the article.
        noise: Share of tickets with a missing or wrong tag.
        late: Share of topics that start during the history.
        typos: Share of questions with typing errors.
        follow_ups: Share of tickets that continue the customer's thread.
    """

    start: datetime = datetime(2024, 1, 1, tzinfo=UTC)
    days: int = 730
    repeats: float = 0.9
    macros: float = 0.6
    inconsistent: float = 0.05
    linked: float = 0.3
    noise: float = 0.06
    late: float = 0.15
    typos: float = 0.25
    follow_ups: float = 0.03


@dataclass
class Topic:
    """What one article (with its parallels) answers."""

    key: str
    articles: dict[str, Article]
    tags: tuple[str, ...]
    questions: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    weight: float = 1.0
    begins: float = 0.0
    phase: float = 0.0
    revised: float = 2.0
    campaign: tuple[float, float] = (2.0, 2.0)

    def intensity(self, at: float, years: float) -> float:
        """Relative number of inquiries at a share ``at`` of the history."""
        if at < self.begins:
            return 0.0
        season = 1.0 + 0.6 * math.sin(2 * math.pi * (at * years + self.phase))
        return self.weight * season * (12.0 if self.campaign[0] <= at < self.campaign[1] else 1.0)


@dataclass
class Desk:
    """One desk's topics and the texts that nothing answers."""

    name: str
    topics: list[Topic]
    unanswered: list[tuple[str, dict[str, Any]]]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def load_desk(folder: Path, rng: random.Random, how: Settings) -> Desk:
    topics: dict[str, Topic] = {}
    of_article: dict[str, Topic] = {}
    for row in _lines(folder / "articles.jsonl"):
        key = f"{folder.name}/{row.get('parallel') or row['id']}"
        topic = topics.setdefault(key, Topic(key, {}, tuple(row["tags"])))
        of_article[row["id"]] = topic
        topic.articles[row["language"]] = _article(folder.name, row, how)
    desk = Desk(folder.name, list(topics.values()), [])
    for row in _lines(folder / "inquiries.jsonl") + _lines(folder / "tickets.jsonl"):
        gold = row.get("gold") or row.get("article_ids") or []
        source = f"{folder.name}/{row['id']}"
        if gold and gold[0] in of_article:
            of_article[gold[0]].questions.append((0.0, source, row))
            if row.get("reply") and not row.get("planted"):
                of_article[gold[0]].replies[row["language"]].append(row["reply"])
        elif not gold and not row.get("reply"):
            desk.unanswered.append((source, row))
    desk.topics = [topic for topic in desk.topics if topic.questions]
    for rank, topic in enumerate(rng.sample(desk.topics, len(desk.topics))):
        _set_behaviour(topic, rank, rng, how)
    return desk


def _article(desk: str, row: dict[str, Any], how: Settings) -> Article:
    return Article(
        id=f"{desk}:{row['id']}",
        title=row["title"],
        body=row["body"],
        language=row["language"],
        brand=desk,
        tags=tuple(row["tags"]),
        updated_at=how.start - timedelta(days=30),
        audience=row["audience"],
        parallel=f"{desk}/{row['parallel']}" if row.get("parallel") else None,
    )


def _set_behaviour(topic: Topic, rank: int, rng: random.Random, how: Settings) -> None:
    topic.weight = 1.0 / (rank + 3.0)
    topic.phase = rng.random()
    topic.begins = rng.uniform(0.1, 0.9) if rng.random() < how.late else 0.0
    topic.revised = rng.uniform(0.3, 0.9) if rng.random() < 0.2 else 2.0
    if rng.random() < 0.15:
        begins = rng.uniform(topic.begins, 0.97)
        topic.campaign = (begins, begins + rng.uniform(2, 6) / how.days)
    rng.shuffle(topic.questions)
    # Half of the wordings are there from the first day, the others turn up over time.
    topic.questions = [
        (0.0 if place <= len(topic.questions) // 2 else rng.random(), source, row)
        for place, (_, source, row) in enumerate(topic.questions)
    ]
    topic.questions.sort(key=lambda each: each[0])
    if topic.begins:
        written = how.start + timedelta(days=topic.begins * how.days)
        topic.articles = {language: _dated(article, written) for language, article in topic.articles.items()}


def _dated(article: Article, written: datetime) -> Article:
    return replace(article, updated_at=written)
