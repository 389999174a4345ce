import numpy as np
import pytest

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
    assert len(keys["Spåra paket"]) == 1
    # Agents linked the article in one ticket of the reply group: it stands behind all of the group.
    assert keys["Var är paketet?"] == keys["När kommer min order?"] > keys["Spåra paket"]
    assert keys["Tack för en trevlig dag"] == frozenset()
    roles = {passage.text: passage.role for passage in pool.passages}
    assert roles["Spåra paket\nÖppna Mina sidor."] == "passage"
    assert roles["När kommer min order?"] == "query"


def ticket(i, reply, **more):
    return {"id": f"t{i}", "created_at": f"2026-02-{i + 1:02d}", "question": f"fråga {i}", "reply": reply, **more}


def test_a_reply_that_an_article_contains_belongs_to_the_article():
    body = "Öppna Mina sidor. Välj Returer. Skriv ut etiketten. Lämna paketet hos ombudet inom fjorton dagar."
    kb = KnowledgeBase.from_records(
        tickets=[ticket(0, "Välj Returer. Skriv ut etiketten."), ticket(1, "Ring växeln på vardagar, fråga efter Bo.")],
        articles=[{"id": "a1", "title": "Retur", "body": body}],
    )
    keys = {query.text: query.keys for query in pool_of(kb).queries}
    assert keys["Retur"] < keys["fråga 0"]
    assert keys["Retur"].isdisjoint(keys["fråga 1"])


def test_most_links_decide_which_article_stands_behind_a_reply():
    articles = [{"id": i, "title": f"Rubrik {i}", "body": f"Text om {i}"} for i in ("a1", "a2")]
    tickets = [ticket(i, "Vi ringer upp.", article_ids=[linked]) for i, linked in enumerate(("a2", "a1", "a2"))]
    kb = KnowledgeBase.from_records(tickets=[*tickets, ticket(3, "Vi ringer upp.")], articles=articles)
    keys = {query.text: query.keys for query in pool_of(kb).queries}
    assert keys["Rubrik a2"] < keys["fråga 3"]
    assert keys["Rubrik a1"].isdisjoint(keys["fråga 3"])


def test_the_texts_of_an_answer_share_its_weight():
    weights = {passage.text: passage.weight for passage in pool_of(KB).passages}
    assert weights["Spåra paket\nÖppna Mina sidor."] == 1.0
    questions = [weights[text] for text in ("Var är paketet?", "När kommer min order?")]
    assert sum(questions) == pytest.approx(0.3)


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


def test_what_is_nearer_than_a_right_passage_is_no_negative_under_a_ceiling():
    passages = tuple(Example(text, frozenset([text])) for text in ("abb", "aab", "aaa", "ccc", "bcc"))
    pool = Pool("p", (Example("a", frozenset(["aab"]), "query"),), passages)
    assert mine(pool, Letters(), k=2, skip=0).hard == {0: (2, 0)}
    assert mine(pool, Letters(), k=2, skip=0, ceiling=0.95).hard == {0: (0, 3)}
