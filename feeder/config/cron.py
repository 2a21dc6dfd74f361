"""Cron lines: checked, and with weekdays written so that no scheduler can misread them.

crontab(5) counts weekdays from Sunday = 0, APScheduler from Monday = 0; names mean the same everywhere.
"""

from __future__ import annotations

import re
from itertools import pairwise

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def normalise(line: str) -> str:
    """`line` ("*/10 * * * *") with single blanks and weekdays as names; raises ValueError with what is wrong."""
    fields = line.lower().split()
    if len(fields) != 5:
        raise ValueError(f"it has {len(fields)} fields")
    minute, hour, day, month, weekday = fields
    _numbers(minute, "minute", 0, 59)
    _numbers(hour, "hour", 0, 23)
    days = _numbers(day, "day of the month", 1, 31)
    months = _numbers(month, "month", 1, 12, names=dict(zip(_MONTHS, range(1, 13), strict=True)))
    names = {name: number for number, name in enumerate(_WEEKDAYS)}
    weekdays = {number % 7 for number in _numbers(weekday, "day of the week", 0, 7, names=names)}
    if len(weekdays) < 7 and day != "*":
        # crontab(5) fires when either matches, APScheduler when both do
        raise ValueError("give a day of the month or a day of the week, not both")
    if min(days) > max(_LONGEST[number - 1] for number in months):
        raise ValueError("there is no such day in these months")
    named = "*" if len(weekdays) == 7 else ",".join(_WEEKDAYS[number] for number in sorted(weekdays))
    return " ".join((minute, hour, day, month, named))


def _numbers(field: str, what: str, low: int, high: int, *, names: dict[str, int] | None = None) -> set[int]:
    """Every number that `field` stands for."""
    names = names or {}
    found: set[int] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d{1,4}))?", part, re.ASCII)
        if match is None or (match[1] == "*" and match[2]):
            raise ValueError(f"{what}: {part!r} is not understood")
        if match[1] == "*":
            ends = [low, high]
        else:
            words = [word for word in match.group(1, 2) if word]
            ends = [names.get(word, int(word) if word.isdecimal() else -1) for word in words]
            if match[3] and len(ends) == 1:
                ends.append(high)
        if any(not low <= end <= high for end in ends):
            raise ValueError(f"{what}: {part!r} is not within {low} to {high}")
        if any(first > last for first, last in pairwise(ends)):
            raise ValueError(f"{what}: {part!r} runs backwards")
        step = int(match[3] or 1)
        if step < 1:
            raise ValueError(f"{what}: {part!r} has a step of nothing")
        found.update(range(ends[0], ends[-1] + 1, step))
    return found
