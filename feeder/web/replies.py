"""Answers that are made when they are asked for: pages and JSON, with what protects those who look at them."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from feeder.web.conditional import accepts_gzip, held

#: Nothing but the own style sheet, icon and forms; a page is in nobody's frame.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SECURITY = {
    "x-content-type-options": "nosniff",
    # the origin of a form must be told to its own site: "no-referrer" would hide it
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
}
_WORTH_COMPRESSING = 1024  # bytes


def page(request: Request, html: str, *, status: int = 200, private: bool = False) -> Response:
    """`private`: what only this visitor may see, and no cache may keep."""
    return _reply(request, html.encode(), "text/html; charset=utf-8", status=status, private=private)


def data(
    request: Request,
    value: Any,
    *,
    status: int = 200,
    private: bool = False,
    links: Mapping[str, str] | None = None,
    media_type: str = "application/json",
) -> Response:
    """JSON in UTF-8. `links`: relation -> address, for the Link header (RFC 8288)."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    answer = _reply(request, body, media_type, status=status, private=private)
    if links:
        answer.headers["link"] = ", ".join(f'<{address}>; rel="{name}"' for name, address in links.items())
    return answer


def document(request: Request, body: bytes, media_type: str, *, max_age: int = 0) -> Response:
    """A file that is made here. `max_age`: seconds for which nobody need ask again: its name changes with it."""
    answer = _reply(request, body, media_type)
    if max_age:
        answer.headers["cache-control"] = f"public, max-age={max_age}, immutable"
    return answer


def see_other(address: str) -> Response:
    """After a form: the page to look at now, which a reload does not send again."""
    return Response(status_code=303, headers={"location": address, "cache-control": "no-store", **_SECURITY})


def _reply(request: Request, body: bytes, media_type: str, *, status: int = 200, private: bool = False) -> Response:
    headers = {
        **_SECURITY,
        "content-security-policy": POLICY,
        "cache-control": "private, no-store" if private else "no-cache",
        "vary": "accept-encoding, cookie, authorization",
    }
    if status != 200 or private:
        return Response(body, status_code=status, headers=headers, media_type=media_type)
    tag = hashlib.sha256(body).hexdigest()[:32]
    zipped = len(body) >= _WORTH_COMPRESSING and accepts_gzip(",".join(request.headers.getlist("accept-encoding")))
    etags = (f'"{tag}-gzip"', f'"{tag}"') if zipped else (f'"{tag}"', f'"{tag}-gzip"')
    headers["etag"] = etags[0]
    if "if-none-match" in request.headers:
        known = held(",".join(request.headers.getlist("if-none-match")), etags)
        if known is not None:
            return Response(status_code=304, headers={**headers, "etag": known})
    if zipped:
        body = gzip.compress(body, compresslevel=5, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(body, headers=headers, media_type=media_type)
