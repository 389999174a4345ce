import json
import subprocess
import sys
from pathlib import Path

import pytest
from store_trials import read_state, save_state, stumps

from faqsuggest.errors import LockedStoreError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the trials fork")
SCRIPT = Path(__file__).with_name("store_trials.py")


def trials(*arguments):
    done = subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def started(*arguments, **options):
    return subprocess.Popen([sys.executable, SCRIPT, *map(str, arguments)], **options)


def test_exit_before_every_call_leaves_old_or_new(tmp_path):
    outcomes = trials("exit_at_every_call", tmp_path / "base")
    states = [state for _, _, state in outcomes]
    swap = states.index("B")
    assert len(outcomes) > 30
    assert [status for _, status, _ in outcomes] == [9] * (len(outcomes) - 1) + [0]
    assert states == ["A"] * swap + ["B"] * (len(outcomes) - swap)
    assert 20 < swap < len(outcomes) - 1
    assert stumps(tmp_path / "base") == []


def check_random_kills(root, count):
    save_state(root, "A")
    outcomes = trials("kill_at_random", root, count)
    assert len(outcomes) == count
    assert {status for _, status, _ in outcomes} == {-9}
    assert {state for _, _, state in outcomes} == {"A", "B"}
    save_state(root, "A")
    assert stumps(root) == []


def test_random_kills_leave_old_or_new(tmp_path):
    check_random_kills(tmp_path / "base", 30)


@pytest.mark.nightly
def test_many_random_kills_leave_old_or_new(tmp_path):
    check_random_kills(tmp_path / "base", 400)


def test_limit_of_file_size_leaves_the_old_state_and_no_stump(tmp_path):
    outcomes = trials("limit_file_size", tmp_path / "base", 40)
    assert {status for _, status, _, _ in outcomes} == {0, 7}
    for limit, status, state, left in outcomes:
        assert state == ("B" if status == 0 else "A"), limit
        assert left == [], limit


def test_full_disk_at_every_call_leaves_old_or_new(tmp_path):
    *outcomes, last = trials("fail_every_call", tmp_path / "base")
    assert len(outcomes) > 30
    assert last[1:] == [8, "B", []]
    for k, status, state, left in outcomes:
        assert status in (0, 7), k
        if state == "A":
            assert (status, left) == (7, []), k
        else:  # the swap was done; what could not be removed waits for the next save
            assert state == "B", k
    assert [state for _, _, state, _ in outcomes].count("A") > 20


def test_second_writer_is_refused_and_a_dead_writers_lock_is_free(tmp_path):
    root = tmp_path / "base"
    save_state(root, "A")
    with started("hold", root, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedStoreError, match="being written by another process"):
            save_state(root, "B")
        assert read_state(root) == "A"
        holder.kill()
    assert len(stumps(root)) == 1
    save_state(root, "B")
    assert read_state(root) == "B"
    assert stumps(root) == []


def test_readers_see_one_state_while_a_writer_saves(tmp_path):
    root = tmp_path / "base"
    save_state(root, "A")
    with started("save_forever", root) as writer:
        try:
            seen = [read_state(root) for _ in range(400)]
            assert writer.poll() is None
        finally:
            writer.kill()
    assert set(seen) == {"A", "B"}
