"""text/html: a page as a browser saves it, without what surrounds the article."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from feeder.errors import NotAnArticle
from feeder.extraction.credits import credit
from feeder.extraction.decoding import decode
from feeder.extraction.draft import Draft
from feeder.extraction.furniture import is_furniture, prune
from feeder.extraction.metadata import metadata
from feeder.text import one_line

_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.I)
_HEAD = 4096  # bytes in which a page must declare its encoding; WHATWG says 1024, saved pages put a comment before it
_EMBEDDED = re.compile(r"""data:[\w/+.-]*;base64,[^"'()\s>]{256,}""")
# WHATWG HTML, "after body" and "after after body": what follows belongs to the body; the parser would drop it
_ENDS = re.compile(r"</(?:body|html)\s*>", re.I)
_MOST_ELEMENTS = 200_000
_MOST_FOR_TRAFILATURA = 8_000  # elements that are left; it takes quadratic time on tables, a second for so many
_MOST_TEXT = 1_000_000  # characters that are left
_INLINE = frozenset(
    (
        *(
            "a",
            "abbr",
            "b",
            "bdi",
            "bdo",
            "cite",
            "code",
            "data",
            "dfn",
            "em",
            "font",
            "i",
            "ins",
            "kbd",
            "mark",
            "q",
            "s",
        ),
        *("samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"),
    )
)
_ENOUGH = 200  # characters of text that trafilatura must find to be believed at once
_TOP = 6  # paragraphs among which credits are looked for


def read_html(content: bytes) -> Draft:
    """What is on the page.

    Its text is found by trafilatura; on pages of more than 8,000 elements, furniture not counted, it is all there is. A
    page is refused where it is larger or deeper than the parser's limits (256 levels, 10 million bytes in a piece:
    'nested', 'too-long'), has more than 200,000 elements or more than a million characters of text ('too-long').
    """
    declared = _DECLARED.search(content[:_HEAD])
    source = _EMBEDDED.sub("data:,", decode(content, declared=declared[1].decode("ascii") if declared else None))
    tree = _parse(source)
    said = metadata(tree, source)
    found, body = _credits([p for p in _body(tree) if p and not is_furniture(p)])
    return said.completed_by(found).with_paragraphs(body)


def _parse(source: str) -> HtmlElement:
    """The page as a tree of bounded depth and size; no network, no entities of its own."""
    too_many = NotAnArticle("too-long", f"has more than {_MOST_ELEMENTS:,} elements")
    if source.count("<") > 2 * _MOST_ELEMENTS:
        raise too_many  # a tree takes some thirty times the memory of its source
    parser = lxml_html.HTMLParser(
        encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        tree = lxml_html.document_fromstring(_ENDS.sub("", source).encode(), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as e:
        raise NotAnArticle("no-text", "has no elements of a page") from e
    cut = next((e for e in parser.error_log if e.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT), None)
    if cut is not None:
        # the parser stops there without an exception: what it has is not the whole page
        if "depth" in cut.message:
            raise NotAnArticle("nested", "its elements are nested deeper than 256 levels")
        raise NotAnArticle("too-long", "holds a piece of more than 10,000,000 bytes; an article is shorter")
    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        raise too_many
    return tree


def _body(tree: HtmlElement) -> list[str]:
    """The paragraphs of the article: as trafilatura finds them, or all there are where it finds next to nothing."""
    prune(tree)
    words = sum(len(text) for text in tree.itertext())
    if words > _MOST_TEXT:
        raise NotAnArticle("too-long", f"{words:,} characters of text; an article is shorter")
    found: list[str] = []
    if sum(1 for _ in tree.iter()) <= _MOST_FOR_TRAFILATURA:
        # 0.4 s to import, and many folders hold no page
        import trafilatura

        try:
            document = trafilatura.bare_extraction(
                tree, include_comments=False, include_tables=False, with_metadata=False
            )
        except (RecursionError, etree.LxmlError, ValueError, AttributeError, TypeError, KeyError, IndexError):
            document = None  # a library's fault on a broken page is no reason to lose the page
        text = getattr(document, "text", None) or ""
        found = [one_line(line.removeprefix("- ")) for line in text.split("\n")]
    return found if sum(map(len, found)) >= _ENOUGH else max(found, _all_of(tree), key=lambda ps: sum(map(len, ps)))


def _all_of(tree: HtmlElement) -> list[str]:
    """All text of the page, parted where an element begins or ends that is not part of a line."""
    pieces: list[str] = []
    body = next(tree.iter("body"), tree)
    for event, element in etree.iterwalk(body, ("start", "end")):
        if element.tag not in _INLINE:
            pieces.append("\0")
        pieces.append((element.text if event == "start" and element.tag not in ("h1", "title") else element.tail) or "")
    return [line for line in map(one_line, "".join(pieces).split("\0")) if line]


def _credits(paragraphs: Sequence[str]) -> tuple[Draft, list[str]]:
    """What the lines above the text say; the headline and a standfirst may stand among them."""
    found = Draft()
    body: list[str] = []
    for n, paragraph in enumerate(paragraphs):
        said = credit(paragraph) if n < _TOP else None
        if said is None:
            body.append(paragraph)
        else:
            found = found.completed_by(said)
    return found, body
