"""Private feeds: which they are, who may read them, and the addresses that are a subscriber's own."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feeder import feeds
from feeder.config import Settings
from feeder.errors import SubscriberError
from feeder.service import clock
from feeder.service.freshness import feed_names
from feeder.storage import Store, Subscriber

#: Of Settings.private: everything that feeder serves.
EVERYTHING = "*"
#: Seconds for which a revoked token may still be good, and a new one not yet.
STALE = 5.0
_LONGEST_NAME = 100
_TOKEN_BYTES = 24
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a new subscriber is to be given, and nobody else. It is not kept."""

    name: str
    feed: str = field(repr=False)  #: address of the feed of everything
    list: str = field(repr=False)  #: address of the list of all feeds, to be imported into a reader


def is_private(settings: Settings, path: str) -> bool:
    """Whether only subscribers get what is published at this path, "feeds/show/gilmore-girls.atom"."""
    private = settings.private
    return EVERYTHING in private or any(name in private for name in feed_names(path))


def invite(store: Store, settings: Settings, name: str, *, now: datetime) -> Invitation:
    """A new subscriber with a token of their own. Raises SubscriberError."""
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise SubscriberError(f"a subscriber has a name of 1 to {_LONGEST_NAME} characters on one line")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    if not store.audience.add_subscriber(name, _digest(token), now=now):
        raise SubscriberError(f"there is a subscriber {name!r} already; revoke that one first, or take another name")
    base = f"{settings.site.base_url}/s/{token}"
    return Invitation(name=name, feed=f"{base}/feeds/all.atom", list=f"{base}/{feeds.OPML}")


def revoke(store: Store, name: str) -> None:
    """Their addresses lead nowhere from now on, within `STALE` seconds. Raises SubscriberError."""
    if not store.audience.remove_subscriber(" ".join(name.split())):
        known = ", ".join(it.name for it in store.audience.subscribers()) or "nobody yet"
        raise SubscriberError(f"there is no subscriber {name!r}; there are: {known}")


class Roster:
    """Who may read, as a server asks it: from memory, which is refreshed every few seconds. For any thread."""

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], datetime] = clock.now,
        monotonic: Callable[[], float] = clock.monotonic,
    ) -> None:
        self._store = store
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: dict[bytes, Subscriber] = {}
        self._read = float("-inf")

    def at_hand(self, token: str) -> bool | None:
        """Whether a subscriber has this token; None: `recognises` has to look."""
        if self._monotonic() - self._read > STALE:
            return None
        return self._find(_digest(token)) is not None

    def recognises(self, token: str) -> bool:
        """Whether a subscriber has this token. Notes that it is in use. Raises StateError."""
        digest = _digest(token)
        with self._lock:
            if self._monotonic() - self._read > STALE:
                self._known = {it.digest: it for it in self._store.audience.subscribers()}
                self._read = self._monotonic()
            found = self._find(digest)
        if found is not None and (found.used is None or self._now() - found.used >= _HOUR):
            self._store.audience.used(digest, now=self._now())
        return found is not None

    def _find(self, digest: bytes) -> Subscriber | None:
        """Time tells nothing: not even where a guess differs, for nobody can choose the digest of a guess."""
        found = self._known.get(digest)
        return found if found is not None and hmac.compare_digest(found.digest, digest) else None


def subscribers(store: Store) -> Sequence[Subscriber]:
    """By name."""
    return store.audience.subscribers()


def _digest(token: str) -> bytes:
    """A token is 24 random bytes: there is nothing to guess, so a fast hash is as good as a slow one."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
