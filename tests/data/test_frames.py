from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import DataError, InputError

NOON = datetime(2024, 4, 3, 12, tzinfo=UTC)


def frame(**columns):
    return pd.DataFrame(
        {"id": ["007", "8"], "created_at": ["2024-04-03T12:00Z"] * 2, "question": ["a", "b"], **columns}
    )


def values(column, cells):
    return [getattr(ticket, column) for ticket in KnowledgeBase.from_frames(frame(**{column: cells})).tickets]


@pytest.mark.parametrize("dtype", ["object", "string", "category", "str", "string[pyarrow]"])
def test_texts_of_every_dtype(dtype):
    if "pyarrow" in dtype:
        pytest.importorskip("pyarrow")
    assert values("channel", pd.Series(["NA", None], dtype=dtype)) == ["NA", None]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
@pytest.mark.parametrize(
    ("column", "empty"), [("reply", None), ("tags", ()), ("rating", None), ("closed_at", None), ("resolved", None)]
)
def test_every_missing_value(column, empty, missing):
    assert values(column, pd.Series([missing, missing], dtype="object")) == [empty, empty]


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        ("customer_id", [7, 8], ["7", "8"]),
        ("customer_id", [7, None], ["7", None]),
        ("customer_id", pd.array([7, None], dtype="Int64"), ["7", None]),
        ("rating", pd.array([4, None], dtype="Int8"), [4.0, None]),
        ("resolved", pd.array([True, None], dtype="boolean"), [True, None]),
        ("tags", [np.array(["x", "y"]), ["z"]], [("x", "y"), ("z",)]),
        ("article_ids", [[1, 2], "a;b"], [("1", "2"), ("a", "b")]),
        ("closed_at", pd.to_datetime(["2024-04-03 12:00", None]), [NOON, None]),
        ("closed_at", pd.to_datetime(["2024-04-03 14:00+02:00", None]), [NOON, None]),
        ("closed_at", [datetime(2024, 4, 3, 12), pd.Timestamp("2024-04-03T12:00:00.000000001Z")], [NOON, NOON]),
        ("language", pd.Categorical(["no", "sv-SE"]), ["nb", "sv"]),
    ],
    ids=str,
)
def test_cells_become_values(column, cells, expected):
    assert values(column, cells) == expected


@pytest.mark.parametrize("missing", [pd.NA, pd.NaT, np.nan])
def test_rows_of_a_frame_as_dicts(missing):
    rows = frame(reply=[missing] * 2, closed_at=[missing] * 2, rating=[missing] * 2, tags=[missing] * 2).to_dict(
        "records"
    )
    assert KnowledgeBase.from_records(rows) == KnowledgeBase.from_frames(frame())


def test_a_named_index_is_a_column():
    base = KnowledgeBase.from_frames(frame().set_index("id"))
    assert [ticket.id for ticket in base.tickets] == ["007", "8"]


def test_any_index_counts_rows_from_one():
    table = frame()
    table.index = [50, 40]
    table.loc[40, "question"] = "\u200b \n"
    with pytest.raises(DataError) as caught:
        KnowledgeBase.from_frames(table)
    assert [row[:2] for row in caught.value.rows] == [(2, "question")]


def test_repeated_names_are_refused_when_they_are_needed():
    table = frame()
    table.insert(3, "question", ["c", "d"], allow_duplicates=True)
    with pytest.raises(
        DataError, match=r"2 columns for 'question' \('question', 'question'\); rename or drop all but one"
    ):
        KnowledgeBase.from_frames(table)
    table.columns = ["id", "created_at", "question", "x"]
    table.insert(3, "x", ["c", "d"], allow_duplicates=True)
    assert KnowledgeBase.from_frames(table).report.tickets.ignored == ("x", "x")


@pytest.mark.parametrize("value", ["tickets.csv", [{"id": 1}], {"id": [1]}])
def test_what_is_no_frame(value):
    with pytest.raises(
        InputError, match=f"tickets must be a pandas DataFrame, got {type(value).__name__}; .*from_records"
    ):
        KnowledgeBase.from_frames(value)


def test_frames_without_rows_or_columns():
    assert len(KnowledgeBase.from_frames(frame().head(0), pd.DataFrame())) == 0
    with pytest.raises(DataError, match="need the columns 'id', 'created_at', 'question', found no columns"):
        KnowledgeBase.from_frames(pd.DataFrame(index=[0, 1]))


def test_to_frame_has_every_column_and_fixed_types():
    base = KnowledgeBase.from_frames(frame(rating=[4, None], resolved=[True, None], tags=["a;b", None]))
    tickets = base.to_frame("tickets")
    assert list(tickets.columns[:4]) == ["id", "created_at", "question", "subject"]
    assert tickets.shape == (2, 18)
    assert {name: str(tickets.dtypes[name]) for name in ("created_at", "closed_at", "rating", "resolved")} == {
        "created_at": "datetime64[us, UTC]",
        "closed_at": "datetime64[us, UTC]",
        "rating": "float64",
        "resolved": "boolean",
    }
    assert tickets["tags"].tolist() == [["a", "b"], []]
    assert base.to_frame("articles").shape == (0, 14)
    with pytest.raises(InputError, match="kind must be 'tickets' or 'articles', got 'replies'"):
        base.to_frame("replies")
