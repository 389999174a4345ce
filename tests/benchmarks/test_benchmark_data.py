import json

import pytest

from benchmarks import data

HELD_OUT = [4, 5, 10, 20, 21, 29]
"""Of the ids a0 to a29, by the rule that training follows too."""


def write(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def labels(sets):
    return {one.label: one for one in sets}


def test_without_a_folder_every_set_of_it_is_named_as_missing(monkeypatch):
    monkeypatch.delenv("FAQSUGGEST_DATA", raising=False)
    assert data.data_folder(None) is None
    found, missing = data.retrieval_sets(None)
    assert {"swefaq", "kde_faq", "superoffice_help", "nlu_eval_corpora", "swequad_mc"} <= set(missing)
    assert all(one.name == "zaragoza" for one in found)


def test_the_folder_is_the_given_one_or_the_variables(monkeypatch, tmp_path):
    monkeypatch.setenv("FAQSUGGEST_DATA", str(tmp_path))
    assert data.data_folder(None) == tmp_path
    (tmp_path / "other").mkdir()
    assert data.data_folder(str(tmp_path / "other")) == tmp_path / "other"
    with pytest.raises(FileNotFoundError, match="--data or FAQSUGGEST_DATA"):
        data.data_folder(str(tmp_path / "none"))


def test_equal_answers_are_one_and_empty_texts_are_left_out():
    questions = [("q1", "c", "a"), ("q2", "c", "b"), (" ", "c", "a"), ("q4", "c", "empty")]
    answers = [("a", "Samma svar"), ("b", "Samma\u00a0svar "), ("empty", " "), ("d", "Annat")]
    one = data.pairs_set(("invented", "sv", "sv", "test"), questions, answers)
    assert one.pool == {"a": "Samma svar", "d": "Annat"}
    assert one.queries == ("q1", "q2")
    assert one.gold == ({"a"}, {"a"})
    assert one.head(1).queries == ("q1",)
    assert one.head(1).pool == one.pool


def test_readers_name_the_right_answers(tmp_path):
    write(
        tmp_path / "swefaq/answers_dev.jsonl",
        {"answer_id": "7-0", "answer": "Noll"},
        {"answer_id": "7-1", "answer": "Ett"},
    )
    write(tmp_path / "swefaq/dev.jsonl", {"id": "s", "question": "Vad?", "category_id": 7, "label": 1})
    write(tmp_path / "kde_faq/sv.jsonl", {"id": "k1", "question": "Hur?", "answer": "Så"})
    write(
        tmp_path / "kde_faq/en.jsonl",
        {"id": "k1", "question": "How?", "answer": "So"},
        {"id": "k2", "question": "Why?", "answer": "Thus"},
    )
    write(
        tmp_path / "nlu_eval_corpora/corpora.jsonl",
        {"corpus": "AskUbuntuCorpus", "text": "First?", "answer": "One"},
        {"corpus": "AskUbuntuCorpus", "text": "Unanswered?", "answer": ""},
        {"corpus": "WebApplicationsCorpus", "text": "Second?", "answer": "Two"},
    )
    write(
        tmp_path / "swequad_mc/dev.jsonl",
        {"question": "Ett?", "context_id": 3, "context": "Sida"},
        {"question": "Två?", "context_id": 3, "context": "Sida"},
    )
    found, missing = data.retrieval_sets(tmp_path)
    by_label = labels(found)
    assert by_label["swefaq dev sv"].gold == ({"7-1"},)
    assert list(by_label["swefaq dev sv"].pool) == ["7-0", "7-1"]
    assert by_label["kde_faq sv→en"].queries == ("Hur?",)
    assert by_label["kde_faq sv→en"].pool == {"k1": "So", "k2": "Thus"}
    assert by_label["askubuntu en"].queries == ("First?",)
    assert list(by_label["webapps en"].pool.values()) == ["Two"]
    assert by_label["swequad dev sv"].pool == {"3": "Sida"}
    assert by_label["swequad dev sv"].clusters == ("3", "3")
    assert missing["superoffice_help"] == "not in the data folder"
    assert "swefaq" not in missing


def test_superoffice_keeps_only_what_training_leaves_out(tmp_path):
    # The rule must never move, or trained models are judged on what they learnt from.
    assert [number for number in range(30) if data.held_out(f"a{number}")] == HELD_OUT
    kept, other = "a4", "a6"
    for language in data.SUPEROFFICE_LANGUAGES:
        rows = [
            {
                "id": key,
                "title": f"{language} titel",
                "description": "",
                "keywords": ["x", "y"],
                "body": f"{language} {key}",
            }
            for key in (kept, other)
        ]
        write(tmp_path / f"superoffice_help/{language}.jsonl", *rows)
    by_label = labels(one for one in data.retrieval_sets(tmp_path)[0] if one.name == "superoffice slice")
    assert len(by_label) == 16
    assert by_label["superoffice slice nb→da"].queries == ("nb titel", "x, y")
    assert by_label["superoffice slice nb→da"].pool == {kept: f"da {kept}"}
    assert by_label["superoffice slice nb→da"].clusters == (kept, kept)


def test_desk_hides_what_must_not_be_seen_and_finds_copies(tmp_path):
    folder = tmp_path / "desk"
    article = {"title": "T", "body": "B", "tags": [], "updated_at": None, "audience": "public"}
    write(
        folder / "articles.jsonl",
        {**article, "id": "s1", "language": "sv", "parallel": "pay", "valid_until": "2020-01-01"},
        {**article, "id": "n1", "language": "nn", "parallel": "pay"},
        {**article, "id": "f1", "language": "fi"},
        {**article, "id": "i1", "language": "sv", "audience": "internal"},
    )
    asked = {"created_at": "2025-01-01T00:00:00Z", "channel": "chat", "subject": None, "tags": [], "note": "x"}
    write(
        folder / "inquiries.jsonl",
        {**asked, "id": "1", "language": "nb", "question": "Betale?", "gold": ["s1"], "subject": "Hei"},
        {**asked, "id": "2", "language": "sv", "question": "Betala?", "gold": ["f1"]},
        {**asked, "id": "3", "language": "sv", "question": "Inget", "gold": []},
        {**asked, "id": "4", "language": "sv", "question": "Internt", "gold": ["i1"]},
    )
    ticket = {"created_at": "2024-01-01T00:00:00Z", "question": "Hur?", "planted": "outdated", "article_ids": ["s1"]}
    write(folder / "tickets.jsonl", {**ticket, "id": "t1"})
    desk = data.read_desk(folder)
    assert [(one.text, one.gold, one.cross) for one in desk.inquiries] == [
        ("Hei\nBetale?", {"pay"}, False),
        ("Betala?", {"f1"}, True),
    ]
    assert desk.inquiries[0].words == 2
    assert desk.key_of == {"s1": "pay", "n1": "pay", "f1": "f1"}
    base = desk.knowledge_base(tickets=True)
    assert [one.id for one in base.articles] == ["s1", "n1", "f1"]
    assert base.articles[0].valid_until is None
    assert [row["id"] for row in desk.tickets] == ["t1"]
    assert "planted" not in desk.tickets[0]
    assert desk.knowledge_base(tickets=False).tickets == ()


def test_few_each_draws_the_same_rows_of_every_label():
    rows = [(f"text {number}", "even" if number % 2 == 0 else "odd") for number in range(20)] + [("lone", "rare")]
    drawn = data.few_each(rows, 3, seed=1)
    assert drawn == data.few_each(rows, 3, seed=1)
    assert [label for _, label in drawn] == ["even"] * 3 + ["odd"] * 3 + ["rare"]
    assert set(drawn) <= set(rows)


def test_intent_sets_keep_dialects_of_an_item_together(tmp_path):
    write(tmp_path / "banking77/train.jsonl", *({"text": f"t{n}", "label": "card"} for n in range(30)))
    write(tmp_path / "banking77/test.jsonl", {"text": "q", "label": "card"})
    write(
        tmp_path / "clinc150/data_full.jsonl",
        {"text": "a", "label": "x", "split": "train"},
        {"text": "b", "label": "x", "split": "test"},
        {"text": "c", "label": "oos", "split": "oos_test"},
        {"text": "d", "label": "x", "split": "val"},
    )
    for language, key in (("en", None), ("da", "1"), ("no", "1/B")):
        write(tmp_path / f"xsid/{language}.valid.jsonl", {"id": key, "text": language, "intent": "find"})
    banking, clinc, danish, norwegian = data.labelled_sets(tmp_path)
    assert len(banking.train) == 20
    assert (clinc.train, clinc.test, clinc.outside) == ((("a", "x"),), (("b", "x"),), ("c",))
    assert (danish.name, danish.train, danish.test) == ("xsid en→da", (("en", "find"),), (("da", "find"),))
    assert norwegian.clusters == ("1",)
