"""Connections to one SQLite file, one per thread, set up alike; sqlite3's errors become feeder's."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from feeder.errors import StateDamaged, StateError

#: Seconds a writer waits for another thread's transaction; each of them takes milliseconds.
_BUSY = 30

_SETUP = (
    "PRAGMA page_size = 16384",  # of a new database: an entry in all its forms is then read in one go
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA synchronous = FULL",  # in WAL mode NORMAL may lose the last commits with the power: an alert with them
    "PRAGMA temp_store = MEMORY",
)

Params = Sequence[Any] | Mapping[str, Any]


class Connections:
    """Hands every thread its own connection; `close` closes them all."""

    def __init__(self, path: Path, *, write: bool) -> None:
        self._path = path
        self._write = write
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: list[sqlite3.Connection] | None = []

    def execute(self, sql: str, params: Params = ()) -> int:
        """Rows touched."""
        with told(self._path):
            return self._mine().execute(sql, params).rowcount

    def many(self, sql: str, params: Sequence[Params]) -> None:
        with told(self._path):
            self._mine().executemany(sql, params)

    def rows(self, sql: str, params: Params = ()) -> list[Any]:
        with told(self._path):
            return self._mine().execute(sql, params).fetchall()

    def row(self, sql: str, params: Params = ()) -> Any:
        """The first row, or None."""
        with told(self._path):
            return self._mine().execute(sql, params).fetchone()

    def script(self, sql: str) -> None:
        """Several statements, each ended by ";" at the end of its line, in the transaction that is open."""
        statement = ""
        for line in sql.splitlines():
            statement += line + "\n"
            if sqlite3.complete_statement(statement):
                self.execute(statement)
                statement = ""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """BEGIN IMMEDIATE: a transaction that reads before it writes would otherwise fail instead of waiting."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            connection = self._mine()
            if connection.in_transaction:  # SQLite ends it by itself when the disk is full
                connection.rollback()
            raise

    def backup(self, target: Path, *, without: Sequence[str] = ()) -> None:
        """The whole database, as it is between two transactions, into a new file. Writers are not held up.

        `without`: statements that remove from the copy what is not to be in it; nothing of it is left there.
        """
        with told(target), closing(self._connect()) as source, closing(sqlite3.connect(target)) as copy:
            # all pages in one read transaction: a copy in steps would start over at each write of another connection
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, whole without its log
            copy.execute("PRAGMA secure_delete = ON")
            for statement in without:
                copy.execute(statement)
            copy.commit()

    def close(self) -> None:
        with self._lock:
            connections, self._open = self._open or [], None
        for connection in connections:
            connection.close()

    def _mine(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            with self._lock:
                if self._open is None:
                    connection.close()
                    raise StateError(f"{self._path} is closed")
                self._open.append(connection)
            self._local.connection = connection
        return connection

    def _connect(self) -> sqlite3.Connection:
        mode = "rwc" if self._write else "rw"  # a reader of a WAL database writes its share of the index of the log
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_BUSY,
            isolation_level=None,
            check_same_thread=False,  # only so that `close` may close it
            cached_statements=256,
        )
        try:
            for pragma in _SETUP:
                connection.execute(pragma)
            connection.execute("PRAGMA journal_mode = WAL" if self._write else "PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
        return connection


class told:  # noqa: N801 - read as the function it stands for; as a generator it would cost more than many a query
    """sqlite3's errors as StateError, those of a corrupt file as StateDamaged."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if isinstance(error, sqlite3.OperationalError):
            what = "look at the free space, the disk and the permissions"
            raise StateError(f"{self._path}: {error}; {what}") from error
        if isinstance(error, sqlite3.IntegrityError):
            return  # a mistake in this program, not in the state
        # a damaged schema is told with its damaged bytes, which Python's module cannot read as text
        if isinstance(error, sqlite3.DatabaseError | UnicodeDecodeError):
            what = "restore the state folder from a backup, or remove it to start anew from the articles"
            raise StateDamaged(f"{self._path}: {error}; {what}") from error
