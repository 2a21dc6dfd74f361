"""The store in one SQLite file: opening it, files, entries, jobs; its other parts have modules of their own."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from feeder import durable
from feeder.errors import StateDamaged, StateError
from feeder.model import DeliveryState, StoredEntry, Topic
from feeder.storage.alerting import SqliteAlerting
from feeder.storage.codec import decode_moment, encode_entry, encode_moment
from feeder.storage.connections import Connections
from feeder.storage.lock import WriterLock
from feeder.storage.lookup import PLACES, WORDS, SqliteLookup
from feeder.storage.rows import stored_of
from feeder.storage.schema import APPLICATION_ID, MIGRATIONS
from feeder.storage.sqlite_audience import SECRETS, SqliteAudience
from feeder.storage.sqlite_outbox import SqliteOutbox
from feeder.storage.sqlite_topics import SqliteTopics
from feeder.storage.store import (
    Fate,
    FileRecord,
    JobOutcome,
    JobRecord,
    Remembered,
    Stamp,
    Store,
)

DATABASE = "feeder.db"
#: The same random name as in the database: a database that is lost is noticed, and one that was swapped.
INSTANCE = "instance"
LOCK = "feeder.lock"

_PAGE = 100  # entries in memory at once
_ENTRY = "SELECT entry.data, entry.first_seen, entry.changed, entry.withdrawn FROM entry "
_FILE = (
    "SELECT file.key, file.size, file.mtime_ns, file.inode, file.fate, file.digest, entry.id, file.reason, file.detail "
    "FROM file LEFT JOIN entry ON entry.nr = file.entry "
)


class SqliteStore(Store):
    """See `Store`; made by `open`."""

    def __init__(self, connections: Connections, lock: WriterLock | None) -> None:
        self._db = connections
        self._lock = lock
        self._lookup = SqliteLookup(connections)
        self._alerting = SqliteAlerting(connections)
        self._outbox = SqliteOutbox(connections, self._alerting)
        self._topics = SqliteTopics(connections)
        self._audience = SqliteAudience(connections)

    @classmethod
    def open(cls, folder: Path, *, write: bool, beside: bool = False) -> SqliteStore:
        """See `open_store`."""
        if not write or beside:
            if not (folder / DATABASE).exists() and not (folder / INSTANCE).exists():
                raise StateError(f"{folder} holds nothing yet; run `feeder build` first")
            return cls._opened(folder, lock=None, write=write)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StateError(f"{folder} cannot be created ({error.strerror})") from error
        lock = WriterLock(folder / LOCK)
        try:
            return cls._opened(folder, lock=lock, write=True)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _opened(cls, folder: Path, *, lock: WriterLock | None, write: bool) -> SqliteStore:
        path = folder / DATABASE
        instance = _read_instance(folder)
        if instance is not None and not (path.exists() and path.stat().st_size):
            raise StateDamaged(
                f"{path} is gone or empty although feeder has worked here; restore it from a backup, or remove the "
                f"whole folder {folder} to start anew from the articles"
            )
        connections = Connections(path, write=write)
        try:
            store = cls(connections, lock)
            store._migrate(path, write=lock is not None)
            kept = store.fact("instance")
            if kept is None or (instance is not None and kept != instance):
                raise StateDamaged(f"{path} belongs to another state folder; restore the one that was here")
            if instance is None and lock is not None:
                _write_instance(folder, kept)
        except BaseException:
            connections.close()
            raise
        return store

    def _migrate(self, path: Path, *, write: bool) -> None:
        application = self._db.row("PRAGMA application_id")[0]
        version = self._db.row("PRAGMA user_version")[0]
        used = application or version or self._db.row("SELECT 1 FROM sqlite_schema LIMIT 1")
        if used and application != APPLICATION_ID:
            raise StateDamaged(f"{path} is no database of feeder; move it away")
        if version > len(MIGRATIONS):
            raise StateDamaged(
                f"{path} was written by a newer feeder (its schema is {version}, this program knows "
                f"{len(MIGRATIONS)}); install that version again"
            )
        if version == len(MIGRATIONS):
            return
        if not write:
            raise StateError(f"{path} is of an older feeder; run `feeder build` once to bring it up to date")
        with self._db.transaction():
            for migration in MIGRATIONS[version:]:
                self._db.script(migration)
            if version == 0:
                self.set_fact("instance", secrets.token_hex(16))
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    @property
    def lookup(self) -> SqliteLookup:
        return self._lookup

    @property
    def alerting(self) -> SqliteAlerting:
        return self._alerting

    @property
    def outbox(self) -> SqliteOutbox:
        return self._outbox

    @property
    def topics(self) -> SqliteTopics:
        return self._topics

    @property
    def audience(self) -> SqliteAudience:
        return self._audience

    def close(self) -> None:
        self._db.close()
        if self._lock is not None:
            self._lock.release()

    def transaction(self) -> AbstractContextManager[None]:
        return self._db.transaction()

    # -- small facts --------------------------------------------------------------------------------------------

    def fact(self, name: str) -> str | None:
        row = self._db.row("SELECT value FROM fact WHERE name = ?", (name,))
        return row[0] if row else None

    def set_fact(self, name: str, value: str) -> None:
        self._db.execute(
            "INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
        )

    # -- files --------------------------------------------------------------------------------------------------

    def stamps(self) -> Mapping[str, Stamp]:
        rows = self._db.rows("SELECT key, size, mtime_ns, inode FROM file WHERE size IS NOT NULL")
        return {key: Stamp(size, mtime_ns, _unsigned(inode)) for key, size, mtime_ns, inode in rows}

    def file_keys(self) -> frozenset[str]:
        return frozenset(row[0] for row in self._db.rows("SELECT key FROM file"))

    def file(self, key: str) -> FileRecord | None:
        row = self._db.row(_FILE + "WHERE file.key = ?", (key,))
        return _file(row) if row else None

    def files(self, *, fate: Fate | None = None, entry_id: str | None = None) -> Sequence[FileRecord]:
        conditions, params = ["1"], []
        if fate is not None:
            conditions.append("file.fate = ?")
            params.append(fate.value)
        if entry_id is not None:
            conditions.append("entry.id = ?")
            params.append(entry_id)
        return tuple(map(_file, self._db.rows(_FILE + f"WHERE {' AND '.join(conditions)} ORDER BY file.key", params)))

    def put_file(self, record: FileRecord) -> None:
        stamp = record.stamp
        self._db.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, (SELECT nr FROM entry WHERE id = ?), ?, ?)",
            (
                record.key,
                *((stamp.size, stamp.mtime_ns, _signed(stamp.inode)) if stamp else (None, None, None)),
                record.fate,
                record.digest,
                record.entry_id,
                record.reason,
                record.detail,
            ),
        )

    def remove_file(self, key: str) -> None:
        self._db.execute("DELETE FROM file WHERE key = ?", (key,))

    def forget_stamps(self, *, fate: Fate) -> int:
        return self._db.execute(
            "UPDATE file SET size = NULL, mtime_ns = NULL, inode = NULL WHERE fate = ? AND size IS NOT NULL", (fate,)
        )

    # -- entries ------------------------------------------------------------------------------------------------

    def remembered(self, entry_id: str) -> Remembered | None:
        row = self._db.row(_ENTRY + "WHERE entry.id = ?", (entry_id,))
        return _remembered(row) if row else None

    def recognised(self, mark: str, value: str) -> Sequence[Remembered]:
        rows = self._db.rows(
            _ENTRY + "JOIN mark ON mark.entry = entry.nr WHERE mark.kind = ? AND mark.value = ? "
            "ORDER BY entry.withdrawn IS NOT NULL, entry.id",
            (mark, value),
        )
        return tuple(map(_remembered, rows))

    def entries(self) -> Iterator[StoredEntry]:
        last = ""
        while page := self._db.rows(
            _ENTRY + "WHERE entry.withdrawn IS NULL AND entry.id > ? ORDER BY entry.id LIMIT ?", (last, _PAGE)
        ):
            for row in page:
                stored = stored_of(row)
                yield stored
                last = stored.entry.id

    def put_entry(self, stored: StoredEntry, *, topics: Iterable[Topic], marks: Iterable[tuple[str, str]]) -> None:
        nr, is_new = self._number(stored.entry.id)
        published = encode_moment(stored.entry.published)
        row = (
            stored.entry.article.key,
            published,
            encode_moment(stored.first_seen),
            encode_moment(stored.changed),
            None,
            encode_entry(stored.entry),
        )
        wanted = {self._topics.number(topic): topic.label for topic in topics}
        reworded = True
        stays: dict[int, int] = {}  # the edition it came with, in topics where it does not arrive anew
        if is_new:
            self._db.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (nr, stored.entry.id, *row))
        self._db.many("INSERT OR IGNORE INTO mark VALUES (?, ?, ?)", [(kind, value, nr) for kind, value in marks])
        if not is_new:
            before = self._db.row(
                "SELECT source_key, published, first_seen, changed, withdrawn, data FROM entry WHERE nr = ?", (nr,)
            )
            current = self._db.rows("SELECT topic, label, arrived FROM posting WHERE entry = ?", (nr,))
            if before == row and {topic: label for topic, label, _ in current} == wanted:
                return
            reworded = (before[1], *before[4:]) != (row[1], *row[4:])  # published, withdrawn and data
            if reworded:
                self._unindex(nr)
            if (before[1], before[3]) == (row[1], row[3]):  # published and changed
                stays = {topic: arrived for topic, _, arrived in current}
            self._db.execute(
                "UPDATE entry SET (source_key, published, first_seen, changed, withdrawn, data) = (?, ?, ?, ?, ?, ?) "
                "WHERE nr = ?",
                (*row, nr),
            )
            self._unpost(nr)
            self._db.execute("DELETE FROM tombstone WHERE entry = ?", (nr,))
        if reworded:
            self._index(nr, published)
        edition = self._edition()
        self._db.many(
            "INSERT INTO posting (topic, published, entry, label, arrived) VALUES (?, ?, ?, ?, ?)",
            [(topic, published, nr, label, stays.get(topic, edition)) for topic, label in wanted.items()],
        )
        self._db.many("INSERT OR IGNORE INTO dirty VALUES (?)", [(topic,) for topic in wanted])

    def withdraw(self, entry_id: str, *, now: datetime) -> None:
        row = self._db.row("SELECT nr FROM entry WHERE id = ?", (entry_id,))
        if row is None:
            raise KeyError(entry_id)
        moment = encode_moment(now)
        self._unindex(row[0])
        self._db.execute("UPDATE entry SET withdrawn = ? WHERE nr = ?", (moment, row[0]))
        self._db.execute(
            "INSERT OR REPLACE INTO tombstone SELECT entry, topic, ? FROM posting WHERE entry = ?", (moment, row[0])
        )
        self._unpost(row[0])

    def _unpost(self, nr: int) -> None:
        """Out of its topics, which are dirty now, as are the archives that had it; its forms are of no use any more."""
        self._db.execute("INSERT OR IGNORE INTO dirty SELECT topic FROM posting WHERE entry = ?", (nr,))
        self._db.execute(ARCHIVES_OF_ENTRY, (nr,))
        self._db.execute("DELETE FROM posting WHERE entry = ?", (nr,))
        self._db.execute("DELETE FROM serialised WHERE entry = ?", (nr,))

    def _index(self, nr: int, published: int) -> None:
        """Let searches find it: it comes last of those of its second."""
        first = published * PLACES
        self._db.execute(
            "INSERT INTO passage SELECT coalesce(max(doc), :first) + 1, :nr FROM passage "
            "WHERE doc BETWEEN :first AND :last",
            {"first": first, "last": first + PLACES - 1, "nr": nr},
        )
        self._db.execute(f"INSERT INTO entry_text (rowid, text, names, outlet) SELECT passage.doc, {WORDS}", (nr,))

    def _unindex(self, nr: int) -> None:
        """While the entry is still as it was indexed: the index forgets words that it is told again."""
        self._db.execute(
            f"INSERT INTO entry_text (entry_text, rowid, text, names, outlet) SELECT 'delete', passage.doc, {WORDS}",
            (nr,),
        )
        self._db.execute("DELETE FROM passage WHERE entry = ?", (nr,))

    def _edition(self) -> int:
        return int(self.fact("edition") or 1)

    def begin_edition(self) -> None:
        self.set_fact("edition", str(self._edition() + 1))

    def unsettled(self) -> Sequence[str]:
        rows = self._db.rows(
            "SELECT id FROM entry WHERE withdrawn IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM file WHERE file.key = entry.source_key AND file.entry = entry.nr) ORDER BY id"
        )
        return tuple(row[0] for row in rows)

    def counts(self) -> Mapping[str, int]:
        live, withdrawn = self._db.row("SELECT count(*) - count(withdrawn), count(withdrawn) FROM entry")
        kinds = self._db.rows(
            "SELECT kind, count(*) FROM topic WHERE EXISTS (SELECT 1 FROM posting WHERE topic = nr) GROUP BY kind"
        )
        messages = self._db.rows("SELECT state, count(*) FROM outbox GROUP BY state")
        return {
            "entries": live,
            "withdrawn": withdrawn,
            **dict(kinds),
            **dict.fromkeys((state.value for state in DeliveryState), 0),
            **dict(messages),
        }

    def _number(self, entry_id: str) -> tuple[int, bool]:
        """(the entry's number, whether it is still to be given out): from the id, so that equal stores order alike."""
        row = self._db.row("SELECT nr FROM entry WHERE id = ?", (entry_id,))
        if row:
            return row[0], False
        nr = int.from_bytes(hashlib.sha256(entry_id.encode()).digest()[:8]) >> 1
        while self._db.row("SELECT 1 FROM entry WHERE nr = ?", (nr,)):
            nr += 1
        return nr, True

    # -- operating it -------------------------------------------------------------------------------------------

    def put_job(self, record: JobRecord) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.name,
                _moment_or_none(record.started),
                record.seconds,
                record.outcome,
                record.detail,
                *map(_moment_or_none, (record.succeeded, record.next_run, record.stale_at)),
                record.runs,
                record.failures,
            ),
        )

    def jobs(self) -> Sequence[JobRecord]:
        return tuple(map(_job, self._db.rows("SELECT * FROM job ORDER BY name")))

    def locked(self) -> bool:
        return self._lock is not None

    def probe(self) -> None:
        with self._db.transaction():
            self._db.row("SELECT 1 FROM fact LIMIT 1")

    def backup(self, target: Path, *, secrets: bool = True) -> None:
        self._db.backup(target, without=() if secrets else SECRETS)

    def check(self) -> Sequence[str]:
        found = [row[0] for row in self._db.rows("PRAGMA integrity_check") if row[0] != "ok"]
        found += [f"{row[0]}: a row points nowhere" for row in self._db.rows("PRAGMA foreign_key_check")]
        return found


#: Which archive an entry is in: the first one of its topic that was closed at its place or later.
ARCHIVES_OF_ENTRY = (
    "UPDATE chapter SET dirty = 1 WHERE (topic, number) IN (SELECT posting.topic, "
    "(SELECT one.number FROM chapter AS one WHERE one.topic = posting.topic "
    "AND (one.arrived, one.published, one.entry) >= (posting.arrived, posting.published, posting.entry) "
    "ORDER BY one.arrived, one.published, one.entry LIMIT 1) FROM posting WHERE posting.entry = ?)"
)


def _remembered(row: Any) -> Remembered:
    return Remembered(stored=stored_of(row), withdrawn=None if row[3] is None else decode_moment(row[3]))


def _file(row: Any) -> FileRecord:
    key, size, mtime_ns, inode, fate, digest, entry_id, reason, detail = row
    return FileRecord(
        key=key,
        stamp=None if size is None else Stamp(size, mtime_ns, _unsigned(inode)),
        fate=Fate(fate),
        digest=digest,
        entry_id=entry_id,
        reason=reason,
        detail=detail,
    )


def _job(row: Any) -> JobRecord:
    name, started, seconds, outcome, detail, succeeded, next_run, stale_at, runs, failures = row
    started, succeeded, next_run, stale_at = (
        None if it is None else decode_moment(it) for it in (started, succeeded, next_run, stale_at)
    )
    return JobRecord(
        name=name,
        started=started,
        seconds=seconds,
        outcome=None if outcome is None else JobOutcome(outcome),
        detail=detail,
        succeeded=succeeded,
        next_run=next_run,
        stale_at=stale_at,
        runs=runs,
        failures=failures,
    )


def _moment_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else encode_moment(moment)


def _signed(inode: int) -> int:
    """Inodes have 64 bits without a sign, SQLite's integers have one."""
    return inode - (1 << 64) if inode >= 1 << 63 else inode


def _unsigned(inode: int) -> int:
    return inode + (1 << 64) if inode < 0 else inode


def _read_instance(folder: Path) -> str | None:
    try:
        return (folder / INSTANCE).read_text("ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(f"{folder / INSTANCE} cannot be read ({error})") from error


def _write_instance(folder: Path, instance: str) -> None:
    """After the database is there: killed in between, the next start finds the database and writes this again."""
    try:
        durable.replace(folder / INSTANCE, f"{instance}\n".encode("ascii"))
    except OSError as error:
        raise StateError(f"{folder / INSTANCE} cannot be written ({error.strerror})") from error
