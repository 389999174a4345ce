"""People's names: by the structure of a letter whatever the name is, by name lists and by the words before them."""

from __future__ import annotations

import re

from faqsuggest.text.mail_words import GREETING_PHRASES, GREETINGS, SALUTATIONS, SIGN_OFFS
from faqsuggest.text.privacy.name_list import standing, stem
from faqsuggest.text.privacy.records import Claims, Kind

_UP = "A-ZÅÄÖÆØÉÜČŠŽŁĐÁÍÓÚİ"
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_GREETING = re.compile(
    r"(?:^|(?<=\n))(?P<word>(?:"
    + "|".join(sorted((re.escape(word) for word in (*GREETINGS, *GREETING_PHRASES, *SALUTATIONS)), key=len, reverse=True))
    + r")(?:(?: igen| igjen| vaan| då| da| hej| der| där| på dig|,)(?= ))?) (?P<name>[^\n,!.:;?(\U0001F300-\U0001FAFF\u2600-\u27BF–]{1,60})"
    r"(?P<stop>[,!.:;\n(\U0001F300-\U0001FAFF\u2600-\u27BF–]|$)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:(?<=[\n.!?,)😊🙂] )|(?<=\n)|^|(?<=[.!?)]))(?P<phrase>"
    + "|".join(re.escape(phrase) for phrase in SIGN_OFFS)
    + r"|hälsn\.?)(?![\w-])(?P<rest>[^\n]{0,80})(?P<more>(?:\n{1,2}[^\n]{1,60})?)",
    re.IGNORECASE,
)
_SLASH = re.compile(r"(?:(?<=[\s.!?)])|^)[/–—-]{1,2} ?(?P<name>[^\W\d_][^\n/]{0,40})$", re.MULTILINE)
_LAST_NAME = re.compile(rf"[.!?)…😊🙂\U0001F300-\U0001FAFF\u2600-\u27BF]\ufe0f? ?\n{{0,2}}(?P<name>[{_UP}][\w’'-]{{1,20}}(?: [{_UP}][\w’'.-]{{0,20}})?)$")
_NOT_NAMES = frozenset(
    (
        "alla alle all kund kunde kunden kunder team där du dig deg er dere jer ni i alle sammen kära bästa hyresgäst hyresgäster medlem "
        "kundtjänst kundservice kundeservice kundesenter kundesenteret asiakaspalvelu asiakas support supporten team teamet avdelning "
        "customer service services insurance everyone there again sir madam vänner venner folkens föräldrar forældre foreldre til till igen "
        "igjen hej hei från fra from på i hos oss os us vi the and borgerservice receptionen resepsjonen ja nej nei no yes tack takk tak "
        "kiitos thanks jeres deres vores våra vaan taas men så då da nu kan går det var er är kul roligt bra god fint"
    ).split()
)
_ROLE_ENDINGS = ("avdelningen", "avdeling", "service", "gruppen", "kontoret", "kontor", "tjänst", "palvelu", "team", "support", "senter", "center")
_RELATIVES = (
    r"man|mann|mand|hustru|make|maka|fru|kone|kona|sambo|sambon|samboer|samboeren|partner|kjæreste|kæreste|son|sonen|sønn|sønnen|søn|dotter|dottern|datter|"
    r"datteren|dotra|mamma|pappa|mor|moren|mora|far|faren|mormor|morfar|farmor|farfar|bror|broren|syster|søster|syskon|barn|barnet|barna|granne|"
    r"grannen|nabo|naboen|kollega|kollegan|kollegaen|chef|sjef|vän|ven|venn|kompis|exman|svärson|svigersønn"
)
_PEOPLE = (
    r"kund|kunden|kunde|kunder|patient|patienten|pasient|pasienten|elev|eleven|hyresgäst|hyresgästen|leietaker|lejer|lejeren|medlem|medlemmet|handläggare|"
    r"handläggaren|saksbehandler|sagsbehandler|rådgiver|rådgivare|tekniker|teknikern|teknikeren|sköterska|sköterskan|besiktningsman|besiktningsmannen|"
    r"taksator|taksatoren|chauffören|sjåføren|chaufføren|vicevært|viceværten|vaktmästare|vaktmester|städare|städaren|avdøde|afdøde|avlidne|avdøde"
)
_CUE = re.compile(
    r"(?:\b(?:" + _RELATIVES + "|" + _PEOPLE + r"|heter|hedder|heiter|hette|herr|fru|fröken|frøken|hr|frk|dr|doktor|prof|professor|mr|mrs|ms|miss|"
    r"hälsa|hils|hilsa|namn|namnet|navn|navnet|namnen|vid namn|ved navn|c/o|tolken|läkare|lege|læge|lægen|legen|advokat|far till|mor till|"
    r"äitisi|isäsi|miehesi|vaimosi|poikasi|tyttäresi|naapurisi|naapuri|lapsesi|rouva|herra|hoitaja|asiakas|asiakkaan|potilas|takaaja|nimelle|nimellä|"
    r"nimi|husband|wife|sister|brother|mother|father|son|daughter|neighbour|neighbor|colleague|tenant|customer|called|named|husband's|ex-husband|"
    r"talat med|snakket med|snakkede med|talt med|pratat med|talade med|spoken to|spoke to|puhuin|hilsen)\.?,? ?[(:]{0,2} ?)$"
)
_PRONOUN = re.compile(r" (?:vi|jag|jeg|eg|du|det|har|tack|takk|tak|ja|nej|nei|me|sinun|sun|kiitos|i|we|you|your|thanks)\b")
_AND = re.compile(r" (?:och|og|ja|and|&|samt) $")
_TITLE = re.compile(r"(?:dr|prof|mr|mrs|ms|hr|frk|herr|fru|fröken|frøken|herra|rouva|doktor|professor)\.? $")
_INSTITUTIONS = ("gården", "skolan", "skolen", "skole", "hjem", "hemmet", "huset", "senteret", "centret", "koti", "koulu", "klubben", "føreningen")
_PARTICLES = frozenset("von van af av de la al el bin ben abu der den da dos di du".split())


def find_framed_names(claims: Claims) -> None:
    """Claim the names of greeting and sign-off, whatever they are."""
    for match in _GREETING.finditer(claims.text):
        if match.start() == 0 or claims.text[: match.start()].count("\n") <= 2:
            _take_greeted(claims, match)
    _take_lone_salutation(claims)
    closings = list(_CLOSING.finditer(claims.text, max(0, len(claims.text) - 400)))
    for match in closings:
        _take_signed(claims, match.start("rest"), match.group("rest"))
        if match.group("more"):
            rest_words = _WORD.findall(match.group("rest"))
            if not rest_words:
                _take_signed(claims, match.start("more"), match.group("more"))
    for match in _SLASH.finditer(claims.text):
        _take_signed(claims, match.start("name"), match.group("name"), bare=True)
    if last := _LAST_NAME.search(claims.text, max(0, len(claims.text) - 60)):
        words = last["name"].split()
        if standing(words[0]) in ("given", "ambiguous") or "\n" in last.group():
            _take_signed(claims, last.start("name"), last["name"])


def _take_greeted(claims: Claims, match: re.Match[str]) -> None:
    start, kept = match.start("name"), 0
    formal = match.group("word").casefold() in SALUTATIONS
    words = list(_WORD.finditer(match.group("name")))
    first = True
    for word in words[:7]:
        text = word.group()
        if text.casefold() in _NOT_NAMES and not (kept and text.casefold() in ("i", "hei", "hej")):
            break
        joins = text.casefold() in ("och", "og", "and", "ja", "o", "herr", "herra", "hr", "fru", "frk", "mr", "mrs", "ms", "dr") or (
            text.casefold() in _PARTICLES and kept
        )
        if not (text[0].isupper() or joins or (first and _is_lower_name(text, match, len(words)))):
            break
        if not joins or text[0].isupper():
            kept = word.end()
        first = False
    if kept and not (formal and match.group("stop") not in (",", "!", "\n", ".", "")):
        begin = words[0].start()
        claims.take(start + begin, start + kept, "customer")


def _is_lower_name(text: str, match: re.Match[str], words: int) -> bool:
    """A name without its capital: known, or alone before the mark that ends the greeting."""
    alone = words == 1 and match.group("stop") not in (".", "") and match.group("word").casefold() not in SALUTATIONS
    what = standing(text)
    return what == "given" or (alone and len(text) > 1) or (what == "ambiguous" and bool(_PRONOUN.match(match.group("name"), len(text))))


def _take_lone_salutation(claims: Claims) -> None:
    """A name alone before the first comma or on the first line: ``Grethe,``."""
    match = re.match(rf"(?P<name>[{_UP}][\w’'-]{{1,20}}(?: [{_UP}][\w’'-]{{1,20}})?)(?P<stop>[,!])(?=[\n ]|$)", claims.text)
    if match and match["name"].casefold() not in _NOT_NAMES:
        alone = claims.text[match.end() : match.end() + 1] == "\n"
        if alone and match["stop"] == "," or standing(match["name"].split()[0]) == "given":
            claims.take(match.start("name"), match.end("name"), "customer")


def _take_signed(claims: Claims, offset: int, text: str, *, bare: bool = False) -> None:
    """Claim the name in what follows a closing: its capitalised words, or one word alone."""
    lead = len(text) - len(text.lstrip(" ,.!:;-–—/\n"))
    if any(text[:lead].count(mark) for mark in ".!") and text[:lead].strip(" ") not in (".", "!", ",", ""):
        return
    for piece in re.finditer(r"[^,(/|\n]+", text[lead:]):
        words = list(_WORD.finditer(piece.group()))
        if not words or len(words) > 5:
            return
        run = _signed_run(words, alone=len(words) <= 2 and (bare or not text[lead + piece.end() :].strip()))
        if run:
            begin = offset + lead + piece.start()
            claims.take(begin + run[0], begin + run[1], "agent")
            return


def _signed_run(words: list[re.Match[str]], *, alone: bool) -> tuple[int, int] | None:
    kept = []
    for word in words:
        text = word.group()
        known = text.casefold() in _NOT_NAMES or text.casefold().endswith(_ROLE_ENDINGS)
        if known or not (text[0].isupper() or (alone and text.islower() and len(text) > 1 and len(words) == 1)):
            break
        kept.append(word)
    return (kept[0].start(), kept[-1].end()) if kept else None


def find_names(claims: Claims) -> bool:
    """Claim names within the text; whether capitalised words remain that may be names."""
    words = list(_WORD.finditer(claims.text))
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
    what = standing(word)
    run = _run_length(claims, words, index)
    following = standing(words[index + 1].group()) if run > 1 else "unknown"
    begins = _starts_sentence(claims, words[index].start())
    if word.casefold() in _NOT_NAMES or (word.isupper() and 1 < len(word) < 4):
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
        return 0 if begins and run == 1 else run
    return run if following == "family" and not begins else 0


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
        if (gap != " " and not initial) or claims.taken[word.start()] or text.casefold() in _NOT_NAMES or text == "I":
            break
        if text.casefold() in _PARTICLES and index + length + 1 < len(words) and words[index + length + 1].group()[0].isupper():
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
        for part in _WORD.findall(claims.text[span.start : span.end]):
            if len(part) > 2 and part.casefold() not in _NOT_NAMES:
                kinds.setdefault(stem(part), span.kind)
    if not kinds:
        return
    for word in _WORD.finditer(claims.text):
        text = word.group()
        opens = stem(text) == text.casefold() and standing(text) == "ambiguous" and _starts_sentence(claims, word.start())
        if text[0].isupper() and not claims.taken[word.start()] and not opens:
            kind = kinds.get(stem(text)) or next((kinds[form] for form in kinds if len(form) > 3 and _is_inflected(text, form)), None)
            if kind:
                claims.take(word.start(), word.end(), kind)


def _is_inflected(text: str, form: str) -> bool:
    folded = text.casefold()
    return folded.startswith(form) and 0 < len(folded) - len(form) <= 3


