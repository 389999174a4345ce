import pytest

from faqsuggest.reasons import shared_words


@pytest.mark.parametrize(
    ("asked", "answer", "words"),
    [
        ("Jag har glömt lösenordet", "Glömt lösenordet?", ("lösenordet", "glömt")),
        ("kort om kort", "ett kort", ("kort",)),
        ("hur gör jag", "så gör du", ()),
        ("aaaa bbbb cccc dddd eeee ffff", "ffff eeee dddd cccc bbbb aaaa", ("aaaa", "bbbb", "cccc", "dddd", "eeee")),
        ("", "text", ()),
        ("varför läcker kastrullen", "kastrullen läcker, varför?", ("kastrullen", "läcker", "varför")),
        ("hvorfor kommer pakken från Oslo", "från Oslo kommer pakken", ("oslo", "pakken", "kommer")),
        ("what about your help with that", "your help with that, what about it", ("help", "about")),
    ],
)
def test_words_that_both_use_by_what_they_tell_then_longest_first(asked, answer, words):
    assert shared_words(asked, answer) == words
