"""What subscribers read: feeds in three forms and their list, made of entries that are serialised once."""

from collections.abc import Sequence

from feeder.feeds.chapters import CURRENT, Chapter, Tombstone
from feeder.feeds.compression import compressed
from feeder.feeds.files import Tree
from feeder.feeds.identity import entry_id, topic_id
from feeder.feeds.opml import opml
from feeder.feeds.serialising import Serialised, feed, serialise
from feeder.model import Form, SiteInfo, StoredEntry, TopicListing
from feeder.rendering.addresses import FEED_STYLE, INDEX_PAGE, OPML, archive_path, feed_path


def entry_xml(stored: StoredEntry, *, html: str, site: SiteInfo) -> bytes:
    """Goes as soon as service.pressing calls `serialise`."""
    return serialise(stored, html=html, site=site).atom


def atom(listing: TopicListing, entries: Sequence[bytes], *, site: SiteInfo) -> bytes:
    """Goes as soon as service.pressing calls `feed`."""
    return feed(Form.ATOM, listing, entries, site=site)


__all__ = [
    "CURRENT",
    "FEED_STYLE",
    "INDEX_PAGE",
    "OPML",
    "Chapter",
    "Serialised",
    "Tombstone",
    "Tree",
    "archive_path",
    "atom",
    "compressed",
    "entry_id",
    "entry_xml",
    "feed",
    "feed_path",
    "opml",
    "serialise",
    "topic_id",
]
