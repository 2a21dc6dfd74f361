"""Who looks: a stranger, somebody at this machine, or the owner.

The owner logs in with a password or a token and gets a session, which lives in the memory of this process and is
known to the browser by a cookie that no script and no other site gets to use. What changes anything must come from
this site's own pages (Sec-Fetch-Site, else Origin) and carry a token made from the session. Guessing is slowed down
by address, and passwords are looked at one at a time, for each costs memory and time.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from feeder.config import Owner, Settings
from feeder.service import clock, ownership

#: Seconds that a session lives without being used.
LIFETIME = 12 * 3600.0
#: Wrong guesses that an address has at once, and seconds until it has another one.
GUESSES, ANOTHER = 5, 30.0
_ADDRESSES = 10_000  # remembered, the last to guess
_SESSIONS = 100
_COOKIE = "feeder-owner"


class TooMany(Exception):  # noqa: N818 - what is said to the one who guesses
    """Wrong guesses from this address; `wait`: seconds until the next one is looked at."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"Too many wrong guesses; wait {wait:.0f} seconds.")
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks, and what follows from it."""

    owner: bool  #: is logged in, or a program with the owner's token
    may_log_in: bool  #: there is something to log in with
    sees: bool  #: may look at messages and health
    csrf: str  #: what the owner's forms carry; "" for others


class Doorkeeper:
    """Keeps the sessions. `monotonic`: seconds since some moment."""

    def __init__(self, settings: Callable[[], Settings], *, monotonic: Callable[[], float] = clock.monotonic) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._checking = threading.Lock()
        self._sessions: OrderedDict[bytes, tuple[float, Owner]] = OrderedDict()  #: hash of its key -> (ends, login)
        self._guesses: OrderedDict[str, tuple[float, float]] = OrderedDict()  #: address -> (left, at)

    def visitor(self, request: Request) -> Visitor:
        """Raises TooMany where a program guesses tokens."""
        owner = self._settings().owner
        key = request.cookies.get(_COOKIE, "")
        in_session = owner.may_log_in and self._alive(key, owner)
        program = not in_session and self._with_token(request, owner)
        return Visitor(
            owner=in_session or program,
            may_log_in=owner.may_log_in,
            sees=in_session or program or (not owner.may_log_in and is_local(request)),
            csrf=_csrf(key) if in_session else "",
        )

    def log_in(self, request: Request, secret: str) -> str | None:
        """The key of a new session, or None for a wrong secret. Raises TooMany."""
        owner = self._settings().owner
        with self._checking:
            self._admit(request)
            if not owner.may_log_in or not ownership.recognised(owner, secret):
                self._wrong(request)
                return None
        key = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[_hashed(key)] = self._monotonic() + LIFETIME, owner
            while len(self._sessions) > _SESSIONS:
                self._sessions.popitem(last=False)
        return key

    def log_out(self, request: Request) -> None:
        with self._lock:
            self._sessions.pop(_hashed(request.cookies.get(_COOKIE, "")), None)

    def let_in(self, answer: Response, request: Request, key: str) -> Response:
        """The cookie of a session; an empty key takes it away."""
        answer.set_cookie(
            _COOKIE,
            key,
            max_age=int(LIFETIME) if key else 0,
            httponly=True,
            samesite="strict",
            secure=self._secure(request),
        )
        return answer

    def meant(self, request: Request, token: str) -> bool:
        """Whether the owner's own page sent this form."""
        key = request.cookies.get(_COOKIE, "")
        given = token.encode("utf-8", "surrogatepass")
        return from_here(request) and bool(key) and hmac.compare_digest(_csrf(key).encode(), given)

    def _alive(self, key: str, owner: Owner) -> bool:
        with self._lock:
            ends, known = self._sessions.get(_hashed(key), (0.0, None))
            now = self._monotonic()
            if known is None or ends <= now or known != owner:  # another password ends the sessions of the one before
                return False
            self._sessions[_hashed(key)] = now + LIFETIME, owner
            return True

    def _with_token(self, request: Request, owner: Owner) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not owner.token:
            return False
        self._admit(request)
        if ownership.is_token(owner, token.strip()):
            return True
        self._wrong(request)
        return False

    def _admit(self, request: Request) -> None:
        with self._lock:
            left, at = self._left(request)
            if left < 1:
                raise TooMany(max(1.0, ANOTHER * (1 - left) - (self._monotonic() - at)))

    def _wrong(self, request: Request) -> None:
        with self._lock:
            left, at = self._left(request)
            self._guesses[_address(request)] = left - 1, at
            self._guesses.move_to_end(_address(request))
            while len(self._guesses) > _ADDRESSES:
                self._guesses.popitem(last=False)

    def _left(self, request: Request) -> tuple[float, float]:
        now = self._monotonic()
        left, at = self._guesses.get(_address(request), (float(GUESSES), now))
        return min(float(GUESSES), left + (now - at) / ANOTHER), now

    def _secure(self, request: Request) -> bool:
        """Whether this visitor came over https, as told by the proxy or by the address that the site is known under."""
        base = urlsplit(self._settings().site.base_url)
        return request.url.scheme == "https" or (
            base.scheme == "https" and request.headers.get("host", "").lower() == base.netloc.lower()
        )


def from_here(request: Request) -> bool:
    """Whether a page of this site made the request, as far as the browser says; programs say nothing."""
    told = request.headers.get("sec-fetch-site")
    if told is not None:
        return told in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()


def is_local(request: Request) -> bool:
    """Whether it comes from this machine and was meant for it: a name that leads here does not count."""
    client = request.client.host if request.client else ""
    try:
        meant = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    return _is_loopback(client) and (meant == "localhost" or _is_loopback(meant))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _address(request: Request) -> str:
    """Of one who guesses: of IPv6 the network, for everybody has more addresses than can be remembered."""
    host = request.client.host if request.client else ""
    try:
        parsed = ipaddress.ip_address(host)
    except ValueError:
        return host
    return host if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))


def _hashed(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _csrf(key: str) -> str:
    return hmac.new(key.encode("utf-8", "surrogatepass"), b"form", hashlib.sha256).hexdigest()
