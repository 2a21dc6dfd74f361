"""A whole feeder at work in this process: schedule, folder, pages, feeds, hub; only its tagger is a fake."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from feeder.service.running import Service, running
from feeder.web import Server, site
from tests.fakes import client
from tests.fakes.newsroom import Newsroom


@dataclass(frozen=True)
class Site:
    """Where it answers."""

    service: Service
    port: int

    def ask(
        self, path: str, *, form: Mapping[str, str] | None = None, method: str = "GET", **headers: str
    ) -> client.Reply:
        """Header names with _ for -; a form is sent by POST."""
        return client.ask(self.port, path, form=form, method=method, **headers)


@contextmanager
def a_site(room: Newsroom) -> Iterator[Site]:
    """Of this room, once its feeds are there."""
    started = threading.Event()
    with running(room.settings, open_tagger=lambda _: room.tagger) as service:
        whole = site(service)
        server = Server(whole, host="127.0.0.1", port=0, on_started=lambda _: started.set(), at_once=whole.at_once)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            assert started.wait(30)
            port = urlsplit(server.address).port
            assert port is not None
            until((room.public / "feeds.opml").is_file)
            yield Site(service, port)
        finally:
            server.stop()
            thread.join(15)


def until(happens: Callable[[], object], *, seconds: float = 30.0) -> None:
    """Wait for it; AssertionError when it does not come."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, f"it did not happen in {seconds} s"
        time.sleep(0.02)
