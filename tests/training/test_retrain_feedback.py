"""A retrain with the feedback log that real showings and real clicks wrote beside the model."""

import shutil
from datetime import timedelta

import numpy as np
import pytest

from benchmarks.training_kills import Setting, run
from faqsuggest import Suggester
from faqsuggest.feedback.records import Showing


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    return Setting.make(tmp_path_factory.mktemp("setting"))


def shown_and_judged(path, setting, event):
    """Forty inquiries of eight agents, each with a word from the agent on what was shown first."""
    suggester = Suggester.load(path)
    asked = [f"Undrar igen: {each.question}" for each in setting.kb.tickets[:40]]
    moment = setting.kb.tickets[85].created_at
    for place, text in enumerate(asked):
        at = moment + timedelta(minutes=place)
        showing = Showing(user=f"agent-{place % 8}", ticket_id=f"n{place}")
        found = suggester.suggest(text, min_confidence=0, at=at, showing=showing)
        suggester.feedback(found[0].suggestion_id, event=event, at=at)
    suggester.feedback_log.close()
    return asked, moment


def sureness(path, asked, moment):
    found = Suggester.load(path).suggest_many(asked, k=1, min_confidence=0, at=moment)
    return float(np.mean([each[0].confidence for each in found]))


def verdict_of(made):
    return next(each for each in made.verdicts if each.part == "ranking")


def test_what_agents_sent_is_learnt(setting, tmp_path):
    path = shutil.copytree(setting.champion, tmp_path / "model")
    asked, moment = shown_and_judged(path, setting, "sent")
    made = run(path, setting.kb)
    assert any(
        "34 lessons of feedback" in note for note in made.notes
    )  # six are the same inquiry of one agent, or were shown what the base had not then
    assert not any("lessons of feedback" in note for note in setting.made.notes)
    assert verdict_of(made).promoted
    assert sureness(path, asked, moment) > sureness(setting.after, asked, moment) + 0.05


def test_dismissals_that_later_inquiries_contradict_do_not_get_through_the_gate(setting, tmp_path):
    path = shutil.copytree(setting.champion, tmp_path / "model")
    shown_and_judged(path, setting, "dismissed")
    made = run(path, setting.kb)
    assert any("34 lessons of feedback" in note for note in made.notes)
    assert (verdict_of(made).promoted, verdict_of(setting.made).promoted) == (False, True)
