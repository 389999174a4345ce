"""People's names within a text: by name lists and by the words before them."""

from __future__ import annotations

import re

from faqsuggest.text.privacy.frames import NOT_NAMES, PARTICLES, WORD
from faqsuggest.text.privacy.introductions import RELATIVES
from faqsuggest.text.privacy.name_list import forms, standing, stem
from faqsuggest.text.privacy.records import Claims, Kind

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
    + RELATIVES
    + r")(?: (?:di|din|ditt|mi|min|mitt|mit|hans|hennar|hennes|hendes|vår|vårt|vores|vort))?,? $|\b(?:"
    + _PEOPLE
    + r"|heter|hedder|heiter|hette|herr|fru|fröken|frøken|hr|frk|dr|doktor|"
    r"prof|professor|mr|mrs|ms|miss|"
    r"hälsa|hils|hilsa|namn|namnet|navn|navnet|namnen|vid namn|ved navn|c/o|tolken|läkare|lege|læge|lægen|legen|"
    r"advokat|far till|mor till|"
    r"äitisi|isäsi|miehesi|vaimosi|poikasi|tyttäresi|naapurisi|naapuri|lapsesi|rouva|herra|hoitaja|asiakas|asiakkaan|"
    r"potilas|takaaja|nimelle|nimellä|"
    r"nimi|husband|wife|sister|brother|mother|father|son|daughter|neighbour|neighbor|colleague|tenant|customer|"
    r"called|named|husband's|ex-husband|"
    r"talat med|snakket med|snakka med|snakkede med|talt med|talte med|pratat med|pratade med|talade med|spoken to|"
    r"spoke to|spoke with|spoken with|talked to|talked with|speak to|speak with|ask for|fråga efter|spør etter|"
    r"spørg efter|"
    r"spørge efter|booking for|reservation for|bokning för|bestilling for|på vegne af|på vegne av|på uppdrag av|on "
    r"behalf of|familjen|familien|family|perheen|omistaja on|innehavare är|be|bed|puhuin|hilsen)\.?,? "
    r"?[(:]{0,2} ?)$"
)
_ENDS_CUE = frozenset(" (:.,")
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


_THING = re.compile(
    r"(?:modell|modellen|model|malli|serie|serien|seriens|sarja|mallisto|kollektion|kollektionen|kolleksjon|"
    r"lampa|lampan|lampe|lampen|lamppu|stol|stolen|tuoli|soffa|soffan|sofa|sofaen|sohva|säng|sängen|seng|sengen|sänky|"
    r"bord|bordet|pöytä|hylla|hyllan|hylle|hyllen|reol|reolen|hylly|maskin(?:en)?|klipper(?:en)?|"
    r"bryggare?n?|keitin|kannu|kanna|kannan|kande|jacka|jackan|jakke|jakken|takki|cykel|"
    r"cykeln|sykkel|sykkelen|pyörä|båt|båten|router|routern|ruter|ruteren|robot|roboten|robotti|kamera|kameran|"
    r"kameraet|doft|doften|mössa|mössan|lue|luen|färg|färgen|farge|fargen|farve|farven|väri) $"
)
_LONGEST_THING = len("kollektionen ")
_PLACE_AFTER = re.compile(
    r"^(?: |-)(?:gate|gata|gatan|gaten|gade|vei|veien|veg|vej|vejen|väg|vägen|plass|plads|plats|torg|torget|torv|allé|"
    r"park|parken|station|street|road|square|avenue|airport|hotel|hotell|hotelli|arena|stadion|museum|festival|city|"
    r"katu|tie|tori|collection|serien?|kollektion(?:en)?|modellen?|mallisto|bank|forlag|förlag|reklame|"
    r"mini|plus|pro|max|junior)(?![\w])"
)
_HOUSE_AFTER = re.compile(
    r"^ (?:skola|skolan|skole|skolen|koulu|gymnasium|kyrka|kirke|kirkko|sjukhus|sykehus|hospital|sygehus|"
    r"sairaala)(?!\w)"
)
_SIZE = re.compile(r"^ \d{1,4}(?: ?x|\b)")
_SAYS = re.compile(
    r"^ (?:ringde|ringer|ringte|ringede|ringt|skrev|skriver|sa|sade|säger|sier|siger|undrar|undrade|lurer|spurte|spør|"
    r"spørger|mejlade|mailade|hälsar|bor|bur|fyller|soitti|soittaa|kirjoitti|sanoi|sanoo|kysyi|kysyy|asuu|haluaa|"
    r"called|calls|wrote|writes|says|said|asked|asks|wants|lives)(?!\w)"
)
_WEAK = frozenset(
    "alexa siri april may maj mai june juni juli july august mars mac max ica atlanta austin paris london brooklyn "
    "georgia india oman washington virginia orlando madrid vegas dallas bali roma lagos mali beta forum junior server "
    "will an alla among server visa org vi us om my till över uni villa man som mitt toy sol vera saga german danish "
    "mina dina kort bas maks man mark inga hans ville klara tom line hva rask bank hope joy faith rose bergen "
    "spain english french page post ring stockholm oslo org link queen master doctor company".split()
)
"""Names that stand with a capital for something else so often that only a telling word makes them a person's."""


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
    if _is_thing(claims, words, index, run):
        return 0
    if _is_cued(claims, words[index], what, begins):
        return run
    if word.isupper() and len(word) > 1 and (run == 1 or "unknown" in (what, following)):
        return 0
    if what == "given":
        return run
    if what == "ambiguous":
        if following in ("family", "given") or _SAYS.match(claims.after(words[index].end(), 14)):
            return run
        return run if not begins and (run > 1 or word.casefold() not in _WEAK) else 0
    if what == "family":
        return 0 if begins and run == 1 and not _is_listed_backwards(claims, words, index) else run
    return run if following == "family" and not begins else 0


def _is_thing(claims: Claims, words: list[re.Match[str]], index: int, run: int) -> bool:
    """Whether the words around a name say that a product or a place is called so."""
    before = claims.before(words[index].start(), _LONGEST_THING)
    if before.endswith(" ") and _THING.search(before):
        return True
    last = words[index + run - 1]
    if _PLACE_AFTER.match(claims.after(last.end(), 14)):
        return True
    if run > 1 and _PLACE_AFTER.match(claims.lower[last.start() - 1 : last.end()]):
        return True
    if standing(last.group(), claims.finnish) != "given" and _HOUSE_AFTER.match(claims.after(last.end(), 14)):
        return True
    return run == 1 and standing(last.group()) == "ambiguous" and bool(_SIZE.match(claims.after(last.end(), 6)))


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
    # no cue ends otherwise, and to look for one takes longer than all else here
    if before[-1:] in _ENDS_CUE and _CUE.search(before):
        return what != "unknown" or not word.group().casefold().endswith(_INSTITUTIONS)
    joined = _AND.search(before) if before.endswith(" ") else None
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
