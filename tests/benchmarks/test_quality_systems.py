import json
import math

import numpy as np
import pytest

from benchmarks import desks, general, quality, systems, tables
from benchmarks.data import Desk, DeskInquiry, RetrievalSet
from faqsuggest.evaluation.metrics import hit, ndcg, reciprocal_rank

WORDS = ("faktura", "lösenord", "paket", "kort", "retur", "konto")


class CountedWords:
    """An encoder that can be reckoned by hand: one axis a word."""

    name = "counted words"
    fingerprint = "0" * 64
    dimension = len(WORDS)

    def __init__(self):
        self.asked = []

    def fit(self, texts):
        return self

    def encode_queries(self, texts):
        self.asked.extend(texts)
        rows = np.array([[text.lower().count(word) for word in WORDS] for text in texts], np.float32)
        rows = rows.reshape(len(texts), len(WORDS))
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.where(norms > 0, norms, 1)).astype(np.float32)

    encode_passages = encode_queries


@pytest.fixture
def encoder():
    return systems.Remembered(CountedWords())


def test_equal_scores_count_against():
    scores = np.array([[0.5, 0.5, 0.5], [0.9, 0.1, 0.5]])
    found = systems.ranking(scores, ["a", "b", "c"], [frozenset("a"), frozenset("a")])
    assert reciprocal_rank(found, 10).tolist() == pytest.approx([1 / 3, 1.0])
    assert ndcg(found, 10).tolist() == pytest.approx([0.5, 1.0])


def test_an_answer_without_a_common_word_is_not_offered():
    found = systems.ranking(np.array([[0.0, 0.2]]), ["a", "b"], [frozenset("a")], floor=0.0)
    assert reciprocal_rank(found, 10).tolist() == [0.0]
    assert found.lengths.tolist() == [1]


def test_a_copy_in_another_language_counts_once_and_as_right():
    scores = np.array([[0.1, 0.9, 0.5]])
    found = systems.ranking(scores, ["pay", "pay", "other"], [frozenset({"pay"})])
    assert hit(found, 1).tolist() == [1.0]
    assert found.lengths.tolist() == [2]


def test_hybrid_scales_each_question_by_itself():
    dense, lexical = np.array([[0.8, 0.6, 0.7], [0.5, 0.5, 0.5]]), np.array([[0.0, 0.4, 0.0], [0.0, 0.0, 0.2]])
    assert systems.hybrid_scores(dense, lexical).tolist() == pytest.approx(
        np.array([[0.5, 0.5, 0.25], [0.0, 0.0, 0.5]])
    )


def test_stems_join_inflected_words_in_the_language_of_each_side():
    scores = systems.bm25_scores(["lösenorden", "zzz"], ["ditt lösenord", "din faktura"], "sv", "sv")
    assert scores[0, 0] > 0
    assert scores[0, 1] == 0
    assert scores[1].tolist() == [0, 0]
    crossed = systems.bm25_scores(["running"], ["run", "runningen"], "en", "sv")
    assert crossed[0, 0] > 0


def test_char_scores_are_cosines():
    scores = systems.char_scores(["byta lösenord"], ["byta lösenord", "qqqq"])
    assert scores[0].tolist() == pytest.approx([1.0, 0.0], abs=1e-6)


def test_dense_scores_are_cosines_and_each_text_is_encoded_once(encoder):
    scores = systems.dense_scores(encoder, ["faktura", "kort", "faktura"], ["faktura kort", "paket"])
    assert scores.tolist() == pytest.approx(np.array([[math.sqrt(0.5), 0], [math.sqrt(0.5), 0], [math.sqrt(0.5), 0]]))
    systems.dense_scores(encoder, ["faktura"], ["paket"])
    assert sorted(encoder._encoder.asked) == ["faktura", "faktura kort", "kort", "paket"]


def test_vectors_are_kept_between_runs(tmp_path):
    systems.Remembered(CountedWords(), tmp_path).prepare(["faktura"])
    again = systems.Remembered(CountedWords(), tmp_path)
    again.prepare(["faktura"])
    assert again.encode_queries(["faktura"])[0, 0] == 1.0
    assert again._encoder.asked == []


def invented_set(name="invented", answered="sv"):
    pool = {"a": "Din faktura kommer i april.", "b": "Byt lösenord på sidan.", "c": "Ditt paket är på väg."}
    queries = ("när kommer min faktura", "glömt lösenord", "var är mitt paket", "helt annat")
    gold = tuple(frozenset(key) for key in "abca")
    return RetrievalSet(name, "sv", answered, "test", queries, ("1", "2", "3", "1"), pool, gold)


def test_quality_measures_every_system_on_the_same_questions(encoder):
    found = quality.measure(invented_set(), {"judged": encoder}, {quality.UNTUNED: encoder})
    assert set(found.values) == {
        (quality.BM25, ""),
        (quality.CHAR, ""),
        (quality.ALONE, "judged"),
        (quality.HYBRID, "judged"),
        (quality.OURS, "judged"),
        (quality.ALONE, quality.UNTUNED),
        (quality.HYBRID, quality.UNTUNED),
    }
    # The fourth question has no word of the encoder: all answers tie at 0 and the right one counts as last.
    assert found.values[quality.ALONE, "judged"]["R@1"].tolist() == [1, 1, 1, 0]
    assert found.values[quality.ALONE, "judged"]["MRR@10"].tolist() == pytest.approx([1, 1, 1, 1 / 3])
    assert found.values[quality.OURS, "judged"]["R@1"][:3].tolist() == [1, 1, 1]
    table = quality.rows([found])
    alone = next(row for row in table if (row["system"], row["metric"]) == (quality.ALONE, "R@1"))
    assert (alone["value"], alone["n"], alone["clusters"]) == (0.75, 4, 3)


def test_directions_of_one_source_are_pooled(encoder):
    parts = [quality.measure(invented_set(answered=code), {"judged": encoder}, {}) for code in ("sv", "nb", "da")]
    same, crossed = quality.pooled(parts)
    assert same.label == "invented sv"
    assert crossed.label == "invented across languages (2 directions)"
    assert crossed.clusters == ("1", "2", "3", "1") * 2
    assert crossed.values[quality.ALONE, "judged"]["R@1"].tolist() == [1, 1, 1, 0] * 2
    single = quality.pooled(parts[:2])
    assert [each.label for each in single] == ["invented sv", "invented sv→nb"]


def test_macros_and_differences_are_those_of_the_judged_system(encoder):
    found = quality.measure(invented_set("swefaq dev"), {"judged": encoder}, {})
    ratios = {(row["sets"], row["above"], row["below"]): row["value"] for row in quality.macros([found], "judged")}
    ours, alone = (found.values[system, "judged"]["nDCG@10"].mean() for system in (quality.OURS, quality.ALONE))
    key = ("seven sets of the shipped model", "faqsuggest (judged)", "encoder alone (judged)")
    assert ratios[key] == pytest.approx(ours / alone)
    gap = next(row for row in quality.differences([found], "judged") if row["system"] == quality.ALONE)
    assert gap["value"] == pytest.approx(ours - alone)


def test_macro_ratio_weighs_sets_alike_whatever_their_size():
    above, below = [np.ones(2), np.zeros(8)], [np.full(2, 0.5), np.full(8, 0.5)]
    value, low, high = tables.macro_ratio(above, below, [list("ab"), list("abcdefgh")], ["one", "two"])
    assert (value, low, high) == (1.0, 1.0, 1.0)


def test_sets_on_the_same_articles_are_drawn_together():
    values, labels = np.array([1.0, 0.0, 0.0, 1.0]), list("abcd")
    together = tables.macro_ratio([values, 1 - values], [np.ones(4)] * 2, [labels] * 2, ["one", "one"])
    assert together == pytest.approx((0.5, 0.5, 0.5))
    apart = tables.macro_ratio([values, 1 - values], [np.ones(4)] * 2, [labels] * 2, ["one", "two"])
    assert apart[1] < 0.4 < 0.6 < apart[2]


def test_results_are_rounded_and_readable(tmp_path):
    row = tables.mean_row(np.array([1.0, 0.0, 1.0]), list("abc"), system="x")
    tables.write(
        tmp_path,
        "page",
        {"rows": [row], "of": (1, "å", float("nan"))},
        tables.markdown(["a", "b"], [[1, tables.figure(row)]]),
    )
    written = json.loads((tmp_path / "page.json").read_text(encoding="utf-8"))
    assert written["rows"][0]["value"] == 0.66667
    assert written["of"] == [1, "å", None]
    assert (tmp_path / "page.md").read_text(encoding="utf-8").splitlines()[2] == "| 1 | 0.667 [0.000, 1.000] |"


def invented_desk():
    articles = (
        {"id": "s1", "language": "sv", "title": "Faktura", "body": "Din faktura.", "parallel": "pay"},
        {"id": "n1", "language": "nb", "title": "Faktura", "body": "Din faktura her.", "parallel": "pay"},
        {"id": "s2", "language": "sv", "title": "Paket", "body": "Ditt paket."},
        {"id": "f1", "language": "fi", "title": "Konto", "body": "Konto."},
    )
    ticket = {"created_at": "2024-01-01T00:00:00Z", "subject": None, "reply": "Titta i appen.", "language": "sv"}
    tickets = (
        {**ticket, "id": "t1", "question": "retur", "article_ids": ["s2", "gone"]},
        {**ticket, "id": "t2", "question": "kort", "article_ids": []},
    )
    inquiries = (
        DeskInquiry("var är min faktura", "sv", frozenset({"pay"}), False),
        DeskInquiry("retur", "sv", frozenset({"s2"}), False),
        DeskInquiry("mitt konto " + "och " * 20, "sv", frozenset({"f1"}), True),
    )
    return Desk("shop", articles, tickets, inquiries, {"s1": "pay", "n1": "pay", "s2": "s2", "f1": "f1"})


def test_past_tickets_lift_the_article_that_they_link_to(encoder):
    found = desks.measure(invented_desk(), {desks.TUNED: encoder})
    assert found["articles", desks.ALONE, desks.TUNED]["hit@1"].tolist() == [1, 0, 1]
    assert found["articles and tickets", desks.ALONE, desks.TUNED]["hit@1"].tolist() == [1, 1, 1]
    assert found["articles and tickets", desks.OURS, desks.TUNED]["hit@1"][1] == 1
    assert ("articles", desks.OURS, desks.TUNED) in found


def test_an_article_has_the_best_of_its_own_and_linked_scores():
    scores = np.array([[0.1, 0.2, 0.3, 0.0, 0.9, 0.8]])
    assert desks.article_scores(invented_desk(), scores).tolist() == [[0.1, 0.2, 0.9, 0.0]]
    assert desks.article_scores(invented_desk(), scores[:, :4]).tolist() == [[0.1, 0.2, 0.3, 0.0]]


def test_slices_are_masks_of_the_inquiries():
    inquiries = invented_desk().inquiries
    chosen = {name: [test(one) for one in inquiries] for name, test in desks.SLICES.items()}
    assert chosen["sv"] == [True, True, True]
    assert chosen["fi"] == [False, False, False]
    assert chosen["answer in another language"] == [False, False, True]
    assert chosen["at most 15 words"] == [True, True, False]
    assert chosen["16 to 55 words"] == [False, False, True]


def test_rows_and_ratios_of_the_desks():
    values = {
        ("articles", desks.HYBRID, desks.TUNED): {name: np.array([1.0, 0.0, 0.0]) for name in desks.METRICS},
        ("articles", desks.OURS, desks.TUNED): {name: np.array([1.0, 1.0, 0.0]) for name in desks.METRICS},
    }
    masks = {"all": np.ones(3, bool), "last": np.array([False, False, True]), "none": np.zeros(3, bool)}
    table = desks.rows(values, masks, ["a", "a", "b"])
    assert {row["slice"] for row in table} == {"all", "last"}
    ours = next(row for row in table if row["slice"] == "all" and row["system"] == desks.OURS)
    assert (ours["value"], ours["n"], ours["clusters"]) == (pytest.approx(2 / 3), 3, 2)
    over = desks.ratios(values, masks, ["a", "a", "b"])
    first = next(row for row in over if row["slice"] == "all" and row["metric"] == "hit@1")
    assert (first["value"], first["over"]) == (2.0, "plain hybrid (judged), articles")


def test_each_desk_gets_the_encoder_of_its_fold():
    given = ["all", "bank,health=one"]
    assert desks.encoder_of_desk(given, ["bank", "shop"]) == {"bank": "one", "shop": "all"}
    with pytest.raises(SystemExit, match="shop"):
        desks.encoder_of_desk(["bank,health=one"], ["bank", "shop"])
    with pytest.raises(SystemExit, match="bnk"):
        desks.encoder_of_desk(["all", "bnk=one"], ["bank"])


def test_nearest_texts_of_several_labels_count_against():
    similarity = np.array([[0.9, 0.1, 0.2], [0.5, 0.5, 0.1], [0.1, 0.2, 0.9]])
    labels, truth = np.array(["x", "y", "x"]), np.array(["x", "x", "y"])
    assert general.nearest_right(similarity, labels, truth).tolist() == [1, 0, 0]
    assert general.auroc(np.array([0.9, 0.5]), np.array([0.5, 0.1])) == 0.875


def test_logistic_regression_learns_separable_labels():
    known = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], np.float32)
    right = general.logistic_right(known, np.array(list("xxyy")), known[[0, 3]], np.array(["x", "x"]))
    assert right.tolist() == [1, 0]
