"""Outbox -> endpoints.

A message is claimed in the store before it is sent and settled after: a process killed in between leaves it claimed,
and the next one sends it again under the same id. The store is used by one thread; the sends, one at a time for each
endpoint, run beside it, so that a slow receiver delays only itself.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeder.errors import DeliveryError, EndpointGone, PermanentDeliveryError, TemporaryDeliveryError
from feeder.model import Delivery, DeliveryState, Endpoint
from feeder.service import clock
from feeder.service.app import App
from feeder.storage import Outcome

#: Seconds for which a message is one sender's alone: well over the 30 s that `egress` gives a request in all.
LEASE = 90.0
#: Endpoints called at the same time.
_MOST = 16
#: Seconds between two looks for new messages while one is under way: a slow endpoint keeps no other one waiting.
_LOOK = 0.5

_DICE = random.SystemRandom()
_log = logging.getLogger(__name__)

Send = Callable[[Delivery, Endpoint, datetime], int]  #: -> status, 0 where a channel has none; raises DeliveryError


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchReport:
    """What became of the messages that were due."""

    delivered: int = 0
    postponed: int = 0  #: failed, to be tried again
    dead: int = 0  #: failed for good
    held: int = 0  #: the endpoint is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an attempt means for its message."""

    state: DeliveryState
    next_at: datetime
    outcome: Outcome
    status: int | None
    error: str = ""


def verdict(
    result: int | Exception,
    *,
    attempts: int,
    now: datetime,
    jitter: float,
) -> Verdict:
    """`result`: status of a success, or what was raised. `attempts`: made so far, with this one, since the message was
    made or sent anew by the owner; jitter in [0, 1)."""
    from feeder.alerts import next_attempt

    if isinstance(result, int):
        return Verdict(state=DeliveryState.DONE, next_at=now, outcome=Outcome.DELIVERED, status=result)
    status = getattr(result, "status", None)
    error = str(result) or type(result).__name__
    state, next_at = DeliveryState.DEAD, now
    if isinstance(result, EndpointGone):
        state = DeliveryState.HELD
    elif not isinstance(result, PermanentDeliveryError):
        retry_after = result.retry_after if isinstance(result, TemporaryDeliveryError) else None
        later = next_attempt(attempts=attempts, now=now, retry_after=retry_after, jitter=jitter)
        if later is not None:
            state, next_at = DeliveryState.PENDING, later
    unsure = isinstance(result, DeliveryError) and result.ambiguous
    outcome = Outcome.UNKNOWN if unsure else Outcome.FAILED
    return Verdict(state=state, next_at=next_at, outcome=outcome, status=status, error=error)


def dispatch(
    app: App,
    *,
    stopping: Callable[[], bool] = lambda: False,
    send: Send | None = None,
    now: Callable[[], datetime] = clock.now,
) -> DispatchReport:
    """Send what is due. Returns when nothing is, or, on `stopping`, when what is under way has ended.

    After a failure an endpoint is left alone until the next call. Messages for an endpoint that the config no longer
    has stay as they are. Raises StateError.
    """
    endpoints = {endpoint.name: endpoint for endpoint in app.settings.endpoints}
    for endpoint in endpoints.values():
        app.store.outbox.release(endpoint.name, unless_url=endpoint.place)
    tally: dict[DeliveryState, int] = dict.fromkeys(DeliveryState, 0)
    resting: set[str] = set()
    sender = _Sender(app) if send is None else send
    under_way: dict[Future[int], Delivery] = {}
    with ThreadPoolExecutor(max_workers=min(len(endpoints), _MOST) or 1, thread_name_prefix="send") as pool:
        while True:
            busy = {it.endpoint for it in under_way.values()}
            free = [name for name in endpoints if name not in resting | busy and _may_send(app, endpoints[name], now())]
            while free and not stopping():
                delivery = app.store.outbox.claim(free, now=now(), lease=LEASE)
                if delivery is None:
                    break
                free.remove(delivery.endpoint)
                under_way[pool.submit(sender, delivery, endpoints[delivery.endpoint], now())] = delivery
            if not under_way:
                break
            for future in wait(under_way, timeout=_LOOK, return_when=FIRST_COMPLETED).done:
                delivery = under_way.pop(future)
                outcome = _settle(app, delivery, future, endpoint=endpoints[delivery.endpoint], now=now())
                tally[outcome.state] += 1
                if outcome.outcome is not Outcome.DELIVERED:
                    resting.add(delivery.endpoint)
    return DispatchReport(
        delivered=tally[DeliveryState.DONE],
        postponed=tally[DeliveryState.PENDING],
        dead=tally[DeliveryState.DEAD],
        held=tally[DeliveryState.HELD],
    )


def _may_send(app: App, endpoint: Endpoint, now: datetime) -> bool:
    """Whether the endpoint's rate leaves room for one more. What it does not leave room for stays due."""
    rate = endpoint.rate
    if rate is None:
        return True
    since = now - timedelta(seconds=rate.seconds)
    return app.store.alerting.tried_since(endpoint.name, since) < rate.messages


def _settle(app: App, delivery: Delivery, future: Future[int], *, endpoint: Endpoint, now: datetime) -> Verdict:
    error = future.exception()
    if error is not None and not isinstance(error, Exception):
        raise error
    result = future.result() if error is None else error
    outcome = verdict(result, attempts=delivery.attempts - delivery.replayed, now=now, jitter=_DICE.random())
    app.store.outbox.settle(
        delivery,
        state=outcome.state,
        next_at=_audible(app, delivery, outcome.next_at),
        now=now,
        outcome=outcome.outcome,
        status=outcome.status,
        error=outcome.error,
    )
    if outcome.state is DeliveryState.HELD:
        app.store.outbox.hold(endpoint.name, url=endpoint.place, now=now)
    _log.info(
        "delivery: id=%s endpoint=%s attempt=%d state=%s status=%s%s",
        delivery.id,
        delivery.endpoint,
        delivery.attempts,
        outcome.state,
        outcome.status,
        f" error={outcome.error}" if outcome.error else "",
    )
    return outcome


def _audible(app: App, delivery: Delivery, moment: datetime) -> datetime:
    """Out of the quiet hours of its watch: another try must not wake anybody either."""
    from feeder.alerts import audible

    quiet = next((watch.quiet for watch in app.settings.watches if watch.name == delivery.watch), None)
    return audible(quiet, moment)


class _Sender:
    """The app's courier. Callable from several threads."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __call__(self, delivery: Delivery, endpoint: Endpoint, now: datetime) -> int:
        return self._app.courier.send(delivery, endpoint, now=now).status
