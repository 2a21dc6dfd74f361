"""text/markdown: front matter, then CommonMark as plain paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from feeder.errors import NotAnArticle
from feeder.extraction import front_matter
from feeder.extraction.credits import take
from feeder.extraction.decoding import decode
from feeder.extraction.draft import Draft
from feeder.extraction.plain import LONGEST_SOURCE

_PARSER = MarkdownIt("commonmark")
#: characters, as of the longest article, markup included. On runs of brackets the parser takes quadratic time: two
#: seconds for so many
_LONGEST_MARKDOWN = 200_000
_TAG = re.compile(r"<!--.*?(?:-->|$)|</?[A-Za-z][^<>]*>", re.S)
_HIDDEN = re.compile(r"<(script|style|iframe)\b.*?(?:</\1\s*>|$)", re.S | re.I)


def read_markdown(content: bytes) -> Draft:
    """What is in the file. Raises NotAnArticle for more than 200,000 characters below the front matter ('too-long')."""
    if len(content) > LONGEST_SOURCE:
        raise NotAnArticle("too-long", f"{len(content):,} bytes of text; an article is shorter")
    said, body = front_matter.split(decode(content))
    if len(body) > _LONGEST_MARKDOWN:
        raise NotAnArticle("too-long", f"{len(body):,} characters of Markdown; an article is shorter")
    try:
        blocks = list(_blocks(_PARSER.parse(body)))
    except RecursionError:
        raise NotAnArticle("nested", "its Markdown is nested too deep") from None
    headline = ""
    if blocks and blocks[0][0] and (not said.title or said.title.casefold() == blocks[0][1].casefold()):
        headline = blocks[0][1]
        blocks = blocks[1:]
    paragraphs = [text for _, text in blocks]
    above, taken = take(paragraphs)
    return said.completed_by(Draft(title=headline)).completed_by(above).with_paragraphs(paragraphs[taken:])


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[bool, str]]:
    """Each heading (True) and paragraph (False) as text."""
    heading = False
    for token in tokens:
        if token.type in ("heading_open", "paragraph_open"):
            heading = token.type == "heading_open"
        elif token.type == "inline":
            for paragraph in _inline(token.children or ()).split("\0"):
                text = " ".join(paragraph.split())
                if text:
                    yield heading, text
        elif token.type in ("fence", "code_block"):
            yield False, " ".join(token.content.split())
        elif token.type == "html_block":
            text = " ".join(_TAG.sub(" ", _HIDDEN.sub(" ", token.content)).split())
            if text:
                yield False, text


def _inline(children: Sequence[Token]) -> str:
    """The words; pictures leave nothing, a hard line break parts lines of credits."""
    parts: list[str] = []
    for child in children:
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak":
            parts.append("\0")
    return "".join(parts)
