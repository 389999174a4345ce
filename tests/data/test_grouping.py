import random

import pytest

from faqsuggest.data.grouping import ReplyGroups, reply_body, template_of

LONG = "Du kan byta lösenord på sidan för inloggning genom att klicka på länken som vi skickar till din adress i dag"
ALIKE = LONG.replace("i dag", "i morgon")
OTHER = "Paketet är försenat och kommer fram till ombudet först på torsdag, följ det gärna i appen under Mina order"


def partition(groups, names):
    return {groups.group_of(name) for name in names}


def test_equal_but_for_digits_case_and_stops_is_one_group():
    groups = ReplyGroups()
    groups.add("1", "Du har 14 dagars ångerrätt.")
    groups.add("2", "du har 30 dagars ångerrätt!")
    groups.add("3", "Du har ingen ångerrätt.")
    assert groups.group_of("1") == groups.group_of("2") == {"1", "2"}
    assert groups.group_of("3") == {"3"}


def test_one_word_of_twenty_may_differ_and_a_short_word_of_six_may_not():
    groups = ReplyGroups()
    for name, body in {
        "1": LONG,
        "2": ALIKE,
        "3": OTHER,
        "4": "Ja, det går bra att göra",
        "5": "Nej, det går bra att göra",
    }.items():
        groups.add(name, body)
    assert partition(groups, "12345") == {frozenset("12"), frozenset("3"), frozenset("4"), frozenset("5")}


@pytest.mark.parametrize("seed", range(5))
def test_order_of_coming_and_going_does_not_matter(seed):
    words = LONG.split()
    bodies = {str(i): " ".join(words[:i] + ["ord"] * (i % 3) + words[i:]) for i in range(len(words))}
    bodies |= {"x": OTHER, "y": OTHER + " i dag"}
    chance = random.Random(seed)
    names = list(bodies)
    chance.shuffle(names)
    groups, gone = ReplyGroups(), names[::3]
    for name in names:
        groups.add(name, bodies[name])
    for name in gone:
        groups.remove(name)
    fresh, left = ReplyGroups(), sorted(set(names) - set(gone))
    for name in left:
        fresh.add(name, bodies[name])
    assert partition(groups, left) == partition(fresh, left)


def test_restored_groups_are_taken_up_and_go_on():
    groups = ReplyGroups()
    groups.restore({"1": "g", "2": "g", "3": "h"}, {"1": LONG, "2": ALIKE, "3": OTHER})
    groups.add("4", OTHER)
    assert partition(groups, "1234") == {frozenset("12"), frozenset("34")}


def test_bridge_taken_away_parts_the_group():
    ends = [LONG, LONG.replace("byta", "ändra").replace("skickar", "sänder"), LONG.replace("byta", "ändra")]
    groups = ReplyGroups()
    for name, body in zip("abm", ends, strict=True):
        groups.add(name, body)
    together = groups.group_of("a")
    groups.remove("m")
    assert together == {"a", "b", "m"} or "b" not in together
    assert groups.group_of("a") == {"a"}


def test_what_is_compared_is_the_body():
    assert reply_body("Hej Anna!\nDu hittar det i appen.\n\nMvh\nKundtjänst") == "Du hittar det i appen."
    assert reply_body("Hej!") == "Hej!"
    assert template_of("Order 123: klar!") == "order 0 klar"
