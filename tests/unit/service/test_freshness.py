"""Readers are told to come back when there may be something new."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feeder.config import Schedule, Timetable
from feeder.service.freshness import Freshness, feed_names, is_current

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAILY = Timetable(feeds=("show/gilmore-girls", "event/*", "all"), cron="0 7 * * *")


class Clock:
    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("feeds/all.atom", ("all",)),
        ("feeds/show/gilmore-girls.rss", ("show/gilmore-girls", "show/*")),
        ("feeds/show/gilmore-girls/3.json", ("show/gilmore-girls", "show/*")),
        ("feeds/nothing/x.atom", ()),
        ("index.html", ()),
        ("feeds.opml", ()),
        ("feeds/show/../all.atom", ()),
    ],
)
def test_settings_speak_of_a_feed_by_its_address(path: str, names: tuple[str, ...]) -> None:
    assert feed_names(path) == names


def test_an_archive_is_not_what_people_subscribe_to() -> None:
    assert is_current("feeds/show/x.atom")
    assert not is_current("feeds/show/x/1.atom")
    assert not is_current("feeds.opml")


@pytest.mark.parametrize(("seconds", "age"), [(30.0, 30), (300.0, 300), (86400.0, 300), (0.5, 1)])
def test_a_feed_that_may_change_at_any_time_is_asked_for_soon(seconds: float, age: int) -> None:
    assert Freshness(Schedule(seconds=seconds))("feeds/all.atom") == age


def test_a_cron_line_says_when_the_next_look_is() -> None:
    clock = Clock(NOON + timedelta(minutes=8, seconds=30))
    fresh = Freshness(Schedule(cron="*/10 * * * *"), now=clock)
    assert fresh("feeds/all.atom") == 90
    clock.now = NOON + timedelta(minutes=10)
    assert fresh("feeds/all.atom") == 300


@pytest.mark.parametrize("path", ["feeds/all.atom", "feeds/show/gilmore-girls/2.rss", "feeds/event/casting.json"])
def test_a_feed_with_a_timetable_is_fresh_until_it_comes_round(path: str) -> None:
    clock = Clock()
    fresh = Freshness(Schedule(seconds=60.0), [DAILY], now=clock)
    assert fresh(path) == 19 * 3600
    clock.now += timedelta(hours=18, minutes=59)
    assert fresh(path) == 60
    clock.now += timedelta(minutes=2)
    assert fresh(path) == 60, "it is being written: a reader must not keep the old one for a day"
    clock.now += timedelta(minutes=10)
    assert fresh(path) == 86400 - 11 * 60
    assert fresh("feeds/show/fargo.atom") == 60


def test_the_earliest_of_several_timetables_counts_and_a_clock_set_back_is_noticed() -> None:
    clock = Clock()
    noonish = Timetable(feeds=("event/*",), cron="30 12 * * *")
    fresh = Freshness(Schedule(seconds=60.0), [DAILY, noonish], now=clock)
    assert fresh("feeds/event/casting.atom") == 1800
    clock.now -= timedelta(days=3, hours=6)
    assert fresh("feeds/event/casting.atom") == 3600
