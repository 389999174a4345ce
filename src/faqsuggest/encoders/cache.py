"""Vectors remembered by encoder, role and text, so that a refit embeds only what is new."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.encoders.base import Encoder
from faqsuggest.encoders.estimator import TextTransformer
from faqsuggest.encoders.texts import prepare
from faqsuggest.errors import StoreError
from faqsuggest.parameters import as_path
from faqsuggest.text.normalise import MAX_CHARACTERS, content_hash

Vectors = NDArray[np.float32]
Role = Literal["query", "passage"]

MAX_PARTS = 32
"""Files of one encoder and role in a folder before they are merged into one."""

_LOG = logging.getLogger(__name__)
_ROWS_PER_PART = 4_096


class CachedEncoder(TextTransformer):
    """An encoder that remembers what it encoded, in memory and, with a folder, from run to run.

    The key of a vector is the fingerprint of the encoder, the role (query or passage) and the hash of the normalised
    text: two models can share a folder, and a changed model never answers with old vectors. Long work is written to the
    folder as it goes, so an interrupted run resumes. Only hashes and vectors are stored, no texts; since vectors can
    betray what a text is about, guard the folder as you guard the texts. A damaged file of the folder is ignored with a
    warning and its texts are encoded again. Public.

    Args:
        encoder: The encoder that does the work.
        folder: Where vectors are kept between runs; None keeps them in memory only.
        roles: Roles to remember. Inquiries seldom repeat, so passages alone are remembered unless "query" is named.

    Example:
        >>> from faqsuggest.encoders import load_encoder
        >>> encoder = CachedEncoder(load_encoder("char-ngrams").fit(["Glömt lösenord", "Betala faktura"]))
        >>> bool((encoder.encode_passages(["Glömt lösenord"]) == encoder.encode_passages(["Glömt lösenord"])).all())
        True
    """

    def __init__(
        self, encoder: Encoder, *, folder: str | Path | None = None, roles: Sequence[Role] = ("passage",)
    ) -> None:
        self.encoder = encoder
        self.folder = folder
        self.roles = roles
        self.name = encoder.name
        self._known: dict[tuple[str, Role], dict[str, Vectors]] = {}

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.encoder.dimension

    @property
    def fingerprint(self) -> str:
        """The encoder's own: remembering changes no vector."""
        return self.encoder.fingerprint

    @property
    def _root(self) -> Path | None:
        return None if self.folder is None else as_path(self.folder, "folder of the cache of vectors")

    def fit(self, texts: Sequence[str], y: object = None) -> Self:
        """Fit the encoder behind. Returns self."""
        self.encoder.fit(texts)
        return self

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of inquiries; errors are the encoder's own."""
        return self._encode(texts, "query")

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of answers, titles and passages; errors are the encoder's own."""
        return self._encode(texts, "passage")

    def forget(self, texts: Sequence[str]) -> int:
        """Erase the vectors of texts from memory and from the folder, there of every encoder and role.

        Returns:
            How many rows of the folder were erased.
        """
        gone = {content_hash(text) for text in prepare(texts, MAX_CHARACTERS)}
        for rows in self._known.values():
            for digest in gone & rows.keys():
                del rows[digest]
        places = sorted(self._root.glob("*-*")) if self._root is not None and gone else []
        return sum(_erase(place, gone) for place in places if place.is_dir())

    def _encode(self, texts: Sequence[str], role: Role) -> Vectors:
        work = self.encoder.encode_queries if role == "query" else self.encoder.encode_passages
        if role not in self.roles:
            return work(texts)
        key = (self.fingerprint, role)
        known = self._recall(key)
        prepared = prepare(texts, MAX_CHARACTERS)
        hashes = [content_hash(text) for text in prepared]
        new = {digest: text for digest, text in zip(hashes, prepared, strict=True) if digest not in known}
        # Neighbours in length cost the encoder the least padding, also across the parts.
        order = sorted(new, key=lambda digest: (len(new[digest]), digest))
        for start in range(0, len(order), _ROWS_PER_PART):
            part = order[start : start + _ROWS_PER_PART]
            vectors = work([new[digest] for digest in part])
            known.update(zip(part, vectors, strict=True))
            if self._root is not None:
                _write(_place(self._root, key), part, vectors)
        rows = [known[digest] for digest in hashes]
        return np.stack(rows) if rows else work([])

    def _recall(self, key: tuple[str, Role]) -> dict[str, Vectors]:
        if key not in self._known:
            # Vectors of an earlier state of the encoder are of no more use.
            self._known = {kept: rows for kept, rows in self._known.items() if kept[0] == key[0]}
            self._known[key] = {} if self._root is None else _read(_place(self._root, key))
        return self._known[key]

    def _forget(self) -> None:
        self.name = self.encoder.name
        self._known = {}

    def __sklearn_is_fitted__(self) -> bool:
        own = getattr(self.encoder, "__sklearn_is_fitted__", None)
        return True if own is None else bool(own())


def _place(folder: Path, key: tuple[str, Role]) -> Path:
    fingerprint, role = key
    return folder / f"{fingerprint[:32]}-{role}"


def _read(place: Path) -> dict[str, Vectors]:
    """All whole parts of a folder; merges them when there are many."""
    known: dict[str, Vectors] = {}
    parts = sorted(place.glob("*.npz")) if place.is_dir() else []
    for path in parts:
        known.update(_read_part(path))
    if len(parts) > MAX_PARTS and known:
        merged = _write(place, list(known), np.stack(list(known.values())))
        for path in parts:
            if path != merged:
                path.unlink(missing_ok=True)
    return known


def _erase(place: Path, gone: set[str]) -> int:
    """Write the parts that hold one of these hashes anew without it; how many rows that took out."""
    erased = 0
    for path in sorted(place.glob("*.npz")):
        rows = _read_part(path)
        kept = {digest: vector for digest, vector in rows.items() if digest not in gone}
        if len(kept) < len(rows):
            if kept:
                _write(place, list(kept), np.stack(list(kept.values())))
            path.unlink(missing_ok=True)
            erased += len(rows) - len(kept)
    return erased


def _read_part(path: Path) -> dict[str, Vectors]:
    try:
        # Opened here, since numpy leaves a file open when it is no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as part:
            hashes, vectors = part["hashes"].tolist(), part["vectors"]
        if _name(hashes, vectors) != path.name:
            raise ValueError("the content is not what was written")
    except FileNotFoundError:  # another process merged the parts
        return {}
    except Exception as error:  # a damaged archive fails in zipfile, zlib, struct or numpy
        _LOG.warning("ignoring the damaged file %s of the vector cache (%s)", path.name, type(error).__name__)
        return {}
    return dict(zip(hashes, vectors, strict=True))


def _write(place: Path, hashes: list[str], vectors: Vectors) -> Path:
    """Write one part aside, then move it to the name that its content decides.

    Raises:
        StoreError: The disk refuses.
    """
    try:
        return _write_aside(place, place / _name(hashes, vectors), hashes, vectors)
    except OSError as error:
        came = error.strerror or type(error).__name__
        raise StoreError(f"the cache of vectors {place} cannot be written: {came}; give another folder") from error


def _write_aside(place: Path, path: Path, hashes: list[str], vectors: Vectors) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=place, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, hashes=np.array(hashes), vectors=vectors)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    return path


def _name(hashes: list[str], vectors: Vectors) -> str:
    digest = hashlib.sha256("\n".join(hashes).encode("ascii"))
    digest.update(f"{vectors.dtype}{vectors.shape}".encode("ascii") + np.ascontiguousarray(vectors).tobytes())
    return f"{digest.hexdigest()[:32]}.npz"
