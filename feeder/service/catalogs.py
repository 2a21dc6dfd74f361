"""The catalog of an installation: what comes with feeder, the owner's tables and folder, the import, watched names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from feeder.config import Settings
from feeder.model import WatchKind

if TYPE_CHECKING:
    from feeder.catalog import Catalog

#: In the owner's catalog folder.
IMPORTED = "imported.db"
_HEAD = 100  # bytes; they hold a checksum of the rest, see catalog.imported


def tables(settings: Settings) -> tuple[Path, ...]:
    """The owner's tables: those the config names, then those in the catalog folder, by name."""
    folder = settings.catalog_folder
    return tuple(dict.fromkeys((*settings.catalog_files, *sorted(folder.glob("*.psv")))))


def imported(settings: Settings) -> Path | None:
    """The imported catalog, if there is one."""
    path = settings.catalog_folder / IMPORTED
    return path if path.exists() else None


def open_catalog(settings: Settings) -> Catalog:
    """All of it. Raises CatalogError."""
    from feeder import catalog  # costs more to load than a build without news takes

    watched = tuple((watch.name, watch.aliases) for watch in settings.watches if watch.kind is WatchKind.PERSON)
    return catalog.load(tables(settings), imported=imported(settings), extra_people=watched)


def fingerprints(settings: Settings) -> Iterator[bytes]:
    """What changes when the owner's part of the catalog does; cheap, whatever the size of the import."""
    for path in tables(settings):
        try:
            yield path.read_bytes()
        except OSError:  # whoever needs it will say so
            yield b""
    found = imported(settings)
    if found is not None:
        with found.open("rb") as file:
            yield file.read(_HEAD)
