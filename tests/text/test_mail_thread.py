from datetime import UTC, datetime, timedelta

import pytest

from faqsuggest.text.mail_thread import Message, find_answer, merge_bursts, split_thread

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


def said(author, text, minutes=0):
    return Message(text, author, NOON + timedelta(minutes=minutes))


def test_split_thread_gives_each_message_once_newest_first():
    mail = (
        "Tack, nu fungerar det!\n\nDen ons 5 mars 2025 kl 10:41 skrev Support <s@b.example>:\n> Starta om appen.\n>\n"
        "> Den tis 4 mars 2025 kl 09:00 skrev Bo <bo@example.com>:\n>> Appen hänger sig."
    )
    assert split_thread(mail) == ["Tack, nu fungerar det!", "Starta om appen.", "Appen hänger sig."]


def test_split_thread_of_one_message():
    assert split_thread("Var är ordern?") == ["Var är ordern?"]
    assert split_thread("") == []


def test_bursts_merge_until_the_gap_or_the_other_side():
    messages = [
        said("customer", "hej"),
        said("customer", "appen hänger sig", 1),
        said("customer", "appen hänger sig", 2),
        said("agent", "Hej!", 3),
        said("customer", "hallå", 4),
        said("customer", "ny fråga", 60),
    ]
    merged = merge_bursts(messages)
    assert [message.text for message in merged] == ["hej\nappen hänger sig", "Hej!", "hallå", "ny fråga"]
    assert merged[0].sent_at == NOON


def test_the_first_reply_of_substance_answers():
    thread = [
        said("customer", "Hej!\nHur länge är garantin på kylskåpet?\nMvh Bo"),
        said("agent", "Vi har tagit emot ditt ärende och svarar inom ett dygn.", 1),
        said("agent", "Hej Bo!\nVilken modell gäller det?\nMvh Kim", 60),
        said("customer", "KX 200", 90),
        said("agent", "Hej Bo!\nGarantin är tre år från köpet.\nMvh Kim", 120),
    ]
    assert find_answer(thread) == (
        "Hur länge är garantin på kylskåpet?\nKX 200",
        "Hej Bo!\nGarantin är tre år från köpet.\nMvh Kim",
    )


def test_thanks_point_at_the_answer():
    thread = [
        said("customer", "Appen hänger sig"),
        said("agent", "Du kan starta om telefonen och försöka igen.", 10),
        said("customer", "Hjälpte inte", 20),
        said("agent", "Då behöver du avinstallera appen och ladda ner den på nytt.", 30),
        said("customer", "Tack, nu går det!", 40),
    ]
    assert find_answer(thread)[1].startswith("Då behöver du")


@pytest.mark.parametrize(
    "reply",
    [
        "We have received your request.",
        "Jag kollar upp det och hör av mig.",
        "Kan du skicka ordernumret?",
        "Palaamme asiaan pian.",
        "Hei! Jeg kommer tilbake til deg i løpet av dagen.",
    ],
)
def test_receipts_holding_and_questions_do_not_answer(reply):
    assert find_answer([said("customer", "Var är paketet?"), said("agent", reply, 5)]) is None


def test_an_answer_needs_an_inquiry_before_it():
    assert find_answer([said("agent", "Din order är skickad med posten i dag.")]) is None
