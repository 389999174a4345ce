from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from contracts.small_base import ARTICLES, TICKETS, WordEncoder

from faqsuggest.calibrated import Confidence, learn
from faqsuggest.confidence import Calibrator, order_of
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError
from faqsuggest.evidence import COLUMNS
from faqsuggest.feedback.records import Showing, Shown, Slate
from faqsuggest.outcomes import Graded, labels_of
from faqsuggest.suggester import Suggester
from faqsuggest.training.feedback import learn_from_feedback, order_gain

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
TITLE, FIRST = COLUMNS.index("title_words"), COLUMNS.index("first")
SEEN = np.array([1.0, 0.3, 0.2])


def blank(bias=-1.0):
    return Calibrator(
        weights=np.zeros((2, len(COLUMNS))),
        bias=(bias + 0.5, bias),
        centre=np.zeros(len(COLUMNS)),
        scale=np.ones(len(COLUMNS)),
    )


def handled(count, seed=0, seen=SEEN):
    """Inquiries whose right answer has the words of the title, wherever the order in use puts it."""
    rng, graded, right = np.random.default_rng(seed), [], []
    for i in range(count):
        table = np.zeros((3, len(COLUMNS)))
        best = int(rng.choice(3, p=(0.4, 0.3, 0.3)))
        table[0, FIRST], table[best, TITLE] = 1.0, 2.0
        used = (rng.random(3) < seen) & (rng.random(3) < np.where(np.arange(3) == best, 0.95, 0.02))
        graded.append(
            Graded(f"u{i % 7}", f"fråga {i}", START, table, used.astype(float), seen, np.ones(3), ("a", "b", "c"))
        )
        right.append(best)
    return graded, right


def first_right(calibrator, graded, right):
    firsts = [order_of(calibrator, each.table, calibrator.probabilities(each.table))[0] for each in graded]
    return float(np.mean([first == best for first, best in zip(firsts, right, strict=True)]))


def test_labels_by_hand():
    one = Graded(
        "u", "hej", START, np.zeros((3, len(COLUMNS))), np.array([0.0, 0.0, 1.0]), SEEN, np.ones(3), ("", "", "")
    )
    even = replace(blank(), bias=(0.0, 0.0))
    (labels,) = labels_of([one], even)
    # Seen and left: wrong. Seen with 0.3 and left: (0.7 · 0.5) / (1 − 0.3 · 0.5). Used: right.
    assert labels == pytest.approx([0.0, 0.35 / 0.85, 1.0])


def test_what_stands_low_is_learnt_in_spite_of_its_place():
    graded, _ = handled(600)
    unseen, right = handled(400, seed=1)
    start = blank()
    before = first_right(start, unseen, right)
    naive = [replace(each, seen=np.ones(3)) for each in graded]
    ours = replace(learn((), graded, start), reorder=True)
    assert before == pytest.approx(0.4, abs=0.05)
    assert first_right(ours, unseen, right) > 0.95
    chances = ours.probabilities(unseen[0].table)
    plain = replace(learn((), naive, start), reorder=True).probabilities(unseen[0].table)
    assert right[0] > 0
    assert chances[right[0]] > 0.55 > 0.3 > plain[right[0]]  # on its way to 0.95; clicks as they are say 0.95 · 0.3


def test_the_chance_to_be_seen_changes_what_a_label_says_not_what_is_most_likely():
    """Found weights are where the likelihood of the uses, written out by hand, is largest."""
    graded, _ = handled(200)
    found = learn((), graded, blank())

    def loss(weights, bias):
        total = 15.0 * (weights**2).sum() + 0.5 * ((bias[0] + 0.5) ** 2 + (bias[1] + 1.0) ** 2)
        for each in graded:
            chances = each.seen * replace(blank(), weights=weights, bias=bias).probabilities(each.table)
            total -= (each.used * np.log(chances) + (1 - each.used) * np.log(1 - chances)).sum()
        return total

    best = loss(found.weights, found.bias)
    for part, bump in ((0, 0.02), (0, -0.02), (1, 0.02), (1, -0.02)):
        other = found.weights.copy()
        other[part, TITLE] += bump
        assert loss(other, found.bias) > best
        bias = tuple(value + bump * (place == part) for place, value in enumerate(found.bias))
        assert loss(found.weights, bias) > best


def test_weight_zero_teaches_nothing():
    graded, _ = handled(100)
    wrong = [replace(each, used=1 - each.used, weights=np.zeros(3)) for each in handled(100, seed=5)[0]]
    assert learn((), [*graded, *wrong], blank()).weights == pytest.approx(learn((), graded, blank()).weights, abs=1e-9)


def test_gain_is_seen_where_there_is_one_and_not_where_use_is_random():
    graded, _ = handled(600)
    gain, low, high = order_gain(graded, blank())
    assert 0 < low < gain < high
    rng = np.random.default_rng(3)
    noise = [replace(each, used=(rng.random(3) < 0.2 * SEEN).astype(float)) for each in graded]
    assert order_gain(noise, blank())[1] <= 0
    assert order_gain(graded[:100], blank())[1] == -np.inf


@pytest.fixture
def suggester():
    made = Suggester(encoder=WordEncoder()).fit(KnowledgeBase(TICKETS, ARTICLES))
    return made.use_confidence(Confidence(calibrator=blank()))


def slates(count, answers=("a-pass", "a-fakt", "a-adr")):
    made = []
    for i in range(count):
        shown = tuple(
            Shown(answer=answer, kind="article", confidence=0.5, rank=place, events=("sent",) if place == 1 else ())
            for place, answer in enumerate(answers, 1)
        )
        moment = START + timedelta(minutes=i)
        showing = Showing(user=f"u{i % 9}")
        made.append(Slate(id=f"s{i}", at=moment, showing=showing, query=f"glömt lösenord {i}", shown=shown))
    return made


def test_an_order_that_is_right_already_stays(suggester):
    before = suggester.confidence_
    answers = [each.id for each in suggester.suggest("glömt lösenord 7", min_confidence=0)]
    report = learn_from_feedback(suggester, slates(140, answers))
    assert (report.lessons, report.users, report.reorder) == (140, 9, False)
    assert report.examination.chances == (1.0,)
    assert suggester.confidence_ is before


def test_learning_from_feedback_needs_a_start():
    made = Suggester(encoder=WordEncoder()).fit(KnowledgeBase(TICKETS, ARTICLES))
    with pytest.raises(InputError, match="calibrate"):
        learn_from_feedback(made, slates(3))


def test_learn_confidence_takes_feedback_beside_tickets(suggester, monkeypatch):
    from faqsuggest.training import ranker

    given = []
    monkeypatch.setattr(
        ranker,
        "calibrate",
        lambda outcomes, current, feedback=(), order=None: given.extend(feedback) or (current, None),
    )
    early = [replace(each, at=TICKETS[0].created_at + timedelta(days=1, hours=i)) for i, each in enumerate(slates(10))]
    late = replace(early[0], id="late", query="glömt lösenord sist", at=START)
    own = replace(early[1], id="own", query="glömt lösenord eget", showing=Showing(user="u", ticket_id=TICKETS[1].id))
    ranker.learn_confidence(suggester, folds=3, feedback=[*early, late, own])
    taught = {each.query for each in given}
    assert "glömt lösenord 0" in taught
    assert not taught & {"glömt lösenord sist", "glömt lösenord eget"}
