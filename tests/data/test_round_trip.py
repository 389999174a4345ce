import csv
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.records import Article, Ticket
from faqsuggest.text.normalise import normalise

DATA = os.environ.get("FAQSUGGEST_DATA")

# An ampersand may stand for an entity that the second import would resolve too.
texts = st.text(st.characters(exclude_characters="&"), max_size=30).map(normalise)
filled = texts.filter(bool)
labels = st.none() | filled.map(lambda text: " ".join(text.split()))
ids = st.text("abc019-_åäöéÅ", min_size=1, max_size=6)
lists = st.lists(ids, unique=True, max_size=3).map(tuple)
times = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(lambda each: each.replace(tzinfo=UTC))
maybe_times = st.none() | times
ticket_records = st.builds(
    Ticket,
    id=ids,
    created_at=times,
    question=filled,
    subject=st.none() | filled,
    reply=st.none() | filled,
    replied_at=maybe_times,
    closed_at=maybe_times,
    channel=labels,
    language=st.sampled_from([None, "sv", "nb", "tlh"]),
    brand=labels,
    customer_id=st.none() | ids,
    agent_id=st.none() | ids,
    team=labels,
    thread_id=st.none() | ids,
    tags=lists,
    article_ids=lists,
    rating=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    resolved=st.none() | st.booleans(),
)
article_records = st.builds(
    Article,
    id=ids,
    body=filled,
    title=texts,
    url=st.none() | ids,
    language=st.sampled_from([None, "fi", "nn"]),
    brand=labels,
    tags=lists,
    keywords=lists,
    updated_at=maybe_times,
    valid_from=maybe_times,
    valid_until=maybe_times,
    audience=st.sampled_from(["public", "internal"]),
    kind=st.sampled_from(["article", "standard"]),
    parallel=st.none() | ids,
)


def different(records):
    return st.lists(records, max_size=4, unique_by=lambda record: record.id)


@settings(deadline=None, max_examples=50)
@given(different(ticket_records), different(article_records))
def test_records_survive_the_way_through_frames(tickets, articles):
    first = KnowledgeBase.from_records(tickets, articles)
    assert first.tickets == tuple(tickets)
    assert first.articles == tuple(articles)
    assert KnowledgeBase.from_frames(first.to_frame("tickets"), first.to_frame("articles")) == first


def test_a_hundred_thousand_rows_in_a_few_seconds(tmp_path):
    path = tmp_path / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(["id", "created_at", "question", "reply", "channel", "language", "tags", "rating"])
        for number in range(100_000):
            question = f"Hej, jag har glömt lösenordet till konto {number} – hur gör jag?\nTack på förhand!"
            rows.writerow(
                [
                    f"{number:07}",
                    "2024-04-03T10:00:00Z",
                    question,
                    "Klicka på Glömt lösenord. " * 8,
                    "chat",
                    "sv",
                    "a;b",
                    4,
                ]
            )
    start = time.process_time()
    kept = KnowledgeBase.from_files(path)
    assert time.process_time() - start < 10
    assert (len(kept), kept.tickets[7].id, kept.tickets[-1].tags) == (100_000, "0000007", ("a", "b"))


@pytest.mark.data
@pytest.mark.skipif(not DATA, reason="FAQSUGGEST_DATA is not set")
def test_every_desk_is_imported_without_a_mapping(capfd):
    counts = [0, 0]
    for desk in sorted(Path(DATA, "desks").glob("*/articles.jsonl")):
        kept = KnowledgeBase.from_files(desk.with_name("tickets.jsonl"), desk)
        counts = [counts[0] + len(kept.tickets), counts[1] + len(kept.articles)]
        assert kept.report.tickets.ignored == ("planted",)
        assert kept.report.tickets.replaced == kept.report.articles.replaced == ()
    assert counts == [1344, 499]
    assert capfd.readouterr() == ("", "")
