"""What is answered to a request for a published file: status, headers, bytes (RFC 9110 sections 8, 12 and 13). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from email.utils import formatdate
from http import HTTPStatus
from typing import NamedTuple

from feeder import feeds
from feeder.web.conditional import held, manipulations, preferred, tags, unchanged_since
from feeder.web.files import Representation, Version, form_of

# A page brings its own style and a stricter policy, which names the style by its hash: both hold.
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# A feed carries text of others: should a browser show it, nothing in it runs or loads.
_FEED_POLICY = "default-src 'none'; style-src 'self'; sandbox; frame-ancestors 'none'"
# Browsers show the text of a feed's own media types and never look at its style sheet.
_FOR_BROWSERS = "application/xml; charset=utf-8"
_STYLED = ("application/atom+xml", "application/rss+xml")
#: Of every answer.
SECURITY = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}

#: Kept with a representation: what is said of one with a timetable changes each second.
_ANSWERS = 32

#: By name in lower case; a header that came in several lines as one (RFC 9110 section 5.3).
Asked = Mapping[bytes, bytes]


class Answer:
    """To GET; HEAD gets it without its body."""

    __slots__ = ("body", "head", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers  #: without Date
        self.body = body
        lines = (f"{name}: {value}\r\n" for name, value in headers.items())
        #: Status line and headers as they go over the wire; what follows is more headers, or the empty line.
        self.head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{''.join(lines)}".encode("latin-1")


class Terms(NamedTuple):  # made for each request: a frozen dataclass costs several times as much
    """What the site says about a file beside what is in it."""

    max_age: int  #: seconds for which nobody need ask again
    links: str = ""  #: the Link header (RFC 8288)
    private: bool = False  #: of one subscriber: no shared cache may keep it, no search engine list it


def asked(headers: Iterable[tuple[bytes, bytes]]) -> Asked:
    """Names are in lower case already, as ASGI has them."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        found[name] = value if name not in found else found[name] + b"," + value
    return found


def answer(version: Version, headers: Asked, terms: Terms, *, now: float) -> Answer:
    """`now`: POSIX seconds."""
    # In the second of a change the date cannot tell two versions apart, and a date ahead of us is a lie: no date
    # then, readers have the entity tag (RFC 9110 section 8.8.2).
    dated = version.modified + 1 <= now
    status, chosen = _choose(version, headers, dated=dated)
    if status == 200 and b"a-im" in headers:
        delta = _delta(version, headers, terms)
        if delta is not None:
            return delta
    key = (status, terms, dated, _for_browser(version, headers))
    made = chosen.answers.get(key)
    if made is None:  # the same as for the request before, as a rule
        if len(chosen.answers) >= _ANSWERS:
            chosen.answers.clear()
        found = _headers(version, chosen, terms, status=status, dated=dated, for_browser=key[3])
        made = chosen.answers[key] = Answer(status, found, b"" if status == 304 else chosen.body)
    return made


def _choose(version: Version, headers: Asked, *, dated: bool) -> tuple[int, Representation]:
    """The status and the representation it speaks of (RFC 9110 section 13.2.2)."""
    wanted = version.plain
    encodings = headers.get(b"accept-encoding")
    if encodings is not None and version.coded:
        coding = preferred(encodings.decode("latin-1"), tuple(version.coded))
        if coding is not None:
            wanted = version.coded[coding]
    if_none_match = headers.get(b"if-none-match")
    if if_none_match is not None:
        text = if_none_match.decode("latin-1")
        if text == wanted.etag:  # as a rule
            return 304, wanted
        representations = {wanted.etag: wanted, **version.representations}
        etag = held(text, representations)
        return (200, wanted) if etag is None else (304, representations[etag])
    if_modified_since = headers.get(b"if-modified-since")
    if dated and if_modified_since and unchanged_since(if_modified_since.decode("latin-1"), version.modified):
        return 304, wanted
    return 200, wanted


def _for_browser(version: Version, headers: Asked) -> bool:
    """Whether a person follows a link to a feed or types its address."""
    return headers.get(b"sec-fetch-dest") == b"document" and version.media_type.startswith(_STYLED)


def _headers(
    version: Version, chosen: Representation, terms: Terms, *, status: int, dated: bool, for_browser: bool
) -> dict[str, str]:
    media_type = _FOR_BROWSERS if for_browser else version.media_type
    found = {"etag": chosen.etag, "cache-control": f"{_scope(terms)}, max-age={terms.max_age}"}
    varies = _varies(version)
    if varies:
        found["vary"] = ", ".join(varies)
    if dated:
        found["last-modified"] = formatdate(version.modified, usegmt=True)
    if terms.private:
        found["x-robots-tag"] = "noindex"
    if status != 304:
        found["content-type"] = media_type
        found["content-security-policy"] = _PAGE_POLICY if media_type.startswith("text/html") else _FEED_POLICY
        if terms.links:
            found["link"] = terms.links
        if chosen.coding is not None:
            found["content-encoding"] = chosen.coding
        found["content-length"] = str(len(chosen.body))
    return found | SECURITY


def _scope(terms: Terms) -> str:
    return "private" if terms.private else "public"


def _varies(version: Version) -> Sequence[str]:
    varies = ["accept-encoding"] * version.compressible
    if version.media_type.startswith(_STYLED):
        varies.append("sec-fetch-dest")
    if form_of(version.name) is not None:
        varies.append("a-im")
    return varies


def _delta(version: Version, headers: Asked, terms: Terms) -> Answer | None:
    """What has come since a version that this reader has, with the tag of the whole feed; None: send all of it.

    RFC 3229; caches that know nothing of it must not keep such an answer.
    """
    form = form_of(version.name)
    if form is None or "feed" not in manipulations(headers[b"a-im"].decode("latin-1")):
        return None
    base = next(
        (it for it in tags(headers.get(b"if-none-match", b"").decode("latin-1")) if it in version.earlier), None
    )
    if base is None:
        return None
    body = feeds.delta(form, version.plain.body, version.earlier[base])
    found = _headers(version, replace(version.plain, body=body), terms, status=226, dated=False, for_browser=False)
    found |= {"im": "feed", "delta-base": f'"{base}"', "cache-control": f"{_scope(terms)}, no-store, im"}
    return Answer(226, found, body)
