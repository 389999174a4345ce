"""From the packed weights to a sentence-transformers folder, whole or with a pruned vocabulary."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from faqsuggest.training.onnx_export.bert_folder import write_bert_folder
from faqsuggest.training.onnx_export.graph import Shape

from .e5s1 import SPECIALS, E5File

PROMPTS = {"query": "query: ", "passage": "passage: ", "document": "passage: "}


def write_sentence_transformer(source: E5File, folder: Path, keep: np.ndarray | None = None) -> None:
    """Write ``source`` as a sentence-transformers folder named ``model`` in ``folder``.

    ``keep`` holds the ids of the pieces to keep, sorted; None keeps all. Kept pieces get new ids in the same order, so
    a text all of whose pieces are kept is segmented as before and has the same vector.
    """
    ids = np.arange(len(source.pieces)) if keep is None else keep
    shape = Shape(source.layers, source.heads, source.layer_norm_eps)
    tokenizer = json.loads(_tokenizer([source.pieces[i] for i in ids]).to_str())
    write_bert_folder(folder / "model", dict(_bert_state(source, ids)), shape, tokenizer, PROMPTS)


def _bert_state(source: E5File, ids: np.ndarray):  # noqa: ANN202 - an iterator of (name, array)
    t, h, f = source.tensors, source.hidden, source.feed_forward
    yield "embeddings.word_embeddings.weight", t["emb.word"].reshape(-1, h)[ids]
    yield "embeddings.position_embeddings.weight", t["emb.pos"].reshape(-1, h)
    yield "embeddings.token_type_embeddings.weight", t["emb.type"].reshape(-1, h)
    yield "embeddings.LayerNorm.weight", t["emb.ln.w"]
    yield "embeddings.LayerNorm.bias", t["emb.ln.b"]
    dense = {
        "q": ("attention.self.query", (h, h)),
        "k": ("attention.self.key", (h, h)),
        "v": ("attention.self.value", (h, h)),
        "ao": ("attention.output.dense", (h, h)),
        "fi": ("intermediate.dense", (f, h)),
        "fo": ("output.dense", (h, f)),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(source.layers):
        for short, (name, shape) in dense.items():
            yield f"encoder.layer.{layer}.{name}.weight", t[f"l{layer}.{short}.w"].reshape(shape)
            yield f"encoder.layer.{layer}.{name}.bias", t[f"l{layer}.{short}.b"]
        for short, name in norms.items():
            yield f"encoder.layer.{layer}.{name}.weight", t[f"l{layer}.{short}.w"]
            yield f"encoder.layer.{layer}.{name}.bias", t[f"l{layer}.{short}.b"]


def _tokenizer(pieces: list[tuple[str, float]]) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=SPECIALS["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(_nmt_nfkc_charsmap()), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", SPECIALS["bos"]), ("</s>", SPECIALS["eos"])]
    )
    return tokenizer


def _nmt_nfkc_charsmap() -> bytes:
    # sentencepiece ships this rule compiled in; a throw-away model is the way to read it out.
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2 as proto

    buffer = io.BytesIO()
    words = ["hej", "hei", "terve", "hello", "svar", "sak", "post", "konto", "tid", "hjelp"] * 20
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(words),
        model_writer=buffer,
        vocab_size=40,
        normalization_rule_name="nmt_nfkc",
        hard_vocab_limit=False,
        minloglevel=2,
    )
    model = proto.ModelProto()
    model.ParseFromString(buffer.getvalue())
    return bytes(model.normalizer_spec.precompiled_charsmap)
