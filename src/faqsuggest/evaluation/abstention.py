"""What is gained by staying silent: see ``faqsuggest.abstention``, where a suggester finds it too."""

from faqsuggest.abstention import (
    Curve,
    at_threshold,
    augrc,
    augrc_p_value,
    aurc,
    coverage_at_precision,
    coverage_precision,
    paired,
    pessimistic_order,
    risk_coverage,
)

__all__ = [
    "Curve",
    "at_threshold",
    "augrc",
    "augrc_p_value",
    "aurc",
    "coverage_at_precision",
    "coverage_precision",
    "paired",
    "pessimistic_order",
    "risk_coverage",
]
