"""What feeds of every form must keep to: names, texts and markup that no reader takes for something else.

Written from what the W3C's feed validator warns of; it shares nothing with the code that writes feeds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import name2codepoint
from urllib.parse import urlsplit

from lxml import etree, html

#: The vocabularies that the validator knows, under the prefixes it wants them to have.
_KNOWN = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/syndication/history/1.0": "fh",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs",
    "http://www.w3.org/2005/Atom": "atom",
}
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"  # RFC 6721; the validator does not know it
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_ELEMENTS = {*("a", "b", "br", "div", "em", "h1", "i", "iframe", "img", "li", "p", "script", "span", "strong", "style")}
_RISKY = {"script", "iframe", "object", "embed", "form", "style", "link", "meta", "base", "svg", "math"}


def namespaces(root: etree._Element) -> Iterator[str]:
    declared = {(prefix, uri) for element in root.iter(etree.Element) for prefix, uri in element.nsmap.items()}
    for prefix, uri in sorted(declared, key=str):
        if uri == _TOMBSTONES:
            if not any(str(element.tag).startswith(f"{{{uri}}}") for element in root.iter(etree.Element)):
                yield "declares tombstones and has none"
        elif uri not in _KNOWN:
            yield f"a name space that validators do not know: {uri}"
        elif prefix is not None and prefix != _KNOWN[uri]:
            yield f"the prefix {prefix} for {uri}"
        elif prefix == "atom" and root.tag == "{http://www.w3.org/2005/Atom}feed":
            yield "the prefix atom in an Atom feed"


def words(text: str, *, coded: bool = False) -> Iterator[str]:
    """What is wrong with plain text: a title, a name. `coded`: character references stand for what could be some."""
    if not text.strip():
        yield "empty"
    yield from characters(text)
    if any(name.lower() in _ELEMENTS for name in re.findall(r"</?(\w+)(?:[\s/][^<>]*)?>", text)):
        yield f"an HTML element in plain text: {text!r}"
    for word in re.findall(r"&(#?\w+)", text):
        if not coded and (word in name2codepoint or word == "apos" or not word.isalpha()):
            yield f"what could be a character reference in plain text: {text!r}"


def characters(text: str) -> Iterator[str]:
    for character in text:
        if character == "\ufffd" or "\x80" <= character <= "\x9f":
            yield f"a broken character: {character!r} in {text!r}"
        if character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" or (
            character < " " and character not in "\t\n"
        ):
            yield f"a character that is not for texts: {character!r}"


def markup(text: str) -> Iterator[str]:
    """HTML that is fit to stand inside a DIV: nothing that runs, tracks or depends on where it is read."""
    yield from characters(text)
    for element in html.fragment_fromstring(text, create_parent="div").iter(etree.Element):
        if element.tag in _RISKY:
            yield f"<{element.tag}> in HTML"
        for name, value in element.attrib.items():
            if str(name).startswith("on") or name == "style":
                yield f"attribute {name} in HTML"
            if name in ("href", "src", "action", "poster") and not is_web(str(value)):
                yield f"{name}={value!r} in HTML is no absolute http(s) address"


def is_web(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and bool(_URI.fullmatch(address))
