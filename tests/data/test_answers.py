import pytest
from contracts.small_base import ARTICLES, TICKETS, article, ticket

from faqsuggest.data.answers import AnswerBook, Sends, Unit, article_text, question_text


def book_of(tickets=TICKETS, articles=ARTICLES):
    book = AnswerBook()
    book.add_articles(articles)
    book.add_tickets(tickets)
    return book


def state(book):
    return dict(book.answers), dict(book.units), book.groups()


def test_answers_of_a_base():
    book = book_of()
    assert sorted(book.answers) == [
        "article/a-adr",
        "article/a-fakt",
        "article/a-pass",
        "article/a-retur",
        "reply:t-pass",
        "reply:t-sen",
    ]
    late = book.answers["reply:t-sen"]
    assert (list(late.tickets), late.versions) == (["t-sen2", "t-sen"], ("reply/t-sen2",))


def test_sends_are_summed_up_by_kind_of_ticket():
    said = "Paketet är försenat och kommer i början av nästa vecka."
    tickets = [
        ticket(f"t{i}", "var?", said, channel="chat" if i % 2 else "email", tags=(f"tag{i % 2}",)) for i in range(6)
    ]
    (answer,) = book_of(tickets, ()).answers.values()
    both = answer.sends.examples
    assert answer.sends_like(both) is answer.sends
    for example in both:
        some = answer.sends_like([example])
        assert some == Sends.of([each for each in answer.tickets.values() if each.channel == example.channel])
        assert answer.sends_like([example]) is some
    assert answer.sends_like([]) == Sends.of(())


def test_a_question_leads_to_its_own_answer_first_then_to_linked_articles():
    both = ticket("t", "hur?", "Så här gör du när du vill skicka.", article_ids=("a-retur", "missing", "a-retur"))
    book = book_of((*TICKETS, both))
    assert book.answers_of(book.units["question/t"]) == ["reply:t", "article/a-retur"]
    assert book.answers_of(book.units["question/t-link"]) == ["article/a-retur"]
    assert book.answers_of(book.units["question/t-open"]) == []
    assert [book.units[f"question/{i}"].leads for i in ("t", "t-link", "t-open")] == [True, True, False]


def test_translations_are_one_answer_and_equal_names_of_other_things_are_not():
    book = book_of(
        (),
        [
            article("x", "Text", parallel="p", language="sv"),
            article("y", "Text", parallel="p", language="en"),
            article("p", "Text"),
            article("z", "Text", parallel="p", kind="standard"),
        ],
    )
    assert {key: answer.versions for key, answer in book.answers.items()} == {
        "article:p": ("article/x", "article/y"),
        "article/p": ("article/p",),
        "standard:p": ("article/z",),
    }


def test_one_unit_for_each_channel_brand_and_language_of_a_group():
    reply = "Paketet är försenat och kommer på torsdag."
    book = book_of(
        [
            ticket("1", "q", reply, day=1, channel="chat"),
            ticket("2", "q", reply, day=2, channel="mail"),
            ticket("3", "q", reply, day=3, channel="chat"),
        ],
        (),
    )
    assert book.answers["reply:1"].versions == ("reply/3", "reply/2")
    assert [name for name in book.units if name.startswith("reply/")] == ["reply/3", "reply/2"]


def test_changed_units_are_named_and_no_others():
    book = book_of()
    assert book.add_tickets([ticket("t-sen3", "när kommer det?", TICKETS[1].reply, day=9)]) == {
        "question/t-sen3",
        "reply/t-sen3",
        "reply/t-sen2",
    }
    assert book.add_tickets([ticket("t-old", "när kommer det?", TICKETS[1].reply, day=-9)]) == {"question/t-old"}
    assert book.answers["reply:t-old"].tickets.keys() == {"t-sen3", "t-sen2", "t-sen", "t-old"}
    assert book.remove(["t-sen3", "nobody"]) == {"question/t-sen3", "reply/t-sen3", "reply/t-sen2"}


def test_upsert_replaces_and_keeps_the_place():
    book = book_of()
    book.add_articles([article("a-pass", "Ny text", title="Nytt")])
    book.add_tickets([ticket("t-pass", "annan fråga")])
    assert list(book.articles) == [each.id for each in ARTICLES]
    assert list(book.tickets) == [each.id for each in TICKETS]
    assert "reply:t-pass" not in book.answers
    assert book.units["article/a-pass"].text == "Nytt\nNy text"


def test_any_way_to_the_same_records_gives_the_same_book():
    book = book_of((), ())
    for each in reversed(TICKETS):
        book.add_tickets([each])
    book.add_articles([article("gone", "bort", parallel="p")])
    book.add_articles([*reversed(ARTICLES), article("a-pass", "annat")])
    book.add_articles([ARTICLES[0]])
    book.remove(["gone", "t-sen"])
    book.add_tickets([TICKETS[1]])
    assert state(book) == state(book_of())


def test_saved_groups_are_taken_as_they_are_and_go_on():
    book, again = book_of(), AnswerBook()
    again.add_articles(ARTICLES)
    again.add_tickets(TICKETS, book.groups())
    assert state(again) == state(book)
    more = ticket("t-sen3", "paket?", TICKETS[1].reply, day=7)
    assert again.add_tickets([more]) == book.add_tickets([more])
    assert state(again) == state(book)


def test_a_draft_changes_nothing_until_it_is_accepted():
    book = book_of()
    before = state(book)
    draft = book.draft()
    draft.remove(["a-pass", "t-sen"])
    draft.add_tickets([ticket("n", "ny fråga", "Ett helt nytt svar på en ny fråga.")])
    assert state(book) == before
    after = state(draft)
    book.accept(draft)
    assert state(book) == after
    assert "article/a-pass" not in book.answers


def test_a_draft_thrown_away_leaves_the_groups_right():
    book = book_of()
    book.draft().remove(["t-sen2"])
    book.add_tickets([ticket("t-sen3", "paket?", TICKETS[1].reply, day=7)])
    assert list(book.answers["reply:t-sen"].tickets) == ["t-sen3", "t-sen2", "t-sen"]


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        (Unit("", "article", article("1", "B", title="T", keywords=("k", "l"))), "T\nk, l\nB"),
        (Unit("", "article", article("1", "B")), "B"),
        (
            Unit("", "question", ticket("1", "Hej! Var är den? Mvh Anna", subject="Min order")),
            "Min order\nHej! Var är den?",
        ),
        (Unit("", "reply", ticket("1", "q", "Hej Anna!\nDen är på väg.\nMvh\nKim")), "Den är på väg."),
    ],
)
def test_text_of_a_unit(unit, text):
    assert unit.text.replace("\nMvh Anna", "") == text
    assert article_text(article("1", "B")) == "B"
    assert question_text(ticket("1", "Hur gör jag?")) == "Hur gör jag?"
