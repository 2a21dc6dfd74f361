"""A published folder behind a real server on a free port."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from feeder.service.whereabouts import Gone, Moved
from feeder.web.application import application
from feeder.web.server import Server
from tests.fakes import client

#: The time files of the folder say they are from, unless a test says otherwise: 2021-06-15 12:00:00 UTC.
LONG_AGO = 1623758400
FEED = (
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Café</title>' + "<entry/>" * 500
).encode()


@dataclass(frozen=True)
class Site:
    """The folder and its server."""

    public: Path
    port: int

    def write(self, path: str, data: bytes, *, at: float = LONG_AGO) -> Path:
        """Published as the program does it: written aside, then renamed into place."""
        target = self.public / path
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".tmp-{target.name}")
        aside.write_bytes(data)
        os.utime(aside, (at, at))
        aside.rename(target)
        return target

    def ask(self, path: str, *, method: str = "GET", **headers: str) -> client.Reply:
        """Header names with _ for -."""
        return client.ask(self.port, path, method=method, **headers)

    def raw(self, data: bytes) -> bytes:
        """All the server has to say to these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as sock:
            sock.sendall(data)
            answer = b""
            while more := sock.recv(65536):
                answer += more
            return answer


@pytest.fixture(scope="module", params=["through the application", "at once"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """In both ways that a published file may take: readers cannot tell them apart."""
    started = threading.Event()
    public = tmp_path_factory.mktemp("site") / "public"
    public.mkdir()
    former = {"feeds/topic/old.atom": Moved("feeds/topic/new.atom"), "feeds/topic/gone.atom": Gone()}
    app = application(public, max_age=300, base_url="https://feeds.example.org/tv", whereabouts=former.get)
    at_once = app.at_once if request.param == "at once" else None
    server = Server(app, host="127.0.0.1", port=0, on_started=lambda address: started.set(), at_once=at_once)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert started.wait(10)
        port = urlsplit(server.address).port
        assert port is not None
        yield Site(public, port)
    finally:
        server.stop()
        thread.join(15)


@pytest.fixture
def site(server: Site) -> Site:
    """The server with nothing published but one feed and the index page."""
    shutil.rmtree(server.public)
    (server.public.parent / "secret.html").write_text("PLANTED")
    server.write("feeds/all.atom", FEED)
    server.write("index.html", b"<!doctype html><title>Feeds</title>")
    return server
