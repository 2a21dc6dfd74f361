"""Secrets that others may read, strangers at private feeds, readers that take their time."""

from __future__ import annotations

import base64
import http.client
import selectors
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.fakes.newsroom import Newsroom
from tests.fakes.site import Site, a_site, until
from tests.journeys.test_private_feeds import a_private_room, invited
from tests.journeys.test_service import CONFIG, Service, eventually

SECRET = "whsec_" + base64.b64encode(b"PLANTED-PLANTED-PLANTED-PLANTED").decode()
ENDPOINT = f'[[endpoints]]\nname = "desk"\nurl = "https://desk.example/hook"\nsecret = "{SECRET}"\n'
OPEN = "everybody on this machine may read"


# -- S3 ---------------------------------------------------------------------------------------------------------------


def test_s3_secrets_that_everybody_may_read_are_warned_of_and_never_shown(tmp_path: Path) -> None:
    """What `feeder check` says of them: tests/unit/service/test_check.py."""
    (tmp_path / "seeds").mkdir()
    config = tmp_path / "config.toml"
    config.write_text(CONFIG + ENDPOINT)
    config.chmod(0o644)
    service = Service(tmp_path)
    try:
        eventually(lambda: service.get("/readyz")[0] == 200)
        warned = [it for it in service.log() if OPEN in it.get("message", str(it))]
        assert len(warned) == 1
        assert str(config) in str(warned)
        (tmp_path / "desk.secret").write_text(SECRET)
        (tmp_path / "desk.secret").chmod(0o644)
        config.write_text(CONFIG + ENDPOINT.replace(SECRET, "file:desk.secret"))
        eventually(lambda: any("desk.secret" in str(it) for it in service.log() if OPEN in str(it)))

        told = (tmp_path / "log").read_text() + service.get("/metrics")[1]
        assert "PLANTED" not in told
        assert SECRET not in told
        assert service.end() == 0
    finally:
        service.kill()


# -- H2 ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    return a_private_room(tmp_path_factory.mktemp("private"))


@pytest.fixture(scope="module")
def site(room: Newsroom) -> Iterator[Site]:
    with a_site(room) as site:
        yield site


def raw(site: Site, target: bytes) -> tuple[int, bytes]:
    """What is answered to these very bytes: a client library would not send them."""
    with closing(socket.create_connection(("127.0.0.1", site.port), timeout=30)) as sock:
        sock.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: feeds.example.org\r\nConnection: close\r\n\r\n")
        reply = b""
        while data := sock.recv(65536):
            reply += data
    head, _, body = reply.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


STRANGE = [
    b"/s//feeds/all.atom",
    b"/s/ /feeds/all.atom".replace(b" ", b"%20"),
    b"/s/%00/feeds/all.atom",
    b"/s/%C3%A9%E2%82%AC%F0%9F%98%80/feeds/all.atom",
    b"/s/%FF%FE/feeds/all.atom",
    b"/s/%ED%A0%80/feeds/all.atom",  # half of a surrogate pair
    b"/s/" + "\u00e9".encode() + b"/feeds/all.atom",
    b"/s/" + b"A" * 6000 + b"/feeds/all.atom",
    b"/s/None/feeds/all.atom",
    b"/s/../s/feeds/all.atom",
]


@pytest.mark.parametrize("target", STRANGE, ids=[it[:24].decode("ascii", "backslashreplace") for it in STRANGE])
def test_h2_a_wrong_strange_or_empty_token_is_answered_like_a_feed_that_never_was(
    site: Site, target: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    status, body = raw(site, target)
    if status == 400:  # not even a request: no part of feeder has seen the token
        assert any(byte > 0x7E for byte in target)
        return
    assert (status, body) == raw(site, b"/feeds/never.atom")
    assert not [it for it in caplog.records if it.exc_info or it.levelname in ("ERROR", "CRITICAL")]


def test_h2_how_much_of_a_token_is_right_cannot_be_told_by_the_time_it_takes(room: Newsroom, site: Site) -> None:
    """Medians of requests in turn, which the noise of a busy machine meets alike. A slow hash of known names only, or a
    look-up that only right beginnings cause, would be seen."""
    below = invited(room)
    token = below.removeprefix("/s/")
    wrong = {
        "all": "A" * len(token),
        "the last": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "too long": token + "A",
        "too short": token[:8],
    }
    times: dict[str, list[float]] = {name: [] for name in wrong}
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)) as connection:

        def ask(path: str) -> int:
            connection.request("GET", path, headers={"host": "feeds.example.org"})
            answer = connection.getresponse()
            answer.read()
            return answer.status

        until(lambda: ask(f"{below}/feeds/all.atom") == 200)
        for _ in range(150):
            for name, guess in wrong.items():
                begun = time.perf_counter()
                assert ask(f"/s/{guess}/feeds/all.atom") == 404
                times[name].append(time.perf_counter() - begun)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    assert max(medians.values()) < 2 * min(medians.values()) + 0.001, medians


# -- H3 ---------------------------------------------------------------------------------------------------------------


def test_h3_a_hundred_and_fifty_slow_clients_keep_nobody_else_from_the_feeds(tmp_path: Path) -> None:
    """feeder alone, without the proxy that deploy/ describes: a third of them never ends its request, a third sends it
    byte by byte, a third never reads the answer."""
    service = Service(tmp_path)
    try:
        service.write("a.md", "A First Article")
        eventually(lambda: "A First Article" in service.feed())
        with ExitStack() as slow, selectors.DefaultSelector() as heard:
            clients = [slow.enter_context(closing(socket.socket())) for _ in range(150)]
            for number, client in enumerate(clients):
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.connect(("127.0.0.1", service.port))
                request = b"GET /feeds/all.atom HTTP/1.1\r\nHost: feeds.example.org\r\nAccept-Encoding: identity\r\n"
                client.sendall((request[:20], request[:1], request + b"\r\n")[number % 3])
                if number % 3 < 2:
                    heard.register(client, selectors.EVENT_READ)
            dripping = clients[1::3]
            taken = []
            for turn in range(1, 21):
                for client in dripping:
                    client.send(request[turn : turn + 1])
                begun = time.monotonic()
                assert "A First Article" in service.feed()
                assert service.get("/healthz")[0] == 200
                taken.append(time.monotonic() - begun)
            assert heard.select(timeout=0) == [], "none of the slow ones was turned away, each was still being served"
            assert statistics.median(taken) < 1.0, taken
            assert max(taken) < 5.0, taken
            # who was slow and makes haste is served as well
            dripping[0].sendall(request[21:] + b"Connection: close\r\n\r\n")
            assert b" 200 " in dripping[0].recv(64)
            service.write("b.md", "A Second Article")
            eventually(lambda: "A Second Article" in service.feed())
        assert service.end() == 0
    finally:
        service.kill()
