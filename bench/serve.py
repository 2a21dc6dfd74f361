"""Feeds over HTTP: answers a second of the server's processor, beside nginx with the same files in the same run.

    python -m bench.serve [SECONDS]            of each case; default 3

Both are asked for the feed of everything over kept-alive connections: whole, compressed beforehand, and by somebody who
has it already. Divided by the processor time of the server alone, so that the client's own costs do not count. nginx
(Debian package nginx-light) has sendfile, gzip_static and no log.

Beside it stands what such an answer costs without feeder (`bench.serve_parts`): the event loop with the kernel's share,
the reading of requests, and the protocol that feeder answers from. What is left is looking the answer up.

Limit: 0.3 of nginx, for 200 and for 304.
"""

from __future__ import annotations

import gzip
import os
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import cast

from bench.serving import FEEDER, Serving
from bench.soak import _article

LIMIT = 0.3
ROUNDS = 3  # of each case, feeder and nginx in turn
#: Of an answer, each with all that are before it; see `bench.serve_parts`.
PARTS = ("loop", "reading", "protocol")
_CONNECTIONS = 16
_ARTICLES = 12
_FEED = "feeds/all.atom"
_TICKS = os.sysconf("SC_CLK_TCK")

_NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 256; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    gzip_static on;
    gzip_vary on;
    server_tokens off;
    keepalive_requests 1000000000;
    keepalive_timeout 600;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    types {{ application/atom+xml atom; }}
    add_header cache-control "public, max-age=300";
    add_header content-security-policy "default-src 'none'; style-src 'self'; sandbox; frame-ancestors 'none'";
    add_header x-content-type-options nosniff;
    add_header referrer-policy no-referrer;
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """Something that answers, and the process that does."""

    port: int
    pid: int

    def split(self) -> tuple[float, float]:
        """Seconds of the processor that it has used so far, itself and in the kernel."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) / _TICKS, int(fields[12]) / _TICKS

    def processor(self) -> float:
        """Both together."""
        return sum(self.split())


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked for, and the status that must come."""

    name: str
    status: int
    headers: tuple[str, ...] = ()


def rate(server: Server, case: Case, seconds: float) -> float:
    """Answers a second of the server's processor."""
    request = "\r\n".join((f"GET /{_FEED} HTTP/1.1", "Host: 127.0.0.1", *case.headers, "", "")).encode()
    client = _Client(server.port, request, case.status)
    try:
        client.run(0.2)  # until everything is in memory
        before, answers = server.processor(), client.answers
        client.run(seconds)
        used = server.processor() - before
        return (client.answers - answers) / max(used, 1 / _TICKS)
    finally:
        client.close()


class _Client:
    """Asks again over each connection as soon as the answer is whole; every answer must have the status."""

    def __init__(self, port: int, request: bytes, status: int) -> None:
        self._request = request
        self._status = b"HTTP/1.1 %d " % status
        self._selector = selectors.DefaultSelector()
        self._sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(_CONNECTIONS)]
        self.answers = 0
        self._length = self._first()  # all answers are as long as the first
        for sock in self._sockets:
            self._selector.register(sock, selectors.EVENT_READ)

    def _first(self) -> int:
        sock = self._sockets[0]
        sock.sendall(self._request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += sock.recv(1 << 16)
        head = data.partition(b"\r\n\r\n")[0]
        if not head.startswith(self._status):
            raise RuntimeError(f"expected {self._status!r}, got {head!r}")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = len(head) + 4 + (int(fields.get(b"content-length", b"0")) if b" 200 " in self._status else 0)
        while len(data) < length:
            data += sock.recv(1 << 16)
        return length

    def run(self, seconds: float) -> None:
        left = dict.fromkeys(self._sockets, 0)
        end = time.monotonic() + seconds
        buffer = bytearray(1 << 17)
        for sock in self._sockets:
            sock.sendall(self._request)
        while any(left.values()) or time.monotonic() < end:
            stop = time.monotonic() >= end
            ready = self._selector.select(0.2 if not stop else 0.05)
            if not ready and stop:
                return
            for key, _ in ready:
                sock = cast("socket.socket", key.fileobj)
                got = sock.recv_into(buffer)
                if got == 0:
                    raise RuntimeError("the server closed a connection")
                if left[sock] == 0 and not buffer.startswith(self._status):
                    raise RuntimeError(f"expected {self._status!r}, got {bytes(buffer[:40])!r}")
                left[sock] += got
                if left[sock] >= self._length:
                    left[sock] = 0
                    self.answers += 1
                    if not stop:
                        sock.sendall(self._request)

    def close(self) -> None:
        self._selector.close()
        for sock in self._sockets:
            sock.close()


@contextmanager
def part(name: str, answer: bytes) -> Iterator[Server]:
    """A server of `bench.serve_parts`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.serve_parts", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(answer)
        process.stdin.close()
        yield Server(int(process.stdout.readline()), process.pid)
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@contextmanager
def nginx(root: Path, folder: Path) -> Iterator[Server]:
    """With the files below `root`, each large one compressed beside it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, root=root, port=port))
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(config)])
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Server(port, int(children[0]))
    finally:
        process.terminate()
        process.wait(10)


def main(seconds: float, program: Sequence[str] = FEEDER) -> int:
    if shutil.which("nginx") is None:
        print("nginx is not installed: apt-get install nginx-light")
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker is another user
        (folder / "articles").mkdir()
        for number in range(_ARTICLES):
            (folder / "articles" / f"article-{number}.md").write_text(_article(f"article-{number}.md", 1))
        with Serving(folder, program=program) as serving:
            while serving.get(f"/{_FEED}").body.count(b"<entry") < _ARTICLES:
                time.sleep(0.5)
            time.sleep(1.5)  # a date is only told of what is older than a second
            root = folder / "www"
            shutil.copytree(folder / "public", root)
            plain = (root / _FEED).read_bytes()
            (root / f"{_FEED}.gz").write_bytes(gzip.compress(plain, 6, mtime=0))
            with nginx(root, folder) as other:
                return _compare(Server(serving.port, serving.pid), other, len(plain), seconds)


def _compare(feeder: Server, other: Server, size: int, seconds: float) -> int:
    worst = float("inf")
    print("answers a second of the server's processor, and microseconds that an answer of feeder's takes")
    names = "".join(f"{name:>10}" for name in (*PARTS, "look-up"))
    print(f"{'':12}{'feeder':>9}{'nginx':>9}{'ratio':>7}{'µs':>7}{names}{'kernel':>8}")
    for case in (
        Case(f"200, {size // 1024} kB", 200),
        Case("200, gzip", 200, ("Accept-Encoding: gzip",)),
        Case("304", 304),
    ):
        known = {
            server: (f"If-None-Match: {_etag(server)}",) if case.status == 304 else () for server in (feeder, other)
        }
        bytes_ = _answer(feeder, (*case.headers, *known[feeder]))
        with ExitStack() as stack:
            parts = [stack.enter_context(part(name, bytes_)) for name in PARTS]
            rates: dict[Server, list[float]] = {server: [] for server in (feeder, other, *parts)}
            kernel = []
            for _ in range(ROUNDS):
                for server, found in rates.items():
                    headers = (*case.headers, *known.get(server, known[feeder]))
                    before = feeder.split()
                    found.append(rate(server, Case(case.name, case.status, headers), seconds))
                    if server is feeder:
                        user, system = (now - then for now, then in zip(feeder.split(), before, strict=True))
                        kernel.append(system / (user + system))
        mine, theirs, *bare = (statistics.median(found) for found in rates.values())
        worst = min(worst, mine / theirs)
        costs = [0.0, *(1e6 / it for it in bare), 1e6 / mine]
        shares = "".join(f"{after - before:10.1f}" for before, after in pairwise(costs))
        print(
            f"{case.name:12}{mine:9,.0f}{theirs:9,.0f}{mine / theirs:7.2f}{costs[-1]:7.1f}{shares}"
            f"{statistics.median(kernel):8.0%}"
        )
    print(f"limit {LIMIT}")
    return int(worst < LIMIT)


def _answer(server: Server, headers: Sequence[str], method: str = "GET") -> bytes:
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        request = "\r\n".join((f"{method} /{_FEED} HTTP/1.1", "Host: x", *headers, "Connection: close", "", ""))
        sock.sendall(request.encode())
        answer = b""
        while more := sock.recv(1 << 16):
            answer += more
    return answer


def _etag(server: Server) -> str:
    answer = _answer(server, (), "HEAD")
    return next(line[6:] for line in answer.decode().split("\r\n") if line.lower().startswith("etag: "))


if __name__ == "__main__":
    raise SystemExit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0))
