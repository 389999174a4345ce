import subprocess
import sys

import pytest

from faqsuggest.encoders import (
    CachedEncoder,
    CharNgramEncoder,
    Encoder,
    OnnxEncoder,
    SentenceTransformerEncoder,
    load_encoder,
)
from faqsuggest.encoders.shipped import shipped_folder
from faqsuggest.errors import InputError


def test_names_and_folders(tmp_path):
    assert load_encoder().get_params() == OnnxEncoder().get_params()
    assert load_encoder("default", threads=2).threads == 2
    assert isinstance(load_encoder("char-ngrams"), CharNgramEncoder)
    exported = load_encoder(shipped_folder())
    assert isinstance(exported, OnnxEncoder)
    assert exported.name == "onnx:default"
    (tmp_path / "modules.json").write_text("[]", "utf-8")
    assert load_encoder(str(tmp_path)).model == tmp_path
    hub = load_encoder("intfloat/multilingual-e5-base")
    assert isinstance(hub, SentenceTransformerEncoder)
    assert hub._network is None


def test_an_encoder_is_returned_as_it_is():
    for encoder in (CharNgramEncoder(), OnnxEncoder("nowhere"), CachedEncoder(OnnxEncoder("nowhere"))):
        assert load_encoder(encoder) is encoder


def test_exported_and_shipped_model_share_a_fingerprint():
    assert load_encoder(shipped_folder()).fingerprint == load_encoder("default").fingerprint


@pytest.mark.parametrize("spec", ["defualt", "char_ngrams", "", "models/", "a/b/c", "../models", "/no/where", 7, None])
def test_unknown_names(spec):
    with pytest.raises(InputError, match="encoder must be 'default', 'char-ngrams', the folder of"):
        load_encoder(spec)


def test_folder_of_something_else(tmp_path):
    with pytest.raises(InputError, match="which holds neither kind of model"):
        load_encoder(tmp_path)


def test_fitted_encoders_follow_the_protocol():
    assert isinstance(CharNgramEncoder().fit(["hej"]), Encoder)
    assert isinstance(OnnxEncoder(), Encoder)


def test_import_is_light():
    heavy = "torch sentence_transformers transformers sklearn scipy pandas onnxruntime tokenizers".split()
    code = f"import sys, faqsuggest.encoders; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
