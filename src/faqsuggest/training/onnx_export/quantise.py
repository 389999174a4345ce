"""Weights to small integers and back: blocks of four bits, blocks and rows of eight bits.

Every function returns integers and scales such that ``(integer - zero) * scale`` is the weight.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
ZERO_OF_4_BITS, ZERO_OF_8_BITS = 8, 128
Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def blocks_of_4_bits(weights: Floats) -> tuple[Bytes, Floats]:
    """Q4_0 along the last axis: nibbles 0–15 around 8, one scale for 32 weights.

    The extreme of a block gets the nibble 0, as in the source, so weights that came from Q4_0 return unchanged.
    Shapes: nibbles as ``weights``, scales (rows, columns / 32), float16 values in float32.
    """
    blocks = weights.reshape(len(weights), -1, BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)
    scales = (extreme / -8).astype(np.float16).astype(np.float32)
    safe = np.where(scales == 0, 1, scales)
    nibbles = np.clip(np.rint(blocks / safe) + ZERO_OF_4_BITS, 0, 15).astype(np.uint8)
    return nibbles.reshape(weights.shape), scales[..., 0]


def blocks_of_8_bits(weights: Floats) -> tuple[Bytes, Floats]:
    """Symmetric bytes around 128 along the last axis, one scale for 32 weights."""
    blocks = weights.reshape(len(weights), -1, BLOCK)
    scales = np.abs(blocks).max(axis=2, keepdims=True).astype(np.float32) / 127
    safe = np.where(scales == 0, 1, scales)
    values = (np.rint(blocks / safe) + ZERO_OF_8_BITS).astype(np.uint8)
    return values.reshape(weights.shape), scales[..., 0]


def from_blocks(values: Bytes, scales: Floats, zero: int) -> Floats:
    """The weights of blocks around ``zero``; ``values`` is (rows, columns), ``scales`` (rows, columns / 32)."""
    blocks = values.reshape(len(values), -1, BLOCK).astype(np.float32) - zero
    weights: Floats = (blocks * scales.reshape(len(values), -1, 1).astype(np.float32)).reshape(values.shape)
    return weights


def rows_of_8_bits(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Symmetric signed bytes, one scale for a row (an output of the layer)."""
    scales = np.abs(weights).max(axis=1).astype(np.float32) / 127
    safe = np.where(scales == 0, 1, scales)
    return np.rint(weights / safe[:, None]).astype(np.int8), scales


def joined_nibbles(values: Bytes, *, halves: bool) -> Bytes:
    """Two nibbles a byte: neighbours together, or with ``halves`` dimension i low and i + half high."""
    half = values.shape[1] // 2
    low, high = (values[:, :half], values[:, half:]) if halves else (values[:, 0::2], values[:, 1::2])
    return low | np.left_shift(high, np.uint8(4))


def parted_nibbles(packed: Bytes, *, halves: bool) -> Bytes:
    """What :func:`joined_nibbles` joined."""
    low, high = packed & 15, packed >> 4
    both = np.concatenate([low, high], axis=1) if halves else np.stack([low, high], axis=2).reshape(len(packed), -1)
    return both.astype(np.uint8)
