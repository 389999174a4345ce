"""What a suggester answered to tickets, judged: all that reports are made of. Holds no customer text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError
from faqsuggest.evaluation.judging import Judge
from faqsuggest.offering import shows
from faqsuggest.records import Article, Suggestion, Ticket
from faqsuggest.text.edits import edit_share

Values = NDArray[np.float64]
_FIELDS = {"language": "language", "brand": "brand", "at": "created_at"}
"""Options of ``suggest_many`` and the field of a ticket that each takes. Not the channel: that would hide what was
answered elsewhere."""
_OF_EACH = {"language": "languages", "at": "moments"}
"""Of these the options that take one for each text."""


class Suggests(Protocol):
    """What can be evaluated: anything with the ``suggest_many`` of ``faqsuggest.Suggester``.

    Where ``suggest_many`` also names an option ``at``, it is told the time of each question, and answers as of then;
    where it names ``moments`` or ``languages`` too, it is told those of many questions in one call. Where it names
    ``reasons``, it is told that nobody will read them.

    Two attributes save time where they are there: ``conditions``, the names of the options that make a difference (of
    language, brand and at), and ``abstains = False``, if everything is always shown.
    """

    def suggest_many(
        self,
        texts: Sequence[str],
        k: int = 3,
        *,
        language: str | None = None,
        brand: str | None = None,
        min_confidence: float | None = None,
    ) -> list[list[Suggestion]]:
        """Suggestions for each text, in the same order."""
        ...


class Learns(Suggests, Protocol):
    """A suggester that can be fitted, and told more later."""

    def fit(self, kb: KnowledgeBase) -> Any:  # noqa: ANN401 - self, whatever its class
        """Learn a base."""
        ...

    def add(self, *, tickets: Iterable[Ticket] = (), articles: Iterable[Article] = ()) -> Any:  # noqa: ANN401
        """Learn more."""
        ...

    def remove(self, ids: Collection[str]) -> Any:  # noqa: ANN401
        """Forget."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one system offered for one ticket.

    Attributes:
        answers: Names of the offered answers, best first.
        grades: Their grades; NaN when unjudged.
        confidences: Their confidences.
        shown: Place of the first suggestion that the system's own policy shows; −1 when it abstains.
        first: Id of the first suggestion, "" if there is none.
        source: Id of the newest ticket or article behind it.
        edit: Share of words that the agent would have to change from the shown suggestion to the reply; NaN if not
            known.
    """

    answers: tuple[str, ...] = ()
    grades: tuple[float, ...] = ()
    confidences: tuple[float, ...] = ()
    shown: int = -1
    first: str = ""
    source: str = ""
    edit: float = float("nan")


def inquiry_text(ticket: Ticket) -> str:
    """The text that is asked: subject and question, as a customer's mail reads."""
    return f"{ticket.subject}\n{ticket.question}" if ticket.subject else ticket.question


def conditions_of(suggester: Suggests) -> tuple[str, ...]:
    """Names of the options that the suggester is told about each ticket: of language, brand and at.

    Examples:
        >>> from faqsuggest import Suggester
        >>> conditions_of(Suggester())
        ('language', 'brand', 'at')
    """
    named = getattr(suggester, "conditions", None)
    if named is not None:
        return tuple(named)
    return ("language", "brand", "at") if takes_time(suggester) else ("language", "brand")


def takes_time(suggester: Suggests) -> bool:
    """Whether the suggester can be told when a question was asked."""
    return "at" in signature(suggester.suggest_many).parameters


def ask(
    suggester: Suggests, tickets: Sequence[Ticket], k: int, *, min_confidence: float | None
) -> list[list[Suggestion]]:
    """Ask for every ticket, with its own language, brand and time.

    Raises:
        InputError: If the suggester does not return one list for each text.
    """
    conditions, named = conditions_of(suggester), signature(suggester.suggest_many).parameters
    apart = {name: many for name, many in _OF_EACH.items() if name in conditions and many in named}
    shared = tuple(name for name in conditions if name not in apart)
    fixed = {"reasons": False} if "reasons" in named else {}
    together: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for position, ticket in enumerate(tickets):
        together[tuple(getattr(ticket, _FIELDS[name]) for name in shared)].append(position)
    answers: list[list[Suggestion]] = [[] for _ in tickets]
    for values, positions in together.items():
        texts = [inquiry_text(tickets[position]) for position in positions]
        options: dict[str, Any] = dict(zip(shared, values, strict=True)) | fixed
        for name, many in apart.items():
            options[many] = [getattr(tickets[position], _FIELDS[name]) for position in positions]
        lists = suggester.suggest_many(texts, k=k, min_confidence=min_confidence, **options)
        if len(lists) != len(positions):
            raise InputError(f"suggest_many must return one list for each of {len(positions)} texts; got {len(lists)}")
        for position, suggestions in zip(positions, lists, strict=True):
            answers[position] = list(suggestions)
    return answers


def outcomes(suggester: Suggests, tickets: Sequence[Ticket], judge: Judge, *, depth: int) -> list[Outcome]:
    """Ask with nothing withheld, find out what the system's own policy shows, and judge."""
    ranked = ask(suggester, tickets, depth, min_confidence=0.0)
    offered = _offered(suggester, tickets, ranked, depth)
    lists = [_joined(all_of_them, shown) for all_of_them, shown in zip(ranked, offered, strict=True)]
    graded = judge.grade(tickets, lists)
    made = []
    for ticket, suggestions, shown, grades in zip(tickets, lists, offered, graded, strict=True):
        ids = [(each.kind, each.id) for each in suggestions]
        place = ids.index((shown[0].kind, shown[0].id)) if shown else -1
        made.append(
            Outcome(
                answers=tuple(each.answer for each in grades),
                grades=tuple(each.grade for each in grades),
                confidences=tuple(float(each.confidence) for each in suggestions),
                shown=place,
                first=suggestions[0].id if suggestions else "",
                source=(suggestions[0].sources or (suggestions[0].id,))[0] if suggestions else "",
                edit=edit_share(shown[0].text, ticket.reply) if shown and ticket.reply else float("nan"),
            )
        )
    return made


def _offered(
    suggester: Suggests, tickets: Sequence[Ticket], ranked: list[list[Suggestion]], depth: int
) -> list[list[Suggestion]]:
    """What the policy shows: looked up where it is known, which is half the work, and asked for elsewhere."""
    if not getattr(suggester, "abstains", True):
        return ranked
    if hasattr(suggester, "policy_"):
        policy = suggester.policy_
        return [
            [each for each in found if shows(each, policy, brand=ticket.brand)]
            for ticket, found in zip(tickets, ranked, strict=True)
        ]
    return ask(suggester, tickets, depth, min_confidence=None)


def _joined(ranked: Sequence[Suggestion], shown: Sequence[Suggestion]) -> list[Suggestion]:
    """The ranking, followed by what only the policy shows; a suggestion stands once."""
    return list({(each.kind, each.id): each for each in (*ranked, *shown)}.values())
