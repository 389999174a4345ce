"""Any sentence-transformers model, by folder or by hub name; needs the extra ``train`` (torch)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqsuggest.encoders.estimator import TextTransformer
from faqsuggest.encoders.texts import TEXT_RULES, prepare, unit_rows
from faqsuggest.errors import InputError, MissingPackageError
from faqsuggest.progress import progress

Vectors = NDArray[np.float32]

CHARACTERS_PER_TOKEN = 16
CONFIGURED = ("modules.json", "config_sentence_transformers.json", "config.json")
"""A folder that holds one of these is taken for a sentence-transformers model."""

_CHUNK = 1 << 20


class SentenceTransformerEncoder(TextTransformer):
    """Texts to unit vectors with a model of the package sentence-transformers.

    The model is opened at the first call. A folder is opened without any connection; a name is looked up on the model
    hub, which downloads it: the network is used because the caller named a hub model, and for nothing else. Prompts
    named ``query`` and ``passage`` (or ``document``) in the model's configuration are put in front, unless given here.
    Public.

    Args:
        model: A folder or a name on the hub.
        device: Of torch: "cpu", "cuda"; None lets sentence-transformers choose.
        batch_size: Texts encoded at once.
        max_tokens: Pieces read of a text; None takes the model's own number.
        query_prefix: Text in front of every inquiry; None takes the model's own prompt.
        passage_prefix: Text in front of every answer; None takes the model's own prompt.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        device: str | None = None,
        batch_size: int = 32,
        max_tokens: int | None = None,
        query_prefix: str | None = None,
        passage_prefix: str | None = None,
    ) -> None:
        self.model = model
        self.device = device
        self.batch_size = batch_size
        self.max_tokens = max_tokens
        self.query_prefix = query_prefix
        self.passage_prefix = passage_prefix
        self.name = f"sentence-transformers:{Path(model).name}"
        self._network: Any = None

    @property
    def network(self) -> Any:  # noqa: ANN401 - sentence_transformers.SentenceTransformer
        """The opened ``SentenceTransformer``, for training and export.

        Raises:
            MissingPackageError: sentence-transformers is not installed.
            InputError: The model cannot be opened.
        """
        if self._network is None:
            self._network = self._open()
        return self._network

    @property
    def dimension(self) -> int:
        """Length of a vector; opens the model."""
        network = self.network
        # Renamed in sentence-transformers 5.4; both names are in use.
        ask = getattr(network, "get_embedding_dimension", None) or network.get_sentence_embedding_dimension
        return int(ask())

    @property
    def fingerprint(self) -> str:
        """Hash of the weights, the vocabulary, the prompts and the length cap; opens the model."""
        digest = hashlib.sha256(f"sentence-transformers {TEXT_RULES} {self._prefixes()} {self._cap()}".encode())
        for name, values in sorted(self.network.state_dict().items()):
            digest.update(name.encode())
            digest.update(values.detach().float().cpu().numpy().tobytes())
        vocabulary = self.network.tokenizer.get_vocab()
        digest.update("\n".join(f"{piece} {i}" for piece, i in sorted(vocabulary.items())).encode())
        return digest.hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of inquiries, of shape (len(texts), dimension); a row of zeros for a text without content.

        Raises:
            InputError: ``texts`` is one string or holds something else than strings, or the model cannot be opened.
            MissingPackageError: sentence-transformers is not installed.
        """
        return self._encode(texts, self._prefixes()[0])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of answers, titles and passages; otherwise as ``encode_queries``."""
        return self._encode(texts, self._prefixes()[1])

    def _encode(self, texts: Sequence[str], prefix: str) -> Vectors:
        specials = _special_pattern(self.network.tokenizer)
        prepared = [specials.sub(_split_special, text) for text in prepare(texts, self._cap() * CHARACTERS_PER_TOKEN)]
        vectors = np.zeros((len(prepared), self.dimension), dtype=np.float32)
        by_length = sorted((i for i, text in enumerate(prepared) if text), key=lambda i: (len(prepared[i]), i))
        starts = range(0, len(by_length), self.batch_size)
        for start in progress(starts, total=len(starts), label="encoding"):
            rows = by_length[start : start + self.batch_size]
            batch = [prefix + prepared[i] for i in rows]
            found = self.network.encode(
                batch, prompt="", batch_size=self.batch_size, convert_to_numpy=True, show_progress_bar=False
            )
            vectors[rows] = unit_rows(found)
        return vectors

    def _prefixes(self) -> tuple[str, str]:
        prompts = self.network.prompts or {}
        passage = prompts.get("passage") or prompts.get("document") or ""
        return (
            prompts.get("query", "") if self.query_prefix is None else self.query_prefix,
            passage if self.passage_prefix is None else self.passage_prefix,
        )

    def _cap(self) -> int:
        return int(self.max_tokens or self.network.max_seq_length or 512)

    def _open(self) -> Any:  # noqa: ANN401 - sentence_transformers.SentenceTransformer
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            purpose = "an encoder from a sentence-transformers model"
            raise MissingPackageError("sentence-transformers", "train", purpose) from error
        is_folder = Path(self.model).is_dir()
        try:
            network = SentenceTransformer(str(self.model), device=self.device, local_files_only=is_folder)
        except (OSError, ValueError, KeyError) as error:
            raise InputError(
                f"model of SentenceTransformerEncoder must be the folder of a sentence-transformers model or a name on "
                f"the model hub; {str(self.model)!r} could not be opened ({type(error).__name__}); "
                "check the spelling, and the connection if it is a name"
            ) from error
        if self.max_tokens is not None:
            network.max_seq_length = self.max_tokens
        return network.eval()

    def _forget(self) -> None:
        self._network = None
        self.name = f"sentence-transformers:{Path(self.model).name}"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_network": None}


def is_model_folder(folder: Path) -> bool:
    """Whether a folder looks like a sentence-transformers model."""
    return any((folder / name).is_file() for name in CONFIGURED)


def _special_pattern(tokenizer: Any) -> re.Pattern[str]:  # noqa: ANN401 - of transformers
    specials = sorted(set(tokenizer.all_special_tokens) | {"<mask>"}, key=lambda token: (-len(token), token))
    return re.compile("|".join(map(re.escape, specials)))


def _split_special(match: re.Match[str]) -> str:
    # A customer who types "</s>" must not end the text: a space after the first character makes it plain text.
    return f"{match.group()[0]} {match.group()[1:]}"
