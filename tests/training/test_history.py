import numpy as np

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.training.history import pool_of
from faqsuggest.training.mining import mine
from faqsuggest.training.pools import Example, Pool

KB = KnowledgeBase.from_records(
    tickets=[
        {
            "id": "t1",
            "created_at": "2026-01-01",
            "question": "Var är paketet?",
            "reply": "Spåra det på Mina sidor.",
            "article_ids": ["a1"],
        },
        {
            "id": "t2",
            "created_at": "2026-01-02",
            "question": "När kommer min order?",
            "reply": "Spåra det på Mina sidor!",
        },
        {"id": "t3", "created_at": "2026-01-03", "question": "Tack för en trevlig dag"},
    ],
    articles=[{"id": "a1", "title": "Spåra paket", "body": "Öppna Mina sidor."}],
)


def test_questions_know_their_article_and_each_other():
    pool = pool_of(KB)
    keys = {query.text: query.keys for query in pool.queries}
    article, reply = keys["Spåra paket"], keys["När kommer min order?"]
    assert len(article) == len(reply) == 1
    assert keys["Var är paketet?"] == article | reply
    assert article.isdisjoint(reply)
    assert keys["Tack för en trevlig dag"] == frozenset()
    roles = {passage.text: passage.role for passage in pool.passages}
    assert roles["Spåra paket\nÖppna Mina sidor."] == "passage"
    assert roles["När kommer min order?"] == "query"


class Letters:
    """Vectors over three letters, for hand-made neighbours."""

    name, dimension, fingerprint = "letters", 3, "letters"

    def fit(self, texts):
        return self

    def encode_queries(self, texts):
        rows = np.array([[text.count(letter) for letter in "abc"] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    encode_passages = encode_queries


def test_mined_negatives_are_the_nearest_wrong_ones_but_the_very_first():
    passages = tuple(Example(text, frozenset([text])) for text in ("aaa", "aab", "abb", "ccc"))
    pool = Pool("p", (Example("a", frozenset(["aaa"]), "query"),), passages)
    assert mine(pool, Letters(), k=2, skip=1).hard == {0: (2, 3)}
    assert mine(pool, Letters(), k=2, skip=0).hard == {0: (1, 2)}
