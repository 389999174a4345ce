import html
import os
import subprocess
import sys
import threading
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from contracts.small_base import ARTICLES, START, TICKETS, WordEncoder, article, ticket

from faqsuggest import FaqSuggestError, KnowledgeBase, Suggester
from faqsuggest.errors import InputError, NotFittedError

KB = KnowledgeBase(TICKETS, ARTICLES)
NOW = datetime(2025, 6, 1, tzinfo=UTC)


def fitted(tickets=TICKETS, articles=ARTICLES):
    return Suggester(encoder=WordEncoder()).fit(KnowledgeBase(tuple(tickets), tuple(articles)))


def ids(suggester, text, k=10, **options):
    return [each.id for each in suggester.suggest(text, k, min_confidence=0, at=NOW, **options)]


# --- what is offered


def test_the_article_that_fits_comes_first_with_its_reasons():
    first = fitted().suggest("Hej! Jag har glömt lösenord till appen. Mvh Eva", min_confidence=0)[0]
    assert (first.id, first.kind, first.title, first.sources) == ("a-pass", "article", "Glömt lösenord", ("a-pass",))
    assert first.why.passage == first.matched == "Klicka på Glömt lösenord."
    assert "lösenord" in first.why.words


def test_a_past_question_finds_the_reply_with_counts_and_newest_wording():
    first = fitted().suggest("paketet har inte kommit än", min_confidence=0)[0]
    assert (first.id, first.kind, first.sources) == ("reply:t-sen", "reply", ("t-sen2", "t-sen"))
    assert first.text.endswith("i appen!")
    assert (first.why.case, first.matched) == ("t-sen2", "paketet har inte kommit")


def test_tags_that_speak_for_a_suggestion_are_those_that_it_shares_with_the_nearest_case():
    returns = article("a", "Skicka tillbaka varan.", title="Retur", tags=("frakt", "retur"))
    linked = ticket("t", "hur skickar jag tillbaka en tröja", None, article_ids=("a",), tags=("retur", "kläder"))
    untagged = article("b", "Klicka på Glömt lösenord.", title="Lösenord", tags=("konto",))
    found = fitted((linked,), (returns, untagged)).suggest("skicka tillbaka en tröja", min_confidence=0)
    assert [(each.id, each.why.case, each.why.tags) for each in found] == [("a", "t", ("retur",)), ("b", None, ())]
    assert "tag: retur" in found[0].why.sentence("en")


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("PAKETET har inte kommit!!", "reply:t-sen"),
        ("hur skickar jag tillbaka en tröja?", "a-retur"),
        ("Byta adress", "a-adr"),
        ("Hej!\nvar är mitt paket\nMvh\nAnna", "reply:t-sen"),
    ],
)
def test_exact_repeat_of_a_known_question_is_first(asked, answer):
    first = fitted().suggest(asked)[0]
    assert (first.id, first.why.repeat) == (answer, True)


def test_exact_repeat_is_first_whatever_stands_beside_it_but_not_against_the_filters():
    decoys = [article(f"d{i}", "paket paketet var är mitt paket " * 3, title=f"var är paket {i}") for i in range(80)]
    suggester = fitted(articles=(*ARTICLES, *decoys))
    assert ids(suggester, "var är mitt paket?")[0] == "reply:t-sen"
    assert "reply:t-sen" not in ids(suggester, "var är mitt paket?", k=100, kinds=("article",))


@pytest.mark.parametrize("text", ["lösenord", "xyzzy qwerty", "12345", "Завтра"])
def test_min_confidence_0_fills_the_list(text):
    suggester = fitted()
    assert sorted(ids(suggester, text)) == ["a-adr", "a-fakt", "a-pass", "a-retur", "reply:t-pass", "reply:t-sen"]
    assert len(ids(suggester, text, k=4)) == 4


def test_list_is_full_though_hundreds_of_questions_lead_to_one_answer():
    reply = "Paketet är försenat och kommer på torsdag, följ det i appen."
    many = [ticket(f"m{i:03}", f"var är paketet {i}", reply, day=i % 50) for i in range(300)]
    assert len(ids(fitted(many), "var är paketet", k=5)) == 5


def test_each_answer_once_in_the_language_of_the_reader():
    parts = [("sv", "Byt lösenord här."), ("nb", "Bytt passord her."), ("en", "Change your password here.")]
    articles = [article(f"p-{code}", body, language=code, parallel="pass") for code, body in parts]
    suggester = fitted((), [*articles, ARTICLES[1]])
    assert ids(suggester, "jeg har glemt passordet mitt og vil bytte passord", language="nb") == ["p-nb", "a-retur"]
    assert ids(suggester, "how do I change my password please?", language="en")[0] == "p-en"
    assert ids(suggester, "hvordan skifter jeg adgangskode?", language="da")[0] == "p-nb"
    assert ids(suggester, "salasanan vaihto?", language="fi")[1] == "p-en"
    assert set(suggester.suggest("password", language="en", min_confidence=0)[0].sources) == {"p-en", "p-nb", "p-sv"}


@pytest.mark.parametrize(
    ("left", "shown"),
    [(("nb", "nn", "da", "sv", "en"), "nb"), (("nn", "da", "sv", "en"), "nn"), (("da", "sv", "en"), "da"),
     (("sv", "en"), "sv"), (("en", "fi"), "en"), (("fi",), None)],
)  # fmt: skip
def test_chain_of_languages(left, shown):
    articles = [article(code, "Samme tekst", language=code, parallel="x") for code in left]
    assert ids(fitted((), articles), "samme tekst", language="no") == ([shown] if shown else [])


def test_filters_hold_before_the_list_is_cut():
    articles = [
        article("own", "paket", brand="a"),
        article("other", "paket", brand="b"),
        article("any", "paket"),
        article("staff", "paket", audience="internal"),
        article("old", "paket", valid_until=datetime(2025, 5, 1, tzinfo=UTC)),
        article("coming", "paket", valid_from=datetime(2025, 7, 1, tzinfo=UTC)),
        article("macro", "paket", kind="standard"),
    ]
    suggester = fitted((), articles)
    assert sorted(ids(suggester, "paket")) == ["any", "macro", "other", "own"]
    assert sorted(ids(suggester, "paket", brand="a")) == ["any", "macro", "own"]
    assert sorted(ids(suggester, "paket", audience=("public", "internal"), brand="c")) == ["any", "macro", "staff"]
    assert ids(suggester, "paket", kinds=["standard"]) == ["macro"]
    assert "old" in [each.id for each in suggester.suggest("paket", 9, at=START, min_confidence=0)]


def test_an_article_that_ran_out_is_not_offered_through_a_question_that_linked_it():
    suggester = fitted(
        [ticket("t", "hur gör jag med paketet", None, article_ids=("old", "new"))],
        [article("old", "Gammalt", valid_until=datetime(2025, 5, 1, tzinfo=UTC)), article("new", "Nytt")],
    )
    assert ids(suggester, "hur gör jag med paketet") == ["new"]


def test_channel_and_brand_choose_the_wording_and_hide_the_tickets_of_others():
    reply = "Paketet är försenat och kommer fram på torsdag nästa vecka"
    tickets = [
        ticket("1", "paket?", reply, day=1, channel="chat", brand="a", tags=("x",)),
        ticket("2", "paket!", reply + "!", day=2, channel="mail", brand="a", tags=("y",)),
        ticket("3", "paketet", reply + ".", day=3, channel="mail", brand="b", tags=("y",)),
    ]
    suggester = fitted(tickets, ())

    def only(**options):
        (found,) = suggester.suggest("paket", min_confidence=0, **options)
        return found.text[-1], found.sources, found.tags

    assert only() == (".", ("3", "2", "1"), ("y",))
    assert only(channel="chat") == ("a", ("1",), ("x",))
    assert only(brand="a") == ("!", ("2", "1"), ("x", "y"))
    assert ids(suggester, "paket", channel="sms") == []


def test_nothing_is_offered_when_nothing_is_sure():
    assert fitted().suggest("xyzzy qwerty") == []


# --- bad input


@pytest.mark.parametrize("text", ["", "  \n\t", "\u200b", "🙂🙂", "\0", "\ud800", "?!", "&nbsp;"])
def test_a_text_without_words_has_no_answer(text):
    suggester = fitted()
    assert suggester.suggest(text, min_confidence=0) == []
    assert ids(suggester, "glömt lösenord")[0] == "a-pass"


@pytest.mark.parametrize("text", ["lösen\0ord glömt", "glömt \ud800lösenord", "\u202eglömt lösenord", "🙂 glömt 🙂"])
def test_bad_characters_change_nothing(text):
    assert ids(fitted(), text) == ids(fitted(), text.translate(dict.fromkeys(map(ord, "\0\ud800\u202e🙂"))))


def test_right_to_left_text_is_answered():
    suggester = fitted(articles=(*ARTICLES, article("rtl", "אפשר לשנות את הסיסמה כאן", title="שכחתי סיסמה")))
    assert ids(suggester, "שכחתי את הסיסמה שלי")[0] == "rtl"


def test_ten_megabytes_in_a_second():
    import time

    suggester = fitted()
    suggester.suggest("värm upp")
    start = time.process_time()
    assert len(suggester.suggest("glömt lösenord och en ny fråga " * 330_000, min_confidence=0)) == 3
    assert time.process_time() - start < 1
    assert ids(suggester, "glömt lösenord")[0] == "a-pass"


@pytest.mark.parametrize("text", ["lösenord".encode(), None, float("nan"), 7, ["lösenord"]])
def test_what_is_no_text_is_refused_by_name(text):
    suggester = fitted()
    with pytest.raises(InputError, match=r"^text must be a text"):
        suggester.suggest(text)
    with pytest.raises(InputError, match=r"^texts\[1\] must be a text"):
        suggester.suggest_many(["lösenord", text])
    assert ids(suggester, "glömt lösenord")[0] == "a-pass"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k": 0}, "k must be a whole number of at least 1, got 0"),
        ({"k": True}, "k must be"),
        ({"k": 2.0}, "k must be"),
        ({"kinds": ("artikel",)}, "kinds must be .* reply, article, standard; got artikel"),
        ({"kinds": "reply"}, "kinds must be .* got one str"),
        ({"kinds": ()}, "kinds must be .* got none"),
        ({"audience": ("staff",)}, "audience must be .* public, internal; got staff"),
        ({"language": 7}, "language must be a text or None, got int"),
        ({"brand": ["a"]}, "brand must be a text or None, got list"),
        ({"at": datetime(2025, 1, 1)}, "at must be a datetime with a time zone"),
        ({"min_confidence": 1.5}, "min_confidence must be a number from 0 to 1, got 1.5"),
        ({"min_confidence": float("nan")}, "min_confidence must be"),
    ],
)
def test_options_that_cannot_be_used_are_refused(options, message):
    suggester = fitted()
    with pytest.raises(InputError, match=message):
        suggester.suggest("lösenord", **options)
    with pytest.raises(InputError, match=message):
        suggester.suggest_many([], **options)


def test_unknown_options_are_refused():
    with pytest.raises(TypeError, match="langauge"):
        fitted().suggest("lösenord", langauge="sv")
    with pytest.raises(TypeError, match="langauge"):
        fitted().suggest_many(["lösenord"], langauge="sv")
    with pytest.raises(TypeError, match="enkoder"):
        Suggester(enkoder="default")


def test_fewer_answers_than_k_and_bases_of_none_and_one():
    assert len(ids(fitted(), "lösenord", k=1000)) == 6
    assert ids(fitted((), ARTICLES[:1]), "xyzzy") == ["a-pass"]
    empty = fitted((), ())
    assert (ids(empty, "lösenord"), empty.suggest_many(["a", "b"])) == ([], [[], []])


class Broken(WordEncoder):
    value = np.nan
    broken = True

    def encode_queries(self, texts):
        rows = super().encode_queries(texts)
        return rows * self.value if self.broken else rows

    def encode_passages(self, texts):
        return super().encode_queries(texts)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_broken_encoder_is_named_and_changes_nothing(value):
    encoder = Broken()
    encoder.value = value
    with pytest.raises(InputError, match="encoder words must return finite numbers"), np.errstate(invalid="ignore"):
        Suggester(encoder=encoder).fit(KB)
    encoder.broken = False
    suggester = Suggester(encoder=encoder).fit(KB)
    before = ids(suggester, "lösenord")
    encoder.broken = True
    with np.errstate(invalid="ignore"):
        with pytest.raises(InputError, match="encoder words"):
            suggester.suggest("lösenord")
        with pytest.raises(InputError, match="encoder words"):
            suggester.add(tickets=[ticket("n", "ny fråga", "nytt svar")])
    encoder.broken = False
    assert (ids(suggester, "lösenord"), suggester.kb_) == (before, KB)
    assert "reply:n" in ids(suggester.add(tickets=[ticket("n", "ny fråga", "nytt svar")]), "ny fråga")


def test_an_encoder_of_another_shape_is_refused():
    encoder = WordEncoder()
    encoder.dimension = 7
    encoder.encode_passages = lambda texts: np.zeros((len(texts), 9), np.float32)
    with pytest.raises(InputError, match=r"must return numbers of shape \(\d+, 7\), got float32 of shape \(\d+, 9\)"):
        Suggester(encoder=encoder).fit(KnowledgeBase((), ARTICLES))


def test_use_before_fit_and_wrong_bases():
    for use in (lambda s: s.suggest("a"), lambda s: s.save("x"), lambda s: s.remove([]), lambda s: s.kb_):
        with pytest.raises(NotFittedError, match="call fit"):
            use(Suggester(encoder=WordEncoder()))
    with pytest.raises(InputError, match="takes a KnowledgeBase, got list"):
        Suggester(encoder=WordEncoder()).fit([])
    with pytest.raises(InputError, match="encoder must be"):
        Suggester(encoder="nonsense").fit(KB)
    with pytest.raises(InputError, match="tickets must be records of the type Ticket"):
        fitted().add(tickets=[{"id": "1"}])
    with pytest.raises(InputError, match="ids must be a collection"):
        fitted().remove("a-pass")
    with pytest.raises(InputError, match="ids must be texts"):
        fitted().remove([7])


@pytest.mark.parametrize("text", ["paketet är försenat på köpet", "Överföring från Åsa till Øystein", "lösenordet"])
def test_one_spelling_for_every_form_of_a_text(text):
    articles = [article(f"x{i}", f"{word} på sidan {i}") for i, word in enumerate(text.split())]
    suggester = fitted(articles=(*ARTICLES, *articles))
    forms = [unicodedata.normalize("NFD", text), html.escape(text).replace("ö", "&ouml;").replace("å", "&#229;")]
    forms += [text.replace(" ", "\u00a0"), "\u00ad".join(text), "\u200b".join(text)]
    due = suggester.suggest(text, 10, min_confidence=0)
    assert len(due) == 10 or len(due) == len(suggester.units_.book.answers)
    for form in forms:
        assert suggester.suggest(form, 10, min_confidence=0) == due


# --- many at once


def test_suggest_many_is_suggest_in_order():
    texts = ["glömt lösenord", "", "var är mitt paket?", "🙂", "faktura"] * 9
    suggester = fitted()
    found = suggester.suggest_many(texts, 2, min_confidence=0)
    assert found == [suggester.suggest(text, 2, min_confidence=0) for text in texts]
    assert suggester.suggest_many(iter(texts[:3]), 2, min_confidence=0) == found[:3]
    with pytest.raises(InputError, match="use suggest for one"):
        suggester.suggest_many("glömt lösenord")


def test_many_texts_have_a_moment_each():
    later = datetime(2026, 1, 1, tzinfo=UTC)
    articles = (
        article("old", "Öppet till sex.", title="Öppettider", valid_until=NOW),
        article("new", "Öppet till åtta.", title="Öppettider", valid_from=later),
    )
    suggester = fitted((), articles)
    texts, moments = ["öppettider", "öppettider", "när är det öppet"] * 50, [NOW, later, later] * 50
    found = suggester.suggest_many(texts, min_confidence=0, moments=moments)
    assert [[each.id for each in shown] for shown in found] == [["old"], ["new"], ["new"]] * 50
    one_by_one = [
        suggester.suggest(text, min_confidence=0, at=moment)
        for text, moment in zip(texts[:3], moments[:3], strict=True)
    ]
    assert found[:3] == one_by_one
    for wrong in (moments[:2], NOW, [NOW.replace(tzinfo=None)] * 150):
        with pytest.raises(InputError, match="moments"):
            suggester.suggest_many(texts, moments=wrong)


def test_many_texts_have_a_language_each():
    texts, languages = ["var är mitt paket", "glömt lösenord", "paket"] * 50, ["sv", None, "fi"] * 50
    found = fitted().suggest_many(texts, min_confidence=0, at=NOW, languages=languages)
    one_by_one = [
        fitted().suggest(text, min_confidence=0, at=NOW, language=language)
        for text, language in zip(texts[:3], languages[:3], strict=True)
    ]
    assert found == one_by_one * 50
    for wrong in (languages[:2], "sv", [7] * 150):
        with pytest.raises(InputError, match="language"):
            fitted().suggest_many(texts, languages=wrong)
    with pytest.raises(InputError, match="languages must be a text or None, got list"):
        fitted().suggest_many(texts[:1], languages=[["sv"]])


def test_without_reasons_only_these_are_missing():
    texts = ["var är mitt paket", "jag har glömt lösenordet till appen"]
    full = fitted().suggest_many(texts, 2, min_confidence=0, at=NOW)
    bare = fitted().suggest_many(texts, 2, min_confidence=0, at=NOW, reasons=False)
    assert any(each.why.words for shown in full for each in shown)
    assert bare == [
        [replace(each, why=replace(each.why, words=(), case=None, tags=(), notes=())) for each in shown]
        for shown in full
    ]


def test_same_output_in_every_process():
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from test_suggester import fitted\n"
        "print([[each.to_dict() for each in fitted().suggest(text, 9, min_confidence=0)] for text in ('paket', 'xyz')])"
    )
    folder = os.path.dirname(__file__)
    printed = {
        subprocess.run(
            [sys.executable, "-c", program, folder],
            env=os.environ | {"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed, threads in (("1", "1"), ("2", "2"))
    }  # fmt: skip
    assert len(printed) == 1


def test_readers_beside_a_writer_see_whole_states():
    texts = ["var är mitt paket", "glömt lösenord", "nummer 3 fråga", "helt ny sak 7"]
    changes = [
        [ticket(f"n{i}", f"helt ny sak {i}", f"Detta är svar nummer {chr(97 + i)} om saker", day=i)] for i in range(12)
    ]
    serial, states = fitted(), []
    for change in [[], *changes]:
        serial.add(tickets=change)
        states.append([serial.suggest(text, 8, min_confidence=0) for text in texts])
    suggester, seen, failures, done = fitted(), [], [], threading.Event()

    def read(number):
        try:
            while not done.is_set() or len(seen) < 200:
                seen.append((number % 4, suggester.suggest(texts[number % 4], 8, min_confidence=0)))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for change in changes:
        suggester.add(tickets=change)
    done.set()
    for thread in threads:
        thread.join(60)
    assert (failures, len(seen) >= 200) == ([], True)
    for number, found in seen:
        assert found in [state[number] for state in states]
    assert [suggester.suggest(text, 8, min_confidence=0) for text in texts] == states[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_goes_on():
    suggester = fitted()
    due = ids(suggester, "glömt lösenord")
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            suggester.add(tickets=[ticket("n", "ny", "nytt svar")])
            os.write(writer, repr(ids(suggester, "glömt lösenord")).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert "reply:n" in os.read(reader, 10_000).decode()
    assert ids(suggester, "glömt lösenord") == due


# --- coming and going


def test_forget_takes_a_customer_out():
    suggester = fitted([*TICKETS, ticket("c", "en egen fråga", "Ett eget svar till Berit", customer_id="77")])
    assert "reply:c" in ids(suggester, "en egen fråga")
    assert (suggester.forget(customer_id="77"), suggester.forget(customer_id="77")) == (1, 0)
    assert "reply:c" not in ids(suggester, "en egen fråga", k=50)
    assert suggester.kb_ == KB


def test_remove_then_add_again_and_upsert():
    suggester = fitted()
    due = suggester.suggest("var är mitt paket", 10, min_confidence=0)
    suggester.remove(["t-sen", "a-pass", "nobody"])
    assert "a-pass" not in ids(suggester, "glömt lösenord")
    suggester.add(tickets=[TICKETS[1]], articles=[article("a-pass", "annat"), ARTICLES[0]])
    assert suggester.suggest("var är mitt paket", 10, min_confidence=0) == due
    suggester.add(articles=[article("a-pass", "Nu något helt annat: kanelbullar", title="Bullar")])
    assert suggester.suggest("bullar", min_confidence=0)[0].title == "Bullar"
    assert all(each.title != "Glömt lösenord" for each in suggester.suggest("Glömt lösenord", 10, min_confidence=0))


def test_everything_taken_out_and_put_back():
    suggester = fitted()
    due = suggester.suggest("paket", 10, min_confidence=0)
    suggester.remove([each.id for each in (*TICKETS, *ARTICLES)])
    assert (ids(suggester, "paket"), len(suggester.kb_)) == ([], 0)
    suggester.add(tickets=TICKETS, articles=ARTICLES)
    assert suggester.suggest("paket", 10, min_confidence=0) == due


def test_a_cache_remembers_the_base_and_no_inquiry(tmp_path):
    suggester = Suggester(encoder=WordEncoder(), cache=tmp_path).fit(KB)
    before = sorted(tmp_path.rglob("*"))
    assert before
    suggester.suggest("en hemlig fråga")
    assert sorted(tmp_path.rglob("*")) == before


def test_parameters_follow_scikit_learn():
    from sklearn.base import clone

    encoder = WordEncoder()
    copied = clone(Suggester(encoder="char-ngrams", threads=2))
    assert copied.get_params()["threads"] == 2
    with pytest.raises(FaqSuggestError, match="has no parameter 'thread'"):
        Suggester(encoder=encoder).set_params(thread=1)


def test_of_equal_cases_the_first_id_is_named_whatever_the_order_of_adds():
    rows = [
        {"id": name, "created_at": "2026-01-01", "question": "Var är paketet?", "reply": "Det kommer på torsdag."}
        for name in ("ta", "tb")
    ]
    tickets = KnowledgeBase.from_records(tickets=rows).tickets
    named = set()
    for order in (tickets, tickets[::-1]):
        suggester = Suggester(encoder="char-ngrams").fit(KnowledgeBase((order[0],)))
        suggester.add(tickets=order[1:])
        named.add(suggester.suggest("var är mitt paket", k=1, min_confidence=0)[0].why.case)
    assert named == {"ta"}


def test_forgetting_a_customer_takes_the_whole_thread():
    rows = [
        {"id": "t1", "created_at": "2026-01-01", "question": "Var är paketet?", "customer_id": "c1", "thread_id": "x"},
        {"id": "t2", "created_at": "2026-01-02", "question": "Jag skrev att paketet dröjer", "thread_id": "x"},
        {"id": "t3", "created_at": "2026-01-03", "question": "Hur byter jag storlek?", "customer_id": "c2"},
    ]
    kb = KnowledgeBase.from_records(tickets=rows)
    suggester = Suggester(encoder="char-ngrams").fit(kb)
    assert suggester.forget(customer_id="c1") == 2
    assert [ticket.id for ticket in suggester.kb_.tickets] == ["t3"]
    assert [ticket.id for ticket in kb.forget(customer_id="c1").tickets] == ["t3"]
