"""What an inquiry states about its sender, for the slots of the reply."""

from __future__ import annotations

from collections.abc import Sequence

from faqsuggest.text.privacy.records import Kind, Span
from faqsuggest.text.privacy.redact import redact

_STATED: dict[Kind, Kind] = {"agent": "customer", "email": "email", "order": "order"}
"""Kind of span in an inquiry to the slot that it fills: who signs an inquiry is the customer. Telephone and other
numbers are left to the caller: a slot for them may have held the company's."""

STATED = frozenset(_STATED.values())
"""Slots that ``stated`` may fill."""


def stated(inquiry: str, spans: Sequence[Span] | None = None) -> dict[str, str]:
    r"""The sender's name from the sign-off, mail address and order number: each only where exactly one is given.

    Args:
        inquiry: As it came.
        spans: Of its personal data, as ``redact`` found them, where that was done already; None reads it now.

    Example:
        >>> stated("Hej! Var är order 48213377?\nMvh Anna Ek")
        {'customer': 'Anna Ek', 'order': '48213377'}
    """
    found: dict[str, set[str]] = {}
    for span in redact(inquiry).spans if spans is None else spans:
        if slot := _STATED.get(span.kind):
            value = " ".join(inquiry[span.start : span.end].split())
            found.setdefault(slot, set()).add(value.title() if slot == "customer" and value.islower() else value)
    return {slot: values.pop() for slot, values in sorted(found.items()) if len(values) == 1}
