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
    ],
)
def test_words_that_both_use_longest_first(asked, answer, words):
    assert shared_words(asked, answer) == words
