"""What alerts are decided by, in the SQLite store: stories, digests, how endpoints are doing, the owner's word."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from feeder.model import Delivery, DeliveryState, Held
from feeder.storage.codec import decode_moment, encode_moment
from feeder.storage.connections import Connections
from feeder.storage.lookup import messages_where
from feeder.storage.outbox import Closed, Outcome
from feeder.storage.store import Alerting, DigestItem, EndpointState, Message, Sketch

#: Seconds for which no digest is ever put off: what is due later was made by a clock that was far ahead.
_NEVER = 9 * 86400

_ITEM = (
    "SELECT digest_item.id, entry.id, digest_item.watch, digest_item.endpoint, digest_item.body, digest_item.due "
    "FROM digest_item JOIN entry ON entry.nr = digest_item.entry "
)


class SqliteAlerting(Alerting):
    """See `Alerting`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    # -- stories --------------------------------------------------------------------------------------------------

    def sketches(self, watches: Sequence[str], *, since: datetime, until: datetime, limit: int) -> Sequence[Sketch]:
        found: set[tuple[int, int]] = set()
        for watch in watches:  # each a range of the primary key, read from its end
            found.update(
                self._db.rows(
                    "SELECT published, entry FROM story_hit WHERE watch = ? AND published BETWEEN ? AND ? "
                    "ORDER BY published DESC, entry DESC LIMIT ?",
                    (watch, encode_moment(since), encode_moment(until), limit),
                )
            )
        newest = [nr for _, nr in sorted(found, reverse=True)[:limit]]
        rows = self._db.rows(
            "SELECT entry.id, story_entry.story, story_entry.trace FROM json_each(?) AS wanted "
            "CROSS JOIN story_entry ON story_entry.entry = wanted.value JOIN entry ON entry.nr = story_entry.entry "
            "ORDER BY wanted.key",
            (json.dumps(newest),),
        )
        return tuple(Sketch(entry_id=row[0], story=row[1], trace=row[2]) for row in rows)

    def story_of(self, entry_id: str) -> str | None:
        row = self._db.row(
            "SELECT story FROM story_entry JOIN entry ON entry.nr = story_entry.entry WHERE entry.id = ?", (entry_id,)
        )
        return None if row is None else str(row[0])

    def put_in_story(self, sketch: Sketch, *, watches: Sequence[str], published: datetime) -> None:
        nr = self._db.row("SELECT nr FROM entry WHERE id = ?", (sketch.entry_id,))[0]
        self._db.execute("INSERT OR REPLACE INTO story_entry VALUES (?, ?, ?)", (nr, sketch.story, sketch.trace))
        moment = encode_moment(published)
        self._db.execute("UPDATE OR REPLACE story_hit SET published = ? WHERE entry = ?", (moment, nr))
        self._db.many("INSERT OR IGNORE INTO story_hit VALUES (?, ?, ?)", [(watch, moment, nr) for watch in watches])

    def told(self, story: str, watch: str) -> frozenset[str]:
        rows = self._db.rows("SELECT what FROM story_told WHERE story = ? AND watch = ?", (story, watch))
        return frozenset(row[0] for row in rows)

    def tell(self, story: str, watch: str, what: Iterable[str]) -> None:
        self._db.many("INSERT OR IGNORE INTO story_told VALUES (?, ?, ?)", [(story, watch, it) for it in what])

    def in_story(self, story: str, watch: str) -> Sequence[str]:
        rows = self._db.rows(
            "SELECT entry.id FROM story_entry JOIN story_hit ON story_hit.entry = story_entry.entry "
            "JOIN entry ON entry.nr = story_entry.entry "
            "WHERE story_entry.story = ? AND story_hit.watch = ? AND entry.withdrawn IS NULL "
            "ORDER BY story_hit.published, entry.nr",
            (story, watch),
        )
        return tuple(row[0] for row in rows)

    # -- digests --------------------------------------------------------------------------------------------------

    def add_to_digest(self, item: DigestItem) -> bool:
        added = self._db.execute(
            "INSERT INTO digest_item (id, entry, watch, endpoint, body, due) "
            "SELECT :id, nr, :watch, :endpoint, :body, :due FROM entry WHERE entry.id = :entry "
            "AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = :id) ON CONFLICT DO NOTHING",
            {
                "id": item.id,
                "watch": item.watch,
                "endpoint": item.endpoint,
                "body": item.body,
                "due": encode_moment(item.due),
                "entry": item.entry_id,
            },
        )
        return added == 1

    def due_digests(self, *, now: datetime) -> Sequence[tuple[str, datetime, int]]:
        rows = self._db.rows(
            "SELECT endpoint, due, count(*) FROM digest_item "
            "WHERE message IS NULL AND (due <= :now OR due > :now + :never) "
            "GROUP BY due, endpoint ORDER BY due, endpoint",
            {"now": encode_moment(now), "never": _NEVER},
        )
        return tuple((endpoint, decode_moment(due), count) for endpoint, due, count in rows)

    def waiting_items(self, endpoint: str, due: datetime, *, limit: int) -> Sequence[DigestItem]:
        rows = self._db.rows(
            _ITEM + "WHERE message IS NULL AND due = ? AND endpoint = ? ORDER BY digest_item.nr LIMIT ?",
            (encode_moment(due), endpoint, limit),
        )
        return tuple(map(_item, rows))

    def digested(self, ids: Sequence[str], message_id: str) -> None:
        self._db.execute(
            "UPDATE digest_item SET message = ?, body = x'' WHERE id IN (SELECT value FROM json_each(?))",
            (message_id, json.dumps(list(ids))),
        )

    def items_waiting(self) -> int:
        return int(self._db.row("SELECT count(*) FROM digest_item WHERE message IS NULL")[0])

    # -- messages and endpoints -----------------------------------------------------------------------------------

    def resolve(self, delivery: Delivery) -> bool:
        changed = self._db.execute(
            "UPDATE outbox SET state = 'pending', held_for = '', body = ?, next_at = ? "
            "WHERE id = ? AND state = 'held' AND held_for = 'doubt'",
            (delivery.body, encode_moment(delivery.next_at), delivery.id),
        )
        return changed == 1

    def hold_message(self, delivery_id: str) -> bool:
        with self._db.transaction():
            changed = self._db.execute(
                "UPDATE outbox SET state = 'held', held_for = 'owner' "
                "WHERE id = ? AND state = 'pending' AND lease_until = 0",
                (delivery_id,),
            )
        return changed == 1

    def replay_all(
        self,
        *,
        now: datetime,
        state: DeliveryState,
        endpoint: str | None = None,
        watch: str | None = None,
        held_for: Held | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        if state not in (DeliveryState.DEAD, DeliveryState.HELD):
            raise ValueError(f"a message that is {state} is not sent again")
        with self._db.transaction():
            return self._db.execute(
                "UPDATE outbox SET state = 'pending', held_for = '', replayed = attempts, next_at = :now "
                "WHERE state = :state AND endpoint = coalesce(:endpoint, endpoint) AND watch = coalesce(:watch, watch) "
                "AND held_for = coalesce(:held_for, held_for) "
                "AND created_at >= coalesce(:since, created_at) AND created_at < coalesce(:until, created_at + 1)",
                {
                    "now": encode_moment(now),
                    "state": state,
                    "endpoint": endpoint,
                    "watch": watch,
                    "held_for": held_for,
                    "since": None if since is None else encode_moment(since),
                    "until": None if until is None else encode_moment(until),
                },
            )

    def message(self, delivery_id: str) -> Message | None:
        # "id" as a range: LIKE would take its "_" for a wildcard
        found = messages_where(
            self._db, "WHERE outbox.id >= :id AND outbox.id < :id || '~' LIMIT 2", {"id": delivery_id}
        )
        return found[0] if len(found) == 1 else None

    def tried_since(self, endpoint: str, since: datetime, *, now: datetime) -> int:
        row = self._db.row(
            "SELECT count(*) FROM attempt INDEXED BY attempt_by_start JOIN outbox ON outbox.nr = attempt.outbox "
            "WHERE attempt.started BETWEEN ? AND ? AND outbox.endpoint = ?",
            (encode_moment(since), encode_moment(now), endpoint),
        )
        return int(row[0])

    def note(self, endpoint: str, outcome: Outcome, error: str, *, now: datetime) -> None:
        """How an attempt ended. Inside of a transaction."""
        if outcome is Outcome.DELIVERED:
            self._db.execute("DELETE FROM failing_endpoint WHERE name = ? AND told IS NULL", (endpoint,))
            # whoever was told of a failure is to be told of its end: failures 0 says that it is over
            self._db.execute("UPDATE failing_endpoint SET failures = 0 WHERE name = ?", (endpoint,))
        else:
            self._db.execute(
                "INSERT INTO failing_endpoint VALUES (:name, :now, 1, :error, NULL) ON CONFLICT (name) DO UPDATE SET "
                "since = iif(failures = 0, :now, since), told = iif(failures = 0, NULL, told), "
                "failures = failures + 1, error = :error",
                {"name": endpoint, "now": encode_moment(now), "error": error},
            )

    def endpoint_states(self) -> Sequence[EndpointState]:
        rows = self._db.rows(
            "WITH message AS (SELECT endpoint AS name, "
            "sum(state = 'pending' OR (state = 'held' AND held_for = 'endpoint')) AS waiting, "
            "sum(state = 'dead') AS dead "
            "FROM outbox WHERE state IN ('pending', 'held', 'dead') GROUP BY endpoint), "
            "named AS (SELECT name FROM message UNION SELECT name FROM failing_endpoint "
            "UNION SELECT name FROM closed_endpoint) "
            "SELECT named.name, failing.since, coalesce(failing.failures, 0), coalesce(failing.error, ''), "
            "failing.told, "
            "closed.since, closed.why, coalesce(message.waiting, 0), coalesce(message.dead, 0) FROM named "
            "LEFT JOIN failing_endpoint AS failing ON failing.name = named.name "
            "LEFT JOIN closed_endpoint AS closed ON closed.name = named.name "
            "LEFT JOIN message ON message.name = named.name ORDER BY named.name"
        )
        return tuple(map(_state, rows))

    def set_told(self, endpoint: str, *, now: datetime) -> None:
        with self._db.transaction():
            self._db.execute("UPDATE failing_endpoint SET told = ? WHERE name = ?", (encode_moment(now), endpoint))

    def forget_failing(self, endpoint: str) -> None:
        with self._db.transaction():
            self._db.execute("DELETE FROM failing_endpoint WHERE name = ? AND failures = 0", (endpoint,))


def _item(row: Any) -> DigestItem:
    id_, entry_id, watch, endpoint, body, due = row
    return DigestItem(id=id_, entry_id=entry_id, watch=watch, endpoint=endpoint, body=body, due=decode_moment(due))


def _state(row: Any) -> EndpointState:
    name, since, failures, error, told, closed_since, why, waiting, dead = row
    return EndpointState(
        name=name,
        failing_since=None if since is None or not failures else decode_moment(since),
        failures=failures,
        failed_since=None if since is None else decode_moment(since),
        error=error,
        told=None if told is None else decode_moment(told),
        closed_since=None if closed_since is None else decode_moment(closed_since),
        closed=None if why is None else Closed(why),
        waiting=waiting,
        dead=dead,
    )
