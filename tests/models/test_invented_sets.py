"""What the README files beside the invented training sets promise of them."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.data import bokmal, data_folder, labelled_sets, read_lines, retrieval_sets

BUILD = Path(__file__).parents[2] / "models" / "build"
SETS = sorted(folder for kind in ("desks", "questions") for folder in (BUILD / kind).iterdir() if folder.is_dir())
LANGUAGES = {"sv", "nb", "nn", "da", "fi", "en"}
# Numbers that the Swedish authority keeps free for fiction, and domains that belong to nobody.
PHONE = re.compile(r"(?<!\d)0\d{1,3}[- ]\d{2,3} \d{2,3} \d{2}(?!\d)")
FREE = re.compile(r"08-465 004 \d\d|070-174 06 \d\d")
MAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return read_lines(folder / f"{name}.jsonl")


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + 4]) for at in range(len(words) - 3)}


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_every_set_is_whole(folder: Path) -> None:
    articles, inquiries = _rows(folder, "articles"), _rows(folder, "inquiries")
    for rows in (articles, inquiries):
        assert [key for key, count in Counter(row["id"] for row in rows).items() if count > 1] == []
        assert {row["language"] for row in rows} <= LANGUAGES
    known = {row["id"] for row in articles}
    assert all(row["body"].strip() for row in articles)
    assert all(row["question"].strip() for row in inquiries)
    assert {gold for row in inquiries for gold in row["gold"]} == known, "every article is asked for, and no other"


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_no_message_copies_its_answer_and_none_comes_twice(folder: Path) -> None:
    articles = {row["id"]: _runs(f"{row['title']} {row['body']}") for row in _rows(folder, "articles")}
    inquiries = _rows(folder, "inquiries")
    copied = [row["id"] for row in inquiries for gold in row["gold"] if _runs(row["question"]) & articles[gold]]
    assert copied == []
    assert len({row["question"].strip().lower() for row in inquiries}) == len(inquiries)


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_numbers_and_addresses_are_nobody_s(folder: Path) -> None:
    text = "\n".join((folder / f"{name}.jsonl").read_text("utf-8") for name in ("articles", "inquiries"))
    assert [number for number in PHONE.findall(text) if not FREE.fullmatch(number)] == []
    assert {host for host in MAIL.findall(text) if not re.fullmatch(r"example\.(com|org|net)", host)} == set()


@pytest.mark.parametrize("kind", ["desks", "questions"])
def test_the_table_counts_what_is_there(kind: str) -> None:
    listed = re.findall(
        r"^\| (\w+) \| .*?(\d+) \| (\d+) \| (\d+) \| (\d+) \|$", (BUILD / kind / "README.md").read_text("utf-8"), re.M
    )
    told = {name: tuple(map(int, counts)) for name, *counts in listed}
    found = {}
    for folder in (folder for folder in SETS if folder.parent.name == kind):
        articles, inquiries = _rows(folder, "articles"), _rows(folder, "inquiries")
        language = {row["id"]: bokmal(row["language"]) for row in articles}
        answered = [(bokmal(row["language"]), {language[key] for key in row["gold"]}) for row in inquiries]
        elsewhere = sum(bool(spoken) and asked not in spoken for asked, spoken in answered)
        found[folder.name] = (len(articles), len(inquiries), elsewhere, sum(not spoken for _, spoken in answered))
    assert told == found


@pytest.mark.skipif(not os.environ.get("FAQSUGGEST_DATA"), reason="development data: set FAQSUGGEST_DATA")
def test_no_text_is_one_that_figures_are_measured_on() -> None:
    data = data_folder(None)
    assert data is not None
    tests = [text for each in retrieval_sets(data)[0] for text in (*each.queries, *each.pool.values())]
    tests += [text for each in labelled_sets(data) for text in (*(text for text, _ in each.test), *each.outside)]
    own = [row["question"] for folder in SETS for row in _rows(folder, "inquiries")]
    own += [row["body"] for folder in SETS for row in _rows(folder, "articles")]
    known = {_bare(text) for text in tests}
    assert len(known) > 5_000
    assert [text for text in own if _bare(text) in known and len(text.split()) > 2] == []


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
