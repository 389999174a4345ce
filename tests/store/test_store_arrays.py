import io
import math

import numpy as np
import pytest

from faqsuggest.errors import CorruptStoreError, InputError
from faqsuggest.store.arrays import read_array, read_json, read_jsonl, write_array, write_json, write_jsonl


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12, dtype=np.float32).reshape(3, 4),
        np.zeros((0, 384), dtype=np.float32),
        np.array(3, dtype=np.int64),
        np.array([True, False]),
        np.array(["å", "väldigt"]),
        np.array([np.nan, -0.0, np.inf]),
    ],
)
def test_arrays_round_trip(tmp_path, array):
    write_array(tmp_path / "a.npy", array)
    read = read_array(tmp_path / "a.npy")
    assert (read.dtype, read.shape, read.tobytes()) == (array.dtype, array.shape, array.tobytes())


def test_layout_does_not_change_the_bytes(tmp_path):
    array = np.arange(12, dtype="<f8").reshape(3, 4)
    for name, same in (("a", array), ("b", np.asfortranarray(array)), ("c", array.astype(">f8"))):
        write_array(tmp_path / name, same)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()
    assert read_array(tmp_path / "c").tolist() == array.tolist()


@pytest.mark.parametrize("array", [np.array([{}]), np.zeros(2, dtype=[("a", "f4")])])
def test_objects_and_named_fields_are_refused(tmp_path, array):
    with pytest.raises(InputError, match="allowed are plain numbers"):
        write_array(tmp_path / "a.npy", array)


def npy(shape, data=b"", dtype="<f4", version=1):
    file = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": shape}
    (np.lib.format.write_array_header_1_0 if version == 1 else np.lib.format.write_array_header_2_0)(file, header)
    return file.getvalue() + data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x93NUMPY",
        b"PK\x03\x04" + bytes(100),
        npy((2**40,), bytes(64)),
        npy((2**70, 2**70), bytes(64)),
        npy((-1,), bytes(64)),
        npy((2,), bytes(7)),
        npy((2,), bytes(9)),
        npy((1,), bytes(8), dtype="|O"),
        npy((2,), bytes(8), version=2),
        b"\x93NUMPY\x01\x00\x10\x00" + b"{'descr': ((((((" + bytes(8),
    ],
)
def test_array_that_is_not_as_saved_is_corrupt(tmp_path, data):
    (tmp_path / "a.npy").write_bytes(data)
    with pytest.raises(CorruptStoreError, match=r"a\.npy is not an array as saved"):
        read_array(tmp_path / "a.npy")


def test_json_round_trips_with_sorted_keys(tmp_path):
    value = {"b": [1, 0.1, None, True], "a": {"å": "\u2028\n\0😀"}}
    write_json(tmp_path / "a.json", value)
    assert read_json(tmp_path / "a.json") == value
    write_json(tmp_path / "b.json", dict(reversed(value.items())))
    assert (tmp_path / "b.json").read_bytes() == (tmp_path / "a.json").read_bytes()


@pytest.mark.parametrize("value", [math.nan, math.inf, {"x": object()}, "\udcff", {1: 1, "a": 2}, {b"x": 1}])
def test_what_is_not_json_is_refused(tmp_path, value):
    with pytest.raises(InputError, match="value of JSON"):
        write_json(tmp_path / "a.json", value)


@pytest.mark.parametrize(
    "data", [b"", b"NaN", b"-Infinity", b'{"a":1,"a":2}', b"\xff", b"{} {}", b"[" * 100_000, b"9" * 5000]
)
def test_loose_json_is_corrupt(tmp_path, data):
    (tmp_path / "a.json").write_bytes(data)
    with pytest.raises(CorruptStoreError, match=r"a\.json is not strict JSON"):
        read_json(tmp_path / "a.json")


def test_json_lines_round_trip(tmp_path):
    values = [{"text": "rad\u2028rad\r\nrad"}, [], None, "x"]
    write_jsonl(tmp_path / "a.jsonl", iter(values))
    assert list(read_jsonl(tmp_path / "a.jsonl")) == values
    write_jsonl(tmp_path / "a.jsonl", [])
    assert list(read_jsonl(tmp_path / "a.jsonl")) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"1\n2", "line 2 is cut off"), (b"1\n\n2\n", "line 2 is not"), (b'1\n2\n"\xe5"\n', "line 3 is not")],
)
def test_bad_line_is_named(tmp_path, data, said):
    (tmp_path / "a.jsonl").write_bytes(data)
    with pytest.raises(CorruptStoreError, match=said):
        list(read_jsonl(tmp_path / "a.jsonl"))


@pytest.mark.parametrize("read", [read_json, read_array, lambda path: list(read_jsonl(path))])
def test_missing_file_is_corrupt(tmp_path, read):
    with pytest.raises(CorruptStoreError, match="gone is missing"):
        read(tmp_path / "gone")
    with pytest.raises(CorruptStoreError, match="is missing"):
        read(tmp_path)
