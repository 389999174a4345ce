"""Readers of the sets that the benchmarks measure on; nothing is copied, everything is read from where it lies.

``--data`` or the variable FAQSUGGEST_DATA names the folder of the development sets. One set needs no folder: the
Swedish and English pairs of the PyPI package ``zaragoza-construction-faq``. A set that is not there is left out, with
a reason.
"""

from __future__ import annotations

import json
import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.text.normalise import normalise

Row = dict[str, Any]
DESKS = ("bank", "health", "housing", "insurance", "municipality", "shop", "software", "transport")

SUPEROFFICE_LANGUAGES = ("sv", "nb", "da", "en")


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """Questions, a pool of answers, and which answer is right for which question.

    Attributes:
        name: Source and what is asked, such as "swefaq dev".
        asked: Language of the questions.
        answered: Language of the answers.
        role: "test" or "development": settings may be chosen on the latter only.
        queries: The questions.
        clusters: For each question what it shares with others that are no independent evidence, such as its article.
        pool: Answers by id. Equal texts are one answer.
        gold: For each question the ids of the right answers.
    """

    name: str
    asked: str
    answered: str
    role: str
    queries: tuple[str, ...]
    clusters: tuple[str, ...]
    pool: dict[str, str]
    gold: tuple[frozenset[str], ...]

    @property
    def label(self) -> str:
        """Name with the language or the direction."""
        direction = self.asked if self.asked == self.answered else f"{self.asked}→{self.answered}"
        return f"{self.name} {direction}"

    def head(self, questions: int | None) -> RetrievalSet:
        """The same set with the first ``questions`` only; the pool stays whole."""
        cut = slice(questions)
        return RetrievalSet(
            self.name,
            self.asked,
            self.answered,
            self.role,
            self.queries[cut],
            self.clusters[cut],
            self.pool,
            self.gold[cut],
        )


@dataclass(frozen=True, slots=True)
class DeskInquiry:
    """One inquiry that some public article answers.

    Attributes:
        text: Subject, if any, and question on lines of their own.
        language: As labelled, nn counted as nb.
        gold: Keys of the right articles; versions of an article in several languages share a key.
        cross: Whether no version of a right article is in the inquiry's language.
    """

    text: str
    language: str
    gold: frozenset[str]
    cross: bool

    @property
    def words(self) -> int:
        """Number of words between blanks."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Desk:
    """An invented helpdesk: its public articles, its past tickets and the answerable inquiries."""

    name: str
    articles: tuple[Row, ...]
    tickets: tuple[Row, ...]
    inquiries: tuple[DeskInquiry, ...]
    key_of: dict[str, str] = field(repr=False)

    def knowledge_base(self, *, tickets: bool) -> KnowledgeBase:
        """The articles, with or without the past tickets."""
        return KnowledgeBase.from_records(tickets=self.tickets if tickets else (), articles=self.articles)


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Texts with labels to learn from and to classify.

    Attributes:
        clusters: For each test text the item that it is a wording of.
        outside: Texts that have none of the labels.
    """

    name: str
    train: tuple[tuple[str, str], ...]
    test: tuple[tuple[str, str], ...]
    clusters: tuple[str, ...]
    outside: tuple[str, ...] = ()


def data_folder(given: str | None) -> Path | None:
    """The folder named by ``--data`` or FAQSUGGEST_DATA, None without either.

    Raises:
        FileNotFoundError: There is no such folder.
    """
    named = given or os.environ.get("FAQSUGGEST_DATA")
    if not named:
        return None
    if not Path(named).is_dir():
        raise FileNotFoundError(
            "--data or FAQSUGGEST_DATA must name the folder of the development sets; it is no folder"
        )
    return Path(named)


def read_lines(path: Path) -> list[Row]:
    # Not splitlines(): texts may hold line separators that JSON does not escape.
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def held_out(article: str) -> bool:
    """Whether an article of superoffice_help is kept out of training, in every language: a fifth, by hash of the id."""
    return int(blake2b(article.encode(), digest_size=4).hexdigest(), 16) % 5 == 0


def retrieval_sets(folder: Path | None) -> tuple[list[RetrievalSet], dict[str, str]]:
    """All sets that are there, and why the others are not."""
    sources: tuple[tuple[str, Callable[[Path], Iterable[RetrievalSet]]], ...] = (
        ("swefaq", _swefaq),
        ("kde_faq", _kde_faq),
        ("superoffice_help", _superoffice),
        ("nlu_eval_corpora", _stack_exchange),
        ("swequad_mc", _swequad),
    )
    found: list[RetrievalSet] = []
    missing: dict[str, str] = {}
    for name, read in sources:
        if folder is None:
            missing[name] = "neither --data nor FAQSUGGEST_DATA is given"
        elif not (folder / name).is_dir():
            missing[name] = "not in the data folder"
        else:
            found.extend(read(folder / name))
    try:
        found.extend(_zaragoza())
    except ImportError:
        missing["zaragoza"] = "the package zaragoza-construction-faq is not installed"
    return found, missing


def pairs_set(
    names: tuple[str, str, str, str],
    questions: Iterable[tuple[str, str, str]],
    answers: Iterable[tuple[str, str]],
) -> RetrievalSet:
    """Put a set together; equal answers become one, questions without content or answer are left out.

    Args:
        names: Name, language of the questions, language of the answers, role.
        questions: Text, cluster, id of the right answer.
        answers: Id and text.
    """
    first: dict[str, str] = {}
    same_as = {key: first.setdefault(normalise(text), key) for key, text in answers if normalise(text)}
    kept = [(text, cluster, same_as[key]) for text, cluster, key in questions if normalise(text) and key in same_as]
    return RetrievalSet(
        *names,
        queries=tuple(text for text, _, _ in kept),
        clusters=tuple(cluster for _, cluster, _ in kept),
        pool={key: text for text, key in first.items()},
        gold=tuple(frozenset((key,)) for _, _, key in kept),
    )


def _swefaq(folder: Path) -> Iterator[RetrievalSet]:
    answers = [(row["answer_id"], row["answer"]) for row in read_lines(folder / "answers_dev.jsonl")]
    questions = [
        (row["question"], row["id"], f"{row['category_id']}-{row['label']}") for row in read_lines(folder / "dev.jsonl")
    ]
    yield pairs_set(("swefaq dev", "sv", "sv", "test"), questions, answers)


def _kde_faq(folder: Path) -> Iterator[RetrievalSet]:
    rows = {language: read_lines(folder / f"{language}.jsonl") for language in ("sv", "en")}
    for asked, answered in (("sv", "sv"), ("en", "en"), ("sv", "en")):
        questions = [(row["question"], row["id"], row["id"]) for row in rows[asked]]
        answers = [(row["id"], row["answer"]) for row in rows[answered]]
        yield pairs_set(("kde_faq", asked, answered, "test"), questions, answers)


def _zaragoza() -> Iterator[RetrievalSet]:
    from zaragoza_construction_faq import load

    for language in ("sv", "en"):
        rows = load(lang=language)
        questions = [(row["q"], row["id"], row["id"]) for row in rows]
        answers = [(row["id"], row["a"]) for row in rows]
        yield pairs_set(("zaragoza", language, language, "test"), questions, answers)


def _superoffice(folder: Path) -> Iterator[RetrievalSet]:
    rows = {
        language: [row for row in read_lines(folder / f"{language}.jsonl") if held_out(row["id"])]
        for language in SUPEROFFICE_LANGUAGES
    }
    for asked in SUPEROFFICE_LANGUAGES:
        questions = [
            (text, row["id"], row["id"])
            for row in rows[asked]
            for text in (row["title"], row["description"], ", ".join(row["keywords"] or ()))
            if text
        ]
        for answered in SUPEROFFICE_LANGUAGES:
            answers = [(row["id"], row["body"]) for row in rows[answered]]
            yield pairs_set(("superoffice slice", asked, answered, "development"), questions, answers)


def _stack_exchange(folder: Path) -> Iterator[RetrievalSet]:
    rows = [row for row in read_lines(folder / "corpora.jsonl") if row.get("answer")]
    for corpus, name in (("AskUbuntuCorpus", "askubuntu"), ("WebApplicationsCorpus", "webapps")):
        own = [(str(number), row) for number, row in enumerate(rows) if row["corpus"] == corpus]
        questions = [(row["text"], number, number) for number, row in own]
        answers = [(number, row["answer"]) for number, row in own]
        yield pairs_set((name, "en", "en", "test"), questions, answers)


def _swequad(folder: Path) -> Iterator[RetrievalSet]:
    rows = read_lines(folder / "dev.jsonl")
    questions = [(row["question"], str(row["context_id"]), str(row["context_id"])) for row in rows]
    answers = [(str(row["context_id"]), row["context"]) for row in rows]
    yield pairs_set(("swequad dev", "sv", "sv", "development"), questions, answers)


def read_desk(folder: Path) -> Desk:
    """Read one desk: public articles only, validity and judge's columns left out, unanswerable inquiries left out.

    The dates of the invented messages carry no meaning beyond their order, so that an article must not expire before
    the inquiry that it answers.
    """
    rows = [row for row in read_lines(folder / "articles.jsonl") if row.get("audience", "public") == "public"]
    key_of = {row["id"]: row.get("parallel") or row["id"] for row in rows}
    languages: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        languages[key_of[row["id"]]].add(bokmal(row["language"]))
    inquiries = []
    for row in read_lines(folder / "inquiries.jsonl"):
        gold = frozenset(key_of[key] for key in row["gold"] if key in key_of)
        if gold:
            language = bokmal(row["language"])
            cross = all(language not in languages[key] for key in gold)
            inquiries.append(DeskInquiry(message(row), language, gold, cross))
    articles = tuple({key: value for key, value in row.items() if key != "valid_until"} for row in rows)
    tickets = tuple(
        {key: value for key, value in row.items() if key != "planted"} for row in read_lines(folder / "tickets.jsonl")
    )
    return Desk(folder.name, articles, tickets, tuple(inquiries), key_of)


def bokmal(language: str) -> str:
    """The language, nn as nb: the two are one audience."""
    return "nb" if language == "nn" else language


def message(row: Row) -> str:
    """Subject, if any, and question on lines of their own."""
    return "\n".join(part for part in (row.get("subject"), row["question"]) if part)


def labelled_sets(folder: Path, seed: int = 0) -> list[LabelledSet]:
    """The intent sets, cut to a size at which an encoder is measured in minutes.

    BANKING77: 20 training rows an intent, 13 to classify (1,001). CLINC150: 10 and 5 (750), and 250 out of scope. xSID:
    300 English commands to learn from, their Danish and Norwegian counterparts (11 dialects) to classify.
    """
    banking = _labelled(read_lines(folder / "banking77" / "train.jsonl"), "text", "label")
    banking_test = _labelled(read_lines(folder / "banking77" / "test.jsonl"), "text", "label")
    clinc = read_lines(folder / "clinc150" / "data_full.jsonl")
    clinc_split = {
        split: _labelled([row for row in clinc if row["split"] == split], "text", "label")
        for split in ("train", "test", "oos_test")
    }
    outside = [text for text, _ in clinc_split["oos_test"]]
    test = few_each(banking_test, 13, seed)
    clinc_test = few_each(clinc_split["test"], 5, seed)
    return [
        LabelledSet("banking77", few_each(banking, 20, seed), test, tuple(text for text, _ in test)),
        LabelledSet(
            "clinc150",
            few_each(clinc_split["train"], 10, seed),
            clinc_test,
            tuple(text for text, _ in clinc_test),
            tuple(random.Random(seed).sample(outside, min(250, len(outside)))),
        ),
        *(_xsid(folder / "xsid", language) for language in ("da", "no")),
    ]


def few_each(rows: Sequence[tuple[str, str]], count: int, seed: int) -> tuple[tuple[str, str], ...]:
    """At most ``count`` rows of every label, drawn with ``seed``."""
    by_label: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        by_label[row[1]].append(row)
    rng = random.Random(seed)
    return tuple(
        row for label in sorted(by_label) for row in rng.sample(by_label[label], min(count, len(by_label[label])))
    )


def _labelled(rows: Iterable[Row], text: str, label: str) -> list[tuple[str, str]]:
    return [(row[text], row[label]) for row in rows]


def _xsid(folder: Path, language: str) -> LabelledSet:
    train = _labelled(read_lines(folder / "en.valid.jsonl"), "text", "intent")
    rows = read_lines(folder / f"{language}.valid.jsonl")
    items = tuple(str(row["id"]).split("/")[0] for row in rows)
    return LabelledSet(f"xsid en→{language}", tuple(train), tuple(_labelled(rows, "text", "intent")), items)
