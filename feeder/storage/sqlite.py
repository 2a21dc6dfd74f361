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
from feeder.storage.alerting import SqliteAlerting
from feeder.storage.codec import decode_moment, encode_entry, encode_moment
from feeder.storage.connections import Connections
from feeder.storage.lock import WriterLock
from feeder.storage.lookup import PLACES, WORDS, SqliteLookup
from feeder.storage.rows import DELIVERY, attempt_of, delivery_of, listing_of, stored_of, topic_of
from feeder.storage.schema import APPLICATION_ID, MIGRATIONS
from feeder.storage.sqlite_audience import SECRETS, SqliteAudience
from feeder.storage.store import (
    Attempt,
    Closed,
    Dirty,
    Fate,
    FileRecord,
    Former,
    JobOutcome,
    JobRecord,
    Outcome,
    Place,
    Posted,
    Published,
    Remembered,
    Stamp,
    Store,
    TopicTotals,
)
from feeder.text import slug

DATABASE = "feeder.db"
#: The same random name as in the database: a database that is lost is noticed, and one that was swapped.
INSTANCE = "instance"
LOCK = "feeder.lock"

_PAGE = 100  # entries in memory at once
#: Seconds for which no message is ever put off: a day, a fifth of it, and quiet hours.
NEVER = 4 * 86400

#: Seconds between the clocks of two who claim at the same time, at most.
_SENDERS_APART = 60

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
        wanted = {self._topic(topic): topic.label for topic in topics}
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

    # -- topics -------------------------------------------------------------------------------------------------

    def _topic(self, topic: Topic) -> int:
        """The topic's number."""
        nr = self._known(topic)
        if nr is not None:
            return nr
        row = self._db.row(
            "INSERT INTO topic (kind, key, slug, label) VALUES (?, ?, ?, ?) RETURNING nr",
            (topic.kind, topic.key, self._free_slug(topic), topic.label),
        )
        return int(row[0])

    def _known(self, topic: Topic) -> int | None:
        row = self._db.row("SELECT nr FROM topic WHERE kind = ? AND key = ?", (topic.kind, topic.key))
        return None if row is None else int(row[0])

    def _free_slug(self, topic: Topic) -> str:
        """An address that no topic of the kind has or had.

        That of an owner's topic says its name. All others follow the key, which is unique and most often a slug
        itself: which of two that are alike came first then makes no difference.
        """
        plain = slug(topic.label if topic.kind is TopicKind.QUERY else topic.key or topic.kind)
        digest = hashlib.sha256(topic.key.encode()).hexdigest()
        by_id = topic.kind in (TopicKind.SHOW, TopicKind.PERSON)
        made = f"{plain}-{digest[:8]}" if by_id and plain != topic.key else plain
        length = 8
        while self._db.row(
            "SELECT 1 FROM topic WHERE kind = :kind AND slug = :slug UNION ALL "
            "SELECT 1 FROM former_slug WHERE kind = :kind AND slug = :slug",
            {"kind": topic.kind, "slug": made},
        ):
            made = f"{plain}-{digest[:length]}"
            length += 1
        return made

    def declare(self, topics: Sequence[Topic], *, former: Mapping[str, Sequence[str]]) -> None:
        declared = []
        for topic in topics:
            nr = self._topic(topic)
            declared.append(nr)
            self._rename(nr, topic)
            if self._db.execute("UPDATE topic SET standing = 1 WHERE nr = ? AND NOT standing", (nr,)):
                self._db.execute("INSERT OR IGNORE INTO dirty VALUES (?)", (nr,))
            if topic.kind is TopicKind.QUERY:
                for name in former.get(topic.key, ()):
                    self._remember_slug(nr, topic.kind, slug(name))
        kept = json.dumps(declared)
        dropped = self._db.rows(
            "SELECT nr FROM topic WHERE standing AND nr NOT IN (SELECT value FROM json_each(?))", (kept,)
        )
        for (nr,) in dropped:
            self._db.execute("UPDATE topic SET standing = 0 WHERE nr = ?", (nr,))
            self._db.execute("INSERT OR IGNORE INTO dirty VALUES (?)", (nr,))
            for table in ("posting", "chapter", "tombstone"):
                self._db.execute(f"DELETE FROM {table} WHERE topic = ?", (nr,))  # noqa: S608 - names from above

    def _rename(self, nr: int, topic: Topic) -> None:
        label, before = self._db.row("SELECT label, slug FROM topic WHERE nr = ?", (nr,))
        if label == topic.label:
            return
        self._db.execute("UPDATE topic SET label = ? WHERE nr = ?", (topic.label, nr))
        self._dirty_with_archives(nr)
        if topic.kind is TopicKind.QUERY and slug(topic.label) != slug(label):
            # back under a name it had before, it has the address of then
            self._db.execute(
                "DELETE FROM former_slug WHERE kind = ? AND slug = ? AND topic = ?",
                (topic.kind, slug(topic.label), nr),
            )
            self._db.execute("UPDATE topic SET slug = ? WHERE nr = ?", (self._free_slug(topic), nr))
            self._remember_slug(nr, topic.kind, before)

    def _remember_slug(self, nr: int, kind: TopicKind, place: str) -> None:
        """Unless another topic is there now, or was there before."""
        self._db.execute(
            "INSERT OR IGNORE INTO former_slug SELECT :kind, :slug, :nr "
            "WHERE NOT EXISTS (SELECT 1 FROM topic WHERE kind = :kind AND slug = :slug)",
            {"kind": kind, "slug": place, "nr": nr},
        )

    def _dirty_with_archives(self, nr: int) -> None:
        self._db.execute("INSERT OR IGNORE INTO dirty VALUES (?)", (nr,))
        self._db.execute("UPDATE chapter SET dirty = 1 WHERE topic = ?", (nr,))

    def keys(self, kind: TopicKind) -> frozenset[str]:
        return frozenset(row[0] for row in self._db.rows("SELECT key FROM topic WHERE kind = ?", (kind,)))

    def succeed(self, old: Topic, new: Topic) -> bool:
        before = self._db.row(
            "SELECT nr, slug, iif(origin = '', key, origin) FROM topic WHERE kind = ? AND key = ? AND listed "
            "AND NOT EXISTS (SELECT 1 FROM posting WHERE topic = nr)",
            (old.kind, old.key),
        )
        after = self._db.row(
            "SELECT nr FROM topic WHERE kind = ? AND key = ? AND NOT listed AND origin = ''", (new.kind, new.key)
        )
        if before is None or after is None:
            return False
        nr, place, origin = before
        heir = after[0]
        self._db.execute("UPDATE topic SET origin = ? WHERE nr = ?", (origin, heir))
        self._db.execute("UPDATE former_slug SET topic = ? WHERE topic = ?", (heir, nr))
        self._db.execute("UPDATE OR REPLACE tombstone SET topic = ? WHERE topic = ?", (heir, nr))
        for table, column in (("dirty", "topic"), ("chapter", "topic"), ("topic", "nr")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (nr,))  # noqa: S608 - names from above
        self._remember_slug(heir, old.kind, place)
        self._dirty_with_archives(heir)
        return True

    def former(self, kind: TopicKind, slug: str) -> Former | None:
        row = self._db.row(
            "SELECT topic.kind, topic.key, topic.label, topic.origin, topic.slug, topic.listed FROM former_slug "
            "JOIN topic ON topic.nr = former_slug.topic WHERE former_slug.kind = ? AND former_slug.slug = ?",
            (kind, slug),
        ) or self._db.row(
            "SELECT kind, key, label, origin, slug, 0 FROM topic "
            "WHERE kind = ? AND slug = ? AND NOT listed AND NOT standing "
            "AND NOT EXISTS (SELECT 1 FROM posting WHERE topic = nr)",  # else it is about to be published
            (kind, slug),
        )
        return None if row is None else Former(topic_of(*row[:4]), row[4] if row[5] else None)

    def former_slugs(self) -> Sequence[tuple[str, TopicListing]]:
        rows = self._db.rows(
            "SELECT former_slug.slug, topic.kind, topic.key, topic.label, topic.origin, topic.slug, topic.count, "
            "topic.updated FROM former_slug JOIN topic ON topic.nr = former_slug.topic WHERE topic.listed "
            "ORDER BY former_slug.kind, former_slug.slug"
        )
        return tuple((place, listing_of(row)) for place, *row in rows)

    def slug(self, topic: Topic) -> str:
        row = self._db.row("SELECT slug FROM topic WHERE kind = ? AND key = ?", (topic.kind, topic.key))
        if row is None:
            raise KeyError(topic)
        return str(row[0])

    def latest(self, topic: Topic, limit: int) -> Sequence[StoredEntry]:
        rows = self._db.rows(LATEST, {"kind": topic.kind, "key": topic.key, "limit": limit})
        return tuple(map(stored_of, rows))

    def arrivals(self, topic: Topic, limit: int, *, fingerprint: str) -> Sequence[Posted]:
        names = {"kind": topic.kind, "key": topic.key, "limit": limit, "fingerprint": fingerprint}
        return tuple(map(Posted._make, self._db.rows(ARRIVALS, names)))

    def waiting(self, topic: Topic, limit: int, *, fingerprint: str) -> Sequence[Posted]:
        last = self.last_archive(topic)
        return self._between(WAITING, topic, last[1] if last else _BEFORE_ALL, _AFTER_ALL, limit, fingerprint)

    def archived(self, topic: Topic, number: int, *, fingerprint: str) -> Sequence[Posted]:
        rows = self._db.rows(
            "SELECT chapter.arrived, chapter.published, chapter.entry FROM chapter JOIN topic ON nr = topic "
            "WHERE kind = ? AND key = ? AND number IN (?, ?) ORDER BY number",
            (topic.kind, topic.key, number - 1, number),
        )
        first, last = (_BEFORE_ALL, *(Place(*row) for row in rows))[-2:]
        return self._between(BETWEEN, topic, first, last, -1, fingerprint)

    def _between(
        self, query: str, topic: Topic, after: Place, last: Place, limit: int, fingerprint: str
    ) -> Sequence[Posted]:
        names = {"kind": topic.kind, "key": topic.key, "limit": limit, "fingerprint": fingerprint}
        names |= {"a1": after[0], "a2": after[1], "a3": after[2], "l1": last[0], "l2": last[1], "l3": last[2]}
        return tuple(map(Posted._make, self._db.rows(query, names)))

    def close_archive(self, topic: Topic, last: Place) -> None:
        self._db.execute(
            "INSERT INTO chapter (topic, number, arrived, published, entry) SELECT nr, "
            "1 + coalesce((SELECT max(number) FROM chapter WHERE topic = nr), 0), ?, ?, ? "
            "FROM topic WHERE kind = ? AND key = ?",
            (*last, topic.kind, topic.key),
        )

    def last_archive(self, topic: Topic) -> tuple[int, Place] | None:
        row = self._db.row(
            "SELECT number, arrived, published, entry FROM topic JOIN chapter ON topic = nr "
            "WHERE kind = ? AND key = ? ORDER BY number DESC LIMIT 1",
            (topic.kind, topic.key),
        )
        return None if row is None else (row[0], Place(*row[1:]))

    def dirty_archives(self, topic: Topic) -> Sequence[int]:
        rows = self._db.rows(
            "SELECT number FROM topic JOIN chapter ON topic = nr WHERE kind = ? AND key = ? AND dirty ORDER BY number",
            (topic.kind, topic.key),
        )
        return tuple(row[0] for row in rows)

    def set_archive_published(self, topic: Topic, number: int) -> None:
        self._db.execute(
            "UPDATE chapter SET dirty = 0 WHERE number = ? AND topic = ?",
            (number, self._known(topic)),
        )

    def archives(self) -> Mapping[tuple[TopicKind, str], int]:
        rows = self._db.rows("SELECT kind, slug, max(number) FROM chapter JOIN topic ON nr = topic GROUP BY topic")
        return {(TopicKind(kind), place): number for kind, place, number in rows}

    def tombstones(self, topic: Topic, limit: int, *, since: datetime) -> Sequence[tuple[str, datetime]]:
        rows = self._db.rows(
            "SELECT entry.id, tombstone.withdrawn FROM topic JOIN tombstone ON tombstone.topic = topic.nr "
            "JOIN entry ON entry.nr = tombstone.entry "
            "WHERE topic.kind = ? AND topic.key = ? AND tombstone.withdrawn > ? "
            "ORDER BY tombstone.withdrawn DESC, entry.id LIMIT ?",
            (topic.kind, topic.key, encode_moment(since), limit),
        )
        return tuple((entry_id, decode_moment(withdrawn)) for entry_id, withdrawn in rows)

    def keep_serialised(self, entry_id: str, forms: Sequence[bytes], *, fingerprint: str) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO serialised SELECT nr, ?, ?, ?, ?, ? FROM entry WHERE id = ?",
            (fingerprint, max(map(len, forms)), *forms, entry_id),
        )

    def told_apart(self, entry_id: str) -> str | None:
        row = self._db.row(
            "SELECT marks FROM told_apart JOIN entry ON entry.nr = told_apart.entry WHERE entry.id = ?", (entry_id,)
        )
        return None if row is None else str(row[0])

    def set_told_apart(self, entry_id: str, marks: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO told_apart SELECT nr, ? FROM entry WHERE id = ?", (marks, entry_id))

    def dirty(self) -> Sequence[Dirty]:
        rows = self._db.rows(
            "SELECT kind, key, iif(standing, topic.label, "
            "coalesce((SELECT posting.label FROM posting WHERE posting.topic = topic.nr"
            " ORDER BY published DESC, entry DESC LIMIT 1), topic.label)), origin, "
            "slug, (SELECT count(*) FROM posting WHERE posting.topic = topic.nr), standing, "
            "listed, horizon_arrived, horizon_published, horizon_entry "
            "FROM dirty JOIN topic ON topic.nr = dirty.topic ORDER BY kind, slug"
        )
        return tuple(
            Dirty(topic_of(*row[:4]), row[4], row[5], bool(row[6]), bool(row[7]), Place(*row[8:])) for row in rows
        )

    def all_topics_dirty(self) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO dirty SELECT nr FROM topic "
            "WHERE listed OR standing OR nr IN (SELECT topic FROM posting)"
        )
        self._db.execute("UPDATE chapter SET dirty = 1")

    def set_published(self, listing: TopicListing, *, horizon: Place | None = None) -> None:
        topic = listing.topic
        self._db.execute(
            "UPDATE topic SET label = ?1, count = ?2, updated = ?3, listed = (?2 > 0 OR standing), "
            "horizon_arrived = coalesce(?6, horizon_arrived), horizon_published = coalesce(?7, horizon_published), "
            "horizon_entry = coalesce(?8, horizon_entry) WHERE kind = ?4 AND key = ?5",
            (
                *(topic.label, listing.count, encode_moment(listing.updated), topic.kind, topic.key),
                *(horizon or (None, None, None)),
            ),
        )
        nr = self._known(topic)
        self._db.execute("DELETE FROM dirty WHERE topic = ?", (nr,))
        if not listing.count:
            self._db.execute(
                "DELETE FROM chapter WHERE topic IN (SELECT nr FROM topic WHERE nr = ? AND NOT listed)", (nr,)
            )
            self._db.execute(
                "DELETE FROM tombstone WHERE topic IN (SELECT nr FROM topic WHERE nr = ? AND NOT listed)", (nr,)
            )

    def listings(self) -> Sequence[TopicListing]:
        rows = self._db.rows(
            "SELECT kind, key, label, origin, slug, count, updated FROM topic WHERE listed ORDER BY kind, slug"
        )
        return tuple(map(listing_of, rows))

    def published_files(self) -> Sequence[Published]:
        return tuple(Published(*row) for row in self._db.rows("SELECT path, size FROM published ORDER BY path"))

    def published_count(self) -> int:
        return int(self._db.row("SELECT count(*) FROM published")[0])

    def set_published_files(self, sizes: Mapping[str, int | None]) -> None:
        self._db.many("DELETE FROM published WHERE path = ?", [(path,) for path, size in sizes.items() if size is None])
        self._db.many(
            "INSERT OR REPLACE INTO published VALUES (?, ?)",
            [(path, size) for path, size in sizes.items() if size is not None],
        )

    # -- outbox -------------------------------------------------------------------------------------------------

    def add_delivery(self, delivery: Delivery, *, now: datetime) -> bool:
        added = self._db.execute(
            "INSERT INTO outbox (id, entry, watch, endpoint, event_type, body, state, attempts, next_at, created_at, "
            "held_for) SELECT :id, (SELECT nr FROM entry WHERE entry.id = :entry), :watch, :endpoint, :event_type, "
            ":body, iif(closed, 'held', :state), :attempts, :next_at, :now, "
            "iif(:state <> 'held' AND closed, 'endpoint', :held_for) "
            "FROM (SELECT EXISTS (SELECT 1 FROM closed_endpoint WHERE name = :endpoint) AS closed) "
            "WHERE NOT EXISTS (SELECT 1 FROM digest_item WHERE digest_item.id = :id) ON CONFLICT DO NOTHING",
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
                "held_for": delivery.held_for or "",
            },
        )
        return added == 1

    def claim(self, endpoints: Sequence[str], *, now: datetime, lease: float) -> Delivery | None:
        moment = encode_moment(now)
        with self._db.transaction():
            # A lease that ends much later than one begun now was given before the clock went back, and what is to wait
            # longer than anything ever does was put off by a clock that was far ahead. A little later is another sender
            # that looked at the clock after us: its lease holds.
            row = self._db.row(
                "UPDATE outbox SET lease_until = :until, attempts = attempts + 1 WHERE nr = ("
                "SELECT nr FROM outbox WHERE state = 'pending' "
                "AND endpoint IN (SELECT value FROM json_each(:endpoints)) "
                "AND (next_at <= :now OR created_at > :now OR next_at > :never) "
                "AND (lease_until <= :now OR lease_until > :until + :slack) "
                "ORDER BY next_at, nr LIMIT 1) RETURNING nr, attempts",
                {
                    "now": moment,
                    "until": moment + int(lease),
                    "slack": _SENDERS_APART,
                    "never": moment + NEVER,
                    "endpoints": json.dumps(endpoints),
                },
            )
            if row is None:
                return None
            self._db.execute("INSERT INTO attempt (outbox, number, started) VALUES (?, ?, ?)", (row[0], row[1], moment))
            return delivery_of(self._db.row(DELIVERY + "WHERE outbox.nr = ?", (row[0],)))

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
                "UPDATE outbox SET state = :state, next_at = :next_at, lease_until = 0, "
                "held_for = iif(:state = 'held', 'endpoint', '') WHERE id = :id",
                {"state": state, "next_at": encode_moment(next_at), "id": delivery.id},
            )
            self._db.execute(
                "UPDATE attempt SET ended = ?, outcome = ?, status = ?, error = ? "
                "WHERE outbox = (SELECT nr FROM outbox WHERE id = ?) AND number = ?",
                (encode_moment(now), outcome, status, error, delivery.id, delivery.attempts),
            )
            self._alerting.note(delivery.endpoint, outcome, error, now=now)

    def hold(self, endpoint: str, *, url: str, now: datetime, why: Closed = Closed.GONE) -> int:
        with self._db.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO closed_endpoint VALUES (?, ?, ?, ?)", (endpoint, url, encode_moment(now), why)
            )
            return self._db.execute(
                "UPDATE outbox SET state = 'held', held_for = 'endpoint' WHERE endpoint = ? AND state = 'pending'",
                (endpoint,),
            )

    def release(self, endpoint: str, *, unless_url: str | None = None) -> int:
        if not self._db.row(
            "SELECT 1 FROM closed_endpoint WHERE name = :name AND (:url IS NULL OR (url <> :url AND why <> 'owner'))",
            {"name": endpoint, "url": unless_url},
        ):
            return 0
        with self._db.transaction():
            self._db.execute("DELETE FROM closed_endpoint WHERE name = ?", (endpoint,))
            self._db.execute("DELETE FROM failing_endpoint WHERE name = ?", (endpoint,))
            return self._db.execute(
                "UPDATE outbox SET state = 'pending', held_for = '', next_at = iif(attempts, created_at, next_at) "
                "WHERE endpoint = ? AND state = 'held' AND held_for = 'endpoint'",
                (endpoint,),
            )

    def release_leases(self) -> int:
        if not self._db.row("SELECT 1 FROM outbox WHERE state = 'pending' AND lease_until > 0 LIMIT 1"):
            return 0
        with self._db.transaction():
            self._db.execute("UPDATE attempt SET outcome = 'unknown' WHERE ended IS NULL AND outcome IS NULL")
            return self._db.execute("UPDATE outbox SET lease_until = 0 WHERE state = 'pending' AND lease_until > 0")

    def replay(self, delivery_id: str, *, now: datetime) -> bool:
        with self._db.transaction():
            changed = self._db.execute(
                "UPDATE outbox SET state = 'pending', held_for = '', replayed = attempts, next_at = ? "
                "WHERE id = ? AND state IN ('dead', 'held')",
                (encode_moment(now), delivery_id),
            )
        return changed == 1

    def deliveries(self, *, state: DeliveryState | None = None) -> Sequence[Delivery]:
        if state is None:
            return tuple(map(delivery_of, self._db.rows(DELIVERY + "ORDER BY outbox.nr")))
        return tuple(map(delivery_of, self._db.rows(DELIVERY + "WHERE outbox.state = ? ORDER BY outbox.nr", (state,))))

    def attempts(self, delivery_id: str) -> Sequence[Attempt]:
        rows = self._db.rows(
            "SELECT number, started, ended, outcome, status, error FROM attempt "
            "WHERE outbox = (SELECT nr FROM outbox WHERE id = ?) ORDER BY number",
            (delivery_id,),
        )
        return tuple(map(attempt_of, rows))

    def due_since(self, endpoints: Sequence[str], *, now: datetime) -> datetime | None:
        row = self._db.row(
            "SELECT min(next_at) FROM outbox WHERE state = 'pending' AND next_at <= :now AND lease_until <= :now "
            "AND endpoint IN (SELECT value FROM json_each(:endpoints))",
            {"now": encode_moment(now), "endpoints": json.dumps(endpoints)},
        )
        return None if row[0] is None else decode_moment(row[0])

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

    def topic_totals(self) -> Mapping[TopicKind, TopicTotals]:
        rows = self._db.rows("SELECT kind, count(*), sum(count) FROM topic WHERE listed GROUP BY kind ORDER BY kind")
        return {TopicKind(kind): TopicTotals(feeds, postings) for kind, feeds, postings in rows}

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


#: The latest of a topic: one range scan of the postings' primary key, then one look-up an entry. CROSS JOIN keeps the
#: planner from starting anywhere else.
LATEST = (
    "SELECT entry.data, entry.first_seen, entry.changed, entry.withdrawn "
    "FROM topic CROSS JOIN posting ON posting.topic = topic.nr CROSS JOIN entry ON entry.nr = posting.entry "
    "WHERE topic.kind = :kind AND topic.key = :key ORDER BY posting.published DESC, posting.entry DESC LIMIT :limit"
)
#: The same by arrival, one range scan of the index, with the forms as they are kept.
_POSTED = (
    "SELECT posting.arrived, posting.published, posting.entry, entry.id, entry.changed, "
    "serialised.size, serialised.atom, serialised.rss, serialised.json "
    "FROM topic CROSS JOIN posting INDEXED BY posting_by_arrival ON posting.topic = topic.nr "
    "CROSS JOIN entry INDEXED BY entry_brief ON entry.nr = posting.entry "
    "LEFT JOIN serialised ON serialised.entry = entry.nr AND serialised.fingerprint = :fingerprint "
    "WHERE topic.kind = :kind AND topic.key = :key "
)
ARRIVALS = _POSTED + "ORDER BY posting.arrived DESC, posting.published DESC, posting.entry DESC LIMIT :limit"
BETWEEN = _POSTED + (
    "AND (posting.arrived, posting.published, posting.entry) > (:a1, :a2, :a3) "
    "AND (posting.arrived, posting.published, posting.entry) <= (:l1, :l2, :l3) "
    "ORDER BY posting.arrived, posting.published, posting.entry LIMIT :limit"
)
#: The same without the forms, for who wants to know their size: the pages they are on are not even read.
WAITING = BETWEEN.replace("serialised.atom, serialised.rss, serialised.json", "x'', x'', x''")
#: Which archive an entry is in: the first one of its topic that was closed at its place or later.
ARCHIVES_OF_ENTRY = (
    "UPDATE chapter SET dirty = 1 WHERE (topic, number) IN (SELECT posting.topic, "
    "(SELECT one.number FROM chapter AS one WHERE one.topic = posting.topic "
    "AND (one.arrived, one.published, one.entry) >= (posting.arrived, posting.published, posting.entry) "
    "ORDER BY one.arrived, one.published, one.entry LIMIT 1) FROM posting WHERE posting.entry = ?)"
)
_BEFORE_ALL = Place(-1, 0, 0)
_AFTER_ALL = Place((1 << 63) - 1, 0, 0)


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
    temporary = folder / f"{INSTANCE}.tmp"
    try:
        with temporary.open("w", encoding="ascii") as file:
            file.write(instance + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / INSTANCE)
    except OSError as error:
        raise StateError(f"{folder / INSTANCE} cannot be written ({error.strerror})") from error
