from datetime import UTC, datetime, timedelta

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.records import Article, Suggestion, Ticket
from faqsuggest.text.normalise import fold

START = datetime(2025, 1, 1, tzinfo=UTC)


def at(day):
    return START + timedelta(days=day)


def suggestion(text="", id="s", kind="reply", confidence=0.5, **fields):
    return Suggestion(kind=kind, id=id, text=text, confidence=confidence, **fields)


class WordOverlap:
    """Forty lines that rank past replies by shared words, and abstain below one half. A toy, but an honest one."""

    def fit(self, kb):
        self.tickets, self.articles = {}, {}
        self.add(tickets=kb.tickets, articles=kb.articles)
        return self

    def add(self, *, tickets=(), articles=()):
        self.tickets.update({ticket.id: ticket for ticket in tickets if ticket.reply})
        self.articles.update({article.id: article for article in articles})

    def remove(self, ids):
        for each in ids:
            self.tickets.pop(each, None)
            self.articles.pop(each, None)

    def suggest_many(self, texts, k=3, *, language=None, brand=None, min_confidence=None):
        return [
            self._suggest(set(fold(text).split()), k, 0.5 if min_confidence is None else min_confidence)
            for text in texts
        ]

    def _suggest(self, words, k, threshold):
        def share(text):
            other = set(fold(text).split())
            return len(words & other) / max(len(words | other), 1)

        found = [
            suggestion(t.reply, t.id, confidence=share(t.question), tags=t.tags, sources=(t.id,))
            for t in self.tickets.values()
        ] + [
            suggestion(a.body, a.id, "article", share(a.title), title=a.title, tags=a.tags, sources=(a.id,))
            for a in self.articles.values()
        ]
        found.sort(key=lambda each: (-each.confidence, each.id))
        return [each for each in found if each.confidence >= threshold][:k]


TOPICS = {
    "lösenord": "Klicka på Glömt lösenord så kommer en länk till din adress inom fem minuter.",
    "retur": "Skapa en retur under Mina sidor och lämna paketet hos ombudet inom trettio dagar.",
    "faktura": "Fakturan finns under Betalningar och kan delas upp på tre månader utan avgift.",
    "leverans": "Paketet går samma dag om du beställer före klockan två och spåras med länken i mejlet.",
}


def history(n=120, gap=0.4):
    """Synthetic: one ticket every ``gap`` days on four topics in turn, answered a quarter of a day later."""
    names, tickets = list(TOPICS), []
    for number in range(n):
        name = names[number % 4]
        tickets.append(
            Ticket(
                id=f"t{number:03d}",
                created_at=at(number * gap),
                replied_at=at(number * gap + 0.25),
                tags=(name,),
                question=f"{name} krånglar {chr(97 + number % 26) * 9} {chr(97 + number // 26) * 9}",
                language="sv",
                reply=f"Hej!\n\n{TOPICS[name]}\n\nHälsningar",
                channel="mail",
                customer_id=f"c{number % 50}",
            )
        )
    articles = [Article(id=f"a-{name}", title=f"Om {name}", body=body, tags=(name,)) for name, body in TOPICS.items()]
    return KnowledgeBase(tuple(tickets), tuple(articles))
