"""When things happen: APScheduler calls, the store says what is to be done.

Jobs are sweeps that find their work themselves; a tick that is missed, late or doubled loses nothing. All in UTC: in a
zone with summer time a job of 02:30 would run twice in autumn.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.executors.base import BaseExecutor
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from feeder.errors import FeederError
from feeder.service import clock
from feeder.storage import JobOutcome

#: Seconds by which wall clock and monotonic clock may part before the plan is made anew.
DRIFT = 5.0
#: A job is given up as stale when it was not done for so many of its turns, and a minute.
_TURNS = 3
_GRACE = timedelta(seconds=60)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a run."""

    detail: str = ""  #: for people
    complete: bool = True  #: False: it stopped early because it was asked to


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When a job runs: at every one of these times."""

    seconds: float | None = None  #: from the start of one run to the start of the next
    crons: tuple[str, ...] = ()  #: as config.cron normalises them; in UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be done again and again. `run` is given an event that is set when it should stop early."""

    name: str
    run: Callable[[threading.Event], Result]
    plan: Plan
    at_once: bool = False  #: run also at the start
    recorded: bool = True  #: whether its runs are told to the journal


class Observer(Protocol):
    """Is told of each run; see journal.Journal."""

    def begun(self, job: str) -> None: ...

    def ended(
        self,
        job: str,
        outcome: JobOutcome,
        detail: str,
        *,
        seconds: float,
        next_run: datetime | None,
        stale_at: datetime | None,
    ) -> None: ...


@dataclass(slots=True)
class _Turn:
    """Where a job stands."""

    job: Job
    running: bool = False
    again: float | None = None  #: seconds after this run in which to run once more; None: as planned
    trigger: BaseTrigger = field(init=False)

    def __post_init__(self) -> None:
        self.trigger = _Trigger(self.job.plan)


class Ticker:
    """Runs jobs by their plans, each never twice at a time, all of them beside one another.

    Runs that were missed are made up for by one. An error is logged, told to the journal, and the next run comes all
    the same. `scheduler`, `executor`: neither started; unless given, all happens in threads of its own.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        journal: Observer,
        scheduler: BaseScheduler | None = None,
        executor: BaseExecutor | None = None,
    ) -> None:
        self._journal = journal
        self._stop = threading.Event()
        self._planning = threading.Lock()
        self._turns = {job.name: _Turn(job) for job in jobs}
        self._offset = clock.wall() - clock.monotonic()
        self._scheduler = scheduler or BackgroundScheduler()
        self._scheduler.configure(
            jobstores={"default": MemoryJobStore()},
            # each job may come round once more while it runs, and must not keep the others from running
            executors={"default": executor or ThreadPoolExecutor(2 * len(jobs))},
            # A late tick runs (None: however late), several late ones run once. Two instances: the second one only
            # notes that the job came round while it ran, which APScheduler would drop.
            job_defaults={"coalesce": True, "max_instances": 2, "misfire_grace_time": None},
            timezone=UTC,
        )
        for name, turn in self._turns.items():
            first = {"next_run_time": clock.now()} if turn.job.at_once else {}
            self._scheduler.add_job(self._run, turn.trigger, args=(name,), id=name, **first)

    def start(self) -> None:
        self._scheduler.start()

    def ask_to_stop(self) -> None:
        """Start nothing more and ask what runs to stop early; does not wait."""
        with self._planning:
            self._stop.set()

    def stop(self) -> None:
        """`ask_to_stop`, and wait for what runs. Idempotent."""
        self.ask_to_stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def soon(self, name: str, *, seconds: float = 0.0) -> None:
        """Run a job in so many seconds at the latest, beside its plan; after the run that is under way."""
        with self._planning:
            self._plan_soon(self._turns[name], seconds)

    def replan(self, name: str, plan: Plan) -> None:
        """From now on by this plan."""
        with self._planning:
            turn = self._turns[name]
            turn.trigger = _Trigger(plan)
            if not self._stop.is_set():
                self._scheduler.reschedule_job(name, trigger=turn.trigger)

    def look_at_clocks(self) -> None:
        """To be called every few seconds: runs everything when somebody has set the clock.

        Set back an hour, an interval would pause for that hour; while the machine sleeps, no timer runs at all.
        """
        drift = clock.wall() - clock.monotonic() - self._offset
        if abs(drift) > DRIFT:
            _log.warning("clock was set: seconds=%+.0f", drift)
            self._offset += drift
            for name in self._turns:
                self.soon(name)

    def _run(self, name: str) -> None:
        turn = self._turns[name]
        with self._planning:
            if self._stop.is_set():
                return
            if turn.running:
                turn.again = 0.0
                return
            turn.running = True
        if turn.job.recorded:
            self._journal.begun(name)
        begun = clock.monotonic()
        outcome, detail = self._attempt(turn.job)
        seconds = clock.monotonic() - begun
        next_run = self._ended(turn)
        if turn.job.recorded:
            stale_at = None if next_run is None else _stale_at(turn.trigger, clock.now())
            self._journal.ended(name, outcome, detail, seconds=seconds, next_run=next_run, stale_at=stale_at)

    def _attempt(self, job: Job) -> tuple[JobOutcome, str]:
        try:
            result = job.run(self._stop)
        except FeederError as error:
            _log.error("%s failed: %s", job.name, error)
            return JobOutcome.FAILED, str(error)
        except Exception as error:
            _log.exception("%s failed", job.name)
            return JobOutcome.FAILED, f"{type(error).__name__}: {error}"
        return (JobOutcome.DONE if result.complete else JobOutcome.STOPPED), result.detail

    def _ended(self, turn: _Turn) -> datetime | None:
        """When it runs again; None: the service ends."""
        with self._planning:
            turn.running = False
            again, turn.again = turn.again, None
            if self._stop.is_set():
                return None
            if again is not None:
                self._plan_soon(turn, again)
            planned = self._scheduler.get_job(turn.job.name).next_run_time
            return planned if isinstance(planned, datetime) else None

    def _plan_soon(self, turn: _Turn, seconds: float) -> None:
        # `shutdown` waits for the jobs with the lock that the scheduler wants here: never plan once `stop` has begun
        if self._stop.is_set():
            return
        if turn.running:
            turn.again = seconds if turn.again is None else min(seconds, turn.again)
            return
        moment = datetime.fromtimestamp(clock.wall() + seconds, UTC)
        job = self._scheduler.get_job(turn.job.name)
        planned = getattr(job, "next_run_time", None)  # jobs of a scheduler that is not started have none yet
        if seconds == 0.0 or planned is None or planned > moment:
            self._scheduler.modify_job(turn.job.name, next_run_time=moment)


class _Trigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """The next time of a plan that is still to come, also when many have passed.

    APScheduler asks its own triggers for one missed time after the other before it makes one run of them: on a machine
    without a battery for its clock, that starts in 1970, for all the seconds since.
    """

    def __init__(self, plan: Plan) -> None:
        self._seconds = plan.seconds
        self._crons = tuple(CronTrigger.from_crontab(cron, timezone=UTC) for cron in plan.crons)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        previous = now if previous_fire_time is None else min(previous_fire_time, now)
        found = [cron.get_next_fire_time(None, now + timedelta(seconds=1)) for cron in self._crons]
        if self._seconds is not None:
            step = timedelta(seconds=self._seconds)
            found.append(previous + step * ((now - previous) // step + 1))
        return min((moment for moment in found if moment is not None), default=None)


def _stale_at(trigger: BaseTrigger, now: datetime) -> datetime | None:
    turn: datetime | None = now
    for _ in range(_TURNS):
        if turn is not None:
            turn = trigger.get_next_fire_time(turn, turn)
    return None if turn is None else (turn + _GRACE).replace(microsecond=0)
