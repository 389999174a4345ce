import numpy as np
import pytest
from contracts.encoder_contract import ODD, TEXTS, EncoderContract

from faqsuggest.encoders import cache
from faqsuggest.encoders.cache import CachedEncoder
from faqsuggest.encoders.char_ngrams import CharNgramEncoder


class Counting(CharNgramEncoder):
    """Counts the texts that it had to encode."""

    worked = 0

    def encode_queries(self, texts):
        self.worked += len(texts)
        return super().encode_queries(texts)


def counting():
    return Counting().fit(TEXTS)


@pytest.fixture(scope="module")
def encoder():
    return CachedEncoder(CharNgramEncoder().fit(TEXTS + [text for text in ODD if len(text) < 100]))


class TestContract(EncoderContract):
    pass


def test_only_new_texts_are_encoded():
    inner = counting()
    encoder = CachedEncoder(inner)
    first = encoder.encode_passages(TEXTS[:4])
    assert inner.worked == 4
    again = encoder.encode_passages([TEXTS[5], *TEXTS[:4], TEXTS[5], f"  {TEXTS[0]}\n"])
    assert inner.worked == 5
    np.testing.assert_array_equal(again[1:5], first)
    np.testing.assert_array_equal(again[0], again[5])
    np.testing.assert_array_equal(again[6], first[0])


def test_roles_are_kept_apart_and_queries_pass_through():
    inner = counting()
    encoder = CachedEncoder(inner)
    encoder.encode_queries(TEXTS)
    encoder.encode_queries(TEXTS)
    assert inner.worked == 2 * len(TEXTS)
    encoder = CachedEncoder(inner := counting(), roles=("query",))
    encoder.encode_queries(TEXTS)
    encoder.encode_queries(TEXTS)
    assert inner.worked == len(TEXTS)


def test_folder_outlives_the_encoder(tmp_path):
    vectors = CachedEncoder(counting(), folder=tmp_path).encode_passages(TEXTS[:5])
    inner = counting()
    np.testing.assert_array_equal(CachedEncoder(inner, folder=tmp_path).encode_passages(TEXTS[:6])[:5], vectors)
    assert inner.worked == 1


def test_another_encoder_does_not_see_the_vectors(tmp_path):
    CachedEncoder(counting(), folder=tmp_path).encode_passages(TEXTS)
    inner = Counting(components=3).fit(TEXTS)
    vectors = CachedEncoder(inner, folder=tmp_path).encode_passages(TEXTS)
    assert inner.worked == len(TEXTS)
    np.testing.assert_array_equal(vectors, inner.encode_passages(TEXTS))


def test_fitting_anew_forgets_old_vectors():
    encoder = CachedEncoder(counting())
    encoder.encode_passages(TEXTS)
    encoder.fit(TEXTS[:3])
    np.testing.assert_array_equal(encoder.encode_passages(TEXTS), encoder.encoder.encode_passages(TEXTS))
    assert encoder.dimension == 3
    assert len(encoder._known) == 1


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "foreign"])
def test_damaged_files_are_encoded_again(tmp_path, caplog, damage):
    expected = CachedEncoder(counting(), folder=tmp_path).encode_passages(TEXTS)
    (path,) = tmp_path.rglob("*.npz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    changed = {"flipped": content, "cut": content[: len(content) // 2], "empty": b"", "foreign": b"PK\x03\x04no"}
    path.write_bytes(changed[damage])
    inner = counting()
    with caplog.at_level("WARNING"):
        np.testing.assert_array_equal(CachedEncoder(inner, folder=tmp_path).encode_passages(TEXTS), expected)
    assert inner.worked == len(TEXTS)
    assert f"ignoring the damaged file {path.name}" in caplog.text
    assert not any(text in caplog.text for text in TEXTS)


def test_no_text_is_stored(tmp_path):
    CachedEncoder(counting(), folder=tmp_path).encode_passages(TEXTS)
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert all(text.encode("utf-8") not in stored for text in TEXTS)


def test_many_parts_are_merged(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "MAX_PARTS", 3)
    encoder = CachedEncoder(counting(), folder=tmp_path)
    for text in TEXTS[:6]:
        encoder.encode_passages([text])
    assert len(list(tmp_path.rglob("*.npz"))) == 6
    inner = counting()
    vectors = CachedEncoder(inner, folder=tmp_path).encode_passages(TEXTS[:6])
    assert inner.worked == 0
    np.testing.assert_array_equal(vectors, inner.encode_passages(TEXTS[:6]))
    assert len(list(tmp_path.rglob("*.npz"))) == 1


def test_interrupted_work_is_resumed(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_ROWS_PER_PART", 2)

    class Stopping(Counting):
        def encode_queries(self, texts):
            if self.worked >= 4:
                raise KeyboardInterrupt
            return super().encode_queries(texts)

    with pytest.raises(KeyboardInterrupt):
        CachedEncoder(Stopping().fit(TEXTS), folder=tmp_path).encode_passages(TEXTS)
    inner = counting()
    CachedEncoder(inner, folder=tmp_path).encode_passages(TEXTS)
    assert inner.worked == len(TEXTS) - 4
    assert not list(tmp_path.rglob("*.part"))
