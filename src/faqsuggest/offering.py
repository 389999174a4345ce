"""From ranked candidates to what is shown: confidences, the policy, the reasons."""

from __future__ import annotations

from faqsuggest.calibrated import Confidence
from faqsuggest.confidence import assess
from faqsuggest.policy import Policy, groups_of
from faqsuggest.ranking import RankedList
from faqsuggest.reasons import suggestion_of
from faqsuggest.records import Suggestion
from faqsuggest.request import Request
from faqsuggest.retrieval import Inquiry

UNCALIBRATED_THRESHOLD = 0.5
"""What a confidence must reach for a suggestion to be offered where nothing is known about the encoder."""


def offer(
    ranked: RankedList,
    inquiry: Inquiry,
    request: Request,
    confidence: Confidence | None,
    policy: Policy | None,
    version: str,
) -> list[Suggestion]:
    """The suggestions to show, best first.

    Args:
        ranked: All candidates, in the order of the fixed hybrid.
        inquiry: What was asked.
        request: How many are wanted, and from which confidence on.
        confidence: None leaves the uncalibrated numbers as they are.
        policy: Decides where the request names no least confidence; None for ``UNCALIBRATED_THRESHOLD``.
        version: Of the saved folder.
    """
    if confidence is not None:
        ranked = assess(ranked, inquiry, confidence.calibrator, ranker=confidence.ranker, at=request.filters.at)
    offered = []
    for place, one in enumerate(ranked[: request.k]):
        sure = policy is not None and place == 0 and one.confidence >= policy.automatic.confidence
        suggestion = suggestion_of(one, inquiry, request.filters, version, auto_ok=sure, reasons=request.reasons)
        if request.threshold is not None:
            wanted = suggestion.confidence >= request.threshold
        else:
            wanted = shows(suggestion, policy, channel=request.filters.channel, brand=request.filters.brand)
        if wanted:
            offered.append(suggestion)
    return offered


def shows(
    suggestion: Suggestion, policy: Policy | None, *, channel: str | None = None, brand: str | None = None
) -> bool:
    """Whether a suggestion is shown where nobody names a least confidence.

    Args:
        suggestion: With its final confidence.
        policy: None for ``UNCALIBRATED_THRESHOLD``.
        channel: That was asked for.
        brand: That was asked for.
    """
    if policy is None:
        return suggestion.confidence >= UNCALIBRATED_THRESHOLD
    groups = groups_of(kind=suggestion.kind, tags=suggestion.tags, channel=channel, brand=brand)
    return policy.offers(suggestion.confidence, groups, brand)
