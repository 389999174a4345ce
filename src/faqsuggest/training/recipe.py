"""What a retrain makes, and from what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faqsuggest.errors import InputError
from faqsuggest.parameters import as_path
from faqsuggest.suggester import Suggester


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a retrain makes, and from what.

    Attributes:
        model: Options of ``Suggester`` for the first version, such as ``{"encoder": "char-ngrams"}``; later ones keep
            those of the version that serves.
        learn_from: Past inquiries that order and confidence are learnt from at most, the newest ones.
        refit: Whether a promoted part learns from the judging inquiries too before it serves. What was measured is the
            part without them.
        keep: Versions that remain, the new one included.
        cache: Folder that keeps vectors from run to run; None keeps them only until a run ends.
        seed: Of all draws.
        encoder: Whether the encoder is tuned too, with the extra ``train``, and takes part as a challenger.

    Raises:
        InputError: A value is out of its range.
    """

    model: Mapping[str, Any] = field(default_factory=dict)
    learn_from: int = 4000
    refit: bool = True
    keep: int = 5
    cache: str | Path | None = None
    seed: int = 0
    encoder: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.encoder, bool):
            raise InputError(f"encoder of Recipe must be True or False, got {self.encoder!r}; model names an encoder")
        for name, least in (("learn_from", 200), ("keep", 1), ("seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise InputError(f"{name} of Recipe must be a whole number of {least} or more, got {value!r}")
        if not isinstance(self.model, Mapping) or not isinstance(self.refit, bool):
            raise InputError(f"model of Recipe must be a mapping and refit True or False, got {self.refit!r:.50}")
        Suggester().set_params(**{str(name): value for name, value in self.model.items()})
        if self.cache is not None:
            as_path(self.cache, "cache of Recipe")
