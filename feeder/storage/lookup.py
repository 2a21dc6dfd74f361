"""What people look for in the SQLite store: entries by their words and topics, topics, messages. Reads only.

Words are found by FTS5 in an index without content of its own: the articles are in the entries already. Its rows are
numbered by `passage.doc`, the second of publication times `PLACES` and a place in that second: newest first is then
the order of the index itself, and a page of a search for a common word costs no more than one of a rare word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from feeder.model import DeliveryState, Topic, TopicKind, TopicListing
from feeder.storage.codec import decode_moment, encode_moment
from feeder.storage.connections import Connections
from feeder.storage.outbox import Attempt
from feeder.storage.rows import DELIVERY, attempt_of, delivery_of, listing_of, stored_of
from feeder.storage.store import Companion, Lookup, Message, Month, Sighting, Wanted

#: Entries that a second has room for.
PLACES = 1 << 24
#: What is indexed of an entry; columns of a SELECT that begins with `passage.doc`.
WORDS = (
    "json_extract(data, '$.article.text'), "
    "(SELECT group_concat(json_extract(value, '$.label'), char(10)) FROM json_each(data, '$.tags')), "
    "json_extract(data, '$.article.outlet') "
    "FROM passage JOIN entry ON entry.nr = passage.entry WHERE passage.entry = ?"
)

_LISTING = "topic.kind, topic.key, topic.label, topic.origin, topic.slug, topic.count, topic.updated"
_WORD = re.compile(r"\w")


class SqliteLookup(Lookup):
    """See `Lookup`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def find(self, wanted: Wanted, *, limit: int, before: int | None = None) -> Sequence[Sighting]:
        source, names = self._source(wanted, before)
        rows = self._db.rows(
            "SELECT entry.data, entry.first_seen, entry.changed, entry.withdrawn, found.doc FROM "
            f"(SELECT passage.doc, passage.entry {source} DESC LIMIT :limit) AS found "
            "CROSS JOIN entry ON entry.nr = found.entry ORDER BY found.doc DESC",
            {**names, "limit": limit},
        )
        return tuple(Sighting(stored_of(row[:4]), row[4]) for row in rows)

    def count(self, wanted: Wanted, *, most: int) -> int:
        source, names = self._source(wanted, None)
        return int(self._db.row(f"SELECT count(*) FROM (SELECT 1 {source} LIMIT :most)", {**names, "most": most})[0])

    def _source(self, wanted: Wanted, before: int | None) -> tuple[str, dict[str, Any]]:
        """FROM, WHERE and ORDER BY: through the index of words, or a topic's entries, or all of them."""
        match = _match(wanted)
        topics = [self._number(kind, key) for kind, key in wanted.topics]
        names: dict[str, Any] = {f"topic{n}": nr for n, nr in enumerate(topics)}
        conditions = []
        if match:
            source = "FROM entry_text CROSS JOIN passage ON passage.doc = entry_text.rowid"
            conditions.append("entry_text MATCH :match")
            names["match"] = match
            place = "entry_text.rowid"
        elif topics:
            source = "FROM posting CROSS JOIN passage ON passage.entry = posting.entry"
            conditions.append("posting.topic = :topic0")
            place = "passage.doc"
        else:
            source, place = "FROM passage", "passage.doc"
        conditions += (
            f"EXISTS (SELECT 1 FROM posting AS other WHERE other.topic = :topic{n} "
            "AND other.published = passage.doc >> 24 AND other.entry = passage.entry)"
            for n in range(0 if match else 1, len(topics))
        )
        if wanted.kind is not None:
            conditions.append(
                "EXISTS (SELECT 1 FROM posting AS any JOIN topic ON topic.nr = any.topic "
                "WHERE any.entry = passage.entry AND topic.kind = :kind)"
            )
            names["kind"] = wanted.kind
        last = [encode_moment(wanted.until) * PLACES] if wanted.until else []
        last += [] if before is None else [before]
        if last:
            conditions.append(f"{place} < :before")
            names["before"] = min(last)
        if wanted.since is not None:
            conditions.append(f"{place} >= :since")
            names["since"] = encode_moment(wanted.since) * PLACES
        where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
        return f"{source} {where}ORDER BY {place}", names

    def _number(self, kind: TopicKind, key: str) -> int:
        row = self._db.row("SELECT nr FROM topic WHERE kind = ? AND key = ?", (kind, key))
        return -1 if row is None else int(row[0])

    def listing(self, kind: TopicKind, slug: str) -> TopicListing | None:
        row = self._db.row(f"SELECT {_LISTING} FROM topic WHERE kind = ? AND slug = ? AND listed", (kind, slug))
        return None if row is None else listing_of(row)

    def listing_of(self, topic: Topic) -> TopicListing | None:
        row = self._db.row(
            f"SELECT {_LISTING} FROM topic WHERE kind = ? AND key = ? AND listed", (topic.kind, topic.key)
        )
        return None if row is None else listing_of(row)

    def topics(self, kind: TopicKind | None, *, has: str = "", limit: int, after: str = "") -> Sequence[TopicListing]:
        slug, _, last = after.partition("/")
        rows = self._db.rows(
            f"SELECT {_LISTING} FROM topic WHERE listed AND kind <> 'all' AND kind = coalesce(:kind, kind) "
            "AND instr(slug, :has) > 0 AND (slug, kind) > (:slug, :last) ORDER BY slug, kind LIMIT :limit",
            {"kind": kind, "has": has, "slug": slug, "last": last, "limit": limit},
        )
        return tuple(map(listing_of, rows))

    def busiest(self, kind: TopicKind, limit: int) -> Sequence[TopicListing]:
        rows = self._db.rows(
            f"SELECT {_LISTING} FROM topic WHERE listed AND kind = ? ORDER BY count DESC, slug LIMIT ?", (kind, limit)
        )
        return tuple(map(listing_of, rows))

    def companions(self, topic: Topic, *, among: int, limit: int) -> Sequence[Companion]:
        rows = self._db.rows(
            "WITH latest AS (SELECT entry FROM posting WHERE topic = :nr ORDER BY published DESC, entry DESC "
            f"LIMIT :among) SELECT {_LISTING}, count(*) AS shared "
            "FROM latest CROSS JOIN posting ON posting.entry = latest.entry "
            "CROSS JOIN topic ON topic.nr = posting.topic "
            "WHERE topic.nr <> :nr AND topic.listed AND topic.kind IN ('show', 'person') "
            "GROUP BY topic.nr ORDER BY shared DESC, topic.count, topic.slug LIMIT :limit",
            {"nr": self._number(topic.kind, topic.key), "among": among, "limit": limit},
        )
        return tuple(Companion(listing_of(row[:7]), row[7]) for row in rows)

    def months(self, topic: Topic) -> Sequence[Month]:
        rows = self._db.rows(
            "SELECT strftime('%Y', published, 'unixepoch'), strftime('%m', published, 'unixepoch'), count(*) "
            "FROM posting WHERE topic = ? GROUP BY 1, 2 ORDER BY 1, 2",
            (self._number(topic.kind, topic.key),),
        )
        return tuple(Month(int(year), int(month), entries) for year, month, entries in rows)

    def messages(
        self, *, limit: int, before: int | None = None, state: DeliveryState | None = None, watch: str | None = None
    ) -> Sequence[Message]:
        return messages_where(
            self._db,
            "WHERE outbox.nr < coalesce(:before, outbox.nr + 1) AND outbox.state = coalesce(:state, outbox.state) "
            "AND outbox.watch = coalesce(:watch, outbox.watch) ORDER BY outbox.nr DESC LIMIT :limit",
            {"before": before, "state": state, "watch": watch, "limit": limit},
        )


def messages_where(db: Connections, condition: str, names: Mapping[str, Any]) -> tuple[Message, ...]:
    """`condition`: WHERE, ORDER BY and LIMIT over `outbox` and `entry`."""
    more = ", outbox.nr, outbox.created_at, coalesce(json_extract(entry.data, '$.article.title'), '') FROM "
    rows = db.rows(DELIVERY.replace(" FROM ", more, 1) + condition, names)
    return tuple(
        Message(row[11], delivery_of(row[:11]), decode_moment(row[12]), row[13], _attempts(db, row[11])) for row in rows
    )


def _attempts(db: Connections, nr: int) -> tuple[Attempt, ...]:
    rows = db.rows(
        "SELECT number, started, ended, outcome, status, error FROM attempt WHERE outbox = ? ORDER BY number", (nr,)
    )
    return tuple(map(attempt_of, rows))


def _match(wanted: Wanted) -> str:
    """In the language of FTS5, where everything is quoted: nothing that people write is an operator. "" for none."""
    asked = [_quoted(phrase) for phrase in wanted.phrases if _WORD.search(phrase)]
    asked += [f"{_quoted(word)} *" for word in wanted.beginnings if _WORD.search(word)]
    parts = [f"{{text names}} : ({' AND '.join(asked)})"] if asked else []
    if _WORD.search(wanted.outlet):
        parts.append(f"outlet : {_quoted(wanted.outlet)}")
    without = [_quoted(phrase) for phrase in wanted.without if _WORD.search(phrase)]
    if not parts or not without:
        return " AND ".join(parts)
    return f"({' AND '.join(parts)}) NOT ({{text names}} : ({' OR '.join(without)}))"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""').replace("\0", "") + '"'
