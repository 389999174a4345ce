"""How much a word tells about what is asked: a word that stands in every tenth message tells little of any one.

A base cannot say this of its own words. Its answers seldom hold "hello", "I" or "why", so that such a word looks rare
there, and an answer that happens to hold it looks near. How often customers write a word was counted in the invented
messages of ``models/build``, by its first six letters; ``common_words.txt`` has those of more than two messages in a
thousand (the command ``python -m models.build words`` writes it).
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_LETTERS = 6
_STEM = re.compile(rf"(\w{{3,{_LETTERS}}})\w{{0,{40 - _LETTERS}}}")


def stems(text: str) -> set[str]:
    """The words of a text by their first six letters; words of one and two letters are left out.

    Example:
        >>> sorted(stems("Vad kostar fakturan? Kostar den 20 kr?"))
        ['den', 'faktur', 'kostar', 'vad']
    """
    return set(_STEM.findall(text.casefold()))


def stem_of(word: str) -> str:
    """A word in small letters by its first six."""
    return word[:_LETTERS]


def telling(word: str) -> float:
    """What a word in small letters, or its stem, tells: from 0 (in every message) to 1 (in fewer than 2 of 1,000).

    The logarithm of the share of messages that hold it, in the language where that is largest, over the logarithm of
    two in a thousand: inverse document frequency (Spärck Jones 1972, "A statistical interpretation of term
    specificity and its application in retrieval"), of questions instead of the texts that are searched.

    Example:
        >>> telling("hej") < telling("password") < telling("kastrullen") == 1.0
        True
    """
    return _common().get(stem_of(word), 1.0)


@cache
def _common() -> dict[str, float]:
    lines = resources.files(__package__).joinpath("common_words.txt").read_text("utf-8").splitlines()
    weighed = (line.split() for line in lines if not line.startswith("#"))
    return {stem: float(weight) for weight, *found in weighed for stem in found}
