"""Rows of the SQLite store as values, and the columns they are made of."""

from __future__ import annotations

from typing import Any

from feeder.model import Delivery, DeliveryState, Held, StoredEntry, Topic, TopicKind, TopicListing
from feeder.storage.codec import decode_entry, decode_moment
from feeder.storage.outbox import Attempt, Outcome

#: What `delivery_of` takes.
DELIVERY = (
    "SELECT outbox.id, outbox.endpoint, outbox.watch, coalesce(entry.id, ''), outbox.event_type, outbox.body, "
    "outbox.state, outbox.attempts, outbox.next_at, outbox.held_for, outbox.replayed "
    "FROM outbox LEFT JOIN entry ON entry.nr = outbox.entry "
)


def topic_of(kind: str, key: str, label: str, origin: str) -> Topic:
    return Topic(kind=TopicKind(kind), key=key, label=label, origin=origin)


def listing_of(row: Any) -> TopicListing:
    kind, key, label, origin, place, count, updated = row
    return TopicListing(
        topic=topic_of(kind, key, label, origin), slug=place, count=count, updated=decode_moment(updated)
    )


def stored_of(row: Any) -> StoredEntry:
    data, first_seen, changed, _ = row
    return StoredEntry(entry=decode_entry(data), first_seen=decode_moment(first_seen), changed=decode_moment(changed))


def delivery_of(row: Any) -> Delivery:
    id_, endpoint, watch, entry_id, event_type, body, state, attempts, next_at, held_for, replayed = row
    return Delivery(
        id=id_,
        endpoint=endpoint,
        watch=watch,
        entry_id=entry_id,
        event_type=event_type,
        body=body,
        state=DeliveryState(state),
        attempts=attempts,
        next_at=decode_moment(next_at),
        held_for=Held(held_for) if held_for else None,
        replayed=replayed,
    )


def attempt_of(row: Any) -> Attempt:
    number, started, ended, outcome, status, error = row
    return Attempt(
        number=number,
        started=decode_moment(started),
        ended=None if ended is None else decode_moment(ended),
        outcome=None if outcome is None else Outcome(outcome),
        status=status,
        error=error,
    )
