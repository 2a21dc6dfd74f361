"""Who reads: subscribers of private feeds, and those who are told by WebSub when a feed changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Somebody who may read private feeds."""

    name: str
    digest: bytes = field(repr=False)  #: SHA-256 of the token; the token itself is kept nowhere
    created: datetime
    used: datetime | None = None  #: when the token was last used, to the hour; None: never


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A feed's changes are sent to this callback (WebSub) until the lease ends."""

    topic: str  #: path of the feed, "feeds/all.atom"
    callback: str = field(repr=False)  #: its path may be a secret
    secret: bytes = field(default=b"", repr=False)  #: b"": what is sent is not signed
    expires: datetime


class ErrandKind(StrEnum):
    """What is to be done."""

    SUBSCRIBE = "subscribe"  #: ask the callback whether it wants to be subscribed
    UNSUBSCRIBE = "unsubscribe"
    CONTENT = "content"  #: send the feed to the callback
    PING = "ping"  #: tell a hub of somebody else that the feed has changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A request that is to be made, as often as it takes."""

    kind: ErrandKind
    topic: str  #: path of the feed
    address: str = field(repr=False)  #: callback or hub
    secret: bytes = field(default=b"", repr=False)  #: of SUBSCRIBE
    lease: int = 0  #: of SUBSCRIBE, in seconds
    due: datetime
    attempts: int = 0  #: that have failed
    revision: int = 1  #: grows when the feed changes again before it is done


class Audience(Protocol):
    """Part of the store. Each method is a transaction of its own."""

    def add_subscriber(self, name: str, digest: bytes, *, now: datetime) -> bool:
        """False: somebody has this name already."""

    def remove_subscriber(self, name: str) -> bool:
        """False: there is nobody of this name."""

    def subscribers(self) -> Sequence[Subscriber]:
        """By name."""

    def used(self, digest: bytes, *, now: datetime) -> None:
        """The token of this digest was used."""

    def subscribe(self, subscription: Subscription) -> None:
        """New, or in place of the one with the same topic and callback."""

    def unsubscribe(self, topic: str, callback: str) -> bool:
        """With whatever was still to be sent to it; False: there is none."""

    def subscription(self, topic: str, callback: str, *, now: datetime) -> Subscription | None:
        """None: there is none, or its lease has ended."""

    def count_subscriptions(self) -> int:
        """Also of those whose lease has ended but that `expire` has not seen."""

    def expire(self, *, now: datetime) -> int:
        """Forget subscriptions whose lease has ended; how many."""

    def intend(self, errand: Errand) -> None:
        """To verify a wish (SUBSCRIBE, UNSUBSCRIBE); it takes the place of an earlier one of the same callback."""

    def intentions(self) -> Sequence[str]:
        """The callbacks of all wishes that are to be verified."""

    def announce(self, topics: Sequence[str], *, hubs: Sequence[str], now: datetime) -> int:
        """These feeds have changed: an errand for every subscription and every hub; how many there are to do for them.

        One that waits, also for another try after a failure, is made once, at its time, with what the feed is then.
        """

    def errands(self, *, now: datetime, limit: int) -> Sequence[Errand]:
        """Those that are due, the longest first."""

    def next_errand(self) -> datetime | None:
        """When the next one is due; None: there is none."""

    def settle(self, errand: Errand, *, again: datetime | None, now: datetime) -> None:
        """It was tried. `again`: it failed and is due then; None: it is done, unless the feed has changed meanwhile."""
