"""Learning from ticket history: pairs, encoder, tags, feedback and the retrain job with its gate.

``TagSuggester`` and ``Router`` are found here, loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faqsuggest.training.router import Router
    from faqsuggest.training.tags.suggester import TagSuggester

__all__ = ["Router", "TagSuggester"]
_HOMES = {"Router": "router", "TagSuggester": "tags.suggester"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(f"module 'faqsuggest.training' has no attribute {name!r}")
    return getattr(import_module(f"faqsuggest.training.{_HOMES[name]}"), name)
