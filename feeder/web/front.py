"""Pages, forms and API in front of the published files."""

from __future__ import annotations

from starlette.routing import Router
from starlette.types import ASGIApp

from feeder.web.api import Api
from feeder.web.desk import Desk
from feeder.web.forms import Forms
from feeder.web.pages import Pages


def front(desk: Desk, files: ASGIApp) -> ASGIApp:
    """Answers what is made when it is asked for; all else is a file, or not there."""
    desk.shelf.get()  # loaded by the time somebody looks at a cast
    pages = Pages(desk)
    routes = (*pages.routes, *Forms(pages).routes, *Api(desk).routes)
    return Router(routes, redirect_slashes=False, default=files)
