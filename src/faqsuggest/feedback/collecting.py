"""What a suggester does with feedback: slates into the log, with or without exploration, and events on them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from faqsuggest.data.shield import Shield
from faqsuggest.errors import InputError
from faqsuggest.feedback.exploration import Exploration
from faqsuggest.feedback.log import FeedbackLog, private
from faqsuggest.feedback.records import Event, Showing, Shown, Slate
from faqsuggest.filters import Filters
from faqsuggest.records import Suggestion
from faqsuggest.text.edits import edit_share
from faqsuggest.units import Units


class Collecting:
    """The part of ``Suggester`` that writes the feedback log."""

    shield_: Shield
    units_: Units
    version_: str
    feedback_log_: FeedbackLog | None = None
    exploration_: Exploration = Exploration()

    def use_feedback_log(
        self, log: FeedbackLog | str | os.PathLike[str], *, explore: float = 0.0, seed: int = 0
    ) -> Self:
        """Write slates and events to this log. Returns self.

        Without this call the log of a saved or loaded suggester is ``FOLDER.feedback.sqlite`` next to its folder, and
        nothing is explored.

        Args:
            log: A log or the path of its file.
            explore: Share of the slates in which two neighbours change places by lot, 0 to 0.5. It costs a little
                and is what tells how much of an answer's use is due to its place; 0.1 to 0.2 for some weeks will do.
            seed: Of the lots.

        Raises:
            InputError: The share lies outside.

        Example:
            >>> import tempfile
            >>> from faqsuggest import KnowledgeBase, Suggester
            >>> kb = KnowledgeBase.from_records(articles=[{"id": "a", "title": "Glömt lösenord", "body": "Klicka."}])
            >>> suggester = Suggester(encoder="char-ngrams").fit(kb)
            >>> suggester = suggester.use_feedback_log(f"{tempfile.mkdtemp()}/desk.sqlite", explore=0.1)
            >>> shown = suggester.suggest("glömt lösenord", min_confidence=0, showing=Showing(user="agent-7"))
            >>> suggester.feedback(shown[0].suggestion_id, event="sent")
            >>> suggester.feedback_log.to_frame()["reward"].tolist()
            [1.0]
        """
        exploration = Exploration(explore, seed)
        self.feedback_log_ = log if isinstance(log, FeedbackLog) else FeedbackLog(log)
        self.exploration_ = exploration
        return self

    @property
    def feedback_log(self) -> FeedbackLog:
        """The log in use.

        Raises:
            InputError: The suggester was neither saved nor loaded, and ``use_feedback_log`` was not called.
        """
        if self.feedback_log_ is None:
            raise InputError(
                "there is no feedback log yet: save the suggester first, then it lies beside the folder, or call "
                "use_feedback_log(path)"
            )
        return self.feedback_log_

    def feedback(
        self,
        suggestion_id: str,
        *,
        event: Event,
        reason: str | None = None,
        text: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Say what was done with a suggestion; one transaction in the log. A later event corrects an earlier one.

        Args:
            suggestion_id: ``Suggestion.suggestion_id`` of a list shown with ``suggest(…, showing=Showing(…))``.
            event: "sent" as it is, "edited" before it was sent, or "dismissed".
            reason: Why, in a word or a sentence; redacted before it is written.
            text: With "edited" the reply that was sent. The share of the suggestion that it kept is what the
                suggestion was worth; the text is redacted before it is written.
            at: When; now when None.

        Raises:
            InputError: No such suggestion was shown, or the event is unknown.
            StoreError: The log cannot be written.
        """
        for name, value in (("reason", reason), ("text", text)):
            if value is not None and not isinstance(value, str):
                raise InputError(f"{name} of feedback must be a text or None, got {type(value).__name__}")
        sent = private(text or "", self.shield_.policy)
        kept = self._kept(self.feedback_log.shown(suggestion_id), sent) if sent and event == "edited" else None
        self.feedback_log.tell(suggestion_id, event, reason=reason or "", text=sent, kept=kept, at=at)

    def _kept(self, shown: Shown, sent: str) -> float | None:
        """Share of the words of the suggestion, in its nearest wording, that a reply kept; None when it is gone."""
        with self.units_.reading():
            book = self.units_.book
            key = next((i for i in (shown.answer, *shown.sources) if i in book.answers), None)
            known = [book.answers[key].versions] if key else []
            known += [(f"article/{i}", f"reply/{i}") for i in (shown.answer, *shown.sources)]
            texts = [book.units[name].text for names in known for name in names if name in book.units]
        return max((1.0 - edit_share(each, sent) for each in texts), default=None)

    def _show(
        self, text: str, suggestions: Sequence[Suggestion], showing: Showing | None, filters: Filters
    ) -> list[Suggestion]:
        """The suggestions in the order to show, with the ids for ``feedback``, once they are in the log."""
        if showing is None:
            return list(suggestions)
        if not isinstance(showing, Showing):
            raise InputError(f"showing must be a Showing(user=…), got {type(showing).__name__}")
        log = self.feedback_log
        moment = filters.at or datetime.now(UTC)
        slate_id = showing.slate_id or _name(text, suggestions, showing, moment)
        order, propensity = self.exploration_.draw(slate_id, [each.why.repeat for each in suggestions])
        shown = tuple(_shown(suggestions[place], rank=place + 1) for place in order)
        slate = Slate(
            id=slate_id,
            at=moment,
            showing=showing,
            query=text,
            version=self.version_,
            propensity=propensity,
            explore=self.exploration_.share,
            brand=filters.brand,
            channel=filters.channel,
            shown=shown,
        )
        log.add(slate, self.shield_.policy)
        return [
            replace(suggestions[place], suggestion_id=f"{slate_id}:{number}") for number, place in enumerate(order, 1)
        ]

    def _beside(self, folder: str | os.PathLike[str]) -> None:
        """Take the log beside a folder that was saved or loaded, unless one was named or is in use."""
        if self.feedback_log_ is None:
            self.feedback_log_ = FeedbackLog.beside(Path(folder))


def _shown(one: Suggestion, *, rank: int) -> Shown:
    return Shown(
        answer=one.id,
        kind=one.kind,
        confidence=one.confidence,
        rank=rank,
        fixed=one.why.repeat,
        sources=one.sources,
    )


def _name(text: str, suggestions: Sequence[Suggestion], showing: Showing, moment: datetime) -> str:
    """Of a slate: the same for the same list, shown to the same user for the same inquiry on the same day."""
    shown = [[one.kind, one.id, one.confidence, one.version] for one in suggestions]
    content = [showing.user, showing.customer_id, showing.ticket_id, text, moment.date().isoformat(), shown]
    return hashlib.blake2b(json.dumps(content).encode(), digest_size=12).hexdigest()
