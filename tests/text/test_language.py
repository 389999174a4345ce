import subprocess
import sys

import pytest

from faqsuggest.errors import InputError
from faqsuggest.text.language import KNOWN_LANGUAGES, _model, choices, detect_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hej! Jag undrar varför jag inte kan logga in på mitt konto", "sv"),
        ("Hei, hvorfor kan jeg ikke logge inn på kontoen min?", "nb"),
        ("Hei, eg kjem ikkje inn på kontoen min, korleis får eg nytt passord?", "nn"),
        ("Hej, hvorfor kan jeg ikke logge ind på min konto? Jeg har glemt min adgangskode", "da"),
        ("Hei, miksi en pääse kirjautumaan tililleni?", "fi"),
        ("Hello, why can I not log in to my account?", "en"),
        ("Hallo, warum kann ich mich nicht in mein Konto einloggen?", "de"),
    ],
)
def test_clear_texts(text, code):
    found = detect_language(text)
    assert found.code == code
    assert found.best == code
    assert found.margin > 0.9


def test_unknown_when_the_text_does_not_tell():
    assert detect_language("hej").code == "unknown"
    assert detect_language("hej").best in {"sv", "da"}


@pytest.mark.parametrize("text", ["", "  ", "12345", "?!", "🙂"])
def test_no_letters_no_language(text):
    assert detect_language(text).code == "unknown"
    assert detect_language(text).margin == 0.0


def test_only_the_languages_asked_for():
    text = "Hej, hvorfor kan jeg ikke logge ind på min konto?"
    assert detect_language(text, ("sv", "fi")).best == "sv"
    assert detect_language(text, ("da",)).code == "da"


def test_ties_and_order_do_not_depend_on_the_order_of_the_languages():
    assert detect_language("hej", ("da", "sv", "nb")) == detect_language("hej", ("nb", "sv", "da"))


@pytest.mark.parametrize("languages", [(), ("xx",), ("sv", "no")])
def test_unknown_languages_are_refused(languages):
    with pytest.raises(InputError, match="languages must be"):
        detect_language("hej", languages)


def test_the_model_is_loaded_on_first_use():
    code = "import sys, faqsuggest.text.language; print('py3langid' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_choices_share_one_automaton_and_keep_their_languages():
    text = "Hej, hvorfor kan jeg ikke logge ind på min konto?"
    one, other = _model(("sv", "da")), _model(("fi", "en", "sv"))
    assert one.tk_nextmove is other.tk_nextmove
    assert {code for code, _ in one.rank(text)} == {"sv", "da"}
    assert {code for code, _ in other.rank(text)} == {"fi", "en", "sv"}
    before = detect_language(text, ("sv", "da"))
    detect_language(text, ("de", "en"))
    assert detect_language(text, ("sv", "da")) == before


def test_a_base_decides_between_languages_that_are_alike():
    text = "hvorfor er den ikke her"
    assert detect_language(text, choices({"da", "sv"})).best == "da"
    assert detect_language(text, choices({"nb"})).best == "nb"
    assert choices({"sv", "fi"}) == choices(()) == KNOWN_LANGUAGES
    assert choices({"nn", "nb"}, ("sv", "nb", "nn", "da")) == ("sv", "nb", "nn")
    assert detect_language("Miksi en pääse kirjautumaan tililleni?", choices({"nb"})).code == "fi"
