import os
import pickle
import random
import shutil
import zipfile

import pytest
from store_trials import read_state, save_state

from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError
from faqsuggest.store.arrays import decode_json, encode_json
from faqsuggest.store.folder import open_folder
from faqsuggest.store.manifest import version_of

FILES = ("vectors.npy", "options.json", "texts.jsonl", "encoder/words.json", "manifest.json", "CURRENT")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))


class Canary:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def flipped(data, chance):
    changed = bytearray(data)
    changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def zeroed(data, chance):
    start = chance.randrange(max(len(data) - 4096, 0) + 1)
    return data[:start] + b"\0" * len(data[start : start + 4096]) + data[start + 4096 :]


def truncated(data, chance):
    return data[: chance.randrange(len(data))]


def appended(data, chance):
    return data + chance.choice([b"\0", b"\n", b" ", b"{}", b"\n{}\n", data, bytes(4096)])


def foreign(data, chance):
    return chance.choice([b"", PNG, b"PK\x05\x06" + bytes(18), b"\x93NUMPY\x01\0", b"null\n", b"\xff\xfe", data[::-1]])


DAMAGES = (flipped, zeroed, truncated, appended, foreign)


def place(root, name):
    return root / name if name == "CURRENT" else open_folder(root, kind="test").folder / name


def check_damage(root, name, damage, trials):
    save_state(root, "A")
    path = place(root, name)
    data, chance = path.read_bytes(), random.Random(f"{name} {damage.__name__}")
    for _ in range(trials):
        changed = damage(data, chance)
        if changed == data:
            continue
        path.write_bytes(changed)
        with pytest.raises(CorruptStoreError) as caught:
            read_state(root)
        assert "restore the folder from a copy, or build and save it again" in str(caught.value)
        assert str(path) in str(caught.value) or name == "CURRENT"
    path.write_bytes(data)
    assert read_state(root) == "A"


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("name", FILES)
def test_damage_is_named(tmp_path, name, damage):
    check_damage(tmp_path, name, damage, 20)


@pytest.mark.nightly
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("name", FILES)
def test_much_damage_is_named(tmp_path, name, damage):
    check_damage(tmp_path, name, damage, 300)


@pytest.mark.parametrize("name", FILES)
def test_file_of_another_save_is_named(tmp_path, name):
    save_state(tmp_path / "a", "A")
    save_state(tmp_path / "b", "B")
    shutil.copy(place(tmp_path / "b", name), place(tmp_path / "a", name))
    with pytest.raises(CorruptStoreError, match=r"damaged|foreign|missing"):
        read_state(tmp_path / "a")


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_named(tmp_path, name):
    save_state(tmp_path, "A")
    place(tmp_path, name).unlink()
    with pytest.raises(CorruptStoreError, match=f"{name} is missing"):
        read_state(tmp_path)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("wrapped", [False, True], ids=["pickle", "zip"])
def test_planted_pickle_never_runs(tmp_path, name, wrapped):
    save_state(tmp_path / "base", "A")
    path = place(tmp_path / "base", name)
    path.write_bytes(pickle.dumps(Canary(tmp_path / "canary")))
    if wrapped:
        with zipfile.ZipFile(tmp_path / "z", "w") as archive:
            archive.write(path, "vectors.npy")
        shutil.copy(tmp_path / "z", path)
    with pytest.raises(CorruptStoreError):
        read_state(tmp_path / "base")
    assert not (tmp_path / "canary").exists()


def test_extra_files_links_and_a_folder_for_a_file_are_named(tmp_path):
    save_state(tmp_path, "A")
    folder = open_folder(tmp_path, kind="test").folder
    for extra in (folder / "extra.bin", folder / "encoder" / "manifest.json"):
        extra.write_bytes(b"")
        with pytest.raises(CorruptStoreError, match=f"{extra} is not in the manifest"):
            read_state(tmp_path)
        extra.unlink()
    copy = shutil.move(folder / "options.json", tmp_path / "elsewhere.json")
    (folder / "options.json").symlink_to(copy)
    with pytest.raises(CorruptStoreError, match=r"options\.json is a link or device"):
        read_state(tmp_path)
    (folder / "options.json").unlink()
    (folder / "options.json").mkdir()
    with pytest.raises(CorruptStoreError, match=r"options\.json is missing"):
        read_state(tmp_path)


def forge(root, change):
    """A manifest with other content whose hash is right, as another library version would write it."""
    folder = open_folder(root, kind="test").folder
    content = decode_json((folder / "manifest.json").read_bytes(), "manifest.json")
    change(content)
    data = encode_json(content)
    (folder / "manifest.json").write_bytes(data)
    folder.rename(folder.with_name(version_of(data)))
    (root / "CURRENT").write_text(version_of(data) + "\n")


@pytest.mark.parametrize(("number", "remedy"), [(2, "upgrade faqsuggest"), (0, "build and save it again")])
def test_another_format_is_incompatible(tmp_path, number, remedy):
    save_state(tmp_path, "A")
    forge(tmp_path, lambda content: content.update(format=number, library="9.9") or content.pop("files"))
    said = f"has format {number}, written by faqsuggest 9.9; faqsuggest .* reads format 1: {remedy}"
    with pytest.raises(IncompatibleStoreError, match=said):
        read_state(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("format"),
        lambda content: content.pop("files"),
        lambda content: content.pop("kind"),
        lambda content: content.update(format="one"),
        lambda content: content.update(facts=[1]),
        lambda content: content.update(files=["vectors.npy"]),
        lambda content: content["files"]["vectors.npy"].pop("sha256"),
        lambda content: content["files"].update({"../../../elsewhere": {"sha256": "0", "size": 0}}),
    ],
)
def test_foreign_manifest_is_corrupt(tmp_path, change):
    save_state(tmp_path, "A")
    forge(tmp_path, change)
    with pytest.raises(CorruptStoreError, match=r"foreign|missing"):
        read_state(tmp_path)


def test_unreadable_manifest_that_is_not_json_is_corrupt(tmp_path):
    save_state(tmp_path, "A")
    folder = open_folder(tmp_path, kind="test").folder
    for data in (b"[1]", b"null", b"{", b"\xff", b"[" * 100_000):
        (folder / "manifest.json").write_bytes(data)
        folder = folder.rename(folder.with_name(version_of(data)))
        (tmp_path / "CURRENT").write_text(version_of(data) + "\n")
        with pytest.raises(CorruptStoreError, match=r"manifest\.json is not"):
            read_state(tmp_path)
