"""What stands between a history and everything derived from it: personal data is templated before it is embedded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from faqsuggest.data.redaction import customer_of, learn_policy, redact_tickets
from faqsuggest.errors import InputError
from faqsuggest.records import Article, Ticket
from faqsuggest.text.privacy import Company, Policy, Redacted, redact

LONGEST_INQUIRY = 4_000
"""Characters; a question that long never comes twice, and only its first hundreds are compared by meaning."""
MODES = ("agents", "public", "off")


@dataclass(frozen=True, slots=True)
class Shield:
    """One way to treat personal data, with what was learnt for it.

    Attributes:
        mode: "agents" replaces what the rules know and the company does not own, for readers who may open the tickets
            anyway; "public" also masks words and numbers that fewer than five customers share, and withholds replies
            that lose too much by it; "off" changes nothing, for bases that are redacted already.
        policy: What was learnt; None with "off".
    """

    mode: str
    policy: Policy | None

    @classmethod
    def learn(cls, mode: str, tickets: Sequence[Ticket], articles: Iterable[Article]) -> Self:
        """Learn from a history, redacted before or not, what the company owns and what customers share.

        Raises:
            InputError: There is no such mode.
        """
        if mode not in MODES:
            raise InputError(f"privacy must be one of {', '.join(MODES)}, got {mode!r}")
        if mode == "off":
            return cls(mode, None)
        if mode == "public":
            return cls(mode, learn_policy(tickets, articles))
        published = [f"{article.title}\n{article.body}" for article in articles if article.audience == "public"]
        replies = ((customer_of(ticket), ticket.reply) for ticket in tickets if ticket.reply)
        return cls(mode, Policy(company=Company.learn(replies, published)))

    @classmethod
    def restore(cls, facts: Mapping[str, Any]) -> Self:
        """Take up what ``facts`` said. What customers share is not among it: see ``complete``."""
        company = Company(frozenset(facts["values"]), frozenset(facts["domains"]))
        return cls(facts["mode"], None if facts["mode"] == "off" else Policy(company=company))

    @property
    def facts(self) -> dict[str, Any]:
        """The mode and the company's own values, JSON-ready."""
        company = (self.policy.company if self.policy else None) or Company()
        return {"mode": self.mode, "values": sorted(company.values), "domains": sorted(company.domains)}

    def complete(self, tickets: Iterable[Ticket], articles: Iterable[Article]) -> Self:
        """This shield, with what customers share learnt anew where a restored one lacks it."""
        lacking = self.mode == "public" and self.policy is not None and self.policy.support is None
        return type(self).learn(self.mode, tuple(tickets), articles) if lacking else self

    def tickets(self, tickets: Sequence[Ticket]) -> tuple[Ticket, ...]:
        """The tickets as they may be embedded, indexed and shown."""
        if self.policy is None:
            return tuple(tickets)
        return redact_tickets(tickets, self.policy, withhold=self.mode == "public")[0]

    def inquiry(self, text: str) -> str:
        """An inquiry treated as past questions are, so that it meets them in the same words; very long ones stay."""
        read = self.read(text)
        return text if read is None else read.text

    def read(self, text: str) -> Redacted | None:
        """The same with the spans of what was replaced; None where nothing is looked for."""
        if self.policy is None or len(text) > LONGEST_INQUIRY:
            return None
        return redact(text, policy=replace(self.policy, support=None))
