"""A receiver of webhooks that misbehaves on purpose: a real listening socket, one thread a connection, raw bytes.

    with Receiver() as receiver:
        receiver.behave("/hook", fail_once)
        client.post(receiver.url("/hook"), ...)
        assert receiver.bodies("/hook") == [b"..."]

It speaks HTTP by hand, because a well-behaved server library cannot break off, drip or flood. What it read completely
is recorded before it answers: `requests` is what a real receiver would have acted on.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One whole request."""

    method: str
    path: str
    headers: dict[str, str]  #: lower-case names
    body: bytes = field(repr=False)


@dataclass(slots=True)
class Exchange:
    """One connection after its request was read: what a behaviour may do with it."""

    request: Received
    number: int  #: of this request at this path, from 1
    stopped: threading.Event
    _sock: socket.socket

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def reset(self) -> None:
        """Close so that the peer sees RST instead of an orderly end."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def pause(self, seconds: float) -> bool:
        """Wait; False once the receiver is being stopped."""
        return not self.stopped.wait(seconds)


Behaviour = Callable[[Exchange], None]


def accept(x: Exchange) -> None:
    x.answer(200, b"ok")


def status(code: int, **headers: str) -> Behaviour:
    """Answers with this status; header names with _ for -."""
    return lambda x: x.answer(code, b"as told", **headers)


def fail_once(x: Exchange) -> None:
    x.answer(500 if x.number == 1 else 200)


def redirect(location: str, code: int = 302) -> Behaviour:
    return lambda x: x.answer(code, Location=location)


def hang(x: Exchange) -> None:
    """Takes the request and never says a word."""
    x.stopped.wait(60)


def drip_head(x: Exchange) -> None:
    """A status line, then one header byte at a time, for ever."""
    x.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while x.pause(0.02):
        x.send(b"a")


def drip_body(code: int = 200) -> Behaviour:
    """The head at once, then one byte of the body at a time, for ever."""

    def behave(x: Exchange) -> None:
        x.send(b"HTTP/1.1 %d OK\r\nContent-Length: 1000000\r\n\r\n" % code)
        while x.pause(0.02):
            x.send(b"a")

    return behave


def drip_1xx(x: Exchange) -> None:
    while x.pause(0.02):
        x.send(b"HTTP/1.1 103 Early Hints\r\n\r\n")


def flood_1xx(x: Exchange) -> None:
    while not x.stopped.is_set():
        x.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500)


def flood_headers(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\n")
    for n in count():
        if x.stopped.is_set():
            return
        x.send(b"X-%d: %s\r\n" % (n, b"a" * 4000))


def endless_body(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not x.stopped.is_set():
        x.send(b"2000\r\n" + b"a" * 0x2000 + b"\r\n")


_BOMB = gzip.compress(gzip.compress(bytes(100_000_000), 9), 9)


def gzip_bomb(x: Exchange) -> None:
    """100 MB of zeros, compressed twice, in a few hundred bytes; sent whether asked for or not."""
    x.answer(200, _BOMB, Content_Encoding="gzip, gzip")


def close_silently(x: Exchange) -> None:
    """Reads the request and closes without an answer."""


def reset(x: Exchange) -> None:
    x.reset()


def eat_the_answer(x: Exchange) -> None:
    """Acts on the request, but its answer is lost on the way: once. Later ones get through."""
    if x.number == 1:
        x.reset()
    else:
        x.answer(200)


def half_a_body(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")


def garbage(x: Exchange) -> None:
    x.send(b"SSH-2.0-OpenSSH_9.7\r\n\r\n\x00\xff" * 10)


class Receiver:
    """Listens on a free port of `host` from `with` to its end. Paths nobody gave a behaviour accept."""

    def __init__(self, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self._behaviours: dict[str, Behaviour] = {}
        self._requests: list[Received] = []
        self._connections = 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._tls = tls
        self._host = host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Receiver:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def behave(self, path: str, behaviour: Behaviour) -> None:
        self._behaviours[path] = behaviour

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        shown = host or (f"[{self._host}]" if ":" in self._host else self._host)
        return f"http{'s' if self._tls else ''}://{shown}:{self.port}{path}"

    @property
    def connections(self) -> int:
        """How often anybody connected, whether or not a request followed."""
        with self._lock:
            return self._connections

    def requests(self, path: str | None = None) -> list[Received]:
        with self._lock:
            return [r for r in self._requests if path is None or r.path == path]

    def bodies(self, path: str | None = None) -> list[bytes]:
        return [r.body for r in self.requests(path)]

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.ExitStack() as stack:
            sock = stack.enter_context(self._tls.wrap_socket(raw, server_side=True) if self._tls else raw)
            request = _read_request(sock)
            if request is None:
                return
            with self._lock:
                self._requests.append(request)
                number = sum(r.path == request.path for r in self._requests)
            self._behaviours.get(request.path, accept)(Exchange(request, number, self._stopped, sock))


def _read_request(sock: socket.socket) -> Received | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return None
        data += more
        if data[0] == 0x16:  # a TLS greeting at a plain port: say so in plain text, as servers do
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return None
    head, body = data.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(_fields(lines))
    while len(body) < int(headers.get("content-length", "0")):
        more = sock.recv(65536)
        if not more:
            return None
        body += more
    method, path, _ = first.split(" ", 2)
    return Received(method=method, path=path, headers=headers, body=body)


def _fields(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, _, value = line.partition(":")
        yield name.lower(), value.strip()
