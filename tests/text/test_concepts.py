import re
import sys
from pathlib import Path

import pytest

from faqsuggest.text.concepts import concept_tells, concepts_in, concepts_of
from faqsuggest.text.telling import stem_of, stems, telling

sys.path.append(str(Path(__file__).parents[2]))
from models.build import words

LEXICON = Path(words.__file__).with_name("lexicon")


@pytest.mark.parametrize(
    "same",
    [
        ("faktura", "räkningen", "regning", "laskun", "invoice"),
        ("lösenordet", "passord", "adgangskode", "salasanan", "password"),
        ("återbetalning", "refusjon", "tilbagebetaling", "palautus", "refund"),
        ("leverans", "levering", "toimitus", "delivery"),
    ],
)
def test_words_for_one_thing_share_a_concept(same):
    first, *others = [set(concepts_of(word)) for word in same]
    assert all(first & other for other in others)


@pytest.mark.parametrize("word", ["hej", "och", "jeg", "minä", "the", "xyzzyq", ""])
def test_words_of_every_message_and_of_no_list_have_none(word):
    assert concepts_of(word) == ()


def test_concepts_of_a_text_are_those_of_its_words():
    text = "Jag väntar på fakturan till min nya adress"
    assert concepts_in(stems(text)) == {concept for word in stems(text) for concept in concepts_of(word)}
    assert concepts_in(frozenset()) == set()


def test_what_many_ask_about_tells_less():
    assert all(0.0 < concept_tells(concept) <= 1.0 for concept in concepts_in({"faktur", "hammar"}))
    assert min(map(concept_tells, concepts_of("faktura"))) < max(map(concept_tells, concepts_of("hammare")))


@pytest.mark.parametrize("path", sorted(LEXICON.glob("*.tsv")), ids=lambda path: path.stem)
def test_every_line_is_a_concept(path):
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    assert [row[0] for row in rows if len(row) != 6] == []
    assert len({row[0] for row in rows}) == len(rows)
    odd = [
        word for row in rows for field in row[1:] for word in field.split() if not re.fullmatch(r"[^\W\d_]{3,30}", word)
    ]
    assert odd == []


def test_what_is_stored_is_made_of_the_lexicon():
    assert words.CONCEPTS.read_text("utf-8") == words.concepts()
    told = {stem_of(word) for each in words.lexicon() for word in each}
    kept = {stem for stem in told if concepts_of(stem)}
    assert all(telling(stem) >= words.TOO_COMMON for stem in kept)
    assert len(kept) > 0.95 * len(told)


def test_the_readme_counts_what_is_there():
    counted = re.search(r"(\d+) files, ([\d,]+) concepts, ([\d,]+) words", (LEXICON / "README.md").read_text("utf-8"))
    assert counted is not None
    each = list(words.lexicon())
    found = len(list(LEXICON.glob("*.tsv"))), len(each), sum(map(len, each))
    assert tuple(int(count.replace(",", "")) for count in counted.groups()) == found
