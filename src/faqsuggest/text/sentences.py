"""Sentences of short Nordic and English texts: light, aware of abbreviations, linear."""

from __future__ import annotations

import re

_ABBREVIATIONS = frozenset(
    (
        "bl.a t.ex f.d s.k o.s.v osv m.m m.fl d.v.s dvs resp ca c:a kl tel nr st fr.o.m t.o.m o.d e.d p.g.a pga "
        "m.a.o inkl exkl ev ang jfr "
        "sid art avd f.n f.ö obs o.dyl t.v tv tf kap "
        "f.eks eks dvs mm mv m.v osv pga tlf ca ev evt jf nr pst st str vedr bl.a o.l o.lign d.s fvt forts iht ift "
        "mht mfl "
        "bl.a fx f.eks ca kl nr evt inkl ekskl mht ift pr pct tlf vedr jf hhv m.m osv dvs d.d s.u th mf afd "
        "esim mm ym yms ks ns n huom jne os eli pvm puh p klo vrt alk sis tms ko em "
        "e.g i.e etc approx no vs mr mrs ms dr prof st inc ltd dept tel ext max min jan feb mar apr jun jul aug sep "
        "sept okt oct nov dec "
        "mån tis ons tors fre lör sön man tir tor lør søn mvh vh dr prof ing civ fru hr sr jr bzw z.b u.a usw"
    ).split()
)
_MAX_ABBREVIATION = 8
# An end: stops with closing quotes or brackets, then blank. Bounded repeats: runs of stops are cut in pieces.
_END = re.compile(r"[.!?…]{1,16}[\"”’'»)\]]{0,3}(?= )|\n")
_BULLET = re.compile(r"(?:[-–—*•]|\d{1,3}[.)]) ")
_LONGEST = 2_000


def sentences(text: str) -> list[str]:
    """The sentences of a normalised text, in order, stripped; line ends separate, empty ones are left out.

    A stop ends no sentence after an abbreviation (``bl.a.``, ``f.eks.``, ``kl.``, ``nr.``), a single letter or a number
    that a month, hour or unit follows (``den 3. mars``), nor before a lower-case letter. Nothing is split within links,
    times and amounts, because no blank follows their stops. Longer pieces than 2,000 characters are cut.

    Example:
        >>> sentences("Kortet kostar ca. 1 500 kr. Ring kl. 9.30! Går det bra?")
        ['Kortet kostar ca. 1 500 kr.', 'Ring kl. 9.30!', 'Går det bra?']
    """
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        if match.group() != "\n" and not _ends(text, start, match):
            continue
        _keep(found, text[start:end])
        start = end
    _keep(found, text[start:])
    return found


def _keep(found: list[str], piece: str) -> None:
    piece = piece.strip()
    while len(piece) > _LONGEST:
        cut = piece.rfind(" ", 1, _LONGEST)
        cut = cut if cut > 0 else _LONGEST
        found.append(piece[:cut].rstrip())
        piece = piece[cut:].lstrip()
    if piece:
        found.append(piece)


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    if match.group()[0] != ".":
        return not text[match.end() + 1 : match.end() + 2].islower() or match.group()[0] != "…"
    following = text[match.end() + 1 : match.end() + 2]
    if following.islower() or not following:
        return False
    if len(match.group()) > 1:
        return True
    word = _word_before(text, start, match.start())
    if word.isdigit():
        return not (
            len(word) <= 2 and _BULLET.match(text, match.start() - len(word)) and match.start() - len(word) <= start + 1
        )
    if len(word) == 1 and word.isalpha() and word.isupper():
        return False
    return word.casefold().rstrip(".") not in _ABBREVIATIONS or (following.isupper() and word.casefold() in _MAY_END)


_MAY_END = frozenset("m.m mm osv o.s.v etc m.v mv jne ym yms tms st inkl max min dec p mvh".split())


def _word_before(text: str, start: int, stop: int) -> str:
    begin = max(start, stop - _MAX_ABBREVIATION - 1)
    return text[begin:stop].rsplit(" ", 1)[-1].rsplit("\n", 1)[-1].lstrip("(\"'”»")
