import os
from datetime import timedelta

import pytest

from benchmarks.simulate import Settings, desks_folder, simulate

if not os.environ.get("FAQSUGGEST_DATA"):
    pytest.skip("development data: set FAQSUGGEST_DATA", allow_module_level=True)

HOW = Settings()


@pytest.fixture(scope="module")
def made():
    return simulate(desks_folder(), 3000, seed=4)


def test_the_same_seed_gives_the_same_history_and_another_another(made):
    again, other = simulate(desks_folder(), 3000, seed=4), simulate(desks_folder(), 3000, seed=5)
    assert again.kb.tickets == made.kb.tickets
    assert again.truth.equals(made.truth)
    assert other.kb.tickets != made.kb.tickets


def test_it_is_a_history_as_a_desk_would_export_it(made):
    tickets, articles = made.kb.tickets, {each.id: each for each in made.kb.articles}
    assert len(tickets) == 3000
    assert len({ticket.id for ticket in tickets}) == 3000
    times = [ticket.created_at for ticket in tickets]
    assert times == sorted(times)
    assert times[-1] - times[0] > timedelta(days=700)
    assert {"sv", "nb", "da", "fi", "en"} <= {ticket.language for ticket in tickets}
    assert len({ticket.channel for ticket in tickets}) >= 3
    assert all(ticket.replied_at > ticket.created_at for ticket in tickets if ticket.reply)
    linked = [(ticket, articles[each]) for ticket in tickets for each in ticket.article_ids]
    assert len(linked) > 500
    assert all(article.updated_at < ticket.replied_at for ticket, article in linked)


def test_shares_are_those_of_the_settings(made):
    truth = made.truth[~made.truth["follow_up"]]
    assert truth["topic"].notna().mean() == pytest.approx(HOW.repeats, abs=0.03)
    assert made.truth["follow_up"].mean() == pytest.approx(HOW.follow_ups, abs=0.01)
    answered = truth[truth["topic"].notna() & truth["reply_topic"].notna()]
    assert answered["macro"].mean() == pytest.approx(HOW.macros, abs=0.03)
    wrong = (answered["topic"] != answered["reply_topic"]).mean()
    assert 0.01 < wrong <= HOW.inconsistent + 0.01  # fewer, where no topic shares a tag


def test_mondays_are_busy_sundays_quiet_and_campaigns_rise(made):
    days = [ticket.created_at.weekday() for ticket in made.kb.tickets]
    assert days.count(0) > 2.5 * days.count(6)
    assert made.truth["campaign"].sum() > 0


def test_wordings_and_topics_turn_up_over_time(made):
    half = len(made.truth) // 2
    first, second = made.truth["source"][:half], made.truth["source"][half:]
    assert len(set(second) - set(first)) > 0.1 * len(set(first))
    assert (made.truth["version"][:half] > 0).mean() < (made.truth["version"][half:] > 0).mean()
