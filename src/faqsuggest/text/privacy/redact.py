"""From a reply as sent to a reply that may be shown: every personal value becomes a placeholder."""

from __future__ import annotations

from collections.abc import Sequence

from faqsuggest.errors import InputError
from faqsuggest.text.language import detect_language
from faqsuggest.text.normalise import as_text, normalise
from faqsuggest.text.privacy.align import align
from faqsuggest.text.privacy.company import is_ours_by_context
from faqsuggest.text.privacy.contacts import find_links, find_places
from faqsuggest.text.privacy.digits import find_births, find_digits
from faqsuggest.text.privacy.frames import find_framed_names
from faqsuggest.text.privacy.introductions import find_introduced_names
from faqsuggest.text.privacy.known import Known, find_known
from faqsuggest.text.privacy.names import find_names, spread_names
from faqsuggest.text.privacy.records import COMPANY_KINDS, Claims, Policy, Redacted, Span
from faqsuggest.text.privacy.slots import PLACEHOLDERS, placeholders, render

_LANGUAGES = tuple(PLACEHOLDERS)
_NUMBERS = frozenset(("phone", "account", "reference", "order"))


def redact(text: str, known: Known | None = None, policy: Policy | None = None) -> Redacted:
    r"""Replace personal data by placeholders in the text's language.

    Known values first, then links, addresses, numbers and names by rules, then, with a fitted ``policy.support``,
    everything that too few customers' replies share. Rules alone are no guarantee: a text is ``safe`` only when
    nothing uncertain is left.

    Placeholders that the text already has stay as they are.

    Args:
        text: A reply or question as it was written.
        known: Values of the ticket by kind, such as ``{"customer": "Anna Ek", "order": "48213377"}``; see
            ``KNOWN_KINDS``. A value may be a sequence of values.
        policy: See ``Policy``.

    Raises:
        InputError: ``text`` is not a string, ``known`` does not map kinds to texts, or ``policy`` is no ``Policy``.

    Example:
        >>> redact("Hej Anna!\nVi ringer 070-174 06 05.\nMvh Karin").text
        'Hej {kundens namn}!\nVi ringer {telefon}.\nMvh {agentens namn}'
    """
    policy = Policy() if policy is None else policy
    if not isinstance(policy, Policy):
        raise InputError(f"policy must be a Policy or None, got {type(policy).__name__}")
    clean, positions = align(as_text(text, argument="text"))
    claims = Claims.of(clean, policy.language)
    for start, end in placeholders(clean):
        claims.block(start, end)
    if known is not None:
        find_known(claims, known)
    find_links(claims)
    find_places(claims)
    find_digits(claims)
    reasons = _spare_company(claims, policy)
    find_framed_names(claims)
    find_introduced_names(claims)
    doubtful = find_names(claims)
    spread_names(claims)
    find_births(claims)
    reasons += _apply_support(claims, policy, doubtful)
    spans = sorted(claims.spans)
    language = policy.language or (detect_language(clean[:240], _LANGUAGES).best if spans else "en")
    shown = normalise(render(clean, spans, language))
    return Redacted(shown, _in_given(spans, positions), not reasons, tuple(sorted(set(reasons))))


def _spare_company(claims: Claims, policy: Policy) -> list[str]:
    """Give back the values that are the company's own; reasons to doubt what was given back."""
    kept: list[Span] = []
    reasons: list[str] = []
    previous: tuple[int, str] = (-99, "")
    for span in sorted(claims.spans):
        value = claims.text[span.start : span.end]
        if policy.company is not None:
            ours = (span.kind in COMPANY_KINDS or span.kind in _NUMBERS) and policy.company.owns(span.kind, value)
        elif span.kind == "link":
            ours = True
            reasons.append("unconfirmed-link")
        else:
            ours = is_ours_by_context(claims, span) or (previous[1] == span.kind and span.start - previous[0] <= 9)
            reasons += ["unconfirmed-number"] if ours else []
        previous = (span.end, span.kind if ours else "")
        if not ours:
            kept.append(span)
    claims.spans[:] = kept
    return reasons


def _apply_support(claims: Claims, policy: Policy, doubtful: bool) -> list[str]:
    if policy.support is None:
        return ["unconfirmed-name"] if doubtful else []
    masked = policy.support.mask(claims)
    return ["too-much-masked"] if masked > policy.max_masked else []


def _in_given(spans: list[Span], positions: Sequence[int]) -> tuple[Span, ...]:
    return tuple(Span(positions[span.start], positions[span.end], span.kind) for span in spans)
