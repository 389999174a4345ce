import json
import logging
import random
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from benchmarks.training_kills import GATE, RECIPE, STAGES, Setting, answers, run, trial
from faqsuggest import KnowledgeBase, Suggester, Ticket, retrain
from faqsuggest.cli import main
from faqsuggest.data.answers import question_text
from faqsuggest.errors import CorruptStoreError, InputError, LockedStoreError, StoreError
from faqsuggest.store.arrays import read_json
from faqsuggest.text.normalise import content_hash
from faqsuggest.training.news import State, marks_of, unseen
from faqsuggest.training.retrain import CODES, Recipe
from faqsuggest.training.tagging import carry_over
from faqsuggest.training.tags.neighbours import Neighbours, directions
from faqsuggest.training.tags.suggester import TagSuggester
from faqsuggest.training.versions import rollback, versions
from faqsuggest.training.walk import Plan, Walk
from faqsuggest.training.workplace import only_retrain

UNJUDGED = replace(GATE, fewest=1000, most=1000)


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    return Setting.make(tmp_path_factory.mktemp("setting"))


@pytest.fixture
def champion(setting, tmp_path):
    return shutil.copytree(setting.champion, tmp_path / "model")


def files(path):
    return {
        each.relative_to(path): each.read_bytes()
        for each in path.rglob("*")
        if each.is_file() and ".retrain" not in each.parts
    }


def test_new_data_alone_serves_while_nothing_learnt_is_judged(setting, champion):
    before = versions(champion)[0].name
    made = retrain(champion, tickets=setting.kb, gate=UNJUDGED, recipe=RECIPE)
    assert (made.outcome, made.code, made.previous) == ("refreshed", 3, before)
    assert made.version == versions(champion)[0].name != before
    served = Suggester.load(champion)
    assert {each.id for each in served.kb_.tickets} == {each.id for each in setting.kb.tickets}
    assert served.confidence_.calibrator.bias == (4.0, 4.0)  # the champion's, as it was
    assert "Nothing was learnt" in made.notes[-1]
    again = retrain(champion, tickets=setting.kb, gate=UNJUDGED, recipe=RECIPE)
    assert (again.outcome, again.code, again.version) == ("kept", 4, made.version)


def test_what_is_better_is_promoted_with_card_page_and_figures(setting):
    made, path = setting.made, setting.after
    assert (made.outcome, made.code) == ("promoted", 0)
    ranking = made.verdicts[0]
    assert (ranking.part, ranking.promoted, ranking.reason) == ("ranking", True, "better in brier")
    brier = next(row for row in ranking.rows if row.metric == "brier" and row.slice == "all")
    assert brier.n >= 50
    assert made.metrics["gate/ranking/brier/difference"] == brier.difference > 0.02
    folder = path / "versions" / made.version
    assert json.loads((folder / "metrics.json").read_text()) == dict(made.metrics)
    assert all(isinstance(value, float) and "@" not in name for name, value in made.metrics.items())
    card = (folder / "card.md").read_text("utf-8")
    assert "## ranking: serves" in card
    assert made.previous in card
    page = (folder / "report.html").read_text("utf-8")
    assert "challenger" in page
    assert not any(each.question in page + card for each in setting.kb.tickets if len(each.question) > 20)
    facts = read_json(folder / "retrain.json")
    assert facts["judged_on"] == brier.n
    newest = max(each.created_at for each in setting.kb.tickets if each.reply or each.article_ids)
    assert facts["learnt_until"] == facts["judged_until"] == newest.isoformat()
    learnt = Suggester.load(path).confidence_
    assert learnt.calibrator.bias != (4.0, 4.0)
    asked = facts["learnt_from"] + facts["judged_on"]
    assert len(learnt.own.right) == asked - asked // 2  # it learnt from the judging inquiries too, as the card says
    assert made.notes[-1].startswith("What serves has learnt from the judging inquiries too")


def test_a_tagger_that_is_carried_over_keeps_nothing_of_tickets_that_are_gone(setting, tmp_path):
    base = Suggester.load(setting.after)
    tagger = TagSuggester.load(setting.after / "versions" / setting.made.version / "tags")
    texts = sorted({question_text(each) for each in base.units_.book.tickets.values()})
    features = tagger.model_.features(tagger.encoder_.encode_queries(texts), texts)
    near = Neighbours(
        rows=directions(features),
        table=np.ones((len(texts), len(tagger.classes_)), dtype=np.float32),
        keys=np.array([content_hash(text) for text in texts], dtype=np.bytes_),
        sharpness=10.0,
        weight=0.2,
    )
    tagger.model_ = replace(tagger.model_, neighbours=near)
    tagger.save(tmp_path / "served")
    carry_over(tmp_path / "served", tmp_path / "same", base)
    assert files(tmp_path / "same" / "tags") == files(tmp_path / "served")
    gone = [each.id for each in base.units_.book.tickets.values() if question_text(each) == texts[0]]
    base.remove(gone)
    carry_over(tmp_path / "served", tmp_path / "fewer", base)
    left = TagSuggester.load(tmp_path / "fewer" / "tags").model_.neighbours
    assert len(left.keys) == len(texts) - 1
    assert content_hash(texts[0]).encode() not in left.keys.tolist()
    carry_over(tmp_path / "nothing", tmp_path / "none", base)
    assert not (tmp_path / "none").exists()


def test_tags_are_a_part_of_their_own(setting):
    tags = next(each for each in setting.made.verdicts if each.part == "tags")
    overall = tags.rows[0]
    assert (tags.promoted, overall.metric, overall.champion) == (True, "f1", 0.0)  # none served
    assert overall.challenger > 0.3
    tagger = TagSuggester.load(setting.after / "versions" / setting.made.version / "tags")
    known = {tag for each in setting.kb.tickets for tag in each.tags}
    assert set(tagger.classes_) <= known
    assert set(tagger.predict(["var är mitt paket"])[0]) <= known


def test_a_run_enters_every_stage_and_logs_no_customers_words(setting, champion, monkeypatch, caplog):
    entered = set()
    for name, (owner, attribute) in STAGES.items():
        real = getattr(owner, attribute)

        def noted(*arguments, name=name, real=real, **options):
            entered.add(name)
            return real(*arguments, **options)

        for place in {owner, *(sys.modules[f"faqsuggest.training.{each}"] for each in ("retrain", "workplace"))}:
            if place is owner or getattr(place, attribute, None) is real:
                monkeypatch.setattr(place, attribute, noted)
    with caplog.at_level(logging.DEBUG, logger="faqsuggest"):
        made = retrain(champion, tickets=setting.kb, gate=GATE, recipe=replace(RECIPE, refit=False))
    assert entered == set(STAGES)
    words = {word for each in setting.kb.tickets for word in each.question.split() if len(word) > 9}
    assert len(caplog.records) >= 5
    assert not words & set(caplog.text.split())
    facts = read_json(champion / "versions" / made.version / "retrain.json")
    assert facts["learnt_until"] < facts["cut"] <= facts["judged_until"]
    own = Suggester.load(champion).confidence_.own
    assert len(own.right) == facts["learnt_from"] - facts["learnt_from"] // 2


def test_first_use_serves_as_shipped_and_a_dry_run_makes_nothing(setting, tmp_path):
    dry = retrain(tmp_path / "new", tickets=setting.kb, gate=UNJUDGED, recipe=RECIPE, dry_run=True)
    assert (dry.outcome, dry.dry_run) == ("first", True)
    with pytest.raises(InputError, match="nothing is saved"):
        versions(tmp_path / "new")
    made = retrain(tmp_path / "new", tickets=setting.kb, gate=UNJUDGED, recipe=RECIPE)
    assert (made.outcome, made.code, made.previous) == ("first", 0, "")
    assert [each.name for each in versions(tmp_path / "new")] == [made.version]
    assert "The first version." in (tmp_path / "new" / "versions" / made.version / "card.md").read_text("utf-8")
    assert retrain(tmp_path / "new", tickets=setting.kb, gate=UNJUDGED, recipe=RECIPE).outcome == "kept"


def test_a_dry_run_changes_nothing_that_serves(setting, champion):
    before = files(champion)
    made = retrain(champion, tickets=setting.kb, gate=UNJUDGED, recipe=RECIPE, dry_run=True)
    assert (made.outcome, made.dry_run, made.version) == ("refreshed", True, versions(champion)[0].name)
    assert files(champion) == before


def test_until_and_versions_and_an_earlier_one_serves_again(setting, champion):
    first, held = versions(champion)[0].name, len(Suggester.load(champion).kb_.tickets)
    moment = setting.kb.tickets[held + 10].created_at
    second = retrain(champion, tickets=setting.kb, until=moment, gate=UNJUDGED, recipe=RECIPE).version
    tickets = Suggester.load(champion).kb_.tickets
    assert held < len(tickets) <= held + 11
    assert max(each.created_at for each in tickets) < moment
    assert all(each.replied_at is None or each.replied_at < moment for each in tickets)
    third = retrain(champion, tickets=setting.kb, gate=UNJUDGED, recipe=RECIPE).version
    assert [(each.name, each.serves, each.outcome) for each in versions(champion)] == [
        (third, True, "refreshed"),
        (second, False, "refreshed"),
        (first, False, "saved"),
    ]
    assert rollback(champion, first) == first
    assert answers(champion) == setting.before_answers
    assert [each.name for each in versions(champion)] == [first, third, second]
    assert rollback(champion) == third
    assert rollback(champion) == first
    with pytest.raises(InputError, match=r"holds .* got '0123456789abcdef'"):
        rollback(champion, "0123456789abcdef")
    (champion / "versions" / third / "known.npy").write_bytes(b"x")
    with pytest.raises(CorruptStoreError, match=r"known\.npy"):
        rollback(champion, third)
    assert versions(champion)[0].name == first
    Suggester.load(champion).save(champion)
    with pytest.raises(InputError, match="there is none to go back to"):
        rollback(champion)


def test_a_second_retrain_is_refused_at_once(setting, champion):
    with only_retrain(champion), pytest.raises(LockedStoreError, match=r"another retrain of .* is running"):
        run(champion, setting.kb)
    assert answers(champion) == setting.before_answers


def test_nothing_to_begin_with_is_said_and_foreign_folders_stay(tmp_path):
    with pytest.raises(InputError, match=r"nothing is saved in .* and no tickets or articles came"):
        retrain(tmp_path / "new")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "letter.txt").write_text("x")
    with pytest.raises(InputError, match="holds other things"):
        retrain(tmp_path / "own", tickets=KnowledgeBase())
    assert [each.name for each in (tmp_path / "own").iterdir()] == ["letter.txt"]
    with pytest.raises(InputError, match="tickets of retrain must be a file or a KnowledgeBase, got list"):
        retrain(tmp_path / "new", tickets=[])


class Chosen(random.Random):
    """Chooses one stage."""

    stage = ""

    def random(self):
        return 0.0

    def choice(self, of):
        return self.stage if self.stage in of else of[0]


@pytest.mark.skipif(sys.platform == "win32", reason="the trials fork")
@pytest.mark.parametrize(("stage", "serves"), [("judge", "before"), ("point", "before"), ("close", "after")])
def test_killed_at_a_stage_the_old_or_the_new_serves_and_a_rerun_goes_on(setting, champion, monkeypatch, stage, serves):
    rng = Chosen()
    rng.stage = stage
    row = trial(setting, champion, rng)
    assert (row["stage"], row["killed"], row["serves"], row["failed"]) == (stage, True, serves, False)
    monkeypatch.setattr(Walk, "_ask", lambda *_: pytest.fail("asked again what was asked before"))
    made = run(champion, setting.kb)
    assert made.outcome == ("kept" if serves == "after" else "promoted")
    assert answers(champion) == setting.after_answers
    assert not [each for each in (champion / ".retrain").iterdir() if each.is_dir()]


def test_the_walk_knows_only_what_was_known(setting):
    kb = setting.kb
    full = Suggester(encoder="char-ngrams", privacy="off").fit(kb)
    plan = Plan.of(kb.tickets, since=None, fewest=50, most=60, learn_from=200)

    class Watched(Walk):
        def _ask(self, tickets):
            start = min(each.created_at for each in tickets)
            known = self.suggester.kb_
            assert known.tickets
            assert all(each.created_at < start for each in known.tickets)
            assert all(each.replied_at is None or each.replied_at < start for each in known.tickets)
            seen.append(known)
            return super()._ask(tickets)

    seen = []
    outcomes = Watched(full, plan, full.units_.encoder).run().outcomes
    assert [each.case.id for each in outcomes] == [each.id for each in (*plan.learn, *plan.judge)]
    assert len(seen) == len(plan.edges) - 1
    assert seen[-1] == replace(kb.until(plan.edges[-2]), tickets=seen[-1].tickets, articles=seen[-1].articles)
    assert {each.id for each in seen[-1].tickets} == {each.id for each in kb.until(plan.edges[-2]).tickets}
    last = [each for each in outcomes if each.case.at >= plan.edges[-2]]
    fresh = Suggester(encoder=full.encoder_, privacy="off").fit(kb.until(plan.edges[-2]))
    asked = fresh.suggest_many([each.question for each in plan.judge[:5]], k=1, min_confidence=0)
    assert [each[0].id for each in asked if each] == [
        fresh.units_.book.answers[outcome.keys[0]].versions[0].partition("/")[2] for outcome in last[:5] if outcome.keys
    ] or last[0].keys


def test_a_plan_cuts_by_time_and_spares_what_judged_before():
    start = datetime(2024, 1, 1, tzinfo=UTC)
    tickets = [
        Ticket(id=f"t{i:04d}", created_at=start + timedelta(hours=i), question="Hej?", reply="Svar." if i % 2 else None)
        for i in range(2000)
    ]
    plan = Plan.of(tickets, since=None, fewest=200, most=300, learn_from=400)
    assert (len(plan.learn), len(plan.judge)) == (400, 300)
    assert plan.learn[-1].created_at < plan.cut == plan.judge[0].created_at
    assert plan.end == tickets[-1].created_at
    assert plan.cut in plan.edges
    assert list(plan.edges) == sorted(plan.edges)
    since = tickets[1500].created_at
    later = Plan.of(tickets, since=since, fewest=100, most=300, learn_from=400)
    assert len(later.judge) == 125
    assert later.cut > since
    assert Plan.of(tickets, since=since, fewest=200, most=300, learn_from=400) is None
    assert Plan.of(tickets[:230], since=None, fewest=50, most=300, learn_from=400) is None


def test_only_records_in_a_new_form_are_news(setting):
    kb = setting.kb
    marks = marks_of((*kb.tickets[:10], *kb.articles))
    changed = replace(kb.tickets[3], reply="Något annat.")
    given = KnowledgeBase((*kb.tickets[:3], changed, *kb.tickets[4:12]), kb.articles)
    news = unseen(given, marks)
    assert [each.id for each in news.tickets] == [changed.id, kb.tickets[10].id, kb.tickets[11].id]
    assert news.articles == ()


def test_a_version_that_no_retrain_made_counts_as_learnt_from_all_it_holds(tmp_path, setting):
    newest = max(each.created_at for each in setting.kb.tickets)
    state = State.read(tmp_path, learnt=True, tickets=setting.kb.tickets)
    assert (state.since, state.imported.tolist()) == (newest, [])
    assert State.read(tmp_path, learnt=False, tickets=setting.kb.tickets).since is None


class TestCommand:
    @pytest.fixture
    def config(self, setting, champion, tmp_path):
        setting.kb.to_frame("tickets").to_json(tmp_path / "t.jsonl", orient="records", lines=True, date_format="iso")
        path = tmp_path / "retrain.toml"
        path.write_text(
            '[model]\npath = "model"\n[data]\ntickets = "t.jsonl"\n[retrain]\nlearn_from = 200\n'
            "[gate]\nfewest = 1000\nmost = 1000\n"
        )
        return path

    def test_codes_and_json(self, config, champion, capsys):
        before = versions(champion)[0].name
        assert main(["retrain", str(config), "--json", "--dry-run"]) == CODES["refreshed"] == 3
        assert json.loads(capsys.readouterr().out)["dry_run"] is True
        assert main(["retrain", str(config)]) == 3
        assert "the new data serves" in capsys.readouterr().out
        assert main(["retrain", str(config), "--json"]) == CODES["kept"] == 4
        said = json.loads(capsys.readouterr().out)
        assert (said["outcome"], said["code"], said["folder"]) == ("kept", 4, str(champion))
        assert main(["versions", str(champion), "--json"]) == 0
        listed = json.loads(capsys.readouterr().out)["versions"]
        assert [each["serves"] for each in listed] == [True, False]
        assert main(["rollback", str(champion)]) == 0
        assert before in capsys.readouterr().out
        assert main(["versions", str(champion)]) == 0
        assert capsys.readouterr().out.splitlines()[0].startswith(f"{before}  serves")

    def test_a_locked_folder_and_errors_have_codes_of_their_own(self, config, champion, capsys):
        with only_retrain(champion):
            assert main(["retrain", str(config)]) == 5
        assert "another retrain" in capsys.readouterr().err
        config.write_text("[model]\n")
        assert main(["retrain", str(config)]) == 2
        assert "the key path of [model] is missing" in capsys.readouterr().err
        assert main(["rollback", str(champion)]) == 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda root: retrain(None), "path must be a path, as a text or a Path, got NoneType"),
        (lambda root: retrain(""), "got an empty text"),
        (lambda root: retrain(root, gate={}), "gate must be a Gate and recipe a Recipe, got dict, Recipe"),
        (lambda root: retrain(root, recipe="x"), "gate must be a Gate and recipe a Recipe, got Gate, str"),
        (lambda root: Recipe(model={"nope": 1}), "Suggester has no parameter 'nope'"),
        (lambda root: Recipe(model=None), "model of Recipe must be a mapping"),
        (lambda root: Recipe(refit="yes"), "refit True or False"),
        (lambda root: Recipe(cache=7), "cache of Recipe must be a path"),
        (lambda root: versions(None), "path must be a path"),
        (lambda root: rollback(7), "path must be a path"),
    ],
)
def test_bad_input_is_named_and_makes_nothing(tmp_path, call, message):
    with pytest.raises(InputError, match=message):
        call(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_named_error(setting, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match=r"stopped: Not a directory .*what served before serves on"):
        retrain(tmp_path / "file" / "model", tickets=setting.kb, recipe=RECIPE)
    with pytest.raises(StoreError, match=r"cache of vectors .* cannot be written"):
        retrain(tmp_path / "new", tickets=setting.kb, recipe=replace(RECIPE, cache=tmp_path / "file"))
    assert (tmp_path / "file").read_text("utf-8") == "x"
    assert not (tmp_path / "new" / "CURRENT").exists()
