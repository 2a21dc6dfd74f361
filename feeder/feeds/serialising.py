"""Entries to bytes in each form, once; feeds from such bytes, as often as wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feeder.feeds import atom, jsonfeed, rss
from feeder.feeds.chapters import CURRENT, Chapter, Tombstone
from feeder.feeds.items import item
from feeder.model import Form, SiteInfo, StoredEntry, TopicListing


@dataclass(frozen=True, slots=True, kw_only=True)
class Serialised:
    """An entry in each form, ready to be spliced into any feed of that form."""

    atom: bytes
    rss: bytes
    json: bytes


def serialise(stored: StoredEntry, *, html: str, site: SiteInfo) -> Serialised:
    """`html` is the body as `Renderer.entry_html` makes it: sanitised, and of characters that XML allows.

    The bytes may be kept as long as entry, html and the site's base address, author, authority and language stay.
    """
    found = item(stored, html=html, site=site)
    return Serialised(
        atom=atom.entry_xml(found),
        rss=rss.item_xml(found),
        json=jsonfeed.item_json(found, stored.entry),
    )


def feed(
    form: Form,
    listing: TopicListing,
    entries: Sequence[bytes],
    *,
    site: SiteInfo,
    chapter: Chapter = CURRENT,
    tombstones: Sequence[Tombstone] = (),
) -> bytes:
    """A document of the topic's feed: `entries` (of `serialise`) in the order given, the newest first by custom.

    Its date is the listing's: equal arguments give equal bytes. Only Atom can tell of withdrawn entries (RFC 6721).
    """
    match form:
        case Form.ATOM:
            return atom.feed_xml(listing, entries, site=site, chapter=chapter, tombstones=tombstones)
        case Form.RSS:
            return rss.feed_xml(listing, entries, site=site, chapter=chapter)
        case Form.JSON:
            return jsonfeed.feed_json(listing, entries, site=site, chapter=chapter)
