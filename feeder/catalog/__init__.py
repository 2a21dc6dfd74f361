"""Shows, people, aliases, cast, and names that are neither: what is known before an article is read.

The tables in `data/` are written for this project; an owner's tables have the same form (`tables`).
"""

from feeder.catalog.catalog import Catalog
from feeder.catalog.loading import bundled_files, load
from feeder.catalog.records import CastMember, Hit, Person, PlainName, Portrayal, Show

__all__ = ["CastMember", "Catalog", "Hit", "Person", "PlainName", "Portrayal", "Show", "bundled_files", "load"]
