"""What ``forget`` takes along: texts, known questions, groups, vectors, and the cache of vectors between fits."""

import numpy as np

from faqsuggest import KnowledgeBase, Suggester, evidence, reasons
from faqsuggest.calibrated import Confidence
from faqsuggest.confidence import Calibrator
from faqsuggest.data.answers import question_text, texts_of
from faqsuggest.encoders import CharNgramEncoder
from faqsuggest.encoders.cache import CachedEncoder
from faqsuggest.evidence import COLUMNS
from faqsuggest.text import edits
from faqsuggest.text.normalise import content_hash, fold

CANARY = "Zombrinet i källaren piper konstigt"


def base():
    tickets = [
        {
            "id": f"ticket-{i}",
            "created_at": f"2026-01-{i + 1:02d}",
            "customer_id": "gone" if i == 0 else f"c{i}",
            "question": CANARY if i == 0 else f"Lampan lyser {'röd grön blå gul vit'.split()[i - 1]}",
            "reply": "Starta om apparaten och vänta i tio minuter.",
            "language": "sv",
        }
        for i in range(6)
    ]
    return KnowledgeBase.from_records(tickets=tickets)


def hashes(folder):
    found = set()
    for path in folder.rglob("*.npz"):
        with np.load(path, allow_pickle=False) as part:
            found |= set(part["hashes"].tolist())
    return found


def test_everything_derived_from_a_customer_goes(tmp_path):
    suggester = Suggester(encoder="char-ngrams", privacy="off", cache=tmp_path / "cache").fit(base())
    ticket = suggester.kb_.tickets[0]
    number = suggester.units_.known(fold(ticket.question))[0]
    vector = suggester.encoder_.encode_queries([question_text(ticket)])[0].tobytes()
    assert content_hash(question_text(ticket)) in hashes(tmp_path / "cache")
    kept = hashes(tmp_path / "cache") - {content_hash(text) for text in texts_of([ticket])}
    suggester.save(tmp_path / "before")
    before = b"".join(path.read_bytes() for path in (tmp_path / "before").rglob("*") if path.is_file())
    assert vector in before
    assert suggester.forget(customer_id="gone") == 1
    assert suggester.units_.known(fold(ticket.question)) == []
    assert "ticket-0" not in str(suggester.units_.book.groups())
    assert number not in suggester.units_.lexical.ids()
    assert hashes(tmp_path / "cache") == kept
    assert all("ticket-0" not in each.sources for each in suggester.suggest(CANARY, k=5, min_confidence=0))
    suggester.save(tmp_path / "after")
    after = b"".join(path.read_bytes() for path in (tmp_path / "after").rglob("*") if path.is_file())
    for trace in (CANARY.encode(), fold(CANARY).encode(), b"ticket-0", b"gone", vector):
        assert trace not in after, trace[:20]


def test_nothing_of_the_texts_stays_in_the_memory_of_the_process():
    suggester = Suggester(encoder="char-ngrams", privacy="off").fit(base())
    nothing = np.zeros(len(COLUMNS))
    plain = Calibrator(weights=np.zeros((2, len(COLUMNS))), bias=(0.0, 0.0), centre=nothing, scale=nothing + 1.0)
    suggester.use_confidence(Confidence(calibrator=plain)).suggest(CANARY, k=5, min_confidence=0)
    edits.edit_share(CANARY, "Lampan lyser röd")
    remembered = (evidence._stems, reasons._words, edits._words)
    assert all(each.cache_info().currsize for each in remembered)
    suggester.forget(customer_id="gone")
    assert not any(each.cache_info().currsize for each in remembered)


def test_the_cache_forgets_in_memory_and_of_every_encoder(tmp_path):
    encoders = [CharNgramEncoder().fit(["en text", more]) for more in ("ett", "två")]
    caches = [CachedEncoder(encoder, folder=tmp_path) for encoder in encoders]
    for cache in caches:
        cache.encode_passages(["en text", "en annan"])
    assert caches[0].forget(["en text", "okänd"]) == 2
    assert hashes(tmp_path) == {content_hash("en annan")}
    assert caches[0].encode_passages(["en text"]).shape == (1, encoders[0].dimension)
    assert content_hash("en text") in hashes(tmp_path)


def test_nothing_to_forget_leaves_the_cache_alone(tmp_path):
    cache = CachedEncoder(CharNgramEncoder().fit(["a b c"]), folder=tmp_path)
    cache.encode_passages(["a b c"])
    files = sorted(tmp_path.rglob("*.npz"))
    assert cache.forget([]) == cache.forget(["annat"]) == 0
    assert sorted(tmp_path.rglob("*.npz")) == files
