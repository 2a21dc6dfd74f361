"""Which source a file comes from: told by what stands in it, whatever its name is."""

from __future__ import annotations

import re

from feeder.catalog.importing import imdb
from feeder.catalog.importing.streams import Source

DUMP, RESULTS, TVMAZE = "Wikidata's JSON dump", "SPARQL results", "TVmaze's JSON"

_COLUMNS = frozenset(("tconst", "nconst", "titleId"))
_SPARQL = re.compile(r'\A\s*\{\s*"(?:head|results)"\s*:')
_WIKIDATA = re.compile(r'"(?:claims|labels|sitelinks)"\s*:')
_WIKIDATA_ID = re.compile(r'"id"\s*:\s*"[QPL]\d+"')
_MAZE = re.compile(r'"url"\s*:\s*"https?:(?:\\?/){2}www\.tvmaze\.com|"(?:premiered|externals|webChannel)"\s*:')


def form(source: Source) -> str:
    """`DUMP`, `RESULTS`, `TVMAZE` or the name of one of IMDb's tables. Raises CatalogError for anything else."""
    start = source.peek()
    header = start.split("\n", 1)[0].rstrip("\r")
    for name, columns in imdb.TABLES.items():
        if header == columns.decode():
            return name
    if header.split("\t", 1)[0] in _COLUMNS:
        known = "; ".join(f"{name}: {columns.decode().replace(chr(9), ' ')}" for name, columns in imdb.TABLES.items())
        source.fail(f"wrong columns for a table of IMDb; feeder reads {known}")
    if start.lstrip()[:1] in ("{", "["):
        if _SPARQL.match(start):
            return RESULTS
        if _WIKIDATA.search(start) and _WIKIDATA_ID.search(start):
            return DUMP
        if _MAZE.search(start):
            return TVMAZE
        if start.strip() == "[]":
            return TVMAZE  # the page after the last one
    return source.fail(
        "none of the forms feeder imports: Wikidata's JSON dump, SPARQL results in JSON, TVmaze's JSON, IMDb's tables "
        f"({', '.join(imdb.TABLES)})"
    )
