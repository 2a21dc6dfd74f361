"""Feeds with times of their own change then, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feeder.config import Timetable
from feeder.model import TopicKind
from feeder.service import timetables
from feeder.service.occasions import next_occasion
from feeder.storage import Store, open_store
from feeder.topics import ALL
from tests.builders import a_topic

MORNING = Timetable(feeds=("show/gilmore-girls", "event/*"), cron="0 7 * * *")
HOURLY = Timetable(feeds=("show/gilmore-girls", "all"), cron="0 * * * *")
SIX = datetime(2026, 5, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path, write=True)
    yield store
    store.close()


def test_a_new_timetable_is_due_then_waits_for_its_time_and_comes_once(store: Store) -> None:
    assert timetables.due(store, [MORNING], now=SIX) == (MORNING,)
    timetables.done(store, [MORNING], now=SIX)
    assert timetables.due(store, [MORNING], now=SIX + timedelta(minutes=59)) == ()
    seven = SIX + timedelta(hours=1)
    assert timetables.due(store, [MORNING], now=seven) == (MORNING,)
    timetables.done(store, [MORNING], now=seven)
    assert timetables.due(store, [MORNING], now=seven) == ()
    assert timetables.due(store, [MORNING], now=SIX) == (), "the clock was set back an hour"


def test_days_without_power_are_made_up_for_once(store: Store) -> None:
    timetables.done(store, [MORNING], now=SIX)
    later = SIX + timedelta(days=3)
    assert timetables.due(store, [MORNING], now=later) == (MORNING,)
    timetables.done(store, [MORNING], now=later)
    assert timetables.due(store, [MORNING], now=later) == ()


def test_only_feeds_that_are_named_wait_and_one_that_is_due_anywhere_does_not() -> None:
    show, other = a_topic("Gilmore Girls"), a_topic("This Is Us")
    event = a_topic("Casting", kind=TopicKind.EVENT)
    held = timetables.held([MORNING, HOURLY], [])
    assert held(show, "gilmore-girls")
    assert held(event, "casting")
    assert held(ALL, "all")
    assert not held(other, "this-is-us")
    hourly = timetables.held([MORNING, HOURLY], [HOURLY])
    assert not hourly(show, "gilmore-girls")
    assert hourly(event, "casting")


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("0 7 * * *", "2026-05-01T07:00:00", "2026-05-02T07:00:00"),
        ("0 7 * * mon", "2026-05-01T07:00:00", "2026-05-04T07:00:00"),
        ("0 7 29 2 *", "2026-05-01T07:00:00", "2028-02-29T07:00:00"),
        ("30 2 * * *", "2026-03-28T12:00:00", "2026-03-29T02:30:00"),
    ],
)
def test_occasions_are_those_of_the_calendar_in_utc(cron: str, after: str, expected: str) -> None:
    found = next_occasion(cron, after=datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
