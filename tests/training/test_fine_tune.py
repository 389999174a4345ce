import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from contracts.tiny_model import write_tiny_model

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError

pytest.importorskip("torch", reason="training needs the extra train")
pytest.importorskip("sentence_transformers", reason="training needs the extra train")
pytest.importorskip("onnx", reason="training needs the extra train")
from faqsuggest.encoders import CachedEncoder, CharNgramEncoder, OnnxEncoder, SentenceTransformerEncoder
from faqsuggest.encoders.shipped import verify
from faqsuggest.training.fine_tune import SHARES, fine_tune
from faqsuggest.training.fine_tuned import Gain
from faqsuggest.training.onnx_export.export import export

CUES = ["faktura", "lösenord", "konto", "pakke", "lasku", "invoice", "passord", "tack"]
ADVICE = [
    "Ring oss på vardagar.",
    "Skriv under och posta blanketten.",
    "Starta om och vänta.",
    "Kom till butiken med kvittot.",
    "Begär en kopia av avtalet.",
    "Mät rummet två gånger.",
    "Byt sladden mot en ny.",
    "Vattna varannan dag.",
]


def history(n, seed=0):
    """One word of six decides which advice is right; spelling sees six alike, an encoder can learn which one counts."""
    rng = random.Random(seed)
    noise = ["".join(rng.choice("abcdefghijklmnoprstuvy") for _ in range(6)) for _ in range(300)]
    tickets = []
    for i in range(n):
        topic, words = rng.randrange(8), rng.sample(noise, 5)
        words.insert(rng.randrange(6), CUES[topic])
        moment = f"2026-{1 + i // 280:02d}-{1 + i % 280 // 10:02d}T{i % 10:02d}:00:00Z"
        tickets.append(
            {"id": f"t{i:04d}", "created_at": moment, "question": " ".join(words), "article_ids": [f"a{topic}"]}
        )
    articles = [{"id": f"a{i}", "title": f"Råd {chr(65 + i)}", "body": text} for i, text in enumerate(ADVICE)]
    return KnowledgeBase.from_records(tickets=tickets, articles=articles)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    export(model, folder)
    return folder


@pytest.fixture(scope="module")
def better(exported, tmp_path_factory):
    out = tmp_path_factory.mktemp("better")
    return fine_tune(exported, history(480), out=out, epochs=12, learning_rate=2e-3), out


def test_an_encoder_that_learnt_what_counts_is_handed_back(better, exported):
    found, out = better
    assert found.improved
    assert found.gain[0] == pytest.approx(found.after - found.before)
    assert 0 < found.gain[1] < found.gain[0] < found.gain[2]
    assert found.questions == found.gains[0].questions == 96
    assert found.pairs == 328
    assert found.share in SHARES
    assert found.validation[found.share] > found.validation[0.0]
    assert found.folder == out / "model"
    assert found.encoder.fingerprint != OnnxEncoder(exported).fingerprint
    assert [path.name for path in out.iterdir()] == ["model"]  # checkpoints are gone


def test_it_serves_from_its_folder_without_torch(better):
    found, _ = better
    verify(found.folder)
    program = (
        "import sys\n"
        "for name in ('torch', 'sentence_transformers', 'transformers', 'onnx'): sys.modules[name] = None\n"
        "from faqsuggest import KnowledgeBase, Suggester\n"
        "kb = KnowledgeBase.from_records(articles=[{'id': 'a', 'title': 'Råd', 'body': 'Ring oss på vardagar.'}])\n"
        "suggester = Suggester(encoder=sys.argv[1]).fit(kb)\n"
        "print(suggester.suggest('faktura', min_confidence=0)[0].id, suggester.encoder_.fingerprint)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(found.folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["a", found.encoder.fingerprint]


def test_the_report_says_what_was_found(better):
    found, out = better
    text = str(found)
    assert text.startswith(f"The tuned encoder is better and stands in {out / 'model'}.")
    assert "Learnt from 328 questions in " in text
    assert f"{found.before:.3f} → {found.after:.3f}" in text
    assert text in (out / "model" / "README.md").read_text("utf-8")
    frame = found.to_frame()
    assert list(frame.index) == ["all", "new wordings"]
    assert frame.loc["all", "gain"] == pytest.approx(found.gain[0])
    assert json.loads(json.dumps(found.to_dict()))["gains"][0]["low"] == pytest.approx(found.gain[1])


def test_without_a_sure_gain_the_encoder_that_came_is_handed_back(model, tmp_path):
    encoder = SentenceTransformerEncoder(model)
    found = fine_tune(encoder, history(100), out=tmp_path)
    assert not found.improved
    assert found.encoder is encoder
    assert found.folder is None
    assert found.gain[1] <= 0
    assert list(tmp_path.iterdir()) == []
    assert str(found).startswith("The tuned encoder is not surely better")


def test_a_dry_run_writes_nothing_and_estimates(exported, tmp_path):
    found = fine_tune(CachedEncoder(OnnxEncoder(exported)), history(100), out=tmp_path / "none", epochs=4, dry_run=True)
    # 66 tickets come before the ones that choose, and 8 titles of articles are questions too.
    assert (found.pairs, found.steps, found.questions) == (74, 9, 20)
    assert found.seconds > 0
    assert not found.improved
    assert np.isnan(found.before)
    assert not (tmp_path / "none").exists()
    assert str(found).startswith("Dry run: 74 questions to learn from, 9 steps, about ")


def test_killed_and_called_again_it_ends_as_if_nothing_had_happened(exported, tmp_path):
    program = (
        "import sys; sys.path[:0] = sys.argv[1:2]\n"
        "from training.test_fine_tune import fine_tune, history\n"
        "fine_tune(sys.argv[2], history(100), out=sys.argv[3], epochs=15)"
    )
    tests, out = Path(__file__).parents[1], tmp_path / "killed"
    command = [sys.executable, "-c", program, str(tests), str(exported), str(out)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list(out.glob("work-*/checkpoints/checkpoint.pt")):
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    resumed = fine_tune(exported, history(100), out=out, epochs=15)
    unbroken = fine_tune(exported, history(100), out=tmp_path / "unbroken", epochs=15)
    assert resumed.validation == unbroken.validation
    assert resumed.gains == unbroken.gains


@pytest.mark.parametrize(
    ("count", "until", "message"),
    [
        (5, None, "needs at least 10 tickets to learn from and to measure on, got 5"),
        (60, "2026-01-07T00:00:00+00:00", "58 questions with an answer to learn from, 10 to choose by and 0 later"),
    ],
)
def test_too_little_history_is_said(exported, tmp_path, count, until, message):
    from datetime import datetime

    with pytest.raises(InputError, match=message):
        fine_tune(exported, history(count), out=tmp_path, until=until and datetime.fromisoformat(until))


def test_what_has_no_network_and_rates_out_of_range_are_refused(exported, tmp_path):
    with pytest.raises(InputError, match=r"encoder of fine_tune must be 'default'.* got 'char-ngrams'"):
        fine_tune(CharNgramEncoder(), history(60), out=tmp_path)
    with pytest.raises(InputError, match="learning_rate of fine_tune must be above 0, got 0"):
        fine_tune(exported, history(60), out=tmp_path, learning_rate=0)
    with pytest.raises(InputError, match="epochs of fine_tune must be above 0, got nan"):
        fine_tune(exported, history(60), out=tmp_path, epochs=float("nan"))


def test_a_gain_is_paired_and_over_whole_clusters():
    before, after = np.zeros(40), np.repeat([1.0, 0.0], 20)
    alone = Gain.of("all", before, after, np.arange(40), 0)
    together = Gain.of("all", before, after, np.repeat([0, 1, 2, 3], 10), 0)
    assert alone.value == together.value == 0.5
    assert together.low < alone.low < 0.5 < alone.high < together.high
    assert np.isnan(Gain.of("new wordings", before[:0], after[:0], np.arange(0), 0).low)
