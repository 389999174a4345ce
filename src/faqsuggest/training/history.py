"""From a ticket history to what an encoder can learn from it: which texts belong to the same answer."""

from __future__ import annotations

from faqsuggest.data.answers import AnswerBook, Unit, article_text
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.records import Article
from faqsuggest.training.pools import Example, Pool, Role

_WEIGHTS = {"article": 1.0, "reply": 0.5, "question": 0.3}


def pool_of(kb: KnowledgeBase) -> Pool:
    """Questions of past tickets as queries; articles, replies and other questions with the same answer as passages.

    Titles of articles are queries too, so that a base without tickets teaches something. A ticket that was neither
    answered nor linked to an article becomes a query that nothing answers.

    Example:
        >>> kb = KnowledgeBase.from_records(articles=[{"id": "a", "title": "Glömt kod", "body": "Klicka på Glömt."}])
        >>> [query.text for query in pool_of(kb).queries]
        ['Glömt kod']
    """
    book = AnswerBook()
    book.add_articles(kb.articles)
    book.add_tickets(kb.tickets)
    passages = [_example(unit, book) for unit in book.units.values()]
    queries = [_example(unit, book) for unit in book.units.values() if unit.field == "question"]
    for unit in book.units.values():
        if isinstance(unit.record, Article) and unit.record.title and unit.record.title != article_text(unit.record):
            queries.append(Example(unit.record.title, frozenset(book.answers_of(unit)), "query"))
    return Pool("history", tuple(queries), tuple(passages))


def _example(unit: Unit, book: AnswerBook) -> Example:
    role: Role = "query" if unit.field == "question" else "passage"
    return Example(unit.text, frozenset(book.answers_of(unit)), role, _WEIGHTS[unit.field])
