from datetime import UTC, datetime

import pytest
from contracts.small_base import ARTICLES, TICKETS, WordEncoder

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError
from faqsuggest.feedback.log import FeedbackLog
from faqsuggest.feedback.records import Showing
from faqsuggest.suggester import Suggester

AT = datetime(2025, 6, 1, 12, tzinfo=UTC)
ASKED = "jag har glömt mitt lösenord till appen"


@pytest.fixture
def suggester(tmp_path):
    made = Suggester(encoder=WordEncoder()).fit(KnowledgeBase(TICKETS, ARTICLES))
    made.use_feedback_log(tmp_path / "desk.sqlite")
    yield made
    made.feedback_log.close()


def shown(suggester, text=ASKED, showing=None, **options):
    return suggester.suggest(text, min_confidence=0, at=AT, showing=showing or Showing(user="anna"), **options)


def test_suggest_without_showing_logs_nothing(suggester):
    (first, *_) = suggester.suggest(ASKED, min_confidence=0)
    assert first.suggestion_id == ""
    assert len(suggester.feedback_log) == 0


def test_a_shown_list_is_the_same_list_with_ids(suggester):
    plain = suggester.suggest(ASKED, min_confidence=0, at=AT)
    logged = shown(suggester, showing=Showing(user="anna", customer_id="c1", ticket_id="t77", slate_id="s9"))
    assert [each.suggestion_id for each in logged] == ["s9:1", "s9:2", "s9:3"]
    assert [each.to_dict() | {"suggestion_id": ""} for each in logged] == [each.to_dict() for each in plain]
    (slate,) = suggester.feedback_log.slates()
    assert [each.answer for each in slate.shown] == [each.id for each in plain]
    assert [each.confidence for each in slate.shown] == [each.confidence for each in plain]
    assert (slate.at, slate.query, slate.propensity, slate.showing.ticket_id) == (AT, ASKED, 1.0, "t77")


def test_the_same_list_to_the_same_user_on_one_day_is_one_slate(suggester):
    first, again = shown(suggester), shown(suggester)
    other = shown(suggester, showing=Showing(user="bo"))
    tomorrow = suggester.suggest(ASKED, min_confidence=0, at=AT.replace(day=2), showing=Showing(user="anna"))
    ids = [each[0].suggestion_id for each in (first, again, other, tomorrow)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert len(suggester.feedback_log) == 3


def test_events_reach_the_log(suggester):
    first, second, third = shown(suggester)
    suggester.feedback(first.suggestion_id, event="dismissed", reason="gäller företag")
    suggester.feedback(second.suggestion_id, event="sent")
    (slate,) = suggester.feedback_log.slates()
    assert [each.reward for each in slate.shown] == [0.0, 1.0, 0.0]
    assert slate.shown[0].reason == "gäller företag"
    assert third.suggestion_id.endswith(":3")


def test_an_edited_reply_is_worth_the_share_of_words_it_kept(suggester):
    first = shown(suggester)[0]
    assert first.text.split() == "Klicka på Glömt lösenord. Du får ett mejl med en länk.".split()
    suggester.feedback(first.suggestion_id, event="edited", text=first.text.replace("mejl", "sms").replace("en", "1"))
    (slate,) = suggester.feedback_log.slates()
    # The unit is the article with its title: two more words, which no reply needs.
    assert slate.shown[0].kept == pytest.approx(1 - 4 / 14, abs=0.1)
    suggester.remove([first.id])
    suggester.feedback(first.suggestion_id, event="edited", text="något annat")
    (slate,) = suggester.feedback_log.slates()
    assert (slate.shown[0].kept, slate.shown[0].reward) == (None, 1.0)


def test_exploration_swaps_neighbours_and_says_how_likely_that_was(suggester):
    suggester.use_feedback_log(suggester.feedback_log, explore=0.5, seed=3)
    plain = [each.id for each in suggester.suggest(ASKED, min_confidence=0, at=AT)]
    orders = set()
    for user in range(60):
        logged = shown(suggester, showing=Showing(user=f"u{user}"))
        assert sorted(each.id for each in logged) == sorted(plain)
        assert logged == shown(suggester, showing=Showing(user=f"u{user}"))
        orders.add(tuple(each.id for each in logged))
    a, b, c = plain
    assert orders == {(a, b, c), (b, a, c), (a, c, b)}
    for slate in suggester.feedback_log.slates():
        assert slate.explore == 0.5
        assert slate.propensity == (0.25 if slate.swapped else 0.5)
        assert [each.answer for each in sorted(slate.shown, key=lambda each: each.rank)] == plain


def test_a_saved_and_a_loaded_suggester_share_the_log_beside_the_folder(tmp_path):
    made = Suggester(encoder="char-ngrams").fit(KnowledgeBase(TICKETS, ARTICLES))
    with pytest.raises(InputError, match="save the suggester first"):
        shown(made)
    version = made.save(tmp_path / "model")
    assert not (tmp_path / "model.feedback.sqlite").exists()
    first = shown(made)[0]
    other = Suggester.load(tmp_path / "model")
    other.feedback(first.suggestion_id, event="sent")
    (slate,) = FeedbackLog.beside(tmp_path / "model").slates()
    assert (slate.version, slate.shown[0].events) == (version, ("sent",))
    other.save(tmp_path / "model")
    assert len(Suggester.load(tmp_path / "model").feedback_log) == 1
    for each in (made, other):
        each.feedback_log.close()


def test_forget_erases_a_customers_slates_and_those_of_their_tickets(suggester):
    suggester.add(tickets=[TICKETS[0].__class__(id="t-9", created_at=AT, question="hej", customer_id="c-9")])
    shown(suggester, showing=Showing(user="anna", customer_id="c-9"))
    shown(suggester, "var är paketet", showing=Showing(user="anna", ticket_id="t-9"))
    shown(suggester, "byta adress", showing=Showing(user="anna", customer_id="c-8"))
    assert suggester.forget(customer_id="c-9") == 1
    assert [each.showing.customer_id for each in suggester.feedback_log.slates()] == ["c-8"]


def test_an_empty_list_is_logged_too(suggester):
    assert suggester.suggest("!!!", at=AT, showing=Showing()) == []
    assert [each.shown for each in suggester.feedback_log.slates()] == [()]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.suggest("hej", showing="anna"), "showing"),
        (lambda s: s.feedback("x:1", event="sent"), "suggestion_id"),
        (lambda s: s.feedback("x:1", event="sent", text=7), "text of feedback"),
        (lambda s: s.feedback("x:1", event="sent", reason=7), "reason of feedback"),
        (lambda s: s.use_feedback_log("x", explore=2), "explore"),
        (lambda s: s.use_feedback_log(None), "path of the feedback log must be a path, .* got NoneType"),
        (lambda s: s.use_feedback_log(""), "got an empty text"),
        (lambda s: s.feedback(None, event="sent"), "suggestion_id"),
        (lambda s: Showing(user=None), "user of Showing must be a text, got NoneType; leave out"),
        (lambda s: Showing(customer_id=7), "customer_id of Showing must be a text, got int; .* 7 is '7'"),
        (lambda s: Showing(ticket_id=b"t"), "ticket_id of Showing must be a text, got bytes"),
        (lambda s: Showing(user="a\ud800"), "lone surrogate"),
        (lambda s: Showing(slate_id="a:b"), "must not hold a colon"),
    ],
)
def test_bad_input_is_named(suggester, call, message):
    with pytest.raises(InputError, match=message):
        call(suggester)
