from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from contracts.small_base import START, article, ticket

from faqsuggest.data.answers import Unit
from faqsuggest.filters import FALLBACK, Filters, Permissions, chain, permits


def unit(record, field="article"):
    return Unit(f"{field}/{record.id}", field, record)


def test_chains_start_at_home_and_end_where_the_reader_can_follow():
    assert chain("nb") == ("nb", "nn", "da", "sv", "en")
    assert chain("de") == ("de", "en")
    for language, served in FALLBACK.items():
        assert served[0] == language
        assert "en" in served
        assert len(set(served)) == len(served)


@pytest.mark.parametrize(
    ("filters", "own", "other", "none"),
    [
        (Filters(), True, True, True),
        (Filters(brand="a"), True, False, True),
        (Filters(language="sv"), True, False, True),
        (Filters(kinds=("reply",)), False, False, False),
    ],
)
def test_articles(filters, own, other, none):
    articles = (
        article("1", "x", brand="a", language="sv"),
        article("2", "x", brand="b", language="fi"),
        article("3", "x"),
    )
    assert tuple(permits(filters, unit(each)) for each in articles) == (own, other, none)


def test_internal_articles_are_for_staff():
    staff = unit(article("1", "x", audience="internal"))
    assert not permits(Filters(), staff)
    assert permits(Filters(audience=("internal", "public")), staff)


def test_replies_by_channel_and_questions_by_what_they_lead_to():
    answered = ticket("1", "q", "svar", channel="chat", brand="a")
    linked = ticket("2", "q", None, article_ids=("x",), channel="chat")
    open_ = ticket("3", "q")
    assert permits(Filters(channel="chat"), unit(answered, "reply"))
    assert not permits(Filters(channel="mail"), unit(answered, "reply"))
    assert permits(Filters(channel="mail"), unit(answered, "question"))
    assert not permits(Filters(brand="b"), unit(answered, "question"))
    assert not permits(Filters(kinds=("article",)), unit(answered, "question"))
    assert permits(Filters(kinds=("article",)), unit(linked, "question"))
    assert not permits(Filters(kinds=("reply",)), unit(linked, "question"))
    assert not permits(Filters(), unit(open_, "question"))


def test_masks_follow_the_units_and_the_clock():
    day = timedelta(days=1)
    permissions = Permissions()
    permissions.set(0, unit(article("0", "x", valid_until=START + day)))
    assert permissions.mask(Filters(at=START)).tolist() == [True]
    permissions.set(1, unit(article("1", "x", valid_from=START + day, brand="a")))
    permissions.set(2, None)
    permissions.set(3, unit(article("3", "x", brand="b")))
    assert permissions.mask(Filters(at=START)).tolist() == [True, False, False, True]
    assert permissions.mask(Filters(at=START + day)).tolist() == [True, True, False, True]
    assert permissions.mask(Filters(at=START + 2 * day, brand="a")).tolist() == [False, True, False, False]
    permissions.set(0, None)
    permissions.set(1, unit(article("1", "x")))
    assert permissions.mask(Filters(at=START)).tolist() == [False, True, False, True]
    assert permissions.mask(Filters()).tolist() == [False, True, False, True]
    for number in range(70):
        assert permissions.mask(Filters(brand=str(number), at=datetime.now(UTC))).tolist() == [
            False,
            True,
            False,
            False,
        ]


def test_readers_who_are_served_alike_share_a_mask():
    permissions = Permissions()
    for number, language in enumerate(("sv", "nb", "fi", "en", None)):
        permissions.set(number, unit(article(str(number), "x", language=language)))
    north = permissions.mask(Filters(language="sv"))
    assert north is permissions.mask(Filters(language="nb", at=START))
    assert north.tolist() == [True, True, False, True, True]
    assert permissions.mask(Filters(language="fi")).tolist() == [True, False, True, True, True]
    assert permissions.mask(Filters(language="de")).tolist() == [False, False, False, True, True]


def test_a_mask_asks_of_every_unit_what_permits_asks():
    units = [
        unit(ticket(str(n), "q", reply, brand=brand, channel=channel, language=language, article_ids=linked), field)
        for n, (field, reply, brand, channel, language, linked) in enumerate(
            product(("question", "reply"), ("svar", None), ("a", None), ("chat", None), ("sv", "fi"), ((), ("x",)))
        )
    ]
    units += [
        unit(article(str(n), "x", brand=brand, language=language, kind=kind, audience=audience))
        for n, (brand, language, kind, audience) in enumerate(
            product(("a", "b"), ("sv", None), ("article", "standard"), ("public", "internal"))
        )
    ]
    permissions = Permissions()
    for number, each in enumerate(units):
        permissions.set(number, each)
    for filters in (
        Filters(),
        Filters(brand="a", language="sv"),
        Filters(channel="mail", kinds=("reply",)),
        Filters(kinds=("article", "standard"), audience=("internal", "public"), language="en"),
    ):
        assert permissions.mask(filters).tolist() == [permits(filters, each) for each in units]
