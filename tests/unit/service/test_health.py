"""Whoever asks how feeder is doing hears what is wrong, and nothing that is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeder.service.health import health
from feeder.service.journal import Journal
from feeder.service.reloading import Reloaded, remember
from feeder.storage import JobOutcome, JobRecord, Store, open_store
from tests.builders import NOON, a_delivery, a_stored_entry

MINUTE = timedelta(minutes=1)
WELL = JobRecord(
    name="refresh",
    started=NOON,
    seconds=0.5,
    outcome=JobOutcome.DONE,
    succeeded=NOON,
    next_run=NOON + 5 * MINUTE,
    stale_at=NOON + 16 * MINUTE,
    runs=1,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path, write=True)
    yield store
    store.close()


def test_before_the_first_look_it_is_not_ready(store: Store) -> None:
    assert not health(store, now=NOON).ready
    store.put_job(JobRecord(name="refresh", started=NOON))
    assert not health(store, now=NOON).ready


def test_after_it_all_is_well(store: Store) -> None:
    store.put_job(WELL)
    found = health(store, now=NOON + MINUTE)
    assert (found.ready, found.problems, found.lag) == (True, (), 0.0)


def test_whoever_only_reads_is_not_the_service(store: Store, tmp_path: Path) -> None:
    store.put_job(WELL)
    reader = open_store(tmp_path, write=False)
    assert not health(reader, now=NOON).ready
    reader.close()


def test_one_look_that_fails_is_told_while_feeds_are_still_fresh(store: Store) -> None:
    store.put_job(replace(WELL, outcome=JobOutcome.FAILED, detail="the disk is full"))
    found = health(store, now=NOON + MINUTE)
    assert found.ready
    assert found.problems == ("refresh failed: the disk is full",)


def test_feeds_that_nobody_refreshes_are_not_fresh_for_ever(store: Store) -> None:
    store.put_job(WELL)
    found = health(store, now=NOON + 20 * MINUTE)
    assert not found.ready
    assert found.problems == ("refresh has succeeded not since 2021-06-15 12:00 UTC",)
    assert found.lag == 15 * 60


def test_a_long_look_is_at_work_not_stuck_unless_it_takes_hours(store: Store) -> None:
    store.put_job(replace(WELL, started=NOON + 5 * MINUTE, seconds=None, outcome=None))
    busy = health(store, now=NOON + 30 * MINUTE)
    assert (busy.ready, busy.problems, busy.lag) == (True, (), 0.0)
    assert not health(store, now=NOON + 90 * MINUTE).ready


def test_a_message_that_waits_too_long_is_lag_unless_nobody_configured_its_endpoint(store: Store) -> None:
    with store.transaction():
        store.put_entry(a_stored_entry(), topics=(), marks=())
        store.outbox.add(a_delivery(next_at=NOON), now=NOON)
    assert health(store, now=NOON + MINUTE, endpoints=("desk",)).lag == 60
    assert health(store, now=NOON + MINUTE).lag == 0


def test_a_refused_configuration_is_told_since_when_until_it_is_mended(store: Store) -> None:
    refused = Reloaded(settings=None, error="config.toml:3: [feeds] limit: expected ...", restart_for=())
    remember(store, refused, now=NOON)
    remember(store, refused, now=NOON + MINUTE)
    found = health(store, now=NOON + 2 * MINUTE)
    assert (found.config_error, found.config_error_since) == (refused.error, NOON)
    assert "config.toml:3" in found.problems[-1]
    remember(store, Reloaded(settings=None, error=None, restart_for=("[server] port",)), now=NOON)
    found = health(store, now=NOON)
    assert (found.config_error, found.config_error_since, found.restart_for) == (None, None, ("[server] port",))
    assert found.problems == ("restart feeder for [server] port",)


def test_a_job_that_died_with_its_process_does_not_look_as_if_it_ran_for_ever(store: Store) -> None:
    store.put_job(replace(WELL, seconds=None, outcome=None, runs=3))
    Journal(store)
    (record,) = store.jobs()
    assert (record.outcome, record.detail, record.runs) == (JobOutcome.STOPPED, "feeder was killed", 3)


def test_a_service_that_has_ended_promises_nothing(store: Store) -> None:
    store.put_job(WELL)
    journal = Journal(store)
    journal.closed()
    found = health(store, now=NOON + timedelta(days=1))
    assert (found.problems, found.lag) == ((), 0.0)


def test_runs_and_failures_are_counted_over_restarts(store: Store) -> None:
    for outcome in (JobOutcome.DONE, JobOutcome.FAILED, JobOutcome.DONE):
        journal = Journal(store)
        journal.begun("refresh")
        journal.ended("refresh", outcome, "it", seconds=1.0, next_run=NOON, stale_at=NOON)
    (record,) = store.jobs()
    assert (record.runs, record.failures, record.detail) == (3, 1, "it")
