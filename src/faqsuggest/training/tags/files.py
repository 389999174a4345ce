"""A fitted tagger as files, and back: JSON and plain arrays, nothing that could run code.

tagger.json           tags, their form and counts, calibration, thresholds
head.npy, centre.npy  weights (the bias as last row) and the mean of the vectors
neighbours.npy, neighbour_tags.npy, neighbour_keys.npy   of the texts that vote, where any do: their features as
                      half-precision directions, their tags, and hashes by which they can be forgotten
characters/, character_centre.npy    only with character n-grams
encoder/              only where the encoder itself is learnt from the texts
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from faqsuggest.encoders import CharNgramEncoder, Encoder, load_encoder
from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, InputError
from faqsuggest.store.arrays import read_array, read_json, write_array, write_json
from faqsuggest.training.tags.calibration import TagCalibration
from faqsuggest.training.tags.features import Block, Features
from faqsuggest.training.tags.head import Head
from faqsuggest.training.tags.model import TagModel
from faqsuggest.training.tags.neighbours import Neighbours
from faqsuggest.training.tags.selection import BEGIN, GRID
from faqsuggest.training.tags.thresholds import TagThresholds

if TYPE_CHECKING:
    from faqsuggest.training.tags.suggester import TagSuggester

KIND = "tagger"
CUSTOM = "custom"
"""Stands for an encoder that is an object of the caller's own."""
FORMAT = 2
"""Of ``tagger.json``; 1 had no neighbours, and is still read."""
_NAME = "tagger.json"


def facts_of(tagger: TagSuggester) -> dict[str, Any]:
    """What a manifest must say about a fitted tagger, beside the files of ``write_tagger``."""
    spec, encoder = tagger.encoder, tagger.encoder_
    named: str | None = str(spec) if isinstance(spec, (str, Path)) else CUSTOM
    if encoder is None:
        named = None
    elif encoder.name == CharNgramEncoder.name:
        named = CharNgramEncoder.name
    kept = {key: value for key, value in tagger.get_params().items() if key in ("precision", "characters", "seed")}
    tags = None if tagger.tags is None else list(tagger.tags)
    fingerprint = "" if encoder is None else encoder.fingerprint
    return {"encoder": named, "fingerprint": fingerprint, "parameters": {**kept, "tags": tags}}


def write_tagger(folder: Path, tagger: TagSuggester) -> None:
    """Write all that a fitted tagger learnt into ``folder``, which is empty."""
    model, encoder = tagger.model_, tagger.encoder_
    features, calibration, thresholds = model.features, model.calibration, model.thresholds
    characters = features.characters
    content = {
        "format": FORMAT,
        "classes": model.classes.tolist(),
        "without_data": list(model.without_data),
        "examples": model.examples.tolist(),
        "form": model.form,
        "always": model.always,
        "exclusive": model.head.exclusive,
        "scale": features.block.scale,
        "character_scale": features.character_block.scale if features.character_block else None,
        "share": features.share,
        "c": model.c,
        "sharpness": model.neighbours.sharpness,
        "weight": model.neighbours.weight,
        "slope": calibration.slope.tolist(),
        "offset": calibration.offset.tolist(),
        "own": calibration.own.tolist(),
        "learnt": calibration.learnt,
        "precision": thresholds.precision,
        "thresholds": thresholds.values.tolist(),
        "thresholds_own": thresholds.own.tolist(),
        "guaranteed": thresholds.guaranteed.tolist(),
        "cut": model.cut,
        "usual": model.usual.tolist(),
    }
    write_json(folder / _NAME, content)
    write_array(folder / "head.npy", np.vstack([model.head.weights, model.head.bias]))
    write_array(folder / "centre.npy", features.block.centre)
    if characters is not None and features.character_block is not None:
        characters.save(folder / "characters")
        write_array(folder / "character_centre.npy", features.character_block.centre)
    if len(model.neighbours.rows):
        write_array(folder / "neighbours.npy", model.neighbours.rows.astype(np.float16))
        write_array(folder / "neighbour_tags.npy", model.neighbours.table.astype(np.bool_))
        write_array(folder / "neighbour_keys.npy", model.neighbours.keys)
    learnt = getattr(encoder, "encoder", encoder)  # behind a cache
    if isinstance(learnt, CharNgramEncoder):
        learnt.save(folder / "encoder")


def read_model(folder: Path) -> TagModel:
    """Read what ``write_tagger`` wrote, all but the encoder.

    Raises:
        CorruptStoreError: A file is missing, damaged or foreign, or the files do not belong together.
        IncompatibleStoreError: A later version of the library wrote them.
    """
    content = read_json(folder / _NAME)
    if content.get("format", 1) not in (1, FORMAT):
        raise IncompatibleStoreError(
            f"the tagger of {folder} has format {content['format']}, this version reads 1 and {FORMAT}: install the "
            "version that saved it, or fit and save again"
        )
    head, centre = read_array(folder / "head.npy"), read_array(folder / "centre.npy")
    try:
        features = _features(folder, content, centre)
        model = TagModel(
            classes=np.array(content["classes"]),
            without_data=tuple(content["without_data"]),
            examples=np.array(content["examples"], dtype=np.int64),
            form=content["form"],
            always=bool(content["always"]),
            c=float(content.get("c", GRID[BEGIN])),
            features=features,
            head=Head(weights=head[:-1], bias=head[-1], exclusive=bool(content["exclusive"])),
            neighbours=_neighbours(folder, content, head.shape[1]),
            calibration=TagCalibration(
                slope=_floats(content["slope"]),
                offset=_floats(content["offset"]),
                own=np.array(content["own"], dtype=bool),
                learnt=bool(content["learnt"]),
            ),
            thresholds=TagThresholds(
                precision=float(content["precision"]),
                values=_floats(content["thresholds"]),
                own=np.array(content["thresholds_own"], dtype=bool),
                guaranteed=np.array(content["guaranteed"], dtype=bool),
            ),
            cut=float(content["cut"]),
            usual=_floats(content["usual"]),
        )
        _check(model)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise CorruptStoreError(
            f"the files of {folder} are no whole tagger; restore the folder from a copy, or fit and save again"
        ) from error
    return model


def read_encoder(folder: Path, facts: Mapping[str, Any], spec: str | Path | Encoder | None) -> Encoder | None:
    """The encoder that a saved tagger needs; None for one that takes vectors.

    Raises:
        InputError: The saved encoder was an object of the caller's own and none is given.
        IncompatibleStoreError: The encoder at hand makes other vectors than those learnt from.
    """
    named = facts["encoder"]
    if named is None:
        return None
    if spec is None and named == CUSTOM:
        raise InputError("this tagger was saved with an encoder of your own; pass it to load as encoder=…")
    if spec is None and named == CharNgramEncoder.name:
        encoder: Encoder = CharNgramEncoder.load(folder / "encoder")
    else:
        encoder = load_encoder(named if spec is None else spec)
    if encoder.fingerprint != facts["fingerprint"]:
        raise IncompatibleStoreError(
            f"learnt with an encoder of fingerprint {facts['fingerprint'][:12]}, but {encoder.name} here "
            f"has {encoder.fingerprint[:12]}: install the version that it was learnt with, or fit again"
        )
    return encoder


def _features(folder: Path, content: Mapping[str, Any], centre: NDArray[Any]) -> Features:
    block = Block(centre=centre, scale=float(content["scale"]))
    if content["character_scale"] is None:
        return Features(block=block)
    return Features(
        block=block,
        characters=CharNgramEncoder.load(folder / "characters"),
        character_block=Block(
            centre=read_array(folder / "character_centre.npy"), scale=float(content["character_scale"])
        ),
        share=float(content["share"]),
    )


def _neighbours(folder: Path, content: Mapping[str, Any], tags: int) -> Neighbours:
    weight, sharpness = float(content.get("weight", 0)), float(content.get("sharpness", 1))
    # The votes of all may have been forgotten since.
    if not weight or not (folder / "neighbours.npy").exists():
        none = np.zeros((0, 0), dtype=np.float32)
        keys = np.zeros(0, dtype="S64")
        return Neighbours(rows=none, table=none.reshape(0, tags), keys=keys, sharpness=sharpness, weight=weight)
    return Neighbours(
        rows=read_array(folder / "neighbours.npy").astype(np.float32),
        table=read_array(folder / "neighbour_tags.npy").astype(np.float32),
        keys=read_array(folder / "neighbour_keys.npy"),
        sharpness=sharpness,
        weight=weight,
    )


def _check(model: TagModel) -> None:
    tags, width = len(model.classes), len(model.features.block.centre)
    if model.features.character_block is not None:
        width += len(model.features.character_block.centre)
    shapes = {
        len(each)
        for each in (
            model.examples,
            model.head.bias,
            model.calibration.slope,
            model.calibration.offset,
            model.calibration.own,
            model.thresholds.values,
            model.thresholds.own,
            model.thresholds.guaranteed,
        )
    }
    if shapes != {tags} or model.head.weights.shape != (width, tags) or not np.isfinite(model.head.weights).all():
        raise ValueError("parts that do not fit together")
    near = model.neighbours
    if len(near.rows) and not (
        near.rows.shape == (len(near.keys), width)
        and near.table.shape == (len(near.keys), tags)
        and np.isfinite(near.rows).all()
    ):
        raise ValueError("neighbours that do not fit the head")


def _floats(values: list[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)
