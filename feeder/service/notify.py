"""Outbox -> endpoints.

A message is claimed in the store before it is sent and settled after: a process killed in between leaves it claimed,
and the next one sends it again under the same id. The store is used by one thread; the sends, one at a time for each
endpoint, run beside it, so that a slow receiver delays only itself.

Each look into the outbox costs a flush of the disk, so one transaction settles what has ended and claims what is next.
An endpoint that answers at once is given several messages in a row: as many as it is likely to take in a moment. What
it did not get to is given back as if nobody had claimed it; an endpoint that is slow gets one at a time, and only for a
while: the others' next tries, digests and a changed config wait for the end of a dispatch.
"""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from feeder.errors import DeliveryError, EndpointGone, PermanentDeliveryError, TemporaryDeliveryError
from feeder.model import Delivery, DeliveryState, Endpoint
from feeder.service import clock
from feeder.service.app import App
from feeder.storage import Outcome, Tried

#: Seconds for which a message is one sender's alone: well over the 30 s that `egress` gives a request in all.
LEASE = 90.0
#: Endpoints called at the same time.
_MOST = 16
#: Seconds between two looks for new messages while one is under way: a slow endpoint keeps no other one waiting.
_LOOK = 0.5
#: Seconds that an endpoint's messages may take in a row, before a process that is killed has them all to send again.
_MOMENT = 0.05
#: Messages in a row.
_ROW = 16
#: Seconds for which an endpoint that has failed is left alone, whatever is due for it: what the first retry waits.
_REST = 5.0
#: Seconds from which on a turn is a slow one, and seconds of a dispatch in which slow endpoints get another turn.
_SLOW, _SHIFT = 1.0, 10.0

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
    rest: datetime | None = None  #: until when the endpoint asks to be left alone


class _End(NamedTuple):
    """How an attempt ended."""

    delivery: Delivery
    result: int | Exception  #: status of a success, or what was raised
    at: datetime


class _Turn(NamedTuple):
    """What came of messages in a row."""

    ends: tuple[_End, ...]
    seconds: float  #: that it took


def verdict(
    result: int | Exception,
    *,
    attempts: int,
    now: datetime,
    jitter: float,
) -> Verdict:
    """`result`: status of a success, or what was raised. `attempts`: made so far, with this one, since the message was
    made or sent anew by the owner; jitter in [0, 1)."""
    from feeder.alerts import LONGEST_WAIT, next_attempt

    if isinstance(result, int):
        return Verdict(state=DeliveryState.DONE, next_at=now, outcome=Outcome.DELIVERED, status=result)
    status = getattr(result, "status", None)
    error = str(result) or type(result).__name__
    state, next_at, rest = DeliveryState.DEAD, now, None
    if isinstance(result, EndpointGone):
        state = DeliveryState.HELD
    elif not isinstance(result, PermanentDeliveryError):
        retry_after = result.retry_after if isinstance(result, TemporaryDeliveryError) else None
        later = next_attempt(attempts=attempts, now=now, retry_after=retry_after, jitter=jitter)
        rest = now + timedelta(seconds=math.ceil(min(retry_after, LONGEST_WAIT))) if retry_after else None
        if later is not None:
            state, next_at = DeliveryState.PENDING, later
    unsure = isinstance(result, DeliveryError) and result.ambiguous
    outcome = Outcome.UNKNOWN if unsure else Outcome.FAILED
    return Verdict(state=state, next_at=next_at, outcome=outcome, status=status, error=error, rest=rest)


def dispatch(
    app: App,
    *,
    stopping: Callable[[], bool] = lambda: False,
    send: Send | None = None,
    now: Callable[[], datetime] = clock.now,
) -> DispatchReport:
    """Send what is due. Returns when nothing is, or, on `stopping`, when what is under way has ended.

    An endpoint that has failed is left alone for some seconds, and is not waited for; a slow one is left to the next
    call after a while. Messages for an endpoint that the config no longer has stay as they are. Raises StateError.
    """
    desk = _Desk(app, now)
    sender = _Sender(app) if send is None else send
    ended: set[Future[_Turn]] = set()
    with ThreadPoolExecutor(max_workers=min(len(desk.rows), _MOST) or 1, thread_name_prefix="send") as pool:
        while True:
            for row in desk.exchange(ended, more=not stopping()):
                endpoint = desk.endpoints[row[0].endpoint]
                desk.under_way[pool.submit(_send, sender, row, endpoint, stopping, now)] = row
            if not desk.under_way:
                break
            ended = wait(desk.under_way, timeout=_LOOK, return_when=FIRST_COMPLETED).done
    return DispatchReport(
        delivered=desk.tally[DeliveryState.DONE],
        postponed=desk.tally[DeliveryState.PENDING],
        dead=desk.tally[DeliveryState.DEAD],
        held=desk.tally[DeliveryState.HELD],
    )


class _Desk:
    """What is under way, and what each endpoint gets next. For one thread."""

    def __init__(self, app: App, now: Callable[[], datetime]) -> None:
        self._app = app
        self._now = now
        self.endpoints = {endpoint.name: endpoint for endpoint in app.settings.endpoints}
        for endpoint in self.endpoints.values():
            app.store.outbox.release(endpoint.name, unless_url=endpoint.place)
        #: How many messages in a row each gets that is not left alone. Whose turn was longest ago comes first.
        self.rows = dict.fromkeys(self.endpoints, 1)
        self._rests: dict[str, float] = {}  # until when those are left alone that have failed
        self.under_way: dict[Future[_Turn], tuple[Delivery, ...]] = {}
        self.tally = dict.fromkeys(DeliveryState, 0)
        self._begun = clock.monotonic()

    def exchange(self, ended: Iterable[Future[_Turn]], *, more: bool) -> list[tuple[Delivery, ...]]:
        """Settle what has ended and, if there is to be more, claim what is next; on the disk when this returns.

        Messages in a row for one endpoint each.
        """
        done = [(self.under_way.pop(future), future.result()) for future in ended]
        if not done and not (more and self._free()):
            return []
        outbox = self._app.store.outbox
        tried: list[Tried] = []
        claimed: Sequence[Delivery] = ()
        with self._app.store.transaction():
            for given, turn in done:
                endpoint = self.endpoints[given[0].endpoint]
                these = [_tried(self._app, it, endpoint=endpoint) for it in turn.ends]
                outbox.settle(these)
                outbox.give_back(given[len(these) :])
                self._next_turn(endpoint.name, these, turn.seconds)
                tried += these
            if more:
                rooms = {name: self._room(name) for name in self._free()}
                wanted = {name: room for name, room in rooms.items() if room}
                most = _MOST - len(self.under_way)
                claimed = outbox.claim(wanted, endpoints=most, now=self._now(), lease=LEASE)
        for it in tried:
            self.tally[it.state] += 1
            _report(it)
        return [tuple(row) for _, row in groupby(claimed, key=attrgetter("endpoint"))]

    def _free(self) -> list[str]:
        """Endpoints that are neither called nor left alone just now."""
        moment = clock.monotonic()
        for name in [name for name, until in self._rests.items() if until <= moment]:
            del self._rests[name]
            self.rows[name] = 1
        busy = {row[0].endpoint for row in self.under_way.values()}
        return [name for name in self.rows if name not in busy]

    def _room(self, name: str) -> int:
        """How many the endpoint's rate leaves room for. What it does not leave room for stays due."""
        rate, row = self.endpoints[name].rate, self.rows[name]
        if rate is None:
            return row
        now = self._now()
        tried = self._app.store.alerting.tried_since(name, now - timedelta(seconds=rate.seconds), now=now)
        return max(0, min(row, rate.messages - tried))

    def _next_turn(self, name: str, tried: Sequence[Tried], seconds: float) -> None:
        """How many the endpoint gets when its turn comes again: as many as take a moment, by what these took."""
        row = self.rows.pop(name)
        moment = clock.monotonic()
        if any(it.outcome is not Outcome.DELIVERED for it in tried):
            self._rests[name] = moment + _REST
            return
        if seconds > _SLOW and moment - self._begun > _SHIFT:
            return
        likely = len(tried) * _MOMENT / seconds if seconds else _ROW
        self.rows[name] = int(max(1, min(likely, 2 * row, _ROW)))


def _send(
    sender: Send,
    row: Sequence[Delivery],
    endpoint: Endpoint,
    stopping: Callable[[], bool],
    now: Callable[[], datetime],
) -> _Turn:
    """How they ended, one after the other: up to the first that failed, or as many as there was time for."""
    begun = clock.monotonic()
    ends: list[_End] = []
    for delivery in row:
        if ends and (stopping() or clock.monotonic() - begun >= _MOMENT):
            break
        try:
            status = sender(delivery, endpoint, now())
        except Exception as error:  # whatever it is, this attempt has failed
            ends.append(_End(delivery, error, now()))
            break
        ends.append(_End(delivery, status, now()))
    return _Turn(tuple(ends), clock.monotonic() - begun)


def _tried(app: App, end: _End, *, endpoint: Endpoint) -> Tried:
    delivery = end.delivery
    means = verdict(end.result, attempts=delivery.attempts - delivery.replayed, now=end.at, jitter=_DICE.random())
    return Tried(
        delivery=delivery,
        state=means.state,
        next_at=_audible(app, delivery, means.next_at),
        ended=end.at,
        outcome=means.outcome,
        status=means.status,
        error=means.error,
        rest=means.rest,
        gone=endpoint.place if means.state is DeliveryState.HELD else None,
    )


def _report(tried: Tried) -> None:
    _log.info(
        "delivery: id=%s endpoint=%s attempt=%d state=%s status=%s%s",
        tried.delivery.id,
        tried.delivery.endpoint,
        tried.delivery.attempts,
        tried.state,
        tried.status,
        f" error={tried.error}" if tried.error else "",
    )


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
