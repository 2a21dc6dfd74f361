"""Ticks come, errors do not stop them, stopping waits for what is under way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from feeder.config import Schedule
from feeder.errors import SourceError
from feeder.service.schedule import Stopping, Ticker

PATIENCE = 30  # seconds; a deadline for a loaded machine, not a wait


class Counted:
    """A job that counts its runs and lets a test wait for one."""

    def __init__(self, job: Callable[[Stopping], object] = lambda _: None) -> None:
        self._job = job
        self._changed = threading.Condition()
        self.runs = 0

    def __call__(self, stopping: Stopping) -> None:
        with self._changed:
            self.runs += 1
            self._changed.notify_all()
        self._job(stopping)

    def reached(self, runs: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.runs >= runs, PATIENCE)


def ticker(refresh: Counted, dispatch: Counted, *, seconds: float = 3600, dispatch_every: float = 3600) -> Ticker:
    return Ticker(refresh=refresh, dispatch=dispatch, schedule=Schedule(seconds=seconds), dispatch_every=dispatch_every)


def test_the_first_look_comes_at_once_and_alerts_right_after_it() -> None:
    refresh, dispatch = Counted(), Counted()
    service = ticker(refresh, dispatch)
    service.start()
    try:
        assert refresh.reached(1)
        assert dispatch.reached(1), "an hour is not waited for"
    finally:
        service.stop()
    service.stop()


def test_looks_and_alerts_go_on_by_the_clock() -> None:
    refresh, dispatch = Counted(), Counted()
    service = ticker(refresh, dispatch, seconds=0.1, dispatch_every=0.1)
    service.start()
    try:
        assert refresh.reached(3)
        assert dispatch.reached(3)
    finally:
        service.stop()


@pytest.mark.parametrize("error", [SourceError("the folder is not there"), ZeroDivisionError("a mistake")])
def test_a_look_that_fails_is_logged_and_the_next_one_comes(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Stopping) -> None:
        raise error

    refresh, dispatch = Counted(fail), Counted()
    service = ticker(refresh, dispatch, seconds=0.1)
    with caplog.at_level(logging.ERROR):
        service.start()
        try:
            assert refresh.reached(2)
            assert dispatch.reached(1)
        finally:
            service.stop()
    assert "refresh failed" in caplog.text


def test_one_job_never_runs_twice_at_a_time() -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    def slow(_: Stopping) -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.05)
        with lock:
            inside -= 1

    refresh = Counted(slow)
    service = ticker(refresh, Counted(), seconds=0.01)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of each tick that it skips
    service.start()
    try:
        assert refresh.reached(4)
    finally:
        service.stop()
    assert most == 1


def test_stopping_asks_the_running_look_to_end_and_waits_for_it() -> None:
    ended = threading.Event()

    def long(stopping: Stopping) -> None:
        pause = threading.Event()
        while not stopping():
            pause.wait(0.01)
        ended.set()

    refresh = Counted(long)
    service = ticker(refresh, Counted())
    service.start()
    assert refresh.reached(1)
    service.stop()
    assert ended.is_set()


def test_a_cron_line_is_understood() -> None:
    refresh = Counted()
    service = Ticker(refresh=refresh, dispatch=Counted(), schedule=Schedule(cron="*/10 * * * *"))
    service.start()
    try:
        assert refresh.reached(1)
    finally:
        service.stop()
