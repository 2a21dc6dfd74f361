"""Catalogs of other people taken in: Wikidata, TVmaze and IMDb, ten million rows in bounded memory.

streams  formats         lines and JSON values of large files; which source a file is of
imdb  tvmaze  wikidata   one module a source: its records into the work table
before                   what was imported before, as one more source
work                     the table on disk they are gathered in
identity                 what is the same, and under which id
writing                  the result, in place whole or not at all
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from feeder.catalog.catalog import Catalog
from feeder.catalog.imported import Imported
from feeder.catalog.importing import before, formats, identity, imdb, tvmaze, wikidata, work, writing
from feeder.catalog.importing.options import Options
from feeder.catalog.importing.streams import Progress, Source
from feeder.catalog.locking import alone
from feeder.errors import CatalogError

_WORK = "imported.work"  #: what the work table stands in for; no such file is ever there

__all__ = ["Options", "Progress", "Report", "import_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import came to."""

    files: tuple[tuple[Path, str], ...]  #: each with what it was taken for
    shows: int  #: in the imported catalog now
    people: int


def import_files(
    paths: Sequence[Path],
    *,
    into: Path,
    known: Catalog,
    options: Options,
    progress: Progress,
    verify: Callable[[Path], object] = Imported,
) -> Report:
    """Take the shows and people of these files into the imported catalog `into`, adding to what it has.

    `known` are the tables it stands beside: what they have keeps the id it has there. `verify` is called with the new
    file before it takes the place of the old one. Raises CatalogError with file and line for anything that is not
    right, and what `verify` raises; then `into` is as it was.
    """
    told = _whole(progress, paths)
    sources = [Source(path, told) for path in paths]
    forms = [(formats.form(source), source) for source in sources]
    tables = [(form, source) for form, source in forms if form in imdb.TABLES]
    for number, (form, source) in enumerate(tables):
        if form in (f for f, _ in tables[:number]):
            source.fail(f"a second {form} among the files")
    with alone(into.parent), work.opened(into.with_name(_WORK)) as records:
        if into.exists() and not options.fresh:
            before.read(Imported(into), records)
        for form, source in forms:
            if form == formats.DUMP:
                wikidata.read_dump(source, records, options)
            elif form == formats.RESULTS:
                wikidata.read_results(source, records, options)
            elif form == formats.TVMAZE:
                tvmaze.read(source, records)
        if tables:
            imdb.read(tables, records, options)
        progress("telling apart", 0, 1)
        identity.settle(records, known)
        progress("telling apart", 1, 1)
        if not records.rows("SELECT 1 FROM show_id LIMIT 1"):
            raise CatalogError("no show was found in these files; nothing was imported")
        shows, people = writing.write(records, into, verify=verify, progress=progress)
    return Report(files=tuple((s.path, form) for form, s in forms), shows=shows, people=people)


def _whole(progress: Progress, paths: Sequence[Path]) -> Progress:
    """Of all files together: of some hundreds of small ones each alone tells nothing."""
    done: dict[str, int] = {}
    total = sum(path.stat().st_size // 1024 for path in paths if path.exists())

    def tell(name: str, read: int, _: int) -> None:
        done[name] = max(read, done.get(name, 0))
        progress("reading", min(total, sum(done.values())), total)

    return tell
