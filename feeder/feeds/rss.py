"""RSS 2.0 by the profile of the RSS Advisory Board, written by feedgen and spliced like Atom.

feedgen formats RSS dates with the locale of the whole process, which it changes for that (other threads see it), and
drops authors without a mail address: so it never gets a date or an author, and an extension writes both. Ampersands
and less-than signs become `&#x26;` and `&#x3C;`, which the profile asks for: there are readers that decode twice.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeder.feeds import vocabulary
from feeder.feeds.chapters import Chapter, hubs, neighbours, self_address
from feeder.feeds.items import Item
from feeder.feeds.plain import plain
from feeder.model import Form, SiteInfo, TopicListing
from feeder.rendering.addresses import FEED_STYLE, MEDIA_TYPES, page_path
from feeder.rendering.wording import feed_subtitle, feed_title

_END = b"</channel></rss>"
_OWN = {
    "dc": vocabulary.DC,
    "media": vocabulary.MEDIA,
    "rdf": vocabulary.RDF,
    "rdfs": vocabulary.RDFS,
    "dcterms": vocabulary.DCTERMS,
}
_NAMESPACES = _OWN | {"atom": vocabulary.ATOM, "content": vocabulary.CONTENT}  # these two are feedgen's


def item_xml(item: Item) -> bytes:
    """One `<item>` that takes its namespaces from the channel it is spliced into."""
    return spelled(vocabulary.bare(item_of(item).rss_entry(), _NAMESPACES))


def feed_xml(listing: TopicListing, items: Sequence[bytes], *, site: SiteInfo, chapter: Chapter) -> bytes:
    """`items` are of `item_xml`, in the order given."""
    head = spelled(channel_of(listing, site, chapter).rss_str())
    if not head.endswith(_END):
        raise AssertionError("feedgen writes feeds in another way than feeder expects")
    return b"".join((head.removesuffix(_END), *items, _END))


def spelled(xml: bytes) -> bytes:
    """The same document with the two characters written as the profile asks for."""
    return xml.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


class _Channel(FeedGenerator):  # type: ignore[misc]  # feedgen ships no types
    """A channel without the time of day, and with the style sheet that Atom feeds have."""

    def __init__(self, style: str) -> None:
        super().__init__()
        self._style = style
        self._FeedGenerator__rss_lastBuildDate = None  # the clock has filled it in, and no setter takes it out

    def _create_rss(self, extensions: bool = True) -> tuple[Any, Any]:
        root, document = super()._create_rss(extensions=extensions)
        vocabulary.add_style(root, self._style)
        return root, document


class _ChannelParts(BaseExtension):  # type: ignore[misc]  # feedgen ships no types
    """What feedgen writes wrongly or not at all."""

    def __init__(self) -> None:
        self.updated: datetime | None = None
        self.archive = False
        self.links: list[tuple[str, str]] = []
        self.hubs: tuple[str, ...] = ()

    def extend_ns(self) -> dict[str, str]:
        return _OWN | ({"fh": vocabulary.HISTORY} if self.archive else {})

    def extend_rss(self, rss: Any) -> Any:
        channel = rss[0]
        if self.updated:
            etree.SubElement(channel, "lastBuildDate").text = _date(self.updated)
        for hub in self.hubs:
            etree.SubElement(channel, f"{{{vocabulary.ATOM}}}link", rel="hub", href=hub)
        for relation, address in self.links:
            etree.SubElement(
                channel, f"{{{vocabulary.ATOM}}}link", rel=relation, type=MEDIA_TYPES[Form.RSS], href=address
            )
        if self.archive:
            etree.SubElement(channel, f"{{{vocabulary.HISTORY}}}archive")
        return rss


class _ItemParts(BaseEntryExtension):  # type: ignore[misc]  # feedgen ships no types
    def __init__(self) -> None:
        self.item: Item | None = None

    def extend_rss(self, element: Any) -> Any:
        item = self.item
        if item is None:
            raise AssertionError("an item without its values")
        etree.SubElement(element, "pubDate").text = _date(item.published)
        for name in item.authors:
            etree.SubElement(element, f"{{{vocabulary.DC}}}creator").text = name
        if item.outlet:
            # not <source>: that takes the address of the outlet's own feed, which an article does not tell
            etree.SubElement(element, f"{{{vocabulary.DC}}}publisher").text = item.outlet
        if item.language:
            etree.SubElement(element, f"{{{vocabulary.DC}}}language").text = item.language
        etree.SubElement(element, f"{{{vocabulary.ATOM}}}updated").text = item.updated.isoformat()
        if item.original:
            etree.SubElement(element, f"{{{vocabulary.ATOM}}}link", rel="via", type="text/html", href=item.original)
        vocabulary.add_image(element, item)
        vocabulary.add_claims(element, item)
        return element


def channel_of(listing: TopicListing, site: SiteInfo, chapter: Chapter) -> _Channel:
    topic = listing.topic
    feed = _Channel(f"{site.base_url}/{FEED_STYLE}")
    feed.register_extension("parts", _ChannelParts, atom=False)
    feed.parts.updated = listing.updated
    feed.parts.archive = chapter.number is not None
    feed.parts.links = list(neighbours(Form.RSS, listing, chapter, site))
    feed.parts.hubs = hubs(chapter, site)
    feed.title(plain(feed_title(topic, site)))
    feed.description(plain(feed_subtitle(topic)))
    feed.link(href=self_address(Form.RSS, listing, chapter, site), rel="self", type=MEDIA_TYPES[Form.RSS])
    # the last one is the channel's own link
    feed.link(href=f"{site.base_url}/{page_path(topic, listing.slug)}", rel="alternate", type="text/html")
    feed.language(site.language)
    feed.generator("feeder")
    return feed


def item_of(item: Item) -> FeedEntry:
    out = FeedEntry()
    out.register_extension("parts", _ItemParts, atom=False)
    out.guid(item.id, permalink=False)
    out.title(item.title)
    out.link(href=item.address, rel="alternate")
    # HTML, like everything that RSS calls a description: escaped here, and once more as XML
    out.description(html.escape(item.summary, quote=False) or item.html)
    if item.summary:
        out.content(item.html)
    out.category([{"term": it.label, "scheme": it.scheme} for it in item.categories])
    out.parts.item = item
    return out


def _date(when: datetime) -> str:
    """RFC 822 with a four-digit year, English names and a numeric zone, whatever the locale."""
    return format_datetime(when.astimezone(UTC).replace(microsecond=0))
