"""What is served over HTTP: the published files, exactly as RFC 9110 wants feeds to be served. No business logic."""

from feeder.web.application import application
from feeder.web.server import Server
from feeder.web.site import site

__all__ = ["Server", "application", "site"]
