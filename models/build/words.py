"""How often customers write a word, counted in the invented messages: what ``faqsuggest.text.telling`` reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from math import log
from pathlib import Path

from faqsuggest.text import telling

from .sources import read_rows

STORED = Path(telling.__file__).with_name("common_words.txt")
LEAST = 0.002
"""Share of the messages of a language that must hold a word for it to be kept."""
HEAD = """\
# Weights of words that customers write often, by the first six letters: see telling.py.
# Counted in the invented messages of models/build/desks and models/build/questions (CC0-1.0).
"""


def weights() -> dict[str, float]:
    """By the first letters of a word what it tells, 0 to 1, rounded to hundredths; words that tell all are left out."""
    held: dict[str, Counter[str]] = defaultdict(Counter)
    messages: Counter[str] = Counter()
    for language, text in _messages():
        messages[language] += 1
        held[language].update(telling.stems(text))
    found: dict[str, float] = {}
    for language, counts in held.items():
        for stem, count in counts.items():
            share = (count + 0.5) / (messages[language] + 1.0)
            if share > LEAST:
                found[stem] = min(found.get(stem, 1.0), round(log(share) / log(LEAST), 2))
    return found


def _messages() -> Iterator[tuple[str, str]]:
    for kind in ("desks", "questions"):
        for folder in sorted(path for path in Path(__file__).with_name(kind).iterdir() if path.is_dir()):
            for row in read_rows(folder / "inquiries.jsonl"):
                text = " ".join(part for part in (row.get("subject"), row["question"]) if part)
                yield ("nb" if row["language"] == "nn" else row["language"]), text


def written() -> str:
    """The file: a line for each weight, the words that have it in order."""
    lines: dict[float, list[str]] = defaultdict(list)
    for stem, weight in weights().items():
        lines[weight].append(stem)
    return HEAD + "".join(f"{weight:.2f} {' '.join(sorted(lines[weight]))}\n" for weight in sorted(lines))
