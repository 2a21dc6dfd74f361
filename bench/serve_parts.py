"""What an answer over HTTP costs without feeder, part by part: how `bench.serve` knows where the time goes.

    python -m bench.serve_parts PART < ANSWER     prints its port; ends when it is told to

"loop": uvloop takes what comes and writes ANSWER, whatever it was. "reading": httptools reads it first, and headers are
collected as uvicorn collects them. "protocol": the server that feeder uses, with ANSWER at hand.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any
from urllib.parse import urlsplit

import httptools
import uvloop
from starlette.responses import Response

from feeder.web import Server
from feeder.web.answers import Answer


class _Loop(asyncio.Protocol):
    """Writes the answer for whatever comes: a client here asks again only when it has the answer."""

    def __init__(self, answer: bytes) -> None:
        head, blank, body = answer.partition(b"\r\n\r\n")
        self.parts = [part for part in (head, blank, body) if part]
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, _data: bytes) -> None:
        self.transport.writelines(self.parts)


class _Reading(_Loop):
    """The same, for each request that has been read."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(answer)
        self.parser = httptools.HttpRequestParser(self)
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_begin(self) -> None:
        self.url, self.headers = b"", []

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.transport.writelines(self.parts)


async def _serve(protocol: type[_Loop], answer: bytes) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: protocol(answer), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _protocol(answer: bytes) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    ready = Answer(200, {}, body)
    ready.head = head + b"\r\n"
    server = Server(
        Response(status_code=404),
        host="127.0.0.1",
        port=0,
        on_started=lambda address: print(urlsplit(address).port, flush=True),
        at_once=lambda _path, _headers: ready,
    )
    server.run()


def main(part: str, answer: bytes) -> None:
    match part:
        case "loop":
            uvloop.run(_serve(_Loop, answer))
        case "reading":
            uvloop.run(_serve(_Reading, answer))
        case "protocol":
            _protocol(answer)
        case _:
            raise SystemExit(f"no such part: {part}")


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.buffer.read())
