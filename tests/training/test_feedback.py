from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from contracts.small_base import ARTICLES, TICKETS, WordEncoder

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError
from faqsuggest.feedback.exploration import Exploration
from faqsuggest.feedback.records import Showing, Shown, Slate
from faqsuggest.suggester import Suggester
from faqsuggest.training.examination import FLOOR, Examination, examination_of, heeds, weighed
from faqsuggest.training.feedback import feedback_examples, lessons_of

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
THETA = (1.0, 0.5, 0.3)


def slate(name, answers, used=(), *, user="u", query="hej", explore=0.0, ticket="", at=START):
    shown = tuple(
        Shown(
            answer=answer,
            kind="article",
            confidence=0.5,
            rank=place,
            events=("sent",) if answer in used else (),
        )
        for place, answer in enumerate(answers, 1)
    )
    showing = Showing(user=user, ticket_id=ticket)
    return Slate(id=name, at=at, showing=showing, query=query, explore=explore, shown=shown)


def behaved(count, relevance, *, share=0.3, seed=0, theta=THETA):
    """Slates of agents who look at a place with probability θ and use what they look at by its relevance."""
    rng, exploration, made = np.random.default_rng(seed), Exploration(share), []
    for i in range(count):
        order, propensity = exploration.draw(f"s{i}", [False] * len(relevance))
        seen = rng.random(len(relevance)) < theta[: len(relevance)]
        liked = rng.random(len(relevance)) < np.array(relevance)[order]
        shown = tuple(
            Shown(
                answer=f"a{place}",
                kind="article",
                confidence=0.5,
                rank=place + 1,
                events=("sent",) if use else (),
            )
            for place, use in zip(order, seen & liked, strict=True)
        )
        showing = Showing(user=f"u{i % 20}")
        made.append(
            Slate(
                id=f"s{i}",
                at=START + timedelta(minutes=i),
                showing=showing,
                query=f"fråga {i}",
                propensity=propensity,
                explore=share,
                shown=shown,
            )
        )
    return made


def test_examination_is_found_from_swaps_whatever_the_answers_are_worth():
    for relevance in ((0.8, 0.5, 0.4), (0.2, 0.6, 0.9)):
        found = examination_of(behaved(6000, relevance))
        assert found.chances == pytest.approx(THETA, abs=0.06)
        assert min(found.uses[1:]) > 100


def test_without_exploration_only_the_first_place_is_known():
    found = examination_of(behaved(2000, (0.8, 0.5, 0.4), share=0.0))
    assert found.chances == (1.0,)
    assert (found.at(1), found.at(2)) == (1.0, 0.0)


def test_too_few_swaps_leave_a_place_unknown():
    assert examination_of(behaved(150, (0.5, 0.3, 0.2))).chances == (1.0,)


def test_places_with_few_swaps_follow_the_power_law_of_all():
    theta = tuple(place**-1.5 for place in range(1, 6))
    found = examination_of(behaved(8000, (0.6, 0.5, 0.4, 0.4, 0.4), theta=theta, seed=3), fewest=300)
    assert found.uses[1] >= 300 > found.uses[4]
    assert found.chances == pytest.approx([max(FLOOR, each) for each in theta], abs=0.05)


def test_examination_never_rises_and_has_a_floor():
    found = examination_of(behaved(6000, (0.8, 0.8, 0.8), theta=(0.5, 0.9, 0.01)))
    assert found.chances == pytest.approx((1.0, 1.0, FLOOR))


def test_fifty_identical_clicks_weigh_as_much_as_one():
    others = [slate(f"o{i}", "abc", "a", user=f"v{i % 3}", query=f"fråga {i}") for i in range(30)]
    once = [*others, slate("x", "abc", "b", query="min fråga")]
    often = [*others, *(slate(f"x{i}", "abc", "b", query="min fråga") for i in range(50))]
    often[-1] = replace(often[-1], shown=tuple(replace(one, events=one.events * 50) for one in often[-1].shown))

    def plain(slates):
        return [(each.user, each.query, each.weight, dict(each.answers)) for each in lessons_of(slates)]

    assert plain(often) == plain(once)


def test_no_user_outweighs_four_median_users():
    slates = [slate(f"o{i}", "ab", "a", user=f"v{i % 5}", query=f"fråga {i}") for i in range(50)]
    used = ("a" if i % 3 else "b" for i in range(4000))
    slates += [slate(f"x{i}", "ab", use, user="busy", query=f"annan fråga {i}") for i, use in enumerate(used)]
    totals = {}
    for each, weight in weighed(slates):
        totals[each.showing.user] = totals.get(each.showing.user, 0.0) + weight
    assert totals == pytest.approx({f"v{i}": 10.0 for i in range(5)} | {"busy": 40.0})


@pytest.mark.parametrize(
    ("habit", "counts"),
    [("attentive", True), ("first", False), ("random", False), ("never", False), ("random but new", True)],
)
def test_who_does_not_heed_what_is_shown_is_left_out(habit, counts):
    rng, slates = np.random.default_rng(2), []
    for i in range(40 if habit == "random but new" else 400):
        scores, best = rng.random(3), rng.integers(3)
        used = {"attentive": scores > rng.random(3), "first": np.arange(3) == 0, "never": np.zeros(3, bool)}
        use = used.get(habit, np.arange(3) == best)
        shown = tuple(
            Shown(answer=f"a{j}", kind="article", confidence=scores[j], rank=j + 1, events=("sent",) if use[j] else ())
            for j in range(3)
        )
        slates.append(Slate(id=f"s{i}", at=START, showing=Showing(user="u"), query=f"fråga {i}", shown=shown))
    assert heeds(slates) is counts
    assert bool(lessons_of(slates)) is counts


def test_labels_are_right_on_average_wherever_an_answer_stood():
    relevance = (0.3, 0.6, 0.5)
    lessons = lessons_of(behaved(6000, relevance, seed=4), examination=Examination(THETA))
    for place, expected in enumerate(relevance):
        pairs = [each.answers[(f"a{place}",)] for each in lessons]
        assert np.mean([used / seen for used, seen in pairs]) == pytest.approx(expected, abs=0.05)


def test_places_without_examination_teach_nothing():
    (lesson,) = lessons_of([slate("s", "abc", "b")])
    assert dict(lesson.answers) == {("a",): (0.0, 1.0)}


@pytest.fixture(scope="module")
def suggester():
    return Suggester(encoder=WordEncoder()).fit(KnowledgeBase(TICKETS, ARTICLES))


def test_examples_carry_labels_for_what_was_shown_and_is_still_there(suggester):
    asked = "jag har glömt mitt lösenord till appen"
    log = [
        slate("s1", ("a-retur", "a-pass", "a-gone"), ("a-pass",), query=asked, user="anna"),
        slate("s2", ("a-pass", "a-retur"), ("a-pass",), query="glömt lösenord hej", user="bo", ticket="t-pass"),
    ]
    (example,) = feedback_examples(suggester, lessons_of(log, examination=Examination((1.0, 0.5, 0.25))))
    assert (example.user, example.query, example.at) == ("anna", asked, START)
    rows = zip(example.keys, example.used, example.seen, example.weights, strict=True)
    known = {key: (used, seen, weight) for key, used, seen, weight in rows}
    articles = suggester.units_.book.answers
    keys = {article: key for key, answer in articles.items() for article in answer.articles}
    assert known.pop(keys["a-pass"]) == (1.0, 0.5, 1.0)
    assert known.pop(keys["a-retur"]) == (0.0, 1.0, 1.0)
    assert set(known.values()) == {(0.0, 0.0, 0.0)}
    assert example.table.shape[0] == len(example.keys)


def test_slates_and_lessons_are_not_mixed(suggester):
    one = slate("s", "ab", "a")
    with pytest.raises(InputError, match="both"):
        feedback_examples(suggester, [one, *lessons_of([one])])
