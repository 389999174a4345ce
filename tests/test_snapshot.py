import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from contracts.small_base import ARTICLES, TICKETS, WordEncoder, article, ticket
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from faqsuggest import KnowledgeBase, Suggester
from faqsuggest.encoders import CharNgramEncoder
from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, InputError, StoreError

KB = KnowledgeBase(TICKETS, ARTICLES)
ASKED = ("var är mitt paket", "glömt lösenord", "betala en faktura", "xyzzy")
REPLIES = ("Paketet är försenat och kommer på torsdag.", "Du byter lösenord på sidan för inloggning.", None)


def answers(suggester):
    return suggester.suggest_many(ASKED, 10, min_confidence=0)


def plain(found):
    return [[(one.id, one.text, one.sources, one.confidence, one.why) for one in each] for each in found]


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def learnt():
    """Fitted on the whole base once; ``fit`` learns nothing more, so that bases can be compared."""

    class Learnt(CharNgramEncoder):
        def fit(self, texts, y=None):
            return self

    encoder = Learnt(components=16)
    CharNgramEncoder.fit(encoder, [each.body for each in ARTICLES] + [each.question for each in TICKETS])
    return encoder


def test_load_gives_what_was_saved_and_goes_on(tmp_path):
    suggester = Suggester(encoder="char-ngrams").fit(KB)
    version = suggester.save(tmp_path / "base")
    loaded = Suggester.load(tmp_path / "base")
    assert (loaded.version_, loaded.kb_) == (version, KB)
    assert answers(loaded) == answers(suggester)
    assert {one.version for each in answers(loaded) for one in each} == {version}
    more = ticket("n", "var är paketet", TICKETS[1].reply, day=8)
    assert plain(answers(loaded.add(tickets=[more]))) == plain(answers(suggester.add(tickets=[more])))
    assert {one.version for each in answers(loaded) for one in each} == {""}


def test_equal_content_is_saved_as_equal_bytes(tmp_path):
    versions = {Suggester(encoder="char-ngrams").fit(KB).save(tmp_path / name) for name in "ab"}
    again = Suggester.load(tmp_path / "a").save(tmp_path / "c")
    assert versions == {again}
    contents = [
        {name: data for name, data in files(tmp_path / name).items() if not name.startswith(".")} for name in "abc"
    ]
    assert contents[0] == contents[1] == contents[2]


def test_an_empty_base_can_be_saved(tmp_path):
    Suggester(encoder="char-ngrams").fit(KnowledgeBase()).save(tmp_path / "base")
    loaded = Suggester.load(tmp_path / "base")
    assert loaded.suggest("paket", min_confidence=0) == []
    assert plain(answers(loaded.add(tickets=TICKETS, articles=ARTICLES))) == plain(
        answers(Suggester(encoder="char-ngrams").fit(KB))
    )


def zeroed(data):
    middle = len(data) // 2
    return data[:middle] + b"\0" * min(4096, len(data) - middle) + data[middle + 4096 :]


DAMAGE = {
    "zeroed": zeroed,
    "bit flipped": lambda data: data[: len(data) // 3] + bytes([data[len(data) // 3] ^ 4]) + data[len(data) // 3 + 1 :],
    "cut off": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "appended": lambda data: data + b"x",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_gives_an_error_and_never_an_answer(tmp_path, damage):
    Suggester(encoder="char-ngrams").fit(KB).save(tmp_path / "base")
    stored = {name: data for name, data in files(tmp_path / "base").items() if name != ".lock"}
    assert len(stored) > 14
    for name, data in stored.items():
        path = tmp_path / "base" / name
        damaged = DAMAGE[damage](data)
        if damaged == data:
            continue
        path.write_bytes(damaged)
        with pytest.raises(StoreError, match=r"damaged|missing|foreign|not a list"):
            Suggester.load(tmp_path / "base")
        path.write_bytes(data)
    assert answers(Suggester.load(tmp_path / "base"))


def test_missing_and_foreign_folders(tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        Suggester.load(tmp_path / "nothing")
    Suggester(encoder="char-ngrams").fit(KB).save(tmp_path / "base")
    (version,) = (tmp_path / "base" / "versions").iterdir()
    (version / "units.json").unlink()
    with pytest.raises(CorruptStoreError, match=r"units\.json is missing"):
        Suggester.load(tmp_path / "base")
    shutil.rmtree(version)
    with pytest.raises(StoreError):
        Suggester.load(tmp_path / "base")


def test_another_encoder_is_refused(tmp_path):
    encoder = WordEncoder()
    Suggester(encoder=encoder).fit(KB).save(tmp_path / "base")
    with pytest.raises(InputError, match=r"pass it: Suggester\.load\(path, encoder=…\)"):
        Suggester.load(tmp_path / "base")
    other = WordEncoder()
    other.fingerprint = "v" * 64
    with pytest.raises(IncompatibleStoreError, match=r"fingerprint wwww.* has vvvv"):
        Suggester.load(tmp_path / "base", encoder=other)
    assert answers(Suggester.load(tmp_path / "base", encoder=encoder))


def test_parts_that_do_not_belong_together_are_refused(tmp_path, monkeypatch):
    suggester = Suggester(encoder=WordEncoder()).fit(KB)
    facts = suggester.units_.facts()
    monkeypatch.setattr(suggester.units_, "facts", lambda: {**facts, "names": facts["names"][:-1]})
    suggester.save(tmp_path / "base")
    with pytest.raises(CorruptStoreError, match="do not belong together"):
        Suggester.load(tmp_path / "base", encoder=WordEncoder())


def test_an_erased_customer_leaves_no_trace(tmp_path):
    secret = ticket("c", "kanariefågeln Qwertina sjunger", "Ett svar till Qwertina om fågeln", customer_id="77")
    suggester = Suggester(encoder=WordEncoder()).fit(KnowledgeBase((*TICKETS, secret), ARTICLES))
    suggester.save(tmp_path / "base")
    assert any(b"Qwertina" in data for data in files(tmp_path / "base").values())
    suggester.forget(customer_id="77")
    suggester.save(tmp_path / "base")
    vector = WordEncoder().encode_queries([secret.question])[0]
    for data in files(tmp_path / "base").values():
        for trace in (b"Qwertina", b"qwertina", vector.tobytes(), vector.astype(np.float16).tobytes()):
            assert trace not in data


@pytest.mark.skipif(sys.platform == "win32", reason="kills")
def test_killed_while_saving_leaves_old_or_new(tmp_path):
    program = (
        "import sys; sys.path[:0] = [sys.argv[1]]\n"
        "from contracts.small_base import *\n"
        "from faqsuggest import KnowledgeBase, Suggester\n"
        "made = [Suggester(encoder=WordEncoder()).fit(KnowledgeBase(TICKETS[:n], ARTICLES)) for n in (2, 5)]\n"
        "while True:\n"
        "    for each in made: print(each.save(sys.argv[2]), flush=True)"
    )
    command = [sys.executable, "-c", program, os.path.dirname(__file__), str(tmp_path / "base")]
    versions = set()
    for trial in range(6):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        known = {child.stdout.readline().strip(), child.stdout.readline().strip()}
        time.sleep(0.003 * trial)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        loaded = Suggester.load(tmp_path / "base", encoder=WordEncoder())
        assert loaded.version_ in known
        assert len(loaded.kb_.tickets) in (2, 5)
        versions |= known
    assert len(versions) == 2


IDS = st.sampled_from("abcdef")


class AnyWayToTheSameRecords(RuleBasedStateMachine):
    """Adding, replacing, removing, saving and loading in any order: the same as a fresh fit on what is left."""

    encoder = None
    folder = None

    @initialize()
    def begin(self):
        self.suggester = Suggester(encoder=self.encoder).fit(KnowledgeBase())
        self.tickets, self.articles = {}, {}

    @rule(key=IDS, body=st.sampled_from(ARTICLES), parallel=st.none() | st.just("p"), language=st.sampled_from("se"))
    def add_article(self, key, body, parallel, language):
        new = article(f"a{key}", body.body, title=body.title, parallel=parallel, language=language)
        self.articles[new.id] = new
        self.suggester.add(articles=[new])

    @rule(key=IDS, reply=st.sampled_from(REPLIES), day=st.integers(0, 3), word=IDS, link=IDS, chat=st.booleans())
    def add_ticket(self, key, reply, day, word, link, chat):
        new = ticket(
            f"t{key}", f"fråga om {word} och paket", reply, day=day, article_ids=(f"a{link}",),
            channel="chat" if chat else None,
        )  # fmt: skip
        self.tickets[new.id] = new
        self.suggester.add(tickets=[new])

    @rule(keys=st.lists(IDS, max_size=3), kind=st.sampled_from("at"))
    def remove(self, keys, kind):
        for key in keys:
            (self.articles if kind == "a" else self.tickets).pop(f"{kind}{key}", None)
        self.suggester.remove([f"{kind}{key}" for key in keys])

    @rule()
    def save_and_load(self):
        self.suggester.save(self.folder)
        self.suggester = Suggester.load(self.folder, encoder=self.encoder)

    @invariant()
    def same_as_a_fresh_fit(self):
        if hasattr(self, "suggester"):
            kb = KnowledgeBase(tuple(self.tickets.values()), tuple(self.articles.values()))
            assert sorted(self.suggester.kb_.tickets, key=lambda t: t.id) == sorted(kb.tickets, key=lambda t: t.id)
            assert plain(answers(self.suggester)) == plain(answers(Suggester(encoder=self.encoder).fit(kb)))


@pytest.mark.parametrize("examples", [6, pytest.param(100, marks=pytest.mark.nightly)])
def test_any_way_to_the_same_records_gives_the_same_answers(learnt, tmp_path, examples):
    from hypothesis.stateful import run_state_machine_as_test

    AnyWayToTheSameRecords.encoder, AnyWayToTheSameRecords.folder = learnt, tmp_path / "base"
    run_state_machine_as_test(
        AnyWayToTheSameRecords, settings=settings(max_examples=examples, stateful_step_count=10, deadline=None)
    )
