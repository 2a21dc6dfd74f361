"""The store in one SQLite file. All SQL but the schema stands here."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from feeder.errors import StateDamaged, StateError
from feeder.model import Delivery, DeliveryState, StoredEntry, Topic, TopicKind, TopicListing
from feeder.storage.codec import decode_entry, decode_moment, encode_entry, encode_moment
from feeder.storage.connections import Connections
from feeder.storage.lock import WriterLock
from feeder.storage.schema import APPLICATION_ID, MIGRATIONS
from feeder.storage.store import Attempt, Fate, FileRecord, Outcome, Published, Remembered, Stamp, Store
from feeder.text import slug

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
_DELIVERY = (
    "SELECT outbox.id, outbox.endpoint, outbox.watch, entry.id, outbox.event_type, outbox.body, outbox.state, "
    "outbox.attempts, outbox.next_at FROM outbox JOIN entry ON entry.nr = outbox.entry "
)


class SqliteStore(Store):
    """See `Store`; made by `open`."""

    def __init__(self, connections: Connections, lock: WriterLock | None) -> None:
        self._db = connections
        self._lock = lock

    @classmethod
    def open(cls, folder: Path, *, write: bool) -> SqliteStore:
        """See `open_store`."""
        if not write:
            if not (folder / DATABASE).exists() and not (folder / INSTANCE).exists():
                raise StateError(f"{folder} holds nothing yet; run `feeder build` first")
            return cls._opened(folder, lock=None)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StateError(f"{folder} cannot be created ({error.strerror})") from error
        lock = WriterLock(folder / LOCK)
        try:
            return cls._opened(folder, lock=lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _opened(cls, folder: Path, *, lock: WriterLock | None) -> SqliteStore:
        path = folder / DATABASE
        instance = _read_instance(folder)
        if instance is not None and not (path.exists() and path.stat().st_size):
            raise StateDamaged(
                f"{path} is gone or empty although feeder has worked here; restore it from a backup, or remove the "
                f"whole folder {folder} to start anew from the articles"
            )
        connections = Connections(path, write=lock is not None)
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
                stored = _stored(row)
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
        wanted = {self._topic(topic): topic.label for topic in topics}
        if is_new:
            self._db.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (nr, stored.entry.id, *row))
        self._db.many("INSERT OR IGNORE INTO mark VALUES (?, ?, ?)", [(kind, value, nr) for kind, value in marks])
        if not is_new:
            before = self._db.row(
                "SELECT source_key, published, first_seen, changed, withdrawn, data FROM entry WHERE nr = ?", (nr,)
            )
            current = dict(self._db.rows("SELECT topic, label FROM posting WHERE entry = ?", (nr,)))
            if before == row and current == wanted:
                return
            self._db.execute(
                "UPDATE entry SET (source_key, published, first_seen, changed, withdrawn, data) = (?, ?, ?, ?, ?, ?) "
                "WHERE nr = ?",
                (*row, nr),
            )
            self._unpost(nr)
        self._db.many(
            "INSERT INTO posting VALUES (?, ?, ?, ?)",
            [(topic, published, nr, label) for topic, label in wanted.items()],
        )
        self._db.many("INSERT OR IGNORE INTO dirty VALUES (?)", [(topic,) for topic in wanted])

    def withdraw(self, entry_id: str, *, now: datetime) -> None:
        row = self._db.row("SELECT nr FROM entry WHERE id = ?", (entry_id,))
        if row is None:
            raise KeyError(entry_id)
        self._db.execute("UPDATE entry SET withdrawn = ? WHERE nr = ?", (encode_moment(now), row[0]))
        self._unpost(row[0])

    def _unpost(self, nr: int) -> None:
        """Out of its topics, which are dirty now; its XML is of no use any more."""
        self._db.execute("INSERT OR IGNORE INTO dirty SELECT topic FROM posting WHERE entry = ?", (nr,))
        self._db.execute("DELETE FROM posting WHERE entry = ?", (nr,))
        self._db.execute("DELETE FROM entry_xml WHERE entry = ?", (nr,))

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

    # -- topics -------------------------------------------------------------------------------------------------

    def _topic(self, topic: Topic) -> int:
        """The topic's number. Its slug comes from its key, which is unique, not from the order of arrival."""
        row = self._db.row("SELECT nr FROM topic WHERE kind = ? AND key = ?", (topic.kind, topic.key))
        if row:
            return int(row[0])
        plain = slug(topic.key or topic.kind)
        taken = self._db.row("SELECT 1 FROM topic WHERE kind = ? AND slug = ?", (topic.kind, plain))
        chosen = f"{plain}-{hashlib.sha256(topic.key.encode()).hexdigest()[:8]}" if taken else plain
        row = self._db.row(
            "INSERT INTO topic (kind, key, slug, label) VALUES (?, ?, ?, ?) RETURNING nr",
            (topic.kind, topic.key, chosen, topic.label),
        )
        return int(row[0])

    def slug(self, topic: Topic) -> str:
        row = self._db.row("SELECT slug FROM topic WHERE kind = ? AND key = ?", (topic.kind, topic.key))
        if row is None:
            raise KeyError(topic)
        return str(row[0])

    def latest(self, topic: Topic, limit: int) -> Sequence[StoredEntry]:
        rows = self._db.rows(LATEST, {"kind": topic.kind, "key": topic.key, "limit": limit})
        return tuple(map(_stored, rows))

    def serialised(self, topic: Topic, limit: int, *, fingerprint: str) -> Sequence[tuple[str, datetime, bytes | None]]:
        rows = self._db.rows(
            SERIALISED, {"kind": topic.kind, "key": topic.key, "limit": limit, "fingerprint": fingerprint}
        )
        return tuple((entry_id, decode_moment(changed), xml) for entry_id, changed, xml in rows)

    def keep_serialised(self, entry_id: str, xml: bytes, *, fingerprint: str) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO entry_xml SELECT nr, ?, ? FROM entry WHERE id = ?", (fingerprint, xml, entry_id)
        )

    def dirty(self) -> Sequence[tuple[Topic, str, int]]:
        rows = self._db.rows(
            "SELECT kind, key, slug, "
            "coalesce((SELECT posting.label FROM posting WHERE posting.topic = topic.nr"
            " ORDER BY published DESC, entry DESC LIMIT 1), topic.label), "
            "(SELECT count(*) FROM posting WHERE posting.topic = topic.nr) "
            "FROM dirty JOIN topic ON topic.nr = dirty.topic ORDER BY kind, slug"
        )
        return tuple(
            (Topic(kind=TopicKind(kind), key=key, label=label), place, count) for kind, key, place, label, count in rows
        )

    def all_topics_dirty(self) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO dirty SELECT nr FROM topic WHERE count OR nr IN (SELECT topic FROM posting)"
        )

    def set_published(self, listing: TopicListing) -> None:
        topic = listing.topic
        self._db.execute(
            "UPDATE topic SET label = ?, count = ?, updated = ? WHERE kind = ? AND key = ?",
            (topic.label, listing.count, encode_moment(listing.updated), topic.kind, topic.key),
        )
        self._db.execute(
            "DELETE FROM dirty WHERE topic = (SELECT nr FROM topic WHERE kind = ? AND key = ?)", (topic.kind, topic.key)
        )

    def listings(self) -> Sequence[TopicListing]:
        rows = self._db.rows("SELECT kind, key, label, slug, count, updated FROM topic WHERE count ORDER BY kind, slug")
        return tuple(
            TopicListing(
                topic=Topic(kind=TopicKind(kind), key=key, label=label),
                slug=place,
                count=count,
                updated=decode_moment(updated),
            )
            for kind, key, label, place, count, updated in rows
        )

    def published_files(self) -> Sequence[Published]:
        return tuple(Published(*row) for row in self._db.rows("SELECT path, size FROM published ORDER BY path"))

    def set_published_file(self, path: str, size: int | None) -> None:
        if size is None:
            self._db.execute("DELETE FROM published WHERE path = ?", (path,))
        else:
            self._db.execute("INSERT OR REPLACE INTO published VALUES (?, ?)", (path, size))

    # -- outbox -------------------------------------------------------------------------------------------------

    def add_delivery(self, delivery: Delivery, *, now: datetime) -> bool:
        added = self._db.execute(
            "INSERT INTO outbox (id, entry, watch, endpoint, event_type, body, state, attempts, next_at, created_at) "
            "SELECT :id, nr, :watch, :endpoint, :event_type, :body, "
            "CASE WHEN EXISTS (SELECT 1 FROM closed_endpoint WHERE name = :endpoint) THEN 'held' ELSE :state END, "
            ":attempts, :next_at, :now FROM entry WHERE entry.id = :entry ON CONFLICT DO NOTHING",
            {
                "id": delivery.id,
                "entry": delivery.entry_id,
                "watch": delivery.watch,
                "endpoint": delivery.endpoint,
                "event_type": delivery.event_type,
                "body": delivery.body,
                "state": delivery.state,
                "attempts": delivery.attempts,
                "next_at": encode_moment(delivery.next_at),
                "now": encode_moment(now),
            },
        )
        return added == 1

    def claim(self, endpoints: Sequence[str], *, now: datetime, lease: float) -> Delivery | None:
        moment = encode_moment(now)
        with self._db.transaction():
            # A lease that ends later than one begun now was given before the clock went back.
            row = self._db.row(
                "UPDATE outbox SET lease_until = :until, attempts = attempts + 1 WHERE nr = ("
                "SELECT nr FROM outbox WHERE state = 'pending' "
                "AND endpoint IN (SELECT value FROM json_each(:endpoints)) "
                "AND (next_at <= :now OR created_at > :now) AND (lease_until <= :now OR lease_until > :until) "
                "ORDER BY next_at, nr LIMIT 1) RETURNING nr, attempts",
                {"now": moment, "until": moment + int(lease), "endpoints": json.dumps(endpoints)},
            )
            if row is None:
                return None
            self._db.execute("INSERT INTO attempt (outbox, number, started) VALUES (?, ?, ?)", (row[0], row[1], moment))
            return _delivery(self._db.row(_DELIVERY + "WHERE outbox.nr = ?", (row[0],)))

    def settle(
        self,
        delivery: Delivery,
        *,
        state: DeliveryState,
        next_at: datetime,
        now: datetime,
        outcome: Outcome,
        status: int | None,
        error: str = "",
    ) -> None:
        with self._db.transaction():
            self._db.execute(
                "UPDATE outbox SET state = ?, next_at = ?, lease_until = 0 WHERE id = ?",
                (state, encode_moment(next_at), delivery.id),
            )
            self._db.execute(
                "UPDATE attempt SET ended = ?, outcome = ?, status = ?, error = ? "
                "WHERE outbox = (SELECT nr FROM outbox WHERE id = ?) AND number = ?",
                (encode_moment(now), outcome, status, error, delivery.id, delivery.attempts),
            )

    def hold(self, endpoint: str, *, url: str, now: datetime) -> int:
        with self._db.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO closed_endpoint VALUES (?, ?, ?)", (endpoint, url, encode_moment(now))
            )
            return self._db.execute(
                "UPDATE outbox SET state = 'held' WHERE endpoint = ? AND state = 'pending'", (endpoint,)
            )

    def release(self, endpoint: str, *, unless_url: str) -> int:
        if not self._db.row("SELECT 1 FROM closed_endpoint WHERE name = ? AND url <> ?", (endpoint, unless_url)):
            return 0
        with self._db.transaction():
            self._db.execute("DELETE FROM closed_endpoint WHERE name = ?", (endpoint,))
            return self._db.execute(
                "UPDATE outbox SET state = 'pending' WHERE endpoint = ? AND state = 'held'", (endpoint,)
            )

    def release_leases(self) -> int:
        if not self._db.row("SELECT 1 FROM outbox WHERE state = 'pending' AND lease_until > 0 LIMIT 1"):
            return 0
        with self._db.transaction():
            self._db.execute("UPDATE attempt SET outcome = 'unknown' WHERE ended IS NULL AND outcome IS NULL")
            return self._db.execute("UPDATE outbox SET lease_until = 0 WHERE state = 'pending' AND lease_until > 0")

    def deliveries(self, *, state: DeliveryState | None = None) -> Sequence[Delivery]:
        if state is None:
            return tuple(map(_delivery, self._db.rows(_DELIVERY + "ORDER BY outbox.nr")))
        return tuple(map(_delivery, self._db.rows(_DELIVERY + "WHERE outbox.state = ? ORDER BY outbox.nr", (state,))))

    def attempts(self, delivery_id: str) -> Sequence[Attempt]:
        rows = self._db.rows(
            "SELECT number, started, ended, outcome, status, error FROM attempt "
            "WHERE outbox = (SELECT nr FROM outbox WHERE id = ?) ORDER BY number",
            (delivery_id,),
        )
        return tuple(
            Attempt(
                number=number,
                started=decode_moment(started),
                ended=None if ended is None else decode_moment(ended),
                outcome=None if outcome is None else Outcome(outcome),
                status=status,
                error=error,
            )
            for number, started, ended, outcome, status, error in rows
        )

    def check(self) -> Sequence[str]:
        found = [row[0] for row in self._db.rows("PRAGMA integrity_check") if row[0] != "ok"]
        found += [f"{row[0]}: a row points nowhere" for row in self._db.rows("PRAGMA foreign_key_check")]
        return found


#: The latest of a topic: one range scan of the postings' primary key, then one look-up an entry. CROSS JOIN keeps the
#: planner from starting anywhere else.
_RANGE = (
    "FROM topic CROSS JOIN posting ON posting.topic = topic.nr CROSS JOIN entry ON entry.nr = posting.entry {more}"
    "WHERE topic.kind = :kind AND topic.key = :key ORDER BY posting.published DESC, posting.entry DESC LIMIT :limit"
)
LATEST = "SELECT entry.data, entry.first_seen, entry.changed, entry.withdrawn " + _RANGE.format(more="")
SERIALISED = "SELECT entry.id, entry.changed, entry_xml.xml " + _RANGE.format(
    more="LEFT JOIN entry_xml ON entry_xml.entry = entry.nr AND entry_xml.fingerprint = :fingerprint "
)


def _stored(row: Any) -> StoredEntry:
    data, first_seen, changed, _ = row
    return StoredEntry(entry=decode_entry(data), first_seen=decode_moment(first_seen), changed=decode_moment(changed))


def _remembered(row: Any) -> Remembered:
    return Remembered(stored=_stored(row), withdrawn=None if row[3] is None else decode_moment(row[3]))


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


def _delivery(row: Any) -> Delivery:
    id_, endpoint, watch, entry_id, event_type, body, state, attempts, next_at = row
    return Delivery(
        id=id_,
        endpoint=endpoint,
        watch=watch,
        entry_id=entry_id,
        event_type=event_type,
        body=body,
        state=DeliveryState(state),
        attempts=attempts,
        next_at=decode_moment(next_at),
    )


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
    temporary = folder / f"{INSTANCE}.tmp"
    try:
        with temporary.open("w", encoding="ascii") as file:
            file.write(instance + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / INSTANCE)
    except OSError as error:
        raise StateError(f"{folder / INSTANCE} cannot be written ({error.strerror})") from error
