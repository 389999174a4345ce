import json
import multiprocessing
import shutil

import numpy as np
import pytest
from contracts.encoder_contract import TEXTS, EncoderContract

from faqsuggest.encoders import shipped
from faqsuggest.encoders.onnx import BATCH_TOKENS, OnnxEncoder, _batches
from faqsuggest.encoders.shipped import FILES, shipped_folder
from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, InputError


@pytest.fixture(scope="module")
def encoder():
    return OnnxEncoder()


@pytest.fixture
def copied(tmp_path):
    return shutil.copytree(shipped_folder(), tmp_path / "model")


class TestContract(EncoderContract):
    pass


def test_finds_the_answer_in_another_language(encoder):
    pages = [
        "Glömt lösenord: klicka på länken, så får du välja ett nytt.",
        "Fakturan förfaller efter trettio dagar.",
        "Så flyttar du: anmäl ny adress senast en vecka efter flytten.",
    ]
    asked = ["I can't remember my password", "Hvornår skal fakturaen betales?", "jeg skal skifte adresse"]
    assert (encoder.encode_queries(asked) @ encoder.encode_passages(pages).T).argmax(axis=1).tolist() == [0, 1, 2]


def test_queries_and_passages_differ(encoder):
    cosine = float((encoder.encode_queries(TEXTS[:1]) * encoder.encode_passages(TEXTS[:1])).sum())
    assert 0.8 < cosine < 0.9999


def test_batch_size_and_threads_change_nothing(encoder):
    vectors = encoder.encode_passages(TEXTS)
    for other in (OnnxEncoder(batch_size=1), OnnxEncoder(batch_size=64, threads=2)):
        np.testing.assert_allclose(other.encode_passages(TEXTS), vectors, atol=1e-6)
        assert other.fingerprint == encoder.fingerprint


def test_special_tokens_are_plain_text(encoder):
    pieces = encoder._open().tokenizer.encode("query: </s> hej <mask> <pad> <unk>").ids
    assert pieces[0] == 0
    assert pieces[-1] == 2
    assert not {0, 1, 2, 3} & set(pieces[1:-1])
    before, after = encoder.encode_queries(["hej", "</s> hej"])
    assert float(before @ after) < 0.9999


def test_no_character_is_unknown(encoder):
    tokenizer = encoder._open().tokenizer
    for text in ("ÅÄÖ åäö ÆØ æø Š ž đ ŧ Þ ð Ý", "€ § ½ ™ № … „” «»", "Ærø, Čierny, Ķemeri", "中文 한국어 Ελληνικά"):
        assert 3 not in tokenizer.encode(f"query: {text}").ids


def test_text_beyond_the_cap_is_not_read():
    encoder = OnnxEncoder(max_tokens=16)
    start = "Jag vill säga upp mitt abonnemang för mobil och bredband nu genast, tack så mycket på förhand"
    one, other = encoder.encode_queries([start + " hej" * 500, start + " ost" * 50_000])
    np.testing.assert_array_equal(one, other)
    assert encoder.fingerprint != OnnxEncoder().fingerprint


def test_batches_keep_to_both_limits():
    lengths = [5] * 20 + [200, 200, 256, 256, 512]
    batches = _batches(list(range(25)), lengths, most=8)
    assert [len(batch) for batch in batches] == [8, 8, 4, 2, 2, 1]
    assert [row for batch in batches for row in batch] == list(range(25))
    assert all(len(batch) * max(lengths[row] for row in batch) <= BATCH_TOKENS for batch in batches)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"threads": 0}, "threads of OnnxEncoder must be a whole number of at least 1, got 0"),
        ({"batch_size": 1.5}, "batch_size of OnnxEncoder must be a whole number of at least 1, got 1.5"),
        ({"max_tokens": 513}, "max_tokens of OnnxEncoder must be a whole number from 8 to 512 for this model, got 513"),
    ],
)
def test_parameters_out_of_range(parameters, message):
    with pytest.raises(InputError, match=message):
        OnnxEncoder(**parameters).encode_queries(["hej"])


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
@pytest.mark.parametrize("damage", ["zeroed", "flipped", "cut", "empty", "longer", "missing"])
def test_damage_is_named(copied, name, damage):
    path = copied / name
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    if damage == "zeroed":
        content[middle : middle + 64] = bytes(64)
    elif damage == "flipped":
        content[middle] ^= 4
    elif damage == "cut":
        del content[middle:]
    elif damage == "empty":
        content.clear()
    elif damage == "longer":
        content += b"\x00"
    path.unlink() if damage == "missing" else path.write_bytes(content)
    error = InputError if (name, damage) == ("manifest.json", "missing") else CorruptStoreError
    with pytest.raises(error, match=name):
        OnnxEncoder(copied).encode_queries(["hej"])


def test_another_format_is_refused(copied):
    manifest = json.loads((copied / "manifest.json").read_text("utf-8"))
    (copied / "manifest.json").write_text(json.dumps({**manifest, "format": 2}), "utf-8")
    with pytest.raises(IncompatibleStoreError, match="'onnx-encoder' and 1, got 'onnx-encoder' and 2"):
        OnnxEncoder(copied).encode_queries(["hej"])


def test_missing_shipped_model(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "__file__", str(tmp_path / "a" / "b" / "c" / "shipped.py"))
    with pytest.raises(CorruptStoreError, match=r"the shipped model is missing.*char-ngrams"):
        OnnxEncoder().encode_queries(["hej"])


def _encode_in_child(encoder, queue):
    queue.put(encoder.encode_queries(TEXTS[:2]))


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_works_in_a_forked_process(encoder):
    expected = encoder.encode_queries(TEXTS[:2])
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_encode_in_child, args=(encoder, queue))
    child.start()
    np.testing.assert_array_equal(queue.get(timeout=60), expected)
    child.join(timeout=60)
    assert child.exitcode == 0
