import csv
import json
import sys

import pytest

from faqsuggest.data.files import read_file
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import DataError, InputError, MissingPackageError

HEADER = "id,created_at,question\n"


def written(folder, name, content, encoding="utf-8"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def questions(path, **options):
    return [ticket.question for ticket in KnowledgeBase.from_files(path, **options).tickets]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_csv_texts_stay_what_they_are(tmp_path, delimiter, newline):
    lines = [
        "id|created_at|question|channel|tags",
        '007|2024-04-03|NA|null|"a;b"',
        '"1e5"|2024-04-04|"Hej,; ""du""\tå"|nan|x',
        "",
    ]
    text = "\ufeff" + newline.join(lines).replace("|", delimiter)
    first, second = KnowledgeBase.from_files(written(tmp_path, "t.csv", text)).tickets
    assert (first.id, first.question, first.channel, first.tags) == ("007", "NA", "null", ("a", "b"))
    assert (second.id, second.question, second.channel) == ("1e5", 'Hej,; "du" å', "nan")


def test_quoted_line_breaks_and_blank_rows(tmp_path):
    path = written(tmp_path, "t.csv", HEADER + '1,2024-04-03,"Hej\n\nTack"\n\n,,\n4,2024-04-03,\n')
    with pytest.raises(DataError) as caught:
        KnowledgeBase.from_files(path)
    assert caught.value.rows == ((4, "question", "empty (nothing is left after cleaning); every row needs a value"),)
    base = KnowledgeBase.from_files(path, on_error="skip")
    assert [ticket.question for ticket in base.tickets] == ["Hej\n\nTack"]
    assert base.report.tickets.rows == 2


def test_rows_of_another_length_are_bad_rows(tmp_path):
    path = written(tmp_path, "t.csv", HEADER + "1,2024-04-03,Hej\n2,2024-04-03,Hej, du\n3,2024-04-03\n")
    with pytest.raises(DataError) as caught:
        KnowledgeBase.from_files(path)
    assert [(number, reason.split(";")[0]) for number, _, reason in caught.value.rows] == [
        (2, "4 cells for 3 columns"),
        (3, "2 cells for 3 columns"),
    ]


@pytest.mark.parametrize(
    "tail", ['2,2024-04-03,"Hej\n', '2,2024-04-03,"Hej" du\n'], ids=["never closed", "closed early"]
)
def test_broken_quotes_refuse_the_file(tmp_path, tail):
    with pytest.raises(DataError, match=r"t\.csv: the quotes are broken after row 1 .*written twice"):
        read_file(written(tmp_path, "t.csv", HEADER + "1,2024-04-03,Hej\n" + tail), "tickets")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n"])
def test_csv_without_a_header(tmp_path, content):
    with pytest.raises(DataError, match=r"t\.csv is empty; a first row with the names"):
        read_file(written(tmp_path, "t.csv", content), "tickets")


def test_csv_with_a_header_alone_is_an_empty_base(tmp_path):
    assert len(KnowledgeBase.from_files(written(tmp_path, "t.csv", HEADER))) == 0


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.json"])
def test_other_encodings_are_refused_with_the_remedy_and_work_when_named(tmp_path, name):
    row = {"id": "1", "created_at": "2024-04-03", "question": "Glömt lösenordet"}
    rows = {"t.csv": HEADER + ",".join(row.values()), "t.jsonl": json.dumps(row, ensure_ascii=False)}
    text = rows.get(name, json.dumps([row], ensure_ascii=False))
    path = written(tmp_path, name, text, "windows-1252")
    with pytest.raises(DataError, match=rf"{name} is not UTF-8: byte 0xf6 in line . *; pass .*encoding='windows-1252'"):
        questions(path)
    assert questions(path, encoding="windows-1252") == ["Glömt lösenordet"]
    path = written(tmp_path, name, text, "utf-16")
    with pytest.raises(DataError, match="is UTF-16, not UTF-8; pass encoding='utf-16'"):
        questions(path)
    assert questions(path, encoding="utf-16") == ["Glömt lösenordet"]
    with pytest.raises(InputError, match="encoding must be one that Python knows, such as 'utf-8', got 'latin-99'"):
        questions(path, encoding="latin-99")


def test_a_late_bad_byte_is_found_in_its_line(tmp_path):
    rows = "".join(f"{number},2024-04-03,Hej\n" for number in range(20_000))
    path = written(tmp_path, "t.csv", (HEADER + rows).encode() + b"x,2024-04-03,\xe5\n")
    with pytest.raises(DataError, match="byte 0xe5 in line 20002"):
        read_file(path, "tickets")


def test_ten_megabytes_and_nul_in_a_cell(tmp_path):
    limit = csv.field_size_limit()
    path = written(tmp_path, "t.csv", HEADER + "1,2024-04-03," + "x" * 10_000_000 + "\n2,2024-04-03,He\x00j\n")
    base = KnowledgeBase.from_files(path)
    assert [len(ticket.question) for ticket in base.tickets] == [100_000, 3]
    assert base.report.tickets.cut == 1
    assert csv.field_size_limit() == limit


def test_json_lines(tmp_path):
    lines = [
        '{"id": "007", "created_at": "2024-04-03T10:00:00Z", "question": "NA", "rating": 4, "tags": ["a"], "note": 1}',
        "",
        '{"id": 8, "created_at": "2024-04-03", "question": "Rad\u2028två\\ud83d", "rating": NaN, "resolved": false}',
    ]
    base = KnowledgeBase.from_files(written(tmp_path, "t.jsonl", "\n".join(lines)))
    first, second = base.tickets
    assert (first.id, first.question, first.rating, first.tags, first.resolved) == ("007", "NA", 4.0, ("a",), None)
    assert (second.id, second.question, second.rating, second.tags, second.resolved) == (
        "8",
        "Rad\ntvå",
        None,
        (),
        False,
    )
    assert base.report.tickets.ignored == ("note",)


def test_bad_lines_are_named_by_line(tmp_path):
    path = written(tmp_path, "t.jsonl", '{"id": "1", "body": "a"}\n\n{"id": "2"\n["3"]\n' + "[" * 100_000 + "\n")
    with pytest.raises(DataError) as caught:
        KnowledgeBase.from_files(articles=path)
    assert caught.value.rows == (
        (3, "", "not JSON"),
        (4, "", "an object with named values is needed, got list"),
        (5, "", "not JSON"),
    )


def test_json_must_be_a_list(tmp_path):
    assert (
        KnowledgeBase.from_files(articles=written(tmp_path, "a.json", '[{"id": 1, "body": "x"}]')).articles[0].id == "1"
    )
    with pytest.raises(DataError, match=r"a\.json must hold a list of objects, .* got dict"):
        read_file(written(tmp_path, "a.json", "{}"), "articles")
    with pytest.raises(DataError, match=r"a\.json is not JSON \(line 2, column 1\); one object a line .*\.jsonl"):
        read_file(written(tmp_path, "a.json", '{"id": 1}\n{"id": 2}'), "articles")


def test_empty_json_is_an_empty_base(tmp_path):
    path = written(tmp_path, "t.jsonl", "")
    assert len(KnowledgeBase.from_files(path, columns={"Ärende": "question"})) == 0
    assert len(KnowledgeBase.from_files(articles=written(tmp_path, "a.json", "[]"))) == 0


def test_parquet(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "id": pa.array(["007", "8"]).dictionary_encode(),
            "created_at": pa.array(
                [1712129400_000000123, 1712129400_000000000], pa.timestamp("ns", "Europe/Stockholm")
            ),
            "question": ["NA", "b"],
            "tags": [["x", "y"], None],
            "rating": pa.array([None, 4], pa.int8()),
            "resolved": [True, None],
        }
    )
    pq.write_table(table, tmp_path / "t.PARQUET")
    first, second = KnowledgeBase.from_files(tmp_path / "t.PARQUET").tickets
    assert (first.id, first.question, first.tags, first.rating, first.resolved) == ("007", "NA", ("x", "y"), None, True)
    assert (second.id, second.tags, second.rating, second.resolved) == ("8", (), 4.0, None)
    assert first.created_at.isoformat() == "2024-04-03T07:30:00+00:00"
    content = (tmp_path / "t.PARQUET").read_bytes()
    for damaged in (b"", b"PAR1", content[:-40], b"\x00" * len(content)):
        with pytest.raises(DataError, match=r"t\.parquet is not a Parquet file, or is damaged"):
            read_file(written(tmp_path, "t.parquet", damaged), "tickets")


def test_parquet_without_its_package(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        MissingPackageError, match=r"Parquet files needs the package pyarrow: pip install 'faqsuggest\[parquet\]'"
    ):
        read_file(written(tmp_path, "t.parquet", b"PAR1"), "tickets")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("faq.xlsx", r"articles must be a file named \.csv, .*\.parquet, got '\.xlsx'"),
        ("faq", "articles must be a file named .* got 'no extension'"),
        ("missing.csv", r"articles must be an existing file, got 'missing\.csv'"),
        (7, "articles must be the path of a file, got int; .*from_frames"),
    ],
)
def test_paths_that_cannot_be_read(path, message):
    with pytest.raises(InputError, match=message):
        KnowledgeBase.from_files(articles=path)
