"""Atom 1.0 (RFC 4287), written by feedgen.

An entry is serialised once and spliced into every feed it belongs to; the result has the very bytes feedgen would
write for the whole feed. What feedgen 1.0 gets wrong ends here: it drops rel, type and hreflang of entry links
(python-feedgen#135) and knows no xml:lang per entry, so an extension writes both; it fills dates in from the clock,
so every date is given; one forbidden character stops a feed, so text is cleaned; it puts new entries first, so
splicing keeps the caller's order; the generator carries a version that would change every feed on an upgrade.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeder.feeds.identity import tag_uri, topic_id
from feeder.model import Entry, SiteInfo, StoredEntry, TopicListing
from feeder.rendering.addresses import FEED_STYLE, entry_path, feed_path, page_path, web_address
from feeder.rendering.wording import feed_subtitle, feed_title
from feeder.text import clean, one_line, slug

ATOM_TYPE = "application/atom+xml"
_END = b"</feed>"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def entry_xml(stored: StoredEntry, *, html: str, site: SiteInfo) -> bytes:
    """One `<entry>` without a namespace of its own: it takes that of the feed it is spliced into.

    `html` is the body as `Renderer.entry_html` makes it: sanitised, and of characters that XML allows. The bytes may
    be kept as long as entry, html and the site's base address, author, authority and language stay.
    """
    bare: bytes = etree.tostring(
        entry_of(stored, html=html, site=site).atom_entry(), encoding="UTF-8", xml_declaration=False
    )
    return bare


def atom(listing: TopicListing, entries: Sequence[bytes], *, site: SiteInfo) -> bytes:
    """The topic's feed: `entries` (of `entry_xml`) in the order given, the newest first by custom.

    The feed's `updated` is the listing's: equal listings and entries give equal bytes.
    """
    head: bytes = feed_of(listing, site).atom_str()
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
        root.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{self._style}"'))
        return root, document


class _Repairs(BaseEntryExtension):  # type: ignore[misc]  # feedgen ships no types
    """Writes what feedgen's own entry cannot: links with their attributes, and the entry's language."""

    def __init__(self) -> None:
        self.links: list[dict[str, str]] = []
        self.language: str | None = None

    def extend_atom(self, entry: Any) -> Any:
        for link in self.links:
            etree.SubElement(entry, "link", link)
        if self.language:
            entry.set(_XML_LANG, self.language)
        return entry


def feed_of(listing: TopicListing, site: SiteInfo) -> _Feed:
    topic = listing.topic
    feed = _Feed(f"{site.base_url}/{FEED_STYLE}")
    feed.id(topic_id(site.authority, topic))
    feed.title(feed_title(topic, site))
    feed.subtitle(feed_subtitle(topic))
    feed.updated(_moment(listing.updated))
    feed.language(site.language)
    feed.author({"name": one_line(site.author)})
    feed.link(href=f"{site.base_url}/{page_path(topic, listing.slug)}", rel="alternate", type="text/html")
    feed.link(href=f"{site.base_url}/{feed_path(topic, listing.slug)}", rel="self", type=ATOM_TYPE)
    feed.generator("feeder")
    return feed


def entry_of(stored: StoredEntry, *, html: str, site: SiteInfo) -> FeedEntry:
    entry, article = stored.entry, stored.entry.article
    out = FeedEntry()
    out.register_extension("repairs", _Repairs)
    out.id(entry.id)
    out.title(one_line(entry.title) or "Untitled")
    out.updated(_moment(stored.changed))
    out.published(_moment(entry.published))
    out.author([{"name": name} for name in _authors(entry, site)])
    out.summary(clean(" ".join(sentence.text for sentence in entry.summary)), type="text")
    out.content(html, type="html")
    out.category(list(_categories(entry, site.authority)))
    # The original is where a reader's "open" should go; `via` would only say it once more. Where there is none, readers
    # made with feedparser would offer the id as a link, which leads nowhere: the page that lists the entry is better.
    address = web_address(article.link) or f"{site.base_url}/{entry_path(entry.id)}"
    out.repairs.links.append({"rel": "alternate", "type": "text/html", "href": address})
    if article.language != site.language:
        out.repairs.language = article.language
    return out


def _authors(entry: Entry, site: SiteInfo) -> tuple[str, ...]:
    names = tuple(filter(None, (one_line(name) for name in entry.article.byline)))
    return names or (one_line(entry.article.outlet or "") or one_line(site.author),)


def _categories(entry: Entry, authority: str) -> Iterable[dict[str, str]]:
    """Each thing once, in an order that depends on nothing but the entry.

    A name that could be several people's is none: a category says which one it is.
    """
    tags = [tag for tag in (*entry.shows, *entry.people) if not tag.candidates]
    found = [(tag.kind.value, tag.id, tag.label) for tag in tags]
    found += [("role", role.value, role.value) for tag in tags for role in tag.roles]
    found += [("event", event.type.value, event.type.value) for event in entry.events]
    if outlet := one_line(entry.article.outlet or ""):
        found.append(("outlet", slug(outlet), outlet))
    found += [("keyword", slug(word), word) for word in map(one_line, entry.article.owner.tags) if word]
    for scheme, term, label in dict.fromkeys(found):
        yield {"term": term, "scheme": tag_uri(authority, scheme), "label": one_line(label)}


def _moment(when: datetime) -> datetime:
    """RFC 3339 as feedgen writes it: UTC, whole seconds."""
    return when.astimezone(UTC).replace(microsecond=0)
