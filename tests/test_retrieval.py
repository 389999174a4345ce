import numpy as np
from contracts.small_base import ARTICLES, TICKETS, WordEncoder, article, ticket

from faqsuggest import KnowledgeBase, Suggester
from faqsuggest.filters import Filters
from faqsuggest.retrieval import read_inquiries, search

ENCODER = WordEncoder()


def units_of(tickets=TICKETS, articles=ARTICLES):
    return Suggester(encoder=ENCODER).fit(KnowledgeBase(tuple(tickets), tuple(articles))).units_


def found(units, text, k=3, **filters):
    (inquiry,) = read_inquiries([text], None, ENCODER)
    return {row.answer.key: row for row in search(units, inquiry, k, Filters(**filters))}


def test_messages_are_read_to_their_question():
    inquiries = read_inquiries(
        ["Hej!\nVar är mitt paket?\n\nMvh\nAnna", "  ", "Where is my parcel please?"], None, ENCODER
    )
    assert [one and (one.text, one.language) for one in inquiries] == [
        ("Var är mitt paket?", "sv"),
        None,
        ("Where is my parcel please?", "en"),
    ]
    np.testing.assert_array_equal(inquiries[0].vector, ENCODER.encode_queries(["Var är mitt paket?"])[0])
    assert "var är mitt paket" in inquiries[0].folded


def test_evidence_is_exact():
    text = "paketet har inte kommit fram"
    row = found(units_of(), text)["reply:t-sen"]

    def cosine(other):
        return float(ENCODER.encode_queries([text])[0] @ ENCODER.encode_queries([other])[0])

    assert abs(row.question - max(cosine(TICKETS[1].question), cosine(TICKETS[2].question))) < 1e-6
    assert abs(row.text - cosine(TICKETS[2].reply)) < 1e-6
    assert row.passage == row.text
    assert (row.case, row.repeat, row.matched) == (TICKETS[2], False, "")
    assert 0 < row.lexical_question < 1


def test_best_sentence_of_a_long_article():
    long = article(
        "long", "Allmänt om oss. Vi finns i tre länder. Katten får följa med på tåget. Ring gärna.", title="Om"
    )
    row = found(units_of(articles=(*ARTICLES, long)), "får katten följa med")["article/long"]
    assert row.matched == "Katten får följa med på tåget."
    assert row.passage > row.text


def test_an_answer_in_a_language_spelt_otherwise_is_marked():
    articles = [article("fi", "Vaihda salasana", language="fi"), article("nb", "Bytt passord", language="nb")]
    rows = found(units_of((), articles), "hvordan skifter jeg min adgangskode til appen?")
    assert {key: row.readable for key, row in rows.items()} == {"article/fi": False, "article/nb": True}


def test_only_questions_are_left_by_the_filters():
    units = units_of([ticket("t", "paket?", "Paketet kommer.", channel="mail")], ())
    assert found(units, "paket?", channel="chat") == {}
