"""What every index promises, and the checks that make them all refuse the same things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faqsuggest.errors import CorruptStoreError, InputError

Ids = NDArray[np.int64]
Scores = NDArray[np.float32]
Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]

MAX_ID = 2**31 - 1
_UNIT_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Hits:
    """Ids and their scores, best first; equal scores stand in order of id.

    Attributes:
        ids: Found ids, of shape (m, k') for m vector queries and (k',) for one text. Never −1.
        scores: Cosines of the same shape, at most 1 up to rounding.
    """

    ids: Ids
    scores: Scores


@runtime_checkable
class VectorIndex(Protocol):
    """Unit vectors by id, searched by cosine.

    Vectors are scaled to unit length when they come in, as stored rows and as queries, so every score is a cosine.
    """

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """Store ``vectors`` of shape (n, dimension) under ``ids``; known ids are replaced, the last of equal ids wins.

        Raises:
            InputError: If a row holds NaN or infinity or is zero, or shapes do not fit. Nothing is stored then.
        """
        ...

    def remove(self, ids: ArrayLike) -> int:
        """Forget ``ids``, ignoring those that are not present, and return how many were."""
        ...

    def search(self, queries: ArrayLike, k: int, allowed: Mask | None = None) -> Hits:
        """The ``k`` nearest rows of each query of shape (m, dimension), fewer when fewer are present and allowed.

        Args:
            queries: One row a query.
            k: Length of each list, at least 1.
            allowed: True at every id that may be returned; ids beyond its end may not.

        Raises:
            InputError: If a query is NaN, infinite, zero or of another length.
        """
        ...

    def scores(self, query: ArrayLike, ids: ArrayLike) -> Scores:
        """Cosine of one ``query`` of shape (dimension,) with each of ``ids``; 0 for ids that are not present."""
        ...

    def vectors(self, ids: ArrayLike) -> Vectors:
        """The stored unit rows of ``ids``, of shape (len(ids), dimension).

        Raises:
            InputError: If an id is not present.
        """
        ...

    def ids(self) -> Ids:
        """All ids, ascending."""
        ...

    def save(self, folder: str | Path) -> None:
        """Write ``ids.npy`` and ``vectors.npy`` (rows by ascending id) into ``folder``."""
        ...

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read what any vector index saved.

        Raises:
            CorruptStoreError: If a file is missing or does not hold what ``save`` writes.
        """
        ...

    def __len__(self) -> int:
        """Number of ids."""
        ...

    def __contains__(self, key: object) -> bool:
        """Whether this id is present."""
        ...


@runtime_checkable
class TextIndex(Protocol):
    """Texts by id, searched by the words they share."""

    def add(self, ids: ArrayLike, texts: Sequence[str]) -> None:
        """Index ``texts`` under ``ids``; ids already present are replaced, the last of equal ids wins."""
        ...

    def remove(self, ids: ArrayLike) -> int:
        """Forget ``ids``, ignoring those that are not present, and return how many were."""
        ...

    def search(self, text: str, k: int, allowed: Mask | None = None) -> Hits:
        """The ``k`` best texts with a score above 0, of shape (k',), among those where ``allowed`` is True."""
        ...

    def search_many(self, texts: Sequence[str], k: int, allowed: Mask | None = None) -> list[Hits]:
        """``search`` for each text, in order."""
        ...

    def scores(self, text: str, ids: ArrayLike) -> Scores:
        """Score of each of ``ids``, of shape (len(ids),); 0 for ids that are not present or share nothing."""
        ...

    def ids(self) -> Ids:
        """All ids, ascending."""
        ...

    def save(self, folder: str | Path) -> None:
        """Write the index into ``folder`` as arrays without pickle."""
        ...

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read a saved index."""
        ...

    def __len__(self) -> int:
        """Number of ids."""
        ...

    def __contains__(self, key: object) -> bool:
        """Whether this id is present."""
        ...


def checked_ids(ids: ArrayLike, owner: str) -> Ids:
    """``ids`` as an int64 array of shape (n,).

    Raises:
        InputError: If they are not whole numbers from 0 to 2^31 − 1 in one dimension.
    """
    array = np.asarray(ids)
    if array.size == 0 and array.ndim == 1:
        return np.empty(0, dtype=np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise InputError(
            f"ids of {owner} must be whole numbers in one dimension; got {array.dtype} of shape {array.shape}"
        )
    outside = (array < 0) | (array > MAX_ID)
    if outside.any():
        raise InputError(f"ids of {owner} must lie from 0 to {MAX_ID}; positions {_first_few(outside)} do not")
    return array.astype(np.int64)


def checked_vectors(vectors: ArrayLike, dimension: int, owner: str) -> Vectors:
    """``vectors`` as float32 unit rows of shape (n, dimension); rows of unit length are kept bit for bit.

    Raises:
        InputError: If the shape is another, or a row is zero or holds NaN or infinity.
    """
    array = np.asarray(vectors)
    if array.ndim != 2 or array.shape[1] != dimension or array.dtype.kind not in "fiu":
        raise InputError(
            f"vectors of {owner} must be numbers of shape (n, {dimension}); got {array.dtype} of shape {array.shape}"
        )
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    squares: NDArray[np.float64] = np.einsum("ij,ij->i", array, array, dtype=np.float64)
    bad = ~np.isfinite(squares) | (squares == 0)
    if bad.any():
        raise InputError(
            f"vectors of {owner} must be finite and not zero; rows {_first_few(bad)} are. Leave these rows out"
        )
    norms = np.sqrt(squares)
    norms[np.abs(norms - 1) <= _UNIT_TOLERANCE] = 1
    unit = np.empty(array.shape, dtype=np.float32)
    np.divide(array, norms[:, None], out=unit, casting="same_kind")
    return unit


def checked_pairs(ids: Ids, count: int, owner: str) -> NDArray[np.intp]:
    """Positions to keep, ascending, so that the last of equal ids wins.

    Raises:
        InputError: If there are not as many ids as rows.
    """
    if len(ids) != count:
        raise InputError(f"{owner} needs as many ids as rows; got {len(ids)} ids and {count} rows")
    _, last = np.unique(ids[::-1], return_index=True)
    return np.sort(len(ids) - 1 - last)


def checked_k(k: int, owner: str) -> int:
    """``k`` as an int.

    Raises:
        InputError: If it is not a whole number of at least 1.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise InputError(f"k of {owner} must be a whole number of at least 1; got {k!r}")
    return int(k)


def allowed_at(allowed: Mask, ids: Ids) -> Mask:
    """Whether each of ``ids`` is True in ``allowed``; ids beyond its end are not.

    Raises:
        InputError: If ``allowed`` is not a boolean array of one dimension.
    """
    if not isinstance(allowed, np.ndarray) or allowed.dtype != np.bool_ or allowed.ndim != 1:
        raise InputError(
            "allowed of search() must be a boolean array in one dimension, True at each id that may be returned"
        )
    if not len(ids) or len(allowed) > ids.max():
        return np.asarray(allowed[ids])
    inside = ids < len(allowed)
    inside[inside] = allowed[ids[inside]]
    return inside


def ranked(ids: Ids, scores: Scores, k: int) -> tuple[Ids, Scores]:
    """The ``k`` best of ``ids`` by score, then by id."""
    order = np.lexsort((ids, -scores))[:k]
    return ids[order], scores[order]


def cosines(rows: Vectors, query: Vectors) -> Scores:
    """Inner product of each row with one query, summed per row in float64.

    Equal rows get equal scores wherever they stand and however many threads run; a matrix product promises neither.
    """
    products = rows.astype(np.float64)
    products *= query
    sums: NDArray[np.float64] = products.sum(axis=1)
    return sums.astype(np.float32)


def read_array(path: Path, dtype: type[np.generic], dimensions: int) -> NDArray[Any]:
    """One array that ``save`` wrote.

    Raises:
        CorruptStoreError: If the file is missing, unreadable or of another type or number of dimensions.
    """
    try:
        with path.open("rb") as file:
            array = np.lib.format.read_array(file, allow_pickle=False)
            rest = file.read(1)
    except (OSError, ValueError, EOFError, MemoryError) as error:
        raise CorruptStoreError(
            f"{path.name} cannot be read as an array ({type(error).__name__}); restore it or build again"
        ) from error
    if rest or array.dtype != dtype or array.ndim != dimensions:
        raise CorruptStoreError(
            f"{path.name} must hold {np.dtype(dtype)} in {dimensions} dimensions; restore it or build again"
        )
    return array


def save_vectors(folder: str | Path, ids: Ids, vectors: Vectors) -> None:
    """Write ascending ``ids`` and their rows."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    np.save(target / "ids.npy", ids, allow_pickle=False)
    np.save(target / "vectors.npy", vectors, allow_pickle=False)


def load_vectors(folder: str | Path) -> tuple[Ids, Vectors]:
    """Read what ``save_vectors`` wrote.

    Raises:
        CorruptStoreError: If a file is missing or damaged, ids are not ascending, or rows are not of unit length.
    """
    source = Path(folder)
    ids = read_array(source / "ids.npy", np.int64, 1)
    vectors = read_array(source / "vectors.npy", np.float32, 2)
    ascending(ids, "ids.npy")
    squares = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
    if len(ids) != len(vectors) or not bool((np.abs(squares - 1) < 4 * _UNIT_TOLERANCE).all()):
        raise CorruptStoreError(f"vectors.npy must hold {len(ids)} rows of unit length; restore it or build again")
    return ids, vectors


def ascending(ids: Ids, name: str) -> None:
    """Refuse stored ids that are negative, too large or not strictly ascending.

    Raises:
        CorruptStoreError: If they are.
    """
    if len(ids) and (ids[0] < 0 or ids[-1] > MAX_ID or bool((np.diff(ids) <= 0).any())):
        raise CorruptStoreError(f"{name} must hold ascending ids from 0 to {MAX_ID}; restore it or build again")


def _first_few(bad: Mask, shown: int = 5) -> str:
    positions = np.flatnonzero(bad)
    text = ", ".join(str(position) for position in positions[:shown])
    return text if len(positions) <= shown else f"{text} and {len(positions) - shown} more"
