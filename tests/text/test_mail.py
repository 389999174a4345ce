import re
from pathlib import Path

import pytest

from faqsuggest.text.mail import clean_mail, main_text

FOLDER = Path(__file__).parent.parent / "data" / "mail"


def read_mails():
    for path in sorted(FOLDER.glob("*.txt")):
        for block in path.read_text(encoding="utf-8").split("@@@ ")[1:]:
            head, rest = block.split("\n", 1)
            text, body = rest.split("\n@@ body\n")
            name, client, kind = (part.strip() for part in head.split("|"))
            yield pytest.param(text, body.strip(), kind == "html", id=f"{name}-{client}")


MAILS = list(read_mails())


def test_there_are_enough_mails():
    assert len(MAILS) >= 60


@pytest.mark.parametrize(("text", "body", "html"), MAILS)
def test_body_is_exact(text, body, html):
    assert clean_mail(text, html=html).body == body


@pytest.mark.parametrize("text", [mail.values[0] for mail in MAILS if not mail.values[2] and "chat" not in mail.id])
def test_no_word_is_lost(text):
    parts = clean_mail(text)
    kept = " ".join((parts.body, parts.greeting, parts.sign_off, parts.signature, parts.quoted, parts.disclaimer))
    assert set(re.findall(r"\w+", text)) == set(re.findall(r"\w+", kept))


def test_parts_of_a_mail():
    parts = clean_mail(
        "Hej Anna!\nVar är ordern?\n\nMed vänlig hälsning\nBo Ek\nSkickat från min iPhone\n\n> Äldre text"
    )
    assert parts.greeting == "Hej Anna!"
    assert parts.body == "Var är ordern?"
    assert parts.sign_off == "Med vänlig hälsning"
    assert parts.signature == "Bo Ek\nSkickat från min iPhone"
    assert parts.quoted == "Äldre text"


@pytest.mark.parametrize(
    "text", ["Hej", "Tack!", "Mvh Anna", "> bara citat", "Hälsningar", "mvh", "070-174 06 21", "Hej Anna"]
)
def test_main_text_is_never_empty_for_a_text_with_words(text):
    assert main_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "Kan ni hälsa Anna och Bo att de är välkomna?",
        "Hej- och hejdåskyltar, finns de i lager?",
        "Tack vare er app missade jag tåget",
        "Vad är skillnaden på fast/rörlig ränta?",
        "Best before date has passed, can I return it?",
        "God bok om trädgård, har ni den?",
        "Hva koster Hilsen-kortet?",
        "Hei, hva skjer hvis: \n- jeg flytter\n- jeg dør",
    ],
)
def test_in_doubt_the_text_is_kept(text):
    kept = main_text(text)
    assert text.removeprefix("Hei, ").replace(" \n", "\n") == kept
