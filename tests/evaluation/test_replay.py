import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from toy_systems import TOPICS, WordOverlap, at, history, suggestion

from faqsuggest import forked
from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, InputError
from faqsuggest.evaluation.replay import replay
from faqsuggest.records import Article
from faqsuggest.suggester import Suggester


class Recording(WordOverlap):
    """Notes what it knew whenever it was asked."""

    def fit(self, kb):
        self.asked = []
        return super().fit(kb)

    def suggest_many(self, texts, k=3, **options):
        self.asked += [(text, frozenset(self.tickets), frozenset(self.articles)) for text in texts]
        return super().suggest_many(texts, k, **options)


def run(base, system=None, **options):
    return replay(base, at(20), "3d", suggester=system or WordOverlap(), baselines=False, by="tag", **options)


def test_nothing_is_known_before_its_time_and_never_the_own_answer():
    base, system = history(), Recording()
    run(base, system)
    asked_at = {ticket.question: ticket for ticket in base.tickets}
    replied_at = {ticket.id: ticket.replied_at for ticket in base.tickets}
    assert len(system.asked) > 100
    for text, known, _ in system.asked:
        ticket = asked_at[text]
        assert ticket.id not in known
        assert all(replied_at[each] <= ticket.created_at for each in known)


def test_what_is_known_grows_with_every_window():
    base, system = history(), Recording()
    report = run(base, system)
    sizes = [len(known) for _, known, _ in system.asked]
    assert sizes == sorted(sizes)
    assert sizes[0] == 50
    assert len(report.tickets) == sum(ticket.created_at >= at(20) for ticket in base.tickets)


def test_a_planted_future_reply_is_never_retrieved():
    base = history()
    planted = [
        replace(t, id=f"future-{t.id}", created_at=at(300), replied_at=at(301), reply=t.reply + " PLANTERAD")
        for t in base.tickets
    ]
    report = replay(
        replace(base, tickets=(*base.tickets, *planted)), at(20), "3d", suggester=WordOverlap(), end=at(100), by="tag"
    )
    for name, outcome in report.runs.items():
        assert not [each for each in (*outcome.first, *outcome.source) if each.startswith("future")], name


def test_articles_come_and_go_with_their_dates():
    base, system = history(), Recording()
    articles = (
        Article(id="old", title="x", body="x", valid_until=at(30)),
        Article(id="new", title="x", body="x", updated_at=at(30)),
        Article(id="always", title="x", body="x"),
    )
    run(replace(base, articles=articles), system)
    assert system.asked[0][2] == {"old", "always"}
    assert system.asked[-1][2] == {"new", "always"}


class Clairvoyant(WordOverlap):
    def suggest_many(self, texts, k=3, **options):
        return [[suggestion("x", "t119", sources=("t119",))] for _ in texts]


def test_a_system_that_knows_the_future_is_refused():
    with pytest.raises(InputError, match="names 1 sources that were not known at the time, such as 't119'"):
        run(history(), Clairvoyant())


class Stops(WordOverlap):
    left = 9

    def suggest_many(self, texts, k=3, **options):
        type(self).left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return super().suggest_many(texts, k, **options)


def test_an_interrupted_replay_goes_on_where_it_stopped(tmp_path):
    whole = run(history(), {"s": WordOverlap()}).to_frame()
    with pytest.raises(KeyboardInterrupt):
        run(history(), {"s": Stops()}, checkpoint=tmp_path)
    done = sorted(path.name for path in tmp_path.glob("window-*.jsonl"))
    assert 0 < len(done) < 10
    Stops.left = 10**9
    assert run(history(), {"s": Stops()}, checkpoint=tmp_path).to_frame().equals(whole)
    assert len(list(tmp_path.glob("window-*.jsonl"))) > len(done)
    assert not any(text in path.read_text() for path in tmp_path.iterdir() for text in TOPICS.values())


def test_a_checkpoint_belongs_to_the_settings_of_its_systems(tmp_path):
    def suggester(precision):
        return {"s": Suggester(encoder="char-ngrams", precision=precision)}

    run(history(), suggester(0.8), checkpoint=tmp_path)
    with pytest.raises(IncompatibleStoreError, match="other data or options"):
        run(history(), suggester(0.7), checkpoint=tmp_path)
    with pytest.raises(IncompatibleStoreError, match="other data or options"):
        run(history(), suggester(0.8), checkpoint=tmp_path, judgements={("t100", "t000"): 0.0})


KILLED = """
import sys
sys.path.insert(0, {folder!r})
from test_replay import history, run
from toy_systems import WordOverlap
import time

class Slow(WordOverlap):
    def suggest_many(self, texts, k=3, **options):
        time.sleep(0.2)
        return super().suggest_many(texts, k, **options)

run(history(), {{"s": Slow()}}, checkpoint={checkpoint!r})
"""


def test_a_replay_that_was_killed_goes_on_where_it_was(tmp_path):
    code = KILLED.format(folder=str(Path(__file__).parent), checkpoint=str(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        deadline = time.monotonic() + 120
        while len(list(tmp_path.glob("window-*.jsonl"))) < 2 and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()
    done = {path.name: path.read_bytes() for path in tmp_path.glob("window-*.jsonl")}
    assert 2 <= len(done) < 10

    class Slow(WordOverlap):
        """Named as the one that was killed, and quicker."""

    Slow.__qualname__ = "Slow"
    again = run(history(), {"s": Slow()}, checkpoint=tmp_path)
    assert again.to_frame().equals(run(history(), {"s": WordOverlap()}).to_frame())
    assert {name: (tmp_path / name).read_bytes() for name in done} == done


def test_tickets_that_only_people_judged_are_asked_too():
    bare = replace(history().tickets[100], id="bare", reply=None, tags=())
    base = replace(history(), tickets=(*history().tickets, bare))
    assert "bare" not in {ticket.id for ticket in run(base).tickets}
    assert "bare" in {ticket.id for ticket in run(base, judgements={("bare", "t000"): 3.0}).tickets}


def test_a_checkpoint_of_another_replay_or_a_damaged_one_is_refused(tmp_path):
    run(history(), checkpoint=tmp_path)
    with pytest.raises(IncompatibleStoreError, match="other data or options"):
        run(history(80), checkpoint=tmp_path)
    first = min(tmp_path.glob("window-*.jsonl"))
    first.write_text(first.read_text()[:-20])
    with pytest.raises(CorruptStoreError, match="window-00000"):
        run(history(), checkpoint=tmp_path)


def test_several_processes_give_the_report_of_one(monkeypatch):
    monkeypatch.setattr(forked, "LEAST", 2)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    kb = history()
    begun = []
    monkeypatch.setattr(forked, "_begin", lambda *a, _begin=forked._begin: begun.append(1) or _begin(*a))
    reports = [run(kb, jobs=jobs).to_frame() for jobs in (1, 3)]
    assert begun
    assert reports[0].equals(reports[1])


def test_the_same_twice():
    assert run(history()).to_frame().equals(run(history()).to_frame())


def test_nothing_to_learn_from_is_named():
    with pytest.raises(InputError, match="got 0 and 120"):
        replay(history(), at(-1), suggester=WordOverlap())
    with pytest.raises(InputError, match="longer than nothing"):
        replay(history(), at(20), "0d", suggester=WordOverlap())
