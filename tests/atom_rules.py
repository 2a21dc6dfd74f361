"""RFC 4287 as a list of complaints: every MUST, the SHOULDs that readers and validators insist on, and feeder's own.

`problems(xml, location=...)` is empty for a feed that any reader can take. Written from the RFCs (4287, 5005, 6721) and
from the kinds of warning that the W3C's validator knows; it shares nothing with the code that writes feeds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from tests.feed_rules import is_web, markup, namespaces, words

ATOM = "{http://www.w3.org/2005/Atom}"
FH = "{http://purl.org/syndication/history/1.0}"
AT = "{http://purl.org/atompub/tombstones/1.0}"
XML = "{http://www.w3.org/XML/1998/namespace}"

# RFC 3339, with the upper-case T and Z that RFC 4287 section 3.3 demands
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_TAG_URI = re.compile(r"tag:[A-Za-z0-9._@-]+,\d{4}(?:-\d\d(?:-\d\d)?)?:[A-Za-z0-9._:/-]+")
_URN = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{1,31}:\S+")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:\s*;.*)?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_RELATIONS = {
    *("alternate", "current", "edit", "edit-media", "enclosure", "first", "hub", "last", "license", "next", "payment"),
    *("next-archive", "prev-archive", "previous", "related", "replies", "self", "service", "via"),
}
_PEOPLE = {"author", "contributor"}
_TEXTS = {"title", "subtitle", "summary", "rights"}
_FEED = {
    *("author", "category", "contributor", "generator", "icon", "id", "link", "logo", "rights", "subtitle", "title"),
    *("updated", "entry"),
}
_ENTRY = {
    *("author", "category", "content", "contributor", "id", "link", "published", "rights", "source", "summary"),
    *("title", "updated"),
}
_HISTORY = ("current", "prev-archive", "next-archive")


def problems(xml: bytes, *, location: str | None) -> list[str]:
    """What is wrong with the feed; `location` is the address it is served from (None: unknown)."""
    if not re.match(rb"<\?xml version=['\"]1\.0['\"] encoding=['\"]UTF-8['\"]\?>", xml, re.IGNORECASE):
        return ["no XML declaration with encoding UTF-8"]
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        return [f"not well-formed: {error}"]
    if root.tag != f"{ATOM}feed":
        return [f"the root is {root.tag}, not an Atom feed"]
    return [*_feed(root, location), *(f"{_name(e)}: {p}" for e in root.iterfind(f"{ATOM}entry") for p in _entry(e))]


def _feed(feed: etree._Element, location: str | None) -> Iterator[str]:
    entries = feed.findall(f"{ATOM}entry")
    yield from _counts(feed, one=("id", "title", "updated"), most=("generator", "icon", "logo", "rights", "subtitle"))
    yield from _known(feed, _FEED)
    yield from namespaces(feed)
    yield from _history(feed)
    yield from _tombstones(feed)
    yield from _parts(feed)
    if feed.find(f"{ATOM}author") is None and any(e.find(f"{ATOM}author") is None for e in entries):
        yield "no author, neither of the feed nor of every entry"
    if not _LANGUAGE.fullmatch(feed.get(f"{XML}lang", "")):
        yield "no xml:lang"
    if any(f"{XML}base" in element.attrib for element in feed.iter(etree.Element)):
        yield "xml:base, which readers disagree about"
    own = [link.get("href", "") for link in _links(feed, "self")]
    if len(own) != 1:
        yield f"{len(own)} links rel=self instead of one"
    elif location is not None and own[0] != location:
        yield f"rel=self is {own[0]}, the feed is at {location}"
    if not _links(feed, "alternate"):
        yield "no link rel=alternate to a page"
    repeated = [i for i, n in Counter(_text(e, "id") for e in entries).items() if n > 1]
    if repeated:
        yield f"two entries have the id {repeated[0]}"
    if _text(feed, "id") in {_text(e, "id") for e in entries}:
        yield "the feed has the id of an entry"
    dates = [_date(_text(e, "updated")) for e in entries]
    own_date = _date(_text(feed, "updated"))
    if own_date and any(own_date < date.replace(microsecond=0) for date in dates if date):
        yield "the feed's updated is before that of an entry"
    if len(set(dates)) != len(dates):
        yield "two entries have the same updated"
    if any(e.getnext() is not None and e.getnext().tag != e.tag for e in entries):
        yield "metadata after the entries"
    generator = feed.find(f"{ATOM}generator")
    if generator is not None and not (generator.text or "").strip():
        yield "an empty generator"


def _entry(entry: etree._Element) -> Iterator[str]:
    most = ("content", "published", "rights", "source", "summary")
    yield from _counts(entry, one=("id", "title", "updated"), most=most)
    yield from _known(entry, _ENTRY)
    yield from _parts(entry)
    content = entry.find(f"{ATOM}content")
    if content is None and not _links(entry, "alternate"):
        yield "neither content nor a link rel=alternate"
    if content is not None:
        yield from _content(content, has_summary=entry.find(f"{ATOM}summary") is not None)
    for source in entry.findall(f"{ATOM}source"):
        yield from (f"source: {it}" for it in _counts(source, one=("id", "title", "updated"), most=()))
        yield from (f"source: {it}" for it in _parts(source))
    if any(link.get("rel") in _HISTORY for link in entry.findall(f"{ATOM}link")):
        yield "a link of the feed's history in an entry"
    language = entry.get(f"{XML}lang")
    if language is not None and not _LANGUAGE.fullmatch(language):
        yield f"xml:lang {language!r}"


def _parts(owner: etree._Element) -> Iterator[str]:
    """What feeds and entries have in common."""
    yield from _identifier(_text(owner, "id"))
    for name in ("updated", "published"):
        for element in owner.findall(f"{ATOM}{name}"):
            if _date(element.text or "") is None:
                yield f"{name} {element.text!r} is no RFC 3339 date"
    for name in sorted(_TEXTS):
        for element in owner.findall(f"{ATOM}{name}"):
            yield from _text_construct(element, name)
    for name in sorted(_PEOPLE):
        for person in owner.findall(f"{ATOM}{name}"):
            yield from _counts(person, one=("name",), most=("uri", "email"))
            if not _text(person, "name").strip():
                yield f"{name} without a name"
            yield from (f"{name}: {it}" for it in words(_text(person, "name")))
    for category in owner.findall(f"{ATOM}category"):
        if not category.get("term"):
            yield "category without a term"
        yield from (f"category: {it}" for it in words(category.get("label", "-")))
        if (scheme := category.get("scheme")) is not None and not _URI.fullmatch(scheme):
            yield f"category scheme {scheme!r} is no absolute IRI"
    for link in owner.findall(f"{ATOM}link"):
        yield from _link(link)
    alternates = Counter((link.get("type"), link.get("hreflang")) for link in _links(owner, "alternate"))
    if any(n > 1 for n in alternates.values()):
        yield "two links rel=alternate with the same type and hreflang"


def _identifier(value: str) -> Iterator[str]:
    scheme = value.partition(":")[0]
    if not value.isascii() or not _URI.fullmatch(value):
        yield f"id {value!r} is no absolute ASCII IRI"
    elif scheme != scheme.lower():
        yield f"id {value!r} is not normalised"
    elif scheme == "tag" and not _TAG_URI.fullmatch(value):
        yield f"id {value!r} is no tag URI (RFC 4151)"
    elif scheme == "urn" and not _URN.fullmatch(value):
        yield f"id {value!r} is no URN (RFC 8141)"


def _text_construct(element: etree._Element, name: str) -> Iterator[str]:
    kind = element.get("type", "text")
    if kind not in ("text", "html", "xhtml"):
        yield f"{name} type={kind!r}"
    elif kind == "xhtml":
        yield f"{name} as xhtml, which lets script through"
    elif len(element):
        yield f"{name} type={kind} with child elements"
    if name == "title" and not (element.text or "").strip():
        yield "an empty title"
    if kind == "text":
        yield from (f"{name}: {it}" for it in words(element.text or ""))
    if kind == "html":
        yield from markup(element.text or "")


def _content(content: etree._Element, *, has_summary: bool) -> Iterator[str]:
    kind = content.get("type", "text")
    if kind not in ("text", "html", "xhtml") and not _MEDIA_TYPE.fullmatch(kind):
        yield f"content type={kind!r}"
    if kind.startswith(("multipart/", "message/")):
        yield "content of a composite media type"
    if kind == "xhtml":
        yield "content as xhtml, which lets script through"
    if "src" in content.attrib:
        if not has_summary:
            yield "content with src but no summary"
        if (content.text or "").strip() or len(content):
            yield "content with src is not empty"
    if kind in ("text", "html") and len(content):
        yield f"content type={kind} with child elements"
    if kind == "html":
        yield from markup(content.text or "")


def _history(feed: etree._Element) -> Iterator[str]:
    """RFC 5005, section 4."""
    found = {relation: _links(feed, relation) for relation in _HISTORY}
    yield from (f"{len(links)} links rel={relation}" for relation, links in found.items() if len(links) > 1)
    addresses = [link.get("href") for links in (*found.values(), _links(feed, "self")) for link in links]
    if len(addresses) != len(set(addresses)):
        yield "a link of the feed's history leads to the document itself or to another of its neighbours"
    archive = feed.find(f"{FH}archive") is not None
    if archive and not found["current"]:
        yield "an archive without a link to the current document"
    if archive and not (found["prev-archive"] or found["next-archive"]):
        yield "an archive without neighbours"
    if not archive and (found["current"] or found["next-archive"]):
        yield "a current document with links of an archive"
    if feed.find(f"{FH}complete") is not None:
        yield "fh:complete, which forbids archives"


def _tombstones(feed: etree._Element) -> Iterator[str]:
    """RFC 6721, sections 2 and 3."""
    stones = feed.findall(f"{AT}deleted-entry")
    for stone in stones:
        yield from _identifier(stone.get("ref", ""))
        if _date(stone.get("when", "")) is None:
            yield f"deleted-entry when={stone.get('when')!r}"
    pairs = [(stone.get("ref"), stone.get("when")) for stone in stones]
    if len(pairs) != len(set(pairs)):
        yield "two deleted-entry with the same ref and when"


def _link(link: etree._Element) -> Iterator[str]:
    href, relation, kind = link.get("href"), link.get("rel", "alternate"), link.get("type")
    if href is None:
        yield "link without href"
    elif not is_web(href):
        yield f"link {href!r} is no absolute http(s) address"
    if relation not in _RELATIONS and not _URI.fullmatch(relation):
        yield f"link rel={relation!r}"
    if kind is not None and not _MEDIA_TYPE.fullmatch(kind):
        yield f"link type={kind!r}"
    if (length := link.get("length")) is not None and not length.isdigit():
        yield f"link length={length!r}"
    if len(link) or (link.text or "").strip():
        yield "link with content"


def _counts(element: etree._Element, *, one: tuple[str, ...], most: tuple[str, ...]) -> Iterator[str]:
    found = Counter(etree.QName(child).localname for child in element.iterchildren(etree.Element) if _is_atom(child))
    yield from (f"{found[name]} {name} instead of one" for name in one if found[name] != 1)
    yield from (f"{found[name]} {name}, at most one is allowed" for name in most if found[name] > 1)


def _known(element: etree._Element, names: set[str]) -> Iterator[str]:
    for child in element.iterchildren(etree.Element):
        if _is_atom(child) and etree.QName(child).localname not in names:
            yield f"no such element of {etree.QName(element).localname}: {etree.QName(child).localname}"
        if etree.QName(child).namespace is None:
            yield f"an element without namespace: {child.tag}"


def _is_atom(element: etree._Element) -> bool:
    return str(element.tag).startswith(ATOM)


def _links(owner: etree._Element, relation: str) -> list[etree._Element]:
    return [link for link in owner.findall(f"{ATOM}link") if link.get("rel", "alternate") == relation]


def _text(owner: etree._Element, name: str) -> str:
    return owner.findtext(f"{ATOM}{name}") or ""


def _date(value: str) -> datetime | None:
    if not _DATE.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _name(entry: etree._Element) -> str:
    return f"entry {_text(entry, 'id') or _text(entry, 'title') or '?'}"
