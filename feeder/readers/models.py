"""How feed readers tell entries apart, each as a pure function from a document to its keys.

Taken from the readers' own sources where those are public, from their makers' words otherwise:

    FreshRSS        atom:id or guid without bytes below 32 and above 127; where more than one in twenty of a document
                    is missing or repeated, links instead, for good. Links, titles, authors, content and tags tell it
                    that an entry changed, which its owner may have shown as unread. Purges after three months.
    Miniflux        SHA-256 of id, else of link, else of text; of guid and link where a guid repeats. Updates in place,
                    never unread. Forgets what has left the feed and was read sixty days ago.
    NetNewsWire     id, else what there is of link, date and title. Updates in place. What is older than 183 days when
                    it arrives is read already.
    Thunderbird     id, else link; one table for all feeds of an account. What it has stored it never looks at again,
                    but what has not been in the feed for a day it forgets, and takes for new when it is back.
    rss2email       guid, else a hash of the text. A changed text is mailed again where `reply-changes` is set.
    reader          (lemon24/reader, by feedparser) id, else link. Without either an entry is passed over.
    Feedbin         id, else link, date and title together.

All but Thunderbird tell entries apart within one subscription; a subscription outlives a permanent redirect.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from feeder.model import Form
from feeder.readers.documents import Document, Shown

#: Of a document's ids, the share that may be missing or repeated before FreshRSS trusts none of them.
_TOLERANCE = 0.05


@dataclass(frozen=True, slots=True)
class Keys:
    """What a reader knows a document's entries by."""

    found: tuple[str | None, ...]  #: one for each entry, in order; None: the reader passes it over
    spoilt: bool = False  #: ids of this feed are not to be trusted from now on


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A program that people read feeds with."""

    name: str
    keys: Callable[[Document, bool], Keys]  #: (document, whether an earlier one was spoilt)
    state: Callable[[Shown], Hashable]  #: differs when the reader notices a change
    per_account: bool = False  #: one table of entries for all feeds; else one a subscription
    forgets: timedelta | None = None  #: out of the feed for so long, an entry is unknown; None: for years
    read_when_older: timedelta | None = None  #: what was published so long ago arrives as if it had been read


def _of_each(key: Callable[[Shown], str | None]) -> Callable[[Document, bool], Keys]:
    """Keys that do not depend on the other entries."""

    def keys(document: Document, spoilt: bool) -> Keys:
        return Keys(tuple(map(key, document.entries)), spoilt)

    return keys


def _everything(entry: Shown) -> Hashable:
    return (entry.link, entry.title, entry.authors, entry.content, entry.tags)


def _text_alone(entry: Shown) -> Hashable:
    return entry.content


def _date_or_text(entry: Shown) -> Hashable:
    return (entry.updated, *_seen(entry))


def _seen(entry: Shown) -> tuple[Hashable, ...]:
    return (entry.link, entry.title, entry.authors, entry.content)


def _nothing(entry: Shown) -> Hashable:  # noqa: ARG001 - a reader that never looks at an entry twice
    return ()


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _moment(entry: Shown) -> str:
    return entry.published.isoformat() if entry.published else ""


def _ascii(text: str) -> str:
    """What FreshRSS leaves of an id."""
    return bytes(byte for byte in text.encode("utf-8", "replace") if 32 <= byte <= 127).decode("ascii").strip()


def _freshrss(document: Document, spoilt: bool) -> Keys:
    ids = [_ascii(entry.id) for entry in document.entries]
    wanting = len(ids) - len(set(filter(None, ids)))
    spoilt = spoilt or wanting > _TOLERANCE * len(ids)
    found = (
        (entry.link if spoilt else own) or _hash(entry.link, entry.title, entry.content)
        for own, entry in zip(ids, document.entries, strict=True)
    )
    return Keys(tuple(found), spoilt)


def _miniflux(document: Document, spoilt: bool) -> Keys:
    times = Counter(entry.id for entry in document.entries)
    doubled = document.form is Form.RSS
    found = (
        _hash(entry.id, entry.link)
        if doubled and entry.id and times[entry.id] > 1
        else _hash(entry.id or entry.link or entry.title + entry.content)
        for entry in document.entries
    )
    return Keys(tuple(found), spoilt)


def _netnewswire(entry: Shown) -> str:
    if entry.id:
        return entry.id
    parts = (entry.link, _moment(entry)) if entry.link else (entry.title, _moment(entry))
    return _hash(*(parts if any(parts) else (entry.content,)))


def _thunderbird(entry: Shown) -> str:
    return entry.id or entry.link or _hash(entry.title)


def _rss2email(entry: Shown) -> str:
    return entry.id or _hash(entry.content or entry.link or entry.title)


def _reader(entry: Shown) -> str | None:
    return entry.id or entry.link or None


def _feedbin(entry: Shown) -> str:
    return entry.id or _hash(entry.link, _moment(entry), entry.title)


READERS: Sequence[Reader] = (
    Reader(name="FreshRSS", keys=_freshrss, state=_everything, forgets=timedelta(days=90)),
    Reader(name="Miniflux", keys=_miniflux, state=_everything, forgets=timedelta(days=60)),
    Reader(name="NetNewsWire", keys=_of_each(_netnewswire), state=_date_or_text, read_when_older=timedelta(days=183)),
    Reader(
        name="Thunderbird", keys=_of_each(_thunderbird), state=_nothing, per_account=True, forgets=timedelta(days=1)
    ),
    Reader(name="rss2email", keys=_of_each(_rss2email), state=_text_alone),
    Reader(name="reader", keys=_of_each(_reader), state=_date_or_text),
    Reader(name="Feedbin", keys=_of_each(_feedbin), state=_date_or_text),
)
