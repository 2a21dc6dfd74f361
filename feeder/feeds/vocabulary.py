"""The XML vocabularies beside Atom and RSS, and what both forms write with them.

Only vocabularies that readers and validators know, under the prefixes they expect: a name space of feeder's own would
earn a warning from the W3C's validator in every feed. What feeder alone knows of an entry, its scores and proofs, is
said in RDF: the entry has subjects, each with the identifier of its category, a value and a comment.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from feeder.feeds.items import Item

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def add_image(parent: Any, item: Item) -> None:
    """The lead image by Media RSS. No enclosure: that promises a length and a type, which nobody has looked up."""
    if item.image:
        etree.SubElement(parent, f"{{{MEDIA}}}content", url=item.image, medium="image")
        etree.SubElement(parent, f"{{{MEDIA}}}thumbnail", url=item.image)


def add_claims(parent: Any, item: Item) -> None:
    """Why the entry has its categories: a `dcterms:subject` for each show and person, with score and first proof.

    All of it stands in attributes: a reader that shows the text of elements it does not know shows nothing.
    """
    if not item.claims:
        return
    entry = etree.SubElement(parent, f"{{{RDF}}}Description", {f"{{{RDF}}}about": item.id})
    for claim in item.claims:
        told = {f"{{{DCTERMS}}}identifier": claim.about, f"{{{RDF}}}value": claim.score}
        if claim.sentence:
            told[f"{{{RDFS}}}comment"] = claim.sentence
        etree.SubElement(entry, f"{{{DCTERMS}}}subject", told)


def add_style(root: Any, address: str) -> None:
    """A style sheet for people who open the feed in a browser."""
    root.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{address}"'))


def set_language(element: Any, language: str | None) -> None:
    if language:
        element.set(_XML_LANG, language)


def bare(element: Any, namespaces: dict[str, str]) -> bytes:
    """The element's bytes within a document whose root declares `namespaces`: without declarations of its own."""
    root = etree.Element("root", nsmap=namespaces)
    root.append(element)
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return document.partition(b">")[2].removesuffix(b"</root>")
