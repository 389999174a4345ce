"""From the packed weights to a sentence-transformers folder, whole or with a pruned vocabulary."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from .e5s1 import SPECIALS, E5File

MAX_TOKENS = 512
PROMPTS = {"query": "query: ", "passage": "passage: ", "document": "passage: "}


def write_sentence_transformer(source: E5File, folder: Path, keep: np.ndarray | None = None) -> None:
    """Write ``source`` as a sentence-transformers folder.

    ``keep`` holds the ids of the pieces to keep, sorted; None keeps all. Kept pieces get new ids in the same order, so
    a text all of whose pieces are kept is segmented as before and has the same vector.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

    ids = np.arange(len(source.pieces)) if keep is None else keep
    bert = folder / "bert"
    _write_bert(source, ids, bert)
    _write_tokenizer([source.pieces[i] for i in ids], bert)
    network = Transformer(str(bert), max_seq_length=MAX_TOKENS)
    modules = [network, Pooling(source.hidden, "mean"), Normalize()]
    model = SentenceTransformer(modules=modules, prompts=PROMPTS, device="cpu")
    model.save(str(folder / "model"))


def _write_bert(source: E5File, ids: np.ndarray, folder: Path) -> None:
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=len(ids),
        hidden_size=source.hidden,
        num_hidden_layers=source.layers,
        num_attention_heads=source.heads,
        intermediate_size=source.feed_forward,
        max_position_embeddings=source.positions,
        type_vocab_size=source.token_types,
        hidden_act="gelu",
        layer_norm_eps=source.layer_norm_eps,
        pad_token_id=SPECIALS["pad"],
        hidden_dropout_prob=0.1,
        attention_probs_dropout_prob=0.1,
    )
    # A pooler of zeros, never used: without one the loader would invent random weights, and two builds would differ.
    model = BertModel(config)
    state = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in _bert_state(source, ids)}
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or any("position_ids" not in name for name in missing):
        raise SystemExit(f"weights do not fit the network: missing {missing}, unexpected {unexpected}")
    model.save_pretrained(folder)


def _bert_state(source: E5File, ids: np.ndarray):  # noqa: ANN202 - an iterator of (name, array)
    t, h, f = source.tensors, source.hidden, source.feed_forward
    yield "embeddings.word_embeddings.weight", t["emb.word"].reshape(-1, h)[ids]
    yield "embeddings.position_embeddings.weight", t["emb.pos"].reshape(-1, h)
    yield "embeddings.token_type_embeddings.weight", t["emb.type"].reshape(-1, h)
    yield "embeddings.LayerNorm.weight", t["emb.ln.w"]
    yield "embeddings.LayerNorm.bias", t["emb.ln.b"]
    yield "pooler.dense.weight", np.zeros((h, h), dtype=np.float32)
    yield "pooler.dense.bias", np.zeros(h, dtype=np.float32)
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


def _write_tokenizer(pieces: list[tuple[str, float]], folder: Path) -> None:
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=SPECIALS["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(_nmt_nfkc_charsmap()), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", SPECIALS["bos"]), ("</s>", SPECIALS["eos"])]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=MAX_TOKENS,
    )
    fast.save_pretrained(folder)


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
