"""What every text index must do that promises TF-IDF cosines of character n-grams, checked against scikit-learn."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from faqsuggest.errors import CorruptStoreError, InputError

WORDS = (
    "glömt lösenord byta lösenordet faktura fakturan belopp fel återbetalning retur frakt leverans hemleverans paket "
    "spåra å i mitt min ny kort kortet spärra laskun maksaminen unohtunut salasana glemt passord passordet change card"
).split()


def texts(n, seed=0, longest=12):
    chance = np.random.default_rng(seed)
    return [" ".join(chance.choice(WORDS, chance.integers(1, longest + 1))) for _ in range(n)]


def sklearn_scores(model, query):
    """Cosines of every text of a dict id → text: ids ascending, scores."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    ids = sorted(model)
    if not any(model[key].split() for key in ids):
        return ids, np.zeros(len(ids))
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    documents = vectorizer.fit_transform([model[key] for key in ids])
    return ids, (documents @ vectorizer.transform([query]).T).toarray()[:, 0]


def check(index, model, query, k, allowed=None):
    found = index.search(query, k, allowed)
    ids, scores = sklearn_scores(model, query) if model else ([], np.zeros(0))
    np.testing.assert_allclose(index.scores(query, ids), scores, atol=2e-6)
    may = [allowed is None or (key < len(allowed) and bool(allowed[key])) for key in ids]
    due = sorted((-float(score) for score, ok in zip(scores, may, strict=True) if ok and score > 0))[:k]
    np.testing.assert_allclose(found.scores, np.negative(due), atol=2e-6)
    every = {key: score for key, score, ok in zip(ids, scores, may, strict=True) if ok}
    np.testing.assert_allclose([every[key] for key in found.ids.tolist()], found.scores, atol=2e-6)
    order = list(zip((-found.scores).tolist(), found.ids.tolist(), strict=True))
    assert order == sorted(order)
    assert len(set(found.ids.tolist())) == len(found.ids)


class LexicalContract:
    """Subclass it and give ``make()`` and ``load(folder)``."""

    def make(self):
        raise NotImplementedError

    def load(self, folder):
        raise NotImplementedError

    def filled(self, n=40, seed=0):
        documents = texts(n, seed)
        index = self.make()
        index.add(np.arange(n) * 2, documents)
        return index, dict(zip((np.arange(n) * 2).tolist(), documents, strict=True))

    def test_scores_are_those_of_sklearn(self):
        index, model = self.filled()
        for query in [*texts(15, seed=1), "Lösenord!", "LÖSENORD  lösen", "xyzzy faktura", "å"]:
            check(index, model, query, 10)

    def test_search_many_is_search_in_order(self):
        index, _ = self.filled()
        queries = ["retur", "", "kortet faktura"]
        found = index.search_many(queries, 3)
        assert [hit.ids.tolist() for hit in found] == [index.search(query, 3).ids.tolist() for query in queries]

    @pytest.mark.parametrize("query", ["", " \n\t", "zzzqqq", "\0", "\ud800", "🙂", "ab" * 50_000])
    def test_nothing_shared_gives_nothing(self, query):
        index, _ = self.filled()
        found = index.search(query, 5)
        assert (found.ids.tolist(), found.scores.tolist()) == ([], [])
        assert index.scores(query, [0, 2]).tolist() == [0, 0]

    def test_texts_without_words_are_counted_but_never_found(self):
        index = self.make()
        index.add([0, 1, 2], ["", "faktura", " \n"])
        assert (len(index), index.ids().tolist(), 0 in index, 3 in index) == (3, [0, 1, 2], True, False)
        check(index, {0: "", 1: "faktura", 2: ""}, "faktura", 5)
        assert index.search("faktura", 5).ids.tolist() == [1]

    def test_empty(self):
        index = self.make()
        assert (index.search("faktura", 3).ids.tolist(), len(index), index.remove([1])) == ([], 0, 0)
        index.add([], [])
        assert index.ids().tolist() == []

    def test_update_and_last_of_equal_ids_wins(self):
        index = self.make()
        index.add([1, 2], ["retur", "faktura"])
        index.add([3, 1, 3], ["retur", "frakt", "paket"])
        model = {1: "frakt", 2: "faktura", 3: "paket"}
        assert len(index) == 3
        for query in ("retur frakt", "faktura", "paket"):
            check(index, model, query, 5)

    def test_removed_is_never_found_and_others_stay_right(self):
        index, model = self.filled(60)
        gone = list(range(0, 60, 6))
        assert index.remove([*gone, 1, 3, 5]) == 10
        for key in gone:
            del model[key]
        for query in texts(10, seed=2):
            check(index, model, query, 60)
        assert index.scores("faktura", gone).tolist() == [0] * 10

    def test_all_removed_then_added_again(self):
        index, model = self.filled(20)
        index.remove(list(model))
        assert index.search("faktura", 5).ids.tolist() == []
        index.add([4], ["faktura"])
        check(index, {4: "faktura"}, "faktura kort", 5)

    def test_equal_scores_in_order_of_id(self):
        index = self.make()
        ids = np.random.default_rng(0).permutation(400)
        index.add(ids, ["Glömt lösenord"] * 400)
        index.add([999], ["glömt kort"])
        assert index.search("glömt lösenord", 5).ids.tolist() == [0, 1, 2, 3, 4]

    @pytest.mark.parametrize("share", [0.005, 0.05, 0.5, 1.0])
    def test_filter(self, share):
        index, model = self.filled(150)
        allowed = np.random.default_rng(1).random(300) < share
        for query in texts(8, seed=3):
            check(index, model, query, 10, allowed)
        check(index, model, "faktura", 10, allowed[:40])

    def test_order_of_changes_leaves_no_trace(self, tmp_path):
        documents = texts(80, seed=4)
        straight, winding = self.make(), self.make()
        straight.add(np.arange(80), documents)
        winding.add(np.arange(50, 120), texts(70, seed=5))
        for key in np.random.default_rng(6).permutation(80).tolist():
            winding.add([key], [documents[key]])
            winding.search("faktura", 1)
        winding.remove(np.arange(80, 120))
        for query in texts(20, seed=7):
            one, other = straight.search(query, 80), winding.search(query, 80)
            assert one.ids.tobytes() == other.ids.tobytes()
            assert one.scores.tobytes() == other.scores.tobytes()
        straight.save(tmp_path / "a")
        winding.save(tmp_path / "b")
        names = sorted(path.name for path in (tmp_path / "a").iterdir())
        assert names == sorted(path.name for path in (tmp_path / "b").iterdir())
        assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)

    def test_saving_less_over_more(self, tmp_path):
        index, model = self.filled(40)
        index.save(tmp_path)
        index.remove(list(model)[5:])
        index.save(tmp_path)
        again = self.load(tmp_path)
        kept = {key: model[key] for key in list(model)[:5]}
        assert again.ids().tolist() == sorted(kept)
        check(again, kept, "faktura lösenord kort", 10)

    def test_every_damaged_file_is_refused(self, tmp_path):
        self.filled(20)[0].save(tmp_path)
        for path in sorted(tmp_path.iterdir()):
            whole = path.read_bytes()
            for damaged in (b"", whole[:-7], whole + b"x", b"PK\x03\x04" + whole):
                path.write_bytes(damaged)
                with pytest.raises(CorruptStoreError):
                    self.load(tmp_path)
            path.unlink()
            with pytest.raises(CorruptStoreError):
                self.load(tmp_path)
            path.write_bytes(whole)
        assert len(self.load(tmp_path)) == 20

    @pytest.mark.parametrize("bad", [None, b"faktura", 3, float("nan")])
    def test_refuses_what_is_no_text_and_keeps_nothing_of_the_call(self, bad):
        index, _ = self.filled(5)
        with pytest.raises(InputError, match="1 are not, the first at position 1"):
            index.add([50, 51], ["kort", bad])
        with pytest.raises(InputError, match="must be a string"):
            index.search(bad, 3)
        assert (len(index), 50 in index) == (5, False)

    def test_refuses_wrong_k_ids_and_lengths(self):
        index, _ = self.filled(5)
        with pytest.raises(InputError, match="k of"):
            index.search("kort", 0)
        with pytest.raises(InputError, match="ids of"):
            index.add([-1], ["kort"])
        with pytest.raises(InputError, match="2 ids and 1 rows"):
            index.add([1, 2], ["kort"])

    def test_searches_during_adds_see_whole_calls(self):
        index = self.make()
        index.add(np.arange(20), ["faktura nummer"] * 20)
        stop, wrong = threading.Event(), []

        def search():
            while not stop.is_set():
                scores = index.search("faktura kort", 200).scores
                # each call changes all texts alike: one score for all
                if len(scores) < 20 or len(scores) % 20 or np.ptp(scores) > 0:
                    wrong.append(scores)

        threads = [threading.Thread(target=search) for _ in range(3)]
        for thread in threads:
            thread.start()
        for turn in range(25):
            count = 20 * (1 + turn % 4)
            index.add(np.arange(80), ["faktura nummer"] * count + [""] * (80 - count))
        stop.set()
        for thread in threads:
            thread.join()
        assert wrong == []

    def test_any_sequence_equals_a_fresh_sklearn(self, tmp_path_factory):
        contract = self
        word_lists = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)

        class Machine(RuleBasedStateMachine):
            @initialize()
            def start(self):
                self.index, self.model = contract.make(), {}

            @rule(rows=st.lists(st.tuples(st.integers(0, 25), word_lists), max_size=8))
            def add(self, rows):
                self.index.add([row[0] for row in rows], [row[1] for row in rows])
                self.model.update(rows)

            @rule(ids=st.lists(st.integers(0, 30), max_size=6))
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

            @rule(query=word_lists, k=st.integers(1, 9), allowed=st.none() | st.lists(st.booleans(), max_size=26))
            def search(self, query, k, allowed):
                check(self.index, self.model, query, k, None if allowed is None else np.array(allowed, dtype=bool))

            @invariant()
            def holds_the_same_ids(self):
                assert self.index.ids().tolist() == sorted(self.model)

        machine = Machine.TestCase()
        machine.settings = settings(max_examples=15, stateful_step_count=15, deadline=None, derandomize=True)
        machine.runTest()
