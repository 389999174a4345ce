import os
import signal
import subprocess
import sys
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from contracts.tiny_model import write_tiny_model

from faqsuggest import Suggester, retrain
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError, MissingPackageError
from faqsuggest.store.arrays import read_json
from faqsuggest.store.folder import put_encoder
from faqsuggest.training import encoder_trial
from faqsuggest.training.gate import Gate
from faqsuggest.training.recipe import Recipe
from faqsuggest.training.versions import rollback, versions

RECIPE = Recipe(encoder=True, learn_from=200)
GATE = Gate(fewest=50, most=60, margin=0.1)


def news():
    from training.test_fine_tune import history

    return history(792)


def run(path):
    """A retrain whose encoder learns as quickly as a network of random weights must."""
    encoder_trial.fine_tune = partial(encoder_trial.fine_tune, epochs=8, learning_rate=2e-3)
    return retrain(path, tickets=news(), gate=GATE, recipe=RECIPE)


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A model folder whose retrain died by SIGKILL when the encoder was tuned and about to be put in its place."""
    for package in ("torch", "sentence_transformers", "onnx"):
        pytest.importorskip(package, reason="training needs the extra train")
    from faqsuggest.training.onnx_export.export import export

    folder = tmp_path_factory.mktemp("encoder")
    export(write_tiny_model(folder / "tiny"), folder / "exported")
    kb = news()
    held = KnowledgeBase(kb.tickets[:600], kb.articles)
    Suggester(encoder=folder / "exported").fit(held).save(folder / "model")
    program = (
        "import sys; sys.path[:0] = sys.argv[1:2]\n"
        "from training import test_retrain_encoder as test\n"
        "test.encoder_trial.put_encoder = test.die\n"
        "test.run(sys.argv[2])"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parents[1]), str(folder / "model")]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_better_encoder_serves_after_a_kill_moves_with_the_folder_and_can_be_rolled_back(killed, tmp_path):
    model, first = killed / "model", versions(killed / "model")[0].name
    served = Suggester.load(model)
    assert (served.version_, served.encoder) == (first, str(killed / "exported"))
    assert len(served.kb_.tickets) == 600
    put_encoder(model, killed / "tiny", "left-behind")
    with pytest.MonkeyPatch.context() as patch:  # it is tuned already
        patch.setattr(encoder_trial, "fine_tune", lambda *_, **__: pytest.fail("tuned again what was tuned before"))
        made = retrain(model, tickets=news(), gate=GATE, recipe=RECIPE)
    assert made.outcome == "promoted"
    verdict = next(each for each in made.verdicts if each.part == "encoder")
    assert verdict.promoted
    hits = verdict.rows[0]
    assert (hits.metric, hits.n, hits.outcome) == ("hit@3", 60, "better")
    assert hits.challenger > hits.champion + 0.15
    assert made.metrics["fine_tune/low"] > 0
    assert any(note.startswith("The encoder was tuned: hit@3 in the fixed hybrid") for note in made.notes)
    state = read_json(model / "versions" / made.version / "retrain.json")
    assert datetime.fromisoformat(state["tuned_until"]) < datetime.fromisoformat(state["cut"])
    [encoder] = (model / "encoders").iterdir()  # what no version names is gone
    assert state["encoder"]["name"] == f"onnx:{encoder.name}"
    moved = model.rename(tmp_path / "elsewhere")
    tuned = Suggester.load(moved)
    assert (tuned.encoder, tuned.version_) == (str(moved / "encoders" / encoder.name), made.version)
    assert len(tuned.kb_.tickets) == 792
    assert tuned.confidence_.own is not None
    assert tuned.encoder_.fingerprint == state["encoder"]["fingerprint"] != served.encoder_.fingerprint
    assert tuned.suggest("faktura", min_confidence=0)[0].confidence > 0
    tuned.save(moved, keep=5)
    assert rollback(moved, first) == first
    assert Suggester.load(moved).encoder == str(killed / "exported")
    assert rollback(moved, made.version) == made.version
    assert Suggester.load(moved).encoder_.fingerprint == tuned.encoder_.fingerprint


def test_what_cannot_be_tuned_is_said_before_anything_is_done(tmp_path, monkeypatch):
    articles = KnowledgeBase.from_records(articles=[{"id": "a", "title": "Avbrott", "body": "Vi felsöker."}])
    Suggester(encoder="char-ngrams").fit(articles).save(tmp_path / "model")
    before = versions(tmp_path / "model")
    with pytest.raises(InputError, match="encoder of Recipe must be True or False, got 'default'"):
        Recipe(encoder="default")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(
        MissingPackageError, match=r"encoder = true of \[retrain\].* needs .*torch.*faqsuggest\[train\]"
    ):
        retrain(tmp_path / "model", articles=articles, recipe=Recipe(encoder=True))
    for package in ("torch", "sentence_transformers", "onnx"):
        monkeypatch.undo()
        pytest.importorskip(package, reason="training needs the extra train")
    with pytest.raises(InputError, match=r"encoder = true of \[retrain\].* cannot be done.*'char-ngrams'"):
        retrain(tmp_path / "model", articles=articles, recipe=Recipe(encoder=True))
    assert versions(tmp_path / "model") == before
