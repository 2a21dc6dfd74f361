"""What is in the outbox of a store, as tests look at it."""

from __future__ import annotations

from datetime import datetime

from feeder.model import Delivery, DeliveryState
from feeder.storage import Attempt, Store, Tried

_ALL = 1_000_000


def deliveries(store: Store, *, state: DeliveryState | None = None) -> tuple[Delivery, ...]:
    """In the order in which they were made."""
    return tuple(it.delivery for it in reversed(store.lookup.messages(limit=_ALL, state=state)))


def attempts(store: Store, delivery_id: str) -> tuple[Attempt, ...]:
    """In order."""
    message = store.alerting.message(delivery_id)
    assert message is not None
    return message.attempts


def claim(store: Store, *endpoints: str, now: datetime, lease: float = 90) -> Delivery | None:
    """The next message of one of these endpoints."""
    with store.transaction():
        claimed = store.outbox.claim(dict.fromkeys(endpoints, 1), endpoints=1, now=now, lease=lease)
    return claimed[0] if claimed else None


def settle(store: Store, *tried: Tried) -> None:
    with store.transaction():
        store.outbox.settle(tried)
