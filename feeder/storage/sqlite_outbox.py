"""The outbox in the SQLite store: messages, attempts, leases, and which endpoints are closed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from feeder.model import Delivery
from feeder.storage.alerting import SqliteAlerting
from feeder.storage.codec import decode_moment, encode_moment
from feeder.storage.connections import Connections
from feeder.storage.outbox import Closed, Outbox, Outcome, Tried
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

    def claim(
        self, wanted: Mapping[str, int], *, endpoints: int | None = None, now: datetime, lease: float
    ) -> Sequence[Delivery]:
        moment = encode_moment(now)
        # A lease that ends much later than one begun now was given before the clock went back, and what is to wait
        # longer than anything ever does was put off by a clock that was far ahead. A little later is another sender
        # that looked at the clock after us: its lease holds. Once a message has been tried by the clock as it is now,
        # what that attempt said counts: it is not tried over and over until the clock has caught up.
        found = self._db.rows(
            "SELECT wanted.value, outbox.nr FROM json_each(:names) AS wanted CROSS JOIN outbox ON outbox.nr IN ("
            "SELECT nr FROM outbox AS due WHERE state = 'pending' AND endpoint = wanted.value "
            "AND (next_at <= :now OR next_at > :never OR (created_at > :now AND NOT EXISTS ("
            "SELECT 1 FROM attempt WHERE attempt.outbox = due.nr AND attempt.started <= :now))) "
            "AND (lease_until <= :now OR lease_until > :until + :slack) "
            "ORDER BY next_at, nr LIMIT :most) "
            "ORDER BY wanted.key, outbox.next_at, outbox.nr",
            {
                "names": json.dumps(list(wanted)),
                "most": max(wanted.values(), default=0),
                "now": moment,
                "until": moment + int(lease),
                "slack": _SENDERS_APART,
                "never": moment + NEVER,
            },
        )
        due = [(name, [nr for _, nr in those]) for name, those in groupby(found, key=itemgetter(0))]
        claimed = json.dumps([nr for name, those in due[:endpoints] for nr in those[: wanted[name]]])
        if not due:
            return ()
        self._db.execute(  # whoever had them did not live to tell
            "UPDATE attempt SET outcome = 'unknown' WHERE ended IS NULL AND outcome IS NULL "
            "AND outbox IN (SELECT value FROM json_each(?))",
            (claimed,),
        )
        self._db.execute(
            "UPDATE outbox SET lease_until = ?, attempts = attempts + 1 WHERE nr IN (SELECT value FROM json_each(?))",
            (moment + int(lease), claimed),
        )
        self._db.execute(
            "INSERT INTO attempt (outbox, number, started) "
            "SELECT nr, attempts, ? FROM outbox WHERE nr IN (SELECT value FROM json_each(?))",
            (moment, claimed),
        )
        rows = self._db.rows(
            DELIVERY.replace(
                "FROM outbox", "FROM json_each(?) AS claimed CROSS JOIN outbox ON outbox.nr = claimed.value"
            )
            + "ORDER BY claimed.key",
            (claimed,),
        )
        return tuple(map(delivery_of, rows))

    def settle(self, tried: Sequence[Tried]) -> None:
        # The owner may have closed the endpoint meanwhile, and another sender may have the message by now, or may have
        # delivered it: what has arrived has arrived, but only the last attempt says that there is to be another one.
        self._db.many(
            "UPDATE outbox SET state = iif(kept, 'held', :state), next_at = :next_at, lease_until = 0, "
            "held_for = iif(kept OR :state = 'held', 'endpoint', '') "
            "FROM (SELECT :state = 'pending' "
            "AND EXISTS (SELECT 1 FROM closed_endpoint WHERE name = :endpoint) AS kept) "
            "WHERE id = :id AND (:state = 'done' OR (state <> 'done' AND attempts = :attempts))",
            [
                {
                    "state": it.state,
                    "next_at": encode_moment(it.next_at),
                    "id": it.delivery.id,
                    "endpoint": it.delivery.endpoint,
                    "attempts": it.delivery.attempts,
                }
                for it in tried
            ],
        )
        self._db.many(
            "UPDATE attempt SET ended = ?, outcome = ?, status = ?, error = ? "
            "WHERE outbox = (SELECT nr FROM outbox WHERE id = ?) AND number = ?",
            [
                (encode_moment(it.ended), it.outcome, it.status, it.error, it.delivery.id, it.delivery.attempts)
                for it in tried
            ],
        )
        working: set[str] = set()  # of which nothing more is to be noted
        for it in tried:
            name = it.delivery.endpoint
            if it.outcome is not Outcome.DELIVERED or name not in working:
                self._alerting.note(name, it.outcome, it.error, now=it.ended)
            if it.outcome is Outcome.DELIVERED:
                working.add(name)
            else:
                working.discard(name)
            if it.rest is not None:
                self._db.execute(
                    "UPDATE outbox SET next_at = :rest "
                    "WHERE endpoint = :name AND state = 'pending' AND next_at < :rest",
                    {"name": name, "rest": encode_moment(it.rest)},
                )
            if it.gone is not None:
                self._close(name, url=it.gone, now=it.ended, why=Closed.GONE)

    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        """Unless somebody else has claimed them since."""
        those = [(it.id, it.attempts) for it in deliveries]
        self._db.many(
            "DELETE FROM attempt WHERE outbox = (SELECT nr FROM outbox WHERE id = ?1 AND attempts = ?2) "
            "AND number = ?2 AND ended IS NULL",
            those,
        )
        self._db.many(
            "UPDATE outbox SET lease_until = 0, attempts = attempts - 1 WHERE id = ?1 AND attempts = ?2", those
        )

    def hold(self, endpoint: str, *, url: str, now: datetime, why: Closed = Closed.GONE) -> int:
        with self._db.transaction():
            return self._close(endpoint, url=url, now=now, why=why)

    def _close(self, endpoint: str, *, url: str, now: datetime, why: Closed) -> int:
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
