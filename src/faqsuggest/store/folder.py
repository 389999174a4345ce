"""Folders that are saved whole or not at all, and verified at every load.

    path/.lock                   empty; held by the one writer
    path/CURRENT                 versions on one line each, the newest first; the first is what a load opens
    path/versions/<version>/     the files and their manifest.json; <version> is the start of the manifest's SHA-256
    path/versions/.tmp-…         a save under way, or the stump of a killed one: the next save removes it
    path/encoders/<name>/        models that versions share; no version lists them, their own manifest guards them
    path/.retrain/               where a retrain keeps what it has finished; see training.workplace

A save writes a version aside, flushes it to the disk, renames it into ``versions`` and then replaces ``CURRENT`` in one
step: killed at any point, it leaves the old state or the new one. This needs nothing but an atomic replacement of one
file, which every system has; exchanging two whole folders is possible on Linux only, and would pull the files from
under a reader. Readers take no lock: they keep to the version they began with, and begin again when a save removed it.

A later format may change all but this: the first line of ``CURRENT`` names a folder in ``versions`` whose
``manifest.json`` has a number ``format``.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, InputError, StoreError
from faqsuggest.parameters import as_path
from faqsuggest.store.arrays import REMEDY
from faqsuggest.store.lock import only_writer
from faqsuggest.store.manifest import VERSION_LENGTH, verify, write_manifest

T = TypeVar("T")
logger = logging.getLogger(__name__)
_VERSION = re.compile(rf"[0-9a-f]{{{VERSION_LENGTH}}}")
RETRAIN = ".retrain"
"""Folder beside the versions in which a retrain works; no part of what is saved."""
ENCODERS = "encoders"
"""Folder beside the versions for encoders that were tuned here."""
_OWN_NAMES = frozenset({".lock", "versions", RETRAIN, ENCODERS})


@dataclass(frozen=True, slots=True)
class Opened:
    """A verified version.

    Attributes:
        folder: Where its files are.
        version: Its name, a hash of all its content.
        facts: What the writer said about it.
    """

    folder: Path
    version: str
    facts: dict[str, Any]


def save_folder(
    path: str | os.PathLike[str],
    write: Callable[[Path], None],
    *,
    kind: str,
    facts: Mapping[str, Any],
    keep: int = 1,
) -> str:
    """Save a folder whole or not at all, replacing what was saved there before.

    Args:
        path: The folder; made when missing. It must be empty or have been saved by this function.
        write: Called once with an empty folder to fill with plain files.
        kind: What is saved; a load must name the same.
        facts: JSON-ready facts to find again at load, such as the encoder's fingerprint. Times of day have no place
            here: equal content must give equal bytes.
        keep: How many versions remain, this one included; at least 1. Older ones are removed, with all their texts.

    Returns:
        The version: a hash of all the content.

    Raises:
        InputError: ``path`` is a file or holds other things, ``keep`` is below 1, ``facts`` are not JSON-ready, or
            ``write`` made links or a file named manifest.json.
        LockedStoreError: Another process or thread is saving there.
        StoreError: The disk is full or refuses; what was saved before is untouched.

    Example:
        >>> import tempfile
        >>> from faqsuggest.store.arrays import write_json
        >>> with tempfile.TemporaryDirectory() as path:
        ...     version = save_folder(path, lambda f: write_json(f / "a.json", [1]), kind="note", facts={"count": 1})
        ...     open_folder(path, kind="note").facts
        {'count': 1}
    """
    if keep < 1:
        raise InputError(f"keep: the number of versions that remain must be at least 1, got {keep}")
    root = as_path(path, "path")
    try:
        prepare_folder(root)
        with only_writer(root / ".lock"):
            return _save(root, write, kind=kind, facts=facts, keep=keep)
    except OSError as error:
        came = f"{root} could not be saved: {error.strerror or error} ({error.filename or root})"
        raise StoreError(
            f"{came}; nothing half-written was put in place: make room or give rights, save again"
        ) from error


def open_folder(path: str | os.PathLike[str], *, kind: str, version: str | None = None) -> Opened:
    """Verify a saved folder and say where its files are.

    A save by another process may remove this version while its files are being read; ``load_folder`` copes with that.

    Args:
        path: The folder given to ``save_folder``.
        kind: What it must hold.
        version: One of ``list_versions``; the newest when None.

    Raises:
        InputError: Nothing is saved there, not this kind, or not this version.
        CorruptStoreError: A file is damaged, missing or foreign; the message names it.
        IncompatibleStoreError: It has another format version.
        StoreError: A file cannot be read.
    """
    return load_folder(path, lambda opened: opened, kind=kind, version=version)


def load_folder(
    path: str | os.PathLike[str], read: Callable[[Opened], T], *, kind: str, version: str | None = None
) -> T:
    """Verify a saved folder and read it; begin again when a save by another process removed the version under way.

    Args:
        path: The folder given to ``save_folder``.
        read: Called with the verified version, and again on a newer one when files vanished; its result is returned.
        kind: What it must hold.
        version: One of ``list_versions``; the newest when None.

    Raises:
        InputError: Nothing is saved there, not this kind, or not this version.
        CorruptStoreError: A file is damaged, missing or foreign; the message names it.
        IncompatibleStoreError: It has another format version.
        StoreError: A file cannot be read.
    """
    root = as_path(path, "path")
    while True:
        current = _read_current(root)
        try:
            return read(_verified(root, current.choose(root, version), kind))
        except (StoreError, OSError) as error:
            if _read_current(root) != current:
                continue
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"{error.filename or root} cannot be read: {error.strerror or error}") from error


def list_versions(path: str | os.PathLike[str]) -> list[str]:
    """Names of the versions in a saved folder, the newest first.

    Raises:
        InputError: Nothing is saved there.
        CorruptStoreError: The list is damaged or missing.
    """
    return list(_read_current(as_path(path, "path")).versions)


def choose_version(path: str | os.PathLike[str], version: str | None = None) -> str:
    """Let a version that is kept serve again, in one step.

    Args:
        path: A saved folder.
        version: One of ``list_versions``; the one that served before the present one when None.

    Returns:
        The version that serves now. It stands first in the list, the others keep their order.

    Raises:
        InputError: Nothing is saved there, not this version, or there is no earlier one.
        CorruptStoreError: A file of the version is damaged, missing or foreign.
        LockedStoreError: Another process or thread is saving there.
        StoreError: The disk refuses; what served goes on serving.
    """
    root = as_path(path, "path")
    _read_current(root)
    try:
        with only_writer(root / ".lock"):
            current = _read_current(root)
            if version is None and len(current.versions) < 2:
                raise InputError(f"version: {root} holds only {current.versions[0]}; there is none to go back to")
            chosen = current.choose(root, current.versions[1] if version is None else version)
            verify(root / "versions" / chosen, chosen)
            _point(root, [chosen, *(name for name in current.versions if name != chosen)])
    except OSError as error:
        raise StoreError(
            f"{root} could not be changed: {error.strerror or error} ({error.filename or root})"
        ) from error
    return chosen


def put_encoder(path: str | os.PathLike[str], source: Path, name: str) -> Path:
    """Copy an encoder's folder beside the versions, whole or not at all, and return its place there."""
    place = Path(path) / ENCODERS / name
    place.parent.mkdir(exist_ok=True)
    if not place.is_dir():
        with _temporary(place.parent) as aside:
            shutil.copytree(source, aside)
            _flush_tree(aside)
            aside.rename(place)
            _flush_folder(place.parent)
    return place


def sweep_encoders(path: str | os.PathLike[str], used: Collection[str]) -> None:
    """Remove the encoders that are not used, and what a killed copy left."""
    folder = Path(path) / ENCODERS
    for place in list(folder.iterdir()) if folder.is_dir() else ():
        if place.name not in used:
            _remove(place)


@dataclass(frozen=True, slots=True)
class _Current:
    """What CURRENT said, and which file it was: a save makes a new file even when it says the same."""

    versions: tuple[str, ...]
    identity: tuple[int, int]

    def choose(self, root: Path, version: str | None) -> str:
        if version is not None and version not in self.versions:
            raise InputError(f"version: {root} holds {', '.join(self.versions)}, got {version!r}")
        return version or self.versions[0]


def _read_current(root: Path) -> _Current:
    path = root / "CURRENT"
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            text = file.read().decode("ascii", errors="replace")
    except (FileNotFoundError, NotADirectoryError) as error:
        if not root.is_dir():
            raise InputError(f"path: there is no folder {root}; give one that was saved") from error
        if not any(_versions_in(root)):
            raise InputError(f"path: nothing is saved in {root}; give a folder that was saved") from error
        raise CorruptStoreError(f"{path} is missing, or its first save never ended; {REMEDY}") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    versions = tuple(text.split("\n")[:-1])
    wellformed = text.endswith("\n") and all(_VERSION.fullmatch(name) for name in versions)
    if not versions or not wellformed or len(set(versions)) < len(versions):
        raise CorruptStoreError(f"{path} is not a list of versions: it is damaged or foreign; {REMEDY}")
    return _Current(versions, (status.st_ino, status.st_mtime_ns))


def _verified(root: Path, version: str, kind: str) -> Opened:
    folder = root / "versions" / version
    manifest = verify(folder, version)
    if manifest.kind != kind:
        raise InputError(f"path: {root} holds a saved {manifest.kind!r}, asked for was {kind!r}; give another folder")
    return Opened(folder, version, manifest.facts)


def _save(root: Path, write: Callable[[Path], None], *, kind: str, facts: Mapping[str, Any], keep: int) -> str:
    before = set(_versions_in(root))
    _sweep(root, before)
    try:
        version = _write_version(root / "versions", write, kind=kind, facts=facts)
        earlier = [name for name in _listed_versions(root) if name != version]
        kept = [version, *earlier][:keep]
        _point(root, kept)
    except BaseException:
        _sweep(root, before | set(_listed_versions(root)))
        raise
    _sweep(root, set(kept))
    return version


def prepare_folder(path: str | os.PathLike[str]) -> None:
    """Make a folder for versions, if it is not there.

    Raises:
        InputError: ``path`` is a file or holds other things than a saved folder.
        OSError: The disk refuses.
    """
    root = as_path(path, "path")
    if root.exists() and not root.is_dir():
        raise InputError(f"path: a folder is needed to save into, {root} is a file; give another path")
    if root.is_dir() and not (root / "CURRENT").is_file() and not _OWN_NAMES.issuperset(os.listdir(root)):
        raise InputError(f"path: {root} holds other things than a saved folder; give a new or empty folder")
    made = not root.is_dir()
    (root / "versions").mkdir(parents=True, exist_ok=True)
    if made:
        _flush_folder(root.parent)


def _listed_versions(root: Path) -> list[str]:
    """What CURRENT lists; nothing when it is damaged or missing, for a save must be able to heal that."""
    try:
        return [name for name in _read_current(root).versions if (root / "versions" / name).is_dir()]
    except (InputError, StoreError):
        return []


def _versions_in(root: Path) -> Iterator[str]:
    versions = root / "versions"
    return (name for name in (os.listdir(versions) if versions.is_dir() else ()) if _VERSION.fullmatch(name))


def _write_version(versions: Path, write: Callable[[Path], None], *, kind: str, facts: Mapping[str, Any]) -> str:
    with _temporary(versions) as folder:
        folder.mkdir()
        write(folder)
        version = write_manifest(folder, kind=kind, facts=facts)
        _flush_tree(folder)
        final = versions / version
        if not _stands(final):
            _remove(final)
            folder.rename(final)
            _flush_folder(versions)
    return version


def _stands(folder: Path) -> bool:
    """Whether the same content was saved before and is undamaged."""
    try:
        verify(folder, folder.name)
    except (CorruptStoreError, IncompatibleStoreError):
        return False
    return True


def _point(root: Path, versions: list[str]) -> None:
    with _temporary(root / "versions") as aside:
        with aside.open("wb") as file:
            file.write("".join(f"{name}\n" for name in versions).encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        aside.replace(root / "CURRENT")
    _flush_folder(root)


@contextmanager
def _temporary(versions: Path) -> Iterator[Path]:
    path = versions / f".tmp-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        yield path
    finally:
        _remove(path)


def _sweep(root: Path, keep: set[str]) -> None:
    """Remove the stumps of dead writers and the versions that are not kept; the lock is held, so nobody is at them."""
    for path in (root / "versions").iterdir():
        stump = path.name.startswith(".tmp-")
        if stump or (_VERSION.fullmatch(path.name) and path.name not in keep):
            _remove(path)


def _remove(path: Path) -> None:
    """Remove a version or stump. A version first loses its name, so that none is ever half there under it."""
    try:
        if not path.is_dir():
            path.unlink(missing_ok=True)
            return
        if not path.name.startswith(".tmp-"):
            path = path.rename(path.with_name(f".tmp-{os.getpid()}-{secrets.token_hex(4)}"))
        shutil.rmtree(path)
    except OSError as error:
        logger.warning("%s could not be removed: %s; the next save tries again", path, error.strerror)


def _flush_tree(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            _flush_tree(path)
        else:
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot flush a folder; its renames are journalled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
