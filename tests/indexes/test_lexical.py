import json
import math
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from contracts.lexical_contract import LexicalContract, check

from faqsuggest.errors import IncompatibleStoreError
from faqsuggest.indexes import postings
from faqsuggest.indexes.base import TextIndex
from faqsuggest.indexes.corpus import Corpus, Searchable
from faqsuggest.indexes.lexical import LexicalIndex
from faqsuggest.indexes.postings import Postings


class TestLexicalIndex(LexicalContract):
    def make(self):
        return LexicalIndex()

    def load(self, folder):
        return LexicalIndex.load(folder)


class TestLexicalIndexScoringAll(LexicalContract):
    def make(self):
        return LexicalIndex(effort=math.inf)

    def load(self, folder):
        return LexicalIndex.load(folder, effort=math.inf)


def test_protocol():
    assert isinstance(LexicalIndex(), TextIndex)


def varied(n, seed=0, longest=12):
    """Invented words, few of them common; of so few syllables that recall is harder than in a language."""
    chance = np.random.default_rng(1)
    syllables = "lö sen ord fak tu ra be ta la kort re tur frak le ve rans glem pas sa lån hyr a i o et en".split()
    words = ["".join(chance.choice(syllables, chance.integers(1, 5))) for _ in range(3000)]
    chance = np.random.default_rng(seed + 2)
    picks = [(chance.zipf(1.2, chance.integers(1, longest + 1)) - 1) % 3000 for _ in range(n)]
    return [" ".join(words[number] for number in pick) for pick in picks]


@pytest.fixture(scope="module")
def pairs():
    """The same texts searched with bounded and with unbounded effort; some removed, some replaced."""
    index, oracle = LexicalIndex(), LexicalIndex(effort=math.inf)
    documents = varied(4000, longest=60)
    for both in (index, oracle):
        both.add(np.arange(3000), documents[:3000])
        both.build()
        both.remove(np.arange(0, 3000, 7))
        both.add(np.arange(2500, 3500), documents[3000:])
    return index, oracle


@pytest.mark.parametrize("share", [0.005, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("longest", [6, 80])
def test_recall_of_bounded_effort(pairs, share, longest):
    index, oracle = pairs
    allowed = np.random.default_rng(2).random(3500) < share
    shares = []
    for query in varied(40, seed=9, longest=longest):
        best, found = oracle.search(query, 10, allowed), index.search(query, 10, allowed)
        assert len(found.ids) == len(best.ids)
        assert found.scores.tolist() == index.scores(query, found.ids).tolist()
        shares.append(len(set(found.ids.tolist()) & set(best.ids.tolist())) / max(1, len(best.ids)))
    assert np.mean(shares) >= 0.95


@pytest.mark.parametrize("share", [0.05, 0.3, 0.8])
def test_many_texts_find_what_each_finds(pairs, share):
    """Together they read segments of what the mask shows alone, where that is little."""
    index, _ = pairs
    allowed = np.random.default_rng(2).random(3500) < share
    allowed.flags.writeable = False
    queries = varied(40, seed=9, longest=30)
    single = [index.search(query, 10, allowed) for query in queries]
    for found in (index.search_many(queries, 10, allowed), [index.search(query, 10, allowed) for query in queries]):
        assert [each.ids.tolist() for each in found] == [each.ids.tolist() for each in single]
        assert [each.scores.tolist() for each in found] == [each.scores.tolist() for each in single]


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_what_is_expected_under_one_mask_is_found_under_those_within_and_beyond(pairs, share):
    index, _ = pairs
    rng = np.random.default_rng(3)
    wide = rng.random(3500) < share
    within, beyond = wide & (rng.random(3500) < 0.6), wide | (rng.random(3500) < 0.01)
    for mask in (wide, within, beyond):
        mask.flags.writeable = False
    queries = varied(10, seed=9, longest=30)
    masks = (within, beyond, wide, np.zeros(3500, dtype=bool), None)

    def found():
        each = [[index.search(query, 10, mask) for query in queries] for mask in masks]
        return [[(hits.ids.tolist(), hits.scores.tolist()) for hits in under] for under in each]

    before = found()
    index.expect(100, wide)
    assert found() == before


def test_norms_come_with_the_lists_and_are_those_of_rows_scored_one_by_one(monkeypatch):
    monkeypatch.setattr(postings, "_ENTRIES_AT_A_TIME", 5_000)
    part = Postings.of(varied(400, longest=60))
    assert len(list(part.spans())) > 3
    corpus = Corpus.of(np.arange(400), part)
    made = Searchable.of(corpus, None)
    assert np.isfinite(made.inverse_norms).all()
    lazy = replace(made, inverse_norms=np.full(400, np.nan))
    assert np.array_equal(np.concatenate([lazy.norms(np.array([row])) for row in range(400)]), made.inverse_norms)
    more = Searchable.of(corpus.with_rows(np.array([400]), Postings.of(["ett nytt svar"])), made)
    assert np.isnan(more.inverse_norms[:400]).all(), "other frequencies, other norms"
    assert np.isfinite(more.inverse_norms[400])


def test_index_of_other_format_is_refused(tmp_path):
    index = LexicalIndex()
    index.add([0], ["kort"])
    index.save(tmp_path)
    described = json.loads((tmp_path / "lexical.json").read_text())
    (tmp_path / "lexical.json").write_text(json.dumps(described | {"bits": 18}))
    with pytest.raises(IncompatibleStoreError, match="build again"):
        LexicalIndex.load(tmp_path)


def test_saved_folder_holds_no_text_and_five_bytes_an_ngram(tmp_path):
    index = LexicalIndex()
    index.add([0], ["kanariefågel"])
    index.save(tmp_path)
    # 12 characters in one word: 12 + 11 + 10 windows
    assert sum(len(np.load(tmp_path / f"{name}.npy").tobytes()) for name in ("buckets", "counts")) == 5 * 33
    assert not any(
        "kanarie".encode(code) in path.read_bytes() for path in tmp_path.iterdir() for code in ("utf-8", "utf-32-le")
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_child_forked_while_the_lock_is_held():
    program = """
import os, threading
from faqsuggest.indexes.lexical import LexicalIndex
index = LexicalIndex()
index.add([0, 1], ["kort", "faktura"])
with index._lock.held():
    child = os.fork()
    if child == 0:
        index.add([2], ["fakturan"])
        os._exit(0 if index.search("faktura", 3).ids.tolist() == [1, 2] else 1)
    print(os.waitpid(child, 0)[1])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout.strip() == "0"


def test_checker_notices_a_wrong_score():
    index = LexicalIndex()
    index.add([0, 1], ["kort", "faktura"])
    with pytest.raises(AssertionError):
        check(index, {0: "kort", 1: "fakturan"}, "faktura", 2)
