import json
import os
import subprocess
import sys

import numpy as np
import pytest
from contracts.encoder_contract import ODD, TEXTS, EncoderContract
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from faqsuggest.encoders.char_ngrams import ARRAYS, SETTINGS, CharNgramEncoder
from faqsuggest.errors import CorruptStoreError, InputError, NotFittedError

MANY = [f"{word} {other} nummer {i}" for i, (word, other) in enumerate(zip(TEXTS * 30, TEXTS[1:] * 40, strict=False))]


@pytest.fixture(scope="module")
def encoder():
    return CharNgramEncoder().fit(TEXTS + [text for text in ODD if len(text) < 100])


class TestContract(EncoderContract):
    pass


def test_cosines_are_those_of_tfidf_when_no_direction_is_dropped():
    from sklearn.feature_extraction.text import TfidfVectorizer

    # The texts span the space, so projecting them on all directions keeps every angle.
    terms = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit_transform(TEXTS)
    vectors = CharNgramEncoder().fit(TEXTS).encode_passages(TEXTS)
    np.testing.assert_allclose(vectors @ vectors.T, (terms @ terms.T).toarray(), atol=1e-5)


@pytest.mark.parametrize(("texts", "dimension"), [(TEXTS[:1], 1), (TEXTS, len(TEXTS)), (MANY, 16)])
def test_dimension_follows_the_texts(texts, dimension):
    encoder = CharNgramEncoder(components=16).fit(texts)
    assert encoder.dimension == dimension
    assert encoder.encode_queries(texts[:2]).shape == (len(texts[:2]), dimension)


def test_signs_are_fixed():
    components = CharNgramEncoder(components=16).fit(MANY).components_
    largest = np.abs(components).argmax(axis=1)
    assert (components[np.arange(16), largest] > 0).all()


def test_compounds_are_near():
    encoder = CharNgramEncoder().fit(["glömt lösenordet", "lösenordsbyte", "fakturan", "fakturabetalning"])
    near = encoder.encode_queries(["byta lösenord"]) @ encoder.encode_passages(["lösenordsbyte", "fakturabetalning"]).T
    assert near[0, 0] > 0.5 > near[0, 1]


def test_unseen_characters_give_no_vector(encoder):
    assert not encoder.encode_queries(["щщщщщ"]).any()


def test_same_in_another_process(tmp_path):
    CharNgramEncoder(components=16).fit(MANY).save(tmp_path)
    code = (
        "import sys, json; import numpy as np; from faqsuggest.encoders.char_ngrams import CharNgramEncoder as E;"
        "e = E(components=16).fit(json.load(sys.stdin)); print(e.fingerprint); np.save(sys.argv[1], e.components_)"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", code, str(tmp_path / "other.npy")]
    out = subprocess.run(command, input=json.dumps(MANY), capture_output=True, text=True, env=environment, check=True)
    assert out.stdout.strip() == CharNgramEncoder.load(tmp_path).fingerprint
    np.testing.assert_allclose(np.load(tmp_path / "other.npy"), CharNgramEncoder.load(tmp_path).components_, atol=1e-6)


def test_save_and_load(tmp_path, encoder):
    encoder.save(tmp_path)
    loaded = CharNgramEncoder.load(tmp_path)
    assert loaded.fingerprint == encoder.fingerprint
    np.testing.assert_array_equal(loaded.encode_queries(TEXTS), encoder.encode_queries(TEXTS))


def test_saving_less_over_more(tmp_path, encoder):
    encoder.save(tmp_path)
    small = CharNgramEncoder().fit(TEXTS[:2])
    small.save(tmp_path)
    np.testing.assert_array_equal(CharNgramEncoder.load(tmp_path).encode_queries(TEXTS), small.encode_queries(TEXTS))


@pytest.mark.parametrize("name", [SETTINGS, ARRAYS])
@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "missing"])
def test_damage_is_named(tmp_path, encoder, name, damage):
    encoder.save(tmp_path)
    path = tmp_path / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    changed = {"flipped": bytes(content), "cut": bytes(content[: len(content) // 2]), "empty": b""}
    path.unlink() if damage == "missing" else path.write_bytes(changed[damage])
    with pytest.raises(CorruptStoreError, match=r"holds no whole char-ngrams encoder.*restore the folder"):
        CharNgramEncoder.load(tmp_path)


def test_before_fit():
    encoder = CharNgramEncoder(components=9)
    assert encoder.dimension == 9
    for use in (lambda: encoder.encode_queries(["hej"]), lambda: encoder.fingerprint):
        with pytest.raises(NotFittedError, match=r"fit\(texts\)"):
            use()


def test_set_params_forgets_what_was_fitted():
    encoder = CharNgramEncoder().fit(TEXTS).set_params(components=2)
    assert encoder.get_params() == {"components": 2, "max_features": 100_000, "seed": 0}
    assert not hasattr(encoder, "components_")
    assert encoder.fit(TEXTS).dimension == 2


def test_in_a_pipeline():
    pipeline = make_pipeline(CharNgramEncoder(components=4), StandardScaler())
    assert clone(pipeline).fit_transform(TEXTS).shape == (len(TEXTS), 4)


@pytest.mark.parametrize("texts", [[], ["", " \n"]])
def test_fit_needs_a_text(texts):
    with pytest.raises(InputError, match=f"at least one text with content; none of {len(texts)} has any"):
        CharNgramEncoder().fit(texts)


@pytest.mark.parametrize("parameters", [{"components": 0}, {"max_features": 2.5}, {"seed": -1}])
def test_parameters_out_of_range(parameters):
    ((name, value),) = parameters.items()
    with pytest.raises(InputError, match=f"{name} of CharNgramEncoder must be a positive whole number, got {value}"):
        CharNgramEncoder(**parameters).fit(TEXTS)
