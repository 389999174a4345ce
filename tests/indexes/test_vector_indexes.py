import numpy as np
import pytest
from contracts.vector_index_contract import VectorIndexContract, clustered

from faqsuggest.indexes.base import VectorIndex
from faqsuggest.indexes.exact import ExactIndex
from faqsuggest.indexes.faiss_index import FaissIndex


class TestExactIndex(VectorIndexContract):
    def make(self, dimension):
        return ExactIndex(dimension)

    def load(self, folder):
        return ExactIndex.load(folder)


class TestFaissComparingAll(VectorIndexContract):
    def make(self, dimension):
        return FaissIndex(dimension)

    def load(self, folder):
        return FaissIndex.load(folder)


class TestFaissWithLists(VectorIndexContract):
    """So few rows that all lists are read: the same values are due."""

    def make(self, dimension):
        return FaissIndex(dimension, exact_up_to=4)

    def load(self, folder):
        return FaissIndex.load(folder, exact_up_to=4)


@pytest.mark.parametrize("index", [ExactIndex(2), FaissIndex(2)])
def test_protocol(index):
    assert isinstance(index, VectorIndex)


def recall(index, oracle, queries, allowed=None):
    found, best = index.search(queries, 10, allowed).ids, oracle.search(queries, 10, allowed).ids
    assert found.shape == best.shape
    return np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found.tolist(), best.tolist(), strict=True)])


@pytest.fixture(scope="module")
def grown():
    """Lists over 3000 rows, 200 of them replaced, 300 gone, 2000 new: joined, then 5000 more: trained anew."""
    index, oracle = FaissIndex(32, exact_up_to=1000), ExactIndex(32)
    rows = clustered(10_000, 32)
    for both in (index, oracle):
        both.add(np.arange(3000), rows[:3000])
    index.build()
    for both in (index, oracle):
        both.remove(np.arange(0, 3000, 10))
        both.add(np.arange(1, 3000, 15), rows[3000:3200])
        both.add(np.arange(3000, 4800), rows[3200:5000])
    return index, oracle, rows


def test_recall_of_lists_after_changes(grown):
    index, oracle, rows = grown
    queries = clustered(100, 32, seed=1)
    assert recall(index, oracle, queries) >= 0.98
    for both in (index, oracle):
        both.add(np.arange(4800, 9800), rows[5000:])
    assert recall(index, oracle, queries) >= 0.98
    chance = np.random.default_rng(1)
    for share in (0.005, 0.05, 0.5):
        assert recall(index, oracle, queries, chance.random(9800) < share) >= 0.98


@pytest.mark.parametrize("share", [0.02, 0.4, 0.9])
def test_many_queries_find_what_each_finds_whatever_the_mask(share):
    """Few visible rows are laid side by side, most are hidden in place; equal rows, so that many lie at the edge."""
    index, oracle = FaissIndex(16), ExactIndex(16)
    rows = np.repeat(clustered(1500, 16), 4, axis=0)
    for both in (index, oracle):
        both.add(np.arange(6000), rows)
        both.remove(np.arange(0, 6000, 9))
    allowed = np.random.default_rng(3).random(6000) < share
    queries = clustered(100, 16, seed=4)
    found, best = index.search(queries, 10, allowed), oracle.search(queries, 10, allowed)
    assert found.ids.tolist() == best.ids.tolist()
    assert found.scores.tolist() == best.scores.tolist()
    assert index.search(queries[:1], 10, allowed).ids.tolist() == best.ids[:1].tolist()


def test_lists_find_for_many_queries_what_they_find_for_each(grown):
    index, _, _ = grown
    queries = clustered(100, 32, seed=5)
    together = index.search(queries, 10)
    single = [index.search(query[None], 10) for query in queries]
    assert together.ids.tolist() == [each.ids[0].tolist() for each in single]
    assert together.scores.tolist() == [each.scores[0].tolist() for each in single]


def test_more_than_the_lists_read(grown):
    index, oracle, _ = grown
    queries = clustered(3, 32, seed=2)
    assert index.search(queries, 4000).ids.tolist() == oracle.search(queries, 4000).ids.tolist()


def test_lists_are_the_same_each_time():
    rows, queries = clustered(4000, 16), clustered(50, 16, seed=1)
    answers = []
    for _ in range(2):
        index = FaissIndex(16, exact_up_to=100)
        index.add(np.arange(4000), rows)
        answers.append(index.search(queries, 10))
    assert answers[0].ids.tobytes() == answers[1].ids.tobytes()
    assert answers[0].scores.tobytes() == answers[1].scores.tobytes()
