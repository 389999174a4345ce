"""A sentence-transformers folder of random weights: the same parts as the shipped model, only small."""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[2]))  # for the build of the models, which is no part of the package

from models.build.convert import write_sentence_transformer
from models.build.e5s1 import E5File

HIDDEN, LAYERS, FEED_FORWARD = 64, 2, 128
WORDS = "▁query ▁passage ▁hej ▁jag ▁har ▁lösenord ▁faktura ▁passord ▁pakke ▁lasku ▁invoice ▁Du ▁tack ▁konto et er en"
CHARACTERS = "abcdefghijklmnopqrstuvwxyzåäöæøéABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖ0123456789.,:;?!–-<>/[]()'\"مرحبا😀😡"


def tiny_source(seed=0):
    """What the packed file holds, with random weights and a handful of pieces."""
    random = np.random.default_rng(seed)
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -3.0)]
    pieces += [(word, -5.0 - i / 10) for i, word in enumerate(WORDS.split())]
    pieces += [(character, -8.0 - i / 100) for i, character in enumerate(sorted(set(CHARACTERS)))]
    pieces += [("<mask>", 0.0)]
    shapes = {"emb.word": len(pieces) * HIDDEN, "emb.pos": 512 * HIDDEN, "emb.type": 2 * HIDDEN}
    for layer in range(LAYERS):
        shapes |= {f"l{layer}.{name}.w": HIDDEN * HIDDEN for name in ("q", "k", "v", "ao")}
        shapes |= {f"l{layer}.{name}.b": HIDDEN for name in ("q", "k", "v", "ao", "fo")}
        shapes |= {f"l{layer}.fi.w": FEED_FORWARD * HIDDEN, f"l{layer}.fo.w": FEED_FORWARD * HIDDEN}
        shapes |= {f"l{layer}.fi.b": FEED_FORWARD}
    tensors = {name: random.normal(0, 0.15, size).astype(np.float32) for name, size in shapes.items()}
    for norm in ("emb.ln", *(f"l{layer}.{kind}" for layer in range(LAYERS) for kind in ("aln", "oln"))):
        tensors[f"{norm}.w"] = random.uniform(0.5, 1.5, HIDDEN).astype(np.float32)
        tensors[f"{norm}.b"] = random.normal(0, 0.1, HIDDEN).astype(np.float32)
    return E5File(HIDDEN, LAYERS, 2, FEED_FORWARD, 512, 2, 1e-12, pieces, tensors)


def write_tiny_model(folder, seed=0):
    """Write the folder and return the path of the model in it."""
    write_sentence_transformer(tiny_source(seed), folder)
    assert json.loads((folder / "model" / "config.json").read_text("utf-8"))["num_hidden_layers"] == LAYERS
    return folder / "model"
