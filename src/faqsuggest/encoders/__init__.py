"""Texts to vectors, behind one protocol.

``base`` is the protocol, ``onnx`` the shipped model and any other that was exported, ``sentence_transformers`` any
model of that library, ``char_ngrams`` needs no model at all, ``cache`` remembers vectors. ``load_encoder`` finds the
right one.
"""

from __future__ import annotations

from pathlib import Path

from faqsuggest.encoders.base import Encoder
from faqsuggest.encoders.cache import CachedEncoder
from faqsuggest.encoders.char_ngrams import CharNgramEncoder
from faqsuggest.encoders.onnx import OnnxEncoder
from faqsuggest.encoders.sentence_transformers import SentenceTransformerEncoder, is_model_folder
from faqsuggest.encoders.shipped import MANIFEST
from faqsuggest.errors import InputError

__all__ = [
    "CachedEncoder",
    "CharNgramEncoder",
    "Encoder",
    "OnnxEncoder",
    "SentenceTransformerEncoder",
    "load_encoder",
]


def load_encoder(spec: str | Path | Encoder = "default", *, threads: int = 1) -> Encoder:
    """The encoder that ``spec`` names; nothing is opened before the first text.

    Args:
        spec: One of
            ``"default"``, the model shipped with the library;
            ``"char-ngrams"``, characters only, to be fitted;
            a folder that ``models.build`` exported;
            a folder of a sentence-transformers model, or a name of one on the model hub with a slash in it, such as
            ``"intfloat/multilingual-e5-base"``: the only choice that uses the network;
            an encoder, which is returned as it is.
        threads: Threads of the default and of exported models.

    Raises:
        InputError: ``spec`` names nothing known.

    Example:
        >>> load_encoder("char-ngrams").name
        'char-ngrams'
    """
    if not isinstance(spec, (str, Path)):
        # Not isinstance(spec, Encoder): that would open the model to see whether it has a dimension.
        if all(callable(getattr(spec, method, None)) for method in ("fit", "encode_queries", "encode_passages")):
            return spec
        raise _unknown(type(spec).__name__)
    if spec == "default":
        return OnnxEncoder(threads=threads)
    if spec == CharNgramEncoder.name:
        return CharNgramEncoder()
    folder = Path(spec)
    if (folder / MANIFEST).is_file():
        return OnnxEncoder(folder, threads=threads)
    if folder.is_dir():
        if is_model_folder(folder):
            return SentenceTransformerEncoder(folder)
        raise _unknown(f"the folder {str(spec)!r}, which holds neither kind of model")
    if isinstance(spec, str) and _is_hub_name(spec):
        return SentenceTransformerEncoder(spec)
    raise _unknown(repr(str(spec)))


def _is_hub_name(spec: str) -> bool:
    parts = spec.split("/")
    return len(parts) == 2 and all(part and part[0].isalnum() for part in parts)


def _unknown(came: str) -> InputError:
    return InputError(
        "encoder must be 'default', 'char-ngrams', the folder of an exported or sentence-transformers model, a hub "
        f"name such as 'intfloat/multilingual-e5-base', or an encoder; got {came}"
    )
