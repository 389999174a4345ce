"""Vectors that are given, checked before anything is learnt from them."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faqsuggest.errors import InputError

Vectors = NDArray[np.float32]


def known_vectors(given: ArrayLike, texts: int, dimension: int) -> Vectors:
    """Vectors of texts that the caller has already.

    Raises:
        InputError: They are no finite numbers of shape (texts, dimension).
    """
    expected = (texts, dimension)
    try:
        found = np.asarray(given, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(f"vectors must be numbers of shape {expected}, got something else") from error
    if found.shape != expected or not np.isfinite(found).all():
        raise InputError(f"vectors must be finite and of shape {expected}, got shape {found.shape}")
    return found


def checked_vectors(estimator: Any, x: Any, y: Any) -> tuple[Vectors, Any]:  # noqa: ANN401 - whatever callers give
    """Vectors given in place of texts, and tags, checked as scikit-learn does; without tags those of ``predict``."""
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_consistent_length, column_or_1d, validate_data

    if y is None:
        return validate_data(estimator, x, reset=False, dtype=np.float32), None
    found = validate_data(estimator, x, dtype=np.float32)
    array = np.asarray(y) if hasattr(y, "__array__") or _rows_of_numbers(y) else y
    if isinstance(array, np.ndarray) and array.dtype != object:
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise InputError("y: tags must not be NaN or infinite; leave texts without a tag out")
        check_classification_targets(array)
        array = array if array.ndim == 2 and array.shape[1] > 1 else column_or_1d(array, warn=True)
    check_consistent_length(found, array)
    return found, array


def keys_of_vectors(vectors: Vectors) -> list[str]:
    """A hash of each row."""
    return [hashlib.sha256(row.tobytes()).hexdigest() for row in vectors]


def _rows_of_numbers(tags: Any) -> bool:  # noqa: ANN401 - whatever holds tags
    first = np.asarray(tags[0]) if isinstance(tags, list) and tags else np.zeros(0)
    return first.ndim == 1 and first.dtype.kind in "iu"
