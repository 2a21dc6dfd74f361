"""Puts tables together into a catalog: who is who across files, what replaces what, and what contradicts what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import exp
from pathlib import Path
from typing import Protocol, TypeVar

from feeder.catalog.catalog import Catalog
from feeder.catalog.imported import Imported
from feeder.catalog.records import CastMember, Person, PlainName, Show
from feeder.catalog.tables import (
    AliasRow,
    NamedPerson,
    NameRow,
    PersonRow,
    Place,
    RejectedRow,
    Row,
    ShowRow,
    parse,
    read,
)
from feeder.model import MentionKind, Role, TagKind
from feeder.text import fold, slug

_BUNDLED = Path(__file__).parent / "data"


def bundled_files() -> tuple[Path, ...]:
    """The tables that come with feeder, in the order they are read."""
    return tuple(sorted(_BUNDLED.glob("*.psv")))


def load(
    files: Sequence[Path] = (),
    *,
    imported: Path | None = None,
    extra_people: Sequence[tuple[str, tuple[str, ...]]] = (),
    drafts: Mapping[Path, str] | None = None,
    dangling: bool = False,
) -> Catalog:
    """The bundled tables, then the owner's `files`, then watched people (name, aliases); `imported` completes them.

    A row of the owner's with the id of a bundled or imported one replaces it; within a layer an id stands once. A
    watched name that is known lends its aliases to that person, unless several people have the name. `drafts` are
    texts to be read in place of what these files hold; `dangling` aliases, of what is nowhere, may be left out.
    Raises CatalogError with file, line and column; then nothing is loaded.
    """
    own = [(parse(str(path), drafts[path]) if drafts and path in drafts else read(path)) for path in files]
    return assemble(
        [[row for path in bundled_files() for row in read(path)], [row for rows in own for row in rows]],
        imported=Imported(imported) if imported is not None else None,
        extra_people=extra_people,
        dangling=dangling,
    )


def assemble(
    layers: Iterable[Iterable[Row]],
    *,
    imported: Imported | None = None,
    extra_people: Sequence[tuple[str, tuple[str, ...]]] = (),
    dangling: bool = False,
) -> Catalog:
    """A catalog of rows; in a later layer an id may stand again and then replaces the earlier one."""
    shows: dict[str, ShowRow] = {}
    listed: dict[str, PersonRow] = {}
    names: dict[tuple[MentionKind, str], NameRow] = {}
    owned: set[tuple[TagKind, str]] = set()
    aliases: list[AliasRow] = []
    rejected: list[RejectedRow] = []
    for number, layer in enumerate(layers):
        rows = list(layer)
        new_shows = _by_id((row.id or slug(row.title), row) for row in rows if isinstance(row, ShowRow))
        new_people = _by_id((row.id or slug(row.name), row) for row in rows if isinstance(row, PersonRow))
        if number:
            owned |= {(TagKind.SHOW, key) for key in new_shows} | {(TagKind.PERSON, key) for key in new_people}
        shows |= new_shows
        listed |= new_people
        names |= _by_id(((row.kind, slug(row.name)), row) for row in rows if isinstance(row, NameRow))
        aliases += (row for row in rows if isinstance(row, AliasRow))
        rejected += (row for row in rows if isinstance(row, RejectedRow))
    who = _Who(listed)
    made = [_show(key, row, who) for key, row in shows.items()]
    people = _people(made, listed, who, _Titles(made))
    named_shows, named_people = _with_aliases(made, people, aliases, imported, dangling=dangling)
    return Catalog(
        shows=named_shows,
        people=_with_watched(named_people, extra_people),
        names=[PlainName(kind=row.kind, name=row.name, aliases=row.aliases) for row in names.values()],
        imported=imported,
        owned=owned,
        rejected=[(row.kind, row.id) for row in rejected],
    )


def _with_aliases(
    shows: Iterable[Show],
    people: Iterable[Person],
    aliases: Iterable[AliasRow],
    imported: Imported | None,
    *,
    dangling: bool,
) -> tuple[Sequence[Show], Sequence[Person]]:
    """What an alias is of may stand in the imported catalog only; then it is taken from there."""
    by_id = {s.id: s for s in shows}
    persons = {p.id: p for p in people}
    for row in aliases:
        if row.kind is TagKind.SHOW:
            show = by_id.get(row.id) or (imported.show(row.id) if imported else None)
            if show is None and dangling:
                continue
            if show is None:
                row.place.fail(f"no table has the show {row.id!r}", "of")
            by_id[row.id] = replace(show, aliases=tuple(dict.fromkeys((*show.aliases, row.alias))))
        else:
            person = persons.get(row.id) or (imported.person(row.id) if imported else None)
            if person is None and dangling:
                continue
            if person is None:
                row.place.fail(f"no table or cast has the person {row.id!r}", "of")
            persons[row.id] = replace(person, aliases=tuple(dict.fromkeys((*person.aliases, row.alias))))
    return tuple(by_id.values()), tuple(persons.values())


class _Placed(Protocol):
    @property
    def place(self) -> Place: ...


_Key = TypeVar("_Key", str, tuple[MentionKind, str])
_Row = TypeVar("_Row", bound=_Placed)


def _by_id(rows: Iterable[tuple[_Key, _Row]]) -> dict[_Key, _Row]:
    found: dict[_Key, _Row] = {}
    for key, row in rows:
        if first := found.get(key):
            known = key if isinstance(key, str) else " ".join(key)
            row.place.fail(f"duplicate id {known!r}, first in {first.place}; give one of the two an id of its own")
        found[key] = row
    return found


class _Who:
    """Which person a name in a cast means."""

    def __init__(self, listed: Mapping[str, PersonRow]) -> None:
        self._listed = listed
        self._by_name: dict[str, list[str]] = {}
        for key, row in listed.items():
            self._by_name.setdefault(row.name, []).append(key)
        self.automatic: dict[str, str] = {}  #: id -> name of the people no table lists, in order of appearance

    def id(self, person: NamedPerson, place: Place, column: str) -> str:
        if person.id:
            if person.id not in self._listed:
                place.fail(f"no table of people has the id {person.id!r}", column)
            return person.id
        ids = self._by_name.get(person.name)
        if not ids:
            ids = self._by_name[person.name] = [slug(person.name)]
        if len(ids) > 1:
            place.fail(f"{person.name} is the name of {', '.join(ids)}; write {person.name} {{{ids[0]}}}", column)
        if ids[0] not in self._listed:
            self.automatic.setdefault(ids[0], person.name)
        return ids[0]


def _show(key: str, row: ShowRow, who: _Who) -> Show:
    return Show(
        id=key,
        title=row.title,
        years=row.years,
        networks=row.networks,
        aliases=row.aliases,
        creators=tuple(dict.fromkeys(who.id(p, row.place, "creators") for p in row.creators)),
        cast=tuple(CastMember(person=who.id(p, row.place, "cast"), character=p.character) for p in row.cast),
        wikidata=row.wikidata,
    )


class _Titles:
    """Which shows an item of `known for` names: by id, or by a title that no other show has."""

    def __init__(self, shows: Iterable[Show]) -> None:
        self._ids: dict[str, set[str]] = {}
        for show in shows:
            for key in (show.id, show.title):
                self._ids.setdefault(key, set()).add(show.id)

    def credits(self, known_for: Iterable[str]) -> Iterator[str]:
        for item in known_for:
            if len(ids := self._ids.get(item, ())) == 1:
                yield from ids


def _people(shows: Iterable[Show], listed: Mapping[str, PersonRow], who: _Who, titles: _Titles) -> Iterator[Person]:
    weights: dict[str, dict[str, float]] = {key: {} for key in (*listed, *who.automatic)}
    roles: dict[str, dict[Role, None]] = {key: dict.fromkeys(row.roles) for key, row in listed.items()}
    for show in shows:
        for person, role, weight in _credits(show):
            of_person = weights[person]
            of_person[show.id] = max(of_person.get(show.id, 0.0), weight)
            roles.setdefault(person, {}).setdefault(role)
    for key, row in listed.items():
        for show_id in titles.credits(row.known_for):
            weights[key].setdefault(show_id, 1.0)
    for key, of_person in weights.items():
        listing = listed.get(key)
        yield Person(
            id=key,
            name=listing.name if listing else who.automatic[key],
            aliases=listing.aliases if listing else (),
            roles=tuple(roles.get(key, ())),
            credits=tuple(of_person),
            known_for=listing.known_for if listing else (),
            wikidata=listing.wikidata if listing else None,
            prominence=round(_prominence(sum(of_person.values()) + (1.0 if listing else 0.0)), 4),
        )


def _credits(show: Show) -> Iterator[tuple[str, Role, float]]:
    for person in show.creators:
        yield person, Role.CREATOR, 1.0
    for place, member in enumerate(show.cast):
        yield member.person, Role.ACTOR, 1 / (1 + place / 4)


def _prominence(weight: float) -> float:
    """One lead gives 0.28, three 0.63, ten 0.96: each more tells less."""
    return 1 - exp(-weight / 3)


def _with_watched(people: Iterable[Person], watched: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[Person, ...]:
    found = {p.id: p for p in people}
    if not watched:
        return tuple(found.values())
    by_name: dict[str, list[str]] = {}
    for p in found.values():
        for name in {fold(n) for n in (p.name, *p.aliases)}:
            by_name.setdefault(name, []).append(p.id)
    for name, aliases in watched:
        ids = by_name.get(fold(name)) or [slug(name)]
        if len(ids) == 1:
            person = found.get(ids[0]) or Person(id=ids[0], name=name)
            others = {person.name: None} | dict.fromkeys((*person.aliases, *aliases))
            found[ids[0]] = replace(person, aliases=tuple(others)[1:])
    return tuple(found.values())
