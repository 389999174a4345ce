"""Personal data out of replies: rules, known values, k-support, and slots that a new ticket fills."""

from faqsuggest.text.privacy.company import Company
from faqsuggest.text.privacy.known import KNOWN_KINDS
from faqsuggest.text.privacy.records import Kind, Policy, Redacted, Span
from faqsuggest.text.privacy.redact import redact
from faqsuggest.text.privacy.slots import PLACEHOLDERS, Filled, fill, key_of, open_slots
from faqsuggest.text.privacy.stated import STATED, stated
from faqsuggest.text.privacy.support import Support

__all__ = [
    "KNOWN_KINDS",
    "PLACEHOLDERS",
    "STATED",
    "Company",
    "Filled",
    "Kind",
    "Policy",
    "Redacted",
    "Span",
    "Support",
    "fill",
    "key_of",
    "open_slots",
    "redact",
    "stated",
]
