"""Digests that are due become messages in the outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from feeder import alerts
from feeder.model import Delivery, DeliveryState, Endpoint, SiteInfo
from feeder.storage import Store

#: Alerts read at a time: more than a message has room for.
_PAGE = 200


def gather(
    store: Store,
    *,
    site: SiteInfo,
    now: datetime,
    endpoints: Sequence[Endpoint] = (),
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Each message holds as many alerts as its endpoint has room for, and each alert is in one: how many messages came
    of it.

    Alerts and message change hands in one transaction. What waits for the same time is told in the order in which it
    came, whatever watch it is for.
    """
    rooms = {it.name: alerts.room(it.kind) for it in endpoints}
    made = 0
    for endpoint, due, waiting in store.alerting.due_digests(now=now):
        left = waiting
        while left > 0 and not stopping():
            with store.transaction():
                told = _message(store, endpoint, due, left, most=rooms.get(endpoint), site=site, now=now)
            if not told:
                break
            left -= told
            made += 1
    return made


def _message(
    store: Store, endpoint: str, due: datetime, left: int, *, most: int | None, site: SiteInfo, now: datetime
) -> int:
    """Put the next one into the outbox; how many alerts it tells."""
    items = store.alerting.waiting_items(endpoint, due, limit=_PAGE)
    if not items:
        return 0
    bodies = [item.body for item in items]
    body, told = alerts.digest(bodies, waiting=left, due=due, site=site, now=now, most=most)
    ids = [item.id for item in items[:told]]
    message_id = alerts.message_id(entry_id=" ".join(ids), watch="", endpoint=endpoint, event_type=alerts.DIGEST)
    names = list(dict.fromkeys(item.watch for item in items[:told]))
    store.outbox.add(
        Delivery(
            id=message_id,
            endpoint=endpoint,
            watch=names[0] if len(names) == 1 else f"digest of {due:%Y-%m-%d %H:%M} UTC",
            entry_id="",
            event_type=alerts.DIGEST,
            body=body,
            state=DeliveryState.PENDING,
            attempts=0,
            next_at=now,
        ),
        now=now,
    )
    store.alerting.digested(ids, message_id)
    return told
