"""config.toml while a service runs: whether it has changed, and what of a change the running service can follow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from feeder import config
from feeder.config import Settings
from feeder.errors import ConfigError
from feeder.service.health import CONFIG_ERROR, CONFIG_ERROR_SINCE, RESTART_FOR
from feeder.storage import Store

#: What is opened once, at the start: field of Settings -> its key for people.
_FIXED = {"state_folder": "[state] folder", "host": "[server] host", "port": "[server] port"}

Look = tuple[tuple[str, int, int, int], ...]  #: (path, size, mtime_ns, inode) of each file


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """What a changed config.toml comes to."""

    settings: Settings | None  #: to go on with; None: it was refused, the old ones stay
    error: str | None  #: why it was refused
    restart_for: tuple[str, ...]  #: keys that keep their old value until a restart


def look(settings: Settings) -> Look:
    """How config.toml and the owner's templates look from outside; a different look means that they were changed."""
    return tuple(_looks(settings))


def reloaded(before: Settings) -> Reloaded:
    """Read config.toml again."""
    try:
        after = config.load(before.path)
    except ConfigError as error:
        return Reloaded(settings=None, error=str(error), restart_for=())
    moved = tuple(key for field, key in _FIXED.items() if getattr(before, field) != getattr(after, field))
    kept = replace(after, state_folder=before.state_folder, host=before.host, port=before.port)
    return Reloaded(settings=kept, error=None, restart_for=moved)


def remember(store: Store, outcome: Reloaded, *, now: datetime) -> None:
    """For pages and `feeder check`: what was refused, and what needs a restart."""
    facts = {CONFIG_ERROR: outcome.error or "", CONFIG_ERROR_SINCE: now.isoformat() if outcome.error else ""}
    if outcome.error is None:
        facts[RESTART_FOR] = "\n".join(outcome.restart_for)
    if store.fact(CONFIG_ERROR) == facts[CONFIG_ERROR] != "":
        del facts[CONFIG_ERROR_SINCE]
    if any((store.fact(name) or "") != value for name, value in facts.items()):
        with store.transaction():
            for name, value in facts.items():
                store.set_fact(name, value)


def _looks(settings: Settings) -> Iterator[tuple[str, int, int, int]]:
    folder = settings.templates_folder
    for path in (settings.path, *(sorted(folder.rglob("*")) if folder else ())):
        yield _seen(path)


def _seen(path: Path) -> tuple[str, int, int, int]:
    try:
        info = os.stat(path)
    except OSError:
        return str(path), -1, 0, 0
    return str(path), info.st_size, info.st_mtime_ns, info.st_ino
