"""The library's front door: fit on a base, suggest for an inquiry, keep up to date, save and load."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Self

from faqsuggest.data.answers import article_text, question_text
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.encoders import CachedEncoder, Encoder, load_encoder
from faqsuggest.errors import InputError, NotFittedError
from faqsuggest.filters import Filters
from faqsuggest.indexes.faiss_index import FaissIndex
from faqsuggest.indexes.lexical import LexicalIndex
from faqsuggest.parameters import Parameters
from faqsuggest.progress import progress
from faqsuggest.ranking import FusionWeights, rank
from faqsuggest.reasons import suggestion_of
from faqsuggest.records import Article, Suggestion, Ticket
from faqsuggest.retrieval import Retriever
from faqsuggest.snapshot import read_snapshot, write_snapshot
from faqsuggest.store.folder import load_folder, save_folder
from faqsuggest.text.normalise import as_text, normalise

log = logging.getLogger(__name__)
KIND = "suggester"
KINDS = ("reply", "article", "standard")
UNCALIBRATED_THRESHOLD = 0.5
"""What an uncalibrated confidence must reach for a suggestion to be offered by default."""


class Suggester(Parameters):
    """Ranked suggestions for new inquiries, from past tickets and articles.

    Args:
        encoder: "default" (shipped), "char-ngrams", a model folder or hub name, or an ``Encoder``.
        weights: What each leg of the evidence is worth; None takes the weights chosen for the encoder.
        cache: Folder that keeps vectors between fits, so that a refit embeds only what is new.
        threads: Threads of the encoder.

    Example:
        >>> kb = KnowledgeBase.from_records(articles=[
        ...     {"id": "a1", "title": "Glömt lösenord", "body": "Klicka på Glömt lösenord på inloggningssidan.", "language": "sv"},
        ...     {"id": "a2", "title": "Sen leverans", "body": "Spåra paketet under Mina order.", "language": "sv"},
        ... ])
        >>> suggester = Suggester(encoder="char-ngrams").fit(kb)
        >>> suggester.suggest("jag har glömt mitt lösenord", k=1, min_confidence=0)[0].id
        'a1'
    """

    def __init__(
        self,
        *,
        encoder: str | Path | Encoder = "default",
        weights: FusionWeights | None = None,
        cache: str | Path | None = None,
        threads: int = 1,
    ) -> None:
        self.encoder = encoder
        self.weights = weights
        self.cache = cache
        self.threads = threads

    def fit(self, kb: KnowledgeBase) -> Self:
        """Embed and index a base; what was fitted before is replaced only when this succeeds. Returns self.

        Raises:
            InputError: ``kb`` is not a KnowledgeBase, or the encoder is not known.
        """
        if not isinstance(kb, KnowledgeBase):
            raise InputError(
                f"Suggester.fit(kb) takes a KnowledgeBase, got {type(kb).__name__}; "
                "make one with KnowledgeBase.from_frames(tickets=…, articles=…)"
            )
        encoder = load_encoder(self.encoder, threads=self.threads)
        encoder.fit(
            [article_text(article) for article in kb.articles] + [question_text(ticket) for ticket in kb.tickets]
        )
        if self.cache is not None:
            encoder = CachedEncoder(encoder, folder=Path(self.cache), roles=("query", "passage"))
        retriever = Retriever(encoder, FaissIndex(encoder.dimension), LexicalIndex())
        changed = retriever.book.add_articles(kb.articles) | retriever.book.add_tickets(kb.tickets)
        retriever.update(changed)
        self.kb_, self.retriever_, self.version_ = kb, retriever, ""
        log.info(
            "fitted on %d tickets and %d articles: %d answers",
            len(kb.tickets),
            len(kb.articles),
            len(retriever.book.answers),
        )
        return self

    def suggest(
        self,
        text: str,
        k: int = 3,
        *,
        language: str | None = None,
        channel: str | None = None,
        brand: str | None = None,
        kinds: Sequence[str] = ("reply", "article", "standard"),
        audience: Sequence[str] = ("public",),
        at: datetime | None = None,
        min_confidence: float | None = None,
    ) -> list[Suggestion]:
        """Suggestions for one inquiry, best first; empty when nothing is safe to show or the text holds no word.

        Args:
            text: The inquiry as it came, greeting, story and signature included.
            k: At most so many, each another answer.
            language: Only answers for readers of this language (with its fallbacks); None allows all and finds out itself.
            channel: Only past replies of this channel.
            brand: Only answers of this brand or of none.
            kinds: Kinds of answers: "reply", "article", "standard".
            audience: Audiences of articles: add "internal" for staff.
            at: Moment at which articles must be valid; now when None.
            min_confidence: Offer only from this confidence on; 0 never abstains; None takes the policy's threshold.

        Raises:
            InputError: An argument cannot be used; the message says which, what is allowed and what came.
            NotFittedError: Neither ``fit`` nor ``load`` was called.

        Example:
            >>> Suggester(encoder="char-ngrams").fit(KnowledgeBase()).suggest("hej")
            []
        """
        retriever = self._fitted()
        filters = _filters(language, channel, brand, kinds, audience, at)
        threshold = UNCALIBRATED_THRESHOLD if min_confidence is None else _share(min_confidence, "min_confidence")
        wanted = _positive(k, "k")
        inquiry = retriever.read(normalise(as_text(text, argument="text")), language)
        if inquiry is None:
            return []
        ranked = rank(retriever.search(inquiry, wanted, filters), self.weights or FusionWeights())
        shown = [one for one in ranked[:wanted] if one.confidence >= threshold]
        return [suggestion_of(one, inquiry, retriever.book, self.version_) for one in shown]

    def suggest_many(self, texts: Iterable[str], k: int = 3, **options: object) -> list[list[Suggestion]]:
        """``suggest`` for each text, in the same order; takes the same options, which hold for all texts."""
        given = list(texts) if not isinstance(texts, (str, bytes)) else None
        if given is None:
            raise InputError(
                f"suggest_many(texts=…) takes a sequence of texts, got one {type(texts).__name__}; use suggest"
            )
        return [
            self.suggest(text, k, **options)  # type: ignore[arg-type]
            for text in progress(given, total=len(given), label="suggesting")
        ]

    def add(self, *, tickets: Iterable[Ticket] = (), articles: Iterable[Article] = ()) -> Self:
        """Take in new or changed records; a record whose id is known replaces the old one. Returns self.

        Args:
            tickets: Past tickets, as in ``KnowledgeBase.tickets``.
            articles: Articles, as in ``KnowledgeBase.articles``.

        Example:
            >>> suggester = Suggester(encoder="char-ngrams").fit(KnowledgeBase())
            >>> news = KnowledgeBase.from_records(articles=[{"id": "a", "title": "Strömavbrott", "body": "Vi felsöker."}])
            >>> suggester.add(articles=news.articles).suggest("strömavbrott", min_confidence=0)[0].id
            'a'
        """
        retriever = self._fitted()
        fresh = KnowledgeBase(tuple(tickets), tuple(articles))
        changed = retriever.book.add_articles(fresh.articles) | retriever.book.add_tickets(fresh.tickets)
        retriever.update(changed)
        self.kb_ = self.kb_.merge(fresh)
        return self

    def remove(self, ids: Collection[str]) -> Self:
        """Take out the tickets and articles with these ids, and all that was derived from them. Unknown ids are ignored."""
        if isinstance(ids, (str, bytes)):
            raise InputError(f"remove(ids=…) takes a collection of ids, got one {type(ids).__name__}; pass [id]")
        retriever = self._fitted()
        retriever.update(retriever.book.remove(ids))
        self.kb_ = self.kb_.without(ids)
        return self

    def forget(self, *, customer_id: str) -> int:
        """Erase a customer: the tickets and all that was derived from them leave this suggester; the next save lacks them.

        Returns:
            How many tickets were erased.
        """
        ids = [ticket.id for ticket in self._fitted_base().tickets if ticket.customer_id == customer_id]
        self.remove(ids)
        return len(ids)

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write everything into one folder, whole or not at all, and return the version's name.

        The folder holds the texts of the base, so guard it as you guard them. An encoder that is not fitted on the base
        is named by fingerprint, not copied.

        Raises:
            StoreError: The disk refuses; what was saved before is untouched.
        """
        retriever = self._fitted()
        facts = _facts(self, retriever)
        self.version_ = save_folder(
            path, lambda folder: write_snapshot(folder, self.kb_, retriever), kind=KIND, facts=facts
        )
        return self.version_

    @classmethod
    def load(
        cls, path: str | os.PathLike[str], *, encoder: str | Path | Encoder | None = None, threads: int = 1
    ) -> Self:
        """Read a saved folder after checking every byte of it.

        Args:
            path: The folder given to ``save``.
            encoder: Needed only where the saved encoder was an object of your own.
            threads: Threads of the encoder.

        Raises:
            CorruptStoreError: A file is damaged, missing or foreign.
            IncompatibleStoreError: Another format version, or the encoder is not the one it was saved with.
            InputError: Nothing is saved there.
        """
        opened, kb, retriever = load_folder(
            path, lambda found: (found, *read_snapshot(found, encoder, threads)), kind=KIND
        )
        spec = opened.facts["encoder"] if encoder is None else encoder
        weights = FusionWeights(**opened.facts["weights"]) if opened.facts["weights"] else None
        suggester = cls(encoder=spec, weights=weights, threads=threads)
        suggester.kb_, suggester.retriever_, suggester.version_ = kb, retriever, opened.version
        return suggester

    def _fitted(self) -> Retriever:
        retriever = getattr(self, "retriever_", None)
        if not isinstance(retriever, Retriever):
            raise NotFittedError(
                "this Suggester is not fitted: call fit(kb) first, or load a saved one with Suggester.load(path)"
            )
        return retriever

    def _fitted_base(self) -> KnowledgeBase:
        self._fitted()
        return self.kb_


def _facts(suggester: Suggester, retriever: Retriever) -> dict[str, object]:
    spec = suggester.encoder
    return {
        "encoder": str(spec) if isinstance(spec, (str, Path)) else "custom",
        "fingerprint": retriever.encoder.fingerprint,
        "dimension": retriever.encoder.dimension,
        "weights": asdict(suggester.weights) if suggester.weights else None,
        "tickets": len(suggester.kb_.tickets),
        "articles": len(suggester.kb_.articles),
    }


def _filters(
    language: str | None,
    channel: str | None,
    brand: str | None,
    kinds: Sequence[str],
    audience: Sequence[str],
    at: datetime | None,
) -> Filters:
    if at is not None and (not isinstance(at, datetime) or at.tzinfo is None):
        raise InputError(f"at must be a datetime with a time zone, got {type(at).__name__} without one; add tzinfo=UTC")
    return Filters(
        language=language,
        channel=channel,
        brand=brand,
        at=at,
        kinds=_subset(kinds, KINDS, "kinds"),
        audience=_subset(audience, ("public", "internal"), "audience"),
    )


def _subset(given: Sequence[str], allowed: tuple[str, ...], argument: str) -> tuple[str, ...]:
    if isinstance(given, str) or not given or not set(given) <= set(allowed):
        came = repr(given) if isinstance(given, str) else [str(item) for item in given]
        raise InputError(f"{argument} must be a sequence of some of {', '.join(allowed)}; got {came}")
    return tuple(sorted(set(given)))


def _positive(value: int, argument: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"{argument} must be a whole number of at least 1, got {value!r}")
    return value


def _share(value: float, argument: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise InputError(f"{argument} must be a number from 0 to 1, got {value!r}")
    return float(value)
