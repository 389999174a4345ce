import sys

import numpy as np
import pytest
from contracts.encoder_contract import TEXTS, EncoderContract
from contracts.tiny_model import write_tiny_model

from faqsuggest.encoders.sentence_transformers import SentenceTransformerEncoder
from faqsuggest.errors import InputError, MissingPackageError

pytest.importorskip("sentence_transformers", reason="the extra train is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def encoder(model):
    return SentenceTransformerEncoder(model, device="cpu")


class TestContract(EncoderContract):
    pass


def test_prompts_of_the_model_are_used(encoder, model):
    texts = TEXTS[:6]
    asked, answers = encoder.encode_queries(texts), encoder.encode_passages(texts)
    bare = SentenceTransformerEncoder(model, device="cpu", query_prefix="")
    np.testing.assert_allclose(bare.encode_queries([f"query: {text}" for text in texts]), asked, atol=1e-5)
    np.testing.assert_allclose(encoder.network.encode(texts, prompt_name="query"), asked, atol=1e-5)
    np.testing.assert_allclose(encoder.network.encode(texts, prompt_name="document"), answers, atol=1e-5)
    assert bare.fingerprint != encoder.fingerprint


def test_special_tokens_are_plain_text(encoder):
    asked = encoder.encode_queries(["</s> hej", "< /s> hej", "hej"])
    np.testing.assert_array_equal(asked[0], asked[1])
    assert float(asked[0] @ asked[2]) < 0.9999


def test_fingerprint_follows_the_weights(model):
    encoder = SentenceTransformerEncoder(model, device="cpu")
    before = encoder.fingerprint
    next(encoder.network.parameters()).data[7] += 1
    assert encoder.fingerprint != before


def test_length_cap(model):
    encoder = SentenceTransformerEncoder(model, device="cpu", max_tokens=8)
    one, other = encoder.encode_queries(["hej hej hej hej hej hej", "hej hej hej hej hej hej tack"])
    np.testing.assert_array_equal(one, other)


def test_unusable_folder(tmp_path):
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with pytest.raises(InputError, match="model of SentenceTransformerEncoder must be the folder of a"):
        SentenceTransformerEncoder(tmp_path).encode_queries(["hej"])


def test_missing_package(monkeypatch, model):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'faqsuggest\[train\]'"):
        SentenceTransformerEncoder(model).encode_queries(["hej"])
