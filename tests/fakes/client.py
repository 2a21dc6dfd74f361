"""One request to a server on this machine, and all of its answer."""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]  #: lower-case names
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(
    port: int,
    path: str,
    *,
    method: str = "GET",
    form: Mapping[str, str | Sequence[str]] | None = None,
    body: bytes | None = None,
    **headers: str,
) -> Reply:
    """Over a connection of its own. Header names with _ for -; a form is sent by POST."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        return exchange(connection, path, method=method, form=form, body=body, **headers)


def exchange(
    connection: http.client.HTTPConnection,
    path: str,
    *,
    method: str = "GET",
    form: Mapping[str, str | Sequence[str]] | None = None,
    body: bytes | None = None,
    **headers: str,
) -> Reply:
    """No header is sent that is not asked for, but for Host and what a body needs."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if form is not None:
        method, body = "POST", urlencode(form, doseq=True).encode()
        sent.setdefault("content-type", "application/x-www-form-urlencoded")
    if body is not None:
        sent["content-length"] = str(len(body))
    connection.putrequest(method, path, skip_host="host" in sent, skip_accept_encoding=True)
    for name, value in sent.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
