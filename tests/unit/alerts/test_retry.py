"""A message outlasts three days of a receiver's trouble, and no receiver can make us wait for ever or hammer it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.alerts.retry import JITTER, LONGEST_WAIT, SCHEDULE, asked_wait, next_attempt

NOW = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
JITTERS = st.floats(0, 1, exclude_max=True)
WAITS = st.none() | st.floats(0, allow_nan=False)


def delay(attempts: int, *, retry_after: float | None = None, jitter: float = 0.5) -> float:
    at = next_attempt(attempts=attempts, now=NOW, retry_after=retry_after, jitter=jitter)
    assert at is not None
    return (at - NOW).total_seconds()


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    minutes, hours = 60, 3600
    assert [delay(n) for n in range(10)] == [
        0, 5, 5 * minutes, 30 * minutes, 2 * hours, 5 * hours, 10 * hours, 14 * hours, 20 * hours, 24 * hours
    ]  # fmt: skip
    assert sum(SCHEDULE) == 75 * hours + 35 * minutes + 5


@pytest.mark.parametrize("attempts", [10, 11, 1000])
def test_after_ten_attempts_it_is_over_whatever_the_receiver_asks(attempts: int) -> None:
    assert next_attempt(attempts=attempts, now=NOW, retry_after=5, jitter=0.5) is None


@given(st.integers(0, 9), WAITS, JITTERS)
def test_a_delay_keeps_its_bounds(attempts: int, retry_after: float | None, jitter: float) -> None:
    found = delay(attempts, retry_after=retry_after, jitter=jitter)
    base = SCHEDULE[attempts]
    assert found >= base * (1 - JITTER)
    assert found <= max(base * (1 + JITTER) + 1, LONGEST_WAIT)
    assert found >= min(retry_after or 0, LONGEST_WAIT)
    assert found == int(found)


@given(st.integers(0, 8), WAITS, JITTERS)
def test_later_attempts_never_wait_less(attempts: int, retry_after: float | None, jitter: float) -> None:
    now, then = (delay(n, retry_after=retry_after, jitter=jitter) for n in (attempts, attempts + 1))
    assert now <= then


@given(st.integers(0, 9), st.floats(0, 1e12), st.floats(0, 1e12), JITTERS)
def test_asking_for_more_never_brings_it_sooner(attempts: int, one: float, other: float, jitter: float) -> None:
    less, more = sorted((one, other))
    assert delay(attempts, retry_after=less, jitter=jitter) <= delay(attempts, retry_after=more, jitter=jitter)
    assert delay(attempts, jitter=jitter) <= delay(attempts, retry_after=less, jitter=jitter)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 120\t", 120),
        ("0", 0),
        ("007", 7),
        ("Sun, 29 Mar 2026 01:01:59 GMT", 120),
        ("Sunday, 29-Mar-26 01:01:59 GMT", 120),
        ("Sun Mar 29 01:01:59 2026", 120),
        ("Sun, 29 Mar 2026 03:01:59 +0200", 120),
        ("Sun, 29 Mar 2026 00:00:00 GMT", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("100000000000000000000", 1e20),
        (None, None),
        ("", None),
        ("-5", None),
        ("+5", None),
        ("1.5", None),
        ("1e3", None),
        ("٣", None),
        ("soon", None),
        ("120, 60", None),
        ("Sun, 99 Mar 2026 01:01:59 GMT", None),
        ("Sun, 29 Mar 99999999999 01:01:59 GMT", None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_what_a_receiver_asks_for_is_understood_or_ignored(header: str | None, seconds: float | None) -> None:
    assert asked_wait(header, now=NOW) == seconds


@given(st.text() | st.integers().map(str) | st.datetimes().map(lambda d: d.strftime("%a, %d %b %Y %H:%M:%S GMT")))
def test_no_header_can_break_or_stall_the_schedule(header: str) -> None:
    wait = asked_wait(header, now=NOW)
    assert wait is None or wait >= 0
    at = next_attempt(attempts=1, now=NOW, retry_after=wait, jitter=0.0)
    assert at is not None
    assert NOW < at <= NOW + timedelta(seconds=LONGEST_WAIT)


def test_five_thousand_digits_are_a_day() -> None:
    assert delay(1, retry_after=asked_wait("9" * 5000, now=NOW)) == LONGEST_WAIT
