"""Check digits, as evidence. python-stdnum knows the IBAN; Luhn is ten lines."""

from __future__ import annotations

IBAN_LENGTHS = {
    **{
        "SE": 24,
        "NO": 15,
        "DK": 18,
        "FI": 18,
        "IS": 26,
        "DE": 22,
        "GB": 22,
        "IE": 22,
        "NL": 18,
        "BE": 16,
        "FR": 27,
        "ES": 24,
    },
    **{
        "IT": 27,
        "PT": 25,
        "AT": 20,
        "CH": 21,
        "PL": 28,
        "EE": 20,
        "LV": 21,
        "LT": 20,
        "CZ": 24,
        "HU": 28,
        "RO": 24,
        "HR": 21,
    },
}


def luhn(number: str) -> bool:
    """Whether a string of digits passes the Luhn check.

    Example:
        >>> luhn("4111111111111111"), luhn("4111111111111112")
        (True, False)
    """
    total = 0
    for position, character in enumerate(reversed(number)):
        digit = int(character) * (1 + position % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def iban(number: str) -> bool:
    """Whether a string is an IBAN with the right length and check digits."""
    from stdnum import iban as standard

    return bool(standard.is_valid(number))
