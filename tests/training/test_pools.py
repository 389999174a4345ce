import numpy as np
import pytest

from faqsuggest.training.pools import Example, Pool

KEY = [frozenset([f"k{i}"]) for i in range(6)]
PASSAGES = tuple(Example(f"passage {i}", KEY[i]) for i in range(6))
QUERIES = tuple(Example(f"query {i}", KEY[i], "query") for i in range(6))


def draw(pool, seed=0, queries=4, passages=5):
    return pool.draw(np.random.default_rng(seed), queries=queries, passages=passages)


def test_every_answerable_query_of_a_batch_has_its_positive_in_it():
    for seed in range(20):
        batch = draw(Pool("p", QUERIES, PASSAGES), seed)
        assert len(batch.queries) == 4
        assert 4 <= len(batch.passages) <= 5
        for row, query in enumerate(batch.queries):
            right = [p.text for p, positive in zip(batch.passages, batch.positive[row], strict=True) if positive]
            assert right == [query.text.replace("query", "passage")]


def test_an_unanswerable_query_takes_one_place_in_eight_and_has_no_positive():
    pool = Pool("p", (*QUERIES, *QUERIES, Example("spam", frozenset(), "query")), PASSAGES)
    batch = draw(pool, queries=8)
    assert [q.text for q in batch.queries if not q.keys] == ["spam"]
    assert not batch.positive[[q.text for q in batch.queries].index("spam")].any()


def test_a_text_is_never_its_own_positive():
    texts = tuple(Example(f"q{i}", KEY[i // 2], "query") for i in range(4))
    batch = draw(Pool("same", texts, texts), passages=4)
    for row, query in enumerate(batch.queries):
        column = (
            [p.text for p in batch.passages].index(query.text)
            if query.text in {p.text for p in batch.passages}
            else None
        )
        if column is not None:
            assert batch.ignored[row, column]
            assert not batch.positive[row, column]
    assert batch.positive.any()


def test_queries_without_a_passage_to_learn_from_are_not_drawn():
    pool = Pool("p", (QUERIES[0], Example("other", frozenset(["elsewhere"]), "query")), PASSAGES)
    assert {q.text for seed in range(10) for q in draw(pool, seed).queries} == {"query 0"}


def test_mined_negatives_come_before_others():
    many = (*PASSAGES, *(Example(f"filler {i}", frozenset([f"f{i}"]), weight=50.0) for i in range(50)))
    pool = Pool("p", QUERIES[:1], many, hard={0: (3, 4)})
    for seed in range(10):
        assert {p.text for p in draw(pool, seed, passages=3).passages} == {"passage 0", "passage 3", "passage 4"}


def test_positives_are_drawn_by_weight():
    passages = (Example("often", KEY[0], weight=9.0), Example("seldom", KEY[0], weight=1.0))
    pool = Pool("p", QUERIES[:1], passages)
    rng = np.random.default_rng(0)
    first = [pool.draw(rng, queries=1, passages=1).passages[0].text for _ in range(400)]
    assert first.count("often") / 400 == pytest.approx(0.9, abs=0.05)


def test_scale_multiplies_the_sizes_and_the_seed_decides_the_draw():
    pool = Pool("p", QUERIES, PASSAGES, scale=1.5)
    batch = draw(pool)
    assert (len(batch.queries), batch.positive.shape) == (6, (6, 6))
    assert [q.text for q in draw(pool, 3).queries] == [q.text for q in draw(pool, 3).queries]
