"""What makes an encoder a scikit-learn transformer without importing scikit-learn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.parameters import Parameters


class TextTransformer(Parameters, ABC):
    """Parameters by name, ``fit`` and ``transform``, as ``sklearn.base.clone`` and ``Pipeline`` expect them.

    Stable for extension: a subclass stores every argument of its ``__init__`` under the argument's name, does no work
    there, and defines ``encode_queries`` and ``encode_passages``.
    """

    def set_params(self, **params: Any) -> Self:  # noqa: ANN401 - values are whatever the constructor takes
        """Change arguments of the constructor, and forget what was opened or computed under the old ones. Returns self.

        Raises:
            InputError: There is no such parameter.
        """
        super().set_params(**params)
        self._forget()
        return self

    def fit(self, texts: Sequence[str], y: object = None) -> Self:
        """Learn nothing, since the model is learnt already; ``y`` is ignored. Returns self."""
        return self

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same as ``encode_passages``."""
        return self.encode_passages(texts)

    def fit_transform(self, texts: Sequence[str], y: object = None) -> NDArray[np.float32]:
        """``fit``, then ``transform``."""
        return self.fit(texts).transform(texts)

    @abstractmethod
    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of inquiries."""

    @abstractmethod
    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of answers, titles and passages."""

    @abstractmethod
    def _forget(self) -> None:
        """Drop what was opened or computed under the old parameters."""

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - sklearn.utils.Tags
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=[]),
            input_tags=InputTags(string=True, two_d_array=False),
            requires_fit=False,
        )
