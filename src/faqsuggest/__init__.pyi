from faqsuggest._version import __version__
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import FaqSuggestError
from faqsuggest.evaluation.experiment import evaluate
from faqsuggest.evaluation.replay import replay
from faqsuggest.evaluation.report import Report
from faqsuggest.evaluation.splits import split_by_time
from faqsuggest.records import Article, Suggestion, Ticket
from faqsuggest.suggester import Suggester
from faqsuggest.text.privacy import redact
from faqsuggest.training.fine_tune import fine_tune
from faqsuggest.training.retrain import retrain

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
