import errno
import os
import threading

import numpy as np
import pytest
from store_trials import read_state, save_state, stumps, write_state

from faqsuggest.errors import CorruptStoreError, InputError, LockedStoreError, StoreError
from faqsuggest.store.arrays import read_json, write_array, write_json
from faqsuggest.store.folder import list_versions, load_folder, open_folder, save_folder


def write_one(folder):
    write_json(folder / "one.json", [1])


def save_number(root, number, **options):
    return save_folder(root, lambda folder: write_json(folder / "n.json", number), kind="n", facts={}, **options)


def tree(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_round_trip_gives_files_facts_and_version(tmp_path):
    version = save_folder(tmp_path / "a" / "b", write_one, kind="note", facts={"count": 1, "name": "å"})
    opened = open_folder(tmp_path / "a" / "b", kind="note")
    assert read_json(opened.folder / "one.json") == [1]
    assert opened.facts == {"count": 1, "name": "å"}
    assert opened.version == version == opened.folder.name
    assert len(version) == 16


def test_equal_content_gives_equal_bytes(tmp_path):
    def write_backwards(folder):
        (folder / "encoder").mkdir()
        write_json(folder / "encoder" / "words.json", ["A"] * 50)
        (folder / "texts.jsonl").write_bytes((tmp_path / "texts").read_bytes())
        write_json(folder / "options.json", {"state": "A"})
        write_array(folder / "vectors.npy", np.full((8, 2000), ord("A"), dtype=">f4").T)

    first = save_state(tmp_path / "x", "A")
    (tmp_path / "texts").write_bytes((open_folder(tmp_path / "x", kind="test").folder / "texts.jsonl").read_bytes())
    assert save_folder(tmp_path / "y", write_backwards, kind="test", facts={"state": "A"}) == first
    assert tree(tmp_path / "x") == tree(tmp_path / "y")


def test_every_part_decides_the_version(tmp_path):
    versions = {
        save_folder(tmp_path / "a", write_one, kind="note", facts={}),
        save_folder(tmp_path / "b", write_one, kind="other", facts={}),
        save_folder(tmp_path / "c", write_one, kind="note", facts={"count": 1}),
        save_folder(tmp_path / "d", lambda folder: write_json(folder / "two.json", [1]), kind="note", facts={}),
        save_folder(tmp_path / "e", lambda folder: write_json(folder / "one.json", [2]), kind="note", facts={}),
    }
    assert len(versions) == 5


def test_older_versions_go_with_their_bytes(tmp_path):
    save_number(tmp_path, "canary-1")
    save_number(tmp_path, "second")
    assert not any(b"canary-1" in content for content in tree(tmp_path).values())


def test_asked_number_of_versions_is_kept_newest_first(tmp_path):
    names = [save_number(tmp_path, number, keep=3) for number in range(5)]
    assert list_versions(tmp_path) == [names[4], names[3], names[2]]
    assert sorted(os.listdir(tmp_path / "versions")) == sorted(names[2:])
    assert read_json(open_folder(tmp_path, kind="n", version=names[2]).folder / "n.json") == 2
    with pytest.raises(InputError, match=f"holds {names[4]}.*got '{names[0]}'"):
        open_folder(tmp_path, kind="n", version=names[0])


def test_saving_an_older_content_makes_it_the_newest(tmp_path):
    names = [save_number(tmp_path, number, keep=2) for number in (1, 2, 1)]
    assert list_versions(tmp_path) == [names[0], names[1]]


def test_saving_again_heals_a_damaged_version(tmp_path):
    save_state(tmp_path, "A")
    (open_folder(tmp_path, kind="test").folder / "options.json").write_bytes(b"{}")
    save_state(tmp_path, "A")
    assert read_state(tmp_path) == "A"
    (tmp_path / "CURRENT").write_bytes(b"")
    save_state(tmp_path, "B")
    assert read_state(tmp_path) == "B"
    assert stumps(tmp_path) == []


def test_nothing_saved_is_an_input_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for path, said in ((tmp_path / "none", "there is no folder"), (tmp_path, "nothing is saved")):
        with pytest.raises(InputError, match=said):
            open_folder(path, kind="test")
    with pytest.raises(InputError, match="there is no folder"):
        list_versions(tmp_path / "file")


def test_lost_current_is_corrupt(tmp_path):
    save_state(tmp_path, "A")
    (tmp_path / "CURRENT").unlink()
    with pytest.raises(CorruptStoreError, match="CURRENT is missing"):
        open_folder(tmp_path, kind="test")


def test_another_kind_is_refused(tmp_path):
    save_state(tmp_path, "A")
    with pytest.raises(InputError, match="holds a saved 'test', asked for was 'note'"):
        open_folder(tmp_path, kind="note")


def test_foreign_folders_are_not_touched(tmp_path):
    (tmp_path / "thesis.txt").write_bytes(b"years of work")
    with pytest.raises(InputError, match="holds other things"):
        save_state(tmp_path, "A")
    with pytest.raises(InputError, match=r"thesis\.txt is a file"):
        save_state(tmp_path / "thesis.txt", "A")
    assert tree(tmp_path) == {"thesis.txt": b"years of work"}


def test_foreign_entries_among_versions_stay(tmp_path):
    (tmp_path / "versions" / "v1.0").mkdir(parents=True)
    save_state(tmp_path, "A")
    assert (tmp_path / "versions" / "v1.0").is_dir()


@pytest.mark.parametrize(
    ("write", "options", "said"),
    [
        (lambda folder: (folder / "manifest.json").write_bytes(b"{}"), {}, "manifest.json is taken"),
        (lambda folder: (folder / "link").symlink_to("/etc/hostname"), {}, "is a link or device"),
        (write_one, {"facts": {"x": float("nan")}}, "value of JSON"),
        (write_one, {"facts": {"x": object()}}, "value of JSON"),
        (write_one, {"facts": {"x": "\ud800"}}, "surrogate"),
        (write_one, {"keep": 0}, "keep: .* got 0"),
    ],
)
def test_bad_arguments_leave_the_old_state(tmp_path, write, options, said):
    save_state(tmp_path, "A")
    before = tree(tmp_path)
    with pytest.raises(InputError, match=said):
        save_folder(tmp_path, write, kind="test", **{"facts": {}, **options})
    assert tree(tmp_path) == before
    assert stumps(tmp_path) == []


def test_error_of_the_writer_passes_and_leaves_the_old_state(tmp_path):
    save_state(tmp_path, "A")

    def write(folder):
        write_state(folder, "B")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_folder(tmp_path, write, kind="test", facts={})
    assert read_state(tmp_path) == "A"
    assert stumps(tmp_path) == []


def test_array_cut_off_without_an_error_is_not_saved(tmp_path):
    save_state(tmp_path, "A")

    def write(folder):
        write_state(folder, "B")
        os.truncate(folder / "vectors.npy", 1000)

    with pytest.raises(StoreError, match=r"vectors\.npy was not written whole"):
        save_folder(tmp_path, write, kind="test", facts={})
    assert read_state(tmp_path) == "A"
    assert stumps(tmp_path) == []


def test_error_of_the_reader_passes(tmp_path):
    save_state(tmp_path, "A")

    def read(opened):
        raise PermissionError(errno.EACCES, "Permission denied", "vectors.npy")

    with pytest.raises(StoreError, match=r"vectors\.npy cannot be read: Permission denied"):
        load_folder(tmp_path, read, kind="test")
    with pytest.raises(ZeroDivisionError):
        load_folder(tmp_path, lambda opened: 1 // 0, kind="test")


def test_reader_begins_again_when_its_version_went(tmp_path):
    save_state(tmp_path, "A")
    calls = []

    def read(opened):
        calls.append(opened.facts["state"])
        if len(calls) == 1:  # away and back again: the same name, but files of its own
            save_state(tmp_path, "B")
            save_state(tmp_path, "A")
            raise CorruptStoreError("vanished")
        return read_json(opened.folder / "options.json")

    assert load_folder(tmp_path, read, kind="test") == {"state": "A"}
    assert calls == ["A", "A"]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_everything_is_flushed_before_it_is_named(tmp_path, monkeypatch):
    save_state(tmp_path, "A")
    steps, real_flush, real_rename, real_replace = [], os.fsync, os.rename, os.replace

    def recorded(real, *paths):
        steps.append(tuple(os.path.relpath(path, tmp_path) for path in paths))
        real(*paths)

    def flush(descriptor):
        steps.append((os.path.relpath(os.readlink(f"/proc/self/fd/{descriptor}"), tmp_path),))
        real_flush(descriptor)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(os, "rename", lambda *paths: recorded(real_rename, *paths))
    monkeypatch.setattr(os, "replace", lambda *paths: recorded(real_replace, *paths))
    version = save_state(tmp_path, "B")
    aside, current = steps[7][0], steps[9][0]
    inside = ("encoder/words.json", "encoder", "manifest.json", "options.json", "texts.jsonl", "vectors.npy")
    assert aside.startswith("versions/.tmp-")
    assert steps[:9] == [
        *((f"{aside}/{name}",) for name in inside),
        (aside,),
        (aside, f"versions/{version}"),
        ("versions",),
    ]
    assert steps[9:12] == [(current,), (current, "CURRENT"), (".",)]
    assert all(len(step) == 2 and step[0].startswith("versions/") for step in steps[12:])  # the old version goes last


def test_second_thread_is_refused(tmp_path):
    save_state(tmp_path, "A")
    errors = []

    def attempt():
        try:
            save_state(tmp_path, "B")
        except LockedStoreError as error:
            errors.append(error)

    def write(folder):
        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
        write_one(folder)

    save_folder(tmp_path, write, kind="test", facts={})
    assert len(errors) == 1
