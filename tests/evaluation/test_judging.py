import numpy as np
import pytest
from toy_systems import TOPICS, at, suggestion

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import DataError
from faqsuggest.evaluation.business import Assumptions, minutes_saved
from faqsuggest.evaluation.judging import Judge, cohen_kappa, read_judgements
from faqsuggest.evaluation.ngrams import RememberedVectors, count_ngrams, inverse_document_frequency, weigh
from faqsuggest.records import Article, Ticket
from faqsuggest.text.edits import edit_share

RESET = TOPICS["lösenord"]


def ticket(**fields):
    return Ticket(
        **{"id": "t", "created_at": at(0), "question": "?", "reply": f"Hej Anna,\n\n{RESET}\n\n/Bo", "tags": ("konto",)}
        | fields
    )


def grades(ticket, *suggestions, base=None, judgements=None):
    known = base or KnowledgeBase((Ticket(id="past", created_at=at(-1), question="?", reply=TOPICS["retur"]), ticket))
    return [each.grade for each in Judge(known, judgements or {}).grade([ticket], [suggestions])[0]]


def test_the_reply_that_was_sent_counts_with_another_greeting_and_without_a_tag():
    assert grades(ticket(), suggestion(f"Hej Kim!\n\n{RESET}\n\nMvh Eva")) == [3.0]


def test_a_similar_reply_needs_a_tag_in_common():
    similar = suggestion(
        "Klicka på Glömt lösenord så kommer en länk till din adress. Hör av dig annars.", tags=("konto",)
    )
    assert grades(ticket(), similar) == [2.0]
    assert np.isnan(grades(ticket(), suggestion(similar.text, tags=("annat",)))[0])


def test_a_tag_alone_is_on_topic_and_nothing_is_unjudged_not_wrong():
    assert grades(ticket(), suggestion(TOPICS["faktura"], tags=("konto",))) == [1.0]
    assert np.isnan(grades(ticket(), suggestion(TOPICS["faktura"]))[0])


def test_linked_article_counts_in_every_language():
    base = KnowledgeBase(
        articles=(
            Article(id="sv", body="a", parallel="p"),
            Article(id="fi", body="b", parallel="p"),
            Article(id="en", body="c"),
        )
    )
    linked = ticket(article_ids=("sv",), reply=None)
    offers = [suggestion("b", "fi", "article"), suggestion("c", "en", "article")]
    found = Judge(base).grade([linked], [offers])[0]
    assert found[0].grade == 3.0
    assert found[0].answer == Judge(base).answer_key("sv")
    assert np.isnan(found[1].grade)


def test_a_past_reply_with_the_same_linked_article_counts():
    past = Ticket(id="past", created_at=at(-1), question="?", reply="Se sidan om konto.", article_ids=("a",))
    base = KnowledgeBase((past,), (Article(id="a", body="x"),))
    assert grades(ticket(article_ids=("a",)), suggestion(past.reply, "past", sources=("past",)), base=base) == [3.0]


def test_an_article_that_holds_the_reply_is_similar():
    article = suggestion(f"{RESET} {TOPICS['retur']} {TOPICS['faktura']}", "a", "article", tags=("konto",))
    assert grades(ticket(reply=RESET), article)[0] >= 2.0


def test_people_overrule(tmp_path):
    path = tmp_path / "judged.csv"
    path.write_text(
        "ticket_id,suggestion_id,grade,judge\nt,s,0,anna\nt,s,0,bo\nt,u,3,anna\nt,u,2,bo\n", encoding="utf-8"
    )
    judgements, kappa = read_judgements(path)
    assert judgements == {("t", "s"): 0.0, ("t", "u"): 2.5}
    assert kappa == 1.0
    assert grades(ticket(), suggestion(RESET), judgements=judgements) == [0.0]


def test_a_judge_who_changes_her_mind_counts_once(tmp_path):
    path = tmp_path / "judged.csv"
    rows = "t,s,0,anna\nt,s,3,anna\nt,u,3,bo\nt,u,0,anna\nt,v,0,anna\nt,v,0,bo\n"
    path.write_text("ticket_id,suggestion_id,grade,judge\n" + rows, encoding="utf-8")
    judgements, kappa = read_judgements(path)
    assert judgements == {("t", "s"): 3.0, ("t", "u"): 1.5, ("t", "v"): 0.0}
    assert kappa == 0.0  # two pairs judged twice: anna says no to both, bo to one


def test_bad_judgements_are_all_named(tmp_path):
    path = tmp_path / "judged.csv"
    path.write_text("ticket_id,suggestion_id,grade,judge\nt,s,5,anna\nt,s,,bo\n", encoding="utf-8")
    with pytest.raises(DataError, match="2 rows") as caught:
        read_judgements(path)
    assert [row for row, _, _ in caught.value.rows] == [1, 2]
    path.write_text("ticket_id,grade\n", encoding="utf-8")
    with pytest.raises(DataError, match="judge, suggestion_id"):
        read_judgements(path)


def test_kappa_is_agreement_beyond_chance():
    assert cohen_kappa([3, 3, 0, 0], [0, 0, 3, 3]) == -1.0
    assert cohen_kappa([3, 0, 3, 0], [3, 0, 0, 3]) == 0.0


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [
        ("a b c", "a b c", 0.0),
        ("a b c", "x y z", 1.0),
        ("a b c d", "a c d", 0.25),
        ("", "a", 1.0),
        ("", "", 0.0),
        ("a b", "b a", 1.0),
    ],
)
def test_edit_share_by_hand(a, b, share):
    assert edit_share(a, b) == share


def test_edit_share_equals_the_plain_algorithm():
    rng = np.random.default_rng(0)
    for _ in range(200):
        a, b = (rng.choice(list("abcdef"), size=rng.integers(1, 90)).tolist() for _ in range(2))
        row = list(range(len(b) + 1))
        for i, left in enumerate(a, start=1):
            previous, row[0] = row[0], i
            for j, right in enumerate(b, start=1):
                previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
        assert edit_share(" ".join(a), " ".join(b)) == row[-1] / max(len(a), len(b))


def test_minutes_follow_the_assumptions_and_a_wrong_suggestion_costs():
    shown, right = np.array([True, True, True, False]), np.array([True, True, False, False])
    saved = minutes_saved(shown, right, np.array([0.0, np.nan, np.nan, np.nan]), Assumptions(write=6, read=0.5, edit=5))
    assert saved.tolist() == [5.5, 0.5, -0.5, 0.0]


@pytest.mark.parametrize("capacity", [0, 3, 100])
def test_remembered_vectors_are_those_of_the_texts(capacity):
    texts = ["Klicka på länken.", "", "Paketet kommer i morgon.", "Klicka på länken.", "Ring oss på måndag."]
    idf = inverse_document_frequency(count_ngrams(texts))
    remembered = RememberedVectors(idf, capacity=capacity)
    for part in (texts, texts[::-1], texts[1:2], [], texts[2:]):
        found = remembered.of(part)
        assert found.shape == (len(part), len(idf))
        np.testing.assert_array_equal(found.toarray(), weigh(count_ngrams(part), idf).toarray())
