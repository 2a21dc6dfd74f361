"""Everything a build or a service will need, tried out beforehand."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from feeder.alerts.channels import STYLES
from feeder.config import Settings
from feeder.config.file import DEFAULT_AUTHORITY
from feeder.errors import ConfigError, FeederError, PublishError, SourceError, StateError
from feeder.rendering import Phrasebook, Renderer
from feeder.service import catalogs, clock, correcting, withholding
from feeder.service.health import REFRESH, health
from feeder.storage import open_store
from feeder.tagging import MentionModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was tried."""

    what: str  #: "catalog", "article folder", ...
    fine: bool
    detail: str  #: what was found, or what is wrong and where
    exit_code: int = 0  #: of the error, where there is one


def check(settings: Settings) -> Iterator[Finding]:
    """Try each part, whether or not the one before works; writes nothing but a file that it removes again."""
    yield _try("article folder", lambda: _source(settings.source_folder))
    yield _try("state folder", lambda: _writable(settings.state_folder, StateError))
    yield _try("output folder", lambda: _writable(settings.output_folder, PublishError))
    yield _try("templates", lambda: _templates(settings.templates_folder))
    yield _try("catalog", lambda: _catalog(settings))
    yield _try("corrections", lambda: _corrections(settings))
    yield _try("mention model", _model)
    yield _try("ids", lambda: _authority(settings))
    yield _try("secrets", lambda: _secrets(settings.path))
    for endpoint in settings.endpoints:
        used = [watch.name for watch in settings.watches if endpoint.name in watch.endpoints]
        detail = f"{endpoint.shown} is told about {', '.join(used)}" if used else "no watch names it"
        yield Finding(what=f"endpoint {endpoint.name}", fine=True, detail=detail)
    if settings.site.hubs:
        yield _try("hubs", lambda: _hubs(settings))
    if (settings.state_folder / "feeder.db").exists():
        yield _try("service", lambda: _service(settings))


def _try(what: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, fine=True, detail=attempt())
    except FeederError as error:
        return Finding(what=what, fine=False, detail=str(error), exit_code=error.exit_code)


def _source(folder: Path) -> str:
    if not folder.is_dir():
        raise SourceError(f"{folder} is no folder: create it, or set [source] folder")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise SourceError(f"{folder} may not be read by this user")
    return str(folder)


def _writable(folder: Path, error: type[FeederError]) -> str:
    """The nearest folder that is there decides: a missing one is created by the first build."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise error(f"{place} is no folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise error(f"{place} may not be written by this user")
    return str(folder) if place == folder else f"{folder} (the first build creates it)"


def _templates(folder: Path | None) -> str:
    Renderer(folder).check()
    for kind, style in STYLES.items():
        Phrasebook(kind, style.markings, folder=folder).check()
    return str(folder) if folder else "those that come with feeder"


def _catalog(settings: Settings) -> str:
    shows, people = catalogs.open_catalog(settings).counts()
    return f"{shows} shows, {people} people"


def _corrections(settings: Settings) -> str:
    return f"{len(correcting.load(settings).lines)} in {settings.corrections_file}"


def _model() -> str:
    MentionModel.load()
    return "loads"


def _hubs(settings: Settings) -> str:
    """Subscribers and hubs are elsewhere, as a rule."""
    host = urlsplit(settings.site.base_url).hostname or ""
    if host == "localhost" or host.endswith(".localhost") or _is_loopback(host):
        raise ConfigError(
            f"[websub] is set, but feeds are at {settings.site.base_url}, where nobody else reaches them: "
            "set [site] base_url to the address that others know"
        )
    return ", ".join(settings.site.hubs)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _service(settings: Settings) -> str:
    """What a service that runs or ran on this state says of itself."""
    store = open_store(settings.state_folder, write=False)
    try:
        found = health(store, now=clock.now(), endpoints=[endpoint.name for endpoint in settings.endpoints])
    finally:
        store.close()
    if found.problems:
        raise StateError("; ".join(" ".join(problem.split()) for problem in found.problems))
    looked = next((job.succeeded for job in found.jobs if job.name == REFRESH), None)
    return "has not run yet" if looked is None else f"last looked at {looked:%Y-%m-%d %H:%M:%S} UTC"


def _secrets(path: Path) -> str:
    if found := withholding.exposed(path):
        raise ConfigError(
            f"everybody on this machine may read {', '.join(map(str, found))}; take that away with `chmod o-r`"
        )
    return "nobody but you and your group may read them"


def _authority(settings: Settings) -> str:
    if settings.site.authority == DEFAULT_AUTHORITY:
        return f"{DEFAULT_AUTHORITY}: give [site] authority a value of your own before others subscribe"
    return settings.site.authority
