"""From suggestions to what may be sent: the new ticket's values in the slots, nothing uncounted before strangers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from faqsuggest.records import Suggestion
from faqsuggest.text.privacy import STATED, Filled, Span, fill, key_of, stated


def ready(
    shown: Sequence[Suggestion],
    inquiry: str,
    values: Mapping[str, str],
    *,
    spans: Sequence[Span] | None = None,
    public: bool = False,
) -> list[Suggestion]:
    """The suggestions with their slots filled as far as is known; what stays open is listed and blocks sending.

    Articles stay as they are: they are texts for everybody.

    Args:
        shown: As offered.
        inquiry: As it came; the name in its sign-off, its mail address and its order number fill slots that ``values``
            leaves open (see ``text.privacy.stated``).
        values: Kind of slot to the new ticket's value; see ``text.privacy.fill``.
        spans: Of the personal data in the inquiry, where they were looked for already.
        public: Whether strangers read it: then the past question and the subject, whose words nobody counted, go.
    """
    filling = _Filling(inquiry, spans, values)
    return [_ready(_without_questions(each) if public else each, filling) for each in shown]


def _ready(suggestion: Suggestion, filling: _Filling) -> Suggestion:
    if suggestion.kind == "article":
        return suggestion
    filled = filling.of(suggestion.text)
    return replace(
        suggestion,
        text=filled.text,
        open_slots=filled.open,
        sendable=filled.ready,
        auto_ok=suggestion.auto_ok and filled.ready,
    )


def _without_questions(suggestion: Suggestion) -> Suggestion:
    title = "" if suggestion.kind == "reply" else suggestion.title
    return replace(suggestion, matched=suggestion.why.passage, title=title)


class _Filling:
    """The values of one inquiry; those that it states itself are read when a slot is open that they may fill."""

    def __init__(self, inquiry: str, spans: Sequence[Span] | None, values: Mapping[str, str]) -> None:
        self._inquiry, self._spans = inquiry, spans
        self._given = {kind: value for kind, value in values.items() if value}

    @cached_property
    def _all(self) -> dict[str, str]:
        return {**stated(self._inquiry, self._spans), **self._given}

    def of(self, text: str) -> Filled:
        filled = fill(text, self._given)
        # to read the inquiry for personal data once more takes longer than all else here
        return filled if STATED.isdisjoint(map(key_of, filled.open)) else fill(text, self._all)
