"""Feeds from entries that were serialised before, without asking feedgen for a head each time.

Two documents of the same form and kind differ in few places before their entries: id, title, dates, addresses. So the
empty feed of a topic that stands for all of its kind is written once, by feedgen, and what is the topic's own is put in
its places. The bytes are those that `serialising.feed` gives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from html import escape

from feeder.feeds import serialising
from feeder.feeds.chapters import CURRENT, Chapter, Tombstone
from feeder.feeds.identity import topic_id
from feeder.feeds.plain import plain
from feeder.feeds.rss import spelled
from feeder.model import Form, SiteInfo, Topic, TopicKind, TopicListing
from feeder.rendering.wording import feed_subtitle, feed_title

# what stands in the sample for a topic's own; nothing that is written into a feed looks like it
_LABEL, _SLUG, _KEY = "Zqlabelqz", "zqslugqz", "zqkeyqz"
_NUMBER, _PREVIOUS, _NEXT = 918273645001, 918273645002, 918273645003
_UPDATED = datetime(1987, 6, 5, 4, 3, 2, 101, tzinfo=UTC)

_END = {Form.ATOM: b"</feed>", Form.RSS: b"</channel></rss>", Form.JSON: b"]}"}
_BETWEEN = {Form.ATOM: b"", Form.RSS: b"", Form.JSON: b","}


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
    if tombstones and form is Form.ATOM:
        return serialising.feed(form, listing, entries, site=site, chapter=chapter, tombstones=tombstones)
    shape = (chapter.number is not None, chapter.previous is not None, chapter.next is not None)
    pieces, names = _mould(form, site, listing.topic.kind, shape)
    own = _own(form, listing, chapter, site)
    head = [pieces[0]]
    for name, piece in zip(names, pieces[1:], strict=True):
        head += (own[name], piece)
    between = _BETWEEN[form]
    if between:
        return b"".join((*head, between.join(entries), _END[form]))
    return b"".join((*head, *entries, _END[form]))


@lru_cache(maxsize=256)
def _mould(
    form: Form, site: SiteInfo, kind: TopicKind, shape: tuple[bool, bool, bool]
) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    """The bytes of the sample's empty feed between its own places, one more than places; what belongs in each."""
    archive, previous, following = shape
    topic = Topic(kind=kind, key="" if kind is TopicKind.ALL else _KEY, label=_LABEL)
    listing = TopicListing(topic=topic, slug=_SLUG, count=1, updated=_UPDATED)
    chapter = Chapter(
        number=_NUMBER if archive else None,
        previous=_PREVIOUS if previous else None,
        next=_NEXT if following else None,
    )
    whole = serialising.feed(form, listing, (), site=site, chapter=chapter)
    if not whole.endswith(_END[form]):
        raise AssertionError(f"an empty feed ends in another way than expected: {whole[-40:]!r}")
    whole = whole.removesuffix(_END[form])
    places = {value: name for name, value in _own(form, listing, chapter, site).items()}
    found = re.compile(b"|".join(re.escape(value) for value in sorted(places, key=len, reverse=True)))
    pieces = tuple(found.split(whole))
    if _LABEL.encode() in b"".join(pieces):
        raise AssertionError("a feed says its topic's name in a place that is not known")
    return pieces, tuple(places[value] for value in found.findall(whole))


def _own(form: Form, listing: TopicListing, chapter: Chapter, site: SiteInfo) -> Mapping[str, bytes]:
    """All that is the topic's own in a document's head, as this form writes it."""
    title, subtitle, feed_id = _words(listing.topic, site)
    write = _WRITTEN[form]
    return {
        "title": write(title),
        "subtitle": write(subtitle),
        "id": feed_id,
        "slug": listing.slug.encode(),
        **_dates(listing.updated),
        **_numbers(chapter),
    }


def _numbers(chapter: Chapter) -> Mapping[str, bytes]:
    numbers = {"number": chapter.number, "previous": chapter.previous, "next": chapter.next}
    return {name: b"%d" % number for name, number in numbers.items() if number is not None}


@lru_cache(maxsize=1)  # a topic's documents are written one after another
def _words(topic: Topic, site: SiteInfo) -> tuple[str, str, bytes]:
    feed_id = topic_id(site.authority, topic).encode()
    return plain(feed_title(topic, site)), plain(feed_subtitle(topic)), feed_id


@lru_cache(maxsize=1)
def _dates(updated: datetime) -> Mapping[str, bytes]:
    updated = updated.astimezone(UTC)
    second = updated.replace(microsecond=0)
    return {
        "moment": updated.isoformat().encode(),
        "second": second.isoformat().encode(),
        "date": format_datetime(second).encode(),
    }


def _xml(text: str) -> bytes:
    return escape(text, quote=False).encode()


_WRITTEN: Mapping[Form, Callable[[str], bytes]] = {
    Form.ATOM: _xml,
    Form.RSS: lambda text: spelled(_xml(text)),
    Form.JSON: lambda text: json.dumps(text, ensure_ascii=False)[1:-1].encode(),
}
