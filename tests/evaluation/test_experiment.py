import re
from dataclasses import replace

import numpy as np
import pytest
from toy_systems import TOPICS, WordOverlap, at, history, suggestion

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError
from faqsuggest.evaluation.experiment import evaluate, leak_check
from faqsuggest.evaluation.report import Report
from faqsuggest.evaluation.runs import Outcome
from faqsuggest.evaluation.splits import split_at_random, split_by_time
from faqsuggest.evaluation.tables import Run
from faqsuggest.records import Ticket


def split():
    return split_by_time(history(), at(30), apart=("thread", "repeat"))


@pytest.fixture(scope="module")
def report():
    parts = split()
    return evaluate({"words": WordOverlap().fit(parts.train)}, parts, by=("language", "tag"))


def test_frame_has_every_number_with_n_and_interval(report):
    frame = report.to_frame()
    assert list(frame.columns) == ["run", "slice", "metric", "value", "low", "high", "n"]
    assert set(frame["run"]) == {"words", "BM25", "char TF-IDF", "frequent answer"}
    told = frame.dropna(subset=["value"])
    assert ((told["low"] <= told["value"] + 1e-9) & (told["value"] <= told["high"] + 1e-9)).all()
    assert (told["n"] > 0).all()
    assert {"all", "language=sv", "tag=retur"} <= set(frame["slice"])


def test_a_system_that_finds_the_topic_is_right(report):
    assert report.number("words", "hit@1").value == 1.0
    assert report.number("words", "hit@1").low == pytest.approx(0.025 ** (1 / len(np.unique(report.clusters))))


class Silent(WordOverlap):
    def suggest_many(self, texts, k=3, **options):
        return [[] for _ in texts]


class Half(WordOverlap):
    """Right or silent, by turns."""

    def suggest_many(self, texts, k=3, **options):
        found = super().suggest_many(texts, k, min_confidence=0)
        return [suggestions if place % 2 else [] for place, suggestions in enumerate(found)]


def test_abstentions_stay_in_every_denominator():
    parts = split()
    report = evaluate({"silent": Silent().fit(parts.train), "half": Half().fit(parts.train)}, parts.test)
    n = len(parts.test.tickets)
    for metric in ("hit@1", "hit@3", "recall@3", "mrr@10", "ndcg@5", "map", "judged@3", "coverage", "brier", "augrc"):
        assert report.number("half", metric).n == n, metric
    assert report.number("half", "hit@1").value == pytest.approx((n // 2) / n)
    assert report.number("half", "coverage").value == pytest.approx((n // 2) / n)
    assert report.number("half", "precision").value == 1.0
    assert report.number("silent", "hit@1").value == 0.0
    assert np.isnan(report.number("silent", "precision").value)


def test_shuffled_replies_give_chance():
    parts = split()
    rng = np.random.default_rng(0)
    order = rng.permutation(len(parts.test.tickets))
    replies = [parts.test.tickets[place].reply for place in order]
    mixed = tuple(replace(t, reply=reply, tags=()) for t, reply in zip(parts.test.tickets, replies, strict=True))
    report = evaluate({"words": WordOverlap().fit(parts.train)}, replace(parts.test, tickets=mixed))
    row = report.number("words", "hit@1")
    assert row.low <= 0.25 <= row.high


def test_a_copy_of_the_own_answer_gives_recall_one():
    parts = split()
    leaked = parts.train.merge(parts.test)
    report = evaluate({"words": WordOverlap().fit(leaked)}, parts.test)
    assert report.number("words", "hit@1").value == 1.0
    assert report.number("words", "recall@5").value == 1.0


def test_what_cannot_be_judged_is_left_out_and_said():
    parts = split()
    bare = Ticket(id="bare", created_at=at(60), question="hej")
    report = evaluate(
        {"words": WordOverlap().fit(parts.train)}, replace(parts.test, tickets=(*parts.test.tickets, bare))
    )
    assert len(report.tickets) == len(parts.test.tickets)
    assert f"{len(parts.test.tickets)} of {len(parts.test.tickets) + 1}" in report.notes[0]


def test_judgements_by_hand_decide():
    parts = split()
    system = WordOverlap().fit(parts.train)
    by_hand = {
        (t.id, found[0].id): 0.0
        for t in parts.test.tickets
        for found in system.suggest_many([t.question], min_confidence=0)
    }
    assert evaluate({"words": system}, parts.test, judgements=by_hand).number("words", "hit@1").value == 0.0


def test_comparison_is_paired_and_corrected(report):
    frame = report.compare("words", "frequent answer", "hit@1")
    assert list(frame.columns) == ["slice", "difference", "low", "high", "p", "p_holm", "n"]
    both = [report.number(run, "hit@1").value for run in ("words", "frequent answer")]
    assert frame["difference"][0] == pytest.approx(both[0] - both[1])
    assert (frame["p_holm"][1:] >= frame["p"][1:]).all()
    with pytest.raises(InputError, match="metric of compare must be one of"):
        report.compare("words", "BM25", "augrc")
    with pytest.raises(InputError, match="run must be one of words"):
        report.compare("word", "BM25")


def test_misses_are_the_most_confident_wrong_ones_without_text():
    parts = split()
    wrong = WordOverlap().fit(parts.train)
    wrong.suggest_many = lambda texts, k=3, **_: [
        [suggestion("fel svar", "x", confidence=0.9 - i / 1000)] for i in range(len(texts))
    ]
    misses = evaluate({"wrong": wrong}, parts.test).misses("wrong", 5)
    assert misses["id"].tolist() == [ticket.id for ticket in parts.test.tickets[:5]]
    assert "question" not in misses
    assert misses["right_at"].tolist() == [0] * 5


def test_a_random_split_is_no_headline():
    parts = split_at_random(history(), 0.7)
    report = evaluate({"words": WordOverlap().fit(parts.train)}, parts)
    with pytest.raises(InputError, match="to_html refuses"):
        report.to_html()
    late = evaluate({"words": WordOverlap().fit(history())}, KnowledgeBase(history().tickets[:40]), base=history())
    assert not late.time_ordered


def test_leak_check_prints_the_difference():
    frame = leak_check(history(), lambda base: WordOverlap().fit(base), at(30))
    assert frame["split"].tolist() == ["random", "time", "time, no repeats", "random - time"]
    assert frame["value"][3] == pytest.approx(frame["value"][0] - frame["value"][1])


def test_bad_arguments_are_named():
    with pytest.raises(InputError, match="got none"):
        evaluate({}, history())
    with pytest.raises(InputError, match="by of a report may hold"):
        evaluate({"words": WordOverlap().fit(history())}, history(), by="weather")
    with pytest.raises(InputError, match="none of the 1 test tickets"):
        evaluate({"words": WordOverlap()}, KnowledgeBase((Ticket(id="a", created_at=at(0), question="?"),)))


def test_page_is_whole_escaped_and_without_texts(report, tmp_path):
    path = tmp_path / "report.html"
    page = report.to_html(path, title="<script>alert(1)</script>")
    assert path.read_text(encoding="utf-8") == page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "http" not in page.replace("http-equiv", "")
    assert all(text not in page for text in TOPICS.values())
    assert "krånglar" not in page


def test_texts_are_shown_when_asked_for_and_escaped():
    parts = split()
    hostile = tuple(
        replace(t, question="<img src=x onerror=alert(1)>", reply="unik & farlig") for t in parts.test.tickets
    )
    report = evaluate({"words": WordOverlap().fit(parts.train)}, replace(parts.test, tickets=hostile))
    page = report.to_html(texts=True)
    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert "&lt;img" not in report.to_html()


def test_worse_than_a_baseline_is_said():
    parts = split()
    page = evaluate({"silent": Silent().fit(parts.train)}, parts).to_html()
    assert "No better in first place than BM25" in page
    assert "offers no suggestion on any" in page


def test_calibration_error_lies_within_its_interval():
    rng = np.random.default_rng(7)
    confidence = rng.random(800)
    right = rng.random(800) < confidence
    outcomes = [
        Outcome(answers=("a",), grades=(3.0 if hit else 0.0,), confidences=(float(sure),), shown=0)
        for sure, hit in zip(confidence, right, strict=True)
    ]
    pool = [{"a": grade} for (grade,) in (each.grades for each in outcomes)]
    tickets = tuple(Ticket(id=str(n), created_at=at(n / 100), question="x") for n in range(800))
    row = Report(tickets, {"s": Run.of(outcomes, pool, probabilities=True)}).number("s", "ece")
    assert 0.0 < row.low < row.value < row.high < 0.1


def test_a_hundred_inquiries_are_told_apart(report):
    page = report.to_html()
    good, other, silent = (int(each) for each in re.findall(r"<b>(\d+)</b> (?:a right|one not|none)", page))
    assert good + other + silent == 100
    assert good == round(100 * report.number("words", "coverage").value * report.number("words", "precision").value)


def test_slices_that_tell_nothing_are_left_out_and_languages_are_named():
    parts = split()
    page = evaluate({"words": WordOverlap().fit(parts.train)}, parts, by=("language", "channel", "tag")).to_html()
    assert "By tag" in page
    assert "By channel" not in page  # all of them came by mail
    finnish = tuple(replace(t, language="fi") for t in parts.test.tickets[::2])
    mixed = replace(parts.test, tickets=(*finnish, *parts.test.tickets[1::2]))
    page = evaluate({"words": WordOverlap().fit(parts.train)}, mixed, base=parts.train).to_html()
    assert "Finnish" in page
    assert "Swedish" in page


def test_plot_draws_every_run(report):
    pytest.importorskip("matplotlib")
    left, right = report.plot().axes
    assert [line.get_label() for line in left.get_lines()] == list(report.runs)
    assert right.get_xlabel() == "confidence that was stated"
