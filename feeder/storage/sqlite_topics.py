"""Topics and what is published of them in the SQLite store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from feeder.model import StoredEntry, Topic, TopicKind, TopicListing
from feeder.storage.codec import decode_moment, encode_moment
from feeder.storage.connections import Connections
from feeder.storage.rows import listing_of, stored_of, topic_of
from feeder.storage.topics import Dirty, Former, Place, Posted, Published, Topics, TopicTotals
from feeder.text import slug

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
_BEFORE_ALL = Place(-1, 0, 0)
_AFTER_ALL = Place((1 << 63) - 1, 0, 0)


class SqliteTopics(Topics):
    """See `Topics`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def number(self, topic: Topic) -> int:
        """The topic's number, given out at its first sight. Inside of a transaction."""
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
            nr = self.number(topic)
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

    def topic_totals(self) -> Mapping[TopicKind, TopicTotals]:
        rows = self._db.rows("SELECT kind, count(*), sum(count) FROM topic WHERE listed GROUP BY kind ORDER BY kind")
        return {TopicKind(kind): TopicTotals(feeds, postings) for kind, feeds, postings in rows}
