"""The outbox in the SQLite store: messages, attempts, leases, and which endpoints are closed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from feeder.model import Delivery, DeliveryState
from feeder.storage.alerting import SqliteAlerting
from feeder.storage.codec import decode_moment, encode_moment
from feeder.storage.connections import Connections
from feeder.storage.outbox import Closed, Outbox, Outcome
from feeder.storage.rows import DELIVERY, delivery_of

#: Seconds for which no message is ever put off: a day, a fifth of it, and quiet hours.
NEVER = 4 * 86400
#: Seconds between the clocks of two who claim at the same time, at most.
_SENDERS_APART = 60


class SqliteOutbox(Outbox):
    """See `Outbox`. How attempts end is noted for their endpoints, too."""

    def __init__(self, connections: Connections, alerting: SqliteAlerting) -> None:
        self._db = connections
        self._alerting = alerting

    def add(self, delivery: Delivery, *, now: datetime) -> bool:
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

    def due_since(self, endpoints: Sequence[str], *, now: datetime) -> datetime | None:
        row = self._db.row(
            "SELECT min(next_at) FROM outbox WHERE state = 'pending' AND next_at <= :now AND lease_until <= :now "
            "AND endpoint IN (SELECT value FROM json_each(:endpoints))",
            {"now": encode_moment(now), "endpoints": json.dumps(endpoints)},
        )
        return None if row[0] is None else decode_moment(row[0])
