"""Weights to small integers: blocks of four bits as in the source file, blocks and columns of eight bits.

Every function returns integers and scales such that ``(integer - zero) * scale`` is the weight.
"""

from __future__ import annotations

import numpy as np

BLOCK = 32


def blocks_of_4_bits(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Q4_0 along the last axis: nibbles 0–15 around 8, one scale for 32 weights.

    The extreme of a block gets the nibble 0, as in the source, so weights that came from Q4_0 return unchanged.
    Shapes: nibbles as ``weights``, scales (rows, columns / 32), float16 values in float32.
    """
    blocks = weights.reshape(len(weights), -1, BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)
    scales = (extreme / -8).astype(np.float16).astype(np.float32)
    safe = np.where(scales == 0, 1, scales)
    nibbles = np.clip(np.rint(blocks / safe) + 8, 0, 15).astype(np.uint8)
    return nibbles.reshape(weights.shape), scales[..., 0]


def blocks_of_8_bits(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric bytes around 128 along the last axis, one scale for 32 weights."""
    blocks = weights.reshape(len(weights), -1, BLOCK)
    scales = np.abs(blocks).max(axis=2, keepdims=True).astype(np.float32) / 127
    safe = np.where(scales == 0, 1, scales)
    values = (np.rint(blocks / safe) + 128).astype(np.uint8)
    return values.reshape(weights.shape), scales[..., 0]


def rows_of_8_bits(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric signed bytes, one scale for a row (an output of the layer)."""
    scales = np.abs(weights).max(axis=1).astype(np.float32) / 127
    safe = np.where(scales == 0, 1, scales)
    return np.rint(weights / safe[:, None]).astype(np.int8), scales
