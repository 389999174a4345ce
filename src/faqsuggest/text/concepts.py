"""What words mean, as far as a list can say: words that customers and pages use for the same thing, in five languages.

A customer writes "räkning", the page says "faktura", and the only right page may say "lasku". The encoder knows that,
but it gives one number for a whole text; here each word of an inquiry is looked up by itself. ``concepts.txt`` has a
line for each concept: what it tells (see ``telling``), and its words by their first six letters. It is made from the
hand-written lexicon in ``models/build/lexicon`` by the command ``python -m models.build words``.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cache
from importlib import resources

from faqsuggest.text.telling import stem_of


def concepts_of(word: str) -> tuple[int, ...]:
    """Numbers of the concepts that a word in small letters, or its stem, belongs to; none for a word of no list.

    Example:
        >>> invoice = set(concepts_of("faktura"))
        >>> bool(invoice & set(concepts_of("räkning"))), bool(invoice & set(concepts_of("laskun")))
        (True, True)
    """
    return _by_stem().get(stem_of(word), ())


def concepts_in(stems: Set[str]) -> set[int]:
    """Numbers of all concepts that some stems belong to."""
    known = _by_stem()
    return set[int]().union(*map(known.__getitem__, stems & known.keys()))


def stems_for(concepts: Iterable[int]) -> set[str]:
    """The stems of all words of some concepts: what a text must hold to hold one of them."""
    lines = _lines()
    return set[str]().union(*[lines[concept][1] for concept in concepts])


def concept_tells(concept: int) -> float:
    """What a concept tells, from 0 (in every message) to 1, as ``telling`` says it of words."""
    return _lines()[concept][0]


@cache
def _by_stem() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for concept, (_, stems) in enumerate(_lines()):
        for stem in stems:
            found[stem] = (*found.get(stem, ()), concept)
    return found


@cache
def _lines() -> tuple[tuple[float, tuple[str, ...]], ...]:
    lines = resources.files(__package__).joinpath("concepts.txt").read_text("utf-8").splitlines()
    split = (line.split() for line in lines if not line.startswith("#"))
    return tuple((float(weight), tuple(stems)) for weight, *stems in split)
