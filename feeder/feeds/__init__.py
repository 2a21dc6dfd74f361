"""What subscribers read: feeds in three forms and their list, made of entries that are serialised once."""

from feeder.feeds.chapters import CURRENT, Chapter, Tombstone
from feeder.feeds.compression import compressed
from feeder.feeds.delta import delta, fingerprints
from feeder.feeds.files import Tree
from feeder.feeds.identity import entry_id, topic_id
from feeder.feeds.items import moment_of
from feeder.feeds.opml import opml, opml_files
from feeder.feeds.personal import listed, readdressed
from feeder.feeds.serialising import Serialised, serialise
from feeder.feeds.splicing import feed
from feeder.rendering.addresses import FEED_STYLE, INDEX_PAGE, OPML, archive_path, feed_path

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
    "compressed",
    "delta",
    "entry_id",
    "feed",
    "feed_path",
    "fingerprints",
    "listed",
    "moment_of",
    "opml",
    "opml_files",
    "readdressed",
    "serialise",
    "topic_id",
]
