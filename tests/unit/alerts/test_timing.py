"""Nobody is woken up, and a digest comes when its owner's clocks say so, also when they are put back or on."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.alerts import audible, next_digest
from feeder.model import Quiet, Rhythm

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NIGHT = Quiet(start=time(22), end=time(7), zone=BERLIN)
MOMENTS = st.integers(0, 400_000_000).map(lambda seconds: datetime(2018, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
ZONES = st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("UTC"), ZoneInfo("Australia/Lord_Howe")])
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-01-15 06:59:59", "2026-01-15 07:00"),
        ("2026-01-15 07:00", "2026-01-16 07:00"),
        ("2026-07-15 05:59", "2026-07-15 06:00"),
        ("2026-03-28 08:00", "2026-03-29 06:00"),
        ("2026-10-24 08:00", "2026-10-25 07:00"),
    ],
    ids=["winter", "a day on", "summer", "the day clocks go forward", "the day they go back"],
)
def test_a_daily_digest_is_due_at_eight_in_berlin(after: str, due: str) -> None:
    assert next_digest(Rhythm(at=time(8), zone=BERLIN), after=at(after)) == at(due)


@pytest.mark.parametrize(
    ("rhythm", "day", "due"),
    [
        (Rhythm(at=time(2, 30), zone=BERLIN), "2026-03-28 12:00", "2026-03-29 01:30"),
        (Rhythm(at=time(2, 30), zone=BERLIN), "2026-10-24 12:00", "2026-10-25 00:30"),
        (Rhythm(at=time(2, 30), zone=NEW_YORK), "2026-03-07 12:00", "2026-03-08 07:30"),
        (Rhythm(at=time(9), zone=BERLIN, weekday=4), "2026-11-25 12:00", "2026-11-27 08:00"),
    ],
    ids=["skipped", "twice", "skipped in New York", "a Friday"],
)
def test_an_hour_that_is_skipped_or_comes_twice_gives_one_digest(rhythm: Rhythm, day: str, due: str) -> None:
    assert next_digest(rhythm, after=at(day)) == at(due)


@given(MOMENTS, ZONES, TIMES, st.none() | st.integers(0, 6))
def test_a_digest_is_always_ahead_and_within_its_period(
    after: datetime, zone: ZoneInfo, hour: time, weekday: int | None
) -> None:
    due = next_digest(Rhythm(at=hour, zone=zone, weekday=weekday), after=after)
    assert after < due <= after + timedelta(days=1 if weekday is None else 7, hours=2)


@pytest.mark.parametrize(
    ("now", "heard"),
    [
        ("2026-01-15 20:59:59", "2026-01-15 20:59:59"),
        ("2026-01-15 21:00", "2026-01-16 06:00"),
        ("2026-01-16 05:59:59", "2026-01-16 06:00"),
        ("2026-01-16 06:00", "2026-01-16 06:00"),
        ("2026-03-28 23:00", "2026-03-29 05:00"),
        ("2026-10-24 23:00", "2026-10-25 06:00"),
    ],
)
def test_what_comes_at_night_is_sent_in_the_morning(now: str, heard: str) -> None:
    assert audible(NIGHT, at(now)) == at(heard)


def test_quiet_hours_may_lie_within_a_day() -> None:
    siesta = Quiet(start=time(13), end=time(15), zone=ZoneInfo("UTC"))
    assert audible(siesta, at("2026-01-15 14:00")) == at("2026-01-15 15:00")
    assert audible(siesta, at("2026-01-15 15:00")) == at("2026-01-15 15:00")
    assert audible(None, at("2026-01-15 14:00")) == at("2026-01-15 14:00")


@given(MOMENTS, ZONES, TIMES, TIMES)
def test_what_is_put_off_is_put_off_once_and_less_than_a_day(
    now: datetime, zone: ZoneInfo, start: time, end: time
) -> None:
    if start == end:
        return
    heard = audible(Quiet(start=start, end=end, zone=zone), now)
    assert now <= heard <= now + timedelta(hours=25)
    again = audible(Quiet(start=start, end=end, zone=zone), heard)
    assert again == heard or abs((again - heard).total_seconds()) <= 2 * 3600, "but for the hour that comes twice"
