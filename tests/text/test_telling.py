import sys
from pathlib import Path

import pytest

from faqsuggest.text.telling import stems, telling

sys.path.append(str(Path(__file__).parents[2]))
from models.build import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vad kostar fakturan?", {"vad", "kostar", "faktur"}),
        ("ÅÄÖ på en 4711 x", {"åäö", "4711"}),
        ("Straße STRASSE", {"strass"}),
        ("", set()),
        ("ja no ei", set()),
    ],
)
def test_words_count_by_their_first_letters(text, expected):
    assert stems(text) == expected


@pytest.mark.parametrize(
    ("common", "subject"),
    [
        ("hej jag undrar varför", "kastrull läcker"),
        ("hei jeg lurer hvorfor", "kasserollen lekker"),
        ("hej jeg hvordan tak", "gryden utæt"),
        ("moi miten voinko kiitos", "kattila vuotaa"),
        ("hello how can please", "saucepan leaks"),
    ],
)
def test_words_of_any_message_tell_less_than_those_of_a_subject(common, subject):
    assert max(map(telling, stems(common))) < min(map(telling, stems(subject)))


def test_a_word_that_nobody_wrote_tells_all():
    assert telling("xyzzyq") == 1.0


def test_what_is_stored_is_what_the_messages_say():
    assert words.WORDS.read_text("utf-8") == words.common_words()
    found = words.weights(lambda each: each)
    assert all(0.0 < weight < 1.0 and stems(stem) == {stem} for stem, weight in found.items())
