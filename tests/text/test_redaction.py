from datetime import UTC, datetime

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.data.redaction import learn_policy, redact_tickets, without_customer
from faqsuggest.records import Article, Ticket


def ticket(number, reply, **fields):
    return Ticket(
        id=f"t{number}",
        created_at=datetime(2025, 3, 1, tzinfo=UTC),
        question=f"Hej! Var är order 4821337{number}? Mvh Qwyzzle",
        reply=reply,
        language="sv",
        customer_id=fields.pop("customer_id", f"c{number}"),
        **fields,
    )


HISTORY = [
    ticket(number, f"Hej Person{chr(97 + number)}!\nRing 08-465 004 00 så byter vi glaset.\nMvh Bo")
    for number in range(6)
]
RARE = ticket(7, "Hej Anna!\nRing 070-174 06 05 så byter Xandriel zombret hos granngården.\nMvh Bo")


def test_shared_words_and_values_stay_and_the_rest_goes():
    tickets, report = redact_tickets(HISTORY, learn_policy(HISTORY))
    assert {one.reply for one in tickets} == {
        "Hej {kundens namn}!\nRing 08-465 004 00 så byter vi glaset.\nMvh {agentens namn}"
    }
    assert tickets[0].question == "Hej! Var är order {ordernummer}? Mvh {agentens namn}"
    assert report.replies == 6
    assert report.withheld == ()
    assert dict(report.masked) == {"agent": 12, "customer": 6, "order": 6}


def test_a_reply_that_loses_too_much_is_withheld():
    tickets, report = redact_tickets([*HISTORY, RARE], learn_policy([*HISTORY, RARE]))
    assert tickets[-1].reply is None
    assert tickets[-1].question.startswith("Hej! Var är order")
    assert report.withheld == (("too-much-masked", 1),)
    assert "Xandriel" not in str(report)


def test_public_articles_support_words_and_internal_ones_do_not():
    public = Article(id="a", body="Zombret byter vi hos granngården.", title="Xandriel")
    internal = Article(id="b", body="Zombret byter vi hos granngården.", audience="internal")
    reply = ticket(8, "Zombret byter vi hos granngården.")
    assert redact_tickets([reply], learn_policy([*HISTORY, reply], [public]))[0][0].reply == reply.reply
    assert redact_tickets([reply], learn_policy([*HISTORY, reply], [internal]))[0][0].reply is None


def test_allowed_values_stay_however_rare():
    reply = ticket(8, "Ring 040-628 04 01 så byter vi glaset.")
    allowed = learn_policy([*HISTORY, reply], allow=["040-628 04 01"])
    assert redact_tickets([reply], allowed)[0][0].reply == reply.reply
    assert "040" not in redact_tickets([reply], learn_policy([*HISTORY, reply]))[0][0].reply


def test_one_customer_with_many_tickets_supports_nothing():
    same = [ticket(number, "Ring 08-465 004 00 så byter vi glaset.", customer_id="one") for number in range(8)]
    tickets, _ = redact_tickets(same, learn_policy(same))
    assert {one.reply for one in tickets} == {None}


def test_known_values_of_a_ticket():
    reply = ticket(9, "Ring 08-465 004 00 så byter vi glaset, qwyzzle.")
    known = {"t9": {"customer": "Qwyzzle"}}
    history = [*HISTORY, reply]
    assert redact_tickets([reply], learn_policy(history, known=known), known)[0][0].reply == (
        "Ring 08-465 004 00 så byter vi glaset, {kundens namn}."
    )


def test_redacting_twice_changes_nothing():
    base = KnowledgeBase(tickets=tuple(HISTORY))
    once = base.redacted()
    assert once.redaction.replies == 6
    assert once.redacted() == once
    assert base.redaction is None


def test_forgetting_takes_the_threads_along():
    base = KnowledgeBase(
        tickets=(ticket(1, "a", thread_id="x"), ticket(2, "b", thread_id="x"), ticket(3, "c"), ticket(4, "d"))
    )
    kept = base.forget(customer_id="c1")
    assert [one.id for one in kept.tickets] == ["t3", "t4"]
    assert without_customer(base.tickets, "c1")[1] == ("t1", "t2")
    assert base.forget(customer_id="nobody") == base
