"""Numbers that belong to one person: identities, accounts, cards, telephones, plates, birth dates, references.

Format and the words around decide; a checksum that fits is evidence, a checksum that fails is no acquittal (people
mistype). Patterns are bounded and anchored on both sides, so a line of any length takes linear time.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from itertools import pairwise

from faqsuggest.text.privacy import checksums, cues
from faqsuggest.text.privacy.records import Claims, Kind

_NATIONAL_10 = re.compile(r"(?<![\w+-])(?:19|20)?(\d{2})(\d{2})(\d{2})( ?[-+] ?| )?(\d{4})(?![\w]|-\d)")
_NATIONAL_APART = re.compile(
    r"(?<![\w+-])(?:19|20)\d{2}([-/. ])(?:0\d|1[0-2])\1[0-3678]\d(?: ?[-+] ?| )\d{4}(?!\w|-\d)"
    r"|(?<![\w+-])\d{2} \d{2} \d{2}[ -]\d{5}(?!\w|[ -]\d)|(?<![\w+-])\d{6} ?\d{3}[A-FHJ-NPR-Y](?![\w]|[ -]\d)"
    r"|(?<!\w)[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)"
)
_NATIONAL_11 = re.compile(r"(?<![\w.+-])(\d{2})(\d{2})\d{2}[ -]?\d{5}(?![\w]|-\d)")
_DANISH = re.compile(r"(?<![\w+-])(\d{2})(\d{2})\d{2}( ?- ?| )?\d{4}(?![\w]|-\d)")
_FINNISH = re.compile(r"(?<![\w+-])(\d{2})(\d{2})\d{2} ?[-+A-FU-Y] ?\d{3}[0-9A-FHJ-NPR-Y](?!\w)", re.IGNORECASE)
_CARD = re.compile(
    r"(?<![\w-])(?:\d{4}(?: ?- ?|[ .])?){3}\d{1,7}(?![\w])|(?<![\w-])3[47]\d{2}[ -]?\d{6}[ -]?\d{5}(?!\w)"
)
_IBAN = re.compile(r"(?<!\w)([A-Z]{2})\d{2}(?:[ -]?[A-Z0-9]{1,4}){3,8}", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w+])\(?(?:\+ ?|00)\d{1,3}\)?[ .-]?(?:\(0\) ?)?\d(?:[ ./-]?\d){5,11}(?!\w)"
    r"|(?<![\w+.,:/-])\(?0\d{1,3}\)?(?: ?[-–/.] ?| )?\d{2,3}(?:[ .-]?\d{2,4}){1,3}(?![\w]|[.:]\d)"
)
_PHONE_8 = re.compile(
    r"(?<![\w+.,:/-])(?:\d{3} \d{2} \d{3}|\d{2} \d{2} \d{2} \d{2}|\d{2}([.-])\d{2}\1\d{2}\1\d{2}|[2-9]\d{7}|\d{4} "
    r"\d{4})(?![\w]|[.:,]\d|-\d| \d)"
)
_ACCOUNT = re.compile(r"(?<![\w+])\d(?:[ .,-]{0,2}\d){3,21}(?!\w)")
_NORWEGIAN_ACCOUNT = re.compile(r"(?<![\w+])\d{4}[. ]\d{2}[. ]\d{5}(?!\w)")
_GIRO = re.compile(r"(?<![\w+-])(?:\d{3,4}-\d{4}|\d{1,3}(?: \d{2}){1,3} ?- ?\d)(?![\w]|[ -]\d)")
_SWEDISH_PLATE = re.compile(r"(?<![\w-])[A-HJ-PR-UW-Z]{3}[ -]?\d{2}(?:[0-9A-HJ-NPR-UW-Z]| [A-HJ-NPR-UW-Z])(?![\w-])")
_LOWER_PLATE = re.compile(r"(?<![\w@./-])(?:[a-z]{3}\d{2}[0-9a-z]|[a-z]{2}\d{5})(?![\w@-])")
_NORWEGIAN_PLATE = re.compile(r"(?<![\w-])[A-Z]{2} ?\d{5}(?!\w)|(?<![\w-])[A-Z]{2} ?\d{2} ?\d{3}(?!\w)")
_FINNISH_PLATE = re.compile(r"(?<![\w-])(?!UTF|ISO|USB)[A-ZÅÄÖ]{2,3}-\d{1,3}(?![\w-])")
_MONTHS = (
    r"(?:jan|feb|mar|maalis|apr|huhti|maj|mai|may|touko|jun|kesä|jul|heinä|aug|elo|sep|syys|okt|oct|loka|nov|marras|"
    r"dec|des|joulu|tammi|helmi)"
)
_DATE = re.compile(
    r"(?<![\w.])(?:(?:19|20)\d{2}-\d{1,2}-\d{1,2}|[0-3]?\d ?[./-] ?[01]?\d(?: ?[./-] ?(?:(?:19|20)\d{2}|\d{2})| "
    r"(?:19|20)\d{2})"
    rf"|\d{{1,2}}\.? {_MONTHS}[a-zäö]{{0,8}}\.? (?:19|20)\d{{2}}|{_MONTHS}[a-zäö]{{0,8}}\.? \d{{1,2}},? (?:19|"
    r"20)\d{2})(?!\w|[.-]\d)",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?<![\w.:/,+-])[0-2]?\d[.:][0-5]\d(?:(?: ?- ?[0-2]?\d[.:][0-5]\d)?(?![\w]|[.:/-]\d| \d))")
_BIRTH_DIGITS = re.compile(
    r"(?<![\w+.-])(?:(?:19|20)\d{2}|\d{2})(?:0[1-9]|1[0-2])[0-3]\d(?![\w]|[-+ ]?\d)|"
    r"(?<![\w.])[0-3]?\d[./-]\d{1,2}[./-]\d{2}(?!\w|-\d)"
)
_IP4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IP6 = re.compile(r"(?<![\w:.])[0-9a-fA-F]{1,4}:[0-9a-fA-F:]{4,40}(?!\w)")
_REFERENCE = re.compile(
    r"(?<![\w@./+-])(?<!\d,)#?(?:[A-ZÅÄÖÆØ]{1,4} )?(?=[A-Z0-9/.-]{0,30}\d)[A-Z0-9](?:[A-Z0-9]|"
    r"[/.-](?=[A-Z0-9])){2,30}(?![\w@]|[.:]\d)"
)
_POSTAL_ITEM = re.compile(r"(?<![\w-])[A-Z]{2} ?\d{3} ?\d{3} ?\d{3} ?[A-Z]{2}(?![\w-])")  # UPU standard S10
_LEAD = re.compile(r"[A-ZÅÄÖÆØ]{1,4} ")
_SERIES = re.compile(r"(?<![\w-])[A-ZÅÄÖÆØ]{1,4} $")
_NO_SERIES = frozenset(
    ("OCR", "KID", "ID", "NR", "REF", "BG", "PG", "TEL", "TLF", "PIN", "I", "KR", "SEK", "NOK", "DKK", "EUR")
)
_GROUPS = re.compile(r"(?<![\w@./+-])\d{2,14}(?:[ -]\d{1,14}){1,6}(?![\w@])")
_RANGE = re.compile(r"(\d{1,3})-(\d{1,3})")
_WORDLIKE = re.compile(r"[A-ZÅÄÖÆØ]{4,}\d{1,2}|[A-Z]{1,3}\d{1,2}-[A-Z]{1,3}\d{1,2}")  # discount codes, ranges
_ROUND = re.compile(r"\d{1,3}(?:[ .]\d{3}){0,3}[ .]000")
_VERSION = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,3}")
_SPAN = re.compile(r"(?:19|20)\d{2}[-/](?:19|20)\d{2}|\d{1,4}[05]0?-\d{1,4}[05]0")
_THOUSANDS = re.compile(r"\d{1,3}(?: \d{3}){1,4}")
_LONG = re.compile(r"(?<![\w@./+])\d{7,34}(?![\w@])")
_CODE = re.compile(r"(?<![\w@./-])(?=[A-Z]{0,7}\d)(?=\d{0,7}[A-Z])[A-Z0-9]{6,9}(?![\w@-])")
# A full date this long ago stands in a reply for hardly anything but a birth.
_LAST_BIRTH_YEAR = 2005
_SHORT = re.compile(r"(?<![\w@./+,-])[A-Z]?\d{2,8}[A-Z]?(?![\w@%]|[.,:/–-]\d| ?[-–x×] ?\d)")
_ROOM = re.compile(r"(?:lägenhet|leilighet|lejlighed|leilegheit|asunto|\brum|\brom|room|\blgh|lokale|våning|\bhus) ?$")
_YEAR = re.compile(r"(?:19|20)\d{2}$")


_DASH = re.compile(r"(?<=\d)( ?)[‐‑‒–—−](?= ?[\dA-Z])")


def find_digits(claims: Claims) -> None:
    """Claim every personal number of the text; any dash within a number is read as a hyphen."""
    if not any(map(str.isdigit, set(claims.text))):
        return
    text, lower = _DASH.sub(r"\1-", claims.text), _DASH.sub(r"\1-", claims.lower)
    _find_all(Claims(text, lower, claims.taken, claims.finnish, claims.spans))


def _find_all(claims: Claims) -> None:
    dates = list(_DATE.finditer(claims.text))
    _find_addresses_of_machines(claims)
    _find_birth_dates(claims, dates)
    _find_ibans(claims)
    _block_dates(claims, dates)
    _find_cards(claims)
    _find_national_ids(claims)
    _find_plates(claims)
    _find_accounts(claims)
    _find_phones(claims)
    _find_references(claims)


def _find_addresses_of_machines(claims: Claims) -> None:
    for pattern in (_IP4, _IP6):
        for match in pattern.finditer(claims.text):
            value = match.group().rstrip(":")
            if cues.VERSION.search(claims.before(match.start(), 14)):
                continue
            if pattern is _IP6 and not ("::" in value or value.count(":") >= 5):
                continue
            try:
                ipaddress.ip_address(value)
            except ValueError:
                continue
            claims.take(match.start(), match.start() + len(value), "ip")


def _find_birth_dates(claims: Claims, dates: Iterable[re.Match[str]]) -> None:
    for match in _NATIONAL_APART.finditer(claims.text):
        if not _is_reference(claims.before(match.start(), 30), cues.NATIONAL_ID):
            claims.take(match.start(), match.end(), "national_id")
    for match in _BIRTH_DIGITS.finditer(claims.text):
        if cues.BORN.search(claims.before(match.start(), 20)) and not cues.NATIONAL_ID_WORD.search(
            claims.before(match.start(), 20)
        ):
            claims.take(match.start(), match.end(), "birth_date")
    for match in dates:
        year = int(max(re.findall(r"\d+", match.group()), key=len)) if re.search(r"\d{4}", match.group()) else 9999
        if cues.BORN.search(claims.before(match.start(), 34)) or year <= _LAST_BIRTH_YEAR:
            claims.take(match.start(), match.end(), "birth_date")


_BORN_BESIDE = re.compile(r"[ ,]{0,2}\(?(?:f\. ?|s\. ?|b\. ?)?")


def find_births(claims: Claims) -> None:
    """Claim full dates that follow a name at once, as in ``Anna Ek, 2011-09-23``: after the names are found."""
    for span in list(claims.of_kinds(frozenset(("customer", "name")))):
        gap = _BORN_BESIDE.match(claims.text, span.end)
        date = _DATE.match(claims.text, gap.end()) if gap and gap.end() > span.end else None
        if date and re.search(r"(?:19|20)\d\d", date.group()):
            claims.taken[date.start() : date.end()] = bytes(len(date.group()))
            claims.take(date.start(), date.end(), "birth_date")


def _block_dates(claims: Claims, dates: Iterable[re.Match[str]]) -> None:
    """Keep dates and times of day out of the reach of the patterns for numbers."""
    for match in (*dates, *_TIME.finditer(claims.text)):
        if not any(claims.taken[match.start() : match.end()]):
            claims.block(match.start(), match.end())


def _find_ibans(claims: Claims) -> None:
    for match in _IBAN.finditer(claims.text):
        length = checksums.IBAN_LENGTHS.get(match.group(1).upper())
        end = _end_of(claims.text, match.start(), length) if length else 0
        if end and (checksums.iban(claims.text[match.start() : end]) or "iban" in claims.before(match.start(), 30)):
            claims.take(match.start(), end, "account")


def _end_of(text: str, start: int, length: int) -> int:
    """Position after ``length`` letters and digits from ``start``, blanks and hyphens between; 0 where too few."""
    count = 0
    for position in range(start, min(len(text), start + 2 * length)):
        if text[position].isalnum():
            count += 1
        elif text[position] not in " -":
            return 0
        if count == length:
            return position + 1
    return 0


def _find_cards(claims: Claims) -> None:
    for match in _CARD.finditer(claims.text):
        number = _digits(match.group())
        grouped = number != match.group()
        cued = bool(cues.CARD.search(claims.before(match.start(), 40)))
        if 13 <= len(number) <= 19 and (
            (checksums.luhn(number) and number[0] in "3456") or cued or (grouped and len(number) == 16)
        ):
            if not cues.NOT_PERSONAL.search(claims.before(match.start(), 24)):
                claims.take(match.start(), match.end(), "card")


def _find_national_ids(claims: Claims) -> None:
    text = claims.text
    for match in _FINNISH.finditer(text):
        if 1 <= int(match.group(1)) <= 31 and 1 <= int(match.group(2)) <= 12:
            claims.take(match.start(), match.end(), "national_id")
    for match in _NATIONAL_11.finditer(text):
        day, month = int(match.group(1)), int(match.group(2))
        dated = (1 <= day <= 31 or 41 <= day <= 71) and (month % 40 in range(1, 13) or 81 <= month <= 92)
        if dated and not _is_account(claims, match.start()):
            claims.take(match.start(), match.end(), "national_id")
    for match in _NATIONAL_10.finditer(text):
        month, day = int(match.group(2)), int(match.group(3))
        dated = 1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91)
        if dated and (match.group(4) or _is_identity(claims, match)) and not _is_giro(claims, match):
            claims.take(match.start(), match.end(), "national_id")
    for match in _DANISH.finditer(text):
        day, month = int(match.group(1)), int(match.group(2))
        dated = (1 <= day <= 31 or 61 <= day <= 91) and 1 <= month <= 12
        if dated and (match.group(3) or _is_identity(claims, match)):
            claims.take(match.start(), match.end(), "national_id")


def _is_identity(claims: Claims, match: re.Match[str]) -> bool:
    return bool(cues.NATIONAL_ID.search(claims.before(match.start(), 40))) or checksums.luhn(
        _digits(match.group())[-10:]
    )


def _is_giro(claims: Claims, match: re.Match[str]) -> bool:
    return bool(cues.NOT_PERSONAL.search(claims.before(match.start(), 30)))


def _is_account(claims: Claims, start: int) -> bool:
    before = claims.before(start, 30)
    return bool(cues.ACCOUNT.search(before)) and not cues.NATIONAL_ID.search(before)


def _find_accounts(claims: Claims) -> None:
    for match in _NORWEGIAN_ACCOUNT.finditer(claims.text):
        claims.take(match.start(), match.end(), "account")
    for pattern in (_ACCOUNT, _GIRO):
        for match in pattern.finditer(claims.text):
            before = claims.before(match.start(), 34)
            number = _digits(match.group())
            if (
                cues.ACCOUNT.search(before)
                and not _is_reference(before, cues.ACCOUNT)
                and _is_plain_number(claims, match, before)
                and len(number) >= 4
            ):
                claims.take(match.start(), match.end(), "account")

    _join_accounts(claims)


def _join_accounts(claims: Claims) -> None:
    """A branch number and the account number after it (``reg.nr. 0040 kontonr. 0440116243``) are one value."""
    accounts = sorted(span for span in claims.spans if span.kind == "account")
    for left, right in pairwise(accounts):
        between = claims.text[left.end : right.start]
        if len(between) <= 14 and "." not in between.rstrip(". ") and "\n" not in between and left in claims.spans:
            claims.spans.remove(left)
            claims.spans.remove(right)
            claims.taken[left.start : right.end] = bytes(right.end - left.start)
            claims.take(left.start, right.end, "account")


def _is_plain_number(claims: Claims, match: re.Match[str], before: str) -> bool:
    """Neither an amount, a quantity, a year nor a number that belongs to a product or the company's registration."""
    after = claims.after(match.end(), 12)
    short = sum(character.isdigit() for character in match.group()) < 7
    if cues.MONEY.match(after) or (short and (cues.UNIT.match(after) or _YEAR.match(match.group()))):
        return False
    near = before[-24:]
    return not cues.NOT_PERSONAL.search(near) and not re.search(
        r"(?:kr|eur|€|£|\$|sek|nok|dkk|beløp\w{0,3}|belopp\w{0,3}) ?$", near
    )


def _find_phones(claims: Claims) -> None:
    for match in _PHONE.finditer(claims.text):
        digits = _digits(match.group())
        before = claims.before(match.start(), 30)
        if 8 <= len(digits) <= 15 and _is_plain_number(claims, match, before):
            referred = match.group()[0] not in "+(" and _is_reference(before)
            claims.take(match.start(), match.end(), "reference" if referred else "phone")
    for match in _PHONE_8.finditer(claims.text):
        before = claims.before(match.start(), 40)
        grouped = match.group().count(" ") >= 2 or match.group(1)
        if (grouped or cues.PHONE.search(before)) and _is_plain_number(claims, match, before):
            claims.take(match.start(), match.end(), "reference" if _is_reference(before[-22:]) else "phone")


def _is_reference(before: str, other: re.Pattern[str] = cues.PHONE) -> bool:
    """Whether the last cue before a number speaks of a reference rather than of a telephone or an account."""
    references = [match.end() for match in cues.REFERENCE.finditer(before)] + [
        match.end() for match in cues.ORDER.finditer(before)
    ]
    others = [match.end() for match in other.finditer(before)]
    return bool(references) and max(references) > max(others, default=-1)


def _find_plates(claims: Claims) -> None:
    for match in _NORWEGIAN_PLATE.finditer(claims.text):
        if not cues.NOT_PERSONAL.search(claims.before(match.start(), 24)) and not cues.MONEY.match(
            claims.after(match.end(), 8)
        ):
            claims.take(match.start(), match.end(), "plate")
    for pattern in (_SWEDISH_PLATE, _FINNISH_PLATE, _LOWER_PLATE):
        for match in pattern.finditer(claims.text):
            lettered = pattern is _SWEDISH_PLATE and match.group()[-1].isalpha() and match.group()[-2] != " "
            before = claims.before(match.start(), 80)
            around = before + " | " + claims.after(match.end(), 40)
            if (lettered or cues.PLATE.search(around)) and not cues.NOT_PERSONAL.search(before[-16:]):
                claims.take(match.start(), match.end(), "plate")


def _find_references(claims: Claims) -> None:
    for match in _POSTAL_ITEM.finditer(claims.text):
        claims.take(match.start(), match.end(), "reference")
    for pattern in (_GROUPS, _REFERENCE):
        for match in pattern.finditer(claims.text):
            lead = _LEAD.match(match.group())
            before = claims.before(match.start() + (lead.end() if lead else 0), 36)
            order = cues.ORDER.search(before)
            told = (
                order
                or cues.REFERENCE.search(before)
                or cues.NUMBERED.search(claims.before(match.start(), 36))
                or match.group()[0] == "#"
                or _is_long_code(match.group())
            )
            if told and _is_number_of(match.group()) and not _ROOM.search(before):
                _take_reference(claims, match, before, "order" if order else "reference")
    for match in _SHORT.finditer(claims.text):
        before = claims.before(match.start(), 44)
        if cues.NAMED.search(before) and not _ROUND.fullmatch(match.group()):
            _take_reference(claims, match, before, "reference")
    for pattern, fits in ((_GROUPS, _is_long_group), (_LONG, bool), (_CODE, _is_mixed)):
        for match in pattern.finditer(claims.text):
            if fits(match.group()):
                _take_reference(claims, match, claims.before(match.start(), 30), "reference")


def _take_reference(claims: Claims, match: re.Match[str], before: str, kind: Kind) -> None:
    if _is_plain_number(claims, match, before):
        series = _SERIES.search(claims.text, max(0, match.start() - 5), match.start())
        start = series.start() if series and series.group().strip() not in _NO_SERIES else match.start()
        claims.take(start, match.end(), kind) or claims.take(match.start(), match.end(), kind)


def _is_long_group(value: str) -> bool:
    """Nine digits or more in groups, unless they are an amount with its thousands apart."""
    return sum(map(str.isdigit, value)) >= 9 and not _THOUSANDS.fullmatch(value)


def _is_number_of(value: str) -> bool:
    if _is_range(value) or _ROUND.fullmatch(value) or _WORDLIKE.fullmatch(value):
        return False
    digits = sum(character.isdigit() for character in value)
    letters = sum(character.isalpha() for character in value)
    return digits >= 4 or (digits >= 2 and letters >= 2 and len(value) >= 5) or (digits >= 3 and "-" in value)


def _is_range(value: str) -> bool:
    """Two numbers of a few digits, the second the greater, as in opening hours and sizes."""
    match = _RANGE.fullmatch(value)
    return match is not None and int(match.group(1)) < int(match.group(2))


def _is_long_code(value: str) -> bool:
    """Five digits or more with letters, hyphens or strokes between: no quantity, size or span of years."""
    value = value.rsplit(" ", 1)[-1]
    if _VERSION.fullmatch(value):
        return False
    digits = sum(character.isdigit() for character in value)
    return 5 <= digits < len(value) and not _SPAN.fullmatch(value)


def _is_mixed(code: str) -> bool:
    """Letters and digits in turn, as in a booking code; not a model name such as KLM450 or 350S."""
    changes = sum(left.isdigit() != right.isdigit() for left, right in pairwise(code))
    return changes >= 2 and not code.startswith("0X")


def _digits(value: str) -> str:
    return "".join(character for character in value if character.isdigit())
