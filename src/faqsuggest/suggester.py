"""The library's front door: fit on a base, suggest for an inquiry, keep up to date, save and load."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from faqsuggest.answering import Answering, forget_texts
from faqsuggest.calibrated import Confidence, calibrate, own_order
from faqsuggest.calibration_report import CalibrationReport
from faqsuggest.data.answers import article_text, question_text, texts_of
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.data.redaction import without_customer
from faqsuggest.data.shield import Shield
from faqsuggest.encoders import Encoder, load_encoder
from faqsuggest.errors import InputError, NotFittedError
from faqsuggest.feedback.collecting import Collecting
from faqsuggest.feedback.records import Showing
from faqsuggest.listwise import Ranking
from faqsuggest.outcomes import ask, cases_of
from faqsuggest.parameters import Parameters
from faqsuggest.policy import Policy
from faqsuggest.progress import progress
from faqsuggest.ranking import FusionWeights
from faqsuggest.records import Article, Suggestion, Ticket
from faqsuggest.request import KINDS, Request, ids_of, records_of, slot_values, slot_values_of_many
from faqsuggest.snapshot import facts_of, read_snapshot, spec_of, write_snapshot
from faqsuggest.store.folder import load_folder, save_folder
from faqsuggest.text.normalise import as_text
from faqsuggest.units import Units

_BATCH = 128
log = logging.getLogger(__name__)
KIND = "suggester"


class Suggester(Collecting, Parameters):
    """Ranked suggestions for new inquiries, from past tickets and articles.

    Args:
        encoder: "default" (shipped), "char-ngrams", a model folder or hub name, or an ``Encoder``.
        weights: What each leg of the evidence is worth; None takes the weights chosen for the encoder.
        cache: Folder that keeps vectors between fits, so that a refit embeds only what is new.
        precision: Share of the offered suggestions that must be right; by group too:
            ``{"all": 0.9, "brand:acme": 0.95, "tag:faktura": 0.99, "channel:chat": 0.8, "kind:reply": 0.95}``.
        modes: When to offer: "sure" (the precision holds), "always", or "tagged" (sure, with one of ``tagged``); for
            all, or by brand: ``{"acme": "always", "all": "sure"}``.
        tagged: Tags for the mode "tagged".
        privacy: How personal data in past tickets is treated before anything is embedded; see ``data.shield.Shield``.
            "agents" templates it, "public" also withholds replies that fewer than five customers share, "off" trusts
            the base as it comes.
        threads: Threads of the encoder.

    Example:
        >>> kb = KnowledgeBase.from_records(articles=[
        ...     {"id": "a1", "title": "Glömt lösenord", "body": "Klicka på Glömt lösenord."},
        ...     {"id": "a2", "title": "Sen leverans", "body": "Spåra paketet under Mina order."},
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
        precision: float | Mapping[str, float] = 0.9,
        modes: str | Mapping[str, str] = "sure",
        tagged: Sequence[str] = (),
        privacy: str = "agents",
        threads: int = 1,
    ) -> None:
        self.encoder = encoder
        self.weights = weights
        self.cache = cache
        self.precision = precision
        self.modes = modes
        self.tagged = tagged
        self.privacy = privacy
        self.threads = threads

    @property
    def kb_(self) -> KnowledgeBase:
        """The records that suggestions are made from, as they are now; a new value at every access."""
        units = self._fitted()
        with units.reading():
            return KnowledgeBase(tuple(units.book.tickets.values()), tuple(units.book.articles.values()))

    def fit(self, kb: KnowledgeBase) -> Self:
        """Embed and index a base; what was fitted before is replaced only when this succeeds. Returns self.

        Raises:
            InputError: ``kb`` is not a KnowledgeBase, or the encoder is not known or broken.
        """
        if not isinstance(kb, KnowledgeBase):
            raise InputError(
                f"Suggester.fit(kb) takes a KnowledgeBase, got {type(kb).__name__}; "
                "make one with KnowledgeBase.from_frames(tickets=…, articles=…)"
            )
        shield = Shield.learn(self.privacy, kb.tickets, kb.articles)
        kb = KnowledgeBase(shield.tickets(kb.tickets), kb.articles)
        encoder = load_encoder(self.encoder, threads=self.threads)
        texts = [article_text(article) for article in kb.articles] + [question_text(each) for each in kb.tickets]
        if texts:
            encoder.fit(texts)
        units = Units(encoder, encoder.dimension)
        if self.cache is not None:
            units.remember(self.cache)
        units.change(lambda book: book.add_articles(kb.articles) | book.add_tickets(kb.tickets))
        self._take(encoder, units, "", Confidence.shipped(encoder))
        self.shield_ = shield
        log.info("fitted on %d records: %d answers", len(kb), len(units.book.answers))
        return self

    def suggest(
        self,
        text: str,
        k: int = 3,
        *,
        language: str | None = None,
        channel: str | None = None,
        brand: str | None = None,
        kinds: Sequence[str] = KINDS,
        audience: Sequence[str] = ("public",),
        at: datetime | None = None,
        min_confidence: float | None = None,
        fill: Mapping[str, str] | None = None,
        showing: Showing | None = None,
    ) -> list[Suggestion]:
        """Suggestions for one inquiry, best first; empty when nothing is safe to show or the text holds no word.

        Args:
            text: The inquiry as it came, greeting, story and signature included.
            k: At most so many, each another answer.
            language: Only answers for readers of this language, in it or one of its fallbacks; None allows all and
                finds out by itself which language to prefer.
            channel: Only past replies of this channel.
            brand: Only answers of this brand or of none.
            kinds: Kinds of answers: "reply", "article", "standard".
            audience: Audiences of articles: add "internal" for staff.
            at: Moment at which articles must be valid; now when None.
            min_confidence: Offer only from this confidence on; 0 never abstains; None takes the policy's threshold.
            fill: The new ticket's values for slots of replies, such as ``{"customer": "Eva"}``; see ``sending.ready``.
            showing: To whom the list is shown, and for which case: writes it to the feedback log, so that ``feedback``
                can say what became of it. None writes nothing.

        Raises:
            InputError: An argument cannot be used; the message says which, what is allowed and what came.
            NotFittedError: Neither ``fit`` nor ``load`` was called.

        Example:
            >>> Suggester(encoder="char-ngrams").fit(KnowledgeBase()).suggest("hej")
            []
        """
        request = Request.of(
            k,
            language=language,
            channel=channel,
            brand=brand,
            kinds=kinds,
            audience=audience,
            at=at,
            min_confidence=min_confidence,
        )
        asked = as_text(text, argument="text")
        found = self._suggest([asked], [request], [slot_values(fill, "fill")])[0]
        return self._show(asked, found, showing, request.filters)

    def suggest_many(
        self,
        texts: Iterable[str],
        k: int = 3,
        *,
        language: str | None = None,
        channel: str | None = None,
        brand: str | None = None,
        kinds: Sequence[str] = KINDS,
        audience: Sequence[str] = ("public",),
        at: datetime | None = None,
        min_confidence: float | None = None,
        fill: Sequence[Mapping[str, str]] | None = None,
        moments: Sequence[datetime] | None = None,
        languages: Sequence[str | None] | None = None,
        reasons: bool = True,
    ) -> list[list[Suggestion]]:
        """``suggest`` for each text, in the same order; the options are those of ``suggest`` and hold for all texts.

        ``fill`` has one mapping for each text; ``moments`` and ``languages`` one in place of ``at`` and ``language``.
        Without ``reasons``, which take their time, ``Suggestion.why`` names no words, case, tags and notes.

        Raises:
            InputError: As for ``suggest``; also when ``texts`` is a single text, or one of these three has another
                length.
            NotFittedError: Neither ``fit`` nor ``load`` was called.
        """
        if isinstance(texts, (str, bytes)) or not isinstance(texts, Iterable):
            raise InputError(f"texts must be a sequence of texts, got one {type(texts).__name__}; use suggest for one")
        request = Request.of(
            k,
            language=language,
            channel=channel,
            brand=brand,
            kinds=kinds,
            audience=audience,
            at=at,
            min_confidence=min_confidence,
            reasons=reasons,
        )
        given = [as_text(text, argument=f"texts[{i}]") for i, text in enumerate(texts)]
        values, requests = slot_values_of_many(fill, len(given)), request.each(len(given), moments, languages)
        starts = progress(range(0, len(given), _BATCH), total=-(-len(given) // _BATCH), label="suggesting")
        parts = (slice(start, start + _BATCH) for start in starts)
        return [found for part in parts for found in self._suggest(given[part], requests[part], values[part])]

    def add(self, *, tickets: Iterable[Ticket] = (), articles: Iterable[Article] = ()) -> Self:
        """Take in new or changed records; a record whose id is known replaces the old one. Returns self.

        Args:
            tickets: Past tickets, as in ``KnowledgeBase.tickets``.
            articles: Articles, as in ``KnowledgeBase.articles``.

        Example:
            >>> suggester = Suggester(encoder="char-ngrams").fit(KnowledgeBase())
            >>> news = KnowledgeBase.from_records(articles=[{"id": "a", "title": "Avbrott", "body": "Vi felsöker."}])
            >>> suggester.add(articles=news.articles).suggest("avbrott", min_confidence=0)[0].id
            'a'
        """
        units = self._fitted()
        new_tickets, new_articles = records_of(tickets, Ticket, "tickets"), records_of(articles, Article, "articles")
        if not len(units):  # an encoder that learns has not learnt yet
            by_id = ({each.id: each for each in new_tickets}, {each.id: each for each in new_articles})
            return self.fit(KnowledgeBase(tuple(by_id[0].values()), tuple(by_id[1].values())))
        self.shield_ = self.shield_.complete(units.book.tickets.values(), units.book.articles.values())
        shielded = self.shield_.tickets(new_tickets)
        units.change(lambda book: book.add_articles(new_articles) | book.add_tickets(shielded))
        self.version_ = ""
        return self

    def remove(self, ids: Collection[str]) -> Self:
        """Take out the tickets and articles with these ids, and all that was derived from them. Returns self.

        Args:
            ids: Those that are not known are ignored.
        """
        gone = ids_of(ids)
        self._fitted().change(lambda book: book.remove(gone))
        self.version_ = ""
        return self

    def forget(self, *, customer_id: str) -> int:
        """Erase a customer: tickets, whole threads and all derived from them leave this suggester and its next save.

        Their slates leave the feedback log in use, their vectors the folder ``cache``. An encoder fitted on the base
        keeps what it learnt: fit again.

        Returns:
            How many tickets were erased.
        """
        if not isinstance(customer_id, str):
            raise InputError(f"customer_id must be a text, got {type(customer_id).__name__}")
        tickets = self.kb_.tickets
        _, ids = without_customer(tickets, customer_id)
        self.remove(ids)
        forget_texts()
        if self.cache is not None:
            self._fitted().forget_vectors(texts_of(ticket for ticket in tickets if ticket.id in ids), Path(self.cache))
        if self.feedback_log_ is not None:
            self.feedback_log_.forget(customer_id, ids)
        return len(ids)

    def calibrate(
        self, kb_or_pairs: KnowledgeBase | Iterable[tuple[str, Iterable[str] | str | None]]
    ) -> CalibrationReport:
        """Learn from known outcomes what a confidence is worth here, choose thresholds, and say what changed.

        Give inquiries that are newer than the base: their own replies must not be in it.

        Args:
            kb_or_pairs: A KnowledgeBase, whose tickets that are not in the fitted base become the inquiries (right is
                the reply that was sent, in any wording, and each article that was linked); or pairs of an inquiry and
                the id or ids of what is right for it, None when nothing is, oldest first.

        Returns:
            The report; it is saved with the suggester and stands in ``confidence_.report``.

        Raises:
            InputError: No inquiry has a known outcome, an id is not in the base, or, for an encoder that nothing ships
                for, there are fewer than 120.
            NotFittedError: Neither ``fit`` nor ``load`` was called.
        """
        units = self._fitted()
        with units.reading():
            cases = cases_of(kb_or_pairs, units.book, self.shield_)
        outcomes = ask(units, self.encoder_, self.ranking, cases)
        confidence, report = calibrate(outcomes, self.confidence_, order=own_order(outcomes, self.confidence_))
        self.use_confidence(confidence)
        return report

    def use_confidence(self, confidence: Confidence) -> Self:
        """Take over a confidence that was learnt elsewhere, as ``training.ranker`` does. Returns self."""
        self._take(self.encoder_, self._fitted(), "", confidence)
        return self

    @property
    def ranking(self) -> Ranking:
        """How candidates are ordered."""
        learnt = self.confidence_
        weights = self.weights or (learnt.weights if learnt is not None else None) or FusionWeights()
        return Ranking(weights, learnt.ranker if learnt is not None else None)

    def save(self, path: str | os.PathLike[str], *, keep: int = 1, record: Callable[[Path], None] | None = None) -> str:
        """Write everything into one folder, whole or not at all, and return the version's name.

        The folder holds the texts of the base, so guard it as you guard them. An encoder that is not fitted on the base
        is named by fingerprint, not copied.

        Args:
            path: The folder; made when missing.
            keep: How many versions remain, this one included; older ones are removed, with all their texts.
            record: Called with the folder of the version, to put a card and reports beside the model.

        Raises:
            StoreError: The disk refuses; what was saved before is untouched.
        """
        units = self._fitted()
        with units.reading():
            self.version_ = save_folder(
                path,
                lambda folder: write_snapshot(folder, units, self.encoder_, self.confidence_, record),
                kind=KIND,
                facts=facts_of(path, units, self.encoder_, self.shield_, self.get_params()),
                keep=keep,
            )
        self._beside(path)
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
        opened, (fitted, units, confidence) = load_folder(
            path, lambda found: (found, read_snapshot(found, encoder, threads)), kind=KIND
        )
        spec = spec_of(opened) if encoder is None else encoder
        weights = FusionWeights(**opened.facts["weights"]) if opened.facts["weights"] else None
        privacy, policy = opened.facts["shield"]["mode"], opened.facts["policy"]
        suggester = cls(encoder=spec, weights=weights, threads=threads, privacy=privacy, **policy)
        suggester._take(fitted, units, opened.version, confidence)
        suggester.shield_ = Shield.restore(opened.facts["shield"])
        suggester._beside(path)
        return suggester

    def _take(self, encoder: Encoder, units: Units, version: str, confidence: Confidence | None) -> None:
        policy = self._policy(confidence)
        self.encoder_, self.units_, self.version_ = encoder, units, version
        self.confidence_, self.policy_ = confidence, policy

    def _policy(self, confidence: Confidence | None) -> Policy | None:
        return None if confidence is None else confidence.policy(self.precision, self.modes, self.tagged)

    def _fitted(self) -> Units:
        units = getattr(self, "units_", None)
        if not isinstance(units, Units):
            raise NotFittedError(
                "this Suggester is not fitted: call fit(kb) first, or load a saved one with Suggester.load(path)"
            )
        return units

    def _suggest(
        self, texts: Sequence[str], requests: Sequence[Request], values: Sequence[Mapping[str, str]]
    ) -> list[list[Suggestion]]:
        answering = Answering(
            self._fitted(),
            self.encoder_,
            self.shield_,
            self.ranking.weights,
            self.confidence_,
            self.policy_,
            self.version_,
        )
        return answering.suggestions(texts, requests, values)
