"""One value a file: JSON, JSON Lines, numpy arrays. Equal content gives equal bytes; nothing read can run code."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path
from tokenize import TokenError
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import CorruptStoreError, InputError

REMEDY = "restore the folder from a copy, or build and save it again"
_NPY_VERSION = (1, 0)
_READ_ERRORS = (ValueError, EOFError, TypeError, SyntaxError, TokenError, RecursionError, MemoryError)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def encode_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON-ready tree
    """A value as UTF-8 JSON on one line: keys sorted, no line feed at the end.

    Raises:
        InputError: The value is not JSON-ready, holds NaN or infinity, or a text that UTF-8 cannot carry.

    Example:
        >>> encode_json({"b": (1, 2), "a": "å"}).decode()
        '{"a":"å","b":[1,2]}'
    """
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError("value of JSON: a text holds half a surrogate pair; normalise texts first") from error
    except (TypeError, ValueError, RecursionError) as error:
        message = "value of JSON: allowed are None, bool, int, finite float, str, and lists and dicts of them"
        raise InputError(f"{message}; {error}") from error


def decode_json(data: bytes, source: str) -> Any:  # noqa: ANN401 - any JSON-ready tree
    """The value of strict JSON: UTF-8, no NaN, no key twice.

    Args:
        data: The bytes.
        source: Where they came from, for the message.

    Raises:
        CorruptStoreError: The bytes are something else.
    """
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise CorruptStoreError(f"{source} is not strict JSON in UTF-8: it is damaged or foreign; {REMEDY}") from error


def write_json(path: str | os.PathLike[str], value: Any) -> None:  # noqa: ANN401 - any JSON-ready tree
    """Write a JSON file. Tuples come back as lists, keys in sorted order.

    Raises:
        InputError: The value is not JSON-ready; see ``encode_json``.
    """
    Path(path).write_bytes(encode_json(value) + b"\n")


def read_json(path: str | os.PathLike[str]) -> Any:  # noqa: ANN401 - any JSON-ready tree
    """Read a JSON file.

    Raises:
        CorruptStoreError: The file is missing, damaged or foreign.
    """
    with open_stored(path) as file:
        return decode_json(file.read(), str(path))


def write_jsonl(path: str | os.PathLike[str], values: Iterable[Any]) -> None:
    """Write JSON Lines, one value a line.

    Raises:
        InputError: A value is not JSON-ready; see ``encode_json``.
    """
    with open(path, "wb") as file:
        for value in values:
            file.write(encode_json(value) + b"\n")


def read_jsonl(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Read JSON Lines, value by value.

    Raises:
        CorruptStoreError: The file is missing, damaged, cut off in a line, or foreign; the message names the line.
    """
    with open_stored(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                raise CorruptStoreError(f"{path}, line {number} is cut off: the file is damaged; {REMEDY}")
            yield decode_json(line, f"{path}, line {number}")


def write_array(path: str | os.PathLike[str], array: NDArray[Any]) -> None:
    """Write an array as .npy: rows first, little-endian, whatever its layout in memory.

    Raises:
        InputError: The array holds Python objects or named fields.
    """
    if array.dtype.hasobject or array.dtype.names is not None:
        raise InputError(f"array: allowed are plain numbers, booleans and fixed-width texts, got dtype {array.dtype}")
    plain = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(plain))
        file.write(
            plain.reshape(-1).view(np.uint8).data
        )  # numpy's own writer can lose the end on a full disk, silently


def read_array(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read an array of .npy. The size that its header claims is checked before any memory is taken.

    Raises:
        CorruptStoreError: The file is missing, damaged or foreign.
    """
    with open_stored(path) as file:
        try:
            _check_header(file)
            file.seek(0)
            array: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
        except _READ_ERRORS as error:
            raise CorruptStoreError(f"{path} is not an array as saved: it is damaged or foreign; {REMEDY}") from error
    return array


def check_array(path: str | os.PathLike[str]) -> None:
    """Check that an array's file has the size that its header claims, without reading the numbers.

    ``numpy.save`` can lose the end of an array on a full disk without an error.

    Raises:
        CorruptStoreError: The file is missing, cut off or foreign.
    """
    with open_stored(path) as file:
        try:
            _check_header(file)
        except _READ_ERRORS as error:
            raise CorruptStoreError(f"{path} is not a whole array: it is cut off or foreign; {REMEDY}") from error


def open_stored(path: str | os.PathLike[str]) -> BufferedReader:
    """Open a file of a saved folder for reading.

    Raises:
        CorruptStoreError: There is no such file.
    """
    try:
        return open(path, "rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise CorruptStoreError(f"{path} is missing; {REMEDY}") from error


def _check_header(file: BufferedReader) -> None:
    version = np.lib.format.read_magic(file)
    if version != _NPY_VERSION:
        raise ValueError(f"array format {version}")
    shape, _fortran_order, dtype = np.lib.format.read_array_header_1_0(file)
    size = dtype.itemsize
    for length in shape:
        if length < 0:
            raise ValueError("negative length")
        size *= length
    if dtype.hasobject or size != os.fstat(file.fileno()).st_size - file.tell():
        raise ValueError("header and size disagree")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key stands twice")
    return values
