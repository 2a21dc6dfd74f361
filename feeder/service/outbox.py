"""The owner's word about messages and endpoints: show, send again, hold, release. Beside a running service, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from feeder.config import Settings
from feeder.errors import OutboxError
from feeder.model import DeliveryState, Held
from feeder.storage import Closed, Message, Store, open_store

#: How a message's id begins; whatever does not is an endpoint's name.
MESSAGE = "msg_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Which messages are to be sent again."""

    state: DeliveryState  #: DEAD or HELD
    endpoint: str | None = None
    watch: str | None = None
    held_for: Held | None = None
    since: datetime | None = None
    until: datetime | None = None  #: exclusive


@contextmanager
def desk(settings: Settings, *, write: bool) -> Iterator[Store]:
    """The store, next to whatever process is at work in it. Raises StateError."""
    store = open_store(settings.state_folder, write=write, beside=True)
    try:
        yield store
    finally:
        store.close()


def is_message(name: str) -> bool:
    """Whether it names a message, or the beginning of one, and no endpoint."""
    return name.startswith(MESSAGE)


def message(store: Store, delivery_id: str) -> Message:
    """Raises OutboxError unless exactly one message has an id that begins so."""
    found = store.alerting.message(delivery_id)
    if found is None:
        raise OutboxError(f"there is no message {delivery_id}, or more than one begins so; see `feeder alerts list`")
    return found


def replay(store: Store, delivery_ids: Sequence[str], *, now: datetime) -> int:
    """Have dead or held messages sent again, under their ids; how many. Raises OutboxError, then about none of them."""
    found = [message(store, delivery_id) for delivery_id in delivery_ids]
    for it in found:
        if it.delivery.state not in (DeliveryState.DEAD, DeliveryState.HELD):
            raise OutboxError(f"{it.delivery.id} is {it.delivery.state}; only what is dead or held is sent again")
    return sum(store.outbox.replay(it.delivery.id, now=now) for it in found)


def replay_range(store: Store, wanted: Range, *, now: datetime) -> int:
    """The same for all messages of a kind; how many."""
    return store.alerting.replay_all(
        now=now,
        state=wanted.state,
        endpoint=wanted.endpoint,
        watch=wanted.watch,
        held_for=wanted.held_for,
        since=wanted.since,
        until=wanted.until,
    )


def hold(store: Store, settings: Settings, name: str, *, now: datetime) -> int:
    """Hold a message that is pending, or everything for an endpoint, also what comes; how many messages."""
    if is_message(name):
        it = message(store, name).delivery
        if not store.alerting.hold_message(it.id):
            state = "just being sent" if it.state is DeliveryState.PENDING else it.state
            raise OutboxError(f"{it.id} is {state}; only what waits can be held")
        return 1
    endpoint = next((it for it in settings.endpoints if it.name == name), None)
    if endpoint is None:
        raise _unknown(name, settings)
    return store.outbox.hold(endpoint.name, url=endpoint.place, now=now, why=Closed.OWNER)


def release(store: Store, settings: Settings, name: str, *, now: datetime) -> int:
    """Let a held message go, or everything that is held for an endpoint that was closed; how many messages."""
    if is_message(name):
        it = message(store, name).delivery
        if it.state is not DeliveryState.HELD:
            raise OutboxError(f"{it.id} is {it.state}, not held")
        return int(store.outbox.replay(it.id, now=now))
    closed = {state.name for state in store.alerting.endpoint_states() if state.closed is not None}
    if name not in closed:
        if all(it.name != name for it in settings.endpoints):
            raise _unknown(name, settings)
        raise OutboxError(f"the endpoint {name} is not closed")
    return store.outbox.release(name)


def _unknown(name: str, settings: Settings) -> OutboxError:
    known = ", ".join(it.name for it in settings.endpoints) or "none"
    return OutboxError(f"{name} is neither a message ({MESSAGE}...) nor an endpoint; endpoints: {known}")
