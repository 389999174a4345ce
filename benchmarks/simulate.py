"""Synthetic ticket histories with known truth, drawn from the invented desks. No customer ever sent any of it.

    simulation = simulate(desks_folder(), 20_000, seed=1)
    simulation.kb          # a KnowledgeBase: what a helpdesk would export
    simulation.truth       # a frame, one row a ticket: what only the simulator knows

What is modelled: five languages as the desks have them, channels, opening hours, weekdays, seasons by topic,
campaigns, topics that start late, wordings that appear over time, popular and rare topics (Zipf), macros and their
revision, agents who differ, answers that are wrong, missing or noisy tags, returning customers, threads, and a share
of inquiries that nothing answers.

What is not: a real desk has far more distinct wordings. Here some twelve texts a topic are varied by greeting,
context, dropped sentences, typing errors and numbers, so that absolute scores are too high; differences and checks
against truth are what it is for.
"""

from __future__ import annotations

import math
import os
import random
import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.simulate_desks import Desk, Settings, Topic, load_desk
from benchmarks.simulate_phrases import (
    AGENTS,
    CLOSING,
    CONTEXT,
    CUSTOMERS,
    FOLLOW_UP,
    FORWARDED,
    GREETING,
    OPENING,
    THANKS,
)
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.records import Ticket

if TYPE_CHECKING:
    import pandas as pd

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True)
class Simulation:
    """A history and the truth about it.

    Attributes:
        kb: Tickets in time order and the desks' articles; brand is the desk.
        truth: One row a ticket, same order: id, desk, topic (None where nothing answers), reply_topic (what the reply
            answers), version (of the macro), source (the text that the question was varied from), macro, campaign,
            follow_up.
    """

    kb: KnowledgeBase
    truth: pd.DataFrame


def desks_folder() -> Path:
    """The desks below FAQSUGGEST_DATA.

    Raises:
        FileNotFoundError: If the variable is not set or holds no desks.
    """
    folder = Path(os.environ.get("FAQSUGGEST_DATA", "")) / "desks"
    if not folder.is_dir():
        raise FileNotFoundError("set FAQSUGGEST_DATA to the folder that holds desks/")
    return folder


def simulate(
    desks: str | Path,
    n: int,
    seed: int = 0,
    *,
    names: Sequence[str] | None = None,
    settings: Settings | None = None,
) -> Simulation:
    """Draw ``n`` tickets; the same for the same arguments on every machine.

    Args:
        desks: Folder with one folder a desk.
        n: Number of tickets over all desks.
        seed: Of every draw.
        names: Desks to take; all by default.
        settings: How the history behaves.
    """
    import pandas as pd

    rng, how = random.Random(seed), settings or Settings()
    folders = [
        each for each in sorted(Path(desks).iterdir()) if each.is_dir() and (names is None or each.name in names)
    ]
    loaded = [load_desk(folder, rng, how) for folder in folders]
    rows: list[tuple[Ticket, dict[str, Any]]] = []
    for position, desk in enumerate(loaded):
        share = n // len(loaded) + (position < n % len(loaded))
        rows += _History(desk, how, random.Random(f"{seed}/{desk.name}")).draw(share)
    rows.sort(key=lambda row: (row[0].created_at, row[0].id))
    articles = [article for desk in loaded for topic in desk.topics for article in topic.articles.values()]
    base = KnowledgeBase(tuple(ticket for ticket, _ in rows), tuple(sorted(articles, key=lambda each: each.id)))
    return Simulation(base, pd.DataFrame([truth for _, truth in rows]))


class _History:
    """Draws the tickets of one desk."""

    def __init__(self, desk: Desk, how: Settings, rng: random.Random) -> None:
        self.desk, self.how, self.rng = desk, how, rng
        self.years = how.days / 365.25
        days = [self._day_weight(day) for day in range(how.days)]
        self.days = list(accumulate(days))
        self.mix: dict[int, list[float]] = {}
        self.threads: list[tuple[datetime, Ticket, str | None]] = []

    def _day_weight(self, day: int) -> float:
        weekday = (self.how.start + timedelta(days=day)).weekday()
        summer = 1.0 - 0.25 * math.exp(-((((day % 365) - 200) / 20) ** 2))
        return (1.35, 1.15, 1.05, 1.0, 0.9, 0.35, 0.3)[weekday] * summer * (1.0 + 0.3 * day / self.how.days)

    def draw(self, n: int) -> list[tuple[Ticket, dict[str, Any]]]:
        moments = sorted(self._moment() for _ in range(n))
        return [self._ticket(f"{self.desk.name}-{number:06d}", at) for number, at in enumerate(moments)]

    def _moment(self) -> datetime:
        day = bisect(self.days, self.rng.random() * self.days[-1])
        hour = self.rng.choices(
            range(24), (1, 1, 1, 1, 1, 2, 4, 9, 14, 15, 14, 13, 11, 12, 12, 11, 9, 7, 6, 6, 6, 5, 3, 2)
        )[0]
        return self.how.start + timedelta(
            days=min(day, self.how.days - 1), hours=hour, seconds=self.rng.randrange(3600)
        )

    def _topic(self, at: float) -> Topic:
        step = int(at * self.how.days)
        if step not in self.mix:
            self.mix = {step: list(accumulate(topic.intensity(at, self.years) for topic in self.desk.topics))}
        totals = self.mix[step]
        return self.desk.topics[min(bisect(totals, self.rng.random() * totals[-1]), len(totals) - 1)]

    def _ticket(self, number: str, moment: datetime) -> tuple[Ticket, dict[str, Any]]:
        rng, at = self.rng, (moment - self.how.start) / timedelta(days=self.how.days)
        if self.threads and rng.random() < self.how.follow_ups:
            return self._follow_up(number, moment)
        topic = self._topic(at) if rng.random() < self.how.repeats or not self.desk.unanswered else None
        if topic is None:
            source, row = rng.choice(self.desk.unanswered)
        else:
            known = [question for question in topic.questions if question[0] <= at]
            _, source, row = rng.choice(known)
        customer = f"c{int(rng.paretovariate(0.7) * 40) % 50_000:05d}-{self.desk.name}"
        ticket = Ticket(
            id=number,
            created_at=moment,
            question=self._varied(row),
            subject=row.get("subject"),
            channel=row["channel"],
            language=row["language"],
            brand=self.desk.name,
            customer_id=customer,
            thread_id=f"th-{number}",
            agent_id=f"{self.desk.name}-{rng.randrange(len(AGENTS)):02d}",
            tags=self._tags(topic),
        )
        return self._answered(ticket, topic, source, at)

    def _answered(self, ticket: Ticket, topic: Topic | None, source: str, at: float) -> tuple[Ticket, dict[str, Any]]:
        rng = self.rng
        told = self._told(topic, at)
        version = int(told is not None and at >= told.revised)
        macro = rng.random() < self.how.macros
        reply = self._reply(ticket, told, version, macro, unanswered=topic is None)
        sent = ticket.created_at + timedelta(hours=min(rng.lognormvariate(1.4, 1.1), 240.0))
        linked = self._link(told, ticket.language) if reply and rng.random() < self.how.linked else ()
        campaign = topic is not None and topic.campaign[0] <= at < topic.campaign[1]
        done = replace(
            ticket,
            reply=reply,
            replied_at=sent if reply else None,
            closed_at=sent + timedelta(days=1) if reply else None,
            article_ids=linked,
            rating=float(rng.choice((2, 4, 5, 5))) if rng.random() < 0.2 else None,
            resolved=bool(reply),
        )
        self.threads = [*self.threads[-40:], (sent, done, told.key if told else None)]
        truth = {
            "id": ticket.id,
            "desk": self.desk.name,
            "topic": topic.key if topic else None,
            "reply_topic": told.key if told and reply else None,
            "version": version,
            "source": source,
            "macro": macro and bool(reply),
            "campaign": campaign,
            "follow_up": False,
        }
        return done, truth

    def _follow_up(self, number: str, moment: datetime) -> tuple[Ticket, dict[str, Any]]:
        _, first, _ = self.rng.choice(self.threads)
        language = first.language or "en"
        sent = moment + timedelta(hours=self.rng.uniform(1, 48))
        ticket = replace(
            first,
            id=number,
            created_at=moment,
            question=FOLLOW_UP[language],
            reply=FORWARDED[language],
            replied_at=sent,
            closed_at=sent,
            article_ids=(),
            rating=None,
            resolved=True,
            subject=None,
        )
        truth = {
            "id": number,
            "desk": self.desk.name,
            "topic": None,
            "reply_topic": None,
            "version": 0,
            "source": "follow-up",
            "macro": True,
            "campaign": False,
            "follow_up": True,
        }
        return ticket, truth

    def _told(self, topic: Topic | None, at: float) -> Topic | None:
        """The topic that the agent answers: now and then another one with a tag in common, if it has begun."""
        if topic is None or self.rng.random() >= self.how.inconsistent:
            return topic
        begun = (other for other in self.desk.topics if other is not topic and other.begins <= at)
        near = [other for other in begun if set(other.tags) & set(topic.tags)]
        return self.rng.choice(near) if near else topic

    def _reply(self, ticket: Ticket, told: Topic | None, version: int, macro: bool, *, unanswered: bool) -> str | None:
        rng, language = self.rng, ticket.language or "en"
        if unanswered or told is None:
            return FORWARDED[language] if rng.random() < 0.4 else None
        article = told.articles.get(language) or next(iter(told.articles.values()))
        sentences = _SENTENCE.split(article.body)
        if macro:
            body = " ".join(sentences[: 3 + version])
        elif told.replies.get(language) and rng.random() < 0.6:
            return rng.choice(told.replies[language])
        else:
            body = " ".join(
                sentences[place] for place in sorted(rng.sample(range(len(sentences)), min(3, len(sentences))))
            )
        if version:  # a revised rule has other amounts and deadlines
            body = _NUMBER.sub(lambda match: str(int(match[0]) + 5), body)
        agent = AGENTS[int((ticket.agent_id or "00")[-2:])]
        opening = OPENING[language].format(c=rng.choice(CUSTOMERS))
        return f"{opening}\n\n{body}\n\n{CLOSING[language].format(a=agent)}"

    def _link(self, told: Topic | None, language: str | None) -> tuple[str, ...]:
        if told is None:
            return ()
        article = told.articles.get(language or "") or next(iter(told.articles.values()))
        return (article.id,)

    def _tags(self, topic: Topic | None) -> tuple[str, ...]:
        rng = self.rng
        if topic is None:
            return ()
        if rng.random() >= self.how.noise:
            return topic.tags
        return () if rng.random() < 0.5 else rng.choice(self.desk.topics).tags

    def _varied(self, row: dict[str, Any]) -> str:
        """The text with another greeting, context, closing, a sentence less, a typing error."""
        rng, language = self.rng, row["language"]
        text: str = row["question"]
        sentences = _SENTENCE.split(text)
        if len(sentences) > 4 and rng.random() < 0.4:
            sentences.pop(rng.randrange(1, len(sentences)))
            text = " ".join(sentences)
        if rng.random() < self.how.typos:
            text = _mistyped(text, rng)
        parts = [text]
        if rng.random() < 0.35:
            parts.insert(0, rng.choice(GREETING[language]))
        if rng.random() < 0.3:
            context = rng.choice(CONTEXT[language])
            parts.append(context.format(y=rng.randrange(2005, 2024), n=rng.randrange(10_000, 99_999)))
        if rng.random() < 0.3:
            parts.append(rng.choice(THANKS[language]).format(c=rng.choice(CUSTOMERS)))
        return " ".join(parts)


def _mistyped(text: str, rng: random.Random) -> str:
    for _ in range(1 + len(text) // 120):
        place = rng.randrange(max(len(text) - 1, 1))
        swap = text[place : place + 2][::-1] if rng.random() < 0.5 else text[place : place + 1] * 2
        text = text[:place] + swap + text[place + 2 :]
    return text if rng.random() < 0.6 else text.lower()


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    made = simulate(desks_folder(), 100_000)
    print(f"100,000 synthetic tickets in {time.perf_counter() - begun:.1f} s")
    print(made.truth[["macro", "campaign", "follow_up"]].mean().round(3).to_dict())
    print(
        "answerable",
        round(made.truth["topic"].notna().mean(), 3),
        "distinct replies",
        len({t.reply for t in made.kb.tickets}),
    )
