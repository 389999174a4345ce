"""How often customers write a word or speak of a concept, counted in the invented messages.

Written are the two files that ``faqsuggest.text.telling`` and ``faqsuggest.text.concepts`` read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from math import log
from pathlib import Path
from typing import TypeVar

from faqsuggest.text import telling
from faqsuggest.text.telling import stem_of, stems

from .sources import read_rows

HERE = Path(__file__).parent
TEXT = Path(telling.__file__).parent
WORDS, CONCEPTS = TEXT / "common_words.txt", TEXT / "concepts.txt"
LEAST = 0.002
"""Share of the messages of a language that must hold a word or concept for its weight to be below 1."""
TOO_COMMON = 0.45
"""A word of the lexicon that tells less says nothing about a concept."""
WORDS_HEAD = """\
# Weights of words that customers write often, by the first six letters: see telling.py.
# Counted in the invented messages of models/build/desks and models/build/questions (CC0-1.0).
"""
CONCEPTS_HEAD = """\
# A concept a line: what it tells, and its words in five languages by the first six letters: see concepts.py.
# From the hand-written lexicon in models/build/lexicon (CC0-1.0).
"""
Thing = TypeVar("Thing", str, int)


def write() -> None:
    """Write both files."""
    WORDS.write_text(common_words(), "utf-8")
    CONCEPTS.write_text(concepts(), "utf-8")


def weights(things: Callable[[frozenset[str]], Iterable[Thing]]) -> dict[Thing, float]:
    """What each word or concept of the messages tells, 0 to 1, rounded to hundredths; what tells all is left out.

    Args:
        things: From the stems of a message to what is counted.
    """
    held: dict[str, Counter[Thing]] = defaultdict(Counter)
    messages: Counter[str] = Counter()
    for language, words in _messages():
        messages[language] += 1
        held[language].update(things(words))
    found: dict[Thing, float] = {}
    for language, counts in held.items():
        for thing, count in counts.items():
            share = (count + 0.5) / (messages[language] + 1.0)
            if share > LEAST:
                found[thing] = min(found.get(thing, 1.0), round(log(share) / log(LEAST), 2))
    return found


@cache
def _messages() -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple(_read())


def _read() -> Iterator[tuple[str, frozenset[str]]]:
    for kind in ("desks", "questions"):
        for folder in sorted(path for path in (HERE / kind).iterdir() if path.is_dir()):
            for row in read_rows(folder / "inquiries.jsonl"):
                text = " ".join(part for part in (row.get("subject"), row["question"]) if part)
                yield ("nb" if row["language"] == "nn" else row["language"]), frozenset(stems(text))


def common_words() -> str:
    """A line for each weight: the words that have it, in order."""
    lines: dict[float, list[str]] = defaultdict(list)
    for stem, weight in weights(lambda words: words).items():
        lines[weight].append(stem)
    return WORDS_HEAD + "".join(f"{weight:.2f} {' '.join(sorted(lines[weight]))}\n" for weight in sorted(lines))


def lexicon() -> Iterator[list[str]]:
    """The words of each concept, language by language, as they were written."""
    for path in sorted((HERE / "lexicon").glob("*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            _, *languages = line.split("\t")
            yield [word for words in languages for word in words.split()]


def concepts() -> str:
    """A line for each concept: its weight and its stems, in order."""
    common = weights(lambda words: words)
    each = [sorted({stem_of(word) for word in words if _tells(common, word)}) for words in lexicon()]
    told = [stems_ for stems_ in each if len(stems_) > 1]
    of: dict[str, list[int]] = defaultdict(list)
    for number, stems_ in enumerate(told):
        for stem in stems_:
            of[stem].append(number)
    weight = weights(lambda words: {number for word in words for number in of.get(word, ())})
    return CONCEPTS_HEAD + "".join(
        f"{weight.get(number, 1.0):.2f} {' '.join(stems_)}\n" for number, stems_ in enumerate(told)
    )


def _tells(common: dict[str, float], word: str) -> bool:
    return common.get(stem_of(word), 1.0) >= TOO_COMMON
