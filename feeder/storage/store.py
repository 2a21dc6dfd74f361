"""The protocol of a store, and the values that only it deals in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from feeder.model import Delivery, DeliveryState, Held, StoredEntry, Topic, TopicKind, TopicListing
from feeder.storage.audience import Audience
from feeder.storage.outbox import Attempt, Closed, Outbox
from feeder.storage.topics import Topics


class Stamp(NamedTuple):
    """What tells a file apart from its former self without reading it."""

    size: int  #: bytes
    mtime_ns: int
    inode: int


class Fate(StrEnum):
    """What became of a file."""

    ENTRY = "entry"
    SET_ASIDE = "set-aside"  #: it is not an article, for a known reason
    FAILED = "failed"  #: feeder could not digest it: quarantined until the file or the program changes


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """A file of the source folder, as it was when it was last looked at."""

    key: str
    stamp: Stamp | None  #: None: to be read again
    fate: Fate
    digest: str | None = None  #: of the article in it
    entry_id: str | None = None  #: a file that failed may still carry the entry it was before
    reason: str = ""  #: short stable code, unless it is an entry
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An entry that the store has, or had."""

    stored: StoredEntry
    withdrawn: datetime | None  #: since when no file holds it; None: it is in the feeds


class JobOutcome(StrEnum):
    """How a job ended."""

    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"  #: before it was done, because the service was asked to end; the next run goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """What a job of a service did last, and when it is to run again."""

    name: str  #: "refresh", ...
    started: datetime | None = None  #: of the last run that ended, or of the one that is under way; None: never
    seconds: float | None = None  #: that run took; None: it is under way
    outcome: JobOutcome | None = None  #: of that run; None: it is under way
    detail: str = ""  #: for people: what came of it, or the error
    succeeded: datetime | None = None  #: end of the last run that was done
    next_run: datetime | None = None  #: None: nothing is planned, the service has ended
    stale_at: datetime | None = None  #: if no run is done until then, something is wrong
    runs: int = 0  #: ended, since the store was made
    failures: int = 0  #: of those


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a search is for: all of it together. The empty one finds every entry."""

    phrases: tuple[str, ...] = ()  #: each of one or more words in a row, whatever case and accents
    beginnings: tuple[str, ...] = ()  #: of words
    without: tuple[str, ...] = ()  #: phrases that must not stand in it
    outlet: str = ""  #: the outlet's name has these words in a row
    topics: tuple[tuple[TopicKind, str], ...] = ()  #: (kind, key) of topics, all of which it is in
    kind: TopicKind | None = None  #: it is in a topic of this kind
    since: datetime | None = None  #: published then or later
    until: datetime | None = None  #: published before


class Sighting(NamedTuple):
    """An entry that was found."""

    stored: StoredEntry
    place: int  #: in the order of all entries by date, later ones are greater; the next page begins below it


class Companion(NamedTuple):
    """A topic and how many entries it shares with another."""

    listing: TopicListing
    shared: int


class Month(NamedTuple):
    """How many entries a topic has of a month."""

    year: int
    month: int  #: 1..12
    entries: int


class Message(NamedTuple):
    """A message of the outbox, as people look at it."""

    nr: int  #: later ones are greater
    delivery: Delivery
    created: datetime
    title: str  #: of its entry
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointState:
    """How an endpoint is doing, where something is to be said of it."""

    name: str
    failing_since: datetime | None  #: no message has arrived since; None: the last one did
    failures: int  #: in a row
    failed_since: datetime | None  #: as `failing_since`, kept until the owner has been told that it is over
    error: str  #: of the last one, for people
    told: datetime | None  #: when the owner was told of it by another endpoint
    closed_since: datetime | None
    closed: Closed | None
    waiting: int  #: messages that are pending, or held because it is closed
    dead: int  #: messages given up


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """A message that waits to be told together with others."""

    id: str  #: as if it were sent by itself
    entry_id: str
    watch: str
    endpoint: str
    body: bytes = field(repr=False)  #: as if it were sent by itself
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What an entry that rang is compared by; `trace` is for `stories` to read."""

    entry_id: str
    story: str
    trace: str


class Alerting(Protocol):
    """What alerts are decided by: stories, digests, how endpoints are doing; and the owner's word about messages."""

    # -- stories; inside of a transaction ---------------------------------------------------------------------------
    def sketches(self, watches: Sequence[str], *, since: datetime, until: datetime, limit: int) -> Sequence[Sketch]:
        """Of entries published then (both included) that rang for one of these watches, the newest first."""

    def story_of(self, entry_id: str) -> str | None: ...

    def put_in_story(self, sketch: Sketch, *, watches: Sequence[str], published: datetime) -> None:
        """The entry belongs to this story from now on, and has rung for these watches, too, sent or not."""

    def told(self, story: str, watch: str) -> frozenset[str]:
        """What the owner has been told in this story for this watch."""

    def tell(self, story: str, watch: str, what: Iterable[str]) -> None: ...

    def in_story(self, story: str, watch: str) -> Sequence[str]:
        """Ids of its entries in the feeds that rang for this watch, the earliest published first."""

    # -- digests ----------------------------------------------------------------------------------------------------
    def add_to_digest(self, item: DigestItem) -> bool:
        """False: it waits already, or was sent, alone or in a digest. Inside of a transaction."""

    def due_digests(self, *, now: datetime) -> Sequence[tuple[str, datetime, int]]:
        """(endpoint, when it was due, how many items), the longest due first."""

    def waiting_items(self, endpoint: str, due: datetime, *, limit: int) -> Sequence[DigestItem]:
        """In the order in which they came."""

    def digested(self, ids: Sequence[str], message_id: str) -> None:
        """They are part of this message now. Inside of a transaction."""

    def items_waiting(self) -> int: ...

    # -- messages and endpoints; each a transaction of its own ------------------------------------------------------
    def resolve(self, delivery: Delivery) -> bool:
        """A message that was held in doubt is certain now: it is pending, with this body. False: it was not held so.

        Inside of a transaction.
        """

    def hold_message(self, delivery_id: str) -> bool:
        """False: it is not pending, or under way."""

    def replay_all(
        self,
        *,
        now: datetime,
        state: DeliveryState,
        endpoint: str | None = None,
        watch: str | None = None,
        held_for: Held | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Like Store.replay for all messages of this kind made from `since` on and before `until`; how many."""

    def message(self, delivery_id: str) -> Message | None:
        """By its id or the beginning of it, if that is the beginning of one only."""

    def tried_since(self, endpoint: str, since: datetime, *, now: datetime) -> int:
        """Attempts begun from this moment on, its whole second included; not those of a clock that was ahead."""

    def endpoint_states(self) -> Sequence[EndpointState]:
        """Of every endpoint that fails, is closed, or has messages that wait or are dead; by name."""

    def set_told(self, endpoint: str, *, now: datetime) -> None:
        """The owner has been told that it fails."""

    def forget_failing(self, endpoint: str) -> None:
        """The owner has been told that it works again."""


class Lookup(Protocol):
    """What people look for: on pages, in searches, through the API. Reads only; what is withdrawn is not found."""

    def find(self, wanted: Wanted, *, limit: int, before: int | None = None) -> Sequence[Sighting]:
        """Newest first, at most `limit`; `before`: only what stands below this place."""

    def count(self, wanted: Wanted, *, most: int) -> int:
        """How many there are, counted up to `most`."""

    def listing(self, kind: TopicKind, slug: str) -> TopicListing | None:
        """The published topic at this address."""

    def listing_of(self, topic: Topic) -> TopicListing | None:
        """The topic as it is published, if it is."""

    def topics(self, kind: TopicKind | None, *, has: str = "", limit: int, after: str = "") -> Sequence[TopicListing]:
        """Published ones, by slug and kind, whose slug has `has` in it; `after`: only those behind "slug/kind"."""

    def busiest(self, kind: TopicKind, limit: int) -> Sequence[TopicListing]:
        """Those with most entries first."""

    def companions(self, topic: Topic, *, among: int, limit: int) -> Sequence[Companion]:
        """Shows and people that share most of the topic's newest `among` entries."""

    def months(self, topic: Topic) -> Sequence[Month]:
        """Months in which the topic has entries, in UTC, in order."""

    def messages(
        self, *, limit: int, before: int | None = None, state: DeliveryState | None = None, watch: str | None = None
    ) -> Sequence[Message]:
        """The last made first; `before`: only those with a smaller number."""


class Store(Protocol):
    """See the package's docstring for transactions, threads and errors."""

    @property
    def lookup(self) -> Lookup:
        """What people look for."""

    @property
    def alerting(self) -> Alerting:
        """Stories, digests, endpoints."""

    @property
    def outbox(self) -> Outbox:
        """Messages to be sent."""

    @property
    def topics(self) -> Topics:
        """What is published."""

    @property
    def audience(self) -> Audience:
        """Subscribers of private feeds, subscriptions by WebSub."""

    def close(self) -> None:
        """Idempotent; gives the lock back."""

    def transaction(self) -> AbstractContextManager[None]:
        """All writes within are kept together, or none when the block raises. Not to be nested."""

    # -- small facts --------------------------------------------------------------------------------------------
    def fact(self, name: str) -> str | None: ...
    def set_fact(self, name: str, value: str) -> None: ...

    # -- files --------------------------------------------------------------------------------------------------
    def stamps(self) -> Mapping[str, Stamp]:
        """Of every file that need not be read again while it keeps its stamp, by key."""

    def file_keys(self) -> frozenset[str]:
        """Of every file that was there at the last look."""

    def file(self, key: str) -> FileRecord | None: ...

    def files(self, *, fate: Fate | None = None, entry_id: str | None = None) -> Sequence[FileRecord]:
        """By key; all, or those of this fate and this entry."""

    def put_file(self, record: FileRecord) -> None:
        """The entry it names must be in the store."""

    def remove_file(self, key: str) -> None: ...

    def forget_stamps(self, *, fate: Fate) -> int:
        """Have all files of this fate read again; how many."""

    # -- entries ------------------------------------------------------------------------------------------------
    def remembered(self, entry_id: str) -> Remembered | None: ...

    def recognised(self, mark: str, value: str) -> Sequence[Remembered]:
        """Every entry that bears or bore this mark (entries.Recogniser): those in the feeds first, then by id."""

    def put_entry(self, stored: StoredEntry, *, topics: Iterable[Topic], marks: Iterable[tuple[str, str]]) -> None:
        """Add, replace or revive an entry. Its old and new topics become dirty if anything of it changed.

        It arrives, with the present edition, in every topic it is new in, and in all of them when `changed` moved.
        """

    def withdraw(self, entry_id: str, *, now: datetime) -> None:
        """Take it out of all topics, each of which gets a tombstone; its marks and its id stay."""

    def unsettled(self) -> Sequence[str]:
        """Ids of entries in the feeds whose own file (`article.key`) is no longer a file of theirs; sorted."""

    def counts(self) -> Mapping[str, int]:
        """How many: "entries" in the feeds, "withdrawn", topics in use by kind ("show", "person", ...), and messages by
        state ("pending", ...); what there is none of may be missing, but for entries and messages."""

    def begin_edition(self) -> None:
        """What arrives from now on stands behind everything that is there."""

    # -- operating it -------------------------------------------------------------------------------------------
    def put_job(self, record: JobRecord) -> None:
        """Own transaction."""

    def jobs(self) -> Sequence[JobRecord]:
        """By name."""

    def locked(self) -> bool:
        """Whether this store holds the writer's lock."""

    def probe(self) -> None:
        """Whether one could write now: waits for whoever does. Raises StateError."""

    def backup(self, target: Path, *, secrets: bool = True) -> None:
        """A consistent copy into a file that is not there yet, while others read and write. Raises StateError.

        Without `secrets` it lacks subscriptions by WebSub whose subscriber wants them signed: they are made anew when
        their leases end.
        """

    def check(self) -> Sequence[str]:
        """What is wrong with the database, for people; reads all of it."""

    def entries(self) -> Iterator[StoredEntry]:
        """Every entry in the feeds, by id, a few at a time in memory."""
