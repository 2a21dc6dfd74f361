"""The table on disk that an import gathers its records in, so that memory does not grow with the files.

Readers put in what a source says under the keys of that source: "Q183513", "tt0238784", "tvmaze:show:525", "nm0334179",
and "=show/gilmore-girls" for what was imported before. `identity` finds out what is the same, `writing` reads it out.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from feeder import durable
from feeder.errors import CatalogError
from feeder.model import Role, TagKind
from feeder.text import fold, one_line

_SCHEMA = """
CREATE TABLE show (
    key TEXT PRIMARY KEY, title TEXT NOT NULL, folded TEXT NOT NULL,
    first INTEGER, last INTEGER, running INTEGER NOT NULL, weight REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE person (key TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE label (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE same (kind TEXT NOT NULL, key TEXT NOT NULL, other TEXT NOT NULL);
CREATE TABLE alias (key TEXT NOT NULL, alias TEXT NOT NULL);
CREATE TABLE network (key TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE credit (
    show TEXT NOT NULL, person TEXT NOT NULL, place INTEGER NOT NULL, role TEXT NOT NULL, character TEXT NOT NULL
);
"""
_INSERT = {
    "show": "INSERT INTO show VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET "
    "first = coalesce(min(first, excluded.first), first, excluded.first), "
    "last = coalesce(max(last, excluded.last), last, excluded.last), running = max(running, excluded.running), "
    "weight = max(weight, excluded.weight)",
    "person": "INSERT OR IGNORE INTO person VALUES (?, ?, ?)",
    "label": "INSERT OR IGNORE INTO label VALUES (?, ?)",
    "same": "INSERT INTO same VALUES (?, ?, ?)",
    "alias": "INSERT INTO alias VALUES (?, ?)",
    "network": "INSERT INTO network VALUES (?, ?)",
    "credit": "INSERT INTO credit VALUES (?, ?, ?, ?, ?)",
}
_BATCH = 5_000  # rows
_LONGEST = 200  # characters of a name
_CACHE = 48 * 1024  # KiB of SQLite's page cache

#: Keys of what the imported catalog had before begin with this, then come kind and id.
BEFORE = "="


def before(kind: TagKind, thing: str) -> str:
    """The key of what the imported catalog had before."""
    return f"{BEFORE}{kind}/{thing}"


class Work:
    """Rows of one import; use `opened`. Empty names and names of more than 200 characters are left out."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self._batches: dict[str, list[tuple[object, ...]]] = {table: [] for table in _INSERT}

    def show(
        self,
        key: str,
        title: str,
        *,
        first: int | None = None,
        last: int | None = None,
        running: bool = False,
        weight: float = 0.0,
    ) -> bool:
        """`weight`: how well known the show is, 0..1 (see `fame`). False: it has no usable title."""
        if not (title := _name(title)):
            return False
        self._put("show", key, title, fold(title), first, last, int(running), weight)
        return True

    def person(self, key: str, name: str) -> None:
        if name := _name(name):
            self._put("person", key, name, fold(name))

    def same_show(self, key: str, other: str) -> None:
        """Two sources say that they mean the same by these keys."""
        self._put("same", "show", key, other)

    def same_person(self, key: str, other: str) -> None:
        self._put("same", "person", key, other)

    def alias(self, key: str, alias: str) -> None:
        """Of a show or a person."""
        if alias := _name(alias):
            self._put("alias", key, alias)

    def network(self, key: str, name: str) -> None:
        """`name` may be the key of a label."""
        if name := _name(name):
            self._put("network", key, name)

    def label(self, key: str, text: str) -> None:
        """What a key stands for that is neither show nor person: a network, a character."""
        if text := _name(text):
            self._put("label", key, text)

    def credit(self, show: str, person: str, *, place: int, role: Role, character: str = "") -> None:
        """`place` in the billing, from 0; `character` may be the key of a label."""
        self._put("credit", show, person, place, role.value, _name(character))

    def _put(self, table: str, *row: object) -> None:
        batch = self._batches[table]
        batch.append(row)
        if len(batch) >= _BATCH:
            self._flush(table)

    def _flush(self, table: str) -> None:
        self.db.executemany(_INSERT[table], self._batches[table])
        self._batches[table].clear()

    def flush(self) -> None:
        """Have everything that was put in stand in the tables."""
        for table in self._batches:
            self._flush(table)

    def rows(self, sql: str, *params: object) -> list[Any]:
        return self.db.execute(sql, params).fetchall()

    def each(self, sql: str, *params: object) -> Iterator[Any]:
        """A row at a time; the tables it reads must not change meanwhile."""
        return self.db.execute(sql, params)

    def run(self, sql: str, *params: object) -> int:
        """Rows touched."""
        return self.db.execute(sql, params).rowcount

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self.db.executemany(sql, rows)


@contextmanager
def opened(path: Path) -> Iterator[Work]:
    """A new work table beside `path`; removed at the end, however that comes. Raises CatalogError: the disk is full."""
    try:
        with durable.scratch(path) as aside, closing(sqlite3.connect(aside, isolation_level=None)) as db:
            for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE}", "temp_store = FILE"):
                db.execute(f"PRAGMA {pragma}")
            db.executescript(_SCHEMA)
            db.execute("BEGIN")
            yield Work(db)
    except sqlite3.Error as error:
        raise CatalogError(f"{path.parent}: the import cannot be worked on there ({error})") from error


def fame(count: float, enough: float) -> float:
    """0..1 from a count of votes or links, by its order of magnitude; 1 from `enough` on."""
    return min(1.0, math.log1p(max(0.0, count)) / math.log1p(enough))


def year(value: object) -> int | None:
    """The year of "2017-03-17", "2017" or 2017, where it can be one of television."""
    text = str(value)[:4]
    return int(text) if text.isascii() and text.isdigit() and 1920 <= int(text) <= 2100 else None


def _name(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= _LONGEST else ""
