"""Messages that are to be sent: which is due, who is at it, how each attempt ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A claimed message whose attempt is over, and what is to become of it."""

    delivery: Delivery  #: as it was claimed
    state: DeliveryState
    next_at: datetime
    ended: datetime
    outcome: Outcome
    status: int | None  #: HTTP
    error: str = ""  #: for people
    rest: datetime | None = None  #: until when the endpoint asks to be left alone with whatever is for it
    gone: str | None = None  #: the endpoint at this place is gone: `hold` it


class Closed(StrEnum):
    """Why an endpoint is closed."""

    GONE = "gone"  #: it answered 410
    FAILING = "failing"  #: it failed for days
    OWNER = "owner"  #: the owner's word


class Outbox(Protocol):
    """Part of the store."""

    def add(self, delivery: Delivery, *, now: datetime) -> bool:
        """False: this message is there already, in whatever state. Inside of a transaction."""

    def claim(
        self, wanted: Mapping[str, int], *, endpoints: int | None = None, now: datetime, lease: float
    ) -> Sequence[Delivery]:
        """Messages that are due, the longest first: of each endpoint in `wanted` at most so many, and those of the
        first so many `endpoints` only that have any (None: of all).

        Their attempts are recorded as begun (`attempts` counts them), and nobody else gets them for `lease` seconds. A
        message made later than `now` (the clock went back) is due, too. Inside of a transaction: nothing may be sent
        before it has ended.
        """

    def settle(self, tried: Sequence[Tried]) -> None:
        """These attempts are over. Inside of a transaction.

        What would be tried again is held where the endpoint was closed meanwhile. Of two who had the same message, its
        lease being over, the later one says what is next, but that what has arrived never becomes pending again.
        """

    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        """They were claimed and not tried: as if nobody had claimed them. Inside of a transaction."""

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
