"""Arguments: a constructor's by name, by scikit-learn's rule without importing it; checks of those that come often."""

from __future__ import annotations

import inspect
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from faqsuggest.errors import InputError


def as_path(value: object, argument: str) -> Path:
    """The value as a path.

    Raises:
        InputError: It is neither a text nor a path, or empty.
    """
    if isinstance(value, (str, os.PathLike)) and (text := os.fspath(value)) and isinstance(text, str):
        return Path(text)
    came = "an empty text" if value == "" else type(value).__name__
    raise InputError(f"{argument} must be a path, as a text or a Path, got {came}")


def as_moment(value: object, argument: str) -> datetime:
    """The value as a moment.

    Raises:
        InputError: It is no datetime, or one without a time zone.
    """
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    raise InputError(f"{argument} must be a datetime with a time zone, got {type(value).__name__}; add tzinfo=UTC")


class Parameters:
    """``get_params`` and ``set_params`` as ``sklearn.base.clone`` expects them.

    A subclass stores every argument of its ``__init__`` under the argument's name and does no work there.
    """

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's arguments by name; ``deep`` is accepted for scikit-learn's sake and changes nothing."""
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self, **params: Any) -> Self:  # noqa: ANN401 - values are whatever the constructor takes
        """Change arguments of the constructor. Returns self.

        Raises:
            InputError: There is no such parameter.
        """
        known = self._parameter_names()
        for name, value in params.items():
            if name not in known:
                allowed = ", ".join(known)
                raise InputError(f"{type(self).__name__} has no parameter {name!r}; it has: {allowed or 'none'}")
            setattr(self, name, value)
        return self

    @classmethod
    def _parameter_names(cls) -> tuple[str, ...]:
        return tuple(name for name in inspect.signature(cls.__init__).parameters if name != "self")

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({given})"
