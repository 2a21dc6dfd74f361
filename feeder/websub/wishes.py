"""What a subscriber asks a hub for (WebSub section 5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

#: Seconds. A subscriber that wants longer, or does not say, gets the one it is nearest to, and is told.
SHORTEST_LEASE, USUAL_LEASE, LONGEST_LEASE = 300, 10 * 86400, 30 * 86400
#: Bytes; "MUST be less than 200 bytes in length".
_LONGEST_SECRET = 199
_LONGEST_CALLBACK = 2000
_SCHEMES = ("http", "https")


class Refused(ValueError):  # noqa: N818 - what is said to the subscriber
    """The wish cannot be granted; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """To be subscribed to a topic, or not to be any more. Not to be believed before the callback confirms it."""

    subscribe: bool
    topic: str  #: address of the feed
    callback: str = field(repr=False)
    secret: bytes = field(default=b"", repr=False)
    lease: int = USUAL_LEASE  #: seconds


def wish(form: Mapping[str, Sequence[str]]) -> Wish:
    """`form`: the fields of the request with their values. Raises Refused."""
    mode = _one(form, "hub.mode")
    if mode == "publish":
        raise Refused("this hub learns of changes by itself")
    if mode not in ("subscribe", "unsubscribe"):
        raise Refused('hub.mode must be "subscribe" or "unsubscribe"')
    topic, callback = _one(form, "hub.topic"), _one(form, "hub.callback")
    if not topic:
        raise Refused("hub.topic is missing")
    _check_callback(callback)
    try:
        secret = _one(form, "hub.secret").encode()
    except UnicodeEncodeError:
        raise Refused("hub.secret is not text") from None
    if len(secret) > _LONGEST_SECRET:
        raise Refused("hub.secret must be less than 200 bytes long")
    return Wish(
        subscribe=mode == "subscribe",
        topic=topic,
        callback=callback,
        secret=secret,
        lease=_lease(_one(form, "hub.lease_seconds")),
    )


def _one(form: Mapping[str, Sequence[str]], name: str) -> str:
    values = form.get(name, ())
    if len(values) > 1:
        raise Refused(f"{name} is there more than once")
    return values[0] if values else ""


def _check_callback(callback: str) -> None:
    """Whether it may be called at all is found out when it is: here only what no client could call."""
    if not callback:
        raise Refused("hub.callback is missing")
    if len(callback) > _LONGEST_CALLBACK or not callback.isascii() or not callback.isprintable() or " " in callback:
        raise Refused("hub.callback is not an address, or one too long")
    try:
        parts = urlsplit(callback)
        whole = parts.scheme in _SCHEMES and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole:
        raise Refused("hub.callback must be an http or https address")
    if parts.username is not None or parts.fragment:
        raise Refused("hub.callback must have no user name and no fragment")


def _lease(text: str) -> int:
    if not text:
        return USUAL_LEASE
    if not (text.isascii() and text.isdecimal()):
        raise Refused("hub.lease_seconds must be a number of seconds")
    return max(SHORTEST_LEASE, min(LONGEST_LEASE, int(text[:12])))
