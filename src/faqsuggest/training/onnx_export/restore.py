"""The way back: an exported folder becomes a sentence-transformers folder that can be trained.

Nothing is estimated. Integers times their scales are weights again, and the factors that smoothing moved from the norms
to the products are moved back. What the export rounded stays rounded; what it rounds anew at every inquiry, the
activations, is in full precision again, so vectors agree to a mean cosine above .999 and not to the last bit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from faqsuggest.encoders.shipped import read_settings, verify
from faqsuggest.errors import InputError, MissingPackageError
from faqsuggest.training.onnx_export.bert_folder import write_bert_folder
from faqsuggest.training.onnx_export.export import UNREACHABLE
from faqsuggest.training.onnx_export.graph import Shape
from faqsuggest.training.onnx_export.quantise import (
    BLOCK,
    ZERO_OF_4_BITS,
    ZERO_OF_8_BITS,
    Floats,
    from_blocks,
    parted_nibbles,
)

if TYPE_CHECKING:
    from onnx import ModelProto


def restore(onnx_folder: Path, out_folder: Path) -> None:
    """Write the model of an exported folder as a sentence-transformers folder.

    Args:
        onnx_folder: What :func:`~faqsuggest.training.onnx_export.export.export` wrote, such as the shipped model.
        out_folder: Made where it is missing; files of the same names are replaced.

    Raises:
        InputError: The folder is no exported model, or another program made its graph.
        CorruptStoreError: A file in it is damaged.
        MissingPackageError: The extra ``train`` is not installed.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingPackageError("onnx", "train", "training a model that was exported") from error

    verify(onnx_folder)
    settings = read_settings(onnx_folder)
    model = onnx.load(str(onnx_folder / "model.onnx"))
    try:
        state, shape = read_weights(model)
    except (KeyError, ValueError, IndexError, StopIteration) as error:
        raise InputError(
            f"encoder must be a model that this library exported; {onnx_folder / 'model.onnx'} holds another graph"
        ) from error
    tokenizer = json.loads((onnx_folder / "tokenizer.json").read_text("utf-8"))
    vocabulary = tokenizer["model"]["vocab"]
    tokenizer["model"]["vocab"] = [[piece.removeprefix(UNREACHABLE), score] for piece, score in vocabulary]
    passage = settings.passage_prefix
    prompts = {"query": settings.query_prefix, "passage": passage, "document": passage}
    write_bert_folder(out_folder, state, shape, tokenizer, prompts)


def read_weights(model: ModelProto) -> tuple[dict[str, Floats], Shape]:
    """Tensors by their Hugging Face names, in float32, and what they do not tell.

    Raises:
        KeyError, ValueError, IndexError, StopIteration: The graph is not one of ``graph.build``.
    """
    from onnx import numpy_helper

    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    shape = _shape(model)
    scales = {name.removesuffix(".scale"): stored[name] for name in stored if name.endswith("LayerNorm.scale")}
    state = _embeddings(stored)
    norms = [name.removesuffix(".weight") for name in stored if name.endswith("LayerNorm.weight")]
    for norm in norms:
        for part in ("weight", "bias"):
            state[f"{norm}.{part}"] = stored[f"{norm}.{part}"] * scales.get(norm, np.float32(1))
    for layer in range(shape.layers):
        state |= _layer(stored, f"encoder.layer.{layer}.", layer, scales)
    return state, shape


def _shape(model: ModelProto) -> Shape:
    from onnx import helper

    attention = [node for node in model.graph.node if node.op_type == "MultiHeadAttention"]
    norm = next(node for node in model.graph.node if node.op_type == "LayerNormalization")
    heads, epsilon = (
        next(helper.get_attribute_value(each) for each in node.attribute if each.name == name)
        for node, name in ((attention[0], "num_heads"), (norm, "epsilon"))
    )
    return Shape(len(attention), int(heads), float(epsilon))


def _embeddings(stored: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    words, places = stored["words"], stored["places"]
    if words.dtype == np.uint8:
        words = from_blocks(parted_nibbles(words, halves=True), stored["word_scales"], ZERO_OF_4_BITS)
    return {
        "embeddings.word_embeddings.weight": words,
        # The export added the vector of the one token type in use to the positions.
        "embeddings.position_embeddings.weight": places,
        "embeddings.token_type_embeddings.weight": np.zeros((2, places.shape[1]), dtype=np.float32),
    }


def _layer(stored: Mapping[str, NDArray[Any]], at: str, layer: int, scales: Mapping[str, Floats]) -> dict[str, Floats]:
    own = f"{at}attention.self."
    before = f"encoder.layer.{layer - 1}.output" if layer else "embeddings"
    one = np.float32(1)
    joint = _product(stored, f"{own}joint") / scales.get(f"{before}.LayerNorm", one)
    inner = _product(stored, f"{at}intermediate.dense") / scales.get(f"{at}attention.output.LayerNorm", one)
    state = {
        f"{at}intermediate.dense.weight": inner,
        f"{at}intermediate.dense.bias": stored[f"{at}intermediate.dense.bias"],
    }
    for part, weights, bias in zip(
        ("query", "key", "value"), np.split(joint, 3), np.split(stored[f"{own}bias"], 3), strict=True
    ):
        state |= {f"{own}{part}.weight": weights, f"{own}{part}.bias": bias}
    for name in (f"{at}attention.output.dense", f"{at}output.dense"):
        state |= {f"{name}.weight": _product(stored, name), f"{name}.bias": stored[f"{name}.bias"]}
    return state


def _product(stored: Mapping[str, NDArray[Any]], name: str) -> Floats:
    """Weights of a product, (outputs, inputs), from whichever form they are stored in."""
    values = stored[name]
    if values.dtype == np.float32:
        return values.T
    scales = stored[f"{name}.scales"]
    if values.dtype == np.int8:
        return np.asarray(values.T * scales[:, None], dtype=np.float32)
    packed = values.reshape(len(scales), -1)
    if packed.shape[1] < scales.shape[1] * BLOCK:
        return from_blocks(parted_nibbles(packed, halves=False), scales, ZERO_OF_4_BITS)
    return from_blocks(packed, scales, ZERO_OF_8_BITS)
