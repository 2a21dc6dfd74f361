"""When a failed delivery is tried again."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_MINUTE, _HOUR = 60, 3600

#: Seconds before attempt 1, 2, ... : the schedule of Standard Webhooks 1.0.0, 75 h 35 min in all.
SCHEDULE = (
    0,
    5,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
#: Share of a delay by which it may be shorter or longer, so that receivers are not met by a herd when they come back.
JITTER = 0.2
#: Seconds: the longest a receiver may ask us to wait.
LONGEST_WAIT = 24 * _HOUR


def next_attempt(*, attempts: int, now: datetime, retry_after: float | None, jitter: float) -> datetime | None:
    """The time of the attempt after `attempts` of them, counted from the last one's end; None: the schedule is over.

    `jitter` in [0, 1) is drawn by the caller. `retry_after`, in seconds, can only put the attempt off, to
    `LONGEST_WAIT` at most. Whole seconds, never earlier than asked.
    """
    if attempts >= len(SCHEDULE):
        return None
    delay = SCHEDULE[attempts] * (1 + JITTER * (2 * jitter - 1))
    if retry_after is not None:
        delay = max(delay, min(retry_after, LONGEST_WAIT))
    return now + timedelta(seconds=math.ceil(delay))


def asked_wait(value: str | None, *, now: datetime) -> float | None:
    """Seconds from now that a Retry-After header asks for, >= 0; None where it is absent or makes no sense.

    Both forms of RFC 9110 section 10.2.3: seconds, or a date. A date that has passed asks for nothing.
    """
    text = (value or "").strip(" \t")
    if re.fullmatch(r"[0-9]+", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return max(0.0, (moment - now).total_seconds())
    except OverflowError:
        return None
