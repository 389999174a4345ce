"""The encoder as an ONNX graph, written node by node: BERT, mean pooling and unit length in one file.

Writing the graph by hand, not by a tracer, keeps it small and the same in every version of torch, lets query, key and
value share one product, and lets each form choose how a product is stored and computed. Tokens of all texts of a batch
are rows of one matrix, except inside attention.

Forms (the table of words is in 4-bit blocks in all but fp32; the source is on that grid, so nothing is lost):
    fp32    plain products, plain table: the reference
    table4  plain products
    q4      products in 4-bit blocks (MatMulNBits; activations in 8-bit blocks)
    q8      products in 8-bit blocks, likewise
    rows8   products in bytes, one scale for an output; activations in bytes, one scale for a token
    tensor8 the same with one scale for a whole batch, onnxruntime's usual dynamic int8: a text's vector then depends on
            its neighbours, so it is here for comparison only
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from faqsuggest.errors import InputError
from faqsuggest.training.onnx_export.quantise import (
    BLOCK,
    Floats,
    blocks_of_4_bits,
    blocks_of_8_bits,
    joined_nibbles,
    rows_of_8_bits,
)

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

FORMS = ("fp32", "table4", "q4", "q8", "rows8", "tensor8")
OPSET = 17
CONTRIB = "com.microsoft"
ZERO = 128  # of activations that have both signs
GELU_ZERO = 16  # GELU never falls below GELU_LOWEST, so nearly the whole byte is left for positive values
GELU_LOWEST = -0.17
TINY = 1e-9
INT32, FLOAT = 6, 1  # element types, by their numbers in the format


@dataclass(frozen=True)
class Shape:
    """What the weights do not tell of a BERT."""

    layers: int
    heads: int
    epsilon: float


@dataclass(frozen=True)
class Normed:
    """Output of a LayerNorm; where it is smoothed, the true values are ``name`` times ``scale``."""

    name: str
    norm: str
    scale: Floats | None


@dataclass
class Graph:
    """Nodes and weights gathered so far; its methods return the name of what they add."""

    form: str
    state: Mapping[str, Floats]
    shape: Shape
    smoothing: Mapping[str, Floats]
    nodes: list[NodeProto] = field(default_factory=list)
    weights: dict[str, NDArray[Any]] = field(default_factory=dict)
    mask: str = ""
    flat_shape: str = ""
    text_shape: str = ""
    token_count: str = ""

    def node(self, kind: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: object) -> str:
        """Add a node of one output, or of several, named ``x:0``, ``x:1``."""
        from onnx import helper

        name = f"{kind}_{len(self.nodes)}"
        names = [name] if outputs == 1 else [f"{name}:{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=name, domain=domain, **attributes))
        return name

    def weight(self, name: str, values: NDArray[Any]) -> str:
        """Store a named constant."""
        self.weights[name] = values
        return name

    def own(self, name: str) -> str:
        """Store a tensor of the source under its own name."""
        return self.weight(name, self.state[name])

    def constant(self, values: object, dtype: type[np.generic]) -> str:
        """Store a small unnamed constant, once."""
        array = np.array(values, dtype=dtype)
        return self.weight(f"const_{array.dtype}_{'_'.join(map(str, array.ravel()))}_{array.ndim}", array)


def build(
    state: Mapping[str, Floats], shape: Shape, form: str, smoothing: Mapping[str, Floats] | None = None
) -> ModelProto:
    """The graph of a BERT whose tensors are in ``state`` under their Hugging Face names.

    ``smoothing`` holds, by the name of a LayerNorm, one positive number per dimension: the norm's output is divided by
    it and the weights that read it are multiplied, which moves outliers from activations to weights and changes nothing
    else. Inputs of the graph: ``input_ids`` and ``attention_mask`` (int64, batch × length). Output: ``embedding``
    (float32, batch × hidden, rows of norm 1).

    Raises:
        InputError: ``form`` is none of FORMS.
    """
    if form not in FORMS:
        raise InputError(f"form must be one of {', '.join(FORMS)}; got {form!r}")
    g = Graph(form, state, shape, smoothing or {})
    hidden = len(state["embeddings.LayerNorm.weight"])
    g.mask = g.node("Cast", "attention_mask", to=INT32)
    g.flat_shape = g.constant([-1, hidden], np.int64)
    g.text_shape = g.node("Concat", g.node("Shape", "input_ids"), g.constant([-1], np.int64), axis=0)
    g.token_count = g.node("Size", "input_ids")
    x = _embed(g)
    for layer in range(shape.layers):
        x = _layer(g, f"encoder.layer.{layer}.", x)
    _pool(g, g.node("Reshape", _true_values(g, x), g.text_shape))
    return _model(g, hidden)


def _embed(g: Graph) -> Normed:
    table = g.state["embeddings.word_embeddings.weight"]
    words = _gather_plain(g, table) if g.form == "fp32" else _gather_4_bits(g, table)
    # Every token is of type 0, so its vector is added to the positions beforehand.
    places = g.state["embeddings.position_embeddings.weight"] + g.state["embeddings.token_type_embeddings.weight"][:1]
    first, second, third = (g.constant([i], np.int64) for i in range(3))
    length = g.node("Slice", g.node("Shape", "input_ids"), second, third)
    in_use = g.node("Slice", g.weight("places", places), first, length, first)
    summed = g.node("Reshape", g.node("Add", words, in_use), g.flat_shape)
    return _norm(g, "embeddings.LayerNorm", summed)


def _gather_plain(g: Graph, table: Floats) -> str:
    return g.node("Gather", g.weight("words", table), "input_ids", axis=0)


def _gather_4_bits(g: Graph, table: Floats) -> str:
    # Two nibbles a byte: dimension i low, i + half high. Plain operators, and only the rows in use are unpacked.
    nibbles, scales = blocks_of_4_bits(table)
    rows = g.node("Gather", g.weight("words", joined_nibbles(nibbles, halves=True)), "input_ids", axis=0)
    high = g.node("BitShift", rows, g.constant(4, np.uint8), direction="RIGHT")
    low = g.node("Mod", rows, g.constant(16, np.uint8))
    values = g.node("Cast", g.node("Concat", low, high, axis=-1), to=FLOAT)
    signed = g.node("Sub", values, g.constant(8, np.float32))
    blocks = g.node("Reshape", signed, g.constant([0, 0, -1, BLOCK], np.int64))
    row_scales = g.node("Gather", g.weight("word_scales", scales.astype(np.float16)), "input_ids", axis=0)
    wide = g.node("Unsqueeze", g.node("Cast", row_scales, to=FLOAT), g.constant([-1], np.int64))
    return g.node("Reshape", g.node("Mul", blocks, wide), g.constant([0, 0, table.shape[1]], np.int64))


def _layer(g: Graph, at: str, x: Normed) -> Normed:
    own = f"{at}attention.self."
    parts = [f"{own}{part}" for part in ("query", "key", "value")]
    weights = np.concatenate([g.state[f"{part}.weight"] for part in parts])
    bias = g.weight(f"{own}bias", np.concatenate([g.state[f"{part}.bias"] for part in parts]))
    joint = g.node("Reshape", _product_of_norm(g, x, f"{own}joint", weights), g.text_shape)
    split = g.node("Split", joint, g.constant([len(weights) // 3] * 3, np.int64), outputs=3, axis=-1)
    heads = (f"{split}:{i}" for i in range(3))
    mixed = g.node("MultiHeadAttention", *heads, bias, g.mask, domain=CONTRIB, num_heads=g.shape.heads)
    name = f"{at}attention.output"
    product = _product(g, g.node("Reshape", mixed, g.flat_shape), f"{name}.dense", g.state[f"{name}.dense.weight"])
    x = _residual(g, name, product, x)
    name = f"{at}intermediate.dense"
    inner = _product_of_norm(g, x, name, g.state[f"{name}.weight"])
    active = g.node("BiasGelu", inner, g.own(f"{name}.bias"), domain=CONTRIB)
    product = _product(g, active, f"{at}output.dense", g.state[f"{at}output.dense.weight"], after_gelu=True)
    return _residual(g, f"{at}output", product, x)


def _residual(g: Graph, at: str, product: str, skip: Normed) -> Normed:
    # Two sums and a norm: on a CPU four times faster than the fused SkipLayerNormalization.
    moved = g.node("Add", product, g.own(f"{at}.dense.bias"))
    return _norm(g, f"{at}.LayerNorm", g.node("Add", moved, _true_values(g, skip)))


def _norm(g: Graph, name: str, x: str) -> Normed:
    scale = g.smoothing.get(name)
    divisor = np.float32(1) if scale is None else scale
    gamma, beta = (g.weight(f"{name}.{part}", g.state[f"{name}.{part}"] / divisor) for part in ("weight", "bias"))
    normed = g.node("LayerNormalization", x, gamma, beta, axis=-1, epsilon=g.shape.epsilon)
    return Normed(normed, name, scale)


def _true_values(g: Graph, x: Normed) -> str:
    return x.name if x.scale is None else g.node("Mul", x.name, g.weight(f"{x.norm}.scale", x.scale))


def _product_of_norm(g: Graph, x: Normed, name: str, weights: Floats) -> str:
    return _product(g, x.name, name, weights if x.scale is None else weights * x.scale)


def _product(g: Graph, x: str, name: str, weights: Floats, *, after_gelu: bool = False) -> str:
    """``x @ weights.T`` in the graph's form; ``weights`` is (outputs, inputs)."""
    if g.form in ("fp32", "table4"):
        return g.node("MatMul", x, g.weight(name, np.ascontiguousarray(weights.T)))
    if g.form in ("q4", "q8"):
        return _product_of_blocks(g, x, name, weights)
    values, scales = rows_of_8_bits(weights)
    stored, by_output = g.weight(name, np.ascontiguousarray(values.T)), g.weight(f"{name}.scales", scales)
    if g.form == "tensor8":
        return g.node("DynamicQuantizeMatMul", x, stored, by_output, domain=CONTRIB)
    small, zero, step = _bytes_of_gelu(g, x) if after_gelu else _bytes_of_rows(g, x)
    one = g.constant(1.0, np.float32)
    whole = g.node("MatMulIntegerToFloat", small, stored, one, by_output, zero, domain=CONTRIB)
    return g.node("Mul", whole, g.node("Unsqueeze", step, g.constant([-1], np.int64)))


def _product_of_blocks(g: Graph, x: str, name: str, weights: Floats) -> str:
    outputs, inputs = weights.shape
    bits = 4 if g.form == "q4" else 8
    values, scales = blocks_of_4_bits(weights) if bits == 4 else blocks_of_8_bits(weights)
    packed = joined_nibbles(values, halves=False) if bits == 4 else values
    stored = g.weight(name, packed.reshape(outputs, inputs // BLOCK, BLOCK * bits // 8))
    return g.node(
        "MatMulNBits",
        x,
        stored,
        g.weight(f"{name}.scales", scales),
        domain=CONTRIB,
        K=inputs,
        N=outputs,
        bits=bits,
        block_size=BLOCK,
        accuracy_level=4,
    )


def _bytes_of_rows(g: Graph, x: str) -> tuple[str, str, str]:
    # Unsigned bytes: the kernels for signed activations are ten times slower.
    largest = g.node("ReduceMax", g.node("Abs", x), axes=[1], keepdims=0)
    floor = g.constant(TINY, np.float32)
    step = g.node("Mul", g.node("Max", largest, floor), g.constant(1 / (255 - ZERO), np.float32))
    return _quantise(g, x, step, ZERO)


def _bytes_of_gelu(g: Graph, x: str) -> tuple[str, str, str]:
    largest = g.node("ReduceMax", x, axes=[1], keepdims=0)
    step = g.node("Mul", largest, g.constant(1 / (255 - GELU_ZERO), np.float32))
    floor = g.constant(-GELU_LOWEST / GELU_ZERO, np.float32)
    return _quantise(g, x, g.node("Max", step, floor), GELU_ZERO)


def _quantise(g: Graph, x: str, step: str, zero: int) -> tuple[str, str, str]:
    scalar = g.constant(zero, np.uint8)
    zeros = f"zeros_{zero}"
    if not any(zeros in node.output for node in g.nodes):
        from onnx import helper

        shape = g.node("Reshape", g.token_count, g.constant([1], np.int64))
        g.nodes.append(helper.make_node("Expand", [scalar, shape], [zeros], name=zeros))
    return g.node("QuantizeLinear", x, step, zeros, axis=0), scalar, step


def _pool(g: Graph, x: str) -> None:
    from onnx import helper

    mask = g.node("Cast", "attention_mask", to=FLOAT)
    wide = g.node("Unsqueeze", mask, g.constant([-1], np.int64))
    total = g.node("ReduceSum", g.node("Mul", x, wide), g.constant([1], np.int64), keepdims=0)
    length = g.node("ReduceL2", total, axes=[1], keepdims=1)
    # The divisor of the mean falls out of the unit length.
    g.nodes.append(helper.make_node("Div", [total, length], ["embedding"], name="embedding"))


def _model(g: Graph, hidden: int) -> ModelProto:
    from onnx import TensorProto, helper, numpy_helper

    size = ["batch", "length"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, size) for name in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", hidden])]
    stored = [numpy_helper.from_array(values, name) for name, values in g.weights.items()]
    graph = helper.make_graph(g.nodes, "encoder", inputs, outputs, stored)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="faqsuggest")
