"""What is published: topics, where entries stand in them, their archives, files and former addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from feeder.model import StoredEntry, Topic, TopicKind, TopicListing


class Published(NamedTuple):
    """A file of the output folder that feeder wrote."""

    path: str
    size: int  #: bytes


class Dirty(NamedTuple):
    """A topic that is to be published again."""

    topic: Topic  #: under its newest label
    slug: str
    entries: int  #: in all
    standing: bool  #: it has a feed although it may have no entry
    listed: bool  #: it was published before
    horizon: Place  #: what stands before it has left the current document, and does not come back into it


class Place(NamedTuple):
    """Where an entry stands in a topic by its arrival there; later places are greater."""

    arrived: int  #: number of the edition it came with, or was last changed in
    published: int  #: seconds since 1970
    entry: int  #: its number, made from its id


class Posted(NamedTuple):
    """An entry of a topic, as it is put into feeds. Flat, as the database gives it: there are many of them."""

    arrived: int
    published: int
    entry: int
    entry_id: str
    changed: int  #: seconds since 1970
    size: int | None  #: bytes of its longest form; None where it has to be serialised first
    atom: bytes
    rss: bytes
    json: bytes

    @property
    def place(self) -> Place:
        return Place(*self[:3])

    @property
    def forms(self) -> tuple[bytes, ...]:
        """In the order of model.Form; of no meaning without a size."""
        return self[6:]


class Former(NamedTuple):
    """What became of an address."""

    topic: Topic
    slug: str | None  #: its place now; None: it is gone


class TopicTotals(NamedTuple):
    """Of the published topics of one kind, as they were when they were published."""

    feeds: int
    postings: int  #: entries in all of them, each as often as it is in one


class Topics(Protocol):
    """Part of the store. Writes inside of a transaction."""

    def declare(self, topics: Sequence[Topic], *, former: Mapping[str, Sequence[str]]) -> None:
        """These topics, and no others, have feeds although they may have no entry.

        One of the owner's whose label changed moves to a new address and keeps the old one as a former one; `former`
        has earlier names by key. What was declared before and is not any more loses its entries.
        """

    def keys(self, kind: TopicKind) -> frozenset[str]:
        """Of every topic of the kind that was ever seen."""

    def succeed(self, old: Topic, new: Topic) -> bool:
        """Let `new` go on with the feed of `old`: same feed id, and the old address leads to it.

        False, and nothing is done, unless `old` has lost all its entries and `new` was not published yet.
        """

    def former(self, kind: TopicKind, slug: str) -> Former | None:
        """What was once published there; None: nothing ever was, or it still is."""

    def former_slugs(self) -> Sequence[tuple[str, TopicListing]]:
        """(slug that a topic had once, the topic as it is published now), by kind and slug."""

    def slug(self, topic: Topic) -> str:
        """Given at the first sight of the topic and never to another of its kind. KeyError: never seen."""

    def latest(self, topic: Topic, limit: int) -> Sequence[StoredEntry]:
        """Newest `published` first, at most `limit`."""

    def arrivals(self, topic: Topic, limit: int, *, fingerprint: str) -> Sequence[Posted]:
        """What arrived last comes first; forms as kept under this fingerprint."""

    def waiting(self, topic: Topic, limit: int, *, fingerprint: str) -> Sequence[Posted]:
        """What is in no archive yet, without its forms; what arrived first comes first."""

    def archived(self, topic: Topic, number: int, *, fingerprint: str) -> Sequence[Posted]:
        """What is left in an archive of what it was closed with; what arrived first comes first."""

    def close_archive(self, topic: Topic, last: Place) -> None:
        """A new archive of everything that is waiting up to this place."""

    def last_archive(self, topic: Topic) -> tuple[int, Place] | None:
        """The number of the topic's newest archive (from 1), and the place it was closed with."""

    def dirty_archives(self, topic: Topic) -> Sequence[int]:
        """Archives to be written: new ones, and those from which an entry went or in which one has other tags."""

    def set_archive_published(self, topic: Topic, number: int) -> None: ...

    def archives(self) -> Mapping[tuple[TopicKind, str], int]:
        """How many each topic has that has any, by kind and slug."""

    def tombstones(self, topic: Topic, limit: int, *, since: datetime) -> Sequence[tuple[str, datetime]]:
        """(id, when) of the entries withdrawn after `since`, the last first."""

    def keep_serialised(self, entry_id: str, forms: Sequence[bytes], *, fingerprint: str) -> None:
        """`forms` in the order of model.Form."""

    def told_apart(self, entry_id: str) -> str | None:
        """What readers tell the entry apart by (readers.marks) as it was last published; None: it never was."""

    def set_told_apart(self, entry_id: str, marks: str) -> None: ...

    def dirty(self) -> Sequence[Dirty]:
        """Topics to be published again, by kind and slug; without entries and not standing: gone."""

    def all_topics_dirty(self) -> None:
        """With all their archives."""

    def set_published(self, listing: TopicListing, *, horizon: Place | None = None) -> None:
        """What the topic was published as; no longer dirty. Without entries it is listed only if it is standing.

        `horizon`: see `Dirty`; None: it stays where it is.
        """

    def listings(self) -> Sequence[TopicListing]:
        """Of every published topic, by kind and slug."""

    def published_files(self) -> Sequence[Published]:
        """What feeder wrote to the output folder, by path."""

    def published_count(self) -> int:
        """Of those files."""

    def set_published_files(self, sizes: Mapping[str, int | None]) -> None:
        """By path; None: it was removed."""

    def topic_totals(self) -> Mapping[TopicKind, TopicTotals]:
        """Of the published topics; a look at the topics only, whatever the number of entries."""
