"""Every public function of text: linear time on hostile texts, and no text that makes one fail."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqsuggest.text.language import detect_language
from faqsuggest.text.mail import clean_mail, main_text
from faqsuggest.text.mail_html import html_to_text
from faqsuggest.text.mail_thread import Message, find_answer, merge_bursts, split_thread
from faqsuggest.text.normalise import content_hash, fold, normalise
from faqsuggest.text.privacy import Company, Policy, Support, fill, open_slots, redact, stated
from faqsuggest.text.sentences import sentences

KNOWN = {"customer": "Anna Ek", "phone": "070-174 06 05", "address": "Storgatan 1, 114 55 Stockholm", "order": "A-1"}
SUPPORT = Support.learn([(f"c{number}", "Ring oss, så byter vi glaset.") for number in range(5)])
FUNCTIONS = {
    "redact": redact,
    "redact, known values": lambda text: redact(text, KNOWN),
    "redact, learnt policy": lambda text: redact(text, policy=Policy(company=Company(), support=SUPPORT)),
    "redact, Finnish": lambda text: redact(text, policy=Policy(language="fi")),
    "stated": stated,
    "fill": lambda text: fill(text, {"customer": "Eva"}),
    "open_slots": open_slots,
    "Company.learn": lambda text: Company.learn([("c", text)], [text]),
    "Company.of": lambda text: Company.of([text]),
    "Support.learn": lambda text: Support.learn([("c", text)], [text]),
    "detect_language": detect_language,
    "clean_mail": clean_mail,
    "clean_mail, HTML": lambda text: clean_mail(text, html=True),
    "html_to_text": html_to_text,
    "main_text": main_text,
    "split_thread": split_thread,
    "find_answer": lambda text: find_answer([Message(text, "customer"), Message(text, "agent")]),
    "merge_bursts": lambda text: merge_bursts([Message(text, "customer"), Message(text, "customer")]),
    "normalise": normalise,
    "fold": fold,
    "content_hash": content_hash,
    "sentences": sentences,
}
CORE = ("a", " ", "A-", "<a>", "1 ", "\n", ">", "a@", "0 1", "Mvh ", "From: x\n", "> Den 1 skrev a:\n")
UNITS = (
    *CORE,
    *("12-", "Aa ", "a.", "1/1 ", "/A", "SE45 ", "Anna "),
    *("Storgatan 1 ", "On a ", "-----\n", "Hej\n> ", "skrev 9:12 ", "a: b\n", "10:02 a: b\n", ". Mvh "),
    *("!\n", "Namn: a\n", "<div>", "<blockquote>", "jag heter ", "min fru ", "A. ", "Kund: A, ", "och ", "{namn} "),
    *("Kund 09:01\n", "konfidentiell ", "a(at)", "1 – ", "tlf. 1 ", "Hej och tack ", "&amp;", "e\u0301", "\u202e", "{"),
    *("nr ", "Box 1 ", "Flat 1 ", "+46 ", "www.a", "8601 11 ", "ABC 1"),
)
EVERY_UNIT = ("redact", "clean_mail", "clean_mail, HTML")
"""What the others go through on the way; they get the core."""
HALF = 25_000


def seconds(function, text):
    start = time.process_time()
    function(text)
    return time.process_time() - start


@pytest.mark.parametrize("name", FUNCTIONS)
def test_time_grows_no_faster_than_the_text(name):
    function = FUNCTIONS[name]
    function("warm <b>up</b> 070-174 06 05 Anna")
    slow = []
    for unit in UNITS if name in EVERY_UNIT else CORE:
        text = (unit * (2 * HALF))[: 2 * HALF]
        if seconds(function, text) < 0.2:
            continue
        # Three tries: other work can stretch one of them, but a square never shows less than a fourfold.
        tries = [(seconds(function, text[:HALF]), seconds(function, text)) for _ in range(3)]
        grown = min(whole / half for half, whole in tries)
        if grown >= 2.5 or min(whole for _, whole in tries) >= 1.0:
            slow.append((unit, tries))
    assert slow == []


PIECES = (
    *UNITS,
    *(
        "070-174 06 05",
        "Anna",
        "19900602-2397",
        "Storgatan 14 B, 114 55 Stockholm",
        "{kundens namn}",
        "a.b@example.com",
    ),
    *("\r\n", "\u200b", "\ud800", "İ", "ß", "ﬁ", "🙂", "\x00", "١٢٣", "&#0;", "\N{COMBINING ACUTE ACCENT}", "Ŀ"),
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(TEXTS)
def test_no_text_makes_a_function_fail(text):
    for function in FUNCTIONS.values():
        function(text)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(TEXTS)
def test_spans_lie_in_the_text_in_order_and_apart(text):
    found = redact(text)
    end = 0
    for span in found.spans:
        assert end <= span.start < span.end <= len(text)
        end = span.end


@settings(max_examples=150, deadline=None, derandomize=True)
@given(TEXTS)
def test_redacting_again_finds_no_more_in_placeholders(text):
    once = redact(text, policy=Policy(language="sv")).text
    assert len(open_slots(redact(once, policy=Policy(language="sv")).text)) >= len(open_slots(once))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(["070-174 06 05", "a.b@example.com", "19900602-2397", "4111 1111 1111 1111"]), TEXTS)
def test_a_value_on_a_line_of_its_own_is_found_after_any_text(value, text):
    shown = redact(f"{text}\n{value}\n").text
    assert value not in shown
