"""The names of greeting and sign-off: found by the structure of a letter, whatever the name is."""

from __future__ import annotations

import re

from faqsuggest.text.mail_words import GREETING_PHRASES, GREETINGS, SALUTATIONS, SIGN_OFFS
from faqsuggest.text.privacy.name_list import standing
from faqsuggest.text.privacy.records import Claims

UPPER = "A-ZÅÄÖÆØÉÜČŠŽŁĐÁÍÓÚİÇĞŞÑŚŹŻĆŃ"
"""Capital letters of names, for a character class."""
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_GREETING = re.compile(
    r"(?:^|(?<=\n))(?P<word>(?:"
    + "|".join(
        sorted((re.escape(word) for word in (*GREETINGS, *GREETING_PHRASES, *SALUTATIONS)), key=len, reverse=True)
    )
    + r")(?:(?: igen| igjen| vaan| då| da| hej| der| där| there| again| på dig|,)(?= ))?) (?P<name>(?:(?:mr|mrs|ms|"
    r"dr|hr|frk|prof)\. )?[^\n,!.:;?(\U0001F300-\U0001FAFF\u2600-\u27BF–]{1,60})"
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
_LAST_NAME = re.compile(
    r"[.!?)…😊🙂\U0001F300-\U0001FAFF\u2600-\u27BF]\ufe0f? ?\n{0,2}"
    rf"(?P<name>[{UPPER}][\w’'-]{{1,20}}(?: [{UPPER}][\w’'.-]{{0,20}})?)$"
)
NOT_NAMES = frozenset(
    (
        "alla alle all kund kunde kunden kunder team där du dig deg er dere jer ni i alle sammen kära bästa "
        "hyresgäst hyresgäster medlem "
        "kundtjänst kundservice kundeservice kundesenter kundesenteret asiakaspalvelu asiakas support supporten team "
        "teamet avdelning "
        "customer service services insurance everyone there again sir madam vänner venner folkens föräldrar forældre "
        "foreldre til till igen "
        "igjen hej hei från fra from på i hos oss os us vi the and borgerservice receptionen resepsjonen ja nej nei "
        "no yes tack takk tak "
        "kiitos thanks jeres deres vores våra pages sidor sider ingen inget annars sedan vaan taas men så då da nu "
        "kan går det var er är kul roligt bra god fint"
    ).split()
)
_ROLE_ENDINGS = (
    "avdelningen",
    "avdeling",
    "service",
    "gruppen",
    "kontoret",
    "kontor",
    "tjänst",
    "palvelu",
    "team",
    "support",
    "senter",
    "center",
)
_LONE = re.compile(rf"(?P<name>[{UPPER}][\w’'-]{{1,20}}(?: [{UPPER}][\w’'-]{{1,20}})?)(?P<stop>[,!])(?=[\n ]|$)")
_NOT_LONE = NOT_NAMES.union(GREETINGS, GREETING_PHRASES, SALUTATIONS)
_PRONOUN = re.compile(
    r" (?:vi|jag|jeg|eg|du|det|har|tack|takk|tak|ja|nej|nei|me|sinun|sun|kiitos|i|we|you|your|thanks)\b"
)
_JOINERS = frozenset("och og and ja o herr herra hr fru frk mr mrs ms dr".split())
_SENDER = re.compile(r"(?:från|fra|frå|from|hälsar|ønsker|önskar|toivoo) ")
PARTICLES = frozenset("von van af av de la al el bin ben abu der den da dos di du".split())


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
            rest_words = WORD.findall(match.group("rest"))
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
    words = list(WORD.finditer(match.group("name")))
    first = True
    for word in words[:7]:
        text = word.group()
        if text.casefold() in NOT_NAMES and not (kept and text.casefold() in ("i", "hei", "hej")):
            break
        joins = text.casefold() in _JOINERS or (text.casefold() in PARTICLES and kept)
        lower = _is_lower_name(text, match, len(words)) if first else (kept and _is_lower_family(match, words))
        if not (text[0].isupper() or joins or lower):
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
    before_pronoun = bool(_PRONOUN.match(match.group("name"), len(text)))
    return what == "given" or (alone and len(text) > 1) or (what == "ambiguous" and before_pronoun)


def _is_lower_family(match: re.Match[str], words: list[re.Match[str]]) -> bool:
    """Whether the second of two lower-case words before the mark that ends the greeting is a family name."""
    return len(words) == 2 and match.group("stop") in (",", "!", "\n") and standing(words[0].group()) == "given"


def _take_lone_salutation(claims: Claims) -> None:
    """A name alone before the first comma or on the first line: ``Grethe,``."""
    match = _LONE.match(claims.text)
    if match and match["name"].casefold() not in _NOT_LONE:
        alone = claims.text[match.end() : match.end() + 1] == "\n"
        if (alone and match["stop"] == ",") or standing(match["name"].split()[0]) == "given":
            claims.take(match.start("name"), match.end("name"), "customer")


def _take_signed(claims: Claims, offset: int, text: str, *, bare: bool = False) -> None:
    """Claim the name in what follows a closing: its capitalised words, or one word alone."""
    lead = len(text) - len(text.lstrip(" ,.!:;-–—/\n"))
    if sender := _SENDER.match(text, lead):
        lead = sender.end()
    if any(text[:lead].count(mark) for mark in ".!") and text[:lead].strip(" ") not in (".", "!", ",", ""):
        return
    for piece in re.finditer(r"[^,(/|\n]+", text[lead:]):
        words = list(WORD.finditer(piece.group()))
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
        known = text.casefold() in NOT_NAMES or text.casefold().endswith(_ROLE_ENDINGS)
        if known or not (text[0].isupper() or (alone and text.islower() and len(text) > 1 and len(words) == 1)):
            break
        kept.append(word)
    return (kept[0].start(), kept[-1].end()) if kept else None
