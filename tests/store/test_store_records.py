import json
import string
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqsuggest.errors import CorruptStoreError, InputError
from faqsuggest.records import Article, Ticket
from faqsuggest.store.records import read_articles, read_tickets, write_articles, write_tickets

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TIMES = st.datetimes(timezones=st.just(UTC))
TICKETS = st.builds(
    Ticket,
    id=TEXTS,
    created_at=TIMES,
    question=TEXTS,
    subject=st.none() | TEXTS,
    reply=st.none() | TEXTS,
    closed_at=st.none() | TIMES,
    tags=st.lists(TEXTS, max_size=3).map(tuple),
    rating=st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(0, 5),
    resolved=st.none() | st.booleans(),
)
ARTICLES = st.builds(
    Article,
    id=TEXTS,
    body=TEXTS,
    title=TEXTS,
    keywords=st.lists(TEXTS, max_size=3).map(tuple),
    valid_until=st.none() | TIMES,
    audience=st.sampled_from(["public", "internal"]),
    kind=st.sampled_from(["article", "standard"]),
)
TIME = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
TICKET = {"id": "007", "created_at": TIME.isoformat(), "question": "Var är mitt paket?"}
ARTICLE = {"id": "1", "body": "Så här."}


@settings(max_examples=60, deadline=None)
@given(tickets=st.lists(TICKETS, max_size=4), articles=st.lists(ARTICLES, max_size=4))
def test_records_round_trip(tmp_path_factory, tickets, articles):
    folder = tmp_path_factory.mktemp("records")
    write_tickets(folder / "tickets.jsonl", tickets)
    write_articles(folder / "articles.jsonl", articles)
    read = read_tickets(folder / "tickets.jsonl")
    assert read == tickets
    assert [type(ticket.rating) for ticket in read] == [type(ticket.rating) for ticket in tickets]
    assert read_articles(folder / "articles.jsonl") == articles


def test_line_is_plain_and_short(tmp_path):
    write_tickets(
        tmp_path / "t.jsonl", [Ticket(id="007", created_at=TIME, question="Var är mitt paket?", tags=("NA",))]
    )
    line = (tmp_path / "t.jsonl").read_text(encoding="utf-8")
    assert json.loads(line) == {**TICKET, "tags": ["NA"], "created_at": "2026-01-02T03:04:05.678901+00:00"}


def test_other_time_zones_become_utc(tmp_path):
    local = datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))
    write_tickets(tmp_path / "t.jsonl", [Ticket(id="1", created_at=local, question="?")])
    (read,) = read_tickets(tmp_path / "t.jsonl")
    assert (read.created_at, read.created_at.tzinfo) == (local, UTC)


def test_time_without_zone_and_half_surrogates_are_refused(tmp_path):
    with pytest.raises(InputError, match="updated_at: a time needs a time zone"):
        write_articles(tmp_path / "a.jsonl", [Article(id="1", body="b", updated_at=datetime(2026, 1, 2))])
    with pytest.raises(InputError, match="surrogate"):
        write_articles(tmp_path / "a.jsonl", [Article(id="1", body="\ud83d")])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": 7}, "'id'"),
        ({"question": None}, "'question'"),
        ({"created_at": "2026-01-02"}, "'created_at'"),
        ({"created_at": "igår"}, "'created_at'"),
        ({"tags": "a;b"}, "'tags'"),
        ({"tags": ["a", 1]}, "'tags'"),
        ({"rating": "5"}, "'rating'"),
        ({"rating": True}, "'rating'"),
        ({"resolved": 1}, "'resolved'"),
        ({"colour": "red"}, "'colour'"),
    ],
)
def test_ticket_with_a_bad_field_is_corrupt(tmp_path, change, said):
    lines = [TICKET, {**TICKET, **change}]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(CorruptStoreError, match=f"line 2 is not Ticket as saved .field {said}") as caught:
        read_tickets(tmp_path / "t.jsonl")
    assert "paket" not in str(caught.value)


@pytest.mark.parametrize("change", [{"audience": "all"}, {"kind": "reply"}, {"kind": ["article"]}, {"valid_from": 0}])
def test_article_with_a_bad_field_is_corrupt(tmp_path, change):
    (tmp_path / "a.jsonl").write_text(json.dumps({**ARTICLE, **change}) + "\n")
    with pytest.raises(CorruptStoreError, match="line 1 is not Article as saved"):
        read_articles(tmp_path / "a.jsonl")


@pytest.mark.parametrize("line", ["[1]", "null", '"x"', "3", "{}", '{"id":"1"}'])
def test_what_is_not_a_record_is_corrupt(tmp_path, line):
    (tmp_path / "a.jsonl").write_text(line + "\n")
    with pytest.raises(CorruptStoreError, match=r"is not Article|lacks"):
        read_articles(tmp_path / "a.jsonl")


def test_alphabet_of_every_plane_survives(tmp_path):
    body = string.printable + "åäöæø\u2028\u2029\x85\0🧾𐍈"
    write_articles(tmp_path / "a.jsonl", [Article(id="1", body=body)])
    assert read_articles(tmp_path / "a.jsonl")[0].body == body
