"""From texts to suggestions: many inquiries go through every stage together, each with what it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from faqsuggest import evidence, reasons
from faqsuggest.calibrated import Confidence
from faqsuggest.data.shield import Shield
from faqsuggest.encoders import Encoder
from faqsuggest.offering import offer
from faqsuggest.policy import Policy
from faqsuggest.ranking import FusionWeights, rank
from faqsuggest.records import Suggestion
from faqsuggest.request import Request
from faqsuggest.retrieval import read_inquiries, search_many
from faqsuggest.sending import ready
from faqsuggest.text import edits
from faqsuggest.units import Units


@dataclass(frozen=True, slots=True)
class Answering:
    """All that an inquiry meets on its way.

    Attributes:
        units: Of the base.
        encoder: Fitted.
        shield: How personal data in an inquiry is treated.
        weights: Of the fixed hybrid.
        confidence: None leaves confidences uncalibrated.
        policy: Decides what is shown where a request names no least confidence.
        version: Of the saved folder.
    """

    units: Units
    encoder: Encoder
    shield: Shield
    weights: FusionWeights
    confidence: Confidence | None
    policy: Policy | None
    version: str

    def suggestions(
        self, texts: Sequence[str], requests: Sequence[Request], values: Sequence[Mapping[str, str]]
    ) -> list[list[Suggestion]]:
        """What is shown for each text.

        Args:
            texts: As they came.
            requests: One for each text, alike but for moment and language.
            values: For each text what fills slots, by kind.
        """
        suggested: list[list[Suggestion]] = [[] for _ in texts]
        if not len(self.units) or not texts:
            return suggested
        shielded = [self.shield.read(text) for text in texts]
        asked = [found.text if found else text for text, found in zip(texts, shielded, strict=True)]
        spoken = [request.filters.language for request in requests]
        read = read_inquiries(asked, spoken, self.encoder, self.units.languages())
        told = {place: inquiry for place, inquiry in enumerate(read) if inquiry is not None}
        with self.units.reading():
            filters = [requests[place].filters for place in told]
            found = search_many(self.units, list(told.values()), requests[0].k, filters)
            shown = [
                offer(rank(rows, self.weights), inquiry, requests[place], self.confidence, self.policy, self.version)
                for rows, (place, inquiry) in zip(found, told.items(), strict=True)
            ]
        for place, each in zip(told, shown, strict=True):
            spans = redacted.spans if (redacted := shielded[place]) else None
            suggested[place] = ready(
                each, texts[place], values[place], spans=spans, public=self.shield.mode == "public"
            )
        return suggested


def forget_texts() -> None:
    """Drop what this process remembers of texts that it compared word by word."""
    for remembers in (evidence, reasons, edits):
        remembers.forget_texts()
