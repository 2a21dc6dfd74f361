"""A SPARQL endpoint on a free port that knows some shows of Wikidata, and fails as it is told to.

It does not understand SPARQL: it tells the two questions that feeder asks by their words, and looks for the ids in
them.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

#: What to do instead of answering: it has the request and the answer that was due.
Failure = Callable[[BaseHTTPRequestHandler, bytes], None]


def status(code: int, **headers: str) -> Failure:
    """Header names with _ for -."""

    def fail(handler: BaseHTTPRequestHandler, due: bytes) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(b"as told")

    return fail


def broken_off(handler: BaseHTTPRequestHandler, due: bytes) -> None:
    """As an endpoint does that runs out of time: status 200, and half an answer."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(due[: len(due) // 2])


def hang_up(handler: BaseHTTPRequestHandler, due: bytes) -> None:
    handler.close_connection = True


class Endpoint:
    """`shows`: id -> its rows of the details, each a mapping of variables to texts."""

    def __init__(self, shows: Mapping[str, list[dict[str, str]]]) -> None:
        self.shows = shows
        self.failures: dict[int, Failure] = {}  #: by the number of the request, from 1
        self.agents: list[str] = []
        self.asked: list[list[str]] = []  #: the shows of each request for details
        self._requests = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/sparql"

    @property
    def requests(self) -> int:
        return self._requests

    def __enter__(self) -> Endpoint:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, query: str) -> bytes:
        ids = re.findall(r"wd:(Q\d+)", query)
        if "VALUES ?show" in query:
            self.asked.append(ids)
            rows = [{"show": key, **row} for key in ids for row in self.shows.get(key, ())]
        else:
            rows = [{"show": key} for key in self.shows] if ids == ["Q5398426"] else []
        bindings = [
            {
                name: {
                    "type": "uri" if name in ("show", "person") else "literal",
                    "value": f"http://www.wikidata.org/entity/{value}" if name in ("show", "person") else value,
                }
                for name, value in row.items()
            }
            for row in rows
        ]
        return json.dumps({"head": {"vars": []}, "results": {"bindings": bindings}}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                endpoint._requests += 1
                endpoint.agents.append(self.headers["User-Agent"])
                answer = endpoint._answer(parse_qs(urlsplit(self.path).query)["query"][0])
                failure = endpoint.failures.pop(endpoint._requests, None)
                if failure is not None:
                    failure(self, answer)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler


def a_show(title: str, year: int, *cast: tuple[str, str]) -> list[dict[str, str]]:
    """Rows of one show; `cast`: (id, name)."""
    base = {"showLabel": title}
    return [
        {**base, "first": f"{year}-01-01T00:00:00Z", "sitelinks": "20"},
        *({**base, "person": key, "personLabel": name, "role": "actor"} for key, name in cast),
    ]
