"""HTML mail to text: the quoted parts set apart by the mark-up that mail programs leave."""

from __future__ import annotations

import re

from faqsuggest.text.normalise import MAX_CHARACTERS

_DROPPED = "script, style, head > title, template, noscript, object, svg"
_QUOTES = (
    "blockquote, .gmail_quote, .gmail_extra .gmail_quote, .yahoo_quoted, .protonmail_quote, .moz-cite-prefix, "
    "#divRplyFwdMsg, #OLK_SRC_BODY_SECTION, .WordSection1 ~ blockquote"
)
_MAX_TAGS = 5_000
_TAG = re.compile(r"<[^<>]{0,2000}>")


def html_to_text(markup: str) -> tuple[str, str]:
    """The text of an HTML message and the text of its marked quotations.

    Lists and tables keep their lines. Mark-up of more than 5,000 tags is read without layout: the time
    that parsers take grows with the square of the depth.
    """
    from selectolax.lexbor import LexborHTMLParser

    markup = markup[:MAX_CHARACTERS]
    if markup.count("<") > _MAX_TAGS:
        return _TAG.sub("\n", markup), ""
    tree = LexborHTMLParser(markup)
    for dropped in tree.css(_DROPPED):
        dropped.decompose()
    quotes: list[str] = []
    node = tree.css_first(_QUOTES)
    while node is not None:
        quotes.append(node.html or "")
        node.decompose()
        node = tree.css_first(_QUOTES)
    return _layout(tree.html or ""), "\n".join(_layout(quote) for quote in quotes)


def _layout(markup: str) -> str:
    from inscriptis import get_text
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.model.config import ParserConfig

    if not markup.strip():
        return ""
    return str(get_text(markup, ParserConfig(css=CSS_PROFILES["strict"], display_links=False)))
