"""Looking into the catalog and adding to the owner's part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from feeder import catalog
from feeder.catalog import Catalog, Person, Show, importing, owning
from feeder.config import Settings
from feeder.errors import CatalogError
from feeder.model import TagKind
from feeder.service import catalogs
from feeder.service.progress import Progress, unseen
from feeder.text import fold, slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the catalog has under a name or a key."""

    kind: TagKind
    record: Show | Person

    @property
    def key(self) -> str:
        """As feeds and commands write it: "show/gilmore-girls"."""
        return f"{self.kind}/{self.record.id}"

    @property
    def name(self) -> str:
        return self.record.title if isinstance(self.record, Show) else self.record.name


def search(known: Catalog, name: str, *, limit: int) -> tuple[Found, ...]:
    """Shows, then people, one of whose names begins so, whatever case and accents; at most `limit` of each."""
    if not fold(name):
        return ()
    shows = (known.show(key) for key in known.beginning(name, TagKind.SHOW, limit))
    people = (known.person(key) for key in known.beginning(name, TagKind.PERSON, limit))
    return (
        *(Found(kind=TagKind.SHOW, record=s) for s in shows if s is not None),
        *(Found(kind=TagKind.PERSON, record=p) for p in people if p is not None),
    )


def look_up(known: Catalog, key: str) -> Found:
    """By "show/ID", "person/ID", or the bare id where only one of the two has it. Raises CatalogError."""
    kind, _, bare = key.rpartition("/")
    found: list[Found] = []
    if kind in ("", TagKind.SHOW) and (show := known.show(bare)) is not None:
        found.append(Found(kind=TagKind.SHOW, record=show))
    if kind in ("", TagKind.PERSON) and (person := known.person(bare)) is not None:
        found.append(Found(kind=TagKind.PERSON, record=person))
    if not found:
        raise CatalogError(f"{key}: the catalog has no such id; `feeder catalog search NAME` shows the ids")
    if len(found) > 1:
        raise CatalogError(f"{key}: a show and a person have this id; write {' or '.join(f.key for f in found)}")
    return found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """How much the catalog knows."""

    shows: int
    people: int
    names: int  #: of neither shows nor people
    imported: tuple[int, int] | None  #: shows and people in the import; None where there is none
    tables: tuple[Path, ...]  #: the owner's


def stats(settings: Settings) -> Stats:
    """Raises CatalogError."""
    known = catalogs.open_catalog(settings)
    shows, people = known.counts()
    return Stats(
        shows=shows,
        people=people,
        names=len(known.names),
        imported=known.imported.counts() if known.imported else None,
        tables=catalogs.tables(settings),
    )


def add(
    settings: Settings, kind: TagKind, name: str, row: Mapping[str, owning.Value], *, replace: bool = False
) -> tuple[Found, Path]:
    """Add a show or a person to the owner's tables; `row` by column. What the catalog has now, and the file it is in.

    Without an id in `row` one is made from the name, for a show of a known title with its year. An id that is known
    already is refused unless `replace`: the owner's row then stands in its place. Raises CatalogError.
    """
    known = catalogs.open_catalog(settings)
    key = str(row.get("id") or "") or _new_id(known, kind, name, str(row.get("years", "")), replace=replace)
    there = known.show(key) if kind is TagKind.SHOW else known.person(key)
    if there is not None and not replace:
        raise CatalogError(
            f"{kind}/{key} is in the catalog already (`feeder catalog show {kind}/{key}`); give yours an id of its own "
            "with --id, or put it in the place of that one with --replace"
        )
    table, column = (owning.SHOWS, "title") if kind is TagKind.SHOW else (owning.PEOPLE, "name")
    path = append(settings, table, {**row, column: name, "id": key})
    return look_up(catalogs.open_catalog(settings), f"{kind}/{key}"), path


def _new_id(known: Catalog, kind: TagKind, name: str, years: str, *, replace: bool) -> str:
    plain = slug(name)
    if kind is TagKind.PERSON or replace:
        return plain
    there = known.show(plain)
    if there is None or not years[:4].isdigit() or (there.years and there.years[0] == int(years[:4])):
        return plain
    return f"{plain[:75].strip('-')}-{years[:4]}"


def add_alias(settings: Settings, key: str, alias: str) -> tuple[Found, Path]:
    """One more name for what the catalog knows. Raises CatalogError."""
    known = catalogs.open_catalog(settings)
    found = look_up(known, key)
    if fold(alias) in map(fold, (found.name, *found.record.aliases)):
        raise CatalogError(f"{found.key} has the name {alias!r} already")
    path = append(settings, owning.ALIASES, {"of": found.key, "alias": alias})
    return look_up(catalogs.open_catalog(settings), found.key), path


def append(settings: Settings, table: tuple[str, tuple[str, ...], str], row: Mapping[str, owning.Value]) -> Path:
    """Add a row to one of the owner's tables, if the whole catalog still fits together with it. Raises CatalogError."""

    def verify(path: Path, text: str) -> None:
        files = tuple(dict.fromkeys((*catalogs.tables(settings), path)))
        catalog.load(files, imported=catalogs.imported(settings), drafts={path: text})

    return owning.append(settings.catalog_folder, table, row, verify=verify)


def import_files(
    settings: Settings, paths: Sequence[Path], *, options: importing.Options, progress: Progress = unseen
) -> importing.Report:
    """Take files of Wikidata, TVmaze and IMDb into the imported catalog.

    Raises CatalogError; then nothing has changed.
    """
    own = catalogs.tables(settings)
    into = settings.catalog_folder / catalogs.IMPORTED
    return importing.import_files(
        paths,
        into=into,
        known=catalog.load(own, dangling=True),
        options=options,
        progress=progress,
        verify=lambda made: catalog.load(own, imported=made),
    )
