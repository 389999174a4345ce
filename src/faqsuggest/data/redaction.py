"""Redacted tickets: what a company shares, learnt from the whole history, then every reply and question templated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from faqsuggest.forked import in_parts
from faqsuggest.progress import progress
from faqsuggest.records import Article, Ticket
from faqsuggest.text.privacy import Company, Policy, Support, redact
from faqsuggest.text.privacy.known import Known


@dataclass(frozen=True, slots=True)
class RedactionReport:
    """What a redaction did, without any of the values.

    Attributes:
        replies: Replies read.
        withheld: Replies not safe to suggest, by reason.
        masked: Spans replaced in questions and replies, by kind.
        company: The policy's company values that were learnt or listed: how many.
    """

    replies: int = 0
    withheld: tuple[tuple[str, int], ...] = ()
    masked: tuple[tuple[str, int], ...] = ()
    company: int = 0

    def __str__(self) -> str:
        withheld = ", ".join(f"{reason} {count}" for reason, count in self.withheld) or "none"
        masked = ", ".join(f"{kind} {count}" for kind, count in self.masked) or "none"
        return f"{self.replies} replies; withheld: {withheld}; masked: {masked}; company values kept: {self.company}"


def learn_policy(
    tickets: Sequence[Ticket],
    articles: Iterable[Article] = (),
    *,
    k: int = 5,
    allow: Iterable[str] = (),
    known: Mapping[str, Known] | None = None,
) -> Policy:
    """Learn from a history what is the company's own and what enough customers share.

    Args:
        tickets: The history; tickets without a customer count as one customer per thread, or per ticket.
        articles: Public articles are published text: their values and words may be shown.
        k: Different customers whose replies must share a word, number or value.
        allow: The company's own numbers, addresses and domains, which stay however seldom they are used.
        known: Ticket id to the ticket's known values (see ``redact``).
    """
    published = [f"{article.title}\n{article.body}" for article in articles if article.audience == "public"]
    replies = [(customer_of(ticket), ticket.reply, ticket) for ticket in tickets if ticket.reply]
    company = Company.learn(((customer, reply) for customer, reply, _ in replies), published, k=k).plus(
        Company.of(allow)
    )
    ruled = (
        (customer, redact(reply, (known or {}).get(ticket.id), Policy(language=ticket.language, company=company)).text)
        for customer, reply, ticket in progress(replies, total=len(replies), label="learning what replies share")
    )
    return Policy(company=company, support=Support.learn(ruled, published, k=k))


def redact_tickets(
    tickets: Sequence[Ticket],
    policy: Policy,
    known: Mapping[str, Known] | None = None,
    *,
    withhold: bool = True,
) -> tuple[tuple[Ticket, ...], RedactionReport]:
    """Tickets with templated questions, subjects and replies; by default a reply that is not safe becomes None.

    Questions keep every word that no rule takes for personal: they are matched, not sent.

    Args:
        tickets: What to redact; customer and agent ids stay, for counting and erasure.
        policy: From ``learn_policy``.
        known: Ticket id to the ticket's known values (see ``redact``).
        withhold: Whether a reply that is not safe becomes None; else it stays, templated as far as the rules know.
    """

    def redacted(part: Sequence[Ticket]) -> list[_Redacted]:
        rows = progress(part, total=len(part), label="redacting")
        return [_redacted(each, policy, (known or {}).get(each.id), withhold) for each in rows]

    rows = in_parts(redacted, tickets)
    masked: Counter[str] = Counter()
    withheld: Counter[str] = Counter()
    for row in rows:
        masked.update(row.masked)
        withheld.update(row.reasons)
    company = policy.company or Company()
    report = RedactionReport(
        replies=sum(1 for ticket in tickets if ticket.reply),
        withheld=tuple(sorted(withheld.items())),
        masked=tuple(sorted(masked.items())),
        company=len(company.values) + len(company.domains),
    )
    return tuple(row.ticket for row in rows), report


@dataclass(frozen=True, slots=True)
class _Redacted:
    ticket: Ticket
    masked: Counter[str]
    reasons: tuple[str, ...]


def _redacted(ticket: Ticket, policy: Policy, known: Known | None, withhold: bool) -> _Redacted:
    words = Policy(language=ticket.language, company=policy.company)
    question = redact(ticket.question, known, words)
    subject = redact(ticket.subject, known, words) if ticket.subject else None
    reply = redact(ticket.reply, known, replace(policy, language=ticket.language)) if ticket.reply else None
    masked: Counter[str] = Counter()
    for part in (question, subject, reply):
        masked.update(part.counts() if part else {})
    shown = replace(
        ticket,
        question=question.text,
        subject=subject.text if subject else ticket.subject,
        reply=reply.text if reply and (reply.safe or not withhold) else None,
    )
    return _Redacted(shown, masked, reply.reasons if reply else ())


def without_customer(tickets: Iterable[Ticket], customer_id: str) -> tuple[tuple[Ticket, ...], tuple[str, ...]]:
    """The tickets of everybody else, and the ids of the tickets taken out.

    A thread that a ticket of the customer belongs to goes as a whole: its other messages may quote the customer.
    """
    tickets = tuple(tickets)
    threads = {ticket.thread_id for ticket in tickets if ticket.customer_id == customer_id and ticket.thread_id}
    gone = {ticket.id for ticket in tickets if ticket.customer_id == customer_id or ticket.thread_id in threads}
    return tuple(ticket for ticket in tickets if ticket.id not in gone), tuple(sorted(gone))


def customer_of(ticket: Ticket) -> str:
    """Whom a ticket counts as: its customer, else its thread, else itself."""
    return ticket.customer_id or ticket.thread_id or ticket.id
