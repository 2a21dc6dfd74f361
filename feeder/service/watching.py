"""Which watches a new or edited entry rings for, and the messages that follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from feeder import alerts, topics
from feeder.model import Alert, Delivery, DeliveryState, Entry, SiteInfo, StoredEntry, Topic, TopicKind, Watch
from feeder.storage import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """An alert that is to go out."""

    alert: Alert
    watch: Watch
    stored: StoredEntry


def rings(watches: Sequence[Watch], stored: StoredEntry, *, before: Entry | None) -> Iterator[Ring]:
    """One for each watch that this version of the entry names and the version `before` did not.

    A watch added later is thus silent about what it finds in old entries, and an edit rings only for a name it brings.
    """
    for watch in watches:
        alert = alerts.find(watch, stored.entry)
        if alert is not None and (before is None or alerts.find(watch, before) is None):
            yield Ring(alert=alert, watch=watch, stored=stored)


def deliveries(ring: Ring, *, store: Store, site: SiteInfo, now: datetime) -> Iterator[Delivery]:
    """One for each endpoint of the watch. The entry is in the store: its topics have their addresses."""
    from feeder.rendering import feed_path  # brings the template engine along

    topic = _feed_of(ring)
    body = alerts.payload(
        ring.alert,
        ring.stored,
        site=site,
        feed_url=f"{site.base_url}/{feed_path(topic, store.slug(topic))}",
        now=now,
    )
    for endpoint in ring.watch.endpoints:
        yield Delivery(
            id=alerts.message_id(
                entry_id=ring.alert.entry_id, watch=ring.watch.name, endpoint=endpoint, event_type=alerts.MENTION_NEW
            ),
            endpoint=endpoint,
            watch=ring.watch.name,
            entry_id=ring.alert.entry_id,
            event_type=alerts.MENTION_NEW,
            body=body,
            state=DeliveryState.PENDING,
            attempts=0,
            next_at=now,
        )


def _feed_of(ring: Ring) -> Topic:
    """The feed of the person who rang; that of all articles where it cannot be told."""
    proofs = set(ring.alert.evidence)
    for tag in ring.stored.entry.people:
        if not tag.candidates and not proofs.isdisjoint(tag.evidence):
            return Topic(kind=TopicKind.PERSON, key=tag.id, label=tag.label)
    return topics.ALL
