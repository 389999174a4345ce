"""Two states, and a script that kills their writers: every trial forks, so that it costs milliseconds."""

import errno
import json
import os
import random
import resource
import signal
import sys
import time
from pathlib import Path

import numpy as np

from faqsuggest.errors import StoreError
from faqsuggest.store.arrays import read_array, read_json, write_array, write_json, write_jsonl
from faqsuggest.store.folder import load_folder, open_folder, save_folder

STATES = ("A", "B")
CHANGES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.listdir", "os.scandir", "fcntl.flock"}


def write_state(folder, state, rows=2000):
    write_array(folder / "vectors.npy", np.full((rows, 8), ord(state), dtype=np.float32))
    write_json(folder / "options.json", {"state": state})
    write_jsonl(folder / "texts.jsonl", ({"id": str(i), "text": f"påhittad {state}"} for i in range(rows // 10)))
    (folder / "encoder").mkdir()
    write_json(folder / "encoder" / "words.json", [state] * 50)


def save_state(root, state, **options):
    return save_folder(root, lambda folder: write_state(folder, state), kind="test", facts={"state": state}, **options)


def read_state(root):
    """The state of a folder, every part of it asked."""

    def read(opened):
        array = read_array(opened.folder / "vectors.npy")
        parts = [opened.facts["state"], read_json(opened.folder / "options.json")["state"], chr(int(array[0, 0]))]
        return "".join(sorted({*parts, read_json(opened.folder / "encoder" / "words.json")[0]}))

    return load_folder(root, read, kind="test")


def stumps(root):
    """What a finished save must not leave: temporary entries, and versions beyond the one listed."""
    current = open_folder(root, kind="test").version
    return sorted(path.name for path in (Path(root) / "versions").iterdir() if path.name != current)


class Interrupt:
    """Calls ``act`` before the k-th call to the file system that follows."""

    def __init__(self, act):
        self.act, self.left = act, 0
        sys.addaudithook(self._hear)
        os.fsync = lambda descriptor: self._count()

    def _hear(self, event, _arguments):
        if event in CHANGES:
            self._count()

    def _count(self):
        self.left -= 1
        if self.left == 0:
            self.act()


def forked(work):
    """Run ``work`` in a child; its exit status, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except StoreError:
            os._exit(7)
        except BaseException:
            os._exit(1)
    return child


def status_of(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def exit_at_every_call(root):
    """Exit before the k-th call for every k: (k, exit status, state found)."""
    interrupt, k, status = Interrupt(lambda: os._exit(9)), 0, 9
    while status == 9:
        k += 1
        save_state(root, "A")

        def work(k=k):
            interrupt.left = k
            save_state(root, "B")

        status = status_of(forked(work))
        yield k, status, read_state(root)


def fail_every_call(root):
    """Let the k-th call find a full disk, for every k: (k, exit status, state found, stumps)."""

    def fail():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    interrupt, k, status = Interrupt(fail), 0, 0
    while status != 8:
        k += 1
        save_state(root, "A")

        def work(k=k):
            interrupt.left = k
            save_state(root, "B")
            if interrupt.left > 0:  # there was no k-th call
                os._exit(8)

        status = status_of(forked(work))
        yield k, status, read_state(root), stumps(root)


def kill_at_random(root, trials):
    """SIGKILL in a loop of saves: (trial, exit status, state found)."""
    chance, start = random.Random(7), time.monotonic()
    for state in ("B", "A"):
        save_state(root, state)
    cycle = time.monotonic() - start
    for trial in range(trials):

        def work():
            while True:
                for state in STATES:
                    save_state(root, state)

        child = forked(work)
        time.sleep(chance.uniform(0, 2 * cycle))
        os.kill(child, signal.SIGKILL)
        yield trial, status_of(child), read_state(root)


def limit_file_size(root, steps):
    """Save under a limit of file size: (limit, exit status, state found, stumps)."""
    for limit in np.linspace(0, 70_000, steps, dtype=int).tolist():
        save_state(root, "A")

        def work(limit=limit):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            save_state(root, "B")

        yield limit, status_of(forked(work)), read_state(root), stumps(root)


def save_forever(root):
    while True:
        for state in STATES:
            save_state(root, state)


def hold(root):
    """Take the lock, say so, and keep it."""

    def write(folder):
        write_state(folder, "B")
        sys.stdout.write("held\n")
        sys.stdout.flush()
        time.sleep(60)

    save_folder(root, write, kind="test", facts={"state": "B"})


if __name__ == "__main__":
    trial, root, *numbers = sys.argv[1:]
    # Nothing that kills a process empties the page cache, so flushing decides nothing here; its order has its own test.
    os.fsync = lambda descriptor: None
    outcome = globals()[trial](root, *map(int, numbers))
    if outcome is not None:
        sys.stdout.write(json.dumps(list(outcome)))
