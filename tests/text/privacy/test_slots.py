import pytest

from faqsuggest.errors import InputError
from faqsuggest.text.privacy import PLACEHOLDERS, fill, open_slots


def test_every_language_names_every_kind_differently():
    kinds = set(PLACEHOLDERS["sv"])
    for names in PLACEHOLDERS.values():
        assert set(names) == kinds
        assert len(set(names.values())) == len(kinds)


def test_fill_and_open_slots():
    text = "Hej {kundens namn}! {namn} och {namn 2}, se {okänt} {länk}."
    filled = fill(text, {"customer": "Eva", "name 2": "Bo"})
    assert filled.text == "Hej Eva! {namn} och Bo, se {okänt} {länk}."
    assert filled.open == ("{namn}", "{länk}")
    assert not filled.ready
    assert fill("Hej {kundens namn}!", {"customer": "Eva"}).ready


def test_an_empty_value_leaves_the_slot_open():
    assert fill("Hej {kundens namn}!", {"customer": ""}).open == ("{kundens namn}",)


def test_values_are_not_filled_again():
    assert fill("{kundens namn}", {"customer": "{agentens namn}", "agent": "Bo"}).text == "{agentens namn}"


def test_wrong_keys():
    with pytest.raises(InputError, match="values takes the keys"):
        fill("x", {"shoe": "42"})


def test_open_slots_in_other_languages():
    assert open_slots("Hei {asiakkaan nimi}, {tieto}") == ("{asiakkaan nimi}", "{tieto}")
