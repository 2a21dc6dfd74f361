"""The HTTP server: uvicorn, with an address that is known to be open before anybody is told of it."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from feeder.errors import ServeError
from feeder.web.quick import AtOnce, quick

#: Seconds that answers under way may take after the signal to stop.
_GRACE = 10
_EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104  named to be shown as something a browser can open


class Server:
    """Listens from the moment it is made, answers while `run` runs. Signals are the business of whoever made it.

    `on_started` is called once with the address ("http://127.0.0.1:8000/"), from when on it answers; `on_tick` several
    times a second as long as the loop is not held up. `at_once`: see `quick`. Port 0 takes a free one. Raises
    ServeError where host and port cannot be had.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str,
        port: int,
        on_started: Callable[[str], None],
        on_tick: Callable[[], None] = lambda: None,
        at_once: AtOnce | None = None,
    ) -> None:
        self._sockets = _listen(host, port)
        shown = "localhost" if host in _EVERY_ADDRESS else host
        shown = f"[{shown}]" if ":" in shown else shown
        self.address = f"http://{shown}:{self._sockets[0].getsockname()[1]}/"
        config = uvicorn.Config(
            app,
            http="httptools" if at_once is None else quick(at_once),
            lifespan="off",
            ws="none",
            access_log=False,  # addresses may carry a reader's token
            log_config=None,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
        self._uvicorn = _Announcing(config, announce=lambda: on_started(self.address), tick=on_tick)

    def run(self) -> None:
        """Answer until `stop`, then return when the answers under way are sent, or after ten seconds."""
        try:
            self._uvicorn.run(sockets=self._sockets)
        finally:
            for sock in self._sockets:
                sock.close()

    def stop(self) -> None:
        """Makes `run` return soon; from any thread."""
        self._uvicorn.should_exit = True


class _Announcing(uvicorn.Server):
    """uvicorn that says when it is ready and that it is well, and leaves signals alone."""

    def __init__(self, config: uvicorn.Config, *, announce: Callable[[], None], tick: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce
        self._tick = tick

    async def on_tick(self, counter: int) -> bool:
        self._tick()
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._announce()


def _listen(host: str, port: int) -> list[socket.socket]:
    """A socket for each address of the host, all on the same port."""
    sockets: list[socket.socket] = []
    absent: OSError | None = None
    try:
        if not 0 <= port <= 65535:  # the resolver would take it modulo 65536
            raise OSError("a port is a number from 0 to 65535")
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, *_, address in dict.fromkeys(found):
            if port == 0 and sockets:
                address = (address[0], sockets[0].getsockname()[1], *address[2:])
            try:
                sockets.append(_bind(family, address))
            except OSError as problem:
                if problem.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
                absent = problem  # "localhost" may name ::1 on a machine without IPv6
        if not sockets:
            raise absent or OSError("the name has no address")
    except (OSError, UnicodeError) as problem:
        for sock in sockets:
            sock.close()
        raise ServeError(f"cannot listen on {host}, port {port}: {_advice(problem)}") from problem
    return sockets


def _bind(family: int, address: tuple[object, ...]) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # restart without waiting for old connections
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
        sock.listen(2048)
    except OSError:
        sock.close()
        raise
    return sock


def _advice(problem: Exception) -> str:
    match getattr(problem, "errno", None):
        case errno.EADDRINUSE:
            return "another program does so already; stop it, or set another port under [server] in config.toml"
        case errno.EACCES | errno.EPERM:
            return "this user may not; set a port from 1024 on under [server] in config.toml"
        case errno.EADDRNOTAVAIL:
            return "this machine has no such address; set host under [server] in config.toml"
    return f"{problem}; check host and port under [server] in config.toml"
