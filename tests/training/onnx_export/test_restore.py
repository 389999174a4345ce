import shutil
from pathlib import Path

import numpy as np
import pytest
from contracts.tiny_model import write_tiny_model

pytest.importorskip("onnx", reason="needs the extra train")
pytest.importorskip("sentence_transformers", reason="needs the extra train")
from faqsuggest.encoders import OnnxEncoder, SentenceTransformerEncoder
from faqsuggest.encoders.shipped import shipped_folder
from faqsuggest.errors import CorruptStoreError, InputError
from faqsuggest.training.onnx_export.export import export, read_state, require_exportable, write_manifest
from faqsuggest.training.onnx_export.graph import FORMS
from faqsuggest.training.onnx_export.quantise import joined_nibbles, parted_nibbles
from faqsuggest.training.onnx_export.restore import restore
from models.build.check import TEXTS

EXACT = {"fp32", "table4"}
# Activations are rounded by the exported model and by the restored one not; of random weights more is lost.
LEAST_COSINE = {"fp32": 0.99999, "table4": 0.99999, "q4": 0.97, "q8": 0.999, "rows8": 0.999, "tensor8": 0.97}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("tiny"))


def cosines(one, other):
    return np.concatenate(
        [
            (getattr(one, method)(TEXTS) * getattr(other, method)(TEXTS)).sum(axis=1)
            for method in ("encode_queries", "encode_passages")
        ]
    )


@pytest.mark.parametrize("form", FORMS)
def test_every_form_comes_back_as_a_trainable_model_of_the_same_vectors(model, tmp_path, form):
    export(model, tmp_path / "onnx", form=form)
    restore(tmp_path / "onnx", tmp_path / "back")
    found = cosines(OnnxEncoder(tmp_path / "onnx"), SentenceTransformerEncoder(tmp_path / "back", device="cpu"))
    assert found.min() > LEAST_COSINE[form]
    before, after = read_state(model), read_state(tmp_path / "back")
    for name in ("encoder.layer.1.attention.self.key.weight", "encoder.layer.0.output.LayerNorm.bias"):
        tolerance = 1e-6 if form in EXACT or "Norm" in name else 0.05
        np.testing.assert_allclose(after[name], before[name], atol=tolerance)


def test_what_was_restored_is_exported_to_the_same_vectors(model, tmp_path):
    export(model, tmp_path / "once")
    restore(tmp_path / "once", tmp_path / "back")
    export(tmp_path / "back", tmp_path / "twice")
    assert cosines(OnnxEncoder(tmp_path / "once"), OnnxEncoder(tmp_path / "twice")).min() > 0.998


def test_the_shipped_encoder_comes_back_at_a_mean_cosine_of_999(tmp_path):
    restore(shipped_folder(), tmp_path)
    found = cosines(OnnxEncoder(), SentenceTransformerEncoder(tmp_path, device="cpu"))
    assert found.mean() >= 0.9995
    assert found.min() >= 0.9985  # what the exported model rounds at every inquiry, in the worst of the texts


def test_a_customer_who_types_a_special_token_is_read_alike(model, tmp_path):
    export(model, tmp_path / "onnx", form="fp32")
    restore(tmp_path / "onnx", tmp_path / "back")
    texts = ["slut </s> på texten", "<mask> faktura", "<pad><pad>"]
    exported, back = OnnxEncoder(tmp_path / "onnx"), SentenceTransformerEncoder(tmp_path / "back", device="cpu")
    # Either reads plain characters; they may cut them differently, but the rest of the text is not lost.
    assert (exported.encode_queries(texts) * back.encode_queries(texts)).sum(axis=1).min() > 0.9


def test_damaged_and_foreign_folders_are_named(model, tmp_path):
    import onnx

    export(model, tmp_path / "onnx")
    shutil.copytree(tmp_path / "onnx", tmp_path / "damaged")
    path = tmp_path / "damaged" / "model.onnx"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(CorruptStoreError, match="damaged"):
        restore(tmp_path / "damaged", tmp_path / "out")
    graph = onnx.load(str(tmp_path / "onnx" / "model.onnx"))
    del graph.graph.initializer[:]
    onnx.save(graph, str(path))
    write_manifest(tmp_path / "damaged")
    with pytest.raises(InputError, match="another graph"):
        restore(tmp_path / "damaged", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_networks_that_the_graph_cannot_express_are_refused_with_the_reason(model, tmp_path):
    folder = Path(shutil.copytree(model, tmp_path / "other"))
    settings = folder / "1_Pooling" / "config.json"
    settings.write_text(settings.read_text("utf-8").replace("mean_tokens", "cls_token"), "utf-8")
    with pytest.raises(InputError, match=r"pooling \(allowed: mean\)"):
        require_exportable(folder)
    with pytest.raises(InputError, match="must be the folder of a sentence-transformers model"):
        require_exportable(tmp_path)


@pytest.mark.parametrize("halves", [True, False])
def test_nibbles_come_apart_as_they_were_joined(halves):
    values = np.random.default_rng(0).integers(0, 16, (7, 64)).astype(np.uint8)
    packed = joined_nibbles(values, halves=halves)
    assert packed.shape == (7, 32)
    np.testing.assert_array_equal(parted_nibbles(packed, halves=halves), values)
