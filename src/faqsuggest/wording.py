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


ROUTES = {
    "sv": {
        "no-tag": "ingen kan ärendet: {}",
        "no-language": "ingen som kan ärendet arbetar på {}",
        "no-shift": "ingen som kan ärendet arbetar nu",
        "no-capacity": "alla som kan ärendet har fullt upp",
        "tag": "kan ärendet: {}",
        "any": "tar ärenden utan säker tagg",
        "language": "arbetar på {}",
        "load": "minst att göra av dem som är lika lämpade: {} öppna",
        "only": "lämpligast",
    },
    "nb": {
        "no-tag": "ingen kan saken: {}",
        "no-language": "ingen som kan saken, arbeider på {}",
        "no-shift": "ingen som kan saken, er på jobb nå",
        "no-capacity": "alle som kan saken, har fullt opp",
        "tag": "kan saken: {}",
        "any": "tar saker uten sikker etikett",
        "language": "arbeider på {}",
        "load": "minst å gjøre av dem som er like egnet: {} åpne",
        "only": "best egnet",
    },
    "nn": {
        "no-tag": "ingen kan saka: {}",
        "no-language": "ingen som kan saka, arbeider på {}",
        "no-shift": "ingen som kan saka, er på jobb no",
        "no-capacity": "alle som kan saka, har fullt opp",
        "tag": "kan saka: {}",
        "any": "tek saker utan sikker merkelapp",
        "language": "arbeider på {}",
        "load": "minst å gjere av dei som er like eigna: {} opne",
        "only": "best eigna",
    },
    "da": {
        "no-tag": "ingen kan sagen: {}",
        "no-language": "ingen, der kan sagen, arbejder på {}",
        "no-shift": "ingen, der kan sagen, er på arbejde nu",
        "no-capacity": "alle, der kan sagen, har fuldt op",
        "tag": "kan sagen: {}",
        "any": "tager sager uden sikkert mærkat",
        "language": "arbejder på {}",
        "load": "mindst at lave af dem, der er lige egnede: {} åbne",
        "only": "bedst egnet",
    },
    "fi": {
        "no-tag": "kukaan ei osaa asiaa: {}",
        "no-language": "kukaan asian osaava ei palvele kielellä {}",
        "no-shift": "kukaan asian osaava ei ole nyt töissä",
        "no-capacity": "kaikilla asian osaavilla on kädet täynnä",
        "tag": "osaa asian: {}",
        "any": "ottaa asiat ilman varmaa tunnistetta",
        "language": "palvelee kielellä {}",
        "load": "vähiten töitä yhtä sopivista: {} avoinna",
        "only": "sopivin",
    },
    "en": {
        "no-tag": "nobody knows the matter: {}",
        "no-language": "nobody who knows the matter works in {}",
        "no-shift": "nobody who knows the matter is at work now",
        "no-capacity": "all who know the matter have their hands full",
        "tag": "knows the matter: {}",
        "any": "takes what has no sure tag",
        "language": "works in {}",
        "load": "least work of those equally able: {} open",
        "only": "the most able",
    },
}
"""Why somebody takes an inquiry or nobody does, by language and reason; ``{}`` takes what is named."""


def route_sentence(reasons: Sequence[tuple[str, str]], language: str) -> str:
    """One sentence of the reasons of an assignment; English for a language without words of its own.

    Args:
        reasons: Pairs of a key of ``ROUTES`` and what it names.
        language: sv, nb, nn, da, fi or en.

    Example:
        >>> route_sentence([("tag", "faktura"), ("only", "")], "sv")
        'Kan ärendet: faktura; lämpligast.'
    """
    words = ROUTES.get(language, ROUTES["en"])
    text = "; ".join(
        words[reason].format(_short(named)) if named else _bare(words[reason]) for reason, named in reasons
    )
    return f"{text[0].upper()}{text[1:]}."


def _bare(words: str) -> str:
    return words.replace(": {}", "").replace(" {}", "")
