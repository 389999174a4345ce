"""Mail addresses, links and postal addresses."""

from __future__ import annotations

import re

from faqsuggest.text.privacy import cues
from faqsuggest.text.privacy.records import Claims

_EMAIL = re.compile(
    r"(?<![\w.+@-])[\w.+-]{1,64}(?:@| ?@ ?(?=[\w.-]{1,80}\.[a-z])| ?[(\[{](?:at|a|snabel-a)[)\]}] ?| snabel-a )"
    r"(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}(?![\w@])|(?<![\w.+@-])[\w.+-]{1,64}@[\w-]{2,63}(?![\w@.-])",
    re.IGNORECASE,
)
_ENDINGS = "se|no|dk|fi|is|com|org|net|eu|nu|io|info|app|example|test|ru|biz|xyz|online|site|uk"
_LINK = re.compile(
    r"(?<![\w@.-])(?:(?i:https?://)[^\s<>\"]{2,300}|(?i:www\.)[^\s<>\"]{3,300}"
    r"|(?:[a-zA-ZåäöæøÅÄÖÆØ0-9-]{1,63}\.){1,4}"
    rf"(?:{_ENDINGS})(?:/[^\s<>\"]{{0,200}})?(?![\w@-])|(?:[A-ZÅÄÖÆØ0-9-]{{1,63}}\.){{1,4}}(?:{_ENDINGS.upper()})(?![\w@-])"
    r"|(?:t\.|(?:[^\W\d_][\w-]{1,62}\.){1,4})[a-z]{2,24}/[^\s<>\"]{1,200})"
)
"""A scheme, ``www.``, a host with a common ending, or a host with any ending and a path. The ending of a bare host is
in small letters or all is in capitals: ``klart.Se`` is the end of a sentence."""
_UP = "A-ZÅÄÖÆØÉÜ"
_WORD = rf"[{_UP}][\wé’'-]{{1,24}}"
_STREET = (
    r"(?:gatan|gata|gaten|gate|gade|vägen|väg|veien|vegen|vei|veg|vej|vejen|gränden|gränd|gränder|grenda|torget|torv|"
    r"torvet|torg|allén|alléen|allé|"
    r"stigen|stig|stien|sti|backen|backe|bakken|bakke|bakkar|esplanaden|plan|planen|plads|plass|plassen|kajen|kaien|"
    r"kaj|brinken|gården|gård|gaard|"
    r"parken|ringen|svingen|svängen|tunet|tun|lia|løkka|åsen|ås|toppen|terrassen|terrasse|stræde|vænget|vænge|toften|"
    r"brynet|vangen|krogen|løkken|"
    r"skrænten|dalen|haven|lunden|marken|stranden|promenaden|dammen|liden|höjden|kroken|slingan|rundeln|stråket|"
    r"stråten|bråten|haugen|jordet|boulevarden|boulevard|strand|strandveien|"
    r"katu|kadun|tie|tien|kuja|kujan|polku|polun|kaari|raitti|ranta|rannan|aukio|rinne|penger|väylä|mäki|laituri|"
    r"bulevardi|esplanadi|puistikko)"
)
_STREET_WORD = re.compile(rf"[\wé’'-]{{0,24}}{_STREET}$|[\wé’'-]{{3,24}}(?:gt|vn|v|g)\.$", re.IGNORECASE)
_HOUSE = re.compile(
    r"(?:(?<=[^\W\d_] )|(?<=[^\W\d_]\. ))\d{1,4}(?:(?:[A-Za-z]| [A-Z])(?!\w)(?! \d{1,3}(?!\d| \d\d )))?"
    r"(?:-\d{1,4})?(?!\w|[.,:/–-]\d)"
)
_ENGLISH = re.compile(
    rf"(?<![\w.])(?:(?:Flat|Apartment|Unit) \d{{1,4}}[A-Z]?,? )?\d{{1,4}}[A-Za-z]? (?:{_WORD} ){{1,3}}"
    r"(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Close|Drive|Court|Square|Crescent|Terrace|Gardens|Grove|Hill|Row|Way|"
    r"Place|View|Mews|Walk|Rise|Quay|Wharf|Parade)(?!\w)"
)
_DOOR = re.compile(r",? ?(?:st|kl)\.? ?(?:th|tv|mf)(?!\w)")
_UNIT = re.compile(
    r",? ?(?:(?:lgh|lägenhet|leil|leilighet|lejl|lejlighed)\.? ?[HULK]?\d{1,4}|[HULK]\d{4}|\d{1,2}\. ?krs\.?|"
    r"(?:st|kl|kld|ovn)\.?(?: ?(?:th|tv|mf)\.?)?(?![\w])|\d{1,2}\. ?(?:sal )?(?:th|tv|mf)\.?|\d{1,2} "
    r"?tr\.?(?!\w)|\d{1,2}\. ?(?:etg|sal|etasje)\.?|"
    r"[A-Ha-h] \d{1,3}(?!\w)(?! (?:år|kr)\b)|Flat \d{1,4}|as\.? ?\d{1,3}|bst\.? ?\d{1,3})"
)
_POSTCODE_UK = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)"
_TOWN = re.compile(
    rf"(?:, {_WORD}(?: {_WORD}){{0,2}}){{0,2}},? {_POSTCODE_UK}|"
    rf",? (?:(?:[A-Z]{{1,2}}-)?\d{{3}} ?\d{{2}}|(?:DK-|NO-|N-|FI-)?\d{{4}})(?!\d) {_WORD}(?: "
    rf"[{_UP}][\wé-]{{0,20}}){{0,2}}|"
    rf",? \d{{3,4}} ?\d{{0,2}} [a-zåäöæø]{{3,20}}(?! ?(?:kr|kronor|kroner|st|stk|kpl|euro)\b)|"
    rf", {_WORD}(?=[.,;)\n]|$)| (?:i|in) (?:\d{{3,4}} ?\d{{0,2}} )?{_WORD}"
)
_BOX = re.compile(
    rf"(?<!\w)(?:P\.?O\.? Box|Box|Postboks|Postbox|PL|PB) ?\d{{1,5}}(?: {_WORD})?,? "
    rf"(?:(?:\d{{3}} ?\d{{2}}|\d{{4}}) {_WORD}(?: [A-ZÆØÅ](?!\w))?|{_WORD} {_POSTCODE_UK})"
)
_LEADS = frozenset(
    "till til på i at hos to bor adressen adress adresse adressa adressen: osoitteeseen osoitteessa osoite address "
    "flyttar flytter "
    "leveransadress gatuadress står är er on nu bo asuu asut".split()
)
_VAGUE_LEADS = frozenset("till til i er on nu hos to står är".split())
_POSTCODE_AFTER = re.compile(r"\d{1,4} ?[A-Za-z]?(?:,? [^,\n]{1,12})?,? (?:\d{3} ?\d{2}|\d{4}) [^\W\d_]{3,}")
_CARE_OF = re.compile(rf"c/o {_WORD}(?: {_WORD}){{0,2}}, $")
_STREETLESS = frozenset(
    "flat apartment unit tåg tog train linje line linja rum rom room lokale sal hall plan våning spår spor "
    "platform plattform gate hus "
    "bygg bygning steg trinn punkt sida "
    "side modell model version bil nr nummer kapitel box skåp boks vecka uke uge zon zone sone grupp gruppe hold "
    "klass klasse buss bus juna vaunu ovi "
    "laituri kerros huone bord pall nyckel nøkkel nøgle artikel vare paragraf nivå port dörr dør kö köplats plats "
    "plass plads fack lager "
    "january february march april may june july august september october november december mai marts januari "
    "februari mars april maj juni juli augusti september oktober november december".split()
)


def find_links(claims: Claims) -> None:
    """Claim mail addresses and links."""
    if "@" in claims.text or "snabel" in claims.lower or "at" in claims.lower:
        for match in _EMAIL.finditer(claims.text):
            claims.take(match.start(), match.end(), "email")
    if "." in claims.text:
        for match in _LINK.finditer(claims.text):
            value = match.group().rstrip(".,:;!?)'\"”’")
            claims.take(match.start(), match.start() + len(value), "link")


def find_places(claims: Claims) -> None:
    """Claim postal addresses: street and number with what follows, post boxes, and house names after telling words."""
    text = claims.text
    if not any(map(str.isdigit, set(text))):
        return
    for match in _BOX.finditer(text):
        claims.take(match.start(), match.end(), "address")
    for match in _ENGLISH.finditer(text):
        _take_place(claims, match.start(), match.end())
    for match in _HOUSE.finditer(text):
        start = _street_start(text, match.start())
        if (
            start >= 0
            and (not cues.UNIT.match(claims.after(match.end(), 10)) or _DOOR.match(text, match.end()))
            and not cues.MONEY.match(claims.after(match.end(), 6))
        ):
            _take_place(claims, start, match.end())


def _street_start(text: str, number: int) -> int:
    """Where the street name before a house number starts; -1 when what stands there is no street name."""
    line = text[max(0, number - 70) : number - 1].rsplit("\n", 1)[-1]
    words = line.split(" ")[-4:]
    name = words[-1].lstrip('("”')
    size = len(name)
    if not name or (name[0].isupper() and name.lower() in _STREETLESS) or name.isupper():
        return -1
    if not _STREET_WORD.match(name):
        lead = words[-2].lower().lstrip("(") if len(words) > 1 else ""
        return number - 1 - size if name[0].isupper() and len(name) > 3 and lead in _LEADS else -1
    starts_line = len(words) == len(line.split(" ")) and number - 1 - len(line) in (0, text.rfind("\n", 0, number) + 1)
    capital = name[0].isupper()
    if not capital and _names_lower_street(text, number, name, words):
        return number - 1 - size
    total = size
    for position, word in enumerate(reversed(words[:-1])):
        first = starts_line and position == len(words) - 2
        if not _NAME_WORD.fullmatch(word) or (first and capital) or (capital and word.lower() in _LEADS):
            break
        total += 1 + len(word)
        capital = True
    return number - 1 - total if capital else -1


_NAME_WORD = re.compile(r"[^\W\d_a-zåäöæø][\w.:’'-]{0,24}")


def _names_lower_street(text: str, number: int, name: str, words: list[str]) -> bool:
    """Whether a word without capital is a street: after ``bor på`` and its kin, or with a postcode after the number."""
    lead = words[-2].lower().lstrip("(") if len(words) > 1 else ""
    long = len(name) > 6
    return long and (lead in _LEADS - _VAGUE_LEADS or bool(_POSTCODE_AFTER.match(text, number)))


def _take_place(claims: Claims, start: int, end: int) -> None:
    text = claims.text
    care_of = _CARE_OF.search(text, max(0, start - 80), start)
    for pattern in (_UNIT, _UNIT, _UNIT, _TOWN):
        if more := pattern.match(text, end):
            end = more.end()
    claims.take(care_of.start() if care_of else start, end, "address")
