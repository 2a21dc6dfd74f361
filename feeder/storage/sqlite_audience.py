"""Subscribers and subscriptions in the SQLite store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from feeder.storage.audience import Audience, Errand, ErrandKind, Subscriber, Subscription
from feeder.storage.codec import decode_moment, encode_moment
from feeder.storage.connections import Connections

_ERRAND = "SELECT kind, topic, address, secret, lease, due, attempts, revision FROM errand "
_SUBSCRIPTION = "SELECT topic, callback, secret, expires FROM subscription "
_INTENTIONS = (ErrandKind.SUBSCRIBE, ErrandKind.UNSUBSCRIBE)
#: Takes away what subscribers have told in confidence, and with it their subscriptions: unsigned they are of no use.
SECRETS = ("DELETE FROM subscription WHERE secret <> x''", "DELETE FROM errand WHERE secret <> x''")


class SqliteAudience(Audience):
    """See `Audience`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    # -- private feeds --------------------------------------------------------------------------------------------

    def add_subscriber(self, name: str, digest: bytes, *, now: datetime) -> bool:
        with self._db.transaction():
            return (
                self._db.execute(
                    "INSERT INTO subscriber (name, digest, created) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING",
                    (name, digest, encode_moment(now)),
                )
                == 1
            )

    def remove_subscriber(self, name: str) -> bool:
        with self._db.transaction():
            return self._db.execute("DELETE FROM subscriber WHERE name = ?", (name,)) == 1

    def subscribers(self) -> Sequence[Subscriber]:
        rows = self._db.rows("SELECT name, digest, created, used FROM subscriber ORDER BY name")
        return tuple(
            Subscriber(
                name=name,
                digest=digest,
                created=decode_moment(created),
                used=None if used is None else decode_moment(used),
            )
            for name, digest, created, used in rows
        )

    def used(self, digest: bytes, *, now: datetime) -> None:
        with self._db.transaction():
            self._db.execute("UPDATE subscriber SET used = ? WHERE digest = ?", (encode_moment(now), digest))

    # -- subscriptions --------------------------------------------------------------------------------------------

    def subscribe(self, subscription: Subscription) -> None:
        with self._db.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO subscription VALUES (?, ?, ?, ?)",
                (
                    subscription.topic,
                    subscription.callback,
                    subscription.secret,
                    encode_moment(subscription.expires),
                ),
            )

    def unsubscribe(self, topic: str, callback: str) -> bool:
        with self._db.transaction():
            self._db.execute(
                "DELETE FROM errand WHERE topic = ? AND address = ? AND kind = ?", (topic, callback, ErrandKind.CONTENT)
            )
            return self._db.execute("DELETE FROM subscription WHERE topic = ? AND callback = ?", (topic, callback)) == 1

    def subscription(self, topic: str, callback: str, *, now: datetime) -> Subscription | None:
        row = self._db.row(
            _SUBSCRIPTION + "WHERE topic = ? AND callback = ? AND expires > ?", (topic, callback, encode_moment(now))
        )
        return None if row is None else _subscription(row)

    def count_subscriptions(self) -> int:
        return int(self._db.row("SELECT count(*) FROM subscription")[0])

    def expire(self, *, now: datetime) -> int:
        moment = encode_moment(now)
        if self._db.row("SELECT 1 FROM subscription WHERE expires <= ? LIMIT 1", (moment,)) is None:
            return 0
        with self._db.transaction():
            self._db.execute(
                "DELETE FROM errand WHERE kind = ? AND EXISTS (SELECT 1 FROM subscription WHERE "
                "subscription.topic = errand.topic AND callback = address AND expires <= ?)",
                (ErrandKind.CONTENT, moment),
            )
            return self._db.execute("DELETE FROM subscription WHERE expires <= ?", (moment,))

    # -- errands --------------------------------------------------------------------------------------------------

    def intend(self, errand: Errand) -> None:
        with self._db.transaction():
            self._db.execute(
                "DELETE FROM errand WHERE topic = ? AND address = ? AND kind IN (?, ?)",
                (errand.topic, errand.address, *_INTENTIONS),
            )
            self._db.execute(
                "INSERT INTO errand (kind, topic, address, secret, lease, due) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    errand.kind,
                    errand.topic,
                    errand.address,
                    errand.secret,
                    errand.lease,
                    encode_moment(errand.due),
                ),
            )

    def intentions(self) -> Sequence[str]:
        return tuple(row[0] for row in self._db.rows("SELECT address FROM errand WHERE kind IN (?, ?)", _INTENTIONS))

    def announce(self, topics: Sequence[str], *, hubs: Sequence[str], now: datetime) -> int:
        params = {
            "topics": json.dumps(list(topics)),
            "hubs": json.dumps(list(hubs)),
            "now": encode_moment(now),
            "content": ErrandKind.CONTENT,
            "ping": ErrandKind.PING,
        }
        with self._db.transaction():
            made = self._db.execute(
                "INSERT INTO errand (kind, topic, address, due) SELECT :content, topic, callback, :now "
                "FROM subscription WHERE topic IN (SELECT value FROM json_each(:topics)) AND expires > :now "
                "ON CONFLICT (topic, address, kind) DO UPDATE SET revision = revision + 1",
                params,
            )
            return made + self._db.execute(
                "INSERT INTO errand (kind, topic, address, due) SELECT :ping, topic.value, hub.value, :now "
                "FROM json_each(:topics) AS topic CROSS JOIN json_each(:hubs) AS hub WHERE true "
                "ON CONFLICT (topic, address, kind) DO UPDATE SET revision = revision + 1",
                params,
            )

    def errands(self, *, now: datetime, limit: int) -> Sequence[Errand]:
        rows = self._db.rows(
            _ERRAND + "WHERE due <= ? ORDER BY due, topic, address, kind LIMIT ?", (encode_moment(now), limit)
        )
        return tuple(map(_errand, rows))

    def next_errand(self) -> datetime | None:
        due = self._db.row("SELECT min(due) FROM errand")[0]
        return None if due is None else decode_moment(due)

    def settle(self, errand: Errand, *, again: datetime | None, now: datetime) -> None:
        which = {"topic": errand.topic, "address": errand.address, "kind": errand.kind, "revision": errand.revision}
        with self._db.transaction():
            if again is not None:
                self._db.execute(
                    "UPDATE errand SET due = :due, attempts = :attempts "
                    "WHERE topic = :topic AND address = :address AND kind = :kind",
                    which | {"due": encode_moment(again), "attempts": errand.attempts + 1},
                )
                return
            self._db.execute(
                "DELETE FROM errand "
                "WHERE topic = :topic AND address = :address AND kind = :kind AND revision = :revision",
                which,
            )
            self._db.execute(
                "UPDATE errand SET due = :now, attempts = 0 "
                "WHERE topic = :topic AND address = :address AND kind = :kind AND revision > :revision",
                which | {"now": encode_moment(now)},
            )


def _subscription(row: Any) -> Subscription:
    topic, callback, secret, expires = row
    return Subscription(topic=topic, callback=callback, secret=secret, expires=decode_moment(expires))


def _errand(row: Any) -> Errand:
    kind, topic, address, secret, lease, due, attempts, revision = row
    return Errand(
        kind=ErrandKind(kind),
        topic=topic,
        address=address,
        secret=secret,
        lease=lease,
        due=decode_moment(due),
        attempts=attempts,
        revision=revision,
    )
