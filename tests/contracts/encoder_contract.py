"""What every encoder must do. Subclass in a test module and give ``encoder`` as a fixture."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone

from faqsuggest.errors import FaqSuggestError, InputError

TEXTS = [
    "Jag har glömt lösenordet till mitt konto",
    "Hvordan bytter jeg passord på Min side?",
    "Hvornår kommer min pakke?",
    "Miten maksan laskun?",
    "How do I pay my invoice",
    "Faktura",
    "Du byter lösenord under Inställningar. Välj Glömt lösenord, så skickar vi en länk till din e-post. " * 5,
    "Öppettider: mån–fre 8–17 😀",
]
EMPTY = ["", "   ", "\n\t\u00a0", "\u200b\u00ad", "\x00"]
ODD = ["\ud800", "😡😡😡", "مرحبا", "\u202eabc", "<s>", "</s></s>", "e\u0301" * 50, "x" * 200_000, "ab " * 100_000]


class EncoderContract:
    """Values, not shapes: equal texts have equal vectors, no text has none, and company changes nothing."""

    def test_unit_rows_in_order(self, encoder):
        for encode in (encoder.encode_queries, encoder.encode_passages):
            vectors = encode(TEXTS)
            assert vectors.dtype == np.float32
            assert vectors.shape == (len(TEXTS), encoder.dimension)
            np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
            np.testing.assert_allclose(encode(TEXTS[::-1])[::-1], vectors, atol=1e-5)

    def test_same_vector_in_any_company(self, encoder):
        for encode in (encoder.encode_queries, encoder.encode_passages):
            together = encode(TEXTS)
            alone = np.vstack([encode([text]) for text in TEXTS])
            np.testing.assert_allclose(alone, together, atol=1e-5)
            np.testing.assert_allclose(encode(TEXTS + ODD)[: len(TEXTS)], together, atol=1e-5)

    def test_nearest_to_itself(self, encoder):
        vectors = encoder.encode_passages(TEXTS)
        assert (vectors @ vectors.T).argmax(axis=1).tolist() == list(range(len(TEXTS)))

    def test_no_text_has_a_zero_row(self, encoder):
        mixed = [EMPTY[0], TEXTS[0], *EMPTY[1:]]
        for encode in (encoder.encode_queries, encoder.encode_passages):
            vectors = encode(mixed)
            assert not vectors[[0, 2, 3, 4, 5]].any()
            np.testing.assert_allclose(vectors[1], encode([TEXTS[0]])[0], atol=1e-5)

    def test_no_texts(self, encoder):
        assert encoder.encode_queries([]).shape == (0, encoder.dimension)
        assert encoder.encode_passages([]).shape == (0, encoder.dimension)

    def test_odd_texts_give_finite_rows_of_norm_one_or_zero(self, encoder):
        norms = np.linalg.norm(encoder.encode_queries(ODD), axis=1)
        assert np.isfinite(norms).all()
        assert norms[0] == 0  # a lone surrogate is no text
        assert all(norm == 0 or abs(norm - 1) < 1e-5 for norm in norms)

    def test_one_spelling(self, encoder):
        composed = "Får jag köpa på öppet köp?"
        decomposed = "Fa\u030ar jag ko\u0308pa\u00a0på o\u0308ppet\u00ad  köp?\r\n"
        np.testing.assert_array_equal(encoder.encode_queries([composed]), encoder.encode_queries([decomposed]))

    def test_fingerprint_is_stable(self, encoder):
        before = encoder.fingerprint
        encoder.encode_queries(TEXTS)
        assert encoder.fingerprint == before
        assert len(before) >= 32

    def test_copies_give_the_same_vectors(self, encoder):
        for other in (copy.deepcopy(encoder), pickle.loads(pickle.dumps(encoder))):
            assert other.fingerprint == encoder.fingerprint
            np.testing.assert_array_equal(other.encode_queries(TEXTS), encoder.encode_queries(TEXTS))

    def test_scikit_learn_rules(self, encoder):
        other = clone(encoder)
        assert other is not encoder
        assert {name: repr(value) for name, value in other.get_params(deep=False).items()} == {
            name: repr(value) for name, value in encoder.get_params(deep=False).items()
        }
        assert other.fit(TEXTS) is other
        np.testing.assert_allclose(other.transform(TEXTS), other.encode_passages(TEXTS), atol=0)
        with pytest.raises(InputError, match="no parameter 'dimensions'"):
            other.set_params(dimensions=3)

    @pytest.mark.parametrize(
        ("texts", "message"),
        [
            ("one text", r"texts must be a sequence of texts, got one str; pass \[text\]"),
            (["fine", None], r"texts\[1\] must be a text \(str\), got NoneType"),
            ([float("nan")], r"texts\[0\] must be a text \(str\), got nan"),
            ([b"bytes"], r"texts\[0\] must be a text \(str\), got bytes"),
        ],
    )
    def test_wrong_texts(self, encoder, texts, message):
        for encode in (encoder.encode_queries, encoder.encode_passages):
            with pytest.raises(InputError, match=message):
                encode(texts)
        assert isinstance(InputError(""), FaqSuggestError)
        assert encoder.encode_queries([TEXTS[0]]).any()
