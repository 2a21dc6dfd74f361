"""OPML 2.0: the list of all feeds, for a reader's "import" or as a subscription list that is looked at again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from lxml import etree

from feeder.feeds.plain import plain
from feeder.model import SiteInfo, TopicKind, TopicListing
from feeder.rendering.addresses import OPML, feed_path, page_path
from feeder.rendering.directory import opml_path
from feeder.rendering.sheets import Sheet, shown
from feeder.rendering.wording import feed_subtitle, feed_title
from feeder.text import fold

_FOLDERS = {
    TopicKind.SHOW: "Shows",
    TopicKind.PERSON: "People",
    TopicKind.EVENT: "Events",
    TopicKind.WATCH: "Watched names",
    TopicKind.QUERY: "Topics",
}
_ORDER = list(TopicKind)


def opml_files(listings: Sequence[TopicListing], *, site: SiteInfo) -> Iterator[Sheet]:
    """Of all feeds, "feeds.opml", and of those of each kind that there are, "shows.opml"."""
    yield Sheet(OPML, shown(listings, counted=False), partial(opml, listings, site=site))
    for kind in _FOLDERS:
        found = [listing for listing in listings if listing.topic.kind is kind]
        if found:
            title = f"{site.title}: {_FOLDERS[kind]}"
            yield Sheet(
                opml_path(kind), shown(found, title, counted=False), partial(opml, found, site=site, title=title)
            )


def opml(listings: Sequence[TopicListing], *, site: SiteInfo, title: str | None = None) -> bytes:
    """The `listings` given, whatever their order: the feed of everything first, then a folder for each kind, by label.

    `title` says what is in the list where that is not all of the site. It bears no date, so that it changes only when
    feeds come, go or are renamed.
    """
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    name = _words(title or "") or _words(site.title)
    etree.SubElement(head, "title").text = name
    etree.SubElement(head, "ownerName").text = _words(site.author)
    body = etree.SubElement(root, "body")
    ordered = sorted(listings, key=lambda it: (_ORDER.index(it.topic.kind), fold(it.topic.label), it.slug))
    for kind, group in groupby(ordered, key=lambda it: it.topic.kind):
        folder = body if kind is TopicKind.ALL else etree.SubElement(body, "outline", text=_FOLDERS[kind])
        for listing in group:
            _outline(folder, listing, site)
    if not listings:
        # OPML 2.0 wants at least one outline; this one says what the list is of, and subscribes to nothing
        etree.SubElement(body, "outline", text=name)
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return document


def _words(text: str) -> str:
    """Text that means the same as it stands and as HTML: readers differ in which of both they take OPML's words for."""
    return re.sub(r"\s*&\s*", " & ", plain(text)).replace("<", "‹").replace(">", "›")


def _outline(parent: etree._Element, listing: TopicListing, site: SiteInfo) -> None:
    title = _words(feed_title(listing.topic, site))
    etree.SubElement(
        parent,
        "outline",
        type="rss",  # also for Atom, says OPML 2.0
        text=title,
        title=title,
        description=_words(feed_subtitle(listing.topic)),
        xmlUrl=f"{site.base_url}/{feed_path(listing.topic, listing.slug)}",
        htmlUrl=f"{site.base_url}/{page_path(listing.topic, listing.slug)}",
    )
