"""Characters in place of a model: TF-IDF over runs of 3 to 5 characters, reduced by a singular value decomposition."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.encoders.estimator import TextTransformer
from faqsuggest.encoders.texts import TEXT_RULES, prepare, unit_rows
from faqsuggest.errors import CorruptStoreError, InputError, NotFittedError

Vectors = NDArray[np.float32]

FORMAT = 1
SETTINGS = "encoder.json"
ARRAYS = "encoder.npz"
MAX_CHARACTERS = 8_192
"""Of a text: what lies beyond is cut."""


class CharNgramEncoder(TextTransformer):
    """Texts to unit vectors by the characters that they share; learns from the texts it is fitted on, needs no model.

    Strong on Nordic compounds and inflection, blind to synonyms and to other languages. Small n-grams inside words
    ("char_wb"), term counts damped by a logarithm, then the directions of largest variance (Deerwester et al. 1990,
    latent semantic analysis). A text none of whose n-grams was seen in ``fit`` has a row of zeros. Public.

    Args:
        components: Largest length of a vector; fewer texts or n-grams than that make it shorter.
        max_features: N-grams kept, most frequent first.
        seed: Of the randomised decomposition.

    Example:
        >>> encoder = CharNgramEncoder().fit(["Glömt lösenord", "Betala faktura", "Byta adress"])
        >>> similar = encoder.encode_queries(["lösenordet är glömt"]) @ encoder.encode_passages(["Glömt lösenord"]).T
        >>> bool(similar[0, 0] > 0.7)
        True
    """

    name = "char-ngrams"

    def __init__(self, *, components: int = 256, max_features: int = 100_000, seed: int = 0) -> None:
        self.components = components
        self.max_features = max_features
        self.seed = seed

    @property
    def dimension(self) -> int:
        """Length of a vector: ``components`` before ``fit``, what the texts allowed afterwards."""
        return len(self.components_) if hasattr(self, "components_") else self.components

    def fit(self, texts: Sequence[str], y: object = None) -> Self:
        """Learn n-grams, their weights and the directions from ``texts``. Returns self.

        Raises:
            InputError: A parameter is out of range, or no text has any content.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer

        for name, value in self.get_params().items():
            if not isinstance(value, int) or value < (0 if name == "seed" else 1):
                raise InputError(f"{name} of CharNgramEncoder must be a positive whole number, got {value!r}")
        prepared = [text for text in prepare(texts, MAX_CHARACTERS) if text]
        if not prepared:
            raise InputError(
                f"texts of CharNgramEncoder.fit must hold at least one text with content; none of {len(texts)} has any"
            )
        vectoriser = TfidfVectorizer(**_OPTIONS, max_features=self.max_features)
        self._keep(vectoriser, self._directions(vectoriser.fit_transform(prepared)), self._hash(prepared))
        return self

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of inquiries, of shape (len(texts), dimension); a row of zeros for a text without known n-grams.

        Raises:
            InputError: ``texts`` is one string or holds something else than strings.
            NotFittedError: ``fit`` was not called.
        """
        if not hasattr(self, "components_"):
            raise NotFittedError("CharNgramEncoder must be fitted before it encodes; call fit(texts) first")
        prepared = prepare(texts, MAX_CHARACTERS)
        if not prepared:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return unit_rows(self._vectoriser.transform(prepared) @ self.components_.T)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """The same as ``encode_queries``: characters do not know who wrote them."""
        return self.encode_queries(texts)

    @property
    def fingerprint(self) -> str:
        """Hash of the parameters and of the texts that the encoder was fitted on.

        Raises:
            NotFittedError: ``fit`` was not called.
        """
        if not hasattr(self, "components_"):
            raise NotFittedError("CharNgramEncoder has no fingerprint before fit(texts)")
        return self.fitted_on_

    def save(self, folder: str | Path) -> None:
        """Write the fitted encoder into ``folder``: JSON and npz, nothing that could run code."""
        settings = {
            "format": FORMAT,
            "kind": self.name,
            "fingerprint": self.fingerprint,
            "checksum": _checksum(self.ngrams_, self.idf_, self.components_),
            "params": self.get_params(),
            "ngrams": self.ngrams_,
        }
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        (path / SETTINGS).write_text(json.dumps(settings, ensure_ascii=False), "utf-8")
        np.savez(path / ARRAYS, idf=self.idf_, components=self.components_)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """The encoder that ``save`` wrote.

        Raises:
            CorruptStoreError: A file is missing, damaged or of another kind.
        """
        path = Path(folder)
        try:
            settings = json.loads((path / SETTINGS).read_text("utf-8"))
            if (settings["kind"], settings["format"]) != (cls.name, FORMAT):
                raise ValueError("another kind or format")
            # Opened here, since numpy leaves a file open when it is no archive.
            with (path / ARRAYS).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                idf, components = arrays["idf"], arrays["components"]
            if _checksum(settings["ngrams"], idf, components) != settings["checksum"]:
                raise ValueError("the checksum does not agree")
            encoder = cls(**settings["params"])
            encoder._restore(settings["ngrams"], idf, components, str(settings["fingerprint"]))
        except Exception as error:  # a damaged archive fails in zipfile, zlib, struct or numpy
            raise CorruptStoreError(
                f"{path} holds no whole {cls.name} encoder: {SETTINGS} or {ARRAYS} is missing, damaged or of another "
                "version; restore the folder from a copy or fit again"
            ) from error
        return encoder

    def _directions(self, terms: Any) -> NDArray[np.float32]:  # noqa: ANN401 - a sparse matrix
        from sklearn.decomposition import TruncatedSVD

        rank = min(self.components, *terms.shape)
        if rank == min(terms.shape):
            # The randomised method needs fewer directions than rows; few texts are decomposed exactly.
            directions = np.linalg.svd(terms.toarray(), full_matrices=False)[2][:rank]
        else:
            directions = TruncatedSVD(rank, random_state=self.seed).fit(terms).components_
        return _fixed_signs(directions).astype(np.float32)

    def _hash(self, prepared: list[str]) -> str:
        rules = f"{self.name} {FORMAT} {TEXT_RULES} {sorted(self.get_params().items())}"
        return hashlib.sha256("\x00".join([rules, *prepared]).encode("utf-8")).hexdigest()

    def _keep(self, vectoriser: Any, components: NDArray[np.float32], fitted_on: str) -> None:  # noqa: ANN401
        self._vectoriser = vectoriser
        self.fitted_on_ = fitted_on
        self.ngrams_: list[str] = vectoriser.get_feature_names_out().tolist()
        self.idf_: NDArray[np.float64] = vectoriser.idf_
        self.components_ = components

    def _restore(
        self, ngrams: list[str], idf: NDArray[np.float64], components: NDArray[np.float32], fitted_on: str
    ) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectoriser = TfidfVectorizer(**_OPTIONS, vocabulary=ngrams)
        vectoriser.idf_ = idf
        self._keep(vectoriser, components, fitted_on)

    def _forget(self) -> None:
        for name in ("_vectoriser", "fitted_on_", "ngrams_", "idf_", "components_"):
            self.__dict__.pop(name, None)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "components_")


_OPTIONS: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (3, 5), "sublinear_tf": True, "dtype": np.float64}


def _checksum(ngrams: list[str], *arrays: NDArray[np.floating]) -> str:
    digest = hashlib.sha256(json.dumps(ngrams).encode("ascii"))
    for array in arrays:
        digest.update(f"{array.dtype}{array.shape}".encode("ascii") + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _fixed_signs(directions: NDArray[np.floating]) -> NDArray[np.floating]:
    """Each direction turned so that its entry of largest size is positive: a decomposition leaves the sign open."""
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(len(directions)), largest])
    turned: NDArray[np.floating] = directions * np.where(signs == 0, 1, signs)[:, None]
    return turned
