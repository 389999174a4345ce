"""A sentence-transformers folder written file by file: BERT, mean pooling, unit length.

Writing the files needs neither torch nor a certain version of sentence-transformers; every version reads them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from faqsuggest.errors import MissingPackageError
from faqsuggest.training.onnx_export.graph import Shape
from faqsuggest.training.onnx_export.quantise import Floats

SPECIALS = {"bos": "<s>", "cls": "<s>", "eos": "</s>", "sep": "</s>", "pad": "<pad>", "unk": "<unk>"}


def write_bert_folder(
    folder: Path, state: Mapping[str, Floats], shape: Shape, tokenizer: Mapping[str, Any], prompts: Mapping[str, str]
) -> None:
    """Write what ``SentenceTransformer(folder)`` opens.

    Args:
        folder: Made where it is missing; files of the same names are replaced.
        state: Tensors of a BERT under their Hugging Face names, from ``embeddings.`` or ``encoder.`` on.
        shape: What the tensors do not tell.
        tokenizer: Content of ``tokenizer.json``, with pieces ``<s>``, ``</s>``, ``<pad>`` and ``<unk>``.
        prompts: What stands in front of a text, by role.

    Raises:
        MissingPackageError: safetensors is not installed.
    """
    try:
        from safetensors.numpy import save_file
    except ImportError as error:
        raise MissingPackageError("safetensors", "train", "a trainable model folder") from error

    hidden, positions = (
        len(state[f"embeddings.{name}"]) for name in ("LayerNorm.weight", "position_embeddings.weight")
    )
    pieces = [piece for piece, _ in tokenizer["model"]["vocab"]]
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    # A pooler of zeros, never used: without one the loader would invent random weights, and two folders would differ.
    pooler = {"weight": np.zeros((hidden, hidden), np.float32), "bias": np.zeros(hidden, np.float32)}
    tensors = {**state, **{f"pooler.dense.{name}": values for name, values in pooler.items()}}
    whole = {name: np.ascontiguousarray(values, dtype=np.float32) for name, values in sorted(tensors.items())}
    save_file(whole, folder / "model.safetensors", metadata={"format": "pt"})
    files: dict[str, object] = {
        "config.json": _network(state, shape, pieces.index(SPECIALS["pad"])),
        "tokenizer.json": {
            **tokenizer,
            "added_tokens": [_special(pieces, each) for each in ("bos", "pad", "eos", "unk")],
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": positions,
            **{f"{role}_token": piece for role, piece in SPECIALS.items()},
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": positions, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": hidden, "pooling_mode_mean_tokens": True},
        "config_sentence_transformers.json": {"prompts": dict(prompts), "similarity_fn_name": "cosine"},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _network(state: Mapping[str, Floats], shape: Shape, pad: int) -> dict[str, object]:
    words, hidden = state["embeddings.word_embeddings.weight"].shape
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": words,
        "hidden_size": hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": len(state["encoder.layer.0.intermediate.dense.weight"]),
        "max_position_embeddings": len(state["embeddings.position_embeddings.weight"]),
        "type_vocab_size": len(state["embeddings.token_type_embeddings.weight"]),
        "hidden_act": "gelu",
        "layer_norm_eps": shape.epsilon,
        "pad_token_id": pad,
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
    }


def _special(pieces: list[str], role: str) -> dict[str, object]:
    plain = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": pieces.index(SPECIALS[role]), "content": SPECIALS[role], **plain, "special": True}
