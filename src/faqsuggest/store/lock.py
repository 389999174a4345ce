"""One writer at a time, across processes and threads. The lock dies with its holder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faqsuggest.errors import LockedStoreError

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` for a ``with`` block.

    The file stays behind, empty: removing it would race with the next writer. A child forked inside the block
    shares the lock, until the block ends or both processes are dead.

    Raises:
        LockedStoreError: Another process or thread holds it; at once, without waiting.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError) as error:
            message = f"{path.parent} is being written by another process or thread; try again when that save is done"
            raise LockedStoreError(message) from error
        try:
            yield
        finally:
            _unlock(descriptor)
    finally:
        os.close(descriptor)
