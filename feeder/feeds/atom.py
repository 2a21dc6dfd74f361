"""Atom 1.0 (RFC 4287), written by feedgen.

An entry is serialised once and spliced into every feed it belongs to; the result has the very bytes feedgen would
write for the whole feed. What feedgen 1.0 gets wrong ends here: it drops rel, type and hreflang of entry links
(python-feedgen#135) and knows no xml:lang per entry, so an extension writes both; it fills dates in from the clock,
so every date is given; one forbidden character stops a feed, so text is cleaned; it puts new entries first, so
splicing keeps the caller's order; the generator carries a version that would change every feed on an upgrade; an
entry's source has no id and no date.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeder.feeds import vocabulary
from feeder.feeds.chapters import Chapter, Tombstone, hubs, neighbours, self_address
from feeder.feeds.identity import topic_id
from feeder.feeds.items import Item
from feeder.feeds.plain import mistakable, plain
from feeder.model import Form, SiteInfo, TopicListing
from feeder.rendering.addresses import FEED_STYLE, MEDIA_TYPES, page_path
from feeder.rendering.wording import feed_subtitle, feed_title

_END = b"</feed>"
_NAMESPACES = {
    "media": vocabulary.MEDIA,
    "rdf": vocabulary.RDF,
    "rdfs": vocabulary.RDFS,
    "dcterms": vocabulary.DCTERMS,
}


def entry_xml(item: Item) -> bytes:
    """One `<entry>` that takes its namespaces from the feed it is spliced into."""
    return vocabulary.bare(entry_of(item).atom_entry(), _NAMESPACES)


def feed_xml(
    listing: TopicListing,
    entries: Sequence[bytes],
    *,
    site: SiteInfo,
    chapter: Chapter,
    tombstones: Sequence[Tombstone],
) -> bytes:
    """`entries` are of `entry_xml`, in the order given."""
    head: bytes = feed_of(listing, site, chapter, tombstones).atom_str()
    if not head.endswith(_END):
        raise AssertionError("feedgen writes feeds in another way than feeder expects")
    return b"".join((head.removesuffix(_END), *entries, _END))


class _Feed(FeedGenerator):  # type: ignore[misc]  # feedgen ships no types
    """A feed with a style sheet, so that a person who opens it in a browser sees a readable page."""

    def __init__(self, style: str) -> None:
        super().__init__()
        self._style = style

    def _create_atom(self, extensions: bool = True) -> tuple[Any, Any]:
        root, document = super()._create_atom(extensions=extensions)
        vocabulary.add_style(root, self._style)
        return root, document


class _FeedParts(BaseExtension):  # type: ignore[misc]  # feedgen ships no types
    """What feedgen knows nothing of: the namespaces of entries, archives, withdrawn entries."""

    def __init__(self) -> None:
        self.archive = False
        self.tombstones: Sequence[Tombstone] = ()

    def extend_ns(self) -> dict[str, str]:
        return (
            _NAMESPACES
            | ({"fh": vocabulary.HISTORY} if self.archive else {})
            | ({"at": vocabulary.TOMBSTONES} if self.tombstones else {})
        )

    def extend_atom(self, feed: Any) -> Any:
        if self.archive:
            etree.SubElement(feed, f"{{{vocabulary.HISTORY}}}archive")
        # RFC 6721, section 3: no two with the same ref and when
        for stone in dict.fromkeys(self.tombstones):
            when = _moment(stone.withdrawn).isoformat()
            etree.SubElement(feed, f"{{{vocabulary.TOMBSTONES}}}deleted-entry", ref=stone.entry_id, when=when)
        return feed


class _EntryParts(BaseEntryExtension):  # type: ignore[misc]  # feedgen ships no types
    """What feedgen's own entry cannot write."""

    def __init__(self) -> None:
        self.item: Item | None = None

    def extend_atom(self, entry: Any) -> Any:
        item = self.item
        if item is None:
            raise AssertionError("an entry without an item")
        etree.SubElement(entry, "link", rel="alternate", type="text/html", href=item.address)
        if item.original:
            # says that there is an original, and that `alternate` is it: else that is a page of feeder's own
            etree.SubElement(entry, "link", rel="via", type="text/html", href=item.original)
        if item.source:
            source = etree.SubElement(entry, "source")
            etree.SubElement(source, "id").text = item.source.id
            etree.SubElement(source, "title").text = item.source.title
            etree.SubElement(source, "updated").text = item.published.isoformat()
            etree.SubElement(source, "link", rel="alternate", type="text/html", href=item.source.address)
        vocabulary.add_image(entry, item)
        vocabulary.add_claims(entry, item)
        vocabulary.set_language(entry, item.language)
        return entry


def feed_of(listing: TopicListing, site: SiteInfo, chapter: Chapter, tombstones: Sequence[Tombstone]) -> _Feed:
    topic = listing.topic
    feed = _Feed(f"{site.base_url}/{FEED_STYLE}")
    feed.register_extension("parts", _FeedParts)
    feed.parts.archive = chapter.number is not None
    feed.parts.tombstones = tombstones
    feed.id(topic_id(site.authority, topic))
    feed.title(plain(feed_title(topic, site)))
    feed.subtitle(plain(feed_subtitle(topic)))
    feed.updated(listing.updated.astimezone(UTC))  # with the fraction of the entry that changed last
    feed.language(site.language)
    feed.author({"name": plain(site.author)})
    feed.link(href=f"{site.base_url}/{page_path(topic, listing.slug)}", rel="alternate", type="text/html")
    feed.link(href=self_address(Form.ATOM, listing, chapter, site), rel="self", type=MEDIA_TYPES[Form.ATOM])
    for hub in hubs(chapter, site):
        feed.link(href=hub, rel="hub")
    for relation, address in neighbours(Form.ATOM, listing, chapter, site):
        feed.link(href=address, rel=relation, type=MEDIA_TYPES[Form.ATOM])
    feed.generator("feeder")
    return feed


def entry_of(item: Item) -> FeedEntry:
    out = FeedEntry()
    out.register_extension("parts", _EntryParts)
    out.id(item.id)
    out.title(item.title)
    out.updated(item.updated)
    out.published(item.published)
    out.author([{"name": name} for name in item.authors])
    if mistakable(item.summary):
        # as HTML there is only one way to read it; where there is no doubt, text is what more readers get right
        out.summary(html.escape(item.summary, quote=False), type="html")
    elif item.summary:
        out.summary(item.summary, type="text")
    out.content(item.html, type="html")
    out.category([{"term": it.term, "scheme": it.scheme, "label": it.label} for it in item.categories])
    out.parts.item = item
    return out


def _moment(when: datetime) -> datetime:
    """RFC 3339 as feedgen writes it: UTC, whole seconds."""
    return when.astimezone(UTC).replace(microsecond=0)
