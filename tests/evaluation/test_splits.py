from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError
from faqsuggest.evaluation.duplicates import near_duplicates
from faqsuggest.evaluation.splits import independent_groups, rolling_origin, split_at_random, split_by_time
from faqsuggest.forked import beside
from faqsuggest.records import Ticket

START = datetime(2025, 1, 1, tzinfo=UTC)
WORDS = "paket faktura lösenord retur adress ventil kundkort hyra pass timer bokning kvitto skatt larm".split()


def ticket(number, day, question=None, **fields):
    text = question or f"{WORDS[number % 14]} {WORDS[number * 5 % 13]} fråga {chr(97 + number % 26) * 9}?"
    return Ticket(id=f"t{number}", created_at=START + timedelta(days=day), question=text, **fields)


def ids(base):
    return [each.id for each in base.tickets]


def test_no_reply_sent_after_the_cut_is_known():
    base = KnowledgeBase(
        tickets=(
            ticket(0, 0, reply="early", replied_at=START + timedelta(days=1)),
            ticket(1, 1, reply="late", replied_at=START + timedelta(days=9)),
            ticket(2, 8, reply="test", replied_at=START + timedelta(days=9)),
        )
    )
    train, test = split_by_time(base, START + timedelta(days=5))
    assert [each.reply for each in train.tickets] == ["early", None]
    assert ids(test) == ["t2"]


def test_gap_and_end_bound_the_test():
    base = KnowledgeBase(tickets=tuple(ticket(day, day) for day in range(20)))
    split = split_by_time(base, START + timedelta(days=5), gap="3d", until=START + timedelta(days=10))
    assert ids(split.train) == ["t0", "t1", "t2", "t3", "t4"]
    assert ids(split.test) == ["t8", "t9"]


def test_threads_and_customers_never_straddle():
    base = KnowledgeBase(
        tickets=(
            ticket(0, 0, thread_id="a"),
            ticket(1, 1, customer_id="x"),
            ticket(2, 2),
            ticket(3, 8, thread_id="a"),
            ticket(4, 9, customer_id="x"),
        )
    )
    train, test = split_by_time(base, START + timedelta(days=5))
    assert ids(train) == ["t2"]
    assert ids(test) == ["t3", "t4"]
    assert ids(split_by_time(base, START + timedelta(days=5), apart=()).train) == ["t0", "t1", "t2"]


def test_repeats_are_set_aside_to_be_scored_apart():
    base = KnowledgeBase(
        tickets=(
            ticket(0, 0, "Var är mitt paket med ordernummer 4711?"),
            ticket(1, 8, "var är mitt paket med ordernummer 9923"),
            ticket(2, 9, "Kan jag få faktura på papper?"),
        )
    )
    split = split_by_time(base, START + timedelta(days=5))
    assert ids(split.test) == ["t2"]
    assert ids(split.repeats) == ["t1"]


def test_a_fraction_is_a_share_of_the_tickets():
    base = KnowledgeBase(tickets=tuple(ticket(day, day) for day in range(10)))
    assert len(split_by_time(base, 0.7).train.tickets) == 7


def test_rolling_cuts_test_each_ticket_once():
    base = KnowledgeBase(tickets=tuple(ticket(day, day) for day in range(40)))
    splits = rolling_origin(base, cuts=4, first=0.5, apart=())
    assert [len(split.train.tickets) for split in splits] == [20, 25, 30, 35]
    assert [name for split in splits for name in ids(split.test)] == [f"t{n}" for n in range(20, 40)]


def test_random_split_is_marked_and_deterministic():
    base = KnowledgeBase(tickets=tuple(ticket(day, day) for day in range(40)))
    split = split_at_random(base, 0.5, seed=3)
    assert split.kind == "random"
    assert sorted(ids(split.train) + ids(split.test)) == sorted(ids(base))
    assert ids(split_at_random(base, 0.5, seed=3).test) == ids(split.test)


def test_empty_side_and_bad_arguments_are_named():
    base = KnowledgeBase(tickets=(ticket(0, 0, customer_id="x"), ticket(1, 9, customer_id="x")))
    with pytest.raises(InputError, match="the train side of the split is empty"):
        split_by_time(base, START + timedelta(days=5))
    with pytest.raises(InputError, match="gap of split_by_time must be"):
        split_by_time(base, START, gap="soon")
    with pytest.raises(InputError, match="fraction between 0 and 1; got 2"):
        split_by_time(base, 2.0)
    with pytest.raises(InputError, match="apart may hold"):
        split_by_time(base, 0.5, apart=("family",))


def test_groups_are_handed_on():
    groups = independent_groups(
        [
            ticket(0, 0, customer_id="x", thread_id="a"),
            ticket(1, 0, thread_id="a"),
            ticket(2, 0, customer_id="x"),
            ticket(3, 0),
        ]
    )
    assert groups.tolist() == [0, 0, 0, 1]


def test_near_duplicates_equal_the_exact_groups():
    rng = np.random.default_rng(0)
    base = ["".join(rng.choice(list("abcdefghij "), size=120)) for _ in range(150)]
    texts = [text if rng.random() < 0.3 else text[:60] + "x" + text[61:] for text in base for _ in range(3)]
    for processes in (1, 3):
        with beside(processes):
            groups = near_duplicates(texts)
        assert groups.tolist() == np.repeat(np.arange(150), 3).tolist()


def test_order_numbers_do_not_tell_questions_apart_but_words_do():
    groups = near_duplicates(
        ["Faktura 123 stämmer inte", "faktura 987 stämmer inte!", "Fraktsedel 123 stämmer inte", "", "?"]
    )
    assert groups.tolist() == [0, 0, 1, 2, 3]
