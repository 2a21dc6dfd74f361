"""A feeder at work for as long as wanted: looks by the schedule and when something is dropped, sends alerts, follows
its configuration, and knows whether it is well."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from feeder.config import Settings
from feeder.errors import SourceError
from feeder.service import clock, pushing, reloading, tagger
from feeder.service.app import App, open_app
from feeder.service.build import BuildReport, refresh
from feeder.service.delivering import beat, deliver
from feeder.service.health import REFRESH, Health, health
from feeder.service.journal import Journal
from feeder.service.notify import DispatchReport
from feeder.service.pushing import PushReport
from feeder.service.schedule import Job, Plan, Result, Ticker
from feeder.service.supervisor import Supervisor
from feeder.service.withholding import exposed
from feeder.sources import hints

DISPATCH = "dispatch"
PUSH = "push"
PULSE = "pulse"
HEARTBEAT = "heartbeat"

#: Seconds between two sweeps of the outbox. What is due in between is noticed by the pulse.
_SWEEP = 60.0
#: Seconds between two looks at clock, configuration and outbox.
_BEAT = 5.0
#: Seconds without a beat after which a part of the service counts as stuck.
_STUCK = 60.0
#: Seconds until a folder that could not be watched is tried again.
_LISTEN_AGAIN = 10.0
#: Seconds until the first new look for a file that somebody is still writing; doubled for each further one.
_WRITING = 1.0

_log = logging.getLogger(__name__)


class Service:
    """Made by `running`. Its methods may be called from any thread."""

    def __init__(self, app: App, *, supervisor: Supervisor) -> None:
        self._app = app
        self._supervisor = supervisor
        self._announced = threading.Event()
        self._listeners: list[Callable[[App], None]] = []
        self._stop = threading.Event()
        self._moved = threading.Event()  # set to leave the folder that is being listened to
        self._reload_asked = threading.Event()
        self._look = self._seen = reloading.look(app.settings)
        self._writing = _WRITING
        self._caught_up = False  # with feeds that changed while no service ran
        self._beats = {"ticker": clock.monotonic()}
        self._journal = Journal(app.store)
        jobs = (
            Job(name=REFRESH, run=self._refresh, plan=_plan(app.settings), at_once=True),
            Job(name=DISPATCH, run=self._dispatch, plan=Plan(seconds=_SWEEP)),
            Job(name=HEARTBEAT, run=self._heartbeat, plan=_heartbeats(app.settings), recorded=False),
            Job(name=PUSH, run=self._push, plan=Plan(seconds=_SWEEP), at_once=True),
            Job(name=PULSE, run=self._pulse, plan=Plan(seconds=_BEAT), at_once=True, recorded=False),
        )
        self._ticker = Ticker(jobs, journal=self._journal)
        self._threads = [threading.Thread(target=run, name=run.__name__) for run in (self._listen, self._watch)]

    @property
    def app(self) -> App:
        """The present one; another after each change of the configuration."""
        return self._app

    def on_change(self, listener: Callable[[App], None]) -> None:
        """Have it called with the new app after each change of the configuration."""
        self._listeners.append(listener)

    def refresh(self) -> None:
        """Look into the folder as soon as possible; does not wait."""
        self._ticker.soon(REFRESH)

    def push(self) -> None:
        """Tell subscribers and hubs what they are to be told, as soon as possible; does not wait."""
        self._ticker.soon(PUSH)

    def reload(self) -> None:
        """Read config.toml again as soon as possible; does not wait."""
        self._reload_asked.set()
        self._ticker.soon(PULSE)

    def beat(self, part: str) -> None:
        """To be called every few seconds by a part that must not get stuck."""
        self._beats[part] = clock.monotonic()

    def ready(self) -> None:
        """Feeds are served from now on."""
        self._supervisor.ready()
        self._announced.set()

    def ask_to_stop(self) -> None:
        """End what is under way as soon as it can be; does not wait."""
        self._stop.set()
        self._moved.set()
        self._ticker.ask_to_stop()
        self._supervisor.stopping()

    def health(self) -> Health:
        """Raises StateError."""
        app = self._app
        return health(app.store, now=clock.now(), endpoints=[endpoint.name for endpoint in app.settings.endpoints])

    def start(self) -> None:
        reloading.remember(
            self._app.store, reloading.Reloaded(settings=None, error=None, restart_for=()), now=clock.now()
        )
        _tell_of_exposed(self._app.settings)
        self._ticker.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """`ask_to_stop`, and wait for what is under way: a request for 30 s at most."""
        self.ask_to_stop()
        self._ticker.stop()
        for thread in self._threads:
            thread.join()
        self._journal.closed()

    # -- jobs ---------------------------------------------------------------------------------------------------------

    def _refresh(self, stop: threading.Event) -> Result:
        app = self._app
        if not self._caught_up:
            pushing.announce(app, None, now=clock.now())
            self._caught_up = True
        written = None
        try:
            report = refresh(app, stopping=stop.is_set, wait=stop.wait)
            written = report.publish.written
        finally:  # what was written before it failed is news all the same
            if pushing.announce(app, written, now=clock.now()):
                self._ticker.soon(PUSH)
        self._ticker.soon(DISPATCH)
        if any(it.reason == "unsettled" for it in report.ingest.set_aside):
            self._ticker.soon(REFRESH, seconds=self._writing)
            self._writing *= 2
        else:
            self._writing = _WRITING
        return Result(detail=_told(report), complete=report.complete)

    def _dispatch(self, stop: threading.Event) -> Result:
        report = deliver(self._app, stopping=stop.is_set)
        return Result(detail=_told_of(report), complete=not stop.is_set())

    def _heartbeat(self, _: threading.Event) -> Result:
        beat(self._app, well=self.health().ready, now=clock.now())
        return Result()

    def _push(self, stop: threading.Event) -> Result:
        report = pushing.push(self._app, stopping=stop.is_set)
        return Result(detail=_told_of_push(report), complete=not stop.is_set())

    def _pulse(self, _: threading.Event) -> Result:
        """Short, and often: what must not wait for a long refresh."""
        app = self._app
        app.store.probe()
        self._follow(app)
        now = clock.now()
        due = app.store.outbox.due_since([endpoint.name for endpoint in app.settings.endpoints], now=now)
        if due is not None or app.store.alerting.due_digests(now=now):
            self._ticker.soon(DISPATCH)
        errand = app.store.audience.next_errand()
        if errand is not None and errand <= clock.now():
            self._ticker.soon(PUSH)
        self.beat("ticker")
        return Result()

    def _follow(self, app: App) -> None:
        """Reload when asked to, or when config.toml has changed and then stayed as it is from one pulse to the next."""
        seen, before = reloading.look(app.settings), self._seen
        self._seen = seen
        asked = self._reload_asked.is_set()
        if not asked and (seen == self._look or seen != before):
            return
        self._reload_asked.clear()
        self._look = seen
        outcome = reloading.reloaded(app.settings)
        reloading.remember(app.store, outcome, now=clock.now())
        if outcome.settings is None:
            _log.error("configuration refused, the one before stays in use: %s", outcome.error)
            return
        _log.info("configuration reloaded: restart_for=%s", ",".join(outcome.restart_for) or "nothing")
        _tell_of_exposed(outcome.settings)
        self._use(app.renewed(outcome.settings))

    def _use(self, app: App) -> None:
        before, self._app = self._app, app
        if _plan(before.settings) != _plan(app.settings):
            self._ticker.replan(REFRESH, _plan(app.settings))
        if _heartbeats(before.settings) != _heartbeats(app.settings):
            self._ticker.replan(HEARTBEAT, _heartbeats(app.settings))
        if before.settings.source_folder != app.settings.source_folder:
            self._moved.set()
        for listener in self._listeners:
            listener(app)
        self._ticker.soon(REFRESH)

    # -- threads ------------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        """Look into the folder whenever something happens there."""
        told = ""
        while not self._stop.is_set():
            self._moved.clear()
            try:
                for _ in hints(self._app.settings.source_folder, stopping=self._moved):
                    told = ""
                    self._ticker.soon(REFRESH)
                    if self._stop.is_set():
                        return
            except SourceError as error:
                if str(error) != told:
                    told = str(error)
                    _log.warning("%s; looking by the schedule only", error)
                self._stop.wait(_LISTEN_AGAIN)

    def _watch(self) -> None:
        """Outside of the ticker: for when the ticker itself is stuck, or its clock was set."""
        patience = self._supervisor.patience
        while not self._stop.wait(_BEAT if patience is None else min(_BEAT, patience / 3)):
            self._ticker.look_at_clocks()
            now = clock.monotonic()
            stuck = sorted(part for part, beaten in self._beats.items() if now - beaten > _STUCK)
            if not stuck:
                if self._announced.is_set():  # nobody waits for a sign of life before
                    self._supervisor.alive()
            elif patience is not None:
                _log.error("stuck: parts=%s", ",".join(stuck))


@contextmanager
def running(
    settings: Settings,
    *,
    supervisor: Supervisor | None = None,
    open_tagger: Callable[[Settings], tagger.Tags] | None = None,
) -> Iterator[Service]:
    """Works in threads of its own until the block ends, and then waits for what is under way.

    Raises StateError on entry, StateLocked where another process is at work here.
    """
    with open_app(settings, write=True, open_tagger=open_tagger) as app:
        service = Service(app, supervisor=supervisor or Supervisor())
        service.start()
        try:
            yield service
        finally:
            service.stop()


def _tell_of_exposed(settings: Settings) -> None:
    for path in exposed(settings.path):
        _log.warning("everybody on this machine may read the secrets in %s", path)


def _plan(settings: Settings) -> Plan:
    schedule = settings.schedule
    crons = (*filter(None, (schedule.cron,)), *dict.fromkeys(it.cron for it in settings.timetables))
    return Plan(seconds=schedule.seconds, crons=crons)


def _heartbeats(settings: Settings) -> Plan:
    return Plan(seconds=settings.watchfulness.heartbeat_every)


def _told(report: BuildReport) -> str:
    ingest = report.ingest
    found = {"new": ingest.added, "updated": ingest.updated, "withdrawn": ingest.withdrawn, "back": ingest.restored}
    parts = [f"{number} {what}" for what, number in found.items() if number]
    if ingest.retagged:
        parts.append(f"{ingest.retagged} tagged again")
    if report.publish.written:
        parts.append(f"{len(report.publish.written)} files written")
    return ", ".join(parts) or "nothing new"


def _told_of_push(report: PushReport) -> str:
    states = {"done": report.done, "to be tried again": report.postponed, "given up": report.ended}
    return ", ".join(f"{number} {what}" for what, number in states.items() if number) or "nothing due"


def _told_of(report: DispatchReport) -> str:
    states = {
        "delivered": report.delivered,
        "to be tried again": report.postponed,
        "failed for good": report.dead,
        "held": report.held,
    }
    return ", ".join(f"{number} {what}" for what, number in states.items() if number) or "nothing due"
