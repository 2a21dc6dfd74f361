"""The settled work table written out as an imported catalog, whole or not at all."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from math import exp
from pathlib import Path
from typing import Any

from feeder import durable
from feeder.catalog.imported import APPLICATION_ID, FORM, INDEXES, SCHEMA, encode_person, encode_show
from feeder.catalog.importing.identity import source_of
from feeder.catalog.importing.streams import Progress
from feeder.catalog.importing.work import BEFORE, Work
from feeder.catalog.records import CastMember, Person, Show
from feeder.catalog.spelling import spellings
from feeder.errors import CatalogError
from feeder.model import MentionKind, Role
from feeder.text import fold

#: Whose word counts where sources differ, the first one first: it is about shows, edited, and names them as outlets do.
_PRECEDENCE = ("Q", "tvmaze:show", "tvmaze:person", "tt", "nm", BEFORE)
#: Who stands in the cast: people who are seen.
_SEEN = (Role.ACTOR, Role.HOST, Role.OTHER)
#: Of the many titles a source collects; more are no help and some are noise.
_MOST_ALIASES = 24
#: Characters of the shortest alias that is taken from a source; shorter ones are for an owner to add.
_SHORTEST_ALIAS = 3
_BATCH = 1000  # records


def write(work: Work, path: Path, *, verify: Callable[[Path], object], progress: Progress) -> tuple[int, int]:
    """Write `path` anew and replace what was there; how many shows and people.

    `verify` is called with the new file before it takes its place. What it raises, and CatalogError: what was there is
    there still.
    """
    try:
        with durable.replacing(path) as aside:
            with closing(sqlite3.connect(aside, isolation_level=None)) as db:
                counts = _Writer(work, db, progress).write()
            verify(aside)
    except OSError as error:
        raise CatalogError(durable.refusal(path, error)) from error
    except sqlite3.Error as error:
        raise CatalogError(f"{path}: cannot be written: {error}; nothing has changed") from error
    return counts


class _InStep:
    """Rows of a statement that come in the order of the things they are about, whose numbers stand first in them.

    A statement for each thing would take most of the time of an import.
    """

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, nr: int) -> list[Any]:
        """The rows of the next thing, without its number."""
        found = []
        while self._next is not None and self._next[0] == nr:
            found.append(self._next[1:])
            self._next = next(self._rows, None)
        return found


class _Writer:
    def __init__(self, work: Work, db: sqlite3.Connection, progress: Progress) -> None:
        self._work = work
        self._db = db
        self._progress = progress
        self._written = 0
        self._sum = 0
        self._records: list[tuple[object, ...]] = []
        self._named: list[tuple[object, ...]] = []
        self._credited: list[tuple[object, ...]] = []

    def write(self) -> tuple[int, int]:
        db = self._db
        for pragma in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF", "temp_store = FILE"):
            db.execute(f"PRAGMA {pragma}")
        db.executescript(SCHEMA)
        db.execute("BEGIN")
        self._work.run(
            "CREATE TABLE credited "
            "(person INTEGER NOT NULL, show TEXT NOT NULL, role TEXT NOT NULL, weight REAL NOT NULL)"
        )
        self._work.run("CREATE TABLE named (kind TEXT, printed TEXT, folded TEXT, nr INTEGER)")
        shows, people = (self._work.rows(f"SELECT count(*) FROM {kind}_id")[0][0] for kind in ("show", "person"))  # noqa: S608
        self._total = shows + people
        for kind in ("show", "person"):
            self._work.run(f"CREATE INDEX {kind}_in_order ON {kind}_id (weight DESC, id)")
        self._shows()
        self._work.run("CREATE INDEX credited_by_person ON credited (person)")
        self._people()
        named = self._work.each("SELECT kind, printed, folded, nr FROM named ORDER BY folded, printed, kind, nr")
        db.executemany("INSERT INTO name VALUES (?, ?, ?, ?)", named)
        self._keys()
        db.executemany("INSERT INTO fact VALUES (?, ?)", [("form", str(FORM))])
        db.executescript(INDEXES)
        if db.in_transaction:
            db.execute("COMMIT")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {self._sum & 0x7FFF_FFFF}")
        return shows, people

    def _put(self, table: str, nr: int, key: str, weight: float, data: str) -> None:
        self._sum = zlib.crc32(f"{key}\n{data}\n".encode(), self._sum)
        self._records.append((nr, key, weight, data))
        self._written += 1
        if len(self._records) >= _BATCH or self._written == self._total:
            self._flush(table)

    def _flush(self, table: str) -> None:
        self._db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", self._records)  # noqa: S608  ours
        self._work.many("INSERT INTO named VALUES (?, ?, ?, ?)", self._named)
        self._work.many("INSERT INTO credited VALUES (?, ?, ?, ?)", self._credited)
        for rows in (self._records, self._named, self._credited):
            rows.clear()
        self._progress("writing", self._written, self._total)

    def _names(self, kind: MentionKind, names: Iterable[str], nr: int) -> None:
        forms = dict.fromkeys(form for name in names for form in spellings(name))
        self._named += ((kind.value, form, folded, nr) for form in forms if (folded := fold(form)))

    def _in_step(self, kind: str, columns: str, join: str, order: str) -> _InStep:
        """`join`: with what {kind}_id is joined; `order`: of the rows of one thing."""
        return _InStep(
            self._work.each(
                f"SELECT {kind}_id.nr, {columns} FROM {kind}_id CROSS JOIN {kind}_key USING (nr) {join} "  # noqa: S608
                f"ORDER BY {kind}_id.weight DESC, {kind}_id.id, {order}"
            )
        )

    def _aliases(self, kind: str) -> _InStep:
        return self._in_step(
            kind, "alias.key, alias", f"CROSS JOIN alias ON alias.key = {kind}_key.key", "alias.key, alias.rowid"
        )

    # -- shows --------------------------------------------------------------------------------------------------

    def _shows(self) -> None:
        records = self._in_step(
            "show", "key, title, first, last, running", "CROSS JOIN show USING (key)", "show_key.key"
        )
        aliases = self._aliases("show")
        networks = self._in_step(
            "show",
            "network.key, coalesce(text, name)",
            "CROSS JOIN network ON network.key = show_key.key LEFT JOIN label ON label.key = name",
            "network.key, network.rowid",
        )
        keys = self._in_step("show", "key", "", "key")
        credited = self._in_step(
            "show",
            "credit.show, person_key.nr, person_id.id, place, role, coalesce(text, character)",
            "CROSS JOIN credit ON credit.show = show_key.key CROSS JOIN person_key ON person_key.key = credit.person "
            "CROSS JOIN person_id ON person_id.nr = person_key.nr "
            "LEFT JOIN label ON label.key = character AND character <> ''",
            "place, credit.rowid",
        )
        for nr, key, weight in self._work.each("SELECT nr, id, weight FROM show_id ORDER BY weight DESC, id"):
            show = self._show(
                key, records.of(nr), aliases.of(nr), networks.of(nr), keys.of(nr), self._credits(key, credited.of(nr))
            )
            self._names(MentionKind.SHOW, (show.title, *show.aliases), nr)
            self._names(MentionKind.CHARACTER, dict.fromkeys(c.character for c in show.cast if c.character), nr)
            self._put("show", nr, key, weight, encode_show(show))
        self._flush("show")

    @staticmethod
    def _show(
        key: str,
        records: list[Any],
        aliases: list[Any],
        networks: list[Any],
        keys: list[Any],
        credited: tuple[tuple[str, ...], tuple[CastMember, ...]],
    ) -> Show:
        for rows in (records, aliases, networks):
            _by_source(rows)
        title = records[0][1]
        creators, cast = credited
        best = source_of(networks[0][0]) if networks else ""
        first = next((r[2] for r in records if r[2] is not None), None)
        return Show(
            id=key,
            title=title,
            years=_years(first, records) if first is not None else None,
            networks=tuple(dict.fromkeys(n for k, n in networks if source_of(k) == best and not _unlabelled(n))),
            aliases=_others(title, (*(r[1] for r in records), *(a for _, a in aliases))),
            creators=creators,
            cast=cast,
            wikidata=_wikidata(keys),
        )

    def _credits(self, show: str, rows: list[Any]) -> tuple[tuple[str, ...], tuple[CastMember, ...]]:
        """Creators, and the cast in order of billing; everybody's part is noted for the people."""
        _by_source(rows)
        creators: dict[str, None] = {}
        parts: dict[str, tuple[str, list[str]]] = {}
        credited: dict[tuple[int, str], float] = {}
        for source, number, person, place, role, character in rows:
            if role == Role.CREATOR:
                creators.setdefault(person)
            elif role in _SEEN:
                of, characters = parts.setdefault(person, (source_of(source), []))
                if character and not _unlabelled(character) and character not in characters:
                    if not characters:  # a source that knows none has no say
                        parts[person] = (source_of(source), characters)
                    if not characters or of == source_of(source):
                        characters.append(character)
            weight = 1.0 if role == Role.CREATOR else 1 / (1 + place / 4)
            credited[number, role] = max(weight, credited.get((number, role), 0.0))
        self._credited += ((number, show, role, weight) for (number, role), weight in credited.items())
        cast = (
            CastMember(person=person, character=character)
            for person, (_, characters) in parts.items()
            for character in characters or ("",)
        )
        return tuple(creators), tuple(cast)

    # -- people -------------------------------------------------------------------------------------------------

    def _people(self) -> None:
        records = self._in_step("person", "key, name", "CROSS JOIN person USING (key)", "person_key.key")
        aliases, keys = self._aliases("person"), self._in_step("person", "key", "", "key")
        credited = _InStep(
            self._work.each(
                "SELECT person, show, role, credited.weight FROM person_id CROSS JOIN credited ON person = nr "
                "ORDER BY person_id.weight DESC, id, credited.weight DESC, show"
            )
        )
        for nr, key in self._work.each("SELECT nr, id FROM person_id ORDER BY weight DESC, id"):
            person = self._person(key, records.of(nr), aliases.of(nr), keys.of(nr), credited.of(nr))
            self._names(MentionKind.PERSON, (person.name, *person.aliases), nr)
            self._put("person", nr, key, person.prominence, encode_person(person))
        self._flush("person")

    @staticmethod
    def _person(key: str, records: list[Any], aliases: list[Any], keys: list[Any], credits_: list[Any]) -> Person:
        for rows in (records, aliases):
            _by_source(rows)
        by_show: dict[str, float] = {}
        for show, _, weight in credits_:
            by_show.setdefault(show, weight)
        roles = dict.fromkeys(Role(role) for _, role, _ in credits_ if role != Role.OTHER)
        name = records[0][1]
        return Person(
            id=key,
            name=name,
            aliases=_others(name, (*(r[1] for r in records), *(a for _, a in aliases)), words=2),
            roles=tuple(roles),
            credits=tuple(by_show),
            wikidata=_wikidata(keys),
            prominence=round(1 - exp(-sum(by_show.values()) / 3), 4),
        )

    def _keys(self) -> None:
        """What the next import knows the same things by."""
        for kind in ("show", "person"):
            sql = f"SELECT ?, key, id FROM {kind}_key JOIN {kind}_id USING (nr) WHERE key NOT GLOB '=*' ORDER BY key"  # noqa: S608
            rows = self._work.each(sql, kind)
            self._db.executemany("INSERT INTO source_key VALUES (?, ?, ?)", rows)


def _by_source(rows: list[Any]) -> None:
    """In the order of precedence of their sources, whose keys stand first in them."""
    if len(rows) > 1:
        rows.sort(key=lambda row: _PRECEDENCE.index(source_of(row[0])))


def _years(first: int, records: Sequence[Sequence[object]]) -> tuple[int, int | None]:
    """Whoever knows an end knows more than whoever believes the show is running."""
    ends = [r[3] for r in records if isinstance(r[3], int) and r[3] >= first]
    if ends:
        return first, ends[0]
    return first, None if any(r[4] for r in records) else first


def _others(name: str, names: Iterable[str], *, words: int = 1) -> tuple[str, ...]:
    """Other names, each way of reading once."""
    seen = {fold(name)}
    found: list[str] = []
    for other in names:
        if other == name:
            continue
        folded = fold(other)
        if (
            folded in seen
            or len(folded) < _SHORTEST_ALIAS
            or len(folded.split()) < words
            or len(found) >= _MOST_ALIASES
        ):
            continue
        seen.add(folded)
        found.append(other)
    return tuple(found)


def _wikidata(keys: Iterable[tuple[str]]) -> str | None:
    return next((key for (key,) in sorted(keys) if source_of(key) == "Q"), None)


def _unlabelled(name: str) -> bool:
    """An item of Wikidata that nobody has named."""
    return name[:1] == "Q" and name[1:].isdigit()
