"""A sentence-transformers folder becomes the folder that ``OnnxEncoder`` reads."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .graph import Shape, build
from .smooth import find_smoothing

FORMAT = 1
FORM = "rows8"
MAX_TOKENS = 256  # of a text, unless the encoder is told otherwise; the positions reach further
LICENSE = Path(__file__).with_name("LICENSE.model")
SPECIALS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
# The normaliser deletes this character, so no text can hold a piece that begins with it.
UNREACHABLE = "\u0001"


def export(model_folder: Path, out_folder: Path, *, form: str = FORM, name: str = "default", card: str = "") -> None:
    """Write ``model.onnx``, ``tokenizer.json``, ``config.json``, the card, the licence and the manifest.

    The folder may hold any BERT with mean pooling and a Unigram tokenizer, tuned or not. Its table of words is stored
    in 4-bit blocks: exact when the table was frozen in training, an approximation otherwise.
    """
    import onnx
    from tokenizers import Tokenizer

    config = json.loads((model_folder / "config.json").read_text("utf-8"))
    shape = Shape(config["num_hidden_layers"], config["num_attention_heads"], config["layer_norm_eps"])
    state = read_state(model_folder)
    tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
    smoothing = find_smoothing(state, shape, tokenizer) if form == "rows8" else None
    out_folder.mkdir(parents=True, exist_ok=True)
    onnx.save(build(state, shape, form, smoothing), str(out_folder / "model.onnx"))
    write_json(out_folder / "tokenizer.json", shrink_tokenizer(model_folder / "tokenizer.json"))
    write_json(out_folder / "config.json", _settings(model_folder, config, name, form))
    (out_folder / "README.md").write_text(card or f"# {name}\n", "utf-8")
    shutil.copyfile(LICENSE, out_folder / "LICENSE")
    write_manifest(out_folder)


def read_state(model_folder: Path) -> dict[str, np.ndarray]:
    """Tensors of the network in float32, named from ``embeddings.`` or ``encoder.`` on."""
    from safetensors.numpy import load_file

    state = {}
    for name, values in load_file(model_folder / "model.safetensors").items():
        for start in ("embeddings.", "encoder.layer."):
            if start in name:
                state[name[name.index(start) :]] = values.astype(np.float32)
    if "embeddings.word_embeddings.weight" not in state:
        raise SystemExit(f"{model_folder}: model.safetensors holds no BERT")
    return state


def shrink_tokenizer(path: Path) -> dict:
    """The tokenizer without what the encoder does not need, and deaf to special tokens that a customer types.

    Specials are no added tokens any more, and their pieces begin with a character that no normalised text holds, so
    ``<s>`` in a text is read as three characters.
    """
    tokenizer = json.loads(path.read_text("utf-8"))
    tokenizer.update(added_tokens=[], truncation=None, padding=None)
    tokenizer["model"]["vocab"] = [
        [UNREACHABLE + piece if piece in SPECIALS else piece, score] for piece, score in tokenizer["model"]["vocab"]
    ]
    return tokenizer


def _settings(model_folder: Path, config: Mapping, name: str, form: str) -> dict:
    prompts = json.loads((model_folder / "config_sentence_transformers.json").read_text("utf-8"))["prompts"]
    return {
        "name": name,
        "dimension": config["hidden_size"],
        "query_prefix": prompts["query"],
        "passage_prefix": prompts.get("passage") or prompts["document"],
        "max_tokens": MAX_TOKENS,
        "positions": config["max_position_embeddings"],
        "pad_id": config["pad_token_id"],
        "pooling": "mean",
        "form": form,
    }


def write_json(path: Path, content: object) -> None:
    """Compact JSON, the same bytes for the same content."""
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


def write_manifest(folder: Path) -> None:
    """Write ``manifest.json``: size and sha256 of every other file, and the hash of all that decides a vector."""
    files = {
        path.name: {"size": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != "manifest.json"
    }
    deciding = [f"{name} {files[name]['sha256']}\n" for name in ("config.json", "model.onnx", "tokenizer.json")]
    fingerprint = hashlib.sha256(f"{FORMAT}\n{''.join(deciding)}".encode()).hexdigest()
    content = {"format": FORMAT, "kind": "onnx-encoder", "fingerprint": fingerprint, "files": files}
    (folder / "manifest.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
