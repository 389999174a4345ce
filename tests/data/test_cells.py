from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest

from faqsuggest.data import cells
from faqsuggest.data.times import Clock

CLOCK = Clock()


@pytest.mark.parametrize("word", ["NA", "null", "nan", "None", "N/A", "-", "0", "true"])
@pytest.mark.parametrize("read", [cells.read_prose, cells.read_label, cells.read_key])
def test_words_stay_words(read, word):
    assert read(word, CLOCK) == word


@pytest.mark.parametrize("missing", [None, "", " ", "\u200b", float("nan"), np.float32("nan"), Decimal("nan")])
@pytest.mark.parametrize("read", [cells.read_prose, cells.read_label, cells.read_language])
def test_nothing_is_missing(read, missing):
    assert read(missing, CLOCK) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("007", "007"),
        (" A  1 ", "A  1"),
        (7, "7"),
        (np.int64(7), "7"),
        (7.0, "7"),
        (7.5, "7.5"),
        (Decimal("12"), "12"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("a\u0308", "ä"),
        ("A&amp;B", "A&amp;B"),
    ],
)
def test_ids_are_texts(value, expected):
    assert cells.read_key(value, CLOCK) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (True, "a text is needed, got bool"),
        (np.bool_(True), "a text is needed, got bool"),
        (b"7", "a text is needed, got bytes"),
        ({"id": 7}, "a text is needed, got dict"),
        (1e18, "too large to be exact"),
        ("a\x00b", "invisible"),
        ("a\ud800", "invisible"),
        ("x" * 513, "longer than 512"),
    ],
)
def test_what_cannot_be_an_id(value, reason):
    with pytest.raises(cells.CellError, match=reason):
        cells.read_key(value, CLOCK)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("no", "nb"), ("NO-no", "nb"), ("nb_NO", "nb"), ("nn-NO", "nn"), ("sv-SE", "sv"), ("SWE", "sv"),
        ("Finnish", "fi"),         ("da", "da"), ("en-GB", "en"), ("DE", "de"), ("tlh", "tlh"), ("svenska", "sv"),
    ],
)  # fmt: skip
def test_languages(value, code):
    assert cells.read_language(value, CLOCK) == code


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("kort;spärr", ("kort", "spärr")),
        (" kort ; ;kort", ("kort",)),
        ('["a;b", "c"]', ("a;b", "c")),
        ("[VIP];x", ("[VIP]", "x")),
        (["kort", "spa\u0308rr", ""], ("kort", "spärr")),
        (("b", "a"), ("b", "a")),
        ({"b", "a"}, ("a", "b")),
        (np.array(["x", "y"]), ("x", "y")),
        ("", ()),
        (None, ()),
        (float("nan"), ()),
        (7, ("7",)),
    ],
)
def test_tags(value, expected):
    assert cells.read_tags(value, CLOCK) == expected


@pytest.mark.parametrize("value", ["['a', 'b']", ["a", ["b"]], [b"a"]])
def test_broken_lists_are_refused(value):
    with pytest.raises(cells.CellError):
        cells.read_tags(value, CLOCK)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("4", 4.0), ("4,5", 4.5), (" 3.25 ", 3.25), (np.int8(2), 2.0), (Decimal("1.5"), 1.5), ("NA", None), (None, None)],
)
def test_numbers(value, expected):
    assert cells.read_number(value, CLOCK) == expected


@pytest.mark.parametrize("value", ["four", "inf", float("inf"), 10**400, True, [1], "1,000.5"])
def test_what_is_no_number(value):
    with pytest.raises(cells.CellError, match="number"):
        cells.read_number(value, CLOCK)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (np.bool_(False), False),
        (1, True),
        (0.0, False),
        ("JA", True),
        ("nei", False),
        ("", None),
        ("NA", None),
    ],
)
def test_flags(value, expected):
    assert cells.read_flag(value, CLOCK) is expected


@pytest.mark.parametrize("value", ["maybe", 2, [True]])
def test_what_is_no_flag(value):
    with pytest.raises(cells.CellError):
        cells.read_flag(value, CLOCK)


def test_closed_sets_name_the_choice_and_not_the_cell():
    read = cells.choose("public", "internal")
    assert read("Public ", CLOCK) == "public"
    assert read(None, CLOCK) is None
    with pytest.raises(cells.CellError, match="must be public or internal, got another text of 6 characters") as caught:
        read("secret", CLOCK)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "2024-04-03T07:30:00Z", "2024-04-03 09:30+02:00", "2024-04-03 07:30:00 UTC", "2024-04-03 09:30:00 +0200",
        "20240403T073000Z", datetime(2024, 4, 3, 7, 30), datetime(2024, 4, 3, 7, 30, tzinfo=UTC),
        np.datetime64("2024-04-03T07:30:00.000000000"), "2024-04-03T07:30:00.0000009Z",
    ],
)  # fmt: skip
def test_times(value):
    assert cells.read_time(value, CLOCK) == datetime(2024, 4, 3, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("value", ["2024-04-03", date(2024, 4, 3), "20240403"])
def test_a_day_starts_and_ends(value):
    assert cells.read_time(value, CLOCK) == datetime(2024, 4, 3, tzinfo=UTC)
    assert cells.read_end(value, CLOCK) == datetime(2024, 4, 3, 23, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "", "NaT", "null", float("nan"), np.datetime64("NaT")])
def test_missing_times(value):
    assert cells.read_time(value, CLOCK) is None


@pytest.mark.parametrize("value", [1712129400, 1712129400000.0, True, b"2024-04-03", ["2024-04-03"]])
def test_numbers_and_others_are_no_times(value):
    with pytest.raises(cells.CellError, match=f"a time is needed, got {type(value).__name__}.*unit='s'"):
        cells.read_time(value, CLOCK)
