"""Reads the catalog's text tables: UTF-8, `|` between fields, a header line, `#` comments.

The header says what a table holds (its first column names differ), so an owner's file may have any name. Every value
keeps its place, so that whatever is wrong later is still told with file, line and column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from feeder.errors import CatalogError
from feeder.model import MentionKind, Role, TagKind
from feeder.text import one_line

SHOW_COLUMNS = ("id", "title", "years", "networks", "aliases", "creators", "cast", "wikidata")
PERSON_COLUMNS = ("id", "name", "aliases", "roles", "known for", "wikidata")
NAME_COLUMNS = ("kind", "name", "aliases")
ALIAS_COLUMNS = ("of", "alias")
REJECTED_COLUMNS = ("rejected", "name")
NAME_KINDS = ("FILM", "WORK", "NET", "OUT", "ORG", "LOC")

_ID = re.compile(r"[a-z0-9-]{1,80}")
_KEY = re.compile(r"(show|person)/([a-z0-9-]{1,80})")
_YEARS = re.compile(r"(\d{4})(-(\d{4})?)?")
_EARLIEST, _LATEST = 1920, 2100
_POINTED = re.compile(r"(.*\S)\s*\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands."""

    file: str
    line: int
    columns: tuple[str, ...]

    def fail(self, message: str, column: str | None = None) -> NoReturn:
        """Raise CatalogError naming file, line and, where one is to blame, the column."""
        at = f" column {self.columns.index(column) + 1} ({column}):" if column in self.columns else ""
        raise CatalogError(f"{self.file}:{self.line}:{at} {message}")

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person as a cast or a list of creators names one."""

    name: str
    id: str | None  #: from `Name {id}`
    character: str = ""


@dataclass(frozen=True, slots=True)
class ShowRow:
    place: Place
    id: str | None
    title: str
    years: tuple[int, int | None] | None
    networks: tuple[str, ...]
    aliases: tuple[str, ...]
    creators: tuple[NamedPerson, ...]
    cast: tuple[NamedPerson, ...]
    wikidata: str | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    place: Place
    id: str | None
    name: str
    aliases: tuple[str, ...]
    roles: tuple[Role, ...]
    known_for: tuple[str, ...]
    wikidata: str | None


@dataclass(frozen=True, slots=True)
class NameRow:
    place: Place
    kind: MentionKind
    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AliasRow:
    """One more name for what another table, or the imported catalog, has; the rest of its row stays as it is."""

    place: Place
    kind: TagKind
    id: str
    alias: str


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A tag that the owner does not want to see again, unless a table lists it."""

    place: Place
    kind: TagKind
    id: str


Row = ShowRow | PersonRow | NameRow | AliasRow | RejectedRow


def read(path: Path) -> tuple[Row, ...]:
    """All rows of one file; raises CatalogError for the first thing that is wrong, and then nothing is returned."""
    try:
        content = path.read_bytes()
    except OSError as e:
        raise CatalogError(f"{path}: cannot be read: {e.strerror or e}") from e
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = content.count(b"\n", 0, e.start) + 1
        raise CatalogError(f"{path}:{line}: not UTF-8 (byte 0x{content[e.start]:02x}); save the file as UTF-8") from e
    return parse(str(path), text)


def parse(file: str, text: str) -> tuple[Row, ...]:
    """`read` for a text that is, or is going to be, in a file of that name."""
    return tuple(_rows(file, text))


def header(file: str, text: str) -> tuple[str, ...]:
    """The columns of a table, as its header names them."""
    return _lines(file, text)[0].columns


def _lines(file: str, text: str) -> tuple[Place, Iterator[tuple[int, str]]]:
    """Where the header stands, and the numbered lines below it."""
    lines = ((number, line.rstrip("\r")) for number, line in enumerate(text.split("\n"), start=1))
    lines = ((number, line) for number, line in lines if line.strip() and not line.startswith("#"))
    number, first = next(lines, (1, ""))
    return Place(file, number, tuple(c.strip().lower() for c in first.split("|"))), lines


def _rows(file: str, text: str) -> Iterator[Row]:
    top, lines = _lines(file, text)
    columns, parse = top.columns, _parser(top)
    for number, line in lines:
        place = Place(file, number, columns)
        values = [v.strip() for v in one_line(line).split("|")]
        if len(values) != len(columns):
            place.fail(f"{len(values)} fields, expected {len(columns)}: {'|'.join(columns)}")
        yield parse(_Fields(place, dict(zip(columns, values, strict=True))))


def _parser(place: Place) -> Callable[[_Fields], Row]:
    """By the column that only this kind of table has."""
    table = next((t for t in _TABLES if t[0] in place.columns), None)
    if not table:
        place.fail("no header; the first line names the columns: " + " or ".join("|".join(t[1]) for t in _TABLES))
    _, known, required, parse = table
    for column in place.columns:
        if column not in known:
            place.fail(f"unknown column {column!r}; known are {', '.join(known)}")
        if place.columns.count(column) > 1:
            place.fail(f"column {column!r} stands twice")
    if missing := [c for c in required if c not in place.columns]:
        place.fail(f"column {missing[0]!r} is missing")
    return parse


@dataclass(frozen=True, slots=True)
class _Fields:
    """One row's values by column; each method reads one of them and fails at its place."""

    place: Place
    values: dict[str, str]

    def text(self, column: str) -> str:
        value = self.values[column]
        if not value:
            self.place.fail("is empty", column)
        return value

    def list(self, column: str) -> tuple[str, ...]:
        value = self.values.get(column, "")
        if not value:
            return ()
        items = tuple(item.strip() for item in value.split(";"))
        if not all(items):
            self.place.fail(f"an empty item between semicolons in {value!r}", column)
        return items

    def id(self) -> str | None:
        value = self.values.get("id", "")
        if value and not _ID.fullmatch(value):
            self.place.fail(f"bad id {value!r}; expected a-z, 0-9 and - only, at most 80", "id")
        return value or None

    def key(self, column: str) -> tuple[TagKind, str]:
        value = self.text(column)
        if not (found := _KEY.fullmatch(value)):
            self.place.fail(f"bad key {value!r}; expected show/ID or person/ID", column)
        return TagKind(found[1]), found[2]

    def wikidata(self) -> str | None:
        value = self.values.get("wikidata", "")
        if value and not re.fullmatch(r"Q[1-9]\d*", value):
            self.place.fail(f"bad Wikidata id {value!r}; expected Q and digits", "wikidata")
        return value or None

    def years(self) -> tuple[int, int | None] | None:
        value = self.values.get("years", "")
        if not value:
            return None
        found = _YEARS.fullmatch(value)
        if not found:
            self.place.fail(f"bad years {value!r}; expected 2000-2007, 2018- (running) or 2014", "years")
        first = int(found[1])
        last = first if not found[2] else int(found[3]) if found[3] else None
        if not _EARLIEST <= first <= (last or first) <= _LATEST:
            self.place.fail(f"bad years {value!r}; expected first <= last, both from {_EARLIEST} to {_LATEST}", "years")
        return first, last

    def people(self, column: str) -> tuple[NamedPerson, ...]:
        return tuple(self._person(item, "", column) for item in self.list(column))

    def cast(self) -> tuple[NamedPerson, ...]:
        return tuple(part for item in self.list("cast") for part in self._parts(item))

    def _parts(self, item: str) -> Iterator[NamedPerson]:
        name, equals, characters = (s.strip() for s in item.partition("="))
        if not name:
            self.place.fail(f"a character without person: {item!r}; expected Person=Character", "cast")
        if "=" in characters:
            self.place.fail(f"two '=' in {item!r}; expected Person=Character; Person=Character", "cast")
        if equals and not characters:
            self.place.fail(f"no character after '=' in {item!r}; leave out the '=' where nobody knows", "cast")
        for character in characters.split(" / "):
            yield self._person(name, character.strip(), "cast")

    def _person(self, name: str, character: str, column: str) -> NamedPerson:
        if "=" in name:
            self.place.fail(f"a '=' in {name!r}; characters belong in the cast", column)
        if not (pointed := _POINTED.fullmatch(name)):
            if "{" in name or "}" in name:
                self.place.fail(f"bad person {name!r}; expected Name or Name {{id}}", column)
            return NamedPerson(name, None, character)
        if not _ID.fullmatch(pointed[2]):
            self.place.fail(f"bad id {pointed[2]!r}; expected a-z, 0-9 and - only, at most 80", column)
        return NamedPerson(pointed[1], pointed[2], character)

    def roles(self) -> tuple[Role, ...]:
        return tuple(self._role(r) for r in self.list("roles"))

    def _role(self, value: str) -> Role:
        try:
            return Role(value)
        except ValueError:
            self.place.fail(f"unknown role {value!r}; known are {', '.join(Role)}", "roles")

    def kind(self) -> MentionKind:
        if (value := self.text("kind")) not in NAME_KINDS:
            self.place.fail(f"unknown kind {value!r}; known are {', '.join(NAME_KINDS)}", "kind")
        return MentionKind(value)


def _show(f: _Fields) -> ShowRow:
    return ShowRow(
        place=f.place,
        id=f.id(),
        title=f.text("title"),
        years=f.years(),
        networks=f.list("networks"),
        aliases=f.list("aliases"),
        creators=f.people("creators"),
        cast=f.cast(),
        wikidata=f.wikidata(),
    )


def _person(f: _Fields) -> PersonRow:
    return PersonRow(
        place=f.place,
        id=f.id(),
        name=f.text("name"),
        aliases=f.list("aliases"),
        roles=f.roles(),
        known_for=f.list("known for"),
        wikidata=f.wikidata(),
    )


def _name(f: _Fields) -> NameRow:
    return NameRow(place=f.place, kind=f.kind(), name=f.text("name"), aliases=f.list("aliases"))


def _alias(f: _Fields) -> AliasRow:
    kind, key = f.key("of")
    return AliasRow(place=f.place, kind=kind, id=key, alias=f.text("alias"))


def _rejected(f: _Fields) -> RejectedRow:
    kind, key = f.key("rejected")
    return RejectedRow(place=f.place, kind=kind, id=key)


#: (the column only this table has, its columns, those it must have, how to read a row)
_TABLES: Sequence[tuple[str, tuple[str, ...], tuple[str, ...], Callable[[_Fields], Row]]] = (
    ("title", SHOW_COLUMNS, ("title",), _show),
    ("kind", NAME_COLUMNS, ("kind", "name"), _name),
    ("alias", ALIAS_COLUMNS, ALIAS_COLUMNS, _alias),
    ("rejected", REJECTED_COLUMNS, ("rejected",), _rejected),
    ("name", PERSON_COLUMNS, ("name",), _person),
)
