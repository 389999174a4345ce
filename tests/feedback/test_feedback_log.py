import os
import pickle
import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from feedback_trials import START, slate

from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, InputError, StoreError
from faqsuggest.feedback.log import FeedbackLog
from faqsuggest.feedback.records import Slate

SCRIPT = Path(__file__).with_name("feedback_trials.py")


@pytest.fixture
def log(tmp_path):
    made = FeedbackLog(tmp_path / "desk.feedback.sqlite")
    yield made
    made.close()


def started(*arguments):
    return subprocess.Popen([sys.executable, SCRIPT, *map(str, arguments)], stdout=subprocess.PIPE, text=True)


def test_what_is_written_is_read_again_in_the_order_of_time(log):
    late = slate("s2", at=START + timedelta(hours=1), order=(2, 1, 3), propensity=0.05, explore=0.1, brand="acme")
    early = slate("s1", user="anna", customer="c1", ticket="t1", version="v1", channel="chat")
    assert log.add(late)
    assert log.add(early)
    read = list(log.slates())
    assert [each.id for each in read] == ["s1", "s2"]
    assert read[0].shown == early.shown
    assert (read[0].showing.user, read[0].showing.customer_id, read[0].showing.ticket_id) == ("anna", "c1", "t1")
    assert (read[0].version, read[0].channel, read[0].propensity, read[0].swapped) == ("v1", "chat", 1.0, 0)
    assert (read[1].propensity, read[1].explore, read[1].brand, read[1].swapped) == (0.05, 0.1, "acme", 1)
    assert [each.id for each in log.slates(since=START + timedelta(minutes=1))] == ["s2"]
    assert [each.id for each in log.slates(until=START + timedelta(minutes=1))] == ["s1"]


def test_the_last_event_counts(log):
    log.add(slate("s"))
    log.tell("s:1", "dismissed", reason="fel svar")
    log.tell("s:1", "edited", kept=0.75, text="Hej!")
    log.tell("s:3", "sent")
    log.tell("s:3", "dismissed")
    first, second, third = next(iter(log.slates())).shown
    assert (first.events, first.reward, first.used, first.reason) == (("dismissed", "edited"), 0.75, True, "")
    assert (second.events, second.reward, second.used) == ((), 0.0, False)
    assert (third.events, third.reward, third.used) == (("sent", "dismissed"), 0.0, False)


def test_a_slate_stays_as_it_was_first_written(log):
    assert log.add(slate("s", user="anna"))
    assert not log.add(slate("s", user="bo"))
    assert [each.showing.user for each in log.slates()] == ["anna"]
    assert len(log) == 1


def test_an_empty_slate_is_kept(log):
    log.add(slate("s", order=()))
    assert [each.shown for each in log.slates()] == [()]


def test_nothing_is_changed_or_deleted_past_the_log(log):
    log.add(slate("s"))
    log.tell("s:1", "sent")
    log.forget("nobody")
    connection = sqlite3.connect(log.path)
    for statement in (
        "UPDATE events SET event = 'dismissed'",
        "DELETE FROM events",
        "DELETE FROM shown",
        "UPDATE slates SET user = ''",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def test_texts_are_redacted_before_they_are_written(log, tmp_path):
    log.add(slate("s", query="Hej, jag heter Anna Ek, ring 070-174 06 05 eller anna.ek@example.com"))
    log.tell("s:1", "edited", text="Hej Anna!\nVi ringer 070-174 06 05.\nMvh Karin", reason="fel nummer 070-174 06 05")
    log.close()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (b"070-174", b"anna.ek", b"Anna", b"Karin"):
        assert secret not in written
    assert b"{telefon}" in written
    (read,) = FeedbackLog(log.path).slates()
    assert "{telefon}" in read.query


def test_what_is_behind_the_longest_text_is_cut_not_logged(log, tmp_path):
    log.add(slate("s", query="hej " * 2000 + "070-174 06 05"))
    log.close()
    assert b"070-174" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert len(next(iter(FeedbackLog(log.path).slates())).query) <= 4000


def test_forgetting_leaves_no_trace_on_disk(log, tmp_path):
    for number in range(40):
        log.add(slate(f"keep{number}", customer="c-stays", ticket=f"kept-{number}"))
        log.add(
            slate(f"gone{number}", customer="c-goes-81", ticket=f"ticket-goes-{number}", query="min fråga om zebror")
        )
        log.tell(f"gone{number}:1", "edited", text="svar om zebror")
    log.add(slate("by-ticket", ticket="t-of-thread"))
    assert log.forget("c-goes-81", ["t-of-thread"]) == 41
    assert len(log) == 40
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for trace in (b"c-goes-81", b"ticket-goes", b"zebror", b"t-of-thread"):
        assert trace not in written
    assert {each.showing.customer_id for each in log.slates()} == {"c-stays"}
    with pytest.raises(InputError, match="suggestion_id"):
        log.tell("gone1:1", "sent")


def test_forgetting_nobody_erases_nothing(log):
    log.add(slate("s"))
    assert log.forget("") == 0
    assert log.forget("c-unknown") == 0
    assert len(log) == 1


def test_ids_of_erased_tickets_leave_the_slates_of_others(log, tmp_path):
    made = slate("s")
    replies = tuple(
        type(made.shown[0])(answer="reply:t1", kind="reply", confidence=0.5, rank=1, sources=sources)
        for sources in (("t9", "t1"), ("t1",))
    )
    log.add(Slate(id="x", at=START, showing=made.showing, query="hej", shown=replies))
    log.forget("c-goes", ["t1"])
    (read,) = log.slates()
    assert [(each.answer, each.sources) for each in read.shown] == [("reply:t9", ("t9",)), ("", ())]
    log.add(slate("after"))  # and the log is append-only again
    with pytest.raises(StoreError, match="append-only"), log._writing() as connection:
        connection.execute("DELETE FROM slates")


def test_several_processes_write_at_once(log):
    writers = [started("write", log.path, f"w{i}", 60) for i in range(4)]
    for writer in writers:
        assert writer.wait(timeout=120) == 0
        writer.stdout.close()
    read = list(log.slates())
    assert len(read) == 240
    assert all(each.shown[1].events == ("sent",) for each in read)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_kills_while_writing_lose_no_committed_event(log):
    chance, committed = random.Random(3), set()
    for trial in range(12):
        writers = [started("write", log.path, f"k{trial}-{i}", 100_000) for i in range(2)]
        first = [writer.stdout.readline().strip() for writer in writers]
        time.sleep(chance.uniform(0.0, 0.2))
        for writer in writers:
            os.kill(writer.pid, signal.SIGKILL)
        for writer, line in zip(writers, first, strict=True):
            said = writer.stdout.read()
            assert writer.wait() == -signal.SIGKILL
            whole = said[: said.rfind("\n") + 1].split()
            committed |= {line, *whole}
            writer.stdout.close()
        read = {each.id: each for each in log.slates()}
        assert committed <= read.keys()
        assert all(read[name].shown[1].events == ("sent",) for name in committed)
        assert all(len(each.shown) == 3 for each in read.values())
    assert len(committed) > 24
    assert log._open[1].execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_kills_while_erasing_leave_whole_customers_and_a_closed_log(log):
    for number in range(300):
        log.add(slate(f"s{number}", customer=f"c{number}"))
        log.tell(f"s{number}:1", "sent")
    for delay in (0.0, 0.02, 0.05):
        eraser = started("erase", log.path, 300)
        eraser.stdout.readline()
        time.sleep(delay)
        os.kill(eraser.pid, signal.SIGKILL)
        said = eraser.stdout.read().split()
        eraser.wait()
        eraser.stdout.close()
        left = {each.showing.customer_id: each for each in log.slates()}
        assert "c0" not in left
        assert not set(said[:-1]) & left.keys()
        assert all(len(each.shown) == 3 and each.shown[0].events == ("sent",) for each in left.values())
        with pytest.raises(StoreError, match="append-only"), log._writing() as connection:
            connection.execute("DELETE FROM slates")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")
def test_a_child_opens_the_file_for_itself(log):
    log.add(slate("parent"))
    child = os.fork()
    if child == 0:
        log.add(slate("child"))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    log.add(slate("parent again"))
    assert sorted(each.id for each in log.slates()) == ["child", "parent", "parent again"]


def test_nothing_is_made_before_the_first_write(log):
    assert (len(log), list(log.slates()), log.forget("c")) == (0, [], 0)
    assert not log.path.exists()
    assert FeedbackLog.beside("a/model").path == Path("a/model.feedback.sqlite")
    assert pickle.loads(pickle.dumps(log)).path == log.path


def test_foreign_damaged_and_newer_files_are_refused(tmp_path, log):
    text = tmp_path / "text.sqlite"
    text.write_text("no database, but a text that is long enough to look like a head of a file " * 20)
    with pytest.raises(CorruptStoreError, match="no feedback log"):
        FeedbackLog(text).add(slate("s"))
    other = tmp_path / "other.sqlite"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE orders (id)")
    connection.close()
    before = other.read_bytes()
    with pytest.raises(CorruptStoreError, match="no feedback log"):
        FeedbackLog(other).add(slate("s"))
    assert other.read_bytes() == before
    log.add(slate("s"))
    log.close()
    connection = sqlite3.connect(log.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(IncompatibleStoreError, match="99"):
        len(FeedbackLog(log.path))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match="cannot be opened"):
        FeedbackLog(tmp_path / "nowhere" / "desk.sqlite").add(slate("s"))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda log: log.tell("s:1", "clicked"), "event must be one of sent, edited, dismissed"),
        (lambda log: log.tell("s:4", "sent"), "suggestion_id"),
        (lambda log: log.tell("s", "sent"), "suggestion_id"),
        (lambda log: log.tell("s:²", "sent"), "suggestion_id"),
        (lambda log: log.tell("s:1", "sent", kept=1.5), "kept"),
        (lambda log: log.tell("s:1", "sent", at=START.replace(tzinfo=None)), "time zone"),
        (lambda log: log.tell("s:1", "sent", at="2026-03-02"), "at must be a datetime with a time zone, got str"),
        (lambda log: list(log.slates(since="2026-03-02")), "since must be a datetime with a time zone, got str"),
        (lambda log: list(log.slates(until=START.replace(tzinfo=None))), "until must be a datetime with a time zone"),
        (lambda log: log.add(slate("a:b")), "colon"),
        (lambda log: log.add(slate("a", propensity=0.0)), "propensity"),
        (lambda log: log.add(slate("a", at=START.replace(tzinfo=None))), "zone"),
    ],
)
def test_bad_input_is_named_and_writes_nothing(log, call, message):
    log.add(slate("s"))
    with pytest.raises(InputError, match=message):
        call(log)
    (read,) = log.slates()
    assert not read.answered


def test_frame_has_a_row_a_suggestion(log):
    log.add(slate("s", order=(2, 1, 3), propensity=0.05, explore=0.1))
    log.tell("s:2", "sent")
    frame = log.to_frame()
    assert frame[["slate", "place", "rank", "answer", "reward"]].values.tolist() == [
        ["s", 1, 2, "a2", 0.0],
        ["s", 2, 1, "a1", 1.0],
        ["s", 3, 3, "a3", 0.0],
    ]
    assert FeedbackLog(log.path.with_name("empty.sqlite")).to_frame().columns.tolist() == frame.columns.tolist()
