"""Tags in a retrain: a tagger learnt before the cut, beside the one that serves, on the same later inquiries."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.calibrated import LEARN_FROM
from faqsuggest.data.answers import question_text
from faqsuggest.encoders import CharNgramEncoder, Encoder
from faqsuggest.records import Ticket
from faqsuggest.suggester import Suggester
from faqsuggest.training.gate import Measure, Values
from faqsuggest.training.tags.suggester import TagSuggester
from faqsuggest.training.walk import Plan

log = logging.getLogger(__name__)
TAGS = "tags"
"""Name of the part, and of its folder in a version."""


@dataclass
class TagTrial:
    """Two taggers on the same later inquiries.

    Attributes:
        challenger: Learnt from what came before the cut.
        measure: F1 of the predicted tags of each inquiry, with nothing predicted where no tagger serves.
        learnt: Tickets that the challenger learnt from.
        judged: Tagged tickets that judge.
    """

    challenger: TagSuggester
    measure: Measure
    learnt: list[Ticket]
    judged: list[Ticket]
    _maker: _Maker

    @classmethod
    def of(cls, base: Suggester, plan: Plan, served: Path, *, limit: int, seed: int) -> Self | None:
        """Learn a challenger; None where the history has too few tagged tickets, or one tag only.

        Args:
            base: Whose base and encoder serve; of a named encoder.
            plan: What may be learnt from and what judges.
            served: Folder of the tagger that serves; it need not be there.
            limit: Tickets to learn from at most, the newest.
            seed: Of all draws.
        """
        judged = [each for each in plan.judge if each.tags]
        earlier = [each for each in base.units_.book.tickets.values() if each.tags and each.created_at < plan.cut]
        learnt = sorted(earlier, key=lambda each: (each.created_at, each.id))[-limit:]
        if len(learnt) < LEARN_FROM or not judged or len({tag for each in learnt for tag in each.tags}) < 2:
            return None
        own = base.encoder_.name == CharNgramEncoder.name
        maker = _Maker(str(base.encoder), None if own else base.units_.encoder, seed)
        challenger = maker.learn(learnt)
        champion = _opened(served, base) if served.is_dir() else None
        new = maker.f1(challenger, plan.judge)
        old = np.where(np.isnan(new), np.nan, 0.0) if champion is None else maker.f1(champion, plan.judge)
        log.info("tags: learnt from %d tickets, %d judge", len(learnt), len(judged))
        return cls(challenger, Measure(TAGS, "f1", new, old), learnt, judged, maker)

    def write(self, folder: Path, *, refit: bool) -> None:
        """Put the challenger into a version; with ``refit`` learnt from the judging tickets too, in its settings."""
        tagger = self._maker.learn([*self.learnt, *self.judged], like=self.challenger) if refit else self.challenger
        tagger.save(folder / TAGS)


def carry_over(served: Path, folder: Path, base: Suggester) -> None:
    """Put the tagger that serves into a new version, if there is one, without what it keeps of tickets that are gone.

    Args:
        served: Folder of the tagger that serves; it need not be there.
        folder: Of the new version.
        base: What is to serve.
    """
    if not served.is_dir():
        return
    tagger = _opened(served, base)
    if tagger.retain([question_text(each) for each in base.units_.book.tickets.values()]):
        tagger.save(folder / TAGS)
    else:
        shutil.copytree(served, folder / TAGS)


def _opened(served: Path, base: Suggester) -> TagSuggester:
    """The tagger of a folder, on the encoder that it was learnt with, wherever the folder was moved to."""
    own = base.encoder_.name == CharNgramEncoder.name
    return TagSuggester.load(served, encoder=None if own else str(base.encoder))


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes taggers on the encoder that serves; ``encoder`` remembers vectors, None where a tagger makes its own."""

    spec: str
    encoder: Encoder | None
    seed: int

    def learn(self, tickets: Sequence[Ticket], *, like: TagSuggester | None = None) -> TagSuggester:
        texts = [question_text(each) for each in tickets]
        tagger = TagSuggester(encoder=self.spec, seed=self.seed)
        return tagger.fit(texts, [list(each.tags) for each in tickets], vectors=self._vectors(texts), like=like)

    def f1(self, tagger: TagSuggester, tickets: Sequence[Ticket]) -> Values:
        """2 · right / (predicted + given) for each ticket; NaN where none is given."""
        texts = [question_text(each) for each in tickets]
        predicted = tagger.predict(texts, vectors=self._vectors(texts))
        pairs = [({str(tag) for tag in found}, set(each.tags)) for found, each in zip(predicted, tickets, strict=True)]
        return np.array([2 * len(a & b) / (len(a) + len(b)) if b else np.nan for a, b in pairs], dtype=np.float64)

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        return None if self.encoder is None else self.encoder.encode_queries(texts)
