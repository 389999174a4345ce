import numpy as np
import pytest
from contracts.small_base import article

from faqsuggest.candidates import Found
from faqsuggest.data.answers import Answer, Unit
from faqsuggest.evidence import COLUMNS, evidence
from faqsuggest.retrieval import Inquiry

ASKED = "Hej! Jag undrar varför kastrullen läcker"


def table_of(*bodies, asked=ASKED):
    rows = [
        Found(Answer(key, "article", ()), Unit(key, "article", article(key, body)), text=0.5)
        for key, body in zip("abcdefgh", bodies, strict=False)
    ]
    inquiry = Inquiry(asked, np.zeros(4, dtype=np.float32), "sv", frozenset())
    return evidence(rows, np.full(len(rows), 0.5), inquiry)


def column(table, name):
    return table[:, COLUMNS.index(name)]


def test_every_column_is_a_number_for_every_row():
    table = table_of("Hej, jag undrar varför.", "Kastrullen läcker vid nitarna.", "")
    assert table.shape == (3, len(COLUMNS))
    assert np.isfinite(table).all()


def test_words_of_the_subject_tell_more_than_more_words_of_any_message():
    table = table_of("Hej, jag undrar varför.", "Kastrullen läcker vid nitarna.")
    polite, subject = column(table, "answer_words")
    assert polite > subject, "four words against two"
    for name in ("telling_answer", "telling_rare"):
        polite, subject = column(table, name)
        assert 0.0 < polite < subject < 1.0


@pytest.mark.parametrize(
    ("asked", "answer", "other"),
    [
        ("Varför är räkningen så hög?", "Så läser du fakturan.", "Så hittar du till butiken."),
        ("Hvorfor er regningen så høy?", "Laskun erittely selitetään tässä.", "Kaupan aukioloajat."),
        ("Can I get my money back?", "Vi återbetalar hela beloppet.", "Vi har öppet alla dagar."),
    ],
)
def test_words_for_the_same_thing_count_in_any_language(asked, answer, other):
    table = table_of(answer, other, asked=asked)
    for name in ("concept_answer", "concept_rare", "meant_answer", "meant_rare"):
        same, another = column(table, name)
        assert same > another, name
    assert column(table, "meant_answer")[0] > column(table, "telling_answer")[0]
    assert (column(table, "meant_unseen") < column(table, "telling_unseen")).all()


@pytest.mark.parametrize(
    ("bodies", "least", "most"),
    [
        (["Kastrullen läcker."], 0.0, 0.5),
        (["Hej, jag undrar varför."], 0.5, 1.0),
        (["Något annat."], 1.0, 1.0),
        ([f"{ASKED}."], 0.0, 0.0),
    ],
)
def test_what_no_candidate_holds_weighs_by_what_it_tells(bodies, least, most):
    (unseen,) = column(table_of(*bodies), "telling_unseen")
    assert least <= unseen <= most


def test_an_inquiry_without_words_has_nothing_to_tell():
    table = table_of("Kastrullen läcker.", asked="?!")
    for name in ("answer_words", "telling_answer", "telling_rare", "unseen", "telling_unseen"):
        assert column(table, name).tolist() == [0.0]
