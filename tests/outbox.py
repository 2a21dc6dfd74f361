"""What is in the outbox of a store, as tests look at it."""

from __future__ import annotations

from feeder.model import Delivery, DeliveryState
from feeder.storage import Attempt, Store

_ALL = 1_000_000


def deliveries(store: Store, *, state: DeliveryState | None = None) -> tuple[Delivery, ...]:
    """In the order in which they were made."""
    return tuple(it.delivery for it in reversed(store.lookup.messages(limit=_ALL, state=state)))


def attempts(store: Store, delivery_id: str) -> tuple[Attempt, ...]:
    """In order."""
    message = store.alerting.message(delivery_id)
    assert message is not None
    return message.attempts
