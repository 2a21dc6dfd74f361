"""All that a running feeder serves, put together anew whenever its configuration changes."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

from feeder.service.app import App
from feeder.service.freshness import Freshness
from feeder.service.privacy import Roster, is_private
from feeder.service.running import Service
from feeder.service.whereabouts import whereabouts
from feeder.web.answers import Answer
from feeder.web.application import Application, application
from feeder.web.desk import Desk
from feeder.web.front import front
from feeder.web.gate import Gate
from feeder.web.hub import Hub
from feeder.web.operations import Operations


def site(service: Service) -> Site:
    """Follows the service: what is asked after a change of the configuration is answered by the new one."""
    roster = Roster(service.app.store)
    files = _Current(_public(service.app, roster))
    service.on_change(lambda app: files.use(_public(app, roster)))
    desk = Desk(service)
    pages = Gate(desk, front(desk, Hub(service, files)))
    operations = Operations(pages, health=service.health, model_loaded=lambda: service.app.model_loaded)
    return Site(operations, files)


class Site:
    """The whole as an ASGI application, and feeds that are in memory past it (see web.quick)."""

    def __init__(self, operations: Operations, files: _Current) -> None:
        self._operations = operations
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._operations(scope, receive, send)

    def at_once(self, path: str, headers: Iterable[tuple[bytes, bytes]]) -> Answer | None:
        found = self._files.present.at_once(path, headers)
        if found is not None:
            self._operations.count(found.status)
        return found


class _Current:
    """One application at a time; a request is answered to its end by the one that got it."""

    def __init__(self, app: Application) -> None:
        self.present = app

    def use(self, app: Application) -> None:
        self.present = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.present(scope, receive, send)


def _public(app: App, roster: Roster) -> Application:
    settings = app.settings
    return application(
        settings.output_folder,
        max_age=Freshness(settings.schedule, settings.timetables),
        base_url=settings.site.base_url,
        whereabouts=lambda path: whereabouts(app.store, path),
        private=(lambda path: is_private(settings, path)) if settings.private else None,
        hubs=settings.site.hubs,
        subscribers=roster,
    )
