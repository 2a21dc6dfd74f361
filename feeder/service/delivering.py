"""All that has to do with sending, once: digests that are due, messages, what the owner is to hear of endpoints."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from feeder import alerts
from feeder.errors import DeliveryError
from feeder.model import Delivery, DeliveryState
from feeder.service import clock, digesting
from feeder.service.app import App
from feeder.service.notify import DispatchReport, Send, dispatch
from feeder.storage import Closed, EndpointState

#: An endpoint that has failed for so long is closed; what is for it is held.
CLOSED_AFTER = timedelta(days=5)
#: Name of the fact that says when the heartbeat was heard last.
HEARTBEAT = "heartbeat"
_HEARTBEAT_BYTES = 1000

_log = logging.getLogger(__name__)


def deliver(
    app: App,
    *,
    stopping: Callable[[], bool] = lambda: False,
    send: Send | None = None,
    now: Callable[[], datetime] = clock.now,
) -> DispatchReport:
    """Raises StateError."""
    digesting.gather(app.store, site=app.site, now=now(), endpoints=app.settings.endpoints, stopping=stopping)
    report = dispatch(app, stopping=stopping, send=send, now=now)
    if tell_of_endpoints(app, now=now()) and not stopping():
        again = dispatch(app, stopping=stopping, send=send, now=now)
        report = DispatchReport(
            delivered=report.delivered + again.delivered,
            postponed=report.postponed + again.postponed,
            dead=report.dead + again.dead,
            held=report.held + again.held,
        )
    return report


def tell_of_endpoints(app: App, *, now: datetime) -> int:
    """Close endpoints that have failed for days; let the owner hear, through the fallback, of those that fail for long,
    are closed, or work again. How many messages came of it."""
    told = 0
    for state in app.store.alerting.endpoint_states():
        endpoint = next((it for it in app.settings.endpoints if it.name == state.name), None)
        if endpoint is None:
            continue
        if state.closed is None and state.failing_since is not None and now - state.failing_since >= CLOSED_AFTER:
            app.store.outbox.hold(state.name, url=endpoint.place, now=now, why=Closed.FAILING)
            _log.error("endpoint closed: name=%s failing_since=%s", state.name, state.failing_since)
            told += _tell(app, alerts.CLOSED, state, since=now, now=now)
        elif state.failures and state.told is None and _failed_for_long(app, state, now):
            event_type = alerts.FAILING if state.closed is None else alerts.CLOSED
            told += _tell(app, event_type, state, since=state.failing_since or now, now=now)
            app.store.alerting.set_told(state.name, now=now)
        elif state.told is not None and not state.failures and state.closed is None:
            told += _tell(app, alerts.RECOVERED, state, since=state.failed_since or state.told, now=now)
            app.store.alerting.forget_failing(state.name)
    return told


def _failed_for_long(app: App, state: EndpointState, now: datetime) -> bool:
    if state.closed is Closed.GONE:
        return True
    since = state.failing_since
    return since is not None and (now - since).total_seconds() >= app.settings.watchfulness.failing_after


def _tell(app: App, event_type: str, state: EndpointState, *, since: datetime, now: datetime) -> int:
    fallback = app.settings.watchfulness.fallback
    if fallback is None or fallback == state.name:
        return 0
    body = alerts.notice(
        event_type,
        endpoint=state.name,
        since=since,
        waiting=state.waiting,
        error=state.error,
        site=app.site,
        now=now,
    )
    delivery = Delivery(
        id=alerts.message_id(
            entry_id=f"{since:%Y-%m-%dT%H:%M:%SZ}", watch=state.name, endpoint=fallback, event_type=event_type
        ),
        endpoint=fallback,
        watch=f"endpoint {state.name}",
        entry_id="",
        event_type=event_type,
        body=body,
        state=DeliveryState.PENDING,
        attempts=0,
        next_at=now,
    )
    with app.store.transaction():
        return int(app.store.outbox.add(delivery, now=now))


def beat(app: App, *, well: bool, now: datetime) -> bool:
    """Call the heartbeat's address, so that somebody else notices when it is not called any more; whether it was heard.

    Not while `well` is False: feeds that are stale are as bad as no service. Never raises for what the other side does.
    """
    address = app.settings.watchfulness.heartbeat
    if not address or not well:
        return False
    client = app.client(app.settings.alert_networks)
    try:
        answer = client.get(address, headers={}, cap=_HEARTBEAT_BYTES)
    except DeliveryError as error:
        _log.warning("heartbeat not heard: %s", error)
        return False
    finally:
        client.close()
    if not 200 <= answer.status < 300:
        _log.warning("heartbeat not heard: status=%d", answer.status)
        return False
    with app.store.transaction():
        app.store.set_fact(HEARTBEAT, now.isoformat())
    return True
