"""The WebSub hub at /hub: it takes wishes; what comes of them is the business of service.pushing."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from feeder.service import clock, pushing
from feeder.service.running import Service
from feeder.web.answers import SECURITY
from feeder.websub import Refused

_MOST_BYTES = 16 * 1024
_MOST_FIELDS = 50
_FORM = "application/x-www-form-urlencoded"
_COME_AGAIN = 300  # seconds


class Hub:
    """In front of an application: answers at its own path, where a hub is configured."""

    def __init__(self, service: Service, rest: ASGIApp) -> None:
        self._service = service
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == f"/{pushing.HUB}" and self._service.app.settings.websub.hub:
            answer = await self._asked(Request(scope, receive))
            return await answer(scope, receive, send)
        return await self._rest(scope, receive, send)

    async def _asked(self, request: Request) -> Response:
        if request.method != "POST":
            return _told(405, "This is a WebSub hub: subscribe by POST.", allow="POST")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            return _told(415, f"The request must be {_FORM}.")
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > _MOST_BYTES:
                return _told(413, "That is more than a subscription needs.")
        try:
            form = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
            await asyncio.to_thread(pushing.ask, self._service.app, form, now=clock.now())
        except Refused as error:
            return _told(400, f"{error}.")
        except ValueError:
            return _told(400, "The form cannot be read.")
        except pushing.Busy as error:
            return _told(503, f"Come again later: {error}.", **{"retry-after": str(_COME_AGAIN)})
        self._service.push()
        return _told(202, "The callback will be asked.")


def _told(status: int, text: str, **headers: str) -> Response:
    return PlainTextResponse(
        f"{text}\n", status_code=status, headers={**SECURITY, "cache-control": "no-store", **headers}
    )
