"""When things happen: APScheduler calls, the store says what is to be done.

Jobs are sweeps that find their work themselves; a tick that is missed, late or doubled loses nothing. All in UTC: in a
zone with summer time a job of 02:30 would run twice in autumn.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from feeder.config import Schedule
from feeder.errors import FeederError
from feeder.service import clock

#: Seconds between two looks into the outbox.
DISPATCH = 5.0
#: Seconds by which wall clock and monotonic clock may part before the plan is made anew.
_DRIFT = 5.0
#: Seconds between two looks at the clocks.
_WATCH = 5.0

_log = logging.getLogger(__name__)

Stopping = Callable[[], bool]


class Ticker:
    """Calls `refresh` at once and by the schedule, `dispatch` after each refresh and every few seconds.

    Each is called with a function that says whether to stop early, and never twice at a time. An error is logged and
    the next tick comes all the same.
    """

    def __init__(
        self,
        *,
        refresh: Callable[[Stopping], object],
        dispatch: Callable[[Stopping], object],
        schedule: Schedule,
        dispatch_every: float = DISPATCH,
    ) -> None:
        self._refresh = refresh
        self._dispatch = dispatch
        self._stop = threading.Event()
        self._planning = threading.Lock()
        self._watch = threading.Thread(target=self._watch_clock, name="clock", daemon=True)
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(2)},
            # a late tick runs (None: however late), several late ones run once
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        self._scheduler.add_job(self._run_refresh, _trigger(schedule), id="refresh", next_run_time=clock.now())
        self._scheduler.add_job(
            self._run_dispatch, IntervalTrigger(seconds=dispatch_every, timezone=UTC), id="dispatch"
        )

    def start(self) -> None:
        self._scheduler.start()
        self._watch.start()

    def stop(self) -> None:
        """Start nothing more, ask what runs to stop early, and wait for it. Idempotent."""
        with self._planning:
            self._stop.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
            self._watch.join()

    def _run_refresh(self) -> None:
        self._guarded("refresh", self._refresh)
        self._soon("dispatch")

    def _run_dispatch(self) -> None:
        self._guarded("dispatch", self._dispatch)

    def _guarded(self, what: str, job: Callable[[Stopping], object]) -> None:
        if self._stop.is_set():
            return
        try:
            job(self._stop.is_set)
        except FeederError as error:
            _log.error("%s failed: %s", what, error)
        except Exception:
            _log.exception("%s failed", what)

    def _soon(self, job: str) -> None:
        # `shutdown` waits for the jobs with the lock that `modify_job` wants: never plan once `stop` has begun
        with self._planning:
            if not self._stop.is_set():
                self._scheduler.modify_job(job, next_run_time=clock.now())

    def _watch_clock(self) -> None:
        """Plan anew when somebody sets the clock: set back an hour, an interval would pause for that hour."""
        offset = clock.wall() - clock.monotonic()
        while not self._stop.wait(_WATCH):
            drift = clock.wall() - clock.monotonic() - offset
            if abs(drift) > _DRIFT:
                _log.warning("clock was set: seconds=%+.0f", drift)
                offset += drift
                self._soon("refresh")
                self._soon("dispatch")


def _trigger(schedule: Schedule) -> BaseTrigger:
    if schedule.cron is not None:
        return CronTrigger.from_crontab(schedule.cron, timezone=UTC)
    return IntervalTrigger(seconds=schedule.seconds, timezone=UTC)
