"""WebSub: who wants to be told of changes, and telling them; hubs of others are told, too.

What is to be done is kept in the store until it is done: a process that is killed leaves it for the next one, which
may then send something twice, never not at all. What is sent is always the feed as it is at that moment.
"""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeder.errors import EndpointGone, PermanentDeliveryError, TemporaryDeliveryError
from feeder.model import Form
from feeder.service import clock
from feeder.service.app import App
from feeder.service.freshness import is_current
from feeder.service.privacy import is_private
from feeder.storage import Errand, ErrandKind, Subscription

if TYPE_CHECKING:
    from feeder.egress import Client

#: Where the built-in hub is, below the site's address.
HUB = "hub"
#: Wishes that wait to be verified, in all and of one callback's host: beyond that, others are asked to come again.
MOST_WISHES, MOST_WISHES_OF_HOST = 1000, 50
#: Seconds until a callback that did not answer is asked again whether it wants a subscription.
VERIFYING = (10, 60, 300)
#: Fact in the store: modification time in nanoseconds of the newest feed that was announced.
ANNOUNCED = "websub announced"
#: Receivers called at the same time.
_MOST = 16
_BATCH = 200

_DICE = random.SystemRandom()
_log = logging.getLogger(__name__)


class Busy(Exception):  # noqa: N818 - what is said to the subscriber
    """Too many wishes wait or are granted; the subscriber may come again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushReport:
    """What became of the errands that were due."""

    done: int = 0
    postponed: int = 0  #: failed, to be tried again
    ended: int = 0  #: subscriptions and wishes that came to nothing


def ask(app: App, form: dict[str, list[str]], *, now: datetime) -> None:
    """Take up the wish of a subscriber; `push` finds out whether it is really theirs.

    Raises websub.Refused with the reason, Busy.
    """
    from feeder import websub

    wish = websub.wish(form)
    topic = wish.topic.removeprefix(f"{app.settings.site.base_url}/")
    if topic == wish.topic or not _is_topic(app, topic):
        # an unsubscription of a feed that is gone is not needed either: its subscribers were told
        raise websub.Refused("hub.topic is no public feed of this site")
    audience = app.store.audience
    waiting = audience.intentions()
    host = urlsplit(wish.callback).netloc.lower()
    if len(waiting) >= MOST_WISHES or sum(urlsplit(it).netloc.lower() == host for it in waiting) >= MOST_WISHES_OF_HOST:
        raise Busy("too many wishes wait to be verified")
    known = audience.subscription(topic, wish.callback, now=now) is not None
    if wish.subscribe and not known and audience.count_subscriptions() >= app.settings.websub.limit:
        raise Busy("this hub has as many subscriptions as it takes")
    audience.intend(
        Errand(
            kind=ErrandKind.SUBSCRIBE if wish.subscribe else ErrandKind.UNSUBSCRIBE,
            topic=topic,
            address=wish.callback,
            secret=wish.secret,
            lease=wish.lease,
            due=now,
        )
    )


def announce(app: App, written: Sequence[str] | None, *, now: datetime) -> int:
    """Feeds have changed: note who is to be told. `written`: paths below the output folder; how many errands there are.

    None: whatever has changed since the last time, by the dates of the files; for a start after a process was killed,
    or after builds of another one. The first time of all nothing counts as changed.
    """
    settings, store = app.settings, app.store
    if not (settings.websub.hub or settings.websub.hubs):
        return 0
    before = store.fact(ANNOUNCED)
    paths = [path for path, _ in store.topics.published_files()] if written is None else written
    dates = {path: date for path in paths if is_current(path) and (date := _date(app, path)) is not None}
    if written is None:
        dates = {path: date for path, date in dates.items() if before is None or date > int(before)}
    if not dates:
        return 0
    topics = [path for path in dates if not is_private(settings, path)]
    made = 0
    if topics and (before is not None or written is not None):
        made = store.audience.announce(topics, hubs=settings.websub.hubs, now=now)
    with store.transaction():
        store.set_fact(ANNOUNCED, str(max(int(before or 0), *dates.values())))
    return made


def push(
    app: App,
    *,
    stopping: Callable[[], bool] = lambda: False,
    now: Callable[[], datetime] = clock.now,
) -> PushReport:
    """Run the errands that are due, several receivers at a time. Returns when none is left, or soon on `stopping`.

    Raises StateError.
    """
    app.store.audience.expire(now=now())
    tally = {"done": 0, "postponed": 0, "ended": 0}
    tried: set[tuple[str, str, str]] = set()
    runner = _Runner(app)
    try:
        with ThreadPoolExecutor(_MOST, thread_name_prefix="push") as pool:
            while not stopping():
                due = app.store.audience.errands(now=now(), limit=_BATCH)
                fresh = [it for it in due if (it.kind, it.topic, it.address) not in tried]
                if not fresh:
                    break
                tried |= {(it.kind, it.topic, it.address) for it in fresh}
                under_way: dict[Future[None], Errand] = {}
                for errand in fresh:
                    if stopping():
                        break
                    under_way[pool.submit(runner, errand, now())] = errand
                    if len(under_way) >= _MOST:
                        _reap(app, under_way, tally, now)
                while under_way:
                    _reap(app, under_way, tally, now)
    finally:
        runner.close()
    return PushReport(**tally)


def _reap(app: App, under_way: dict[Future[None], Errand], tally: dict[str, int], now: Callable[[], datetime]) -> None:
    for future in wait(under_way, return_when=FIRST_COMPLETED).done:
        errand = under_way.pop(future)
        error = future.exception()
        if error is not None and not isinstance(error, Exception):
            raise error
        tally[_settle(app, errand, error, now=now())] += 1


def _settle(app: App, errand: Errand, error: Exception | None, *, now: datetime) -> str:
    """What became of it: done, postponed or ended."""
    audience = app.store.audience
    again = None if error is None else _again(errand, error, now=now)
    audience.settle(errand, again=again, now=now)
    if error is None:
        return "done"
    level = logging.INFO if again is not None else logging.WARNING
    host = urlsplit(errand.address).netloc
    what = "again" if again is not None else "given up"
    _log.log(level, "websub: %s topic=%s host=%s %s error=%s", errand.kind, errand.topic, host, what, error)
    if again is not None:
        return "postponed"
    if errand.kind is ErrandKind.CONTENT:
        audience.unsubscribe(errand.topic, errand.address)
    return "ended"


def _again(errand: Errand, error: Exception, *, now: datetime) -> datetime | None:
    """When it is worth another try; None: never."""
    from feeder.alerts import next_attempt

    if isinstance(error, EndpointGone | PermanentDeliveryError | _Unwanted):
        return None
    failed = errand.attempts + 1
    if errand.kind in (ErrandKind.SUBSCRIBE, ErrandKind.UNSUBSCRIBE):
        return now + timedelta(seconds=VERIFYING[failed - 1]) if failed <= len(VERIFYING) else None
    retry_after = error.retry_after if isinstance(error, TemporaryDeliveryError) else None
    return next_attempt(attempts=failed, now=now, retry_after=retry_after, jitter=_DICE.random())


class _Unwanted(Exception):  # noqa: N818 - an answer, not a fault
    """The callback did not confirm: somebody else has asked in its name, or it has changed its mind."""


class _Runner:
    """Makes the request of an errand. Callable from several threads; raises what it comes to."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._client: Client = app.client(app.settings.websub.networks)

    def close(self) -> None:
        self._client.close()

    def __call__(self, errand: Errand, now: datetime) -> None:
        match errand.kind:
            case ErrandKind.SUBSCRIBE | ErrandKind.UNSUBSCRIBE:
                self._verify(errand, now)
            case ErrandKind.CONTENT:
                self._deliver(errand, now)
            case ErrandKind.PING:
                from feeder import websub

                websub.ping(self._client, errand.address, topic=self._address(errand.topic))

    def _verify(self, errand: Errand, now: datetime) -> None:
        from feeder import websub

        subscribes = errand.kind is ErrandKind.SUBSCRIBE
        topic = self._address(errand.topic)
        if subscribes and not _is_topic(self._app, errand.topic):
            websub.deny(self._client, errand.address, topic=topic, reason="the feed is not published any more")
            return
        wanted = websub.confirmed(
            self._client,
            errand.address,
            mode=errand.kind,
            topic=topic,
            challenge=secrets.token_urlsafe(24),
            lease=errand.lease if subscribes else None,
        )
        if not wanted:
            raise _Unwanted("did not confirm")
        if not subscribes:
            self._app.store.audience.unsubscribe(errand.topic, errand.address)
            return
        self._app.store.audience.subscribe(
            Subscription(
                topic=errand.topic,
                callback=errand.address,
                secret=errand.secret,
                expires=now + timedelta(seconds=errand.lease),
            )
        )

    def _deliver(self, errand: Errand, now: datetime) -> None:
        from feeder import websub
        from feeder.rendering.addresses import MEDIA_TYPES

        app, topic = self._app, self._address(errand.topic)
        subscription = app.store.audience.subscription(errand.topic, errand.address, now=now)
        if subscription is None:
            return  # it has ended meanwhile
        body = _read(app, errand.topic) if _is_topic(app, errand.topic) else None
        if body is None:
            app.store.audience.unsubscribe(errand.topic, errand.address)
            websub.deny(self._client, errand.address, topic=topic, reason="the feed is not published any more")
            return
        media_type = MEDIA_TYPES[Form(errand.topic.rpartition(".")[2])]
        websub.deliver(
            self._client,
            errand.address,
            body=body,
            media_type=media_type if media_type.endswith("json") else f"{media_type}; charset=utf-8",
            topic=topic,
            hubs=app.settings.site.hubs,
            secret=subscription.secret,
        )

    def _address(self, topic: str) -> str:
        return f"{self._app.settings.site.base_url}/{topic}"


def _is_topic(app: App, path: str) -> bool:
    """Whether it is the current document of a public feed that is there."""
    return is_current(path) and not is_private(app.settings, path) and (app.settings.output_folder / path).is_file()


def _date(app: App, path: str) -> int | None:
    try:
        return (app.settings.output_folder / path).stat().st_mtime_ns
    except OSError:
        return None


def _read(app: App, path: str) -> bytes | None:
    try:
        return (app.settings.output_folder / path).read_bytes()
    except OSError:
        return None
