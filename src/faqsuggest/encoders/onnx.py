"""The shipped encoder, and any model that ``models.build`` exported: onnxruntime and tokenizers, no torch."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqsuggest.encoders.estimator import TextTransformer
from faqsuggest.encoders.shipped import Settings, read_manifest, read_settings, shipped_folder, verify
from faqsuggest.encoders.texts import TEXT_RULES, prepare
from faqsuggest.errors import CorruptStoreError, InputError
from faqsuggest.progress import progress

Vectors = NDArray[np.float32]

CHARACTERS_PER_TOKEN = 16
"""Longest piece of a vocabulary: more characters than this per token are never read, so they are cut beforehand."""
MIN_TOKENS = 8
BATCH_TOKENS = 512
"""Tokens of a batch, padding included: more makes nothing faster and takes memory that stays taken."""


@dataclass(frozen=True)
class _Opened:
    """A verified model in the memory of one process."""

    process: int
    session: Any
    tokenizer: Any
    settings: Settings
    max_tokens: int


class OnnxEncoder(TextTransformer):
    """Texts to unit vectors with a quantised transformer, on the CPU.

    The model is opened, and the sha256 of its files checked, at the first call, and again in a process forked later.
    Vectors do not depend on the batch, the number of threads or the process: activations are quantised per token.
    Public.

    Args:
        folder: A folder with a ``manifest.json``, as ``models.build`` writes it; None is the shipped model.
        threads: Threads for one batch. One is fastest where other work shares the cores.
        batch_size: Most texts encoded at once; texts of like length stand together. Changes speed and memory only.
        max_tokens: Pieces read of a text, prefix and the two ends included; None takes the model's own number (256).
            What lies beyond is cut.

    Example:
        >>> import numpy as np
        >>> encoder = OnnxEncoder()
        >>> asked = encoder.encode_queries(["Hvordan bytter jeg passord?"])
        >>> answers = encoder.encode_passages(["Så byter du lösenord", "Betala din faktura"])
        >>> int(np.argmax(asked @ answers.T))
        0
    """

    def __init__(
        self, folder: str | Path | None = None, *, threads: int = 1, batch_size: int = 8, max_tokens: int | None = None
    ) -> None:
        self.folder = folder
        self.threads = threads
        self.batch_size = batch_size
        self.max_tokens = max_tokens
        self.name = "default" if folder is None else f"onnx:{Path(folder).name}"
        self._opened: _Opened | None = None

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._open().settings.dimension

    @property
    def fingerprint(self) -> str:
        """Hash of the model's files, the length cap and the rules for texts; opens the manifest only."""
        folder = self._folder()
        model = read_manifest(folder)["fingerprint"]
        cap = self.max_tokens or read_settings(folder).max_tokens
        return hashlib.sha256(f"onnx {model} {cap} {TEXT_RULES}".encode()).hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of inquiries, of shape (len(texts), dimension); a row of zeros for a text without content.

        Raises:
            InputError: ``texts`` is one string or holds something else than strings, or a parameter is out of range.
            CorruptStoreError: A file of the model is damaged or missing.
        """
        opened = self._open()
        return self._encode(texts, opened.settings.query_prefix, opened)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of answers, titles and passages; otherwise as ``encode_queries``."""
        opened = self._open()
        return self._encode(texts, opened.settings.passage_prefix, opened)

    def _encode(self, texts: Sequence[str], prefix: str, opened: _Opened) -> Vectors:
        prepared = prepare(texts, opened.max_tokens * CHARACTERS_PER_TOKEN)
        vectors = np.zeros((len(prepared), opened.settings.dimension), dtype=np.float32)
        pieces = {i: opened.tokenizer.encode(prefix + text).ids for i, text in enumerate(prepared) if text}
        by_length = sorted(pieces, key=lambda i: (len(pieces[i]), i))
        batches = _batches(by_length, [len(pieces[i]) for i in by_length], self.batch_size)
        for rows in progress(batches, total=len(batches), label="encoding"):
            vectors[rows] = _run(opened, [pieces[i] for i in rows])
        return vectors

    def _folder(self) -> Path:
        return shipped_folder() if self.folder is None else Path(self.folder)

    def _open(self) -> _Opened:
        # A session does not survive a fork: its threads are not copied.
        if self._opened is None or self._opened.process != os.getpid():
            self._opened = self._load()
        return self._opened

    def _load(self) -> _Opened:
        for name in ("threads", "batch_size"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise InputError(f"{name} of OnnxEncoder must be a whole number of at least 1, got {value!r}")
        folder = self._folder()
        verify(folder)
        settings = read_settings(folder)
        cap = settings.max_tokens if self.max_tokens is None else self.max_tokens
        if not isinstance(cap, int) or not MIN_TOKENS <= cap <= settings.positions:
            allowed = f"from {MIN_TOKENS} to {settings.positions}"
            raise InputError(f"max_tokens of OnnxEncoder must be a whole number {allowed} for this model, got {cap!r}")
        return _Opened(os.getpid(), _session(folder, self.threads), _tokenizer(folder, cap), settings, cap)

    def _forget(self) -> None:
        self._opened = None
        self.name = "default" if self.folder is None else f"onnx:{Path(self.folder).name}"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_opened": None}


def _batches(rows: list[int], lengths: list[int], most: int) -> list[list[int]]:
    """``rows``, whose lengths rise, in runs of at most ``most`` rows and BATCH_TOKENS tokens, padding included."""
    batches: list[list[int]] = []
    for row, length in zip(rows, lengths, strict=True):
        if not batches or len(batches[-1]) == most or (len(batches[-1]) + 1) * length > BATCH_TOKENS:
            batches.append([])
        batches[-1].append(row)
    return batches


def _run(opened: _Opened, pieces: list[list[int]]) -> Vectors:
    length = max(map(len, pieces))
    ids = np.full((len(pieces), length), opened.settings.pad_id, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, given in enumerate(pieces):
        ids[row, : len(given)] = given
        mask[row, : len(given)] = 1
    vectors: Vectors = opened.session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
    return vectors


def _session(folder: Path, threads: int) -> Any:  # noqa: ANN401 - onnxruntime has no types
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # The graph is written as it should run; further fusion makes it slower (training/onnx_export/graph.py).
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common class of their own
        raise CorruptStoreError(
            f"{folder / 'model.onnx'} cannot be run by onnxruntime {onnxruntime.__version__}; "
            "upgrade onnxruntime (pip install -U onnxruntime) or build the model again"
        ) from error


def _tokenizer(folder: Path, max_tokens: int) -> Any:  # noqa: ANN401 - tokenizers has no types
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
