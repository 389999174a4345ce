import pytest

from faqsuggest.errors import InputError
from faqsuggest.text.privacy import PLACEHOLDERS, fill, key_of, open_slots


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


@pytest.mark.parametrize("names", PLACEHOLDERS.values(), ids=PLACEHOLDERS)
def test_the_key_of_an_open_slot_closes_it(names):
    for name in names.values():
        for slot in (f"{{{name}}}", f"{{{name} 2}}"):
            assert fill(f"Se {slot}!", {key_of(slot): "Eva"}).text == "Se Eva!"


@pytest.mark.parametrize("slot", ["{okänt}", "{okänt 2}", "namn", "", "{namn} {namn}"])
def test_what_is_no_slot_has_no_key(slot):
    assert key_of(slot) == ""


def test_an_empty_value_leaves_the_slot_open():
    assert fill("Hej {kundens namn}!", {"customer": ""}).open == ("{kundens namn}",)


def test_values_are_not_filled_again():
    assert fill("{kundens namn}", {"customer": "{agentens namn}", "agent": "Bo"}).text == "{agentens namn}"


def test_wrong_keys():
    with pytest.raises(InputError, match="values takes the keys"):
        fill("x", {"shoe": "42"})


def test_open_slots_in_other_languages():
    assert open_slots("Hei {asiakkaan nimi}, {tieto}") == ("{asiakkaan nimi}", "{tieto}")
