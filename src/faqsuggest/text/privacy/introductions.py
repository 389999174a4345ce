"""Names that a text introduces: ``jag heter …``, ``min fru …``, ``Resenär: …``, with or without capitals."""

from __future__ import annotations

import re

from faqsuggest.text.language_words import WORDS
from faqsuggest.text.privacy.frames import NOT_NAMES, UPPER, WORD
from faqsuggest.text.privacy.name_list import standing
from faqsuggest.text.privacy.records import Claims, Kind

RELATIVES = (
    r"man|mann|mand|hustru|make|maka|fru|kone|kona|sambo|sambon|samboer|samboeren|partner|kjæreste|kæreste|son|sonen|"
    r"sønn|sønnen|søn|sønnesønn|dotter|dottern|datter|datteren|dattera|dotra|jente|gutt|pojke|mamma|pappa|mor|moren|"
    r"mora|far|faren|mormor|morfar|farmor|farfar|bestemor|bestefar|svigermor|svärmor|bror|broren|syster|søster|"
    r"søsteren|syskon|søsken|tvilling|barn|barnet|barna|barnebarn|barnbarn|granne|grannen|nabo|naboen|kollega|kollegan|"
    r"kollegaen|chef|chefen|sjef|sjefen|vän|ven|venn|venninne|väninna|kompis|ex|exman|svärson|svigersønn"
)
_MINE = (
    r"(?: (?:di|din|ditt|mi|min|mitt|mit|hans|hennar|hennes|hendes|vår|vårt|vores|vort|deres|deras|"
    r"på \d{1,2}(?: år)?))?"
)
_FIRST_PERSON = re.compile(
    r"\b(?:jag heter|jeg heter|eg heiter|jeg hedder|mitt namn är|mitt namn er|namnet är|namnet mitt er|mit navn er|"
    r"navnet er|navnet mitt er|navnet mit er|nimeni on|my name is|my name's)[ :]{1,2}"
)
_SOMEBODY = re.compile(
    r"\b(?:det är|det er|dette er|det här är|här är|her er|this is|i am|i'm|it's|täällä|tässä|olen|se on|heter|hedder|"
    r"heiter|hette|nimeltään|kollega|familjen|familien|frøken|fröken|herr|fru|mr|mrs|ms|ask for|fråga efter|spør etter|"
    r"spørg efter|spørge efter|kysy|"
    rf"(?:{RELATIVES}){_MINE}|(?:vaimoni|mieheni|poikani|tyttäreni|äitini|isäni|lapseni|siskoni|veljeni|naapurini)),? "
)
_PRESENT = re.compile(
    r"(?:^|(?<=[.,!?\n] )|(?<=\n)|(?<=hej )|(?<=hei )|(?<=moi )|(?<=hi )|(?<=hello )|(?<=dere, ))"
    r"(?P<name>[^\W\d_]{2,20}(?: [^\W\d_]{2,20}){0,2}) (?:här|her|here|hedder jeg|heter jeg|heter jag|heiter eg|"
    r"täällä)(?![\w-])"
)
_PRESENTS = (" här", " her", " hedder jeg", " heter jag", " heter jeg", " heiter eg", " täällä")
"""One of these stands in every text in which ``_PRESENT`` finds something, and is found much sooner."""
_LABEL = re.compile(
    r"(?:^|(?<=[\n|;(])|(?<=[\n.;|(] )|(?<=[*•-] ))(?:kundens |asiakkaan |customer )?(?P<label>namn|navn|nimi|"
    r"name|full "
    r"name|fullt navn|kund|kunde|asiakas|customer|client|caller|uppringare|innringer|soittaja|resenär|resenärer|"
    r"resande|rejsende|reisende|passasjer|passasjerer|passager|passagerer|matkustaja|matkustajat|traveller|"
    r"travellers|passenger|passengers|gäst|gäster|gjest|gæst|gæster|guest|guests|vieras|sökande|søker|ansøger|hakija|"
    r"applicant|kontaktperson|kontakt|yhteyshenkilö|contact|hyresgäst|leietaker|lejer|vuokralainen|tenant|mor|far|"
    r"mother|father|äiti|isä|barn|barnets namn|child|lapsi|elev|oppilas|pupil|student|patient|pasient|potilas|"
    r"kontohavare|kontoinnehavare|kontohaver|kontoindehaver|tilinomistaja|account holder|cardholder|kortinnehavare|"
    r"ägare|eier|ejer|omistaja|owner|försäkrad|forsikret|forsikrede|vakuutettu|mottagare|mottaker|modtager|"
    r"vastaanottaja|recipient|avsändare|avsender|afsender|lähettäjä|sender|från|fra|from|till|til|to|handläggare|"
    r"saksbehandler|sagsbehandler|käsittelijä|referens|referanse|er referens|vår referens|er ref\.?|vår ref\.?|"
    r"deres ref\.?|vores ref\.?|our ref\.?|your ref\.?|attn\.?|att\.?|anhörig|pårørende|omainen|vårdnadshavare|"
    r"foresatt|huoltaja|guardian|deltagare|deltaker|deltager|osallistuja|participant)s? ?[:=] ?"
)
_NAME_LABELS = frozenset(("namn", "navn", "nimi", "name", "full name", "fullt navn", "barnets namn"))
_LISTED = re.compile(
    rf"(?:[{UPPER}][\w’'.-]{{1,24}}|[{UPPER}]\.?|(?:von|van|af|de|al|bin)(?= ))(?: (?:[{UPPER}][\w’'.-]{{0,24}}|von|"
    r"van|af|de|al|bin)){0,3}"
)
_NEXT = re.compile(r"(?:, | (?:och|og|ja|and|samt|&) )")
_INITIALS = re.compile(rf"(?<![\w.])(?:[{UPPER}]\. ?){{1,3}}[{UPPER}][^\W\d_]{{2,24}}(?:-[{UPPER}][^\W\d_]{{1,24}})?")


def find_introduced_names(claims: Claims) -> None:
    """Claim names after words that say that a name follows."""
    for match in _LABEL.finditer(claims.lower) if ":" in claims.lower or "=" in claims.lower else ():
        _take_listed(claims, match.end(), named=match.group("label") in _NAME_LABELS)
    for match in _FIRST_PERSON.finditer(claims.lower):
        _take_lower(claims, match.end(), "customer", certain=True)
    for match in _SOMEBODY.finditer(claims.lower):
        _take_lower(claims, match.end(), "name", certain=False)
    for match in _PRESENT.finditer(claims.lower) if any(map(claims.lower.__contains__, _PRESENTS)) else ():
        first = match.group("name").split(" ", 1)[0]
        if standing(first) in ("given", "ambiguous") and first not in WORDS and first not in NOT_NAMES:
            _take_lower(claims, match.start("name"), "customer", certain=True, stop=match.end("name"))
    _take_in_small_letters(claims)
    for match in _INITIALS.finditer(claims.text):
        last = WORD.findall(match.group())[-1]
        ordinary = last.casefold() in WORDS or last.casefold() in NOT_NAMES
        if not ordinary and (match.group().count(".") > 1 or standing(last, claims.finnish) != "unknown"):
            claims.take(match.start(), match.end(), "name")


def _take_listed(claims: Claims, start: int, *, named: bool) -> None:
    """Claim what a label names: capitalised words, and further ones after commas."""
    for _ in range(12):
        match = _LISTED.match(claims.text, start)
        if not match:
            break
        value = match.group().rstrip(".-")
        words = value.split()
        known = standing(words[0], claims.finnish) != "unknown"
        plain = any(word.casefold() in NOT_NAMES or word.casefold() in WORDS for word in words)
        if not plain and (known or named or len(words) > 1) and not value.isupper():
            claims.take(start, start + len(value), "name")
        following = _NEXT.match(claims.text, match.end())
        if not following:
            break
        start = following.end()


def _take_in_small_letters(claims: Claims) -> None:
    """In a text without any capital, claim the given names that are no words as well."""
    if claims.text != claims.lower:
        return
    for word in WORD.finditer(claims.text):
        text = word.group()
        if len(text) > 3 and standing(text, claims.finnish) == "given" and text not in WORDS:
            claims.take(word.start(), word.end(), "name")


def _take_lower(claims: Claims, start: int, kind: Kind, *, certain: bool, stop: int | None = None) -> None:
    """Claim one to three words without capitals from ``start`` on, the first a given name.

    With ``certain``, whatever stands there is a name unless it is a word of the language; none goes beyond ``stop``.
    """
    end = 0
    limit = min(len(claims.text), start + 60) if stop is None else stop
    for place, word in enumerate(WORD.finditer(claims.text, start, limit)):
        text = word.group()
        if place > 2 or word.start() != (start if not end else end + 1) or (end and claims.text[end] != " "):
            break
        what = standing(text, claims.finnish)
        ordinary = text.casefold() in WORDS or text.casefold() in NOT_NAMES
        if ordinary or (place == 0 and not text.islower() and not certain):
            break
        if not (what == "given" or (certain and (what != "unknown" or place < 2)) or (end and what == "family")):
            break
        end = word.end()
    if end:
        claims.take(start, end, kind)
