"""What pages and API stand on: a running feeder, the answers to what is asked, and who is asking."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from feeder.service import clock
from feeder.service.app import App
from feeder.service.health import Health
from feeder.service.reading import Reading
from feeder.service.shelf import Shelf
from feeder.web.visitors import Doorkeeper, Visitor

#: Threads that make pages. They stay: a store has a connection for each thread that ever asked it.
_THREADS = 8


class Running(Protocol):
    """What they need of service.running.Service."""

    @property
    def app(self) -> App: ...
    def refresh(self) -> None: ...
    def reload(self) -> None: ...
    def health(self) -> Health: ...


class Desk:
    """One for the life of a server; `running.app` may be another one at each request."""

    def __init__(
        self, running: Running, *, shelf: Shelf | None = None, monotonic: Callable[[], float] = clock.monotonic
    ) -> None:
        self.running = running
        self.shelf = shelf or Shelf(lambda: self.app.settings)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="page")
        #: Held by who has a watch tried: each of them may load a catalog and a model of its own.
        self.trying = threading.Lock()
        self.door = Doorkeeper(lambda: self.app.settings, monotonic=monotonic)

    @property
    def app(self) -> App:
        return self.running.app

    def reading(self, visitor: Visitor) -> Reading:
        """What this visitor may read."""
        return Reading(self.app, catalog=self.shelf.get, trusted=visitor.sees)

    async def beside(self, work: Callable[[], Response]) -> Response:
        """Done in another thread, so that feeds are served meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def visitor(self, request: Request) -> Visitor:
        """Raises TooMany."""
        return self.door.visitor(request)
