"""From a ticket history to what an encoder can learn from it: which texts belong to the same answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from faqsuggest.data.answers import Answer, AnswerBook, Unit, article_text
from faqsuggest.data.grouping import reply_body
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.evaluation.judging import SAME
from faqsuggest.evaluation.ngrams import count_ngrams, inverse_document_frequency, weigh
from faqsuggest.records import Article
from faqsuggest.text.normalise import normalise
from faqsuggest.training.pools import Example, Pool, Role

_WEIGHTS = {"article": 1.0, "reply": 0.5, "question": 0.3}
"""Of all texts of an answer together, so that one article weighs as much as a thousand questions."""


def pool_of(kb: KnowledgeBase) -> Pool:
    """Questions of past tickets as queries; articles, replies and other questions with the same answer as passages.

    A reply and an article count as one answer where agents who sent the reply linked that article, or where the article
    contains the reply; taken as different answers, each would be taught as wrong for the other's questions. Titles of
    articles are queries too, so that a base without tickets teaches something. A ticket that was neither answered nor
    linked to an article becomes a query that nothing answers. Texts are normalised as an encoder normalises them.

    Example:
        >>> kb = KnowledgeBase.from_records(articles=[{"id": "a", "title": "Glömt kod", "body": "Klicka på Glömt."}])
        >>> [query.text for query in pool_of(kb).queries]
        ['Glömt kod']
    """
    book = AnswerBook()
    book.add_articles(kb.articles)
    book.add_tickets(kb.tickets)
    behind = _articles_behind(book.answers)
    passages = [_example(unit, book, behind) for unit in book.units.values()]
    queries = [_example(unit, book, behind) for unit in book.units.values() if unit.field == "question"]
    for unit in book.units.values():
        if isinstance(unit.record, Article) and unit.record.title and unit.record.title != article_text(unit.record):
            queries.append(Example(normalise(unit.record.title), frozenset(book.answers_of(unit)), "query"))
    fields = [unit.field for unit in book.units.values()]
    return Pool("history", tuple(queries), tuple(_balanced(passages, fields)))


def _example(unit: Unit, book: AnswerBook, behind: Mapping[str, str]) -> Example:
    role: Role = "query" if unit.field == "question" else "passage"
    keys = frozenset(book.answers_of(unit))
    return Example(normalise(unit.text), keys | {behind[key] for key in keys if key in behind}, role)


def _balanced(passages: list[Example], fields: Sequence[str]) -> list[Example]:
    """The passages weighed so that the articles, replies and questions of an answer share its field's weight."""
    counts = Counter((min(passage.keys, default=""), field) for passage, field in zip(passages, fields, strict=True))
    return [
        replace(passage, weight=_WEIGHTS[field] / counts[min(passage.keys, default=""), field])
        for passage, field in zip(passages, fields, strict=True)
    ]


def _articles_behind(answers: Mapping[str, Answer]) -> dict[str, str]:
    """Reply group → the article that its agents linked most often, else one that contains the reply."""
    article_of = {article: key for key, answer in answers.items() for article in answer.articles}
    found: dict[str, str] = {}
    loose: dict[str, str] = {}
    for key, answer in answers.items():
        votes = Counter(
            article_of[i] for ticket in answer.tickets.values() for i in ticket.article_ids if i in article_of
        )
        if votes:
            found[key] = min(votes, key=lambda each: (-votes[each], each))
        elif answer.tickets:
            loose[key] = reply_body(next(iter(answer.tickets.values())).reply or "")
    texts = [(key, article_text(article)) for key, answer in answers.items() for article in answer.articles.values()]
    return found | _containing(loose, texts)


def _containing(replies: Mapping[str, str], articles: list[tuple[str, str]]) -> dict[str, str]:
    """Reply → the article that holds the largest share of its character n-grams, where that is SAME or more."""
    if not replies or not articles:
        return {}
    counts = count_ngrams([*replies.values(), *(text for _, text in articles)])
    rows = weigh(counts, inverse_document_frequency(counts))
    own, others = rows[: len(replies)], rows[len(replies) :]
    found = {}
    for start, names in _blocks(list(replies)):
        block = own[start : start + len(names)]
        shares = np.asarray((block.multiply(block) @ others.sign().T).todense())
        for name, share in zip(names, shares, strict=True):
            best = int(share.argmax())
            if share[best] >= SAME:
                found[name] = articles[best][0]
    return found


def _blocks(names: list[str], size: int = 1024) -> list[tuple[int, list[str]]]:
    return [(start, names[start : start + size]) for start in range(0, len(names), size)]
