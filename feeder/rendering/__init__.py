"""The only door to templates/: what entries and pages look like."""

from feeder.rendering.addresses import (
    FEED_STYLE,
    INDEX_PAGE,
    OPML,
    archive_path,
    entry_path,
    entry_view,
    feed_path,
    page_path,
    topic_anchor,
    topic_view,
    web_address,
)
from feeder.rendering.drawing import chart
from feeder.rendering.messages import Heard, Markings, Phrasebook, Told
from feeder.rendering.renderer import Renderer
from feeder.rendering.structured import news_article

__all__ = [
    "FEED_STYLE",
    "INDEX_PAGE",
    "OPML",
    "Heard",
    "Markings",
    "Phrasebook",
    "Renderer",
    "Told",
    "archive_path",
    "chart",
    "entry_path",
    "entry_view",
    "feed_path",
    "news_article",
    "page_path",
    "topic_anchor",
    "topic_view",
    "web_address",
]
