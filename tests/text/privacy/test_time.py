import time

import pytest

from faqsuggest.text.privacy import redact

UNITS = [
    "a",
    " ",
    "A-",
    "<a>",
    "1 ",
    "\n",
    ">",
    "12-",
    "Aa ",
    "a@",
    "a.",
    "0 1",
    "1/1 ",
    "Mvh ",
    "/A",
    "SE45 ",
    "Storgatan 1 ",
    "Anna ",
]


def best_of(runs, text):
    times = []
    for _ in range(runs):
        start = time.process_time()
        redact(text)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_no_faster_than_the_text(unit):
    redact("warm 070-174 06 05")
    # Three tries: other work on the machine can stretch one of them, but a square never shows less than a fourfold.
    tries = [(best_of(2, (unit * 25_000)[:25_000]), best_of(2, (unit * 50_000)[:50_000])) for _ in range(3)]
    assert any(whole < 0.2 or whole < 2.5 * half for half, whole in tries)
    assert min(whole for _, whole in tries) < 2.0
