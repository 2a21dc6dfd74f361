"""What subscribers read: Atom feeds and their list, made of entries that are serialised once."""

from feeder.feeds.atom import atom, entry_xml
from feeder.feeds.files import Tree
from feeder.feeds.identity import entry_id, topic_id
from feeder.feeds.opml import opml
from feeder.rendering.addresses import FEED_STYLE, INDEX_PAGE, OPML, feed_path

__all__ = ["FEED_STYLE", "INDEX_PAGE", "OPML", "Tree", "atom", "entry_id", "entry_xml", "feed_path", "opml", "topic_id"]
