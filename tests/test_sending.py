"""Slots of suggestions: filled from the new ticket, visible while open, and then a bar to sending."""

import json
from datetime import UTC, datetime

import pytest

from faqsuggest import KnowledgeBase, Suggester
from faqsuggest.errors import InputError
from faqsuggest.records import Suggestion, Why
from faqsuggest.sending import ready
from faqsuggest.text.privacy import PLACEHOLDERS, fill, stated

REPLY = "Hej Anna!\nOrder 48213377 är skickad på nytt. Märk kvittot {name}.\nMvh Karin".format(name="{referens}")
PUBLIC_REPLY = "Hej Anna!\nRing oss på 08-465 004 00 så byter vi kortet.\nMvh Karin"


def tickets(n, reply, question="Paketet kom aldrig fram."):
    return [
        {
            "id": f"t{i}",
            "created_at": f"2026-01-{i + 1:02d}",
            "customer_id": f"c{i}",
            "subject": f"Xandriel{'abcdefgh'[i]} undrar",
            "question": f"{question} Zombret{'abcdefgh'[i]} väntar.",
            "reply": reply,
            "language": "sv",
        }
        for i in range(n)
    ]


@pytest.fixture(scope="module")
def suggester():
    return Suggester(encoder="char-ngrams").fit(KnowledgeBase.from_records(tickets=tickets(6, REPLY)))


def first(suggester, text, **options):
    return suggester.suggest(text, k=1, min_confidence=0, at=datetime(2026, 6, 1, tzinfo=UTC), **options)[0]


def test_open_slots_are_visible_and_block_sending(suggester):
    found = first(suggester, "paketet kom aldrig fram")
    assert found.open_slots == ("{kundens namn}", "{ordernummer}", "{referens}", "{agentens namn}")
    assert not found.sendable
    assert found.text.startswith("Hej {kundens namn}!\nOrder {ordernummer} är skickad")
    assert json.loads(json.dumps(found.to_dict()))["open_slots"] == list(found.open_slots)


def test_the_callers_values_fill_slots(suggester):
    values = {"customer": "Eva", "agent": "Bo", "order": "77120934", "reference": "R-1"}
    found = first(suggester, "paketet kom aldrig fram", fill=values)
    assert found.text == "Hej Eva!\nOrder 77120934 är skickad på nytt. Märk kvittot R-1.\nMvh Bo"
    assert found.sendable
    assert found.open_slots == ()


def test_the_inquirys_own_values_fill_what_the_caller_leaves_open(suggester):
    text = "Hej! Paketet kom aldrig fram, order 77120934.\nMvh Eva Ek"
    found = first(suggester, text, fill={"agent": "Bo", "customer": ""})
    assert found.text.startswith("Hej Eva Ek!\nOrder 77120934 är")
    assert found.open_slots == ("{referens}",)
    assert first(suggester, text, fill={"customer": "Frida"}).text.startswith("Hej Frida!")


def test_many_texts_have_a_mapping_each(suggester):
    found = suggester.suggest_many(
        ["paketet kom aldrig fram"] * 2, k=1, min_confidence=0, fill=[{"customer": "Eva"}, {"customer": "Bo"}]
    )
    assert [each[0].text.split("!")[0] for each in found] == ["Hej Eva", "Hej Bo"]


@pytest.mark.parametrize(
    ("fill", "message"),
    [
        ({"shoe": "42"}, "fill takes the keys customer, agent"),
        ({"customer": 3}, "fill must map kinds of slots to texts.*with other things than texts"),
        ("Eva", "fill must map kinds of slots to texts.*got str"),
        ([("customer", "Eva")], "fill must map .* got list"),
    ],
)
def test_values_that_cannot_be_used(suggester, fill, message):
    with pytest.raises(InputError, match=message):
        suggester.suggest("hej på er", fill=fill)


@pytest.mark.parametrize("fill", [{"customer": "Eva"}, [{}], "ab", 3])
def test_suggest_many_needs_one_mapping_for_each_text(suggester, fill):
    with pytest.raises(InputError, match="fill must have one mapping for each of the 2 texts"):
        suggester.suggest_many(["hej", "hallå"], fill=fill)


def test_a_values_words_are_not_in_the_error(suggester):
    with pytest.raises(InputError) as caught:
        suggester.suggest("hej på er", fill={"customer": "Hemlig Person", "shoe": "Annan Person"})
    assert "Person" not in str(caught.value)


def shown(text, kind="reply", **fields):
    return Suggestion(kind=kind, id="x", text=text, confidence=0.9, auto_ok=True, **fields)


def test_no_automatic_reply_with_an_open_slot():
    sure, unsure = ready([shown("Klart!"), shown("Hej {kundens namn}!")], "var är paketet", {})
    assert sure.auto_ok
    assert sure.sendable
    assert not unsure.auto_ok
    assert not unsure.sendable


@pytest.mark.parametrize("values", [{}, {"customer": "Bo"}, {"agent": "Bo"}], ids=str)
@pytest.mark.parametrize("names", PLACEHOLDERS.values(), ids=PLACEHOLDERS)
def test_each_slot_takes_what_the_inquiry_states(names, values):
    inquiry = "Hej! Var är order 48213377?\nSvara till eva.ek@example.com.\nMvh Eva Ek"
    known = {**stated(inquiry), **values}
    assert known.keys() >= {"customer", "email", "order"}
    for kind, name in names.items():
        (one,) = ready([shown(f"Om {{{name}}} och {{{name} 2}}.")], inquiry, values)
        assert one.text == f"Om {known.get(kind, f'{{{name}}}')} och {{{name} 2}}."
        assert one.open_slots == fill(one.text, {}).open


def test_standard_replies_have_slots_and_articles_have_none():
    standard, article = ready([shown("Hej {namn}!", "standard"), shown("Hej {namn}!", "article")], "", {"name": "Bo"})
    assert standard.text == "Hej Bo!"
    assert article.text == "Hej {namn}!"
    assert article.sendable


def test_strangers_do_not_see_past_questions_and_subjects():
    past = shown("Svar", title="Annas ärende", matched="Anna i trappa C", why=Why(passage=""))
    passage = shown("Text", "article", title="Rubrik", matched="Mening", why=Why(passage="Mening"))
    reply, article = ready([past, passage], "", {}, public=True)
    assert (reply.matched, reply.title) == ("", "")
    assert (article.matched, article.title) == ("Mening", "Rubrik")
    assert ready([past], "", {})[0].matched == "Anna i trappa C"


def test_the_public_mode_shows_no_word_that_few_customers_share():
    suggester = Suggester(encoder="char-ngrams", privacy="public").fit(
        KnowledgeBase.from_records(tickets=tickets(6, PUBLIC_REPLY, "Kortet är trasigt."))
    )
    found = suggester.suggest("kortet är trasigt", k=5, min_confidence=0)
    assert found
    words = str([each.to_dict() for each in found])
    assert "Zombret" not in words
    assert "Xandriel" not in words


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Hej! Var är order 48213377?\nMvh Anna Ek", {"customer": "Anna Ek", "order": "48213377"}),
        ("order 48213377 och order 48213378 saknas", {}),
        ("hej, når mig på eva@example.com\nmvh eva", {"customer": "Eva", "email": "eva@example.com"}),
        ("Hej Karin, ring 070-174 06 05", {}),
        ("", {}),
    ],
)
def test_what_an_inquiry_states(text, values):
    assert stated(text) == values
