"""The frame of one message: greeting, sign-off and signature, disclaimer. Bounded; in doubt the text is left alone."""

from __future__ import annotations

import re

from faqsuggest.text.mail_words import (
    ADDRESSEES,
    BANNERS,
    DISCLAIMERS,
    GREETING_PHRASES,
    GREETINGS,
    REGARDS,
    SALUTATIONS,
    SECRECY,
    SENT_FROM,
    SIGN_OFFS,
)

_LAST_LINES = 14
_CONNECTORS = frozenset(
    "i på från fra frå at och og and ja & von av af hos med / + , - – from ved in team fru herr frau dr familjen "
    "familien fam".split()
)
_BREAKS = re.compile(r"[.!?)…,;\U0001F300-\U0001FAFF\u2600-\u27BF][\"”’')\uFE0F]{0,2}(?:[.!? ]|(?<=\S)$)|\n")
_GREETING = re.compile(
    r"(?:(?P<word>" + "|".join(sorted(GREETINGS, key=len, reverse=True)) + r")"
    r"|(?P<phrase>" + "|".join(sorted(GREETING_PHRASES, key=len, reverse=True)) + r")"
    r"|(?P<formal>" + "|".join(sorted(SALUTATIONS, key=len, reverse=True)) + r"))(?![\w’'-])",
    re.IGNORECASE,
)
_STOP = re.compile(r"[,!.:;\n\U0001F300-\U0001FAFF\u2600-\u27BF–—]|(?<=[ )])[-:;][)D]|$")
_AND_THANKS = re.compile(
    r",? (?:och|og|ja|and|&) (?:stort |mange |tusen |many )?(?:tack|takk|tak|kiitos|thanks|"
    r"thank you)[^.!?\n,]{0,60}[.!](?= |\n)",
    re.IGNORECASE,
)
_TRAILING_MARKS = re.compile(r"[,!.:; \n\uFE0F\u200d\U0001F300-\U0001FAFF\u2600-\u27BF–—-]{0,20}")
_SLASH = re.compile(r"(?:^|(?<=[\s.!?]))/{1,2} ?([A-ZÅÄÖÆØÉÜ][\w’'.&-]{0,24}(?: [\w’'.&,-]{1,24}){0,4})$")
_OWN_LINE_NAME = re.compile(
    r"^[-–—/~*]{0,2} ?[A-ZÅÄÖÆØÉÜ][\w’'.-]{0,24}(?:(?: och | & | og | and | "
    r")[A-ZÅÄÖÆØÉÜ][\w’'.-]{0,24}){0,3}$"
)
_CONTACT = re.compile(
    r"^(?:(?:tel|tlf|mob|mobil|telefon|phone|puh|puhelin|tfn|e-?post|e-?mail|mail|mejl|m|t|p)[.:]{0,2} ?)?"
    r"(?:[+0-9(][0-9 ()/–-]{5,24}|[\w.+-]{1,64}@[\w.-]{1,100}|(?:https?://|www\.)\S{1,200})$",
    re.IGNORECASE,
)
_CLOSING_MARKS = " ,.!:;-–—/)\n\ufe0f\u2764\u263a😊🙂💛🌞"
_RULE = re.compile(r"^[-_=*─—•·]{3,}$")
_WORD = re.compile(r"[\w’'.&-]{1,60}")
_UNMISTAKABLE = frozenset(
    ("mvh", "m v h", "m.v.h", "m.v.h.", "mvh.", "mfg", "med vänlig hälsning", "vennlig hilsen", "venlig hilsen")
)


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?:" + "|".join(re.escape(phrase) for phrase in phrases) + r")(?![\w-])", re.IGNORECASE)


_SENT_INLINE = re.compile(
    r"(?<=[.!?)] )(?:" + "|".join(map(re.escape, SENT_FROM)) + r")(?![\w-])[^.!?\n]{1,60}\.?$", re.IGNORECASE
)
_SIGN_OFF = _pattern(SIGN_OFFS)
_LINK_WORD = re.compile(r"^(?:and|och|og|ja|und|&) ", re.IGNORECASE)
_REGARDS = _pattern(REGARDS)


def split_greeting(text: str) -> tuple[str, str]:
    """The greeting at the start of the text and what follows it; the greeting is empty when there is none.

    Example:
        >>> split_greeting("Hej Anna! Var är paketet?")
        ('Hej Anna!', 'Var är paketet?')
    """
    match = _GREETING.match(text)
    if not match:
        return "", text
    if thanks := _AND_THANKS.match(text, match.end()):
        return text[: thanks.end()], text[thanks.end() :].lstrip()
    stop = _STOP.search(text, match.end(), min(match.end() + 60, len(text)))
    name = text[match.end() : stop.start()].split() if stop else ["?"] * 9
    if stop and _is_addressee(name, formal=bool(match["formal"])) and (stop.group() or stop.end() == len(text)):
        end = _TRAILING_MARKS.match(text, stop.start())
        cut = end.end() if end else stop.end()
        return text[:cut].rstrip(), text[cut:].lstrip()
    if (
        match["word"]
        and text[match.end() : match.end() + 1] == " "
        and text[match.end() + 1 : match.end() + 2].islower()
    ):
        return match.group(), text[match.end() :].lstrip()
    return "", text


def _is_addressee(words: list[str], *, formal: bool) -> bool:
    if not words:
        return not formal
    if len(words) > 4 or any("?" in word for word in words):
        return False
    if len(words) == 1:
        return True
    return all(not word[0].islower() or word.casefold() in _ADDRESSEE_WORDS for word in words) or (
        formal and len(words) <= 2
    )


_ADDRESSEE_WORDS = frozenset(
    "igen där du der alle alla allesammans på deg deg dig og och i ni er dere jer på kundtjänst kundservice "
    "kundeservice support vänner venner "
    "again there all team sir madam or and asiakaspalvelu tiimi frau herr herren damen und kundeteam kundesenter "
    "folkens gott "
    "kundtjänsten til igjen igjen, taas sinne teille hei hej everyone folks kaikki då så".split()
)


def split_closing(lines: list[str]) -> tuple[list[str], str, list[str]]:
    """Body lines, the sign-off line and the signature lines of a message without history.

    The sign-off is looked for in the last lines only. What follows it is signature unless a line reads like prose.
    """
    lines, mobile = _drop_sent_from(lines)
    start = max(0, len(lines) - _LAST_LINES)
    for index in range(start, len(lines)):
        if lines[index] in ("--", "-- ") and index:
            return lines[:index], "", lines[index + 1 :] + mobile
    for index in range(start, len(lines)):
        if _is_sign_off(lines[index]) and _is_signature(lines[index + 1 :]):
            return _with_postscript(lines, index, mobile)
    return _split_last_line(lines, mobile)


def _with_postscript(lines: list[str], index: int, mobile: list[str]) -> tuple[list[str], str, list[str]]:
    rest = lines[index + 1 :]
    for offset, line in enumerate(rest):
        if line[:3].casefold() in ("ps.", "ps:", "ps ", "p.s"):
            return lines[:index] + rest[offset:], lines[index], rest[:offset] + mobile
    return lines[:index], lines[index], rest + mobile


def _split_last_line(lines: list[str], mobile: list[str]) -> tuple[list[str], str, list[str]]:
    """Sign-offs within the last line: ``… tack. Mvh Anna``, ``… snart! /Anna``, or a name alone on the last line."""
    end = len(lines)
    while end and (not lines[end - 1] or _CONTACT.match(lines[end - 1])):
        end -= 1
    lines, contact = lines[:end], lines[end:]
    if not lines:
        return contact, "", mobile
    last = lines[-1]
    if cut := _closing_start(last):
        return [*lines[:-1], last[:cut].rstrip()], last[cut:], contact + mobile
    if len(lines) > 1 and _OWN_LINE_NAME.match(last) and _ends_sentence(lines):
        return lines[:-1], "", [last, *contact, *mobile]
    return lines, "", contact + mobile


def _ends_sentence(lines: list[str]) -> bool:
    before = next((line for line in reversed(lines[:-1]) if line), "")
    return before.endswith((".", "!", "?", ")", "…")) and (len(before) > 25 or _GREETING.match(before) is None)


def _closing_start(line: str) -> int:
    """Where the closing begins within the line; 0 when there is none, or when it would be the whole line."""
    offset = max(0, len(line) - 120)
    if slash := _SLASH.search(line, offset):
        return slash.start()
    cuts = [match.end() for match in _BREAKS.finditer(line, offset)][-5:]
    for cut in cuts:
        if line[cut:] and _is_sign_off(line[cut:].strip()):
            return cut + len(line[cut:]) - len(line[cut:].lstrip())
    tail = line[max(0, len(line) - 60) :]
    for match in _REGARDS.finditer(tail):
        before = tail[match.start() - 1 : match.start()]
        name = tail[match.end() :].split()
        plain = match.group().casefold() in _UNMISTAKABLE
        if (
            before == " "
            and (plain or len(match.group()) > 2)
            and 0 < len(name) <= 3
            and _is_name(name, strict=not plain)
        ):
            return len(line) - len(tail) + match.start()
    return 0


def _is_sign_off(line: str) -> bool:
    match = _SIGN_OFF.match(line.lstrip("-–—/ "))
    if not match or len(line) > 110 or "?" in line:
        return False
    rest = line.lstrip("-–—/ ")[match.end() :].strip(_CLOSING_MARKS)
    if not rest:
        return True
    rest = _LINK_WORD.sub("", rest)
    if second := _SIGN_OFF.match(rest):
        rest = rest[second.end() :].strip(" ,.!:;-–—/")
    regards = bool(_REGARDS.match(line.lstrip("-–—/ "))) or second is not None
    return not rest or _is_name(rest.split(), strict=not regards or len(match.group()) <= 2)


def _is_name(words: list[str], *, strict: bool) -> bool:
    if len(words) > 7 or any(word[0].isdigit() and "@" not in word for word in words[:1]):
        return False
    if not strict and len(words) <= 2:
        return all(_WORD.fullmatch(word.strip("(),!/")) for word in words)
    return all(word[0].isupper() or not word[0].isalpha() or word.casefold() in _CONNECTORS for word in words)


def _is_signature(lines: list[str]) -> bool:
    """Whether lines below a sign-off carry no question and no prose."""
    for line in lines:
        if line[:3].casefold() in ("ps.", "ps:", "ps ", "p.s"):
            return True
        if (
            len(line) > 90
            or "?" in line
            or (line.endswith((".", "!")) and len(line.split()) > 5 and not _SIGN_OFF.match(line))
        ):
            return False
    return True


def _drop_sent_from(lines: list[str]) -> tuple[list[str], list[str]]:
    """Take ``Skickat från min iPhone`` and its kin off the end."""
    mobile: list[str] = []
    end = len(lines)
    while end:
        last = lines[end - 1].strip("* <>-")
        if last and not (len(last) < 140 and last.casefold().startswith(tuple(SENT_FROM)) and not last.endswith("?")):
            if not _RULE.match(lines[end - 1]):
                break
        elif last:
            mobile.append(lines[end - 1])
        end -= 1
    if end and (inline := _SENT_INLINE.search(lines[end - 1], max(0, len(lines[end - 1]) - 90))):
        return [*lines[: end - 1], lines[end - 1][: inline.start()]], [inline.group(), *mobile[::-1]]
    return lines[:end], mobile[::-1]


def split_disclaimer(lines: list[str]) -> tuple[list[str], list[str]]:
    """Lines without, and with, the legal text: server banners at the top and the paragraphs from a disclaimer on."""
    top = 0
    while top < min(len(lines), 6) and (not lines[top] or _starts(lines[top], BANNERS)):
        top += 1
    banner = lines[:top] if any(lines[:top]) else []
    lines = lines[len(banner) :]
    for index in range(1, len(lines)):
        line = lines[index]
        if (
            len(line) > 20
            and (_starts(line, DISCLAIMERS) or _is_legal(line))
            and (not lines[index - 1] or _RULE.match(lines[index - 1]))
        ):
            return lines[:index], banner + lines[index:]
    return lines, banner


def _is_legal(line: str) -> bool:
    folded = line[:600].casefold()
    return any(word in folded for word in SECRECY) and any(word in folded for word in ADDRESSEES)


def _starts(line: str, phrases: list[str]) -> bool:
    return line[:80].strip("*_ <>").casefold().startswith(tuple(phrases))
