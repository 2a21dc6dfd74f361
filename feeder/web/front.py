"""Pages, forms and API in front of the published files."""

from __future__ import annotations

from starlette.requests import Request
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feeder.web.api import Api
from feeder.web.desk import Desk
from feeder.web.forms import Forms
from feeder.web.pages import Pages


def front(desk: Desk, files: ASGIApp) -> ASGIApp:
    """Answers what is made when it is asked for; all else is a file, or not there."""
    desk.shelf.get()  # loaded by the time somebody looks at a cast
    pages = Pages(desk)
    routes = (*pages.routes, *Forms(pages).routes, *Api(desk).routes)
    return Router(routes, redirect_slashes=False, default=_Files(files, pages))


class _Files:
    """The published files; who looks for one with a browser where there is none gets a page that says so."""

    def __init__(self, files: ASGIApp, pages: Pages) -> None:
        self._files = files
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        missing = False

        async def forward(message: Message) -> None:
            nonlocal missing
            missing = missing or (message["type"] == "http.response.start" and message["status"] == 404)
            if not missing:
                await send(message)

        request = Request(scope, receive)
        if "text/html" not in request.headers.get("accept", ""):
            await self._files(scope, receive, send)
            return
        await self._files(scope, receive, forward)
        if missing:
            await self._pages.nothing(request)(scope, receive, send)
