"""The manifest of a saved version: what it holds, and the hash and size of every file. No timestamps."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from faqsuggest._version import __version__
from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, InputError, StoreError
from faqsuggest.store.arrays import REMEDY, check_array, decode_json, encode_json, open_stored

FORMAT = 1
NAME = "manifest.json"
VERSION_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version holds, as read back."""

    kind: str
    facts: dict[str, Any]
    files: dict[str, tuple[str, int]]


def write_manifest(folder: Path, *, kind: str, facts: Mapping[str, Any]) -> str:
    """Write the manifest of all files in ``folder`` into it.

    Returns:
        The version: the first hexadecimal digits of the manifest's SHA-256. Equal content gives an equal version.

    Raises:
        InputError: The facts are not JSON-ready, or the folder holds links, devices or a manifest of its own.
        StoreError: A .npy file is not whole.
    """
    sizes = _sizes(folder, InputError)
    if NAME in sizes:
        raise InputError(f"write: the file name {NAME} is taken by the store; choose another")
    for name in sizes:
        if name.endswith(".npy"):
            _check_written(folder / name)
    content = {
        "facts": dict(facts),
        "files": {name: {"sha256": _digest(folder / name), "size": size} for name, size in sizes.items()},
        "format": FORMAT,
        "kind": kind,
        "library": __version__,
    }
    data = encode_json(content) + b"\n"
    (folder / NAME).write_bytes(data)
    return version_of(data)


def _check_written(path: Path) -> None:
    try:
        check_array(path)
    except CorruptStoreError as error:
        raise StoreError(f"{path.name} was not written whole, as on a full disk; make room, then save again") from error


def version_of(data: bytes) -> str:
    """The version that belongs to the bytes of a manifest."""
    return hashlib.sha256(data).hexdigest()[:VERSION_LENGTH]


def verify(folder: Path, version: str) -> Manifest:
    """Read a version's manifest and check every file against it.

    Raises:
        CorruptStoreError: A file is damaged, missing or foreign, the manifest included; the message names it.
        IncompatibleStoreError: It has another format version.
    """
    path = folder / NAME
    with open_stored(path) as file:
        data = file.read()
    if version_of(data) != version:
        raise CorruptStoreError(f"{path} does not match the version {version}: it is damaged or foreign; {REMEDY}")
    manifest = _parse(data, path)
    found = _sizes(folder, CorruptStoreError)
    del found[NAME]
    for name in sorted(manifest.files.keys() | found.keys()):
        _check_file(folder / name, manifest.files.get(name), found.get(name))
    return manifest


def _check_file(path: Path, listed: tuple[str, int] | None, size: int | None) -> None:
    if listed is None:
        raise CorruptStoreError(f"{path} is not in the manifest: it is foreign; remove it, or {REMEDY}")
    if size is None:
        raise CorruptStoreError(f"{path} is missing; {REMEDY}")
    if size != listed[1]:
        raise CorruptStoreError(f"{path} has {size} bytes, saved were {listed[1]}: it is damaged; {REMEDY}")
    if _digest(path) != listed[0]:
        raise CorruptStoreError(f"{path} does not have the content that was saved: it is damaged; {REMEDY}")


def _parse(data: bytes, path: Path) -> Manifest:
    content = decode_json(data, str(path))
    try:
        found = content["format"]
        if found == FORMAT:
            files = {name: (str(entry["sha256"]), int(entry["size"])) for name, entry in content["files"].items()}
            return Manifest(str(content["kind"]), dict(content["facts"]), files)
        newer = int(found) > FORMAT
        library = str(content.get("library", "unknown"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CorruptStoreError(f"{path} is not a manifest of this library: it is foreign; {REMEDY}") from error
    remedy = "upgrade faqsuggest" if newer else "build and save it again with this version of faqsuggest"
    came = f"{path} has format {found}, written by faqsuggest {library}"
    raise IncompatibleStoreError(f"{came}; faqsuggest {__version__} reads format {FORMAT}: {remedy}")


def _sizes(folder: Path, error: type[Exception]) -> dict[str, int]:
    """Bytes of every file below ``folder`` by its path with forward slashes, sorted; only plain files are allowed."""
    sizes = {}
    for parent, folders, names in os.walk(folder, onerror=_raise):  # by itself it passes over what it cannot list
        for name in [*folders, *names]:
            path = Path(parent, name)
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                sizes[path.relative_to(folder).as_posix()] = status.st_size
            elif not stat.S_ISDIR(status.st_mode):
                raise error(f"{path} is a link or device; a saved folder holds plain files only: replace it by a copy")
    return dict(sorted(sizes.items()))


def _raise(error: OSError) -> NoReturn:
    raise error


def _digest(path: Path) -> str:
    with open_stored(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
