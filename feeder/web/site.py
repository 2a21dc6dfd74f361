"""All that a running feeder serves, put together anew whenever its configuration changes."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from feeder.service.app import App
from feeder.service.running import Service
from feeder.service.whereabouts import whereabouts
from feeder.web.application import application
from feeder.web.desk import Desk
from feeder.web.front import front
from feeder.web.operations import Operations

_LONGEST_MAX_AGE = 300  # seconds: a feed that changes once a day must not be a day old in a cache when it does


def site(service: Service) -> ASGIApp:
    """Follows the service: what is asked after a change of the configuration is answered by the new one."""
    current = _Current(_public(service.app))
    service.on_change(lambda app: current.use(_public(app)))
    return Operations(
        front(Desk(service), current), health=service.health, model_loaded=lambda: service.app.model_loaded
    )


class _Current:
    """One application at a time; a request is answered to its end by the one that got it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def use(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def _public(app: App) -> ASGIApp:
    settings = app.settings
    return application(
        settings.output_folder,
        max_age=min(_LONGEST_MAX_AGE, int(settings.schedule.seconds or 60)),
        base_url=settings.site.base_url,
        whereabouts=lambda path: whereabouts(app.store, path),
    )
