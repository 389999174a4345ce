"""What speaks for a suggestion, in the language of the agent who reads it."""

from __future__ import annotations

from collections.abc import Sequence

REASONS = {
    "sv": {
        "repeat": "samma fråga har besvarats så förut",
        "case": "liknar ärende {}",
        "words": "gemensamma ord: {}",
        "tags": "tagg: {}",
        "passage": "bygger på ”{}”",
        "old": "svaret är gammalt, kontrollera att det gäller",
        "uncalibrated": "säkerheten är inte kalibrerad",
        "none": "närmast i innehåll",
    },
    "nb": {
        "repeat": "samme spørsmål er besvart slik før",
        "case": "ligner sak {}",
        "words": "felles ord: {}",
        "tags": "etikett: {}",
        "passage": "bygger på «{}»",
        "old": "svaret er gammelt, sjekk at det fortsatt gjelder",
        "uncalibrated": "sikkerheten er ikke kalibrert",
        "none": "nærmest i innhold",
    },
    "nn": {
        "repeat": "same spørsmål er svara på slik før",
        "case": "liknar sak {}",
        "words": "felles ord: {}",
        "tags": "merkelapp: {}",
        "passage": "byggjer på «{}»",
        "old": "svaret er gammalt, sjekk at det framleis gjeld",
        "uncalibrated": "tryggleiken er ikkje kalibrert",
        "none": "nærast i innhald",
    },
    "da": {
        "repeat": "samme spørgsmål er besvaret sådan før",
        "case": "ligner sag {}",
        "words": "fælles ord: {}",
        "tags": "mærkat: {}",
        "passage": "bygger på »{}«",
        "old": "svaret er gammelt, tjek at det stadig gælder",
        "uncalibrated": "sikkerheden er ikke kalibreret",
        "none": "tættest på i indhold",
    },
    "fi": {
        "repeat": "samaan kysymykseen on vastattu näin aiemmin",
        "case": "muistuttaa tapausta {}",
        "words": "yhteiset sanat: {}",
        "tags": "tunniste: {}",
        "passage": "perustuu kohtaan ”{}”",
        "old": "vastaus on vanha, tarkista että se pitää paikkansa",
        "uncalibrated": "varmuutta ei ole kalibroitu",
        "none": "sisällöltään lähimpänä",
    },
    "en": {
        "repeat": "the same question was answered like this before",
        "case": "resembles case {}",
        "words": "words in common: {}",
        "tags": "tag: {}",
        "passage": "rests on “{}”",
        "old": "the answer is old, check that it still holds",
        "uncalibrated": "the confidence is not calibrated",
        "none": "nearest in content",
    },
}
"""By language and reason; ``{}`` takes what is named."""
_LONGEST = 90


def sentence(reasons: Sequence[tuple[str, str]], language: str) -> str:
    """One sentence of the given reasons, in order; English for a language without words of its own.

    Args:
        reasons: Pairs of a key of ``REASONS`` and what it names.
        language: sv, nb, nn, da, fi or en.

    Example:
        >>> sentence([("repeat", ""), ("words", "kort, spärra")], "sv")
        'Samma fråga har besvarats så förut; gemensamma ord: kort, spärra.'
    """
    words = REASONS.get(language, REASONS["en"])
    parts = [words[reason].format(_short(named)) for reason, named in reasons] or [words["none"]]
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"
