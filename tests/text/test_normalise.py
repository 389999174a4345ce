import hashlib
import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsuggest.errors import InputError
from faqsuggest.text.normalise import MAX_CHARACTERS, as_text, content_hash, fold, normalise


@pytest.mark.parametrize(
    "spelling",
    [
        "Löseno\u0072d är borta",
        "Lo\u0308senord a\u0308r borta",
        "L&ouml;senord &auml;r borta",
        "L&#246;senord &#xE4;r borta",
        "Lösenord\u00a0är\u202fborta",
        "Lösen\u00adord är\u00ad borta",
        "Lösen\u200bord\ufeff är\u2060 borta",
        "\u202eLösenord\u202c är\u200f borta",
        "Löse\x00nord är\x07 borta\x1b",
        "Löse\ud800nord är borta\udfff",
        "  Lösenord \t är   borta \r\n",
        "Lösenord\u2003är\u3000borta",
    ],
    ids=[
        "nfc",
        "nfd",
        "named",
        "numeric",
        "nbsp",
        "soft-hyphen",
        "zero-width",
        "bidi",
        "control",
        "surrogate",
        "blanks",
        "wide",
    ],
)
def test_what_looks_the_same_is_the_same(spelling):
    assert normalise(spelling) == "Lösenord är borta"
    assert content_hash(spelling) == content_hash("Lösenord är borta")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n\t\u00a0\u200b ", ""),
        ("😀", "😀"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("a \n \n\n\n b", "a\n\nb"),
        ("&amp;lt;b&gt;", "&lt;b>"),
        ("AT&T &c. &nosuch; ?a=1&copy=2", "AT&T &c. &nosuch; ?a=1&copy=2"),
        ("a&nbsp;b&shy;c&#0;d", "a bc\ufffdd"),
        ("שלום עולם", "שלום עולם"),
        ("\u212b", "Å"),
    ],
)
def test_normalise(text, expected):
    assert normalise(text) == expected


def test_marks_beyond_thirty_are_dropped():
    assert normalise("q" + "\u0301" * 100 + "w") == "q" + "\u0301" * 30 + "w"


@given(st.text())
def test_normalised_text_is_clean_and_stays_as_it_is(text):
    once = normalise(text.replace("&", ""))
    assert normalise(once) == once
    assert once == once.strip()
    assert "  " not in once
    assert "\n\n\n" not in once
    once.encode("utf-8")


@pytest.mark.parametrize(
    "unit",
    ["\u0300\u0316", "&", "&#1", "&#768;&#790;", " ", "\n ", "\x00", "\ud800", "😀", "é\u0301", "!?", "\u1100\u1161"],
)
def test_ten_megabytes_are_cut_and_fast(unit):
    text = "a" + unit * (10_000_000 // len(unit))
    start = time.process_time()
    key = fold(text)
    assert time.process_time() - start < 1
    assert key == fold(text[:MAX_CHARACTERS])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Glömt  lösenordet?!", "glömt lösenordet"),
        ("GLO\u0308MT LÖSENORDET", "glömt lösenordet"),
        ("Don’t\nworry…", "don't worry"),
        ("STRASSE", "straße"),
        ("Tack 👍🏽", "tack 👍"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_repeats_share_a_key(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("så", "sa"),
        ("får", "fär"),
        ("hör", "hor"),
        ("æ", "ä"),
        ("ø", "ö"),
        ("C++", "C"),
        ("5 €", "5 $"),
        ("ab", "a b"),
        ("😀", "😢"),
    ],
)
def test_different_questions_keep_different_keys(one, other):
    assert fold(one) != fold(other)


def test_a_text_of_punctuation_has_no_key():
    assert fold("?!... –") == ""


def test_content_hash_is_a_fixed_function_of_the_normalised_text():
    assert content_hash(" å ") == hashlib.blake2b("å".encode(), digest_size=16).hexdigest()
    assert content_hash("å") != content_hash("a")
    assert content_hash("A") != content_hash("a")


def test_as_text_passes_texts_and_cuts_long_ones():
    assert as_text("", argument="text") == ""
    assert as_text("abc", argument="text", max_characters=2) == "ab"
    assert len(as_text("x" * 10_000_000, argument="text")) == MAX_CHARACTERS


@pytest.mark.parametrize(
    ("value", "came", "remedy"),
    [
        (None, "NoneType", "leave missing texts out"),
        (float("nan"), "nan", "leave missing texts out"),
        (pd.NA, "NAType", "leave missing texts out"),
        (b"hej", "bytes", "decode"),
        (7, "int", "str(inquiry)"),
        (1.5, "float", "str(inquiry)"),
        (["hej"], "list", "one text at a time"),
    ],
)
def test_as_text_names_argument_type_and_remedy(value, came, remedy):
    with pytest.raises(InputError) as caught:
        as_text(value, argument="inquiry")
    message = str(caught.value)
    assert message.startswith(f"inquiry must be a text (str), got {came};")
    assert remedy in message
    assert "hej" not in message
