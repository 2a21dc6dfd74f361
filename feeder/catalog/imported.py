"""The imported catalog: one SQLite file that is read where it lies, so that a million names need no million objects.

It is written once, as a whole, by `importing`, and never changed: a file that is there is complete.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from feeder.catalog.records import CastMember, Person, Show
from feeder.errors import CatalogError
from feeder.model import MentionKind, Role, TagKind

#: "fdca": PRAGMA application_id, tells these files from others.
APPLICATION_ID = 0x66646361
#: Form of the tables below; a file of another form is refused, never misread.
FORM = 1
#: `user_version` is a checksum of the content (see `importing.writing`): the first bytes of the file tell a new import.
HEAD = 100

SCHEMA = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE show (nr INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, weight REAL NOT NULL, data TEXT NOT NULL) STRICT;
CREATE TABLE person (nr INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, weight REAL NOT NULL, data TEXT NOT NULL) STRICT;
CREATE TABLE name ( -- in the order of their folded forms
    kind TEXT NOT NULL, printed TEXT NOT NULL, folded TEXT NOT NULL, nr INTEGER NOT NULL
) STRICT;
CREATE TABLE source_key (
    kind TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
"""
#: Made when all rows are there.
INDEXES = "CREATE INDEX name_by_folded ON name (folded, kind, nr);"

#: Records kept decoded: the shows and people of some articles.
_KEPT = 4096


class PrintedName(NamedTuple):
    """One spelling of one thing; a character is named with the show it is in."""

    kind: MentionKind
    printed: str
    folded: str
    id: str


class Imported:
    """Shows and people of an imported file by id and by name. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Raises CatalogError when the file is damaged or of another form."""
        self._path = path
        self._lock = threading.Lock()
        try:
            self._db = self._connected()
        except sqlite3.Error as error:
            raise CatalogError(f"{path}: cannot be opened ({error})") from error
        if self._all("PRAGMA application_id") != [(APPLICATION_ID,)]:
            raise CatalogError(f"{path}: this is no imported catalog; import again with --fresh")
        if self.fact("form") != str(FORM):
            raise CatalogError(f"{path}: made by another version of feeder; import again with --fresh")
        weakref.finalize(self, self._db.close)
        self.show: Callable[[str], Show | None] = lru_cache(_KEPT)(self._show)  #: by id
        self.person: Callable[[str], Person | None] = lru_cache(_KEPT)(self._person)  #: by id

    def fact(self, name: str) -> str | None:
        rows = self._all("SELECT value FROM fact WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def counts(self) -> tuple[int, int]:
        """How many shows and people."""
        shows, people = self._all("SELECT (SELECT count(*) FROM show), (SELECT count(*) FROM person)")[0]
        return shows, people

    def _show(self, show_id: str) -> Show | None:
        rows = self._all("SELECT data FROM show WHERE id = ?", show_id)
        return decode_show(show_id, rows[0][0]) if rows else None

    def _person(self, person_id: str) -> Person | None:
        rows = self._all("SELECT data FROM person WHERE id = ?", person_id)
        return decode_person(person_id, rows[0][0]) if rows else None

    def shows_named(self, folded: str) -> tuple[str, ...]:
        """Ids of the shows of that folded title or alias, the most prominent first."""
        return self._named("show", MentionKind.SHOW, folded)

    def people_named(self, folded: str) -> tuple[str, ...]:
        """Ids of the people of that folded name, the most prominent first."""
        return self._named("person", MentionKind.PERSON, folded)

    def _named(self, table: str, kind: MentionKind, folded: str) -> tuple[str, ...]:
        sql = (
            f"SELECT DISTINCT id, weight FROM name JOIN {table} USING (nr) "  # noqa: S608  one of two words from above
            "WHERE folded = ? AND kind = ? ORDER BY weight DESC, id"
        )
        return tuple(row[0] for row in self._all(sql, folded, kind.value))

    def beginning(self, folded: str, kind: MentionKind, limit: int) -> tuple[str, ...]:
        """Ids of the shows or people one of whose names begins so, the most prominent first."""
        table = "show" if kind is MentionKind.SHOW else "person"
        sql = (
            f"SELECT id, max(weight) FROM name JOIN {table} USING (nr) "  # noqa: S608  one of two words
            "WHERE folded >= ? AND folded < ? AND kind = ? GROUP BY id ORDER BY 2 DESC, id LIMIT ?"
        )
        return tuple(row[0] for row in self._all(sql, folded, folded + "\U0010ffff", kind.value, limit))

    def names(self) -> Iterator[PrintedName]:
        """Every spelling that texts are searched for; those that fold alike follow one another."""
        for kind, printed, folded, key in self._each(
            "SELECT kind, printed, folded, CASE kind WHEN 'PER' THEN (SELECT id FROM person WHERE person.nr = name.nr) "
            "ELSE (SELECT id FROM show WHERE show.nr = name.nr) END FROM name ORDER BY name.rowid"
        ):
            if kind != MentionKind.CHARACTER or " " in printed:
                yield PrintedName(MentionKind(kind), printed, folded, key)

    def shows(self) -> Iterator[Show]:
        """All of them, the most prominent first."""
        for show_id, data in self._each("SELECT id, data FROM show ORDER BY weight DESC, id"):
            yield decode_show(show_id, data)

    def people(self) -> Iterator[Person]:
        """All of them, the most prominent first."""
        for person_id, data in self._each("SELECT id, data FROM person ORDER BY weight DESC, id"):
            yield decode_person(person_id, data)

    def source_keys(self) -> Iterator[tuple[TagKind, str, str]]:
        """(kind, key of a source: "Q...", "tt...", "nm...", "tvmaze:show:...", id)."""
        for kind, key, thing in self._each("SELECT kind, key, id FROM source_key ORDER BY kind, key"):
            yield TagKind(kind), key, thing

    def _each(self, sql: str) -> Iterator[Any]:
        """A row at a time, over a connection of its own: others may ask meanwhile."""
        try:
            with closing(self._connected()) as db:
                yield from db.execute(sql)
        except sqlite3.DatabaseError as error:
            raise CatalogError(f"{self._path}: damaged ({error}); import again with --fresh") from error

    def _connected(self) -> sqlite3.Connection:
        # immutable: nobody ever writes to it, a new import is another file under the same name
        uri = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
        return sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)

    def _all(self, sql: str, *params: object) -> list[Any]:
        try:
            with self._lock:
                return self._db.execute(sql, params).fetchall()
        except sqlite3.DatabaseError as error:
            raise CatalogError(f"{self._path}: damaged ({error}); import again with --fresh") from error


def encode_show(show: Show) -> str:
    """Without the id."""
    return _json(
        [
            show.title,
            show.years,
            show.networks,
            show.aliases,
            show.creators,
            [(c.person, c.character) for c in show.cast],
            show.wikidata,
        ]
    )


def decode_show(show_id: str, data: str) -> Show:
    title, years, networks, aliases, creators, cast, wikidata = json.loads(data)
    return Show(
        id=show_id,
        title=title,
        years=(years[0], years[1]) if years else None,
        networks=tuple(networks),
        aliases=tuple(aliases),
        creators=tuple(creators),
        cast=tuple(CastMember(person=person, character=character) for person, character in cast),
        wikidata=wikidata,
    )


def encode_person(person: Person) -> str:
    """Without the id."""
    return _json(
        [
            person.name,
            person.aliases,
            person.roles,
            person.credits,
            person.known_for,
            person.wikidata,
            person.prominence,
        ]
    )


def decode_person(person_id: str, data: str) -> Person:
    name, aliases, roles, credited, known_for, wikidata, prominence = json.loads(data)
    return Person(
        id=person_id,
        name=name,
        aliases=tuple(aliases),
        roles=tuple(Role(role) for role in roles),
        credits=tuple(credited),
        known_for=tuple(known_for),
        wikidata=wikidata,
        prominence=prominence,
    )


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
