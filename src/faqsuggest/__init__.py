"""Ranked reply suggestions and articles for customer-service inquiries, with honest probabilities, offline.

The map, in reading order; values flow one way and imports point only to the left:

    errors, records      what can go wrong; what moves between the rooms: Ticket, Article, Suggestion
    text                 str → str: normalise, mail, sentences, language, privacy
    data                 files and frames → KnowledgeBase; records → answers and units
    encoders             texts → vectors
    indexes              vectors or terms → candidate ids
    retrieval            ask the indexes, lay the evidence side by side, one row an answer
    ranking, reasons     evidence → order, confidence, why
    suggester            Suggester: fit, suggest, suggest_many, add, remove, save, load
    store                the folder that is saved whole or not at all
    training             learning from history
    evaluation           splits, metrics, replay, compare, report
    cli                  the command ``faqsuggest``

Public names are loaded when they are first used: importing this package is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from faqsuggest._version import __version__

_HOMES = {
    "Article": "records",
    "FaqSuggestError": "errors",
    "KnowledgeBase": "data.knowledge_base",
    "Report": "evaluation.report",
    "Suggester": "suggester",
    "Suggestion": "records",
    "Ticket": "records",
    "evaluate": "evaluation.experiment",
    "fine_tune": "training.fine_tune",
    "redact": "text.privacy",
    "replay": "evaluation.replay",
    "retrain": "training.retrain",
    "split_by_time": "evaluation.splits",
}
__all__ = [
    "Article",
    "FaqSuggestError",
    "KnowledgeBase",
    "Report",
    "Suggester",
    "Suggestion",
    "Ticket",
    "__version__",
    "evaluate",
    "fine_tune",
    "redact",
    "replay",
    "retrain",
    "split_by_time",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(f"module 'faqsuggest' has no attribute {name!r}")
    return getattr(import_module(f"faqsuggest.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
