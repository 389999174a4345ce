"""Locks that survive a fork."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class ForkSafeLock:
    """A lock that a forked child finds open, whoever held it in the parent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = os.getpid()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for a ``with`` block."""
        if self._process != os.getpid():
            self._lock, self._process = threading.Lock(), os.getpid()
        with self._lock:
            yield


class ReadersWriterLock:
    """Many readers at once, or one writer. A waiting writer goes before new readers; neither may be nested.

    A forked child finds it open. Do not fork while another thread writes: the child would inherit half a change.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._readers = self._waiting = 0
        self._writing = False
        self._process = os.getpid()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the lock for a ``with`` block, beside other readers."""
        with self._turn():
            while self._writing or self._waiting:
                self._condition.wait()
            self._readers += 1
        try:
            yield
        finally:
            with self._turn():
                self._readers -= 1
                if not self._readers:
                    self._condition.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock alone for a ``with`` block."""
        with self._turn():
            self._waiting += 1
            while self._writing or self._readers:
                self._condition.wait()
            self._waiting -= 1
            self._writing = True
        try:
            yield
        finally:
            with self._turn():
                self._writing = False
                self._condition.notify_all()

    def _turn(self) -> threading.Condition:
        if self._process != os.getpid():
            self._condition = threading.Condition()
            self._readers = self._waiting = 0
            self._writing, self._process = False, os.getpid()
        return self._condition
