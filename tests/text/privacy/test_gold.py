"""Floors under the measured figures, so that a change of rules cannot lose them unseen."""

import re
from collections import Counter
from pathlib import Path

import pytest

from faqsuggest.text.privacy import Company, Policy, redact

FOLDER = Path(__file__).parents[2] / "data" / "pii"
FLOORS = {"names": 0.90, "addresses": 0.85, "numbers": 0.98}


def read(name):
    for block in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("@@@ ")[1:]:
        head, body = block.split("\n", 1)
        text, spans, position = "", [], 0
        for match in re.finditer(r"\[([A-Z]+) ([^\]]*)\]", body.rstrip("\n")):
            text += body[position : match.start()]
            spans.append((len(text), len(text) + len(match.group(2)), match.group(1)))
            text += match.group(2)
            position = match.end()
        yield head.split("|")[1].strip(), text + body[position:].rstrip("\n"), spans


def group_of(label):
    return {"NAME": "names", "AGENT": "names", "ADDRESS": "addresses"}.get(label, "numbers")


@pytest.mark.parametrize("half", ["frozen", "tune", "fresh_tune"])
def test_gold(half):
    found, total, right, wrong, destroyed = Counter(), Counter(), 0, 0, 0
    for language, text, gold in read(half):
        company = Company.of(text[start:end] for start, end, label in gold if label == "ORG")
        spans = redact(text, policy=Policy(language=language, company=company)).spans
        mask = {place for span in spans for place in range(span.start, span.end)}
        for start, end, label in gold:
            places = [place for place in range(start, end) if text[place].isalnum()]
            share = sum(place in mask for place in places) / len(places)
            if label == "ORG":
                destroyed += share > 0
            else:
                total[group_of(label)] += 1
                found[group_of(label)] += share >= 0.8
        for span in spans:
            touched = any(start < span.end and span.start < end for start, end, _ in gold)
            right, wrong = right + touched, wrong + (not touched)
    assert all(found[group] / total[group] >= floor for group, floor in FLOORS.items())
    assert right / (right + wrong) >= 0.90
    assert destroyed == 0


def test_size():
    spans = [
        label for half in ("frozen", "tune") for _, _, gold in read(half) for _, _, label in gold if label != "ORG"
    ]
    assert len(spans) >= 300
