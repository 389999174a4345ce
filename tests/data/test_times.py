from datetime import UTC, datetime, timedelta, timezone

import pytest

from faqsuggest.data.times import Clock, as_moment, shape_of
from faqsuggest.errors import InputError


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize("text", ["03/04/2024", "3.4.2024 10:15", "25/12/24", "03-04-2024"])
def test_ambiguous_dates_are_refused_with_the_remedy(text):
    with pytest.raises(ValueError, match=r"ambiguous date .*date_format='%d/%m/%Y'.*ISO 8601") as caught:
        Clock().read(text)
    assert text not in str(caught.value)


@pytest.mark.parametrize("text", ["yesterday", "2024-13-01", "45000", "1987", "Ring 070-1740605", "x" * 10_000])
def test_other_texts_are_refused_by_shape(text):
    with pytest.raises(ValueError, match=r"not an ISO 8601 time .*pass date_format=") as caught:
        Clock().read(text)
    assert len(str(caught.value)) < 200
    assert text not in str(caught.value)


def test_date_format_settles_the_order_and_iso_still_works():
    clock = Clock.of("%d/%m/%Y", None)
    assert clock.read("03/04/2024") == utc(2024, 4, 3)
    assert clock.read("2024-04-03") == utc(2024, 4, 3)
    assert clock.read("03/04/2024", whole_day=True) == utc(2024, 4, 3, 23, 59, 59, 999999)
    assert Clock.of("%m/%d/%Y %H:%M", None).read("03/04/2024 00:00", whole_day=True) == utc(2024, 3, 4)
    with pytest.raises(ValueError, match="neither date_format '%d/%m/%Y' nor ISO 8601"):
        clock.read("04/31/2024")


@pytest.mark.parametrize("date_format", ["%d/%m", "%H:%M", "dd/mm/yyyy", "%Q", "", 7])
def test_formats_that_name_no_day(date_format):
    with pytest.raises(InputError, match="date_format must"):
        Clock.of(date_format, None)


def test_naive_times_take_the_zone_and_aware_ones_keep_theirs():
    stockholm = Clock.of(None, "Europe/Stockholm")
    assert stockholm.read("2024-01-15 10:00") == utc(2024, 1, 15, 9)
    assert stockholm.read("2024-07-15 10:00") == utc(2024, 7, 15, 8)
    assert stockholm.read("2024-07-15 10:00Z") == utc(2024, 7, 15, 10)
    assert Clock.of(None, timezone(timedelta(hours=-3))).read("2024-07-15") == utc(2024, 7, 15, 3)


def test_daylight_saving_gap_and_overlap():
    stockholm = Clock.of(None, "Europe/Stockholm")
    assert stockholm.read("2024-03-31 02:30") == utc(2024, 3, 31, 1, 30)
    assert stockholm.read("2024-10-27 02:30") == utc(2024, 10, 27, 0, 30)


def test_for_ever_stays_a_time():
    assert Clock.of(None, "America/New_York").read("9999-12-31", whole_day=True) == datetime.max.replace(tzinfo=UTC)
    assert Clock.of(None, "Europe/Helsinki").read("0001-01-01") == datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize("name", ["Europe/Stokholm", "", "../etc", 3])
def test_unknown_zones(name):
    with pytest.raises(InputError, match="timezone must be a name such as 'Europe/Stockholm'"):
        Clock.of(None, name)


def test_shape_hides_the_content():
    assert shape_of("Anna, 070-174 06 05") == "'aaaa, 999-999 99 99'"
    assert shape_of("x" * 100) == "'" + "a" * 24 + "…'"


def test_as_moment():
    assert as_moment("2024-04-03", argument="time") == utc(2024, 4, 3)
    with pytest.raises(InputError, match=r"time must be a time such as .* got int"):
        as_moment(5, argument="time")
    with pytest.raises(InputError, match=r"time must be a time such as .*ambiguous"):
        as_moment("03/04/2024", argument="time")
