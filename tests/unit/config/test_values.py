"""Values are understood as people mean them, or refused."""

from __future__ import annotations

import pytest

from feeder.config import values
from feeder.config.cron import normalise


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("5m", 300), ("1.5h", 5400), ("1 d", 86400), ("0.1s", 0.1)])
def test_durations(text, seconds):
    assert values.duration(text) == seconds


@pytest.mark.parametrize(("text", "count"), [("1 B", 1), ("20 MB", 20_000_000), ("500kB", 500_000), ("2 KiB", 2048)])
def test_sizes(text, count):
    assert values.size(text) == count


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (values.duration, "5"),
        (values.duration, "5 minutes"),
        (values.duration, "-5m"),
        (values.duration, "٥m"),
        (values.size, "20"),
        (values.size, "20 iB"),
        (values.zone, "../etc/passwd"),
        (values.zone, "/etc/localtime"),
        (values.zone, "Europe"),
        (values.zone, ""),
        (values.name, "  "),
        (values.name, "a\u202eb"),
        (values.name, "x" * 201),
        (values.address, "ftp://example.org/"),
        (values.address, "https:///path"),
        (values.address, "https://user:pw@example.org/"),
        (values.address, "https://example.org:70000/"),
        (values.address, "https://example.org:0/"),
        (values.address, "https://[::1/"),
        (values.address, "https://example.org/ x"),
        (values.address, "https://example.org/#part"),
        (values.site_address, "https://example.org/?a=b"),
        (values.authority, "example.org"),
        (values.authority, "Example.org,2026"),
        (values.authority, "example.org,2026-13"),
        (values.authority, "exämple.org,2026"),
        (values.language, "english!"),
        (values.network, "10.0.0.0/33"),
    ],
)
def test_what_is_not_a_value_is_refused(parse, text):
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the business of the config errors
        parse(text)


@pytest.mark.parametrize(
    ("line", "normal"),
    [
        ("*/10  * * * *", "*/10 * * * *"),
        ("0 7 * * 0", "0 7 * * sun"),
        ("0 7 * * 7", "0 7 * * sun"),
        ("0 7 * * 1-5", "0 7 * * mon,tue,wed,thu,fri"),
        ("0 7 * * FRI-7", "0 7 * * sun,fri,sat"),
        ("0 7 * * 5-7", "0 7 * * sun,fri,sat"),
        ("0 7 * * */2", "0 7 * * sun,tue,thu,sat"),
        ("0 7 1,15 JAN-jun *", "0 7 1,15 jan-jun *"),
        ("0 7 29 2 *", "0 7 29 2 *"),
        ("0 7 30 2 *", None),
        ("0 7 1 * 1", None),
        ("0 7 * *", None),
        ("60 * * * *", None),
        ("5-1 * * * *", None),
        ("*/0 * * * *", None),
        ("*-5 * * * *", None),
        ("1//2 * * * *", None),
        ("@daily", None),
    ],
)
def test_cron_lines_mean_what_crontab_means_or_are_refused(line, normal):
    if normal is None:
        with pytest.raises(ValueError, match=r"\w"):
            normalise(line)
    else:
        assert normalise(line) == normal


def test_a_cron_line_fires_on_the_days_crontab_would():
    from datetime import UTC, datetime

    from apscheduler.triggers.cron import CronTrigger

    trigger = CronTrigger.from_crontab(normalise("30 7 * * 0"), timezone=UTC)
    fires = trigger.get_next_fire_time(None, datetime(2026, 3, 2, tzinfo=UTC))  # a Monday
    assert fires == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)  # the Sunday after it
