"""What every vector index must do, checked by value against a dict of vectors."""

from __future__ import annotations

import os
import threading
import time

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from faqsuggest.errors import CorruptStoreError, FaqSuggestError, InputError

DIMENSION = 6


def unit(vectors):
    vectors = np.asarray(vectors, dtype=np.float64)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def clustered(n, dimension=DIMENSION, seed=0):
    """Rows around a few topics and a common mean, as text encoders give."""
    chance = np.random.default_rng(seed)
    topics = chance.standard_normal((7, dimension)) + 1
    return unit(topics[chance.integers(0, 7, n)] + 0.5 * chance.standard_normal((n, dimension))).astype(np.float32)


def nearest(model, query, k, allowed=None):
    """The right answer from a dict of id → vector: ids and scores."""
    ids = [key for key in sorted(model) if allowed is None or (key < len(allowed) and allowed[key])]
    scores = {key: float(np.float32(unit(model[key]) @ unit(query))) for key in ids}
    best = sorted(ids, key=lambda key: (-scores[key], key))[:k]
    return best, [scores[key] for key in best]


def check(index, model, query, k, allowed=None):
    """Ids as the dict says, up to scores that differ by rounding only; scores to 1e-6."""
    found = index.search([query], k, allowed)
    ids, scores = nearest(model, query, k, allowed)
    assert found.ids.shape == found.scores.shape == (1, len(ids))
    assert found.ids.dtype == np.int64
    assert found.scores.dtype == np.float32
    np.testing.assert_allclose(found.scores[0], scores, atol=1e-6)
    every = dict(zip(*nearest(model, query, len(model), allowed), strict=True))
    assert len(set(found.ids[0].tolist())) == len(ids)
    np.testing.assert_allclose([every[key] for key in found.ids[0].tolist()], found.scores[0], atol=1e-6)
    order = list(zip((-found.scores[0]).tolist(), found.ids[0].tolist(), strict=True))
    assert order == sorted(order)


class VectorIndexContract:
    """Subclass it and give ``make(dimension)`` and ``load(folder)``."""

    def make(self, dimension):
        raise NotImplementedError

    def load(self, folder):
        raise NotImplementedError

    def filled(self, n=60, seed=0):
        rows = clustered(n, seed=seed)
        index = self.make(DIMENSION)
        index.add(np.arange(n) * 3, rows)
        return index, dict(zip((np.arange(n) * 3).tolist(), rows, strict=True))

    def test_finds_what_the_dict_finds(self):
        index, model = self.filled()
        for query in clustered(20, seed=1):
            check(index, model, query, 5)

    def test_batch_equals_one_by_one(self):
        index, _ = self.filled()
        queries = clustered(50, seed=2)
        found = index.search(queries, 4)
        single = [index.search(query[None], 4) for query in queries]
        assert found.ids.tolist() == [hit.ids[0].tolist() for hit in single]
        assert found.scores.tolist() == [hit.scores[0].tolist() for hit in single]

    def test_length_does_not_matter(self):
        index = self.make(2)
        index.add([4, 2], [[300, 0], [0.001, 0.001]])
        found = index.search([[0, 50]], 2)
        assert found.ids.tolist() == [[2, 4]]
        np.testing.assert_allclose(found.scores, [[2**-0.5, 0]], atol=1e-6)
        np.testing.assert_allclose(index.vectors([4, 2]), [[1, 0], [2**-0.5, 2**-0.5]], atol=1e-6)

    def test_more_than_there_are(self):
        index, model = self.filled(3)
        check(index, model, clustered(1)[0], 50)

    def test_empty(self):
        index = self.make(3)
        found = index.search([[1, 0, 0], [0, 1, 0]], 5)
        assert found.ids.shape == found.scores.shape == (2, 0)
        assert (len(index), index.ids().tolist(), 0 in index, index.remove([1])) == (0, [], False, 0)
        assert index.search(np.empty((0, 3)), 5).ids.shape == (0, 0)
        assert index.scores([1, 0, 0], [7]).tolist() == [0]

    def test_all_removed_then_added_again(self):
        index, model = self.filled(40)
        assert index.remove(list(model)) == 40
        assert index.search(clustered(1), 5).ids.shape == (1, 0)
        index.add([8], [[1, 0, 0, 0, 0, 0]])
        check(index, {8: np.eye(6)[0]}, clustered(1)[0], 5)

    def test_known_id_is_replaced_and_last_of_equal_ids_wins(self):
        index = self.make(2)
        index.add([1, 2], [[1, 0], [1, 0]])
        index.add([5, 1, 5], [[1, 0], [0, 1], [0, -1]])
        assert (len(index), index.ids().tolist()) == (3, [1, 2, 5])
        found = index.search([[0, 1]], 5)
        assert (found.ids.tolist(), found.scores.tolist()) == ([[1, 2, 5]], [[1, 0, -1]])

    def test_ids_after_a_removal_are_right(self):
        index, model = self.filled(80)
        gone = [0, 3, 30, 33, 99]
        assert index.remove([*gone, 1, 2, 3]) == 5
        for key in gone:
            del model[key]
        assert (len(index), 30 in index, 36 in index, -1 in index, "36" in index) == (75, False, True, False, False)
        for key, vector in model.items():
            assert index.search([vector], 1).ids.tolist() == [[key]]

    def test_equal_scores_in_order_of_id(self):
        index = self.make(3)
        ids = np.random.default_rng(0).permutation(300)
        index.add(ids, np.tile([[0.3, 0.5, -0.2]], (300, 1)))
        index.add([1000, 1001], [[0.3, 0.5, 0.2], [0.3, 0.5, -0.2]])
        assert index.search([[0.1, 0.9, -0.7]], 7).ids.tolist() == [[0, 1, 2, 3, 4, 5, 6]]

    @pytest.mark.parametrize("share", [0.005, 0.05, 0.5, 1.0])
    def test_filter(self, share):
        index, model = self.filled(120)
        index.remove([0, 60])
        del model[0], model[60]
        allowed = np.random.default_rng(3).random(360) < share
        for query in clustered(10, seed=4):
            check(index, model, query, 10, allowed)
        check(index, model, clustered(1)[0], 10, allowed[:100])
        assert index.search(clustered(1), 10, np.zeros(360, dtype=bool)).ids.shape == (1, 0)

    def test_scores_of_given_ids(self):
        index, model = self.filled(30)
        query = clustered(1, seed=5)[0]
        every = dict(zip(*nearest(model, query, 30), strict=True))
        np.testing.assert_allclose(index.scores(query, [9, 1, 0, 9]), [every[9], 0, every[0], every[9]], atol=1e-6)

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 0.0])
    def test_refuses_bad_rows_and_keeps_nothing_of_the_call(self, bad):
        index, _ = self.filled(5)
        rows = clustered(4)
        rows[2] = 0
        rows[2, 1] = bad
        with pytest.raises(InputError, match=r"add\(\) must be finite and not zero; rows 2 are"):
            index.add([50, 51, 52, 53], rows)
        assert (len(index), 50 in index) == (5, False)
        with pytest.raises(InputError, match="rows 0 are"):
            index.search(rows[2:3], 1)

    @pytest.mark.parametrize(
        ("ids", "shape"),
        [([1, 2], (3, 6)), ([1.5], (1, 6)), ([-1], (1, 6)), ([2**31], (1, 6)), ([[1]], (1, 6)), ([1], (1, 5))],
    )
    def test_refuses_wrong_ids_and_shapes(self, ids, shape):
        index = self.make(DIMENSION)
        with pytest.raises(InputError):
            index.add(ids, np.ones(shape))
        assert len(index) == 0

    @pytest.mark.parametrize("k", [0, -1, 2.0, True, "3"])
    def test_refuses_wrong_k(self, k):
        index, _ = self.filled(5)
        with pytest.raises(InputError, match=r"k of search\(\)"):
            index.search(clustered(1), k)

    def test_refuses_filter_of_ids(self):
        index, _ = self.filled(5)
        with pytest.raises(InputError, match="allowed"):
            index.search(clustered(1), 1, np.array([0, 3]))

    def test_refuses_vectors_of_absent_ids(self):
        index, _ = self.filled(5)
        with pytest.raises(InputError, match="1 of 2"):
            index.vectors([0, 1])

    def test_saves_and_loads_the_same_bytes(self, tmp_path):
        index, model = self.filled(50)
        index.save(tmp_path)
        index.remove([0, 3, 6])
        index.add([3], clustered(1, seed=8))
        index.save(tmp_path)
        again = self.load(tmp_path)
        model = {key: index.vectors([key])[0] for key in model if key not in (0, 6)}
        assert again.ids().tolist() == sorted(model)
        assert again.vectors(again.ids()).tobytes() == index.vectors(index.ids()).tobytes()
        check(again, model, clustered(1, seed=9)[0], 10)
        again.save(tmp_path / "again")
        for name in ("ids.npy", "vectors.npy"):
            assert (tmp_path / name).read_bytes() == (tmp_path / "again" / name).read_bytes()

    @pytest.mark.parametrize("name", ["ids.npy", "vectors.npy"])
    @pytest.mark.parametrize(
        "damage", [lambda b: b[:-9], lambda b: b"", lambda b: b"PK\x03\x04" + b, lambda b: b[:-64] + b"\0" * 64]
    )
    def test_damaged_file_is_refused(self, tmp_path, name, damage):
        self.filled(20)[0].save(tmp_path)
        path = tmp_path / name
        path.write_bytes(damage(path.read_bytes()))
        with pytest.raises(CorruptStoreError):
            self.load(tmp_path)

    def test_missing_file_is_refused(self, tmp_path):
        with pytest.raises(CorruptStoreError, match=r"ids\.npy"):
            self.load(tmp_path)

    def test_searches_during_adds_see_whole_calls(self):
        index = self.make(2)
        index.add(np.arange(50), np.tile([[1.0, 0.0]], (50, 1)))
        stop, wrong = threading.Event(), []

        def search():
            while not stop.is_set():
                scores = index.search([[1, 0]], 200).scores[0]
                # each call turns every row at once: one score for all
                if len(scores) < 50 or np.ptp(scores) > 1e-6:
                    wrong.append(scores)

        threads = [threading.Thread(target=search) for _ in range(3)]
        for thread in threads:
            thread.start()
        for turn in range(60):
            angle = 0.02 * turn
            index.add(np.arange(50 + turn), np.tile([[np.cos(angle), np.sin(angle)]], (50 + turn, 1)))
        stop.set()
        for thread in threads:
            thread.join()
        assert wrong == []

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
    @pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
    def test_forked_child_answers_in_two_seconds(self):
        index, _ = self.filled(400)
        queries = clustered(100, seed=6)
        expected = index.search(queries, 5).ids
        child = os.fork()
        if child == 0:
            same = (index.search(queries, 5).ids == expected).all()
            index.add([5000], [[1, 0, 0, 0, 0, 0]])
            os._exit(0 if same and index.search([[1, 0, 0, 0, 0, 0]], 1).ids.tolist() == [[5000]] else 1)
        deadline = time.monotonic() + 2
        done, status = 0, None
        while not done and time.monotonic() < deadline:
            done, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.01)
        if not done:
            os.kill(child, 9)
            os.waitpid(child, 0)
        assert (done, status) == (child, 0)

    def test_any_sequence_equals_the_dict(self, tmp_path_factory):
        contract = self
        small = st.lists(st.integers(-2, 2), min_size=3, max_size=3)

        class Machine(RuleBasedStateMachine):
            @initialize()
            def start(self):
                self.index, self.model = contract.make(3), {}

            @rule(rows=st.lists(st.tuples(st.integers(0, 30), small), max_size=12))
            def add(self, rows):
                ids, vectors = [row[0] for row in rows], np.array([row[1] for row in rows], dtype=float).reshape(-1, 3)
                if len(rows) and not vectors.any(axis=1).all():
                    with pytest.raises(FaqSuggestError):
                        self.index.add(ids, vectors)
                    return
                self.index.add(ids, vectors)
                self.model.update(zip(ids, vectors, strict=True))

            @rule(ids=st.lists(st.integers(0, 40), max_size=8))
            def remove(self, ids):
                gone = set(ids) & set(self.model)
                assert self.index.remove(ids) == len(gone)
                for key in gone:
                    del self.model[key]

            @precondition(lambda self: self.model)
            @rule()
            def save_and_load(self):
                folder = tmp_path_factory.mktemp("saved")
                self.index.save(folder)
                self.index = contract.load(folder)

            @rule(
                query=small.filter(any), k=st.integers(1, 12), allowed=st.none() | st.lists(st.booleans(), max_size=31)
            )
            def search(self, query, k, allowed):
                check(self.index, self.model, query, k, None if allowed is None else np.array(allowed, dtype=bool))

            @invariant()
            def holds_the_same_ids(self):
                assert self.index.ids().tolist() == sorted(self.model)
                assert len(self.index) == len(self.model)

        machine = Machine.TestCase()
        machine.settings = settings(max_examples=25, stateful_step_count=20, deadline=None, derandomize=True)
        machine.runTest()
