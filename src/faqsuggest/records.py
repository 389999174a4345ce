"""What moves between the rooms: past tickets, articles and suggestions. Frozen, typed, without behaviour."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from faqsuggest.wording import sentence

AnswerKind = Literal["reply", "article", "standard"]
Audience = Literal["public", "internal"]
LANGUAGES = ("sv", "nb", "nn", "da", "fi", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A past inquiry with its reply, tags and times. Times are timezone-aware, in UTC."""

    id: str
    created_at: datetime
    question: str
    subject: str | None = None
    reply: str | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    channel: str | None = None
    language: str | None = None
    brand: str | None = None
    customer_id: str | None = None
    agent_id: str | None = None
    team: str | None = None
    thread_id: str | None = None
    tags: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()
    rating: float | None = None
    resolved: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One FAQ or knowledge-base entry, or a standard reply.

    Attributes:
        parallel: Shared by the same article in other languages.
    """

    id: str
    body: str
    title: str = ""
    url: str | None = None
    language: str | None = None
    brand: str | None = None
    tags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    updated_at: datetime | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    audience: Audience = "public"
    kind: Literal["article", "standard"] = "article"
    parallel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What spoke for a suggestion.

    Attributes:
        words: Words of the inquiry that the answer also uses, rarest first.
        case: Id of the past ticket whose question is nearest, if the answer was sent before.
        passage: The sentence or passage of the answer that fits best.
        tags: Tags of the suggestion that the past ticket of ``case`` has too.
        repeat: Whether the inquiry repeats a known question exactly (after normalising).
        calibrated: Whether ``confidence`` is a calibrated probability or a plain map of the fused score.
        notes: Remarks for the reader: "old" for an answer not written or sent for two years.
    """

    words: tuple[str, ...] = ()
    case: str | None = None
    passage: str = ""
    tags: tuple[str, ...] = ()
    repeat: bool = False
    calibrated: bool = False
    notes: tuple[str, ...] = ()

    def sentence(self, language: str = "en") -> str:
        """What spoke for the suggestion in one sentence for an agent; sv, nb, nn, da, fi or en.

        Example:
            >>> Why(words=("kort",), case="t7", calibrated=True).sentence("nb")
            'Ligner sak t7; felles ord: kort.'
        """
        named = [("repeat", "")] if self.repeat else []
        named += [("case", self.case)] if self.case else []
        named += [(key, ", ".join(getattr(self, key))) for key in ("words", "tags") if getattr(self, key)]
        named += [("passage", self.passage)] if self.passage else []
        named += [(note, "") for note in self.notes]
        return sentence(named if self.calibrated else [*named, ("uncalibrated", "")], language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An answer offered for an inquiry.

    Attributes:
        confidence: Probability, from 0 to 1, that the suggestion is right; see ``why.calibrated``.
        text: With the slots that the new ticket fills filled; see ``open_slots``.
        open_slots: Placeholders such as ``{kundens namn}`` still in ``text``, in order, each once.
        sendable: Whether the text may go to a customer as it stands: no slot is open.
        auto_ok: Whether it may go out without an agent: it is sendable, and 99 % precision is proved on the team's own
            inquiries.
        matched: The past question or passage that the suggestion rests on.
        sources: Ids of the tickets or articles behind the answer, newest first.
        version: Version of the model folder that made the suggestion.
        suggestion_id: For ``Suggester.feedback``; "" where the list was not logged. In a logged list that exploration
            changed, one confidence may rise.
    """

    kind: AnswerKind
    id: str
    text: str
    confidence: float
    title: str = ""
    url: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    matched: str = ""
    auto_ok: bool = False
    open_slots: tuple[str, ...] = ()
    sendable: bool = True
    why: Why = field(default_factory=Why)
    sources: tuple[str, ...] = ()
    version: str = ""
    suggestion_id: str = ""

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON-ready values."""
        return asdict(self, dict_factory=_with_lists)


def _with_lists(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in items}
