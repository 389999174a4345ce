"""What every encoder does to texts before it looks at them, and to vectors before it returns them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import InputError
from faqsuggest.text.normalise import as_text, normalise

TEXT_RULES = 1
"""Part of every fingerprint: raised when the same text would reach a model in another form than before."""


def prepare(texts: Sequence[str], max_characters: int) -> list[str]:
    """The texts normalised and cut to ``max_characters``; an empty string stands for no text.

    Raises:
        InputError: ``texts`` is one string, or holds something else than strings.
    """
    if isinstance(texts, (str, bytes)) or not isinstance(texts, Iterable):
        raise InputError(f"texts must be a sequence of texts, got one {type(texts).__name__}; pass [text]")
    checked = (as_text(text, argument=f"texts[{i}]") for i, text in enumerate(texts))
    return [normalise(text)[:max_characters].rstrip() for text in checked]


def unit_rows(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Rows scaled to norm 1 in float32; rows of zeros and rows that are not finite become zeros."""
    values = np.asarray(rows, dtype=np.float64)
    values = np.where(np.isfinite(values).all(axis=1, keepdims=True), values, 0.0)
    norms = np.linalg.norm(values, axis=1, keepdims=True)
    return (values / np.where(norms > 0, norms, 1.0)).astype(np.float32)
