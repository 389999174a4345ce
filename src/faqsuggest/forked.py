"""The same questions to the same base, on several cores: forked processes answer a part each.

A fork shares the base as it is: nothing is copied or pickled on the way in, and only the answers come back.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, TypeVar

from faqsuggest.errors import InputError

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")
_BESIDE: ContextVar[int] = ContextVar("processes", default=1)
_ALONE: ContextVar[bool] = ContextVar("left alone", default=False)
_PR_SET_PDEATHSIG = 1  # of Linux's prctl.h
_SLACK = 8  # parts may differ by twice such a share of their size
LEAST = 64
"""Items of a part at least: a fork, and the encoder that a child opens anew, take about as long as a few dozen."""


def cores(jobs: int | None) -> int:
    """How many processes may answer beside each other: ``jobs``, or one a core where this process can be forked.

    It can on Linux, until torch has run: its threads do not survive a fork, and waiting for them would never end.

    Args:
        jobs: At least 1; None finds out.

    Raises:
        InputError: ``jobs`` is no such number.
    """
    if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1):
        raise InputError(f"jobs must be a whole number of at least 1, or None for one a core; got {jobs!r}")
    if sys.platform != "linux" or "torch" in sys.modules:
        return 1
    return len(os.sched_getaffinity(0)) if jobs is None else jobs


@contextmanager
def beside(jobs: int) -> Iterator[None]:
    """Let what is called in a ``with`` block work in ``jobs`` processes where it can; elsewhere all is done in one.

    A server must not be forked by a library that it calls: only long jobs that know that they are alone use this.

    Args:
        jobs: From ``cores``.
    """
    token = _BESIDE.set(jobs)
    try:
        with _left_alone():
            yield
    finally:
        _BESIDE.reset(token)


@contextmanager
def _left_alone() -> Iterator[None]:
    """Let collections pass over all that lives now, until the outermost ``with`` block ends.

    They would copy the pages that forked processes share, and in a long job read all that it has gathered again and
    again.
    """
    token = _ALONE.set(True)
    gc.collect()  # what is garbage now would stay as long; that takes no time where the rest is passed over already
    gc.freeze()
    try:
        yield
    finally:
        _ALONE.reset(token)
        if not _ALONE.get():
            gc.unfreeze()


def in_parts(
    work: Callable[[Sequence[T]], Sequence[R]], items: Sequence[T], *, alike: Callable[[T], object] | None = None
) -> list[R]:
    """``work`` of all items, a part of them in each process that ``beside`` allows; in order, as if one had done all.

    A child that dies, for want of memory perhaps, loses nothing: its part is done here.

    Args:
        work: Gives one result an item, whatever other items come along; results can be pickled. What it changes in a
            child is lost.
        items: In fewer parts where a part would be smaller than ``LEAST``.
        alike: What items have in common that are best done in one process, side by side: parts begin where it changes
            if they become little larger by that.

    Raises:
        Exception: What ``work`` raised, here or in a child.
    """
    count = max(1, min(_BESIDE.get(), len(items) // LEAST))
    if count == 1:
        return list(work(items))
    # What is derived at the first question, such as inverted lists, is derived once, before the fork.
    found = list(work(items[:1]))
    left = items[1:]
    parts = [left[start:end] for start, end in pairwise(_ends(left, count, alike))]
    with _left_alone():
        children = [_begin(work, part) for part in parts[1:]]
        try:
            found += work(parts[0])
            for part, (child, receiver) in zip(parts[1:], children, strict=True):
                found += _results(work, part, child, receiver)
        finally:
            for child, receiver in children:
                receiver.close()
                child.terminate()
                child.join()
    return found


def _ends(items: Sequence[T], count: int, alike: Callable[[T], object] | None) -> list[int]:
    """Where ``count`` parts begin and end."""
    ends = [len(items) * number // count for number in range(count + 1)]
    if alike is not None:
        slack = len(items) // count // _SLACK
        kinds = list(map(alike, items))
        ends[1:-1] = [_nearest_change(kinds, end, slack) for end in ends[1:-1]]
    return ends


def _nearest_change(kinds: Sequence[object], place: int, slack: int) -> int:
    near = range(max(1, place - slack), min(len(kinds), place + slack + 1))
    changes = [each for each in near if kinds[each] != kinds[each - 1]]
    return min(changes, key=lambda each: abs(each - place), default=place)


def _begin(work: Callable[[Sequence[T]], Sequence[R]], part: Sequence[T]) -> tuple[ForkProcess, Connection]:
    from multiprocessing import get_context

    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(work, part, sender, os.getpid()), daemon=True)
    with warnings.catch_warnings():
        # Python warns of any other thread, and a progress bar has one; no lock of ours is held here.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
    sender.close()
    return child, receiver


def _answer(work: Callable[[Sequence[T]], Sequence[R]], part: Sequence[T], sender: Connection, parent: int) -> None:
    """What a child does."""
    _end_with(parent)
    _BESIDE.set(1)
    gc.disable()  # a collection would touch, and so copy, every page that it shares
    with open(os.devnull, "w") as nowhere:
        sys.stderr = nowhere  # its progress bars would overwrite ours
        try:
            sender.send((list(work(part)), None))
        except Exception as error:
            sender.send((None, error))


def _end_with(parent: int) -> None:
    """Let this process be killed when its parent ends: it shares the parent's locks, and would keep a rerun out."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def _results(
    work: Callable[[Sequence[T]], Sequence[R]], part: Sequence[T], child: ForkProcess, receiver: Connection
) -> Sequence[R]:
    try:
        found: Sequence[R] | None
        found, error = receiver.recv()
    except EOFError:
        child.join()
        log.warning(
            "a process that answered %d questions ended with code %s; they are asked again", len(part), child.exitcode
        )
        return work(part)
    if found is None:
        raise error
    return found
