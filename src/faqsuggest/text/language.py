"""Which of a desk's languages a short customer text is in, with a margin, or "unknown" when the text does not tell.

The statistical model is py3langid's naive Bayes over byte n-grams, restricted to the languages asked for. It mixes up
Norwegian and Danish on short texts, so function words and letters that only some of the languages have are added as
evidence (``benchmarks/language.py`` measures both on texts held out).
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from faqsuggest.errors import InputError
from faqsuggest.text.language_words import LETTERS, SPELLINGS, WORDS
from faqsuggest.text.normalise import normalise

_ALIKE = frozenset(("nb", "nn", "da"))
KNOWN_LANGUAGES = ("sv", "nb", "nn", "da", "fi", "en", "de")
_MODEL_CODES = {"nb": "no"}
_WORD_WEIGHT = 1.2
_SPELLING_WEIGHT = 0.8
_LETTER_WEIGHT = 1.5
_MODEL_WEIGHT = 3.0
_WORD = re.compile(r"[^\W\d_]{1,40}")
_SPELLINGS = tuple((re.compile(pattern), codes) for pattern, codes in SPELLINGS)
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Language:
    """What a text's language seems to be.

    Attributes:
        code: One of the languages asked for, or "unknown".
        margin: How far the best language is ahead of the second, from 0 (no telling) to 1; not a probability.
        best: The best language, even when the margin is too small for ``code`` to name it.
    """

    code: str
    margin: float
    best: str


def detect_language(text: str, languages: Sequence[str] = KNOWN_LANGUAGES, *, min_margin: float = 0.4) -> Language:
    """Guess the language of a text.

    Args:
        text: A question or reply; its first 1,000 characters decide.
        languages: The languages to choose between, of ``KNOWN_LANGUAGES``; fewer languages make fewer errors.
        min_margin: Below this margin ``code`` is "unknown". 0 always names a language when the text has a letter.

    Raises:
        InputError: A language is not known here, or none is given.

    Example:
        >>> detect_language("Hvor er pakken min? Jeg har ikke fått den ennå.").code
        'nb'
    """
    allowed = tuple(dict.fromkeys(languages))
    unknown = sorted(set(allowed) - set(KNOWN_LANGUAGES))
    if unknown or not allowed:
        known = ", ".join(KNOWN_LANGUAGES)
        raise InputError(f"languages must be one or more of {known}, got {', '.join(unknown) or 'none'}")
    words = _WORD.findall(normalise(text)[:_LONGEST].lower())
    if not words:
        return Language("unknown", 0.0, allowed[0])
    scores = _scores(words, allowed)
    ranked = sorted(allowed, key=lambda code: (-scores[code], KNOWN_LANGUAGES.index(code)))
    if len(ranked) == 1:
        return Language(ranked[0], 1.0, ranked[0])
    margin = 0.0 if _is_shared(words, allowed) else math.tanh((scores[ranked[0]] - scores[ranked[1]]) / 2)
    return Language(ranked[0] if margin >= min_margin else "unknown", margin, ranked[0])


def choices(base: Collection[str], known: Sequence[str] = KNOWN_LANGUAGES) -> tuple[str, ...]:
    """The languages to choose between for texts that meet a base: of those easily taken for each other, the base's.

    Norwegian and Danish are told apart only where the base has more than one of them; a language of another kind stays
    a choice, so that a foreign text is not forced into the base's own.

    Args:
        base: Languages of the base; of a base that has none of nb, nn and da, and of one that names no language, all
            stay.
        known: Languages to choose from.

    Example:
        >>> choices(["nb", "sv"])
        ('sv', 'nb', 'fi', 'en', 'de')
    """
    own = _ALIKE & set(base)
    return tuple(code for code in known if code not in _ALIKE or not own or code in own)


def _is_shared(words: list[str], allowed: tuple[str, ...]) -> bool:
    """Whether the text is one or two words that several of the languages have, such as ``hej``."""
    return len(words) <= 2 and all(sum(code in allowed for code in WORDS.get(word, ())) > 1 for word in words)


def _scores(words: list[str], allowed: tuple[str, ...]) -> dict[str, float]:
    """Log scores per language: the model's, plus evidence from words and letters, damped for long texts."""
    scores = {code: _MODEL_WEIGHT * value for code, value in _model_scores(" ".join(words), allowed).items()}
    damping = 1 / math.sqrt(max(1.0, len(words) / 8))
    for word in words:
        known, spelt = _evidence(word)
        for code in known:
            if code in scores:
                scores[code] += _WORD_WEIGHT * damping
        for code in spelt:
            if code in scores:
                scores[code] += _SPELLING_WEIGHT * damping
    letters = set("".join(words))
    for letter in sorted(letters & LETTERS.keys()):
        for code in allowed:
            if code not in LETTERS[letter]:
                scores[code] -= _LETTER_WEIGHT
    return scores


@lru_cache(maxsize=16_384)
def _evidence(word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Languages that have the word, and (for words that no list knows) languages that its spelling speaks for."""
    if word in WORDS:
        return WORDS[word], ()
    return (), tuple(code for pattern, codes in _SPELLINGS if pattern.search(word) for code in codes)


def _model_scores(text: str, allowed: tuple[str, ...]) -> dict[str, float]:
    """Log of py3langid's probabilities, which are already tempered by the length of the text."""
    model = _model(tuple(_MODEL_CODES.get(code, code) for code in allowed))
    ranked = dict(model.rank(text))
    return {code: math.log(max(float(ranked[_MODEL_CODES.get(code, code)]), 1e-9)) for code in allowed}


@lru_cache(maxsize=16)
def _model(codes: tuple[str, ...]) -> Any:  # noqa: ANN401 - a class of a package without types
    model = copy.copy(_whole_model())  # the copies have their own languages, and share the automaton of forty megabytes
    model.set_languages(codes)
    return model


@cache
def _whole_model() -> Any:  # noqa: ANN401 - as above
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
