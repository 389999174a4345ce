"""``TagSuggester``: tags for inquiries, learnt from tagged texts, each with a probability, or none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faqsuggest.encoders import CachedEncoder, CharNgramEncoder, Encoder, load_encoder
from faqsuggest.encoders.texts import prepare
from faqsuggest.errors import InputError, NotFittedError
from faqsuggest.parameters import Parameters
from faqsuggest.store.folder import Opened, load_folder, save_folder
from faqsuggest.text.normalise import MAX_CHARACTERS, content_hash
from faqsuggest.training.tags.files import KIND, facts_of, read_encoder, read_model, write_tagger
from faqsuggest.training.tags.inputs import checked_vectors, keys_of_vectors, known_vectors
from faqsuggest.training.tags.model import NOVEL, TagModel
from faqsuggest.training.tags.targets import Targets, read_rows, written

if TYPE_CHECKING:
    import pandas as pd

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedTag:
    """A tag that is offered.

    Attributes:
        tag: One of those learnt from.
        probability: That it is right.
        threshold: Lowest probability at which it is offered.
        guaranteed: Whether the threshold was proved on past texts; else it is the asked precision itself.
    """

    tag: Any
    probability: float
    threshold: float
    guaranteed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """What is offered for one text.

    Attributes:
        tags: The likeliest first; empty when none is sure enough, the text has no content or is of a new kind.
        novelty: Share of known texts that look less strange, 0 to 1.
        novel: Whether the text seems to be about something that no tag stands for; nothing is offered then.
    """

    tags: tuple[SuggestedTag, ...]
    novelty: float
    novel: bool

    @property
    def probabilities(self) -> dict[str, float]:
        """Probability by tag, as ``Router.assign`` takes them."""
        return {str(each.tag): each.probability for each in self.tags}

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready values."""
        return {"tags": [asdict(each) for each in self.tags], "novelty": self.novelty, "novel": self.novel}


class TagSuggester(Parameters):
    """Tags for inquiries from a closed set, each with a calibrated probability, or none where none is sure.

    A logistic head on the vectors of a frozen encoder, beside them character n-grams and votes of the nearest known
    texts where they pay: all is chosen on texts that were not learnt from. The same cross-fitted texts say what a
    probability is worth (Platt's map for each tag, held to a shared one while examples are few), which probability
    keeps ``precision``, and how strange a text may look. A tag without an example is never offered. One tag a text,
    several (lists or "a;b"), or an array of zeros and ones; tags come back as they were given. A scikit-learn
    classifier. Public.

    Args:
        encoder: What ``load_encoder`` takes; None when vectors are given in place of texts, shape (texts, dimension).
        precision: Share of the offered tags that must be right; above 0 and below 1.
        tags: The closed set; None for the tags that ``fit`` sees.
        characters: Whether to use character n-grams; None lets the texts decide.
        cache: Folder that keeps vectors between fits, so that a refit embeds only what is new.
        seed: Of all draws.

    Example:
        >>> texts = ["var är mitt paket", "paketet har inte kommit", "när kommer leveransen", "paket försenat"]
        >>> texts += ["fakturan är fel", "jag vill betala fakturan", "faktura saknas", "fel belopp på fakturan"]
        >>> tagger = TagSuggester(encoder="char-ngrams").fit(texts, ["leverans"] * 4 + ["faktura"] * 4)
        >>> tagger.predict(["mitt paket är försenat"]).tolist()
        ['leverans']
    """

    model_: TagModel
    encoder_: Encoder | None
    classes_: NDArray[Any]

    def __init__(
        self,
        *,
        encoder: str | Path | Encoder | None = "default",
        precision: float = 0.8,
        tags: Sequence[str] | None = None,
        characters: bool | None = None,
        cache: str | Path | None = None,
        seed: int = 0,
    ) -> None:
        self.encoder = encoder
        self.precision = precision
        self.tags = tags
        self.characters = characters
        self.cache = cache
        self.seed = seed

    def fit(
        self,
        texts: Any,  # noqa: ANN401 - see Args
        y: Any,  # noqa: ANN401
        *,
        vectors: ArrayLike | None = None,
        like: TagSuggester | None = None,
    ) -> Self:
        """Learn tags from texts. Returns self.

        Args:
            texts: Past inquiries; vectors when ``encoder`` is None.
            y: Their tags: one a text, lists, texts as "a;b", or an array of zeros and ones.
            vectors: Of the texts, as the encoder's ``encode_queries`` gives them, where they are known already.
            like: A tagger fitted on such texts, whose settings (penalty, characters, neighbours) are taken over instead
                of being chosen anew, which costs several fits.

        Raises:
            InputError: Texts and tags do not fit together, a tag is not in the closed set, or a parameter is wrong.
        """
        if not isinstance(self.precision, Real) or isinstance(self.precision, bool) or not 0 < self.precision < 1:
            raise InputError(f"precision of TagSuggester must be a number between 0 and 1, got {self.precision!r}")
        if not (self.characters is None or isinstance(self.characters, bool)):
            raise InputError(f"characters of TagSuggester must be True, False or None, got {self.characters!r}")
        encoder = self._opened()
        if encoder is None:
            given, y = checked_vectors(self, texts, y)
            plain, keys = None, keys_of_vectors(given)
        else:
            plain = prepare(texts, MAX_CHARACTERS)
            keys = [content_hash(text) for text in plain]
        targets = Targets.read(y, self.tags)
        if len(targets.table) != len(keys):
            raise InputError(f"fit needs as many tags as texts, got {len(targets.table)} and {len(keys)}")
        if encoder is not None and plain is not None:
            given = self._vectors(encoder.fit(plain), plain, vectors)
        own_characters = encoder is not None and encoder.name == CharNgramEncoder.name
        self.model_ = TagModel.fit(
            given,
            plain,
            targets,
            keys,
            precision=self.precision,
            characters=False if own_characters else self.characters,
            seed=self.seed,
            settings=None if like is None else like._model().settings,
        )
        self.encoder_, self.classes_ = encoder, self.model_.classes
        return self

    def predict_proba(self, texts: Any, *, vectors: ArrayLike | None = None) -> NDArray[np.float64]:  # noqa: ANN401
        """Probability of each tag of ``classes_``, shape (texts, tags).

        Rows add up to 1 where each text has exactly one tag.

        Args:
            texts: Inquiries; vectors when ``encoder`` is None.
            vectors: Of the texts, where they are known already.

        Raises:
            NotFittedError: ``fit`` was not called.
            InputError: The texts are none, or the vectors have another length than those learnt from.
        """
        return self._model().probabilities(self._features(texts, vectors))

    def predict(self, texts: Any, *, vectors: ArrayLike | None = None) -> Any:  # noqa: ANN401 - as tags came
        """The likeliest tag of each text, or the tags of each text that give the best F1, in the form of ``fit``.

        Never abstains where every text of ``fit`` had a tag; ``suggest`` does. Raises as ``predict_proba``.
        """
        model = self._model()
        return written(model.predicted(self._features(texts, vectors)), model.classes, model.form)

    def suggest(self, texts: Any, *, vectors: ArrayLike | None = None) -> list[Tagged]:  # noqa: ANN401
        """Tags that are sure enough to be offered, for each text; none for a text of a new kind or without content.

        Of the offered tags the share ``precision`` is right on texts such as those learnt from, tag by tag where a tag
        has enough examples to prove it. Raises as ``predict_proba``.
        """
        model = self._model()
        if isinstance(texts, Iterator):
            texts = list(texts)
        features = self._features(texts, vectors)
        found, novelty = model.probabilities(features), model.novelty(features)
        empty = np.zeros(len(found), bool) if self.encoder_ is None else np.array([not text.strip() for text in texts])
        return [
            Tagged(tags=(), novelty=1.0, novel=True)
            if nothing
            else Tagged(tags=() if strange > NOVEL else self._offered(row), novelty=strange, novel=strange > NOVEL)
            for row, strange, nothing in zip(found, novelty.tolist(), empty.tolist(), strict=True)
        ]

    def novelty(self, texts: Any, *, vectors: ArrayLike | None = None) -> NDArray[np.float64]:  # noqa: ANN401
        """How strange each text looks beside those learnt from: the share of them that look less so, 0 to 1.

        Raises as ``predict_proba``.
        """
        return self._model().novelty(self._features(texts, vectors))

    def forget(self, texts: Any) -> int:  # noqa: ANN401 - as in fit
        """Erase the votes of texts, and their vectors in ``cache``; returns how many voted.

        What was learnt from all texts together stays until the next ``fit``. Raises as ``predict_proba``.
        """
        found = self._keep(~self._model().neighbours.having(self._keys(texts)))
        if self.cache is not None and isinstance(self.encoder_, CachedEncoder):
            self.encoder_.forget(texts)
        return found

    def retain(self, texts: Any) -> int:  # noqa: ANN401 - as in fit
        """Erase the votes of all texts but these; returns how many voted. As ``forget``, but for ``cache``."""
        return self._keep(self._model().neighbours.having(self._keys(texts)))

    def score(self, texts: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:  # noqa: ANN401
        """Share of texts whose predicted tag or set of tags is exactly right; raises as ``predict_proba``."""
        model = self._model()
        predicted = model.predicted(self._features(texts, None))
        places = {tag: place for place, tag in enumerate(model.classes.tolist())}
        rows, right = read_rows(y)[0], np.zeros(len(predicted))
        if len(rows) != len(right):
            raise InputError(f"score needs as many tags as texts, got {len(rows)} and {len(right)}")
        for number, tags in enumerate(rows):
            wanted = {places.get(tag, -1) for tag in tags}
            right[number] = wanted == set(np.flatnonzero(predicted[number]).tolist())
        return float(np.average(right, weights=None if sample_weight is None else np.asarray(sample_weight)))

    def to_frame(self) -> pd.DataFrame:
        """One row a tag: examples, threshold, whether it is guaranteed, and whose calibration, or "no data"."""
        import pandas as pd

        model = self._model()
        own = model.calibration.own
        status = np.where(
            own, "own calibration", "shared calibration" if model.calibration.learnt else "not calibrated"
        )
        known = pd.DataFrame(
            {
                "tag": model.classes,
                "examples": model.examples,
                "threshold": model.thresholds.values,
                "guaranteed": model.thresholds.guaranteed,
                "status": status,
            }
        )
        if not model.without_data:
            return known
        missing = {"tag": list(model.without_data), "examples": 0, "threshold": np.nan, "guaranteed": False}
        return pd.concat([known, pd.DataFrame({**missing, "status": "no data"})], ignore_index=True)

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write everything but the encoder's model into one folder, whole or not at all; returns the version's name.

        Raises:
            StoreError: The disk refuses; what was saved before is untouched.
            NotFittedError: ``fit`` was not called.
        """
        self._model()
        return save_folder(path, lambda folder: write_tagger(folder, self), kind=KIND, facts=facts_of(self))

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, encoder: str | Path | Encoder | None = None) -> Self:
        """Read a saved folder after checking every byte of it.

        Args:
            path: The folder given to ``save``.
            encoder: Needed only where the saved encoder was an object of your own.

        Raises:
            CorruptStoreError: A file is damaged, missing or foreign.
            IncompatibleStoreError: Another format version, or the encoder is not the one it was saved with.
            InputError: Nothing is saved there, or the encoder must be given.
        """
        return load_folder(path, lambda opened: cls._read(opened, encoder), kind=KIND)

    @classmethod
    def _read(cls, opened: Opened, spec: str | Path | Encoder | None) -> Self:
        return cls.restore(opened.folder, opened.facts, encoder=spec)

    @classmethod
    def restore(cls, folder: Path, facts: Mapping[str, Any], *, encoder: str | Path | Encoder | None = None) -> Self:
        """Read what ``files.write_tagger`` wrote into a folder of another store, with the facts of ``files.facts_of``.

        Raises as ``load``.
        """
        model = read_model(folder)
        opened = read_encoder(folder, facts, encoder)
        spec = facts["encoder"] if encoder is None or opened is None else encoder
        tagger = cls(encoder=spec, **facts["parameters"])
        tagger.model_, tagger.classes_, tagger.encoder_ = model, model.classes, opened
        return tagger

    def _offered(self, row: NDArray[np.float64]) -> tuple[SuggestedTag, ...]:
        model = self._model()
        limits = model.thresholds
        places = np.flatnonzero(row >= limits.values)
        order = sorted(places.tolist(), key=lambda place: (-row[place], place))
        return tuple(
            SuggestedTag(
                tag=model.classes[place].item(),
                probability=float(row[place]),
                threshold=float(limits.values[place]),
                guaranteed=bool(limits.guaranteed[place]),
            )
            for place in order
        )

    def _keys(self, texts: Any) -> list[str]:  # noqa: ANN401 - as in fit
        if self.encoder_ is None:
            return keys_of_vectors(checked_vectors(self, texts, None)[0])
        return [content_hash(text) for text in prepare(texts, MAX_CHARACTERS)]

    def _keep(self, kept: NDArray[np.bool_]) -> int:
        self.model_ = replace(self._model(), neighbours=self._model().neighbours.only(kept))
        return int((~kept).sum())

    def _opened(self) -> Encoder | None:
        if self.encoder is None:
            return None
        encoder = load_encoder(self.encoder)
        return encoder if self.cache is None else CachedEncoder(encoder, folder=self.cache, roles=("query",))

    def _features(self, texts: Any, vectors: ArrayLike | None) -> Vectors:  # noqa: ANN401
        model = self._model()
        if self.encoder_ is None:
            given, _ = checked_vectors(self, texts, None)
            return model.features(given, None)
        plain = prepare(texts, MAX_CHARACTERS)
        return model.features(self._vectors(self.encoder_, plain, vectors), plain)

    def _vectors(self, encoder: Encoder, texts: list[str], given: ArrayLike | None) -> Vectors:
        return encoder.encode_queries(texts) if given is None else known_vectors(given, len(texts), encoder.dimension)

    def _model(self) -> TagModel:
        model = getattr(self, "model_", None)
        if not isinstance(model, TagModel):
            raise _not_fitted()
        return model

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - sklearn.utils.Tags
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        text = self.encoder is not None
        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(multi_class=True, multi_label=True),
            input_tags=InputTags(string=text, two_d_array=not text),
        )


def _not_fitted() -> NotFittedError:
    return NotFittedError("this TagSuggester is not fitted: call fit(texts, tags) first, or load a saved one")
