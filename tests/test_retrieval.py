import random

import numpy as np
import pytest
from contracts.small_base import ARTICLES, TICKETS, WordEncoder, article, ticket

from faqsuggest import KnowledgeBase, Suggester
from faqsuggest.filters import Filters, chain, permits
from faqsuggest.passages import passage_texts
from faqsuggest.retrieval import read_inquiries, search, search_many

ENCODER = WordEncoder()


def units_of(tickets=TICKETS, articles=ARTICLES):
    return Suggester(encoder=ENCODER).fit(KnowledgeBase(tuple(tickets), tuple(articles))).units_


def found(units, text, k=3, **filters):
    (inquiry,) = read_inquiries([text], None, ENCODER)
    return {row.answer.key: row for row in search(units, inquiry, k, Filters(**filters))}


def test_messages_are_read_to_their_question():
    inquiries = read_inquiries(
        ["Hej!\nVar är mitt paket?\n\nMvh\nAnna", "  ", "Where is my parcel please?"], None, ENCODER
    )
    assert [one and (one.text, one.language) for one in inquiries] == [
        ("Var är mitt paket?", "sv"),
        None,
        ("Where is my parcel please?", "en"),
    ]
    np.testing.assert_array_equal(inquiries[0].vector, ENCODER.encode_queries(["Var är mitt paket?"])[0])
    assert "var är mitt paket" in inquiries[0].folded


def test_a_question_is_known_whatever_language_its_placeholders_are_in():
    past = ticket("t-navn", "siste frist mva 3 termin Mvh {navn}", "31. august.", language="nb")
    for asked in ("siste frist mva 3 termin Mvh {namn}", "Siste frist mva, 3 termin? Mvh {navn 2}"):
        assert found(units_of(tickets=[*TICKETS, past]), asked)["reply:t-navn"].repeat
    assert not found(units_of(tickets=[*TICKETS, past]), "siste frist mva 3 termin Mvh {lenke}")["reply:t-navn"].repeat


def test_evidence_is_exact():
    text = "paketet har inte kommit fram"
    row = found(units_of(), text)["reply:t-sen"]

    def cosine(other):
        return float(ENCODER.encode_queries([text])[0] @ ENCODER.encode_queries([other])[0])

    assert abs(row.question - max(cosine(TICKETS[1].question), cosine(TICKETS[2].question))) < 1e-6
    assert abs(row.text - cosine(TICKETS[2].reply)) < 1e-6
    assert row.passage == row.text
    assert (row.case, row.repeat, row.matched) == (TICKETS[2], False, "")
    assert 0 < row.lexical_question < 1


def test_best_sentence_of_a_long_article():
    long = article(
        "long", "Allmänt om oss. Vi finns i tre länder. Katten får följa med på tåget. Ring gärna.", title="Om"
    )
    row = found(units_of(articles=(*ARTICLES, long)), "får katten följa med")["article/long"]
    assert row.matched == "Katten får följa med på tåget."
    assert row.passage > row.text


def test_an_answer_in_a_language_spelt_otherwise_is_marked():
    articles = [article("fi", "Vaihda salasana", language="fi"), article("nb", "Bytt passord", language="nb")]
    rows = found(units_of((), articles), "hvordan skifter jeg min adgangskode til appen?")
    assert {key: row.readable for key, row in rows.items()} == {"article/fi": False, "article/nb": True}


def test_only_questions_are_left_by_the_filters():
    units = units_of([ticket("t", "paket?", "Paketet kommer.", channel="mail")], ())
    assert found(units, "paket?", channel="chat") == {}


# --- the same, one answer and one text at a time

WORDS = "paket faktura retur lösenord adress byta skicka betala appen brevet kortet avgift hvordan salasana".split()
LANGUAGES = ("sv", "nb", "fi", None)


def random_base(seed):
    chance = random.Random(seed)

    def text(count):
        return " ".join(chance.choice(WORDS) for _ in range(count))

    def facts():
        return {"language": chance.choice(LANGUAGES), "brand": chance.choice([None, None, "x", "y"])}

    articles = [
        article(
            f"a{i}",
            chance.choice(["", ". ".join(text(4).capitalize() for _ in range(5)) + "."]) or text(3),
            title=chance.choice(["", text(2)]),
            parallel=chance.choice([None, None, "p", "q"]),
            **facts(),
        )
        for i in range(8)
    ]
    tickets = [
        ticket(
            f"t{chance.randrange(1000)}-{i}",
            text(chance.choice([1, 4, 4])),
            chance.choice([None, text(9), "Vi skickar en ny vara i morgon, du behöver inte göra något."]),
            day=i,
            channel=chance.choice(["chat", "mail"]),
            article_ids=chance.choice([(), ("a1",), ("a2", "a5"), ("gone",)]),
            **facts(),
        )
        for i in range(16)
    ]
    return units_of(tickets, articles), [text(count) for count in (1, 2, 5, 9)] + [tickets[0].question]


def expected(units, inquiry, filters):
    """What ``search`` should find, as (version, versions, legs, readable, repeat, case) by key."""
    numbers = {units.at(number).name: number for number in units.lexical.ids().tolist()}
    allowed = [unit for unit in map(units.at, numbers.values()) if permits(filters, unit)]

    def near(unit):
        return float(units.vectors.scores(inquiry.vector, [numbers[unit.name]])[0])

    def alike(unit):
        return float(units.lexical.scores(inquiry.text, [numbers[unit.name]])[0])

    def passage(unit):
        texts = passage_texts(unit.record) if unit.field == "article" else []
        return max((ENCODER.encode_passages(texts) @ inquiry.vector).tolist(), default=near(unit))

    def place(unit):
        served = chain(inquiry.language)
        return served.index(unit.record.language) if unit.record.language in served else len(served)

    rows = {}
    for key, answer in units.book.answers.items():
        versions = [unit for unit in allowed if unit.name in answer.versions]
        versions.sort(key=lambda unit: answer.versions.index(unit.name))
        asked = [unit for unit in allowed if unit.field == "question" and key in units.book.answers_of(unit)]
        asked.sort(key=lambda unit: unit.name)
        if versions:
            case = max(asked, key=lambda unit: (near(unit), alike(unit)), default=None)
            legs = (
                max(map(near, versions)),
                max(map(passage, versions)),
                max([0.0, *map(near, asked)]),
                max(map(alike, versions)),
                max([0.0, *map(alike, asked)]),
            )
            languages = {unit.record.language for unit in versions}
            alike_spelt = {"nb", "nn", "da"} if inquiry.language in ("nb", "nn", "da") else {inquiry.language}
            readable = inquiry.language == "unknown" or not languages.isdisjoint({None, *alike_spelt})
            repeat = any(
                units.at(number) in versions + asked for question in inquiry.folded for number in units.known(question)
            )
            nearest = (lambda unit: -near(unit)) if answer.kind == "article" else (lambda unit: 0.0)
            shown = min(versions, key=lambda unit: (place(unit), nearest(unit)))
            rows[key] = (shown, tuple(versions), legs, readable, repeat, case and case.record)
    return rows


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("filters", [Filters(), Filters(brand="x", channel="chat"), Filters(language="nb")])
def test_all_at_once_finds_what_one_by_one_would(seed, filters):
    units, texts = random_base(seed)
    for inquiry in read_inquiries(texts, ["sv"] * len(texts) if seed % 2 else None, ENCODER):
        candidates = search(units, inquiry, 100, filters)
        wanted = expected(units, inquiry, filters)
        assert candidates.keys == sorted(wanted)
        for row, (version, versions, legs, readable, repeat, case) in zip(
            candidates, (wanted[key] for key in candidates.keys), strict=True
        ):
            assert (row.version, row.versions, row.repeat, row.case) == (version, versions, repeat, case)
            assert row.readable == readable
            cosines = (row.text, row.passage, row.question, row.lexical, row.lexical_question)
            np.testing.assert_allclose(cosines, legs, atol=1e-3)
            np.testing.assert_allclose(np.delete(cosines, 1), np.delete(legs, 1), atol=1e-6)
            if row.place >= 0:
                best = ENCODER.encode_passages(passage_texts(version.record)) @ inquiry.vector
                assert best[row.place] > best.max() - 1e-3


def test_many_inquiries_find_what_each_finds():
    units, texts = random_base(3)
    inquiries = [each for each in read_inquiries(texts * 4, None, ENCODER) if each]
    chosen = [
        (Filters(), Filters(brand="x"), Filters(language="nb"), Filters(brand="y"))[i % 4]
        for i in range(len(inquiries))
    ]
    together = search_many(units, inquiries, 5, chosen)
    for inquiry, filters, found in zip(inquiries, chosen, together, strict=True):
        alone = search(units, inquiry, 5, filters)
        assert found.keys == alone.keys
        np.testing.assert_array_equal(found.legs, alone.legs)
        assert list(found) == list(alone)


def test_candidates_outlive_the_base_they_were_found_in():
    suggester = Suggester(encoder=ENCODER).fit(KnowledgeBase(TICKETS, ARTICLES))
    (inquiry,) = read_inquiries(["paketet har inte kommit"], None, ENCODER)
    candidates = search(suggester.units_, inquiry, 3, Filters())
    place = candidates.keys.index("reply:t-sen")
    suggester.remove([each.id for each in (*TICKETS, *ARTICLES)])
    assert (candidates[place].case.id, candidates[place].version.record.id) == ("t-sen2", "t-sen2")
    assert candidates[place] is candidates[place]
