"""Articles are judged by the day of each question, not by the day of the evaluation."""

from dataclasses import replace
from inspect import signature

import numpy as np
import pytest
from toy_systems import WordOverlap, at, history

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.evaluation.baselines import Nearest
from faqsuggest.evaluation.experiment import evaluate
from faqsuggest.evaluation.judging import Judge
from faqsuggest.evaluation.replay import replay
from faqsuggest.evaluation.runs import ask, conditions_of, outcomes
from faqsuggest.evaluation.weighting import Bm25
from faqsuggest.records import Article, Ticket
from faqsuggest.suggester import Suggester

ARTICLES = (
    Article(id="ran out", title="Öppettider", body="Butiken har öppet till klockan sex.", valid_until=at(30)),
    Article(id="came later", title="Öppettider", body="Butiken har öppet till klockan åtta.", valid_from=at(60)),
)
"""Both lie in the past of whoever runs this test: today only the second is valid."""


def asked_on(day):
    """Answered with a link alone, so that no reply stands in the way of the articles."""
    return Ticket(
        id=f"day {day}",
        created_at=at(day),
        question="När har butiken öppet?",
        article_ids=("ran out",),
        language="sv",
    )


def offered(run):
    return dict(zip((10, 45, 70), run.first, strict=True))


@pytest.fixture(params=["library", "baseline"])
def system(request):
    return Suggester(encoder="char-ngrams") if request.param == "library" else Nearest(weighting=Bm25())


def test_evaluate_offers_what_was_valid_when_the_question_came(system):
    tickets = tuple(asked_on(day) for day in (10, 45, 70))
    report = evaluate({"s": system.fit(KnowledgeBase(articles=ARTICLES))}, KnowledgeBase(tickets))
    assert offered(report.runs["s"]) == {10: "ran out", 45: "", 70: "came later"}


def test_replay_offers_what_was_valid_when_the_question_came(system):
    before = Ticket(id="before", created_at=at(0), question="hej", reply=None, language="sv")
    base = KnowledgeBase((before, *(asked_on(day) for day in (10, 45, 70))), ARTICLES)
    # windows of 25 days: the first article runs out within the second, on a day between two updates
    report = replay(base, at(5), "25d", suggester={"s": system}, baselines=False)
    assert offered(report.runs["s"]) == {10: "ran out", 45: "", 70: "came later"}


def test_a_system_that_is_not_told_the_time_gets_articles_without_dates_while_they_are_valid():
    class Wall(WordOverlap):
        seen = ()

        def suggest_many(self, texts, k=3, **options):
            self.seen += ({(each.id, each.valid_from, each.valid_until) for each in self.articles.values()},)
            return super().suggest_many(texts, k, **options)

    wall = Wall()
    base = replace(history(), articles=ARTICLES)
    replay(base, at(20), "10d", suggester={"s": wall}, baselines=False)
    assert wall.seen[0] == {("ran out", None, None)}
    assert wall.seen[-1] == set()


def test_an_article_newer_than_the_first_question_makes_no_headline():
    tickets = KnowledgeBase(tuple(asked_on(day) for day in (10, 45)))
    articles = (replace(ARTICLES[0], valid_until=None, updated_at=at(9)),)
    for newest, in_order in ((at(9), True), (at(40), False)):
        base = KnowledgeBase(articles=(replace(articles[0], updated_at=newest),))
        report = evaluate({"s": WordOverlap().fit(base)}, tickets, base=base)
        assert report.time_ordered == in_order
        assert any("1 articles that the systems know are newer" in note for note in report.notes) != in_order


def test_a_reply_sent_after_the_first_question_makes_no_headline():
    known = KnowledgeBase((Ticket(id="a", created_at=at(0), question="x", reply="y", replied_at=at(20)),))
    report = evaluate({"s": WordOverlap().fit(known)}, KnowledgeBase((asked_on(10),)), base=known)
    assert not report.time_ordered
    assert "1 tickets that the systems know are newer than the first question. Not a result." in report.notes


def test_the_conditions_of_a_system_are_those_it_names():
    assert conditions_of(Suggester()) == ("language", "brand", "at")
    assert conditions_of(WordOverlap()) == ("language", "brand")
    undated = Nearest(weighting=Bm25()).fit(history())
    assert conditions_of(undated) == ("brand",)
    assert conditions_of(undated.fit(KnowledgeBase(articles=ARTICLES))) == ("brand", "at")


def test_a_system_that_takes_moments_and_languages_is_asked_once_for_each_brand():
    calls = []

    class Noting(Suggester):
        def suggest_many(self, texts, k=3, *, moments=None, languages=None, at=None, **options):
            calls.append((list(texts), list(moments), list(languages), options["brand"], options["reasons"]))
            return super().suggest_many(texts, k, moments=moments, languages=languages, **options)

        suggest_many.__signature__ = signature(Suggester.suggest_many)

    tickets = [asked_on(day) for day in (10, 45, 70)] + [replace(asked_on(71), language="fi", brand="x")]
    tickets.append(replace(asked_on(72), language="fi"))
    noting = Noting(encoder="char-ngrams").fit(KnowledgeBase(articles=ARTICLES))
    found = ask(noting, tickets, 3, min_confidence=0.0)
    question = tickets[0].question
    assert calls == [
        ([question] * 4, [at(10), at(45), at(70), at(72)], ["sv", "sv", "sv", "fi"], None, False),
        ([question], [at(71)], ["fi"], "x", False),
    ]
    one_by_one = [
        noting.suggest(t.question, language=t.language, brand=t.brand, at=t.created_at, min_confidence=0)
        for t in tickets
    ]
    assert [[(s.id, s.confidence) for s in each] for each in found] == [
        [(s.id, s.confidence) for s in each] for each in one_by_one
    ]
    assert [[s.id for s in each] for each in found] == [["ran out"], [], *[["came later"]] * 3]


def test_a_replay_tells_a_system_what_its_own_suggest_many_names():
    calls = []

    class Dated(WordOverlap):
        options = ("reasons", "its own affair")

        def suggest_many(self, texts, k=3, *, language=None, brand=None, at=None, min_confidence=None):
            calls.append((len(texts), at))
            return super().suggest_many(texts, k, language=language, brand=brand, min_confidence=min_confidence)

    base = history()
    start = base.tickets[80].created_at
    replay(base, start, suggester=Dated(), baselines=False, jobs=1)
    assert sorted({when for _, when in calls}) == sorted({each.created_at for each in base.tickets[80:]})


def test_what_a_policy_shows_is_what_asking_it_would_show():
    base = history()
    suggester = Suggester(encoder="char-ngrams", precision=0.7).fit(KnowledgeBase(base.tickets[:80], base.articles))
    late = base.tickets[80:]
    shown = [suggester.suggest(t.question, 10, language=t.language, brand=t.brand, at=t.created_at) for t in late]
    made = outcomes(suggester, late, Judge(base), depth=10)
    assert [each.shown >= 0 for each in made] == [bool(each) for each in shown]
    assert any(shown)
    for outcome, found in zip(made, shown, strict=True):
        if found:
            assert np.isclose(outcome.confidences[outcome.shown], found[0].confidence)
