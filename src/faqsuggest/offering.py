"""From ranked candidates to what is shown: confidences, the policy, the reasons."""

from __future__ import annotations

from collections.abc import Sequence

from faqsuggest.calibrated import Confidence
from faqsuggest.confidence import assess
from faqsuggest.policy import Policy, groups_of
from faqsuggest.ranking import Ranked
from faqsuggest.reasons import suggestion_of
from faqsuggest.records import Suggestion
from faqsuggest.request import Request
from faqsuggest.retrieval import Inquiry

UNCALIBRATED_THRESHOLD = 0.5
"""What a confidence must reach for a suggestion to be offered where nothing is known about the encoder."""


def offer(
    ranked: Sequence[Ranked],
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
        suggestion = suggestion_of(one, inquiry, request.filters, version, auto_ok=sure)
        if _is_offered(suggestion, request, policy):
            offered.append(suggestion)
    return offered


def _is_offered(suggestion: Suggestion, request: Request, policy: Policy | None) -> bool:
    if request.threshold is not None or policy is None:
        least = UNCALIBRATED_THRESHOLD if request.threshold is None else request.threshold
        return suggestion.confidence >= least
    channel, brand = request.filters.channel, request.filters.brand
    groups = groups_of(kind=suggestion.kind, tags=suggestion.tags, channel=channel, brand=brand)
    return policy.offers(suggestion.confidence, groups, brand)
