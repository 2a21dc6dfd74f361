"""The ASGI application that serves the published folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from starlette.types import Receive, Scope, Send

from feeder import feeds
from feeder.service import clock
from feeder.service.freshness import is_current
from feeder.service.whereabouts import Gone, Moved
from feeder.web.answers import SECURITY, Answer, Asked, Terms, answer, asked
from feeder.web.files import PublicFiles, Version, file_name

#: Private feeds are below "/s/<token>/".
PRIVATE = "/s/"
_PLAIN = {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


class Admits(Protocol):
    """Who may read private feeds; see service.privacy.Roster."""

    def at_hand(self, token: str) -> bool | None:
        """Whether a subscriber has this token; None: ask `recognises`."""

    def recognises(self, token: str) -> bool:
        """The same, in a thread: it may take a while."""


def _nothing(_: str) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for the files of a site. All functions take a path below the published folder, "feeds/all.atom"."""

    max_age: Callable[[str], int]  #: seconds for which readers need not ask again
    base_url: str = ""
    #: Asked, in a thread, for a path where there is no file: a feed that has moved is a 301 to its place below
    #: `base_url`, one that is gone a 410.
    whereabouts: Callable[[str], Moved | Gone | None] = _nothing
    private: Callable[[str], bool] | None = None  #: whether only subscribers get it; None: there is no such file
    hubs: tuple[str, ...] = ()  #: addresses of WebSub hubs that are told when a feed changes


def application(
    public: Path,
    *,
    max_age: int | Callable[[str], int],
    base_url: str = "",
    whereabouts: Callable[[str], Moved | Gone | None] = _nothing,
    private: Callable[[str], bool] | None = None,
    hubs: tuple[str, ...] = (),
    subscribers: Admits | None = None,
    wall: Callable[[], float] = clock.wall,
) -> Application:
    """See `Rules`; `max_age` may be the same for all files. `subscribers`: None where there are none.

    `wall`: POSIX seconds.
    """
    age = max_age if callable(max_age) else lambda _: max_age
    rules = Rules(max_age=age, base_url=base_url, whereabouts=whereabouts, private=private, hubs=hubs)
    return Application(public, rules, subscribers=subscribers, wall=wall)


class Application:
    """Serves `public` to GET and HEAD; everything that is not a published file is a 404."""

    def __init__(
        self,
        public: Path,
        rules: Rules,
        *,
        subscribers: Admits | None = None,
        wall: Callable[[], float] = clock.wall,
    ) -> None:
        self._files = PublicFiles(public)
        self._rules = rules
        self._subscribers = subscribers
        self._wall = wall
        self._links = lru_cache(maxsize=10_000)(self._link_header)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"only HTTP is served here, not {scope['type']}")
        if scope["method"] not in ("GET", "HEAD"):
            found = _told(405, "GET and HEAD only.", allow="GET, HEAD")
        else:
            found = await self._answer(scope["path"], asked(scope["headers"]))
        await _send(send, scope, found)

    def at_once(self, path: str, headers: Iterable[tuple[bytes, bytes]]) -> Answer | None:
        """The answer to GET where it needs no more than what is in memory; None: it does, or is not a file's."""
        version = self._files.at_hand(path)
        if version is None or self._is_private(version.name):
            return None
        given = asked(headers)
        if b"a-im" in given:
            return None
        return answer(version, given, self._terms(version), now=self._wall())

    async def _answer(self, path: str, headers: Asked) -> Answer:
        rules = self._rules
        if path.startswith(PRIVATE):
            token, _, below = path.removeprefix(PRIVATE).partition("/")
            if not below or not await self._admits(token):
                return _NOT_THERE
            return await self._personal(token, below, headers)
        name = file_name(path)
        if name is None or self._is_private(name):
            return _NOT_THERE
        change = self._without_private if name.endswith(".opml") and rules.private is not None else None
        version = await self._files.version(path, reader="everybody" if change else "", change=change)
        if version is None:
            return await self._elsewhere(path.removeprefix("/"), f"{rules.base_url}/")
        return answer(version, headers, self._terms(version), now=self._wall())

    async def _personal(self, token: str, name: str, headers: Asked) -> Answer:
        """Feeds and lists of feeds, with addresses that are the subscriber's own."""
        below = f"{PRIVATE.strip('/')}/{token}"
        if not (name.startswith("feeds/") or name.endswith(".opml")):
            return _NOT_THERE

        def change(data: bytes) -> bytes:
            return feeds.readdressed(data, base_url=self._rules.base_url, below=below)

        version = await self._files.version(f"/{name}", reader=token, change=change)
        if version is None:
            return await self._elsewhere(name, f"{self._rules.base_url}/{below}/", private=True)
        terms = Terms(max_age=self._rules.max_age(name), private=True)
        return answer(version, headers, terms, now=self._wall())

    def _is_private(self, name: str) -> bool:
        return self._rules.private is not None and self._rules.private(name)

    async def _admits(self, token: str) -> bool:
        subscribers = self._subscribers
        if subscribers is None:
            return False
        known = subscribers.at_hand(token)
        return await asyncio.to_thread(subscribers.recognises, token) if known is None else known

    async def _elsewhere(self, name: str, base: str, *, private: bool = False) -> Answer:
        match await asyncio.to_thread(self._rules.whereabouts, name):
            case Moved(place):
                scope = "private" if private else "public"
                age = f"{scope}, max-age={self._rules.max_age(name)}"
                address = f"{base}{place}"
                return _told(301, f"This feed is at {address}", location=address, **{"cache-control": age})
            case Gone():
                return _told(410, "This feed is not published any more.")
        return _NOT_THERE

    def _without_private(self, data: bytes) -> bytes:
        return feeds.listed(data, base_url=self._rules.base_url, private=self._is_private)

    def _terms(self, version: Version) -> Terms:
        name = version.name
        return Terms(max_age=self._rules.max_age(name), links=self._links(name) if self._rules.hubs else "")

    def _link_header(self, name: str) -> str:
        """How a subscriber finds the hub without reading the feed (WebSub section 4)."""
        if not is_current(name):
            return ""
        links = [f'<{hub}>; rel="hub"' for hub in self._rules.hubs]
        return ", ".join((*links, f'<{self._rules.base_url}/{name}>; rel="self"'))


def _told(status: int, text: str, **headers: str) -> Answer:
    body = f"{text}\n".encode()
    return Answer(status, _PLAIN | headers | SECURITY | {"content-length": str(len(body))}, body)


_NOT_THERE = _told(404, "Nothing is published here.")


async def _send(send: Send, scope: Scope, found: Answer) -> None:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in found.headers.items()]
    await send({"type": "http.response.start", "status": found.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else found.body})
