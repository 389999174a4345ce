from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from faqsuggest.calibrated import Confidence, calibrate
from faqsuggest.calibration_report import CalibrationReport
from faqsuggest.confidence import Calibrator
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.encoders import load_encoder
from faqsuggest.errors import CorruptStoreError, InputError
from faqsuggest.evidence import COLUMNS
from faqsuggest.policy import NOTHING, Sample
from faqsuggest.suggester import Suggester

TOPICS = ("faktura", "lösenord", "leverans", "retur", "medlemskap", "rabattkod")
START = datetime(2025, 1, 1, tzinfo=UTC)


def tables(n, seed=0, slope=2.0):
    rng = np.random.default_rng(seed)
    made = [rng.normal(size=(3, len(COLUMNS))) for _ in range(n)]
    for table in made:
        table[:, COLUMNS.index("first")] = [1, 0, 0]
        table[:, COLUMNS.index("repeat")] = 0
    text = COLUMNS.index("text")
    right = [rng.random(3) < 1 / (1 + np.exp(-slope * table[:, text])) for table in made]
    return made, right


def test_fit_recovers_the_weight_that_decides():
    made, right = tables(3000)
    weights = Calibrator.fit(made, right, strength=1.0).weights
    text = COLUMNS.index("text")
    assert weights[0, text] == pytest.approx(2.0, abs=0.25)
    assert np.abs(np.delete(weights[0], text)).max() < 0.25


def test_little_history_stays_with_the_start_and_much_leaves_it():
    start = Calibrator.fit(*tables(2000), strength=1.0)
    text = COLUMNS.index("text")
    few = Calibrator.fit(*tables(10, 1, slope=-2.0), start=start)
    many = Calibrator.fit(*tables(5000, 1, slope=-2.0), start=start)
    assert few.weights[0, text] > 1.0
    assert many.weights[0, text] < -1.5
    assert (few.inquiries, many.inquiries) == (10, 5000)


def test_columns_left_out_have_no_say():
    fitted = Calibrator.fit(*tables(500), without=("text",))
    assert fitted.weights[0, COLUMNS.index("text")] == 0.0


def test_repeat_raises_the_probability():
    fitted = Calibrator.fit(*tables(200))
    row = np.zeros((1, len(COLUMNS)))
    again = row.copy()
    again[0, COLUMNS.index("repeat")] = 1
    fitted.weights[:, COLUMNS.index("repeat")] = 0.0
    assert fitted.probabilities(again)[0] > 2 * fitted.probabilities(row)[0] / (1 + fitted.probabilities(row)[0])


def test_saved_calibrator_gives_the_same_probabilities_and_refuses_strangers():
    fitted = Calibrator.fit(*tables(300))
    again = Calibrator.from_dict(fitted.to_dict())
    table = tables(1, 5)[0][0]
    assert again.probabilities(table) == pytest.approx(fitted.probabilities(table), abs=1e-3)
    given = fitted.to_dict()
    given["columns"]["unheard"] = [0, 0, 0, 1]
    with pytest.raises(CorruptStoreError, match="cannot be read"):
        Calibrator.from_dict(given)


def test_fit_without_inquiries_is_refused():
    with pytest.raises(InputError, match="one entry for each inquiry"):
        Calibrator.fit([], [])


def history(n, first=0):
    rows = []
    for i in range(first, first + n):
        topic = TOPICS[i % len(TOPICS)]
        lost = i % 5 == 0
        once = "".join("abcdefghij"[int(digit)] for digit in str(i))
        rows.append(
            {
                "id": f"t{i}",
                "created_at": START + timedelta(hours=i),
                "question": f"blommor fåglar väder {i}" if lost else f"hej jag undrar om min {topic} nummer {i}",
                "reply": f"{once}em {once}at {once}ol {once}is {once}ur"
                if lost
                else f"Så här hanterar du {topic} hos oss i butiken.",
                "replied_at": START + timedelta(hours=i, minutes=5),
                "article_ids": [] if lost else [f"a-{topic}"],
            }
        )
    return rows


@pytest.fixture(scope="module")
def calibrated():
    articles = [{"id": f"a-{t}", "title": t, "body": f"Allt om {t}. Läs vidare här."} for t in TOPICS]
    base = KnowledgeBase.from_records(tickets=history(30), articles=articles)
    later = KnowledgeBase.from_records(tickets=history(240, 30))
    suggester = Suggester(encoder="char-ngrams", precision=0.8, privacy="off").fit(base)
    suggester.confidence_ = suggester.policy_ = None
    return suggester, suggester.calibrate(later)


def test_calibration_learns_from_the_older_half_and_reports_on_the_newer(calibrated):
    suggester, report = calibrated
    assert (report.learnt, report.after.n) == (120, 120)
    assert report.after.brier < report.after.brier_base
    assert report.before is None
    assert list(report.to_frame()["precision"]) == [0.8, 0.9, 0.95, 0.99]
    assert suggester.policy_.thresholds["all"].guaranteed


def test_sure_inquiries_get_an_offer_and_hopeless_ones_little_confidence(calibrated):
    suggester, _ = calibrated
    offered = suggester.suggest("hej jag undrar om min faktura nummer 9999", k=1)
    assert "faktura" in offered[0].text
    assert offered[0].why.calibrated
    everything = suggester.suggest("blommor fåglar väder 4711", k=4, min_confidence=0)
    assert len(everything) == 4
    assert everything[0].confidence < 0.3 < 0.7 < offered[0].confidence
    assert not offered[0].auto_ok
    assert all(a.confidence >= b.confidence for a, b in pairwise(everything))


def test_calibration_is_saved_with_the_model(calibrated, tmp_path):
    suggester, report = calibrated
    suggester.save(tmp_path / "model")
    loaded = Suggester.load(tmp_path / "model")
    assert loaded.confidence_.report == report
    assert loaded.policy_.thresholds["all"].guaranteed
    text = "hej jag undrar om min retur nummer 77"
    expected = suggester.suggest(text, min_confidence=0)[0].confidence
    assert loaded.suggest(text, min_confidence=0)[0].confidence == pytest.approx(expected, abs=1e-3)


def test_tickets_of_the_base_are_no_inquiries(calibrated):
    suggester, _ = calibrated
    with pytest.raises(InputError, match="got 0"):
        suggester.calibrate(suggester.kb_)


def test_pairs_name_what_is_right(calibrated):
    suggester, _ = calibrated
    report = Suggester(encoder="char-ngrams", privacy="off").fit(suggester.kb_)
    report.use_confidence(Confidence(calibrator=suggester.confidence_.calibrator))
    found = report.calibrate([("min faktura", ["a-faktura", "t6"]), ("blommor fåglar", None)])
    assert (found.learnt, found.after.n, found.after.right) == (0, 2, 0.5)
    with pytest.raises(InputError, match="does not hold"):
        report.calibrate([("min faktura", "a-okänd")])


def test_report_warns_of_drift_and_survives_json():
    rng = np.random.default_rng(0)
    chance = rng.uniform(0.5, 1.0, 300)
    right = rng.random(300) < chance
    right[200:] &= rng.random(100) < 0.6
    ids = [str(i) for i in range(300)]
    report = CalibrationReport.of(learnt=0, before=None, after=Sample(chance, right), ids=ids, keys=ids)
    assert any(note.startswith("drift") for note in report.notes)
    assert CalibrationReport.from_dict(report.to_dict()) == report
    calm = CalibrationReport.of(
        learnt=0, before=None, after=Sample(chance[:200], right[:200]), ids=ids[:200], keys=ids[:200]
    )
    assert not any(note.startswith("drift") for note in calm.notes)
    wrong = calm.mistakes()
    assert set(wrong["inquiry"]) == {str(i) for i in range(200) if not right[i] and chance[i] >= 0.8}


def test_calibration_needs_something_to_begin_from():
    with pytest.raises(InputError, match="at least 120"):
        calibrate([], None)


def test_nothing_is_automatic_before_calibration():
    policy = Confidence(calibrator=Calibrator.fit(*tables(50))).policy(0.9)
    assert policy.automatic.confidence == NOTHING


def test_what_ships_is_for_the_shipped_encoder_alone():
    encoder = load_encoder("default")
    shipped = Confidence.shipped(encoder)
    assert shipped is not None
    assert shipped.ranker is not None

    class Namesake:
        name, fingerprint = encoder.name, "another"

    assert Confidence.shipped(Namesake()) is None
