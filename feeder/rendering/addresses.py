"""Where things are published, below the site's base address; and which foreign addresses may be linked to.

These places are what people subscribe to: changing one breaks every subscription to it.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

from feeder.model import Form, Topic, TopicKind

INDEX_PAGE = "index.html"
OPML = "feeds.opml"
FEED_STYLE = "static/feed.css"
MEDIA_TYPES = {Form.ATOM: "application/atom+xml", Form.RSS: "application/rss+xml", Form.JSON: "application/feed+json"}
KIND_PAGES = {
    TopicKind.WATCH: "watched.html",
    TopicKind.QUERY: "topics.html",
    TopicKind.SHOW: "shows.html",
    TopicKind.PERSON: "people.html",
    TopicKind.EVENT: "events.html",
}

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
# RFC 3986: what path, query and fragment may hold as it is. "%" stays: what was escaped once is not escaped again.
_LEGAL = "!$&'()*+,/:;=?@~%-._"
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def feed_place(topic: Topic, slug: str) -> str:
    """ "feeds/all", "feeds/show/gilmore-girls"; with a dot and the form's name it is the feed's path.

    Raises ValueError for a slug that is not [a-z0-9-].
    """
    if topic.kind is TopicKind.ALL:
        return "feeds/all"
    if not _SLUG.fullmatch(slug):
        raise ValueError(f"not a slug: {slug!r}")
    return f"feeds/{topic.kind.value}/{slug}"


def feed_path(topic: Topic, slug: str, form: Form = Form.ATOM) -> str:
    """ "feeds/all.atom", "feeds/show/gilmore-girls.rss". Raises ValueError as feed_place."""
    return f"{feed_place(topic, slug)}.{form.value}"


def archive_path(topic: Topic, slug: str, number: int, form: Form = Form.ATOM) -> str:
    """ "feeds/show/gilmore-girls/3.atom": the third archive from the oldest. Raises ValueError as feed_place."""
    if number < 1:
        raise ValueError(f"archives are counted from 1: {number}")
    return f"{feed_place(topic, slug)}/{number}.{form.value}"


def topic_anchor(topic: Topic, slug: str) -> str:
    """Where the page of its kind speaks of the topic, as a fragment: "show-gilmore-girls"."""
    return "all" if topic.kind is TopicKind.ALL else f"{topic.kind.value}-{slug}"


def page_path(topic: Topic, slug: str) -> str:
    """The page about the topic: its place on the page of its kind, "shows.html#show-gilmore-girls".

    It follows from the topic alone: feeds say it, and must not change when other topics come and go. Where a kind has
    so many topics that they stand on a page for each letter, this is the page that leads there.
    """
    if topic.kind is TopicKind.ALL:
        return INDEX_PAGE
    return f"{KIND_PAGES[topic.kind]}#{topic_anchor(topic, slug)}"


def letter_path(kind: TopicKind, letter: str) -> str:
    """The page of the topics of a large kind whose slugs begin with the letter or digit: "people/m.html"."""
    return f"{KIND_PAGES[kind].removesuffix('.html')}/{letter}.html"


def entry_path(entry_id: str) -> str:
    """The page about the entry: its place on the index page while it is among the latest, the page itself later."""
    return f"{INDEX_PAGE}#{entry_anchor(entry_id)}"


def entry_anchor(entry_id: str) -> str:
    """ "entry-dgzfqvxbyfimva2m77ellgzdvw", the last part of the id; fit for a fragment whatever the id is."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", entry_id.rpartition(":")[2])


def web_address(address: str | None) -> str | None:
    """The address in ASCII (RFC 3986) where it is an absolute http(s) one, else None.

    Spaces, quotes and non-ASCII letters are percent-encoded and host names put into IDNA form: an Atom link must be
    a valid IRI, and some readers take nothing but ASCII.
    """
    if not address:
        return None
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname, parts.port
        if parts.scheme not in ("http", "https") or not host:
            return None
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
        path, query, fragment = (_escaped(part) for part in (parts.path, parts.query, parts.fragment))
    except ValueError:  # a broken port or IPv6 address, a host that IDNA refuses, a lone surrogate
        return None
    if not _HOST.fullmatch(host):
        return None
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    return urlunsplit((parts.scheme, place, path, query, fragment))


def _escaped(part: str) -> str:
    return quote(_BARE_PERCENT.sub("%25", part), safe=_LEGAL)


def topic_view(topic: Topic, slug: str) -> str:
    """Where `feeder serve` shows the topic: "show/gilmore-girls"; "" is the front page. Raises as feed_place."""
    return feed_place(topic, slug).removeprefix("feeds/") if topic.kind is not TopicKind.ALL else ""


def entry_view(entry_id: str) -> str:
    """Where `feeder serve` shows the entry: "entry/dgzfqvxbyfimva2m77ellgzdvw"."""
    return f"entry/{entry_anchor(entry_id).removeprefix('entry-')}"
