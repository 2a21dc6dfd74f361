"""Messages that are to be sent: which is due, who is at it, how each attempt ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from feeder.model import Delivery, DeliveryState


class Outcome(StrEnum):
    """How one attempt to deliver ended."""

    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"  #: no answer was heard, or the process ended before: the receiver may have it


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to deliver a message."""

    number: int  #: from 1
    started: datetime
    ended: datetime | None  #: None: under way
    outcome: Outcome | None
    status: int | None  #: HTTP
    error: str  #: for people; "" where there was none


class Closed(StrEnum):
    """Why an endpoint is closed."""

    GONE = "gone"  #: it answered 410
    FAILING = "failing"  #: it failed for days
    OWNER = "owner"  #: the owner's word


class Outbox(Protocol):
    """Part of the store."""

    def add(self, delivery: Delivery, *, now: datetime) -> bool:
        """False: this message is there already, in whatever state. Inside of a transaction."""

    def claim(self, endpoints: Sequence[str], *, now: datetime, lease: float) -> Delivery | None:
        """The next message due for one of these endpoints, its attempt recorded as begun (`attempts` counts it).

        Nobody else gets it for `lease` seconds. A message made later than `now` (the clock went back) is due, too.
        Own transaction: it is on disk when this returns.
        """

    def settle(
        self,
        delivery: Delivery,
        *,
        state: DeliveryState,
        next_at: datetime,
        now: datetime,
        outcome: Outcome,
        status: int | None,
        error: str = "",
    ) -> None:
        """The attempt that `claim` began is over. Own transaction."""

    def hold(self, endpoint: str, *, url: str, now: datetime, why: Closed = Closed.GONE) -> int:
        """The endpoint is not to be called again: hold what is pending for it, and what comes; how many."""

    def release(self, endpoint: str, *, unless_url: str | None = None) -> int:
        """Lift `hold`; how many messages are pending again, the oldest to be sent first. With `unless_url`, only if the
        endpoint has another address now, and not what the owner holds."""

    def release_leases(self) -> int:
        """At start, by the only writer: what a killed process had begun is due again; how many."""

    def replay(self, delivery_id: str, *, now: datetime) -> bool:
        """A message that is dead or held is due again, under its id; False: it is neither. Own transaction."""

    def due_since(self, endpoints: Sequence[str], *, now: datetime) -> datetime | None:
        """Since when the oldest message that nobody tries has been due for one of these endpoints; None: none is."""
