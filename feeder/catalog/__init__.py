"""Shows, people, aliases, cast, and names that are neither: what is known before an article is read.

The tables in `data/` are written for this project; an owner's tables have the same form (`tables`), `owning` adds to
them. What others know is taken in by `importing`, a door of its own, and read where it lies (`imported`).
"""

from feeder.catalog.catalog import Catalog
from feeder.catalog.imported import Imported
from feeder.catalog.loading import bundled_files, load
from feeder.catalog.records import CastMember, Hit, Person, PlainName, Show

__all__ = [
    "CastMember",
    "Catalog",
    "Hit",
    "Imported",
    "Person",
    "PlainName",
    "Show",
    "bundled_files",
    "load",
]
