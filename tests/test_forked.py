import gc
import os
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path

import pytest

from faqsuggest import forked
from faqsuggest.errors import InputError
from faqsuggest.forked import beside, cores, in_parts

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(forked, "LEAST", 3)
    with beside(3):
        yield


def test_nothing_is_forked_unless_somebody_allows_it():
    with beside(1):
        assert in_parts(lambda part: [os.getpid() for _ in part], list(range(20))) == [os.getpid()] * 20


def test_a_child_forks_no_further():
    def work(part):
        return in_parts(lambda inner: [os.getpid() for _ in inner], part)

    assert (
        len(set(in_parts(work, list(range(60))))) <= 5
    )  # three here, for this process may fork again, and two children


def test_results_come_in_order_and_from_several_processes():
    found = in_parts(lambda part: [(number, os.getpid()) for number in part], list(range(20)))
    assert [number for number, _ in found] == list(range(20))
    assert len({process for _, process in found}) == 3
    assert found[0][1] == os.getpid()


def test_what_is_alike_is_done_in_one_process_where_parts_stay_about_as_large():
    def processes(kinds):
        found = in_parts(lambda part: [(kind, os.getpid()) for kind in part], kinds, alike=lambda kind: kind)
        assert [kind for kind, _ in found] == kinds
        return [len({process for kind, process in found[1:] if kind == each}) for each in dict.fromkeys(kinds)]

    assert processes(["a"] * 48 + ["b"] * 53 + ["c"] * 50) == [1, 1, 1]
    assert processes(["a"] * 70 + ["b"] * 80) == [2, 2]
    assert processes(["a"] * 150) == [3]


def test_few_items_are_not_worth_a_fork():
    found = in_parts(lambda part: [os.getpid() for _ in part], [1, 2, 3, 4, 5])
    assert found == [os.getpid()] * 5
    assert in_parts(lambda part: list(part), []) == []


def test_what_a_child_raises_is_raised_here():
    def work(part):
        if 15 in part:
            raise InputError("not fifteen")
        return part

    with pytest.raises(InputError, match="not fifteen"):
        in_parts(work, list(range(20)))


def test_the_part_of_a_child_that_is_killed_is_done_here(caplog):
    here = os.getpid()

    def work(part):
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return [number * number for number in part]

    assert in_parts(work, list(range(20))) == [number * number for number in range(20)]
    assert "ended with code -9" in caplog.text


def test_collections_pass_over_what_lived_before_until_the_outermost_block_ends():
    class Ring:
        def __init__(self):
            self.own = self

    with beside(2):
        assert gc.get_freeze_count() > 0
        in_parts(lambda part: [gc.get_freeze_count() for _ in part], list(range(20)))
        assert gc.get_freeze_count() > 0
        made = weakref.ref(Ring())
        in_parts(list, list(range(20)))
        assert made() is None


def test_afterwards_collections_read_everything_again():
    program = """
import gc
from faqsuggest.forked import beside
before = gc.get_freeze_count()
with beside(2), beside(1):
    pass
print(before, gc.get_freeze_count())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["0", "0"]


LONG = """
import os, sys, time
from faqsuggest import forked
forked.LEAST = 1

def work(part):
    if os.getpid() != here:
        print(os.getpid(), flush=True)
        time.sleep(600)
    time.sleep(600 if len(part) > 1 else 0)
    return part

here = os.getpid()
with forked.beside(2):
    forked.in_parts(work, list(range(9)))
"""


def test_no_child_outlives_its_parent():
    with subprocess.Popen([sys.executable, "-c", LONG], stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.kill()
    deadline = time.monotonic() + 10
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(child)


def alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_no_process_is_forked_once_torch_runs(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert cores(4) == cores(None) == 1
    monkeypatch.delitem(sys.modules, "torch")
    assert cores(4) == 4
    assert cores(None) == len(os.sched_getaffinity(0))


@pytest.mark.parametrize("jobs", [0, -1, 1.5, True, "2"])
def test_jobs_must_be_a_number_of_processes(jobs):
    with pytest.raises(InputError, match="jobs must be a whole number"):
        cores(jobs)
