"""Ticks come, errors do not stop them, stopping waits for what is under way; and a day passes as a day should."""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.schedulers.base import BaseScheduler

from feeder.config import Timetable
from feeder.errors import SourceError
from feeder.service import clock, timetables
from feeder.service.schedule import Job, Plan, Result, Ticker
from feeder.storage import JobOutcome, Store, open_store

PATIENCE = 30  # seconds; a deadline for a loaded machine, not a wait
Run = Callable[[threading.Event], Result]


def nothing(_: threading.Event) -> Result:
    return Result()


class Counted:
    """A job that counts its runs and lets a test wait for one."""

    def __init__(self, run: Run = nothing) -> None:
        self._run = run
        self._changed = threading.Condition()
        self.runs = 0

    def __call__(self, stop: threading.Event) -> Result:
        with self._changed:
            self.runs += 1
            self._changed.notify_all()
        return self._run(stop)

    def reached(self, runs: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.runs >= runs, PATIENCE)


class Notes:
    """A journal that keeps everything."""

    def __init__(self) -> None:
        self.ends: list[tuple[str, JobOutcome, str]] = []
        self.next_run: datetime | None = None
        self.stale_at: datetime | None = None

    def begun(self, job: str) -> None:
        pass

    def ended(
        self,
        job: str,
        outcome: JobOutcome,
        detail: str,
        *,
        seconds: float,
        next_run: datetime | None,
        stale_at: datetime | None,
    ) -> None:
        self.ends.append((job, outcome, detail))
        self.next_run, self.stale_at = next_run, stale_at


def a_job(run: Run, *, name: str = "look", seconds: float = 3600, at_once: bool = True) -> Job:
    return Job(name=name, run=run, plan=Plan(seconds=seconds), at_once=at_once)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def started(notes: Notes) -> Iterator[Callable[..., Ticker]]:
    tickers: list[Ticker] = []

    def start(*jobs: Job) -> Ticker:
        ticker = Ticker(jobs, journal=notes)
        tickers.append(ticker)
        ticker.start()
        return ticker

    yield start
    for ticker in tickers:
        ticker.stop()
        ticker.stop()  # harmless


def test_the_first_run_comes_at_once_others_wait_for_their_time(started: Callable[..., Ticker]) -> None:
    first, later = Counted(), Counted()
    started(a_job(first), a_job(later, name="later", at_once=False))
    assert first.reached(1), "an hour is not waited for"
    assert later.runs == 0


def test_runs_go_on_by_the_clock(started: Callable[..., Ticker]) -> None:
    counted = Counted()
    started(a_job(counted, seconds=0.1))
    assert counted.reached(3)


@pytest.mark.parametrize("error", [SourceError("the folder is not there"), ZeroDivisionError("a mistake")])
def test_a_run_that_fails_is_told_and_the_next_one_comes(
    started: Callable[..., Ticker], notes: Notes, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: threading.Event) -> Result:
        raise error

    counted = Counted(fail)
    with caplog.at_level(logging.ERROR):
        started(a_job(counted, seconds=0.1))
        assert counted.reached(3)
    assert "look failed" in caplog.text
    name, outcome, detail = notes.ends[0]
    assert (name, outcome) == ("look", JobOutcome.FAILED)
    assert str(error) in detail


def test_one_job_never_runs_twice_at_a_time_however_it_is_hurried(started: Callable[..., Ticker]) -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    def slow(_: threading.Event) -> Result:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.05)
        with lock:
            inside -= 1
        return Result()

    counted = Counted(slow)
    ticker = started(a_job(counted, seconds=0.01))
    for _ in range(50):
        ticker.soon("look")
    assert counted.reached(4)
    assert most == 1


def test_a_hint_that_comes_during_a_run_is_followed_by_another_run(started: Callable[..., Ticker]) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def held(_: threading.Event) -> Result:
        entered.set()
        assert go_on.wait(PATIENCE)
        return Result()

    counted = Counted(held)
    ticker = started(a_job(counted))
    assert entered.wait(PATIENCE)
    ticker.soon("look")
    ticker.soon("look")
    go_on.set()
    assert counted.reached(2), "what came after the look had begun must not wait an hour"


def test_hints_in_a_storm_are_never_lost(started: Callable[..., Ticker]) -> None:
    done = 0
    said = 0

    def look(_: threading.Event) -> Result:
        nonlocal done
        seen = said
        time.sleep(0.001)
        done = seen
        return Result()

    ticker = started(a_job(Counted(look)))
    for said in range(1, 300):  # noqa: B007 - the job reads it
        ticker.soon("look")
        time.sleep(0.0007)
    deadline = time.monotonic() + PATIENCE
    while done < said and time.monotonic() < deadline:
        time.sleep(0.01)
    assert done == said


def test_a_slow_job_holds_up_no_other(started: Callable[..., Ticker]) -> None:
    release = threading.Event()
    quick = Counted()

    def slow(_: threading.Event) -> Result:
        release.wait(PATIENCE)
        return Result()

    started(a_job(slow, name="slow", seconds=0.05), a_job(quick, seconds=0.05))
    try:
        assert quick.reached(10)
    finally:
        release.set()


def test_stopping_asks_what_runs_to_end_and_waits_for_it(started: Callable[..., Ticker], notes: Notes) -> None:
    def long(stop: threading.Event) -> Result:
        stop.wait(PATIENCE)
        return Result(complete=False, detail="halfway")

    counted = Counted(long)
    ticker = started(a_job(counted))
    assert counted.reached(1)
    ticker.stop()
    assert notes.ends == [("look", JobOutcome.STOPPED, "halfway")]
    assert notes.next_run is None
    ticker.soon("look")
    ticker.look_at_clocks()
    assert counted.runs == 1, "nothing starts any more"


def test_another_plan_is_followed_from_now_on(started: Callable[..., Ticker]) -> None:
    counted = Counted()
    ticker = started(a_job(counted))
    assert counted.reached(1)
    ticker.replan("look", Plan(seconds=0.05))
    assert counted.reached(3)


def test_the_journal_hears_when_the_next_run_comes_and_when_to_worry(
    started: Callable[..., Ticker], notes: Notes
) -> None:
    counted = Counted()
    started(Job(name="look", run=counted, plan=Plan(crons=("0 7 * * *",)), at_once=True))
    deadline = time.monotonic() + PATIENCE
    while not notes.ends and time.monotonic() < deadline:
        time.sleep(0.01)
    assert notes.next_run is not None
    assert notes.stale_at is not None
    assert (notes.next_run.hour, notes.next_run.minute) == (7, 0)
    assert notes.stale_at == notes.next_run + timedelta(days=2, seconds=60), "two mornings may be missed, not three"


# -- a day under a false clock ----------------------------------------------------------------------------------------


class _Later(BaseExecutor):
    """Runs jobs when it is told to, in the caller's thread: as a pool would, after the scheduler has planned on."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[tuple[object, list[datetime]]] = []

    def _do_submit_job(self, job, run_times):  # type: ignore[no-untyped-def]  # APScheduler has no types
        self._waiting.append((job, run_times))

    def run_all(self) -> None:
        while self._waiting:
            job, run_times = self._waiting.pop(0)
            events = run_job(job, job._jobstore_alias, run_times, self._logger.name)  # type: ignore[attr-defined]
            self._run_job_success(job.id, events)  # type: ignore[attr-defined]


class _Simulated(BaseScheduler):
    """APScheduler itself, but for its thread: `turn` does what the thread would do when it wakes up."""

    def __init__(self, executor: _Later) -> None:
        super().__init__()
        self._executor = executor

    def wakeup(self) -> None:
        pass

    def shutdown(self, wait: bool = True) -> None:
        super().shutdown(wait)

    def turn(self) -> float:
        """Seconds until it wants to be woken again."""
        wait: float = self._process_jobs()
        self._executor.run_all()
        return wait


class Day:
    """Runs a ticker under a wall clock that may jump and a monotonic one that does not (or stands still in sleep)."""

    def __init__(self, travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch, *jobs: Job) -> None:
        self._travel = travel
        self._passed = 0.0
        self.watch = 5.0  # seconds between two looks at the clocks
        monkeypatch.setattr(clock, "monotonic", lambda: self._passed)
        executor = _Later()
        self._scheduler = _Simulated(executor)
        self.ticker = Ticker(jobs, journal=Notes(), scheduler=self._scheduler, executor=executor)
        self.ticker.start()

    @property
    def passed(self) -> float:
        """Seconds that really passed, but for those in sleep."""
        return self._passed

    def run(self, *, hours: float) -> None:
        end = self._passed + hours * 3600
        looked = self._passed
        while self._passed < end:
            wait = max(0.05, min(self._scheduler.turn(), self.watch, end - self._passed))
            self._passed += wait
            self._travel.shift(wait)
            if self._passed - looked >= self.watch:
                looked = self._passed
                self.ticker.look_at_clocks()

    def jump(self, seconds: float) -> None:
        """Somebody sets the clock, or the machine sleeps for so long."""
        self._travel.shift(seconds)


class Times(list[tuple[float, datetime]]):
    """When a job ran: (seconds that really passed, what the wall clock said)."""

    def gaps(self) -> list[float]:
        return [later[0] - earlier[0] for earlier, later in itertools.pairwise(self)]


@pytest.fixture(params=["Europe/Berlin", "Australia/Lord_Howe"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine's own zone, which must not matter."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


class Newspaper:
    """A service in small: looks every five minutes, sweeps every minute, and has one feed that is due at seven."""

    def __init__(self, store: Store, travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch) -> None:
        self.looks, self.sweeps, self.digests = Times(), Times(), Times()
        self._store = store
        jobs = (
            Job(name="refresh", run=self._look, plan=Plan(seconds=300, crons=(MORNING.cron,)), at_once=True),
            Job(name="dispatch", run=self._sweep, plan=Plan(seconds=60)),
        )
        timetables.done(store, [MORNING], now=clock.now())  # it is no new feed
        self.day = Day(travel, monkeypatch, *jobs)

    def _look(self, _: threading.Event) -> Result:
        now = clock.now()
        self.looks.append((self.day.passed, now))
        if due := timetables.due(self._store, [MORNING], now=now):
            self.digests.append((self.day.passed, now))
            timetables.done(self._store, due, now=now)
        return Result()

    def _sweep(self, _: threading.Event) -> Result:
        self.sweeps.append((self.day.passed, clock.now()))
        return Result()


MORNING = Timetable(feeds=("show/gilmore-girls",), cron="0 7 * * *")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path, write=True)
    yield store
    store.close()


@pytest.mark.parametrize(
    "start",
    [
        datetime(2026, 10, 24, 22, 2, tzinfo=UTC),  # over the end of summer time in Europe
        datetime(2026, 3, 28, 22, 2, tzinfo=UTC),  # over its beginning
    ],
    ids=["autumn", "spring"],
)
def test_in_24_hours_no_run_is_lost_or_doubled_whatever_the_zone_does(
    start: datetime, zone: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(start, tick=False) as travel:
        paper = Newspaper(store, travel, monkeypatch)
        paper.day.watch = 30
        paper.day.run(hours=24)
    assert [moment.strftime("%H:%M:%S") for _, moment in paper.digests] == ["07:00:00"]
    assert len(paper.looks) in (24 * 12 + 1, 24 * 12 + 2), "every five minutes, and once at seven"
    assert max(paper.looks.gaps()) <= 301
    assert sorted(paper.looks.gaps())[1] >= 299, "only the one at seven comes early"
    assert len(paper.sweeps) in (24 * 60 - 1, 24 * 60)
    assert max(paper.sweeps.gaps()) <= 61


@pytest.mark.parametrize(
    ("jump", "digests"),
    [(3600, 0), (-3600, 0), (7 * 3600, 0), (-7 * 3600, 0), (22 * 3600, 1), (40 * 366 * 86_400, 1)],
    ids=["+1h", "-1h", "+7h", "-7h", "+22h", "+40y"],
)
def test_a_clock_that_is_set_stops_nothing_and_bursts_nothing(
    jump: int, digests: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(datetime(2026, 5, 1, 10, 2, tzinfo=UTC), tick=False) as travel:
        paper = Newspaper(store, travel, monkeypatch)
        paper.day.run(hours=1)
        before = len(paper.looks), len(paper.sweeps)
        paper.day.jump(jump)
        paper.day.run(hours=3)
    assert max(paper.looks.gaps()) <= 310, "five minutes, and the seconds until the jump was seen"
    assert max(paper.sweeps.gaps()) <= 70
    assert len(paper.looks) - before[0] <= 3 * 12 + 3, "one run makes up for all that were missed"
    assert len(paper.sweeps) - before[1] <= 3 * 60 + 3
    assert len(paper.digests) == digests, "one for the mornings that were skipped, none for one that comes twice"


def test_a_clock_that_was_years_ahead_does_not_hold_feeds_for_years(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(datetime(2066, 5, 1, 10, 2, tzinfo=UTC), tick=False) as travel:
        paper = Newspaper(store, travel, monkeypatch)
        paper.day.run(hours=0.1)
        paper.day.jump(-40 * 366 * 86_400)
        paper.day.watch = 30
        paper.day.run(hours=24)
    assert len(paper.digests) == 2, "at once, for nobody knows what was missed, and in the morning"


def test_after_a_night_asleep_everything_is_made_up_for_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(datetime(2026, 5, 1, 23, 2, tzinfo=UTC), tick=False) as travel:
        paper = Newspaper(store, travel, monkeypatch)
        paper.day.run(hours=1)
        woken, before = paper.day.passed, len(paper.looks)
        paper.day.jump(9 * 3600)  # in sleep the monotonic clock stands still
        paper.day.run(hours=0.05)
    assert [moment.strftime("%H") for _, moment in paper.digests] == ["09"], "the seven o'clock run of the night, once"
    assert len(paper.looks) - before <= 2
    assert paper.looks[before][0] - woken <= 6
