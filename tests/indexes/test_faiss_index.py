import os
import subprocess
import sys

import numpy as np
import pytest
from contracts.vector_index_contract import clustered

from faqsuggest.indexes.faiss_index import FaissIndex

FORK = """
import os, signal, sys, time
import numpy as np, faiss
from faqsuggest.indexes.faiss_index import FaissIndex

rows = np.random.default_rng(0).standard_normal((3000, 32)).astype(np.float32)
index = FaissIndex(32, exact_up_to={exact_up_to})
index.add(np.arange(3000), rows)
plain = faiss.IndexFlatIP(32)
plain.add(rows)
expected = index.search(rows[:500], 5).ids
plain.search(rows[:500], 5)

def answer():
    if {naive}:
        plain.search(rows[:500], 5)
    same = (index.search(rows[:500], 5).ids == expected).all() and (index.search(rows[:1], 5).ids == expected[:1]).all()
    index.add(np.arange(3000, 6000), rows)
    return same and index.search(rows[7:8], 2).ids.tolist() == [[7, 3007]]

child = os.fork()
if child == 0:
    os._exit(0 if answer() else 1)
until = time.monotonic() + 2
while time.monotonic() < until:
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        print("answered" if status == 0 else "wrong")
        sys.exit()
    time.sleep(0.01)
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
print("hung")
"""


def forked(**values):
    environment = os.environ | {"OMP_NUM_THREADS": "4"}
    program = FORK.format(**values)
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("exact_up_to", [20_000, 500])
def test_child_forked_after_a_search_on_four_threads(exact_up_to):
    assert forked(exact_up_to=exact_up_to, naive=False) == "answered"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the hang belongs to libgomp")
def test_the_test_above_can_fail():
    assert forked(exact_up_to=20_000, naive=True) == "hung"


def test_same_answers_whatever_the_number_of_threads():
    program = """
import numpy as np
from hashlib import sha256
from faqsuggest.indexes.faiss_index import FaissIndex
rows = np.random.default_rng(0).standard_normal((5000, 32)).astype(np.float32)
digest = sha256()
for exact_up_to in (10_000, 500):
    index = FaissIndex(32, exact_up_to=exact_up_to)
    index.add(np.arange(5000), rows)
    for batch in (1, 7, 64):
        for start in range(0, 64, batch):
            found = index.search(rows[start:start + batch] + 0.1, 10)
            digest.update(np.concatenate([found.ids[:, 0], found.ids[:, 9]]).tobytes() if batch == 64 else b"")
            digest.update(found.ids.tobytes() + found.scores.tobytes())
print(digest.hexdigest())
"""
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        for threads in ("1", "2", "8")
    }
    assert len(answers) == 1


def test_search_leaves_the_number_of_threads_alone():
    import faiss

    before = faiss.omp_get_max_threads()
    index = FaissIndex(8)
    index.add(np.arange(10), clustered(10, 8))
    index.search(clustered(1, 8), 3)
    assert faiss.omp_get_max_threads() == before


def test_lists_are_kept_joined_and_trained_anew():
    index = FaissIndex(8, exact_up_to=500)
    rows = clustered(12_000, 8)
    covered = []
    for start, stop in ((0, 3000), (3000, 3900), (3900, 4100), (4100, 6100)):
        index.add(np.arange(start, stop), rows[start:stop])
        index.search(rows[:1], 1)
        covered.append((index._lists.covered, index._lists.trained_on))
    assert covered == [(3000, 3000), (3000, 3000), (4100, 3000), (6100, 6100)]
    index.remove(np.arange(0, 6100, 2))
    assert index.search(rows[1:2], 1).ids.tolist() == [[1]]
    assert (index._lists.covered, index._rows.total) == (3050, 3050)


def test_a_filter_that_leaves_few_rows_of_many_is_exact():
    chance = np.random.default_rng(4)
    rows = chance.standard_normal((6000, 48)).astype(np.float32)  # without topics, where lists miss most
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index = FaissIndex(48, exact_up_to=5000)
    index.add(np.arange(len(rows)), rows)
    allowed = np.arange(len(rows)) % 4 > 0  # 4,500: more than are compared in full in a small index
    for query in rows[:60] + 0.1 * chance.standard_normal((60, 48)).astype(np.float32):
        shown = np.flatnonzero(allowed)
        exact = shown[np.argsort(-(rows[shown] @ query), kind="stable")[:10]]
        assert index.search(query[None, :], 10, allowed).ids[0].tolist() == exact.tolist()


def test_older_snapshot_is_searched_by_comparing_all():
    index = FaissIndex(8, exact_up_to=100)
    rows = clustered(3000, 8)
    index.add(np.arange(1000), rows[:1000])
    before = index._rows
    index.add(np.arange(1000, 3000), rows[1000:])
    index.build()
    assert index._lists_for(before) is None
