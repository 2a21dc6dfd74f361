"""The only door to templates/: what entries and pages look like."""

from feeder.rendering.addresses import (
    FEED_STYLE,
    INDEX_PAGE,
    OPML,
    archive_path,
    entry_path,
    feed_path,
    page_path,
    topic_anchor,
    web_address,
)
from feeder.rendering.renderer import Renderer

__all__ = [
    "FEED_STYLE",
    "INDEX_PAGE",
    "OPML",
    "Renderer",
    "archive_path",
    "entry_path",
    "feed_path",
    "page_path",
    "topic_anchor",
    "web_address",
]
