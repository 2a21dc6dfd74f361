"""What feeder remembers. `Store` is the protocol, `open_store` the way to one; everything else here is its business.

Writers work inside `with store.transaction():`; what was written there is kept as a whole or not at all, also when
the process is killed or the machine loses power. Reading needs no transaction. A store may be used from several
threads. Errors: StateError and its leaves.
"""

from __future__ import annotations

from pathlib import Path

from feeder.storage.audience import Audience, Errand, ErrandKind, Subscriber, Subscription
from feeder.storage.installing import install
from feeder.storage.outbox import Attempt, Closed, Outbox, Outcome, Tried
from feeder.storage.store import (
    Alerting,
    Companion,
    DigestItem,
    EndpointState,
    Fate,
    FileRecord,
    JobOutcome,
    JobRecord,
    Lookup,
    Message,
    Month,
    Remembered,
    Sighting,
    Sketch,
    Stamp,
    Store,
    Wanted,
)
from feeder.storage.topics import Dirty, Former, Place, Posted, Published, Topics, TopicTotals

__all__ = [
    "Alerting",
    "Attempt",
    "Audience",
    "Closed",
    "Companion",
    "DigestItem",
    "Dirty",
    "EndpointState",
    "Errand",
    "ErrandKind",
    "Fate",
    "FileRecord",
    "Former",
    "JobOutcome",
    "JobRecord",
    "Lookup",
    "Message",
    "Month",
    "Outbox",
    "Outcome",
    "Place",
    "Posted",
    "Published",
    "Remembered",
    "Sighting",
    "Sketch",
    "Stamp",
    "Store",
    "Subscriber",
    "Subscription",
    "TopicTotals",
    "Topics",
    "Tried",
    "Wanted",
    "install",
    "open_store",
]


def open_store(folder: Path, *, write: bool, beside: bool = False) -> Store:
    """The store in this folder. With `write` it is created where there is none, brought up to date, and locked.

    `beside`: to write a little next to the process that holds the lock (hold a message, have one sent again): nothing
    is created or locked.

    Raises StateLocked (with the pid) when another process writes; StateDamaged when the database is corrupt, newer than
    this program, or gone although it was there; StateError when it cannot be opened, or is to be read and is not there.
    """
    from feeder.storage.sqlite import SqliteStore

    return SqliteStore.open(folder, write=write, beside=beside)
