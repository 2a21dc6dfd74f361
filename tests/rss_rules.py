"""RSS 2.0 and the profile of the RSS Advisory Board as a list of complaints.

`problems(xml, location=...)` is empty for a feed that any reader can take. Written from the profile and from what the
W3C's feed validator warns of; it shares nothing with the code that writes feeds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from email.utils import format_datetime, parsedate_to_datetime

from lxml import etree

from tests.feed_rules import is_web, markup, namespaces, words

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
FH = "{http://purl.org/syndication/history/1.0}"
MEDIA = "{http://search.yahoo.com/mrss/}"

_CHANNEL_ONCE = ("title", "link", "description", "language", "lastBuildDate", "pubDate", "generator", "docs", "ttl")
_ITEM_ONCE = ("title", "link", "description", f"{CONTENT}encoded", "guid", "pubDate", "enclosure", "source", "author")
_ITEM = {*_ITEM_ONCE, "category", "comments"}


def problems(xml: bytes, *, location: str | None) -> list[str]:
    """What is wrong with the feed; `location` is the address it is served from (None: unknown)."""
    if not re.match(rb"<\?xml version=['\"]1\.0['\"] encoding=['\"]UTF-8['\"]\?>", xml, re.IGNORECASE):
        return ["no XML declaration with encoding UTF-8"]
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        return [f"not well-formed: {error}"]
    if (root.tag, root.get("version"), len(root)) != ("rss", "2.0", 1) or root[0].tag != "channel":
        return ["not an RSS 2.0 document with one channel"]
    coded = b"&amp;" not in xml and b"&lt;" not in xml
    found = [*namespaces(root), *_channel(root[0], location)]
    found += [f"item {it.findtext('guid')}: {p}" for it in root[0].iterfind("item") for p in _item(it, coded)]
    return found if coded else [*found, "& and < are not spelled &#x26; and &#x3C;"]


def _channel(channel: etree._Element, location: str | None) -> Iterator[str]:
    yield from _once(channel, _CHANNEL_ONCE)
    yield from (f"no {name}" for name in ("title", "link", "description", "language") if not channel.findtext(name))
    if not is_web(channel.findtext("link") or ""):
        yield "the link is no web address"
    own = [link.get("href") for link in channel.iterfind(f"{ATOM}link") if link.get("rel") == "self"]
    if len(own) != 1:
        yield f"{len(own)} links rel=self instead of one"
    elif location is not None and own[0] != location:
        yield f"rel=self is {own[0]}, the feed is at {location}"
    if channel.findtext("link") in own:
        yield "the channel's link is the feed, not a page"
    for link in channel.iterfind(f"{ATOM}link"):
        expected = None if link.get("rel") == "hub" else "application/rss+xml"  # a hub is no document
        if not is_web(link.get("href", "")) or link.get("type") != expected:
            yield f"atom:link {dict(link.attrib)}"
    relations = {link.get("rel") for link in channel.iterfind(f"{ATOM}link")}
    archive = channel.find(f"{FH}archive") is not None
    if archive != ("current" in relations):
        yield "an archive has a link to the current document, and nothing else has"
    if archive and not relations & {"prev-archive", "next-archive"}:
        yield "an archive without neighbours"
    yield from _date(channel.findtext("lastBuildDate"))
    guids = Counter(item.findtext("guid") for item in channel.iterfind("item"))
    yield from (f"two items have the guid {guid}" for guid, n in guids.items() if n > 1)


def _item(item: etree._Element, coded: bool) -> Iterator[str]:
    yield from _once(item, _ITEM_ONCE)
    names = [str(child.tag) for child in item]
    yield from (f"no such element of item: {name}" for name in names if not name.startswith("{") and name not in _ITEM)
    yield from words(item.findtext("title") or "", coded=coded)
    yield from markup(item.findtext("description") or "<p>x</p>")
    yield from markup(item.findtext(f"{CONTENT}encoded") or "<p>x</p>")
    if not (item.findtext("description") or "").strip():
        yield "no description"
    if f"{CONTENT}encoded" in names and names.index(f"{CONTENT}encoded") < names.index("description"):
        yield "the content stands before the description"
    if not is_web(item.findtext("link") or ""):
        yield "the link is no web address"
    guid = item.find("guid")
    if guid is None or guid.get("isPermaLink") != "false" or not (guid.text or "").startswith("tag:"):
        yield "no guid that says it is no link"
    if item.find("author") is not None:
        yield "an author, which takes a mail address"
    if not item.findall(f"{DC}creator"):
        yield "no dc:creator"
    for creator in item.iterfind(f"{DC}creator"):
        yield from words(creator.text or "", coded=coded)
    for category in item.iterfind("category"):
        yield from words(category.text or "", coded=coded)
        if not (category.get("domain") or "").startswith("tag:"):
            yield "category without a domain"
    for element in (*item.iterfind(f"{MEDIA}content"), *item.iterfind(f"{MEDIA}thumbnail")):
        if not is_web(element.get("url", "")):
            yield "media without a web address"
    yield from _date(item.findtext("pubDate"))


def _once(element: etree._Element, names: tuple[str, ...]) -> Iterator[str]:
    counted = Counter(str(child.tag) for child in element)
    yield from (f"{counted[name]} {name}, at most one is allowed" for name in names if counted[name] > 1)


def _date(text: str | None) -> Iterator[str]:
    """RFC 822 as the profile wants it: the weekday is right, four digits of the year, a numeric zone, single spaces."""
    try:
        right = text is not None and format_datetime(parsedate_to_datetime(text)) == text
    except ValueError:
        right = False
    if not right:
        yield f"{text!r} is no RFC 822 date"
