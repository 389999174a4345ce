from datetime import UTC, datetime
from itertools import permutations

import pytest

from faqsuggest.errors import InputError
from faqsuggest.training import Router
from faqsuggest.training.router import ANY, Shift, Skill
from faqsuggest.wording import REASONS, ROUTES, route_sentence

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OFFICE = Shift(start="08:00", end="17:00", zone="Europe/Stockholm")
AINO = Skill(name="Aino", tags={"faktura": 0.9, "leverans": 0.2}, languages=("fi", "sv"), shifts=(OFFICE,))
BO = Skill(name="Bo", tags={"faktura": 0.85, "leverans": 0.9}, languages=("sv", "en"), shifts=(OFFICE,), capacity=3)
NIGHT = Skill(name="Natt", tags={ANY: 0.5}, shifts=(Shift(days=(0,), start="22:00", end="06:00"),))
ALL = (AINO, BO, NIGHT)


def test_the_most_able_takes_it():
    found = Router(ALL).assign({"leverans": 0.9}, language="sv", at=MONDAY_NOON)
    assert (found.name, found.fit) == ("Bo", 0.9)
    assert found.reasons == (("tag", "leverans"), ("language", "sv"), ("only", ""))
    assert found.sentence("sv") == "Kan ärendet: leverans; arbetar på sv; lämpligast."
    assert found.to_dict()["reasons"][0] == ["tag", "leverans"]


def test_competence_is_weighted_by_the_probabilities_of_tags():
    assert AINO.fit({"faktura": 0.6, "leverans": 0.2}) == pytest.approx((0.6 * 0.9 + 0.2 * 0.2) / 0.8)
    assert NIGHT.fit({"okänd": 0.7}) == 0.5
    assert NIGHT.fit({}) == 0.5
    assert AINO.fit({}) == 0.0


@pytest.mark.parametrize(
    ("load", "name"),
    [({"Aino": 5, "Bo": 2}, "Bo"), ({"Aino": 1, "Bo": 2}, "Aino"), ({}, "Aino"), ({"Bo": 3}, "Aino")],
)
def test_of_the_equally_able_the_one_with_less_work_takes_it(load, name):
    found = Router(ALL, load).assign({"faktura": 0.9}, language="sv", at=MONDAY_NOON)
    assert found.name == name


def test_work_is_compared_as_a_share_where_all_have_a_capacity():
    small = Skill(name="A", tags={"faktura": 1.0}, capacity=4)
    large = Skill(name="B", tags={"faktura": 1.0}, capacity=20)
    assert Router([small, large], {"A": 2, "B": 6}).assign({"faktura": 1.0}).name == "B"


def test_the_order_of_skills_changes_nothing():
    names = {
        Router(order, {"Aino": 1, "Bo": 1}).assign({"faktura": 0.9}, at=MONDAY_NOON).name for order in permutations(ALL)
    }
    assert names == {"Aino"}


@pytest.mark.parametrize(
    ("tags", "language", "at", "load", "reason"),
    [
        ({"retur": 0.9}, "sv", MONDAY_NOON, {}, ("no-shift", "")),
        ({"leverans": 0.9}, "fi", MONDAY_NOON, {}, ("no-shift", "")),
        ({"faktura": 0.9}, "en", MONDAY_NOON, {"Bo": 3}, ("no-shift", "")),
        ({}, None, MONDAY_NOON, {}, ("no-shift", "")),
    ],
)
def test_a_night_shift_that_takes_anything_does_not_take_it_by_day(tags, language, at, load, reason):
    found = Router((NIGHT,), load).assign(tags, language=language, at=at)
    assert (found.name, found.fit, found.reasons) == (None, 0.0, (reason,))


@pytest.mark.parametrize(
    ("tags", "language", "at", "load", "reason"),
    [
        ({"retur": 0.9}, "sv", MONDAY_NOON, {}, ("no-tag", "retur")),
        ({"leverans": 0.9}, "fi", MONDAY_NOON, {}, ("no-language", "fi")),
        ({"leverans": 0.9}, "sv", MONDAY_NOON.replace(hour=20), {}, ("no-shift", "")),
        ({"leverans": 0.9}, "sv", MONDAY_NOON, {"Bo": 3}, ("no-capacity", "")),
        ({}, "sv", MONDAY_NOON, {}, ("no-tag", "")),
    ],
)
def test_nobody_comes_with_the_reason(tags, language, at, load, reason):
    found = Router((AINO, BO), load).assign(tags, language=language, at=at)
    assert (found.name, found.reasons) == (None, (reason,))
    for spoken in REASONS:
        assert reason[1] in found.sentence(spoken)
        assert "{}" not in found.sentence(spoken)


def test_many_inquiries_are_spread_and_the_given_load_stays_as_it_is():
    load = {"Aino": 0, "Bo": 0}
    found = Router((AINO, BO), load).assign_many([({"faktura": 0.9}, "sv")] * 8, at=MONDAY_NOON)
    assert [each.name for each in found] == ["Aino", "Bo"] * 3 + ["Aino", "Aino"]
    assert load == {"Aino": 0, "Bo": 0}


@pytest.mark.parametrize(
    ("at", "works"),
    [
        ("2026-03-02T07:00:00+00:00", True),  # 08:00 in Stockholm in winter
        ("2026-03-02T06:59:59+00:00", False),
        ("2026-03-02T16:00:00+00:00", False),
        ("2026-07-06T06:00:00+00:00", True),  # 08:00 there in summer
        ("2026-03-07T12:00:00+00:00", False),  # a Saturday
    ],
)
def test_shifts_follow_the_clock_of_their_zone(at, works):
    assert OFFICE.covers(datetime.fromisoformat(at)) is works


@pytest.mark.parametrize(
    ("at", "works"),
    [
        ("2026-03-02T22:00:00+00:00", True),
        ("2026-03-03T05:59:00+00:00", True),  # Tuesday morning of the shift that began on Monday
        ("2026-03-03T06:00:00+00:00", False),
        ("2026-03-03T23:00:00+00:00", False),
        ("2026-03-02T05:00:00+00:00", False),  # Monday morning belongs to Sunday's night
    ],
)
def test_a_shift_may_pass_midnight(at, works):
    assert NIGHT.shifts[0].covers(datetime.fromisoformat(at)) is works


def test_bad_input_is_named():
    with pytest.raises(InputError, match="zone one of the tz database"):
        Shift(zone="Europe/Nowhere")
    with pytest.raises(InputError, match="clock times"):
        Shift(start="25:00")
    with pytest.raises(InputError, match="days must be"):
        Shift(days=(7,))
    with pytest.raises(InputError, match="tags must map tags to numbers from 0 to 1; it does not for faktura"):
        Skill(name="A", tags={"faktura": 1.5})
    with pytest.raises(InputError, match=r"languages may be sv, .*; got xx"):
        Skill(name="A", tags={}, languages=("xx",))
    with pytest.raises(InputError, match=r"twice there: \['Aino'\]"):
        Router([AINO, AINO])
    with pytest.raises(InputError, match="at least one"):
        Router([])
    with pytest.raises(InputError, match="time zone"):
        Router(ALL).assign({"faktura": 0.5}, at=datetime(2026, 3, 2))
    with pytest.raises(InputError, match="numbers from 0 to 1"):
        Router(ALL).assign({"faktura": 1.2}, at=MONDAY_NOON)


def test_every_language_has_words_for_every_reason():
    assert ROUTES.keys() == REASONS.keys()
    for words in ROUTES.values():
        assert words.keys() == ROUTES["en"].keys()
    assert route_sentence([("any", ""), ("load", "2")], "fi") == (
        "Ottaa asiat ilman varmaa tunnistetta; vähiten töitä yhtä sopivista: 2 avoinna."
    )
    assert route_sentence([("only", "")], "xx") == "The most able."


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Shift(start=None), "clock times"),
        (lambda: Shift(start="08:00+01:00"), "clock times"),
        (lambda: Shift(zone=""), "zone one of the tz database"),
        (lambda: Shift(zone=7), "zone one of the tz database"),
        (lambda: Shift(days=None), "days must be"),
        (lambda: Shift().covers(datetime(2026, 3, 2)), "at must be a datetime with a time zone"),
        (lambda: Skill(name="", tags={}), "name must be a text"),
        (lambda: Skill(name="A", tags=None), "tags must map tags, as texts, to numbers from 0 to 1, got NoneType"),
        (lambda: Skill(name="A", tags={7: 1.0}), "with other keys than texts"),
        (lambda: Skill(name="A", tags={"faktura": "1"}), "it does not for faktura"),
        (lambda: Skill(name="A", tags={"faktura": float("nan")}), "it does not for faktura"),
        (lambda: Skill(name="A", tags={}, languages="sv"), "languages must be a tuple of str, got str"),
        (lambda: Skill(name="A", tags={}, shifts=OFFICE), "shifts must be a tuple of Shift, got Shift"),
        (lambda: Skill(name="A", tags={}, capacity="3"), "capacity must be a whole number of 0 or more"),
        (lambda: Skill(name="A", tags={}, capacity=1.5), "capacity must be a whole number of 0 or more"),
        (lambda: Router(None), "skills must be a sequence of Skill, got NoneType"),
        (lambda: Router(["Aino"]), "skills must be a sequence of Skill, got str"),
        (lambda: Router(ALL, load=None), "load must map names to open inquiries"),
        (lambda: Router(ALL, load={"Bo": float("nan")}).assign({}), "load must hold whole numbers.*not for Bo"),
        (lambda: Router(ALL).assign(None), "tags must map"),
        (lambda: Router(ALL).assign({"faktura": None}), "it does not for faktura"),
        (lambda: Router(ALL).assign({}, language="Swedish"), "language must be one of sv.*got 'Swedish'"),
        (lambda: Router(ALL).assign({}, at="2026-03-02"), "at must be a datetime with a time zone, got str"),
        (lambda: Router(ALL).assign_many({"faktura": 0.5}), "inquiries must be pairs"),
        (lambda: Router(ALL).assign_many([{"faktura": 0.5}]), "inquiries must be pairs"),
    ],
)
def test_wrong_types_are_named_not_raised_from_within(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_skills_may_come_from_a_generator_and_are_kept():
    router = Router(skill for skill in ALL)
    assert [router.assign({"leverans": 0.9}, at=MONDAY_NOON).name for _ in range(2)] == ["Bo", "Bo"]
