import pytest
from contracts.tiny_model import write_tiny_model

from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError

pytest.importorskip("torch", reason="training needs the extra train")
pytest.importorskip("sentence_transformers", reason="training needs the extra train")
from faqsuggest.encoders import SentenceTransformerEncoder
from faqsuggest.training.fine_tune import fine_tune

SUBJECTS = ["lösenordet", "fakturan", "leveransen", "returen", "ordern", "avtalet", "kontot", "kvittot"]


def history(n=64):
    tickets = [
        {
            "id": f"t{i:03d}",
            "created_at": f"2026-01-{1 + i // 8:02d}T{i % 8:02d}:00:00Z",
            "question": f"{'hej ' * (i % 3)}{SUBJECTS[i % 8]} krånglar igen nummer {i}",
            "article_ids": [f"a{i % 8}"],
        }
        for i in range(n)
    ]
    articles = [
        {"id": f"a{i}", "title": f"Hjälp med {name}", "body": f"Så löser du {name} själv."}
        for i, name in enumerate(SUBJECTS)
    ]
    return KnowledgeBase.from_records(tickets=tickets, articles=articles)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return SentenceTransformerEncoder(write_tiny_model(tmp_path_factory.mktemp("tiny")))


def test_the_report_fits_the_decision(encoder, tmp_path):
    found = fine_tune(encoder, history(), out=tmp_path, epochs=2)
    assert found.questions == 13
    assert found.gain[1] <= found.gain[0] <= found.gain[2]
    assert found.gain[0] == pytest.approx(found.after - found.before)
    assert found.improved == (found.gain[1] > 0)
    assert (found.encoder is encoder) == (not found.improved)


def test_a_dry_run_writes_nothing_and_estimates(encoder, tmp_path):
    found = fine_tune(encoder, history(), out=tmp_path / "none", epochs=4, dry_run=True)
    assert found.steps == 7
    assert found.seconds > 0
    assert not found.improved
    assert not (tmp_path / "none").exists()


def test_too_little_history_is_said(encoder, tmp_path):
    with pytest.raises(InputError, match="at least 10 tickets"):
        fine_tune(encoder, history(5), out=tmp_path)
