from faqsuggest._version import __version__
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import FaqSuggestError
from faqsuggest.records import Article, Suggestion, Ticket
from faqsuggest.suggester import Suggester

__all__ = ["Article", "FaqSuggestError", "KnowledgeBase", "Suggester", "Suggestion", "Ticket", "__version__"]
