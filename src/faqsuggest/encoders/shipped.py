"""Where the shipped model stands, and whether a model folder is whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, InputError

FORMAT = 1
KIND = "onnx-encoder"
MANIFEST = "manifest.json"
FILES = ("config.json", "model.onnx", "tokenizer.json")
"""The files that decide a vector, in the order in which they enter the fingerprint."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``config.json`` of a model folder."""

    name: str
    dimension: int
    query_prefix: str
    passage_prefix: str
    max_tokens: int
    positions: int
    pad_id: int


def shipped_folder() -> Path:
    """Folder of the model that comes with the library: inside the package, or in the checkout.

    Raises:
        CorruptStoreError: Neither is there.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "shipped" / "default", package.parents[1] / "models" / "default"):
        if (folder / MANIFEST).is_file():
            return folder
    raise CorruptStoreError(
        "the shipped model is missing from this installation; reinstall faqsuggest, in a checkout run "
        "python -m models.build base, or use encoder='char-ngrams', which needs no model"
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a model folder, checked for format and for agreement with its own fingerprint.

    Raises:
        InputError: There is no such folder, or it is no model folder.
        CorruptStoreError: The manifest is damaged.
        IncompatibleStoreError: Another version of the format wrote it.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(f"folder must hold a {MANIFEST}, as models.build writes it; {folder} holds none")
    try:
        manifest = json.loads(path.read_text("utf-8"))
        version, kind = manifest["format"], manifest["kind"]
        files = manifest["files"]
        digests = {name: (int(files[name]["size"]), str(files[name]["sha256"])) for name in FILES}
        fingerprint = str(manifest["fingerprint"])
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise _damaged(path) from error
    if kind != KIND or version != FORMAT:
        raise IncompatibleStoreError(
            f"{path}: kind and format must be {KIND!r} and {FORMAT}, got {kind!r} and {version!r}; "
            "build the folder again with this version of faqsuggest"
        )
    if fingerprint != fingerprint_of({name: digest for name, (_, digest) in digests.items()}):
        raise _damaged(path)
    return {"fingerprint": fingerprint, "files": digests}


def fingerprint_of(digests: Mapping[str, str]) -> str:
    """Hash over the hashes of the files that decide a vector."""
    lines = "".join(f"{name} {digests[name]}\n" for name in FILES)
    return hashlib.sha256(f"{FORMAT}\n{lines}".encode()).hexdigest()


def verify(folder: Path) -> str:
    """Check size and sha256 of every file that decides a vector; returns the folder's fingerprint.

    Raises:
        CorruptStoreError: A file is missing or not the one that was written.
    """
    manifest = read_manifest(folder)
    for name, (size, digest) in manifest["files"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size or _sha256(path) != digest:
            raise _damaged(path)
    return str(manifest["fingerprint"])


def read_settings(folder: Path) -> Settings:
    """The settings of a model folder whose files are verified.

    Raises:
        CorruptStoreError: A setting is missing or of another type.
    """
    path = folder / "config.json"
    try:
        values = json.loads(path.read_text("utf-8"))
        return Settings(
            name=str(values["name"]),
            dimension=int(values["dimension"]),
            query_prefix=str(values["query_prefix"]),
            passage_prefix=str(values["passage_prefix"]),
            max_tokens=int(values["max_tokens"]),
            positions=int(values["positions"]),
            pad_id=int(values["pad_id"]),
        )
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise _damaged(path) from error


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _damaged(path: Path) -> CorruptStoreError:
    return CorruptStoreError(
        f"{path} is missing or damaged: it is not the file that was written; "
        "restore the folder from a copy, or reinstall faqsuggest if it is the shipped model"
    )
