"""The ASGI application that serves the published folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from feeder.service import clock
from feeder.service.whereabouts import Gone, Moved
from feeder.web.conditional import accepts_gzip, held, unchanged_since
from feeder.web.files import PublicFiles, Representation, Version

# A page brings its own style and a stricter policy, which names the style by its hash: both hold.
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# A feed carries text of others: should a browser show it, nothing in it runs or loads.
_FEED_POLICY = "default-src 'none'; style-src 'self'; sandbox; frame-ancestors 'none'"
# Browsers show the text of a feed's own media types and never look at its style sheet.
_FOR_BROWSERS = "application/xml; charset=utf-8"
_SECURITY = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


def _nothing(_: str) -> None:
    return None


def application(
    public: Path,
    *,
    max_age: int,
    base_url: str = "",
    whereabouts: Callable[[str], Moved | Gone | None] = _nothing,
    wall: Callable[[], float] = clock.wall,
) -> ASGIApp:
    """Serves `public` to GET and HEAD; everything that is not a published file is a 404.

    `max_age`: seconds for which readers need not ask again; best the time to the next refresh. `whereabouts` is asked,
    in a thread, for a path where there is no file: a feed that has moved is a 301 to its place below `base_url`, one
    that is gone a 410. `wall`: POSIX seconds.
    """
    files = PublicFiles(public)

    async def serve(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"only HTTP is served here, not {scope['type']}")
        if scope["method"] not in ("GET", "HEAD"):
            return await _answer(send, scope, 405, {"allow": "GET, HEAD", **_PLAIN}, b"GET and HEAD only.\n")
        version = await files.version(scope["path"])
        if version is None:
            match await asyncio.to_thread(whereabouts, scope["path"].removeprefix("/")):
                case Moved(path):
                    headers = {
                        **_PLAIN,
                        "location": f"{base_url}/{path}",
                        "cache-control": f"public, max-age={max_age}",
                    }
                    return await _answer(send, scope, 301, headers, f"This feed is at {base_url}/{path}\n".encode())
                case Gone():
                    return await _answer(send, scope, 410, _PLAIN, b"This feed is not published any more.\n")
            return await _answer(send, scope, 404, _PLAIN, b"Nothing is published here.\n")
        # In the second of a change the date cannot tell two versions apart, and a date ahead of us is a lie: no date
        # then, readers have the entity tag (RFC 9110 section 8.8.2).
        dated = version.modified + 1 <= wall()
        status, chosen = _choose(version, Headers(scope=scope), dated=dated)
        headers = {"etag": chosen.etag, "cache-control": f"public, max-age={max_age}"}
        varies = ["accept-encoding"] * version.compressible
        media_type = version.media_type
        if media_type.startswith(("application/atom+xml", "application/rss+xml")):
            varies.append("sec-fetch-dest")
            if Headers(scope=scope).get("sec-fetch-dest") == "document":  # a person follows a link or types an address
                media_type = _FOR_BROWSERS
        if varies:
            headers["vary"] = ", ".join(varies)
        if dated:
            headers["last-modified"] = formatdate(version.modified, usegmt=True)
        if status == 304:
            return await _answer(send, scope, 304, headers, b"")
        headers["content-type"] = media_type
        headers["content-security-policy"] = _PAGE_POLICY if media_type.startswith("text/html") else _FEED_POLICY
        if chosen.coding is not None:
            headers["content-encoding"] = chosen.coding
        return await _answer(send, scope, 200, headers, chosen.body)

    return serve


_PLAIN = {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


def _choose(version: Version, headers: Headers, *, dated: bool) -> tuple[int, Representation]:
    """The status and the representation it speaks of (RFC 9110 section 13.2.2)."""
    wanted = version.plain
    if version.gzipped is not None and accepts_gzip(_all(headers, "accept-encoding")):
        wanted = version.gzipped
    if "if-none-match" in headers:
        representations = {wanted.etag: wanted, **version.representations}
        etag = held(_all(headers, "if-none-match"), representations)
        return (200, wanted) if etag is None else (304, representations[etag])
    if dated and unchanged_since(headers.get("if-modified-since", ""), version.modified):
        return 304, wanted
    return 200, wanted


def _all(headers: Headers, name: str) -> str:
    """A list header as one, however many lines it came in (RFC 9110 section 5.3)."""
    return ",".join(headers.getlist(name))


async def _answer(send: Send, scope: Scope, status: int, headers: dict[str, str], body: bytes) -> None:
    headers = {**headers, **_SECURITY}
    if status != 304:
        headers["content-length"] = str(len(body))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
