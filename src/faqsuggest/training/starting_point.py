"""Where tuning starts and what it hands back: an encoder as a trainable folder, and a trained folder as an encoder."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faqsuggest.encoders import CachedEncoder, Encoder, OnnxEncoder, SentenceTransformerEncoder, load_encoder
from faqsuggest.encoders.shipped import MANIFEST, shipped_folder
from faqsuggest.errors import InputError, MissingPackageError
from faqsuggest.training.onnx_export.export import export, require_exportable, write_manifest
from faqsuggest.training.onnx_export.restore import restore

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

CARD = "README.md"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """An encoder that can be tuned.

    Attributes:
        encoder: What is compared with, as it is served now.
        model: What is trained, where ``encoder`` is a sentence-transformers model; None for exported ones.
    """

    encoder: OnnxEncoder | SentenceTransformerEncoder
    model: str | Path | None

    @classmethod
    def of(cls, encoder: str | Path | Encoder) -> StartingPoint:
        """Find out what kind of encoder it is; a cache around it is taken off.

        Raises:
            InputError: It is of a kind that cannot be tuned.
        """
        found = load_encoder(encoder)
        while isinstance(found, CachedEncoder):
            found = found.encoder
        if isinstance(found, OnnxEncoder):
            return cls(found, None)
        if isinstance(found, SentenceTransformerEncoder):
            return cls(found, found.model)
        raise InputError(
            "encoder of fine_tune must be 'default', the folder of an exported or sentence-transformers model, or an "
            f"OnnxEncoder or SentenceTransformerEncoder; got {found.name!r}, which has no network to tune"
        )

    def plain(self) -> OnnxEncoder | SentenceTransformerEncoder:
        """The same encoder under a name that no learnt order and no confidence belong to."""
        return self.opened(self._onnx_folder()) if self.model is None else self.encoder

    def trainable(self, folder: Path) -> str | Path:
        """A sentence-transformers folder or hub name; an exported model is restored into ``folder``."""
        require_training()
        if self.model is not None:
            return self.model
        restore(self._onnx_folder(), folder)
        return folder

    def serve(self, model: SentenceTransformer, folder: Path, card: str) -> OnnxEncoder | SentenceTransformerEncoder:
        """Write a trained network to ``folder`` and open it: exported where the graph can express it."""
        shutil.rmtree(folder, ignore_errors=True)
        trained = folder.with_name(f"{folder.name}-trained")
        model.save(str(trained), create_model_card=False)
        try:
            require_exportable(trained)
        except InputError as error:
            log.info("the tuned model stays a sentence-transformers model: %s", error)
            trained.rename(folder)
            write_card(folder, card)
            return self.opened(folder)
        licence = self._onnx_folder() / "LICENSE" if self.model is None else Path("")
        export(trained, folder, name="tuned", card=card, licence=licence if licence.is_file() else None)
        shutil.rmtree(trained)
        return self.opened(folder)

    def opened(self, folder: Path) -> OnnxEncoder | SentenceTransformerEncoder:
        """The encoder in a model folder, with the options of the one it started from."""
        if (folder / MANIFEST).is_file():
            options = self.encoder.get_params() if isinstance(self.encoder, OnnxEncoder) else {}
            return OnnxEncoder(**{**options, "folder": folder})
        return SentenceTransformerEncoder(**{**self.encoder.get_params(), "model": folder})

    def _onnx_folder(self) -> Path:
        folder: Any = self.encoder.get_params()["folder"]
        return shipped_folder() if folder is None else Path(folder)


def write_card(folder: Path, card: str) -> None:
    """Replace the card of a model folder; the fingerprint of an exported one does not depend on it."""
    (folder / CARD).write_text(card, "utf-8")
    if (folder / MANIFEST).is_file():
        write_manifest(folder)


def require_training(purpose: str = "fine_tune") -> None:
    """Check that what training imports is installed.

    Args:
        purpose: What needs it, for the message.

    Raises:
        MissingPackageError: A package of the extra ``train`` is not.
    """
    for package, module in (("torch", "torch"), ("sentence-transformers", "sentence_transformers"), ("onnx", "onnx")):
        try:
            __import__(module)
        except ImportError as error:
            raise MissingPackageError(package, "train", purpose) from error
