"""A sentence-transformers folder becomes the folder that ``OnnxEncoder`` reads."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from faqsuggest.encoders.shipped import FILES, FORMAT, KIND, MANIFEST, fingerprint_of
from faqsuggest.errors import InputError, MissingPackageError
from faqsuggest.training.onnx_export.graph import Shape, build
from faqsuggest.training.onnx_export.quantise import Floats
from faqsuggest.training.onnx_export.smooth import find_smoothing

FORM = "rows8"
MAX_TOKENS = 256  # of a text, unless the encoder is told otherwise; the positions reach further
SPECIALS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
# The normaliser deletes this character, so no text can hold a piece that begins with it.
UNREACHABLE = "\u0001"


def export(
    model_folder: Path,
    out_folder: Path,
    *,
    form: str = FORM,
    name: str = "default",
    card: str = "",
    licence: Path | None = None,
) -> None:
    """Write ``model.onnx``, ``tokenizer.json``, ``config.json``, the card, the licence and, last, the manifest.

    The folder may hold any BERT with mean pooling and a Unigram tokenizer, tuned or not. Its table of words is stored
    in 4-bit blocks: exact when the table was frozen in training, an approximation otherwise.

    Args:
        model_folder: A sentence-transformers folder.
        out_folder: Made where it is missing; files of the same names are replaced.
        form: One of ``graph.FORMS``.
        name: Of the encoder, in its settings.
        card: Text of ``README.md``; the name alone when empty.
        licence: File that becomes ``LICENSE``.

    Raises:
        InputError: The folder holds another kind of network or tokenizer.
        MissingPackageError: onnx is not installed.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingPackageError("onnx", "train", "a model folder that serves without torch") from error
    from tokenizers import Tokenizer

    require_exportable(model_folder)
    config = _read_json(model_folder / "config.json")
    shape = Shape(config["num_hidden_layers"], config["num_attention_heads"], config["layer_norm_eps"])
    state = read_state(model_folder)
    tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
    smoothing = find_smoothing(state, shape, tokenizer) if form == "rows8" else None
    out_folder.mkdir(parents=True, exist_ok=True)
    (out_folder / MANIFEST).unlink(missing_ok=True)  # a folder half written is no model
    onnx.save(build(state, shape, form, smoothing), str(out_folder / "model.onnx"))
    write_json(out_folder / "tokenizer.json", shrink_tokenizer(model_folder / "tokenizer.json"))
    write_json(out_folder / "config.json", _settings(model_folder, config, name, form))
    (out_folder / "README.md").write_text(card or f"# {name}\n", "utf-8")
    if licence is not None:
        shutil.copyfile(licence, out_folder / "LICENSE")
    write_manifest(out_folder)


def require_exportable(model_folder: Path) -> None:
    """Check that a sentence-transformers folder holds what the graph can express.

    Raises:
        InputError: It holds another kind of network or tokenizer, or no model.
    """
    try:
        config = _read_json(model_folder / "config.json")
        tokenizer = _read_json(model_folder / "tokenizer.json")
        parts = [part["type"].rpartition(".")[2] for part in _read_json(model_folder / "modules.json")]
        pooling = _read_json(model_folder / "1_Pooling" / "config.json") if "Pooling" in parts else {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"model_folder must be the folder of a sentence-transformers model; {model_folder}") from error
    wrong = [
        what
        for what, right in (
            (f"model_type {config.get('model_type')!r} (allowed: bert)", config.get("model_type") == "bert"),
            (f"hidden_act {config.get('hidden_act')!r} (allowed: gelu)", config.get("hidden_act") == "gelu"),
            (
                f"parts {parts} (allowed: Transformer, Pooling, Normalize)",
                parts[:2] == ["Transformer", "Pooling"] and parts[2:] in ([], ["Normalize"]),
            ),
            ("pooling (allowed: mean)", _is_mean(pooling)),
            (
                f"tokenizer {tokenizer['model'].get('type')!r} (allowed: Unigram)",
                tokenizer["model"].get("type") == "Unigram",
            ),
        )
        if not right
    ]
    if wrong:
        raise InputError(
            f"the model in {model_folder} cannot be exported: {'; '.join(wrong)}; "
            "it can be served as SentenceTransformerEncoder"
        )


def _is_mean(pooling: Mapping[str, Any]) -> bool:
    modes = [key for key, value in pooling.items() if key.startswith("pooling_mode_") and value is True]
    return pooling.get("pooling_mode") == "mean" or modes == ["pooling_mode_mean_tokens"]


def read_state(model_folder: Path) -> dict[str, Floats]:
    """Tensors of the network in float32, named from ``embeddings.`` or ``encoder.`` on.

    Raises:
        InputError: ``model.safetensors`` holds no BERT.
    """
    from safetensors.numpy import load_file

    state = {}
    for name, values in load_file(model_folder / "model.safetensors").items():
        for start in ("embeddings.", "encoder.layer."):
            if start in name:
                state[name[name.index(start) :]] = values.astype(np.float32)
    if "embeddings.word_embeddings.weight" not in state:
        raise InputError(f"model_folder must hold a BERT; model.safetensors in {model_folder} holds none")
    return state


def shrink_tokenizer(path: Path) -> dict[str, Any]:
    """The tokenizer without what the encoder does not need, and deaf to special tokens that a customer types.

    Specials are no added tokens any more, and their pieces begin with a character that no normalised text holds, so
    ``<s>`` in a text is read as three characters.
    """
    tokenizer: dict[str, Any] = _read_json(path)
    tokenizer.update(added_tokens=[], truncation=None, padding=None)
    tokenizer["model"]["vocab"] = [
        [UNREACHABLE + piece if piece in SPECIALS else piece, score] for piece, score in tokenizer["model"]["vocab"]
    ]
    return tokenizer


def _settings(model_folder: Path, config: Mapping[str, Any], name: str, form: str) -> dict[str, Any]:
    stated = model_folder / "config_sentence_transformers.json"
    prompts = (_read_json(stated) if stated.is_file() else {}).get("prompts") or {}
    return {
        "name": name,
        "dimension": config["hidden_size"],
        "query_prefix": prompts.get("query") or "",
        "passage_prefix": prompts.get("passage") or prompts.get("document") or "",
        "max_tokens": MAX_TOKENS,
        "positions": config["max_position_embeddings"],
        "pad_id": config["pad_token_id"],
        "pooling": "mean",
        "form": form,
    }


def _read_json(path: Path) -> Any:  # noqa: ANN401 - whatever stands in it
    return json.loads(path.read_text("utf-8"))


def write_json(path: Path, content: object) -> None:
    """Compact JSON, the same bytes for the same content."""
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


def write_manifest(folder: Path) -> None:
    """Write ``manifest.json``: size and sha256 of every other file, and the hash of all that decides a vector."""
    files = {
        path.name: {"size": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != MANIFEST
    }
    fingerprint = fingerprint_of({name: str(files[name]["sha256"]) for name in FILES})
    content = {"format": FORMAT, "kind": KIND, "fingerprint": fingerprint, "files": files}
    (folder / MANIFEST).write_text(json.dumps(content, indent=1) + "\n", "utf-8")
