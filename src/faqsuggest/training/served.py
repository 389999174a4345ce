"""What an encoder is worth inside the library: later tickets asked of a suggester that knows what came before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.encoders.base import Encoder
from faqsuggest.evaluation.duplicates import near_duplicates
from faqsuggest.evaluation.judging import Judge
from faqsuggest.evaluation.metrics import RELEVANT
from faqsuggest.evaluation.runs import ask
from faqsuggest.evaluation.splits import independent_groups
from faqsuggest.records import Ticket
from faqsuggest.suggester import Suggester

DEPTH = 10
Values = NDArray[np.float64]


@dataclass(frozen=True)
class LaterTickets:
    """Tickets of a stretch of time, and the base as it was when the stretch began.

    Attributes:
        base: Free of personal data already.
        tickets: With a reply or a linked article to judge by.
    """

    base: KnowledgeBase
    tickets: tuple[Ticket, ...]

    @classmethod
    def between(cls, kb: KnowledgeBase, start: datetime, end: datetime | None) -> LaterTickets:
        """The judged tickets from ``start`` on, up to ``end`` where there is one."""
        asked = (each for each in kb.tickets if each.created_at >= start and (end is None or each.created_at < end))
        judged = (each for each in asked if each.reply or each.article_ids)
        return cls(kb.until(start), tuple(sorted(judged, key=lambda each: (each.created_at, each.id))))

    @cached_property
    def _judge(self) -> Judge:
        return Judge(self.base.merge(KnowledgeBase(self.tickets, ())))

    @cached_property
    def clusters(self) -> NDArray[np.int64]:
        """One number a ticket; those of one customer or thread have the same."""
        return independent_groups(self.tickets)

    def reciprocal_ranks(self, encoder: Encoder) -> Values:
        """1 over the place of the first right suggestion, one a ticket; 0 where none is among the first ten.

        Everything is as it is served but that nothing is withheld: all legs, the filters of language and brand, and the
        order that ships for an encoder of that name. Right is as in ``evaluate``: the reply that was sent, a similar
        one under the same tag, or the linked article.
        """
        suggester = Suggester(encoder=encoder, privacy="off").fit(self.base)
        lists = ask(suggester, self.tickets, DEPTH, min_confidence=0.0)
        ranks = np.zeros(len(self.tickets))
        for row, graded in enumerate(self._judge.grade(self.tickets, lists)):
            places = (place for place, each in enumerate(graded, start=1) if each.grade >= RELEVANT)
            ranks[row] = 1 / next(places, np.inf)
        return ranks

    def unseen(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Which tickets ask in words that are not nearly those of any of ``texts``, numbers left aside."""
        groups = near_duplicates([*texts, *(ticket.question for ticket in self.tickets)])
        return ~np.isin(groups[len(texts) :], groups[: len(texts)])
