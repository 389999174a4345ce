"""Processes that write a feedback log for ever, to be killed; each says what it has committed."""

import os
import sys
from datetime import UTC, datetime, timedelta

from faqsuggest.feedback.log import FeedbackLog
from faqsuggest.feedback.records import Showing, Shown, Slate

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


def slate(name, *, user="u", customer="", ticket="", query="hej, var är paketet?", at=START, order=(1, 2, 3), **facts):
    shown = tuple(
        Shown(answer=f"a{rank}", kind="article", confidence=0.9 / rank, rank=rank, sources=(f"a{rank}",))
        for rank in order
    )
    showing = Showing(user=user, customer_id=customer, ticket_id=ticket)
    return Slate(id=name, at=at, showing=showing, query=query, shown=shown, **facts)


def write(path, writer, count):
    """Slates with an event each; a line on standard output after each commit."""
    log = FeedbackLog(path)
    for number in range(count):
        name = f"{writer}-{number}"
        log.add(slate(name, user=writer, at=START + timedelta(seconds=number)))
        log.tell(f"{name}:2", "sent")
        os.write(1, f"{name}\n".encode())


def erase(path, count):
    """Erase customers one after the other; a line for each that is gone."""
    log = FeedbackLog(path)
    for number in range(count):
        log.forget(f"c{number}")
        os.write(1, f"c{number}\n".encode())


if __name__ == "__main__":
    trial, path, *arguments = sys.argv[1:]
    if trial == "write":
        write(path, arguments[0], int(arguments[1]))
    else:
        erase(path, int(arguments[0]))
