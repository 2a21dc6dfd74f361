"""Feeds that are in memory are answered past the application; over one connection nobody can tell which were."""

from __future__ import annotations

import http.client
import socket
import time
from contextlib import closing, suppress

from tests.unit.web.conftest import FEED, Site

_GET = "GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n"


def request(path: str, *more: str) -> bytes:
    return _GET.format(path=path, more="".join(f"{line}\r\n" for line in more)).encode()


def test_answers_come_in_the_order_of_the_requests(site: Site) -> None:
    site.ask("/feeds/all.atom")  # in memory now
    paths = ["/feeds/all.atom", "/index.html", "/feeds/all.atom", "/nothing", "/feeds/all.atom", "/index.html"]
    sizes = {"/feeds/all.atom": FEED, "/index.html": b"<!doctype html><title>Feeds</title>", "/nothing": None}
    asked = b"".join(request(path) for path in paths[:-1]) + request(paths[-1], "Connection: close")
    answer = site.raw(asked)
    for path in paths:
        head, _, answer = answer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body, answer = answer[:length], answer[length:]
        assert sizes[path] is None or body == sizes[path]
        assert head.startswith(b"HTTP/1.1 404" if sizes[path] is None else b"HTTP/1.1 200")
    assert answer == b""


def test_a_connection_serves_one_reader_again_and_again(site: Site) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)) as connection:
        for number in range(20):
            path = ("/feeds/all.atom", "/index.html", "/feeds/all.atom?x=%41")[number % 3]
            connection.request("HEAD" if number % 4 == 3 else "GET", path)
            response = connection.getresponse()
            assert response.status == 200
            assert response.getheader("date")
            response.read()


def test_a_body_that_nobody_asked_for_is_not_taken_for_a_request(site: Site) -> None:
    site.ask("/feeds/all.atom")
    body = request("/nothing")
    asked = (
        request("/feeds/all.atom", f"Content-Length: {len(body)}") + body + request("/index.html", "Connection: close")
    )
    answer = site.raw(asked)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert b"HTTP/1.1 404" not in answer


def test_a_request_in_pieces_is_one_request(site: Site) -> None:
    site.ask("/feeds/all.atom")
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as sock:
        for byte in request("/feeds/all.atom", "Accept-Encoding: identity"):
            sock.sendall(bytes([byte]))
        answer = b""
        while not answer.endswith(FEED):
            answer += sock.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200")


def test_who_asks_much_and_reads_late_gets_it_all(site: Site) -> None:
    many = 2000
    site.write("feeds/large.atom", FEED * 20)
    site.ask("/feeds/large.atom")
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as sock:
        sock.setblocking(True)
        asked = request("/feeds/large.atom", "Accept-Encoding: identity") * (many - 1)
        sock.sendall(asked[: 64 * 1024])
        time.sleep(0.2)  # nothing is read, the server's buffers fill
        rest = asked[64 * 1024 :] + request("/feeds/large.atom", "Accept-Encoding: identity", "Connection: close")
        received = 0
        sock.setblocking(False)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if rest:
                with suppress(BlockingIOError):
                    rest = rest[sock.send(rest[:65536]) :]
            try:
                data = sock.recv(1 << 20)
            except BlockingIOError:
                time.sleep(0.001)
                continue
            if not data:
                break
            received += data.count(b"HTTP/1.1 200")
    # a status line that is split between two reads is not seen
    assert many * 0.99 <= received <= many
