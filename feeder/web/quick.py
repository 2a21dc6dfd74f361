"""Feeds that are in memory, answered from the protocol itself: no task, no ASGI messages, no routing.

Readers poll day and night for what has not changed; going through an ASGI application costs several times what such an
answer costs. uvicorn reads the request as ever. Whatever is not the plain case goes on to the application.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from feeder.web.answers import Answer

#: (path, headers with names in lower case) -> the answer to GET, or None: ask the application.
AtOnce = Callable[[str, Iterable[tuple[bytes, bytes]]], Answer | None]

_METHODS = (b"GET", b"HEAD")
#: Requests with these have a body, or want something else than an answer.
_NOT_PLAIN = frozenset((b"content-length", b"transfer-encoding", b"expect", b"upgrade"))
_BELOW = b"/feeds/"


def quick(at_once: AtOnce) -> type[HttpToolsProtocol]:
    """A protocol for uvicorn that asks `at_once` first."""

    class Quick(_Quick):
        def ask(self, path: str) -> Answer | None:
            return at_once(path, self.headers)

    return Quick


class _Quick(HttpToolsProtocol, ABC):
    _answered = False  # the request that is being read

    @abstractmethod
    def ask(self, path: str) -> Answer | None:
        """The answer to a GET with `self.headers`, or None: ask the application."""

    def on_message_begin(self) -> None:
        # what an application needs beside these is made when one is asked
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._answered = False

    def on_headers_complete(self) -> None:
        found = self._at_once()
        if found is not None:
            self._answered = True
            self._write(found)
            return
        url, headers, expect = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expect
        self.headers += headers  # the list that the scope has
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._answered:
            super().on_message_complete()

    def _at_once(self) -> Answer | None:
        """None: not the plain case, or not to be had at once."""
        if not self.url.startswith(_BELOW):
            return None
        parser = self.parser
        if (
            (self.cycle is not None and not self.cycle.response_complete)  # the answer before this one is under way
            or self.flow.write_paused
            or self.transport.is_closing()
            or parser.get_method() not in _METHODS
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or not _NOT_PLAIN.isdisjoint(name for name, _ in self.headers)
        ):
            return None
        path = self.url.partition(b"?")[0]
        if b"%" in path or not path.isascii():
            return None
        return self.ask(path.decode("ascii"))

    def _write(self, found: Answer) -> None:
        parts = [found.head]
        for name, value in self.server_state.default_headers:
            parts += (name, b": ", value, b"\r\n")
        parts.append(b"\r\n")
        if found.body and self.parser.get_method() == b"GET":
            parts.append(found.body)
        self.transport.writelines(parts)
        self.server_state.total_requests += 1
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)
