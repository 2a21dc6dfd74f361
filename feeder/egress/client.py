"""Outgoing HTTP: every address is checked at the moment of connecting, every cost is bounded.

What is bounded: one wall-clock deadline over name look-up, connect, TLS, request and answer (httpx's own timeouts are
per operation: a receiver that sends a byte a second never meets them), bytes read, and no decompression at all.
What is absent on purpose: redirects, proxies and netrc from the environment, kept-alive connections (a reused one is
a stale check, and half-closed ones make duplicates), cookies, retries.
"""

# ruff: noqa: ARG002  httpcore's interface gives timeouts to every call; here one deadline overrules them all

from __future__ import annotations

import contextlib
import ipaddress
import logging
import re
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpcore
import httpx

from feeder import __version__
from feeder.egress.addresses import Deadline, Network, Resolver, connect, networks, resolve
from feeder.errors import PermanentDeliveryError, TemporaryDeliveryError

#: Seconds from the look-up of the name to the last byte of the answer (Standard Webhooks 1.0.0: 15 to 30).
DEADLINE = 30.0
#: Bytes of an answer's body that are kept; the rest is not read.
BODY_CAP = 64 * 1024
#: Bytes taken from one connection beyond the cap of the body: ends a flood of 1xx answers that no body cap sees.
_WIRE_MARGIN = 448 * 1024

# Below WARNING these two print whole request addresses and headers, which carry secrets.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

# Ports of services that can be talked into something by an HTTP request (Fetch standard, "port blocking").
_BAD_PORTS = frozenset(
    int(port)
    for port in """
    0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123
    135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995
    1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080
    """.split()  # noqa: SIM905  a list would be a line for each number
)
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a receiver answered, of whatever status."""

    status: int
    body: bytes = field(repr=False)  #: as sent, not decoded; of a POST at most `BODY_CAP` bytes
    retry_after: str | None = None  #: the header as it came


class Client:
    """Sends one request a connection. Threads may share it.

    `allow_networks` are CIDRs beyond the public internet that may be called (a home server, a test receiver);
    link-local and metadata addresses stay closed. `deadline` is in seconds.
    """

    def __init__(
        self,
        *,
        allow_networks: Sequence[str] = (),
        deadline: float = DEADLINE,
        tls: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        self._allowed = networks(*allow_networks)
        self._deadline = deadline
        self._tls = tls
        self._tls_lock = threading.Lock()
        self._resolver = resolver
        self._closed = False

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """No further requests. Those under way run to their end: breaking them off would only make duplicates."""
        self._closed = True

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """The receiver's answer, whatever its status.

        A success counts when its answer is complete, or has filled the cap. Raises TemporaryDeliveryError when no
        answer came, `ambiguous` from the moment the last byte of the request was handed over; PermanentDeliveryError
        for an address that is malformed or that the guard refuses. Messages name scheme and host only: path and query
        of a hook are secrets.
        """
        return self._send("POST", url, headers=headers, body=body, cap=BODY_CAP)

    def get(self, url: str, *, headers: Mapping[str, str], cap: int) -> Answer:
        """The answer, whatever its status, its body whole: one of more than `cap` bytes is a PermanentDeliveryError.

        Otherwise as `post`.
        """
        answer = self._send("GET", url, headers=headers, body=None, cap=cap + 1)
        if len(answer.body) > cap:
            raise PermanentDeliveryError(f"the answer is larger than {cap} bytes", status=answer.status)
        return answer

    def _send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, cap: int) -> Answer:
        if self._closed:
            raise RuntimeError("the client is closed")
        target = _parse(url)
        place = f"{target.scheme}://{target.netloc.decode('ascii')}"
        request = httpx.Request(method, target, headers=self._headers(headers), content=body)
        sent = threading.Event()

        def trace(event: str, _info: Mapping[str, Any]) -> None:
            if event == "http11.send_request_body.complete":
                sent.set()

        backend = _GuardedBackend(
            allowed=self._allowed, seconds=self._deadline, resolver=self._resolver, wire_cap=cap + _WIRE_MARGIN
        )
        answer: Answer | None = None
        try:
            with httpcore.ConnectionPool(
                ssl_context=self._context() if target.scheme == "https" else None,
                max_connections=1,
                max_keepalive_connections=0,
                http2=False,
                retries=0,
                network_backend=backend,
            ) as pool:
                response = pool.handle_request(
                    httpcore.Request(
                        method,
                        httpcore.URL(
                            scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
                        ),
                        headers=request.headers.raw,
                        content=request.read(),
                        extensions={"trace": trace},
                    )
                )
                with contextlib.closing(response):
                    answer = Answer(status=response.status, body=b"", retry_after=_header(response, b"retry-after"))
                    return replace(answer, body=_read_capped(response, cap))
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as problem:
            if answer is not None and not 200 <= answer.status < 300:
                return answer  # a refusal is a refusal, however its page breaks off
            reason = _reason(problem, seconds=self._deadline)
            raise TemporaryDeliveryError(
                f"{place}: {reason}", status=answer.status if answer else None, ambiguous=sent.is_set()
            ) from problem

    @staticmethod
    def _headers(headers: Mapping[str, str]) -> dict[str, str]:
        return {
            "accept": "*/*",
            "accept-encoding": "identity",
            "connection": "close",
            "user-agent": f"feeder/{__version__}",
        } | {name.lower(): value for name, value in headers.items()}

    def _context(self) -> ssl.SSLContext:
        """Made on first use: reading the root certificates takes about as long as a request."""
        with self._tls_lock:
            if self._tls is None:
                self._tls = httpx.create_ssl_context(trust_env=False)
            return self._tls


def _parse(url: str) -> httpx.URL:
    """Refuses what two parsers could read in two ways, before anything is looked up."""
    if "\\" in url or url != url.strip() or any(c.isspace() for c in url):
        raise PermanentDeliveryError("the address holds a backslash or white space: write it percent-encoded")
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as problem:
        raise PermanentDeliveryError("the address is not a valid URL") from problem
    if parsed.scheme not in ("http", "https"):
        raise PermanentDeliveryError(f"the address must begin with https:// or http://, not {parsed.scheme[:20]!r}")
    if parsed.userinfo:
        raise PermanentDeliveryError("the address holds a user name or password: put it into the path or query")
    host = parsed.raw_host.decode("ascii")
    if not (_HOST_NAME.fullmatch(host) or _is_ipv6(host)):
        raise PermanentDeliveryError("the address has no valid host name")
    port = parsed.port
    if port is not None and (port > 65535 or port in _BAD_PORTS):
        raise PermanentDeliveryError(f"port {port} is never used for webhooks")
    return parsed


def _is_ipv6(host: str) -> bool:
    """An IPv6 literal without a zone: a zone names a link of this machine."""
    try:
        return "%" not in host and isinstance(ipaddress.ip_address(host), ipaddress.IPv6Address)
    except ValueError:
        return False


class _GuardedBackend(httpcore.NetworkBackend):
    """Opens the one connection of a request, to an address it has checked."""

    def __init__(self, *, allowed: Sequence[Network], seconds: float, resolver: Resolver, wire_cap: int) -> None:
        self._allowed = allowed
        self._wire_cap = wire_cap
        self._deadline = Deadline(seconds)
        self._resolver = resolver

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            sock = connect(host, port, allowed=self._allowed, resolver=self._resolver, deadline=self._deadline)
        return _Stream(sock, self._deadline, wire_cap=self._wire_cap)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise PermanentDeliveryError("a unix socket is no webhook")


@contextlib.contextmanager
def _mapped(on_timeout: type[Exception], on_error: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as problem:
        raise on_timeout(str(problem)) from problem
    except OSError as problem:
        raise on_error(str(problem)) from problem


class _Stream(httpcore.NetworkStream):
    """A socket whose every wait ends at the one deadline; the timeouts of the caller play no part."""

    def __init__(self, sock: socket.socket, deadline: Deadline, *, wire_cap: int) -> None:
        self._sock = sock
        self._wire_cap = wire_cap
        self._deadline = deadline
        self._read = 0

    def _arm(self) -> None:
        seconds = self._deadline.remaining()
        if seconds <= 0:
            raise TimeoutError
        self._sock.settimeout(seconds)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _mapped(httpcore.ReadTimeout, httpcore.ReadError):
            if self._read > self._wire_cap:
                raise OSError(f"more than {self._wire_cap} bytes and still no end")
            self._arm()
            data = self._sock.recv(max_bytes)
            self._read += len(data)
            return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _mapped(httpcore.WriteTimeout, httpcore.WriteError):
            rest = memoryview(buffer)
            while rest:
                self._arm()
                rest = rest[self._sock.send(rest) :]

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            try:
                self._arm()  # the handshake as a whole keeps to the socket's timeout
                wrapped = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
                return _Stream(wrapped, self._deadline, wire_cap=self._wire_cap)
            except BaseException:
                self.close()
                raise

    def get_extra_info(self, info: str) -> Any:
        return self._sock if info == "socket" else None


def _read_capped(response: httpcore.Response, cap: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) >= cap:
            break
    return bytes(body[:cap])


def _header(response: httpcore.Response, name: bytes) -> str | None:
    return next((v.decode("latin-1") for k, v in response.headers if k.lower() == name), None)


def _reason(problem: Exception, *, seconds: float) -> str:
    detail = str(problem).replace("\n", " ")[:200]
    if isinstance(problem, httpcore.TimeoutException):
        return f"no complete answer within {seconds:g} s" + (f": {detail}" if detail else "")
    return detail or type(problem).__name__
