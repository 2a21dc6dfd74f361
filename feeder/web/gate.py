"""What only subscribers may read is not shown to strangers on pages and in the API either."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from feeder.model import TopicKind
from feeder.service.privacy import EVERYTHING
from feeder.service.pushing import HUB
from feeder.web.answers import SECURITY
from feeder.web.application import PRIVATE
from feeder.web.desk import Desk
from feeder.web.visitors import TooMany

#: Open where all is private: the way in, and what guards itself.
_OPEN = ("/login", "/static/", PRIVATE, f"/{HUB}")
_TOPIC = re.compile(rf"/(?:api/topics/)?(?P<kind>{'|'.join(TopicKind)})/(?P<slug>[a-z0-9-]+)(?:[./].*)?")


class Gate:
    """In front of pages, API and files. Who is logged in may see all pages."""

    def __init__(self, desk: Desk, rest: ASGIApp) -> None:
        self._desk = desk
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        private = self._desk.app.settings.private
        if scope["type"] == "http" and private and self._shut(scope["path"], private):
            request = Request(scope, receive)
            if not self._sees(request):
                return await self._turn_away(request)(scope, receive, send)
        return await self._rest(scope, receive, send)

    def _shut(self, path: str, private: tuple[str, ...]) -> bool:
        if EVERYTHING in private:
            return not path.startswith(_OPEN)
        found = _TOPIC.fullmatch(path)
        return found is not None and not {f"{found['kind']}/{found['slug']}", f"{found['kind']}/*"}.isdisjoint(private)

    def _sees(self, request: Request) -> bool:
        try:
            return self._desk.visitor(request).sees
        except TooMany:
            return False

    def _turn_away(self, request: Request) -> Response:
        """A person is shown where to log in; whatever else asks is told nothing."""
        may_log_in = self._desk.app.settings.owner.may_log_in
        if may_log_in and request.headers.get("sec-fetch-mode") == "navigate" and request.method == "GET":
            return RedirectResponse("/login", status_code=303, headers={**SECURITY, "cache-control": "no-store"})
        return PlainTextResponse(
            "Nothing is published here.\n", status_code=404, headers={**SECURITY, "cache-control": "no-cache"}
        )
