"""People's names within a text: by name lists and by the words before them."""

from __future__ import annotations

import re

from faqsuggest.text.privacy.frames import NOT_NAMES, PARTICLES, WORD
from faqsuggest.text.privacy.name_list import forms, standing, stem
from faqsuggest.text.privacy.records import Claims, Kind

_RELATIVES = (
    r"man|mann|mand|hustru|make|maka|fru|kone|kona|sambo|sambon|samboer|samboeren|partner|kjæreste|kæreste|son|sonen|"
    r"sønn|sønnen|søn|dotter|dottern|datter|"
    r"datteren|dotra|mamma|pappa|mor|moren|mora|far|faren|mormor|morfar|farmor|farfar|bror|broren|syster|søster|"
    r"syskon|barn|barnet|barna|granne|"
    r"grannen|nabo|naboen|kollega|kollegan|kollegaen|chef|sjef|vän|ven|venn|kompis|exman|svärson|svigersønn"
)
_PEOPLE = (
    r"kund|kunden|kunde|kunder|patient|patienten|pasient|pasienten|elev|eleven|hyresgäst|hyresgästen|leietaker|lejer|"
    r"lejeren|medlem|medlemmet|handläggare|"
    r"handläggaren|saksbehandler|sagsbehandler|rådgiver|rådgivare|tekniker|teknikern|teknikeren|sköterska|sköterskan|"
    r"besiktningsman|besiktningsmannen|"
    r"taksator|taksatoren|chauffören|sjåføren|chaufføren|vicevært|viceværten|vaktmästare|vaktmester|städare|städaren|"
    r"avdøde|afdøde|avlidne|avdøde"
)
_CUE = re.compile(
    r"(?:\b(?:"
    + _RELATIVES
    + r")(?: (?:di|din|mi|min|hans|hennar|hennes|hendes|vår|vores))?,? $|\b(?:"
    + _PEOPLE
    + r"|heter|hedder|heiter|hette|herr|fru|fröken|frøken|hr|frk|dr|doktor|"
    r"prof|professor|mr|mrs|ms|miss|"
    r"hälsa|hils|hilsa|namn|namnet|navn|navnet|namnen|vid namn|ved navn|c/o|tolken|läkare|lege|læge|lægen|legen|"
    r"advokat|far till|mor till|"
    r"äitisi|isäsi|miehesi|vaimosi|poikasi|tyttäresi|naapurisi|naapuri|lapsesi|rouva|herra|hoitaja|asiakas|asiakkaan|"
    r"potilas|takaaja|nimelle|nimellä|"
    r"nimi|husband|wife|sister|brother|mother|father|son|daughter|neighbour|neighbor|colleague|tenant|customer|"
    r"called|named|husband's|ex-husband|"
    r"talat med|snakket med|snakkede med|talt med|pratat med|talade med|spoken to|spoke to|puhuin|hilsen)\.?,? "
    r"?[(:]{0,2} ?)$"
)
_AND = re.compile(r" (?:och|og|ja|and|&|samt) $")
_TITLE = re.compile(r"(?:dr|prof|mr|mrs|ms|hr|frk|herr|fru|fröken|frøken|herra|rouva|doktor|professor)\.? $")
_INSTITUTIONS = (
    "gården",
    "skolan",
    "skolen",
    "skole",
    "hjem",
    "hemmet",
    "huset",
    "senteret",
    "centret",
    "koti",
    "koulu",
    "klubben",
    "føreningen",
)


def find_names(claims: Claims) -> bool:
    """Claim names within the text; whether capitalised words remain that may be names."""
    words = list(WORD.finditer(claims.text))
    doubtful = False
    index = 0
    while index < len(words):
        word = words[index]
        text = word.group()
        if not text[0].isupper() or claims.taken[word.start()]:
            index += 1
            continue
        length = _name_length(claims, words, index)
        title = _TITLE.search(claims.before(word.start(), 12)) if length else None
        start = word.start() - len(title.group()) if title else word.start()
        if length and claims.take(start, words[index + length - 1].end(), "name"):
            index += length
            continue
        doubtful = doubtful or (not _starts_sentence(claims, word.start()) and len(text) > 1 and not text.isupper())
        index += 1
    return doubtful


def _name_length(claims: Claims, words: list[re.Match[str]], index: int) -> int:
    """How many words from ``index`` on are one name; 0 when they are none."""
    word = words[index].group()
    what = standing(word, claims.finnish)
    run = _run_length(claims, words, index)
    following = standing(words[index + 1].group(), claims.finnish) if run > 1 else "unknown"
    begins = _starts_sentence(claims, words[index].start())
    if word.casefold() in NOT_NAMES or (word.isupper() and 1 < len(word) < 4):
        return 0
    if _is_cued(claims, words[index], what, begins):
        return run
    if word.isupper() and len(word) > 1 and (run == 1 or what == "unknown"):
        return 0
    if what == "given":
        return run
    if what == "ambiguous":
        return run if following in ("family", "given") or (following == "unknown" and run > 1 and not begins) else 0
    if what == "family":
        return 0 if begins and run == 1 and not _is_listed_backwards(claims, words, index) else run
    return run if following == "family" and not begins else 0


def _is_listed_backwards(claims: Claims, words: list[re.Match[str]], index: int) -> bool:
    """Whether a given name follows after a comma, as in ``Olsson, Kent``."""
    following = words[index + 1] if index + 1 < len(words) else None
    gap = claims.text[words[index].end() : following.start()] if following else ""
    return following is not None and gap == ", " and standing(following.group(), claims.finnish) == "given"


def _is_cued(claims: Claims, word: re.Match[str], what: str, begins: bool) -> bool:
    """Whether what stands before a capitalised word says that it is a person's name."""
    if begins and what == "unknown":
        return False
    before = claims.before(word.start(), 36)
    if _CUE.search(before):
        return what != "unknown" or not word.group().casefold().endswith(_INSTITUTIONS)
    joined = _AND.search(before)
    if joined and claims.taken[word.start() - len(joined.group()) - 1]:
        return what != "unknown"
    vocative = claims.text[word.end() : word.end() + 1] in (".", "!", "?", ",", "") and before.endswith((", ", "! "))
    return what == "ambiguous" and vocative


def _run_length(claims: Claims, words: list[re.Match[str]], index: int) -> int:
    """Capitalised words, initials and particles that follow each other with one blank."""
    length = 1
    while index + length < len(words) and length < 4:
        previous, word = words[index + length - 1], words[index + length]
        gap = claims.text[previous.end() : word.start()]
        text = word.group()
        initial = gap == ". " and len(previous.group()) == 1
        if (gap != " " and not initial) or claims.taken[word.start()] or text.casefold() in NOT_NAMES or text == "I":
            break
        if (
            text.casefold() in PARTICLES
            and index + length + 1 < len(words)
            and words[index + length + 1].group()[0].isupper()
        ):
            length += 2
            continue
        if not text[0].isupper():
            break
        length += 1
    return length


def _starts_sentence(claims: Claims, start: int) -> bool:
    if _TITLE.search(claims.before(start, 12)):
        return False
    before = claims.text[max(0, start - 3) : start]
    stripped = before.rstrip(" \"'”’»(*•>-–—")
    return not stripped or stripped[-1] in ".!?:\n…" or before[-1:] == "\n"


def spread_names(claims: Claims) -> None:
    """Claim the other occurrences of names found, inflected forms included."""
    kinds: dict[str, Kind] = {}
    for span in claims.of_kinds(frozenset(("customer", "agent", "name"))):
        for part in WORD.findall(claims.text[span.start : span.end]):
            if len(part) > 2 and part.casefold() not in NOT_NAMES:
                kinds.setdefault(stem(part), span.kind)
    for word in WORD.finditer(claims.text) if kinds else ():
        if word.group()[0].isupper() and not claims.taken[word.start()] and not _opens_as_word(claims, word):
            kind = next((kinds[form] for form in forms(word.group().casefold(), claims.finnish) if form in kinds), None)
            if kind:
                claims.take(word.start(), word.end(), kind)


def _opens_as_word(claims: Claims, word: re.Match[str]) -> bool:
    """Whether the word opens a sentence, has no genitive and is an ordinary word as well as a name."""
    text = word.group()
    plain = stem(text) == text.casefold() and standing(text) == "ambiguous"
    return plain and _starts_sentence(claims, word.start())
