"""A small invented base, and an encoder quick enough for hundreds of fits."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

import numpy as np

from faqsuggest.records import Article, Ticket

START = datetime(2025, 3, 1, 9, tzinfo=UTC)


class WordEncoder:
    """Texts by the first five letters of their words, hashed; nothing to learn."""

    name = "words"
    dimension = 48
    fingerprint = "w" * 64

    def fit(self, texts):
        return self

    def encode_queries(self, texts):
        rows = np.zeros((len(texts), self.dimension))
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.strip(".,?!").encode()[:5]) % self.dimension] += 1
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.where(norms > 0, norms, 1)).astype(np.float32)

    encode_passages = encode_queries


def article(number, body, **values):
    return Article(id=number, body=body, **values)


def ticket(number, question, reply=None, *, day=0, **values):
    return Ticket(id=number, question=question, reply=reply, created_at=START + timedelta(days=day), **values)


ARTICLES = (
    article("a-pass", "Klicka på Glömt lösenord. Du får ett mejl med en länk.", title="Glömt lösenord", language="sv"),
    article(
        "a-retur", "Skicka tillbaka varan inom 30 dagar. Frakten är gratis.", title="Returnera en vara", language="sv"
    ),
    article("a-fakt", "Du betalar fakturan i appen. Välj Mina fakturor.", title="Betala faktura", language="sv"),
    article("a-adr", "Ny adress anger du under Min profil.", title="Byta adress", language="sv"),
)
TICKETS = (
    ticket(
        "t-pass", "hej kommer inte in, lösenordet funkar inte", "Du kan byta lösenord på sidan för inloggning.", day=1
    ),
    ticket("t-sen", "var är mitt paket?", "Paketet är försenat och kommer på torsdag, följ det i appen.", day=2),
    ticket("t-sen2", "paketet har inte kommit", "Paketet är försenat och kommer på torsdag, följ det i appen!", day=3),
    ticket("t-link", "hur skickar jag tillbaka en tröja", None, day=4, article_ids=("a-retur",)),
    ticket("t-open", "en fråga som ingen har svarat på", None, day=5),
)
