import copy
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.data.report import TableReport
from faqsuggest.errors import DataError, InputError
from faqsuggest.records import Article, Ticket

DAY = datetime(2024, 4, 3, tzinfo=UTC)


def ticket(ticket_id="1", **values):
    return {"id": ticket_id, "created_at": "2024-04-03", "question": "Hej", **values}


def base(*tickets, articles=(), **options):
    return KnowledgeBase.from_records(tickets, articles, **options)


def bad_rows(*tickets, **options):
    with pytest.raises(DataError) as caught:
        base(*tickets, **options)
    return caught.value


def test_records_are_cleaned_and_typed():
    kept = base(
        ticket(
            question="  Lo\u0308sen\u00adord&nbsp;borta ",
            reply="",
            channel=" E-post\n",
            language="no",
            tags="b;a;b",
            article_ids="007;8",
            rating="4,5",
            resolved="ja",
            replied_at="2024-04-03T10:00+02:00",
            customer_id="0042",
        ),
        articles=[
            {
                "id": 7,
                "body": "Text",
                "title": None,
                "audience": "INTERNAL",
                "valid_until": "2024-04-03",
                "parallel": "p",
            }
        ],
    )
    assert kept.tickets == (
        Ticket(
            id="1",
            created_at=DAY,
            question="Lösenord borta",
            channel="E-post",
            language="nb",
            tags=("b", "a"),
            article_ids=("007", "8"),
            rating=4.5,
            resolved=True,
            replied_at=DAY + timedelta(hours=8),
            customer_id="0042",
        ),
    )
    end = DAY + timedelta(days=1, microseconds=-1)
    assert kept.articles == (Article(id="7", body="Text", audience="internal", valid_until=end, parallel="p"),)


@pytest.mark.parametrize(
    "spelling", ["Lo\u0308senord", "L&ouml;senord", "Lösen\u00adord", "\u00a0Lösenord\u200b", "Löse\x00nord"]
)
def test_every_spelling_is_imported_as_one(spelling):
    assert base(ticket(question=spelling)) == base(ticket(question="Lösenord"))


@pytest.mark.parametrize("question", ["", " \t\n", "\x00", "\ud800", "\u200b\u00ad", None, float("nan")])
def test_tickets_without_a_question_are_bad_rows(question):
    error = bad_rows(ticket("1"), ticket("2", question=question), ticket("3"))
    assert error.rows == ((2, "question", "empty (nothing is left after cleaning); every row needs a value"),)


@pytest.mark.parametrize(
    ("question", "kept"), [("😀", "😀"), ("שלום", "שלום"), ("\u202eabc", "abc"), (42, "42"), ("a\ud800", "a")]
)
def test_odd_questions_are_kept(question, kept):
    assert base(ticket(question=question)).tickets[0].question == kept


@pytest.mark.parametrize(
    ("question", "came"), [(b"Hej", "bytes"), (["Hej"], "list"), (True, "bool"), (DAY, "datetime")]
)
def test_questions_that_are_no_text(question, came):
    assert bad_rows(ticket(question=question)).rows == ((1, "question", f"a text is needed, got {came}"),)


def test_one_error_lists_all_bad_rows_of_both_tables():
    with pytest.raises(DataError) as caught:
        KnowledgeBase.from_records(
            [ticket("1"), ticket("", rating="bra", question=""), ticket("3", created_at="03/04/2024")],
            [{"id": "a", "body": " "}, {"id": "b", "body": "x", "kind": "macro"}],
        )
    assert [row[:2] for row in caught.value.rows] == [
        (2, "id"),
        (2, "question"),
        (2, "rating"),
        (3, "created_at"),
        (1, "body"),
        (2, "kind"),
    ]
    message = str(caught.value)
    assert message.startswith("4 rows cannot be imported; nothing was imported:\n  the tickets, row 2, id: empty")
    assert "the articles, row 2, kind: must be article or standard" in message
    assert message.endswith("on_error='skip'.")
    assert "bra" not in message


def test_a_long_list_of_bad_rows_is_cut_in_the_message_only():
    error = bad_rows(*(ticket(str(number), rating="x") for number in range(5000)))
    assert len(error.rows) == 5000
    assert "… and 4980 more, all in .rows" in str(error)
    assert len(str(error)) < 2000


def test_bad_rows_can_be_skipped_and_are_counted_by_cause():
    kept = base(
        ticket("1"), ticket("2", rating="x"), ticket("3", rating="y"), ticket("4", question=""), 5, on_error="skip"
    )
    assert [each.id for each in kept.tickets] == ["1"]
    assert kept.report.tickets.rows == 5
    assert kept.report.tickets.causes == {
        "rating: not a number": 2,
        "an object with named values is needed, got int": 1,
        "question: empty (nothing is left after cleaning); every row needs a value": 1,
    }
    assert "4 skipped (2 × rating: not a number; 1 × an object" in str(kept.report)
    frame = kept.report.to_frame()
    assert frame[frame["measure"] == "skipped, rating: not a number"].values.tolist() == [
        ["tickets", "skipped, rating: not a number", 2]
    ]


def test_the_last_row_with_an_id_wins_and_the_report_says_so():
    kept = base(ticket("1", question="a"), ticket("2"), ticket(1, question="b"), ticket("1", question="c"))
    assert [(each.id, each.question) for each in kept.tickets] == [("1", "c"), ("2", "Hej")]
    assert kept.report.tickets.replaced == ("1",)
    assert str(kept.report) == "tickets: 4 rows read, 2 imported, 1 replaced by a later row with the same id"


def test_a_bad_row_replaces_nothing():
    kept = base(ticket("1", question="a"), ticket("1", question=""), on_error="skip")
    assert kept.tickets[0].question == "a"


def test_ids_that_only_look_like_the_same_number_are_different():
    assert [each.id for each in base(ticket("007"), ticket("7"), ticket("7.0")).tickets] == ["007", "7", "7.0"]


def test_own_column_names_for_both_tables_or_for_one():
    tickets = [{"Nr": "1", "Skapad": "2024-04-03", "A\u0308rende": "Hej"}]
    articles = [{"Nr": "7", "Text": "Svar"}]
    flat = {"Nr": "id", "Skapad": "created_at", "Ärende": "question", "Text": "body"}
    split = {
        "tickets": {"Nr": "id", "Skapad": "created_at", "Ärende": "question"},
        "articles": {"Nr": "id", "Text": "body"},
    }
    for columns in (flat, split):
        kept = KnowledgeBase.from_records(tickets, articles, columns=columns)
        assert (kept.tickets[0].question, kept.articles[0].body) == ("Hej", "Svar")


def test_names_of_the_contract_are_found_in_any_case_and_mapped_ones_win():
    kept = base(
        {"ID": 1, " Created_At": "2024-04-03", "question": "own", "Fråga": "mapped"}, columns={"Fråga": "question"}
    )
    assert kept.tickets[0].question == "mapped"
    assert kept.report.tickets.ignored == ("question",)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"Fråga": "question"}, "no column 'Fråga' to use as 'question'; tickets have 'id', 'created_at', 'question'"),
        ({"question": "qestion"}, "'qestion' is not a column of tickets: id, .* did you mean 'question'?"),
        ({"question": "body"}, "'body' is not a column of tickets"),
        ({"ticket": {"a": "id"}}, "a mapping per table is named 'tickets' or 'articles', got 'ticket'"),
        ({"articles": {"a": "id"}}, "a mapping for articles, but no articles were given"),
        (["question"], "columns must be a dict of own name → contract name, got list"),
    ],
)
def test_mappings_that_fit_nothing(tmp_path, columns, message):
    path = tmp_path / "t.csv"
    path.write_text("id,created_at,question\n1,2024-04-03,Hej\n")
    with pytest.raises(InputError, match=message):
        KnowledgeBase.from_files(path, columns=columns)


def test_two_columns_for_one_name():
    with pytest.raises(DataError, match=r"2 columns for 'question' \('a', 'b'\)"):
        base({"id": 1, "created_at": DAY, "a": "x", "b": "y"}, columns={"a": "question", "b": "question"})


def test_a_missing_column_is_named_with_what_there_is():
    error = bad_rows({"id": 1, "fråga": "x"})
    assert str(error) == (
        "the tickets: tickets need the columns 'created_at', 'question', found 'id', 'fråga'; name them with "
        "columns={'your name': 'created_at'}"
    )


@pytest.mark.parametrize("rows", ["t.csv", b"", {"id": 1}, 7])
def test_what_is_no_list_of_records(rows):
    with pytest.raises(InputError, match=f"tickets must be a list of records or dicts, got {type(rows).__name__}"):
        KnowledgeBase.from_records(rows)


def test_options_that_cannot_be_used():
    with pytest.raises(InputError, match="tickets and articles are both None"):
        KnowledgeBase.from_files()
    with pytest.raises(InputError, match="on_error must be 'raise' or 'skip', got 'ignore'"):
        base(on_error="ignore")
    with pytest.raises(InputError, match="timezone must be"):
        base(timezone="Mars/Olympus")


def test_times_of_mixed_zones_are_utc():
    cells = ["2024-04-03T12:00", "2024-04-03T12:00Z", "2024-04-03T12:00-02:00", datetime(2024, 4, 3, 12)]
    kept = base(*(ticket(str(n), created_at=cell) for n, cell in enumerate(cells)), timezone="Europe/Helsinki")
    assert [each.created_at.isoformat()[11:] for each in kept.tickets] == [
        "09:00:00+00:00",
        "12:00:00+00:00",
        "14:00:00+00:00",
        "09:00:00+00:00",
    ]
    day = base(ticket(created_at="03/04/2024"), date_format="%m/%d/%Y").tickets[0].created_at
    assert day == datetime(2024, 3, 4, tzinfo=UTC)


def test_empty_and_single_bases():
    assert len(KnowledgeBase.from_records()) == 0
    one = KnowledgeBase.from_records(articles=[{"id": "1", "body": "x"}])
    assert len(one) == 1
    assert repr(one) == "KnowledgeBase(tickets=0, articles=1)"


def test_the_base_is_a_value():
    one = base(ticket())
    assert one == copy.deepcopy(one)
    assert one != base(ticket(question="Hej då"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.tickets = ()
    with pytest.raises(InputError, match="tickets must have different ids, got 1 repeated"):
        KnowledgeBase(tickets=one.tickets * 2)
    with pytest.raises(InputError, match="articles must be a tuple of records, got list"):
        KnowledgeBase(articles=[])


def test_until_knows_nothing_of_later():
    full = base(
        ticket(
            "old",
            reply="Svar",
            replied_at="2024-04-05",
            closed_at="2024-04-06",
            rating=5,
            resolved=True,
            article_ids="a",
        ),
        ticket("edge", created_at="2024-04-05"),
        articles=[
            {"id": "a", "body": "x", "updated_at": "2024-04-04"},
            {"id": "b", "body": "x", "updated_at": "2024-04-05"},
            {"id": "c", "body": "x"},
        ],
    )
    early = full.until("2024-04-05")
    assert early.tickets == (Ticket(id="old", created_at=DAY, question="Hej"),)
    assert [article.id for article in early.articles] == ["a", "c"]
    later = full.until(datetime(2024, 4, 5, 0, 0, 1, tzinfo=UTC)).tickets
    assert [(each.id, each.reply, each.article_ids, each.rating, each.resolved) for each in later] == [
        ("old", "Svar", ("a",), None, None),
        ("edge", None, (), None, None),
    ]
    assert full.until("2025-01-01") == full
    with pytest.raises(InputError, match="time must be a time"):
        full.until(None)


def test_merge_upserts_and_reports():
    old = base(ticket("1", question="a", extra=1), ticket("2"), articles=[{"id": "x", "body": "old"}])
    new = base(ticket("3"), ticket("1", question="b"), articles=[{"id": "x", "body": "new"}])
    both = old.merge(new)
    assert [(each.id, each.question) for each in both.tickets] == [("1", "b"), ("2", "Hej"), ("3", "Hej")]
    assert [article.body for article in both.articles] == ["new"]
    assert both.report.tickets == TableReport(
        kind="tickets", source="the tickets", rows=4, imported=3, replaced=("1",), ignored=("extra",)
    )
    assert old.tickets[0].question == "a"
    with pytest.raises(InputError, match="other must be a KnowledgeBase, got list"):
        old.merge([])


def test_without_takes_ids_of_both_tables():
    full = base(ticket("1"), ticket("2"), articles=[{"id": "1", "body": "x"}, {"id": "9", "body": "x"}])
    left = full.without(["1", "unknown"])
    assert ([each.id for each in left.tickets], [each.id for each in left.articles]) == (["2"], ["9"])
    assert full.without([]) == full
    with pytest.raises(InputError, match=r"ids must be a list of ids, got str; for one id pass \[id\]"):
        full.without("1")
    with pytest.raises(InputError, match="ids must be texts"):
        full.without([1])
