"""When a message may go out: digests, quiet hours, muting. Clocks are those of the owner's place."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feeder.model import Quiet, Rhythm, Watch


def next_digest(rhythm: Rhythm, *, after: datetime) -> datetime:
    """The first moment of the rhythm later than `after`, in UTC.

    A time that summer time skips comes an hour late that day; of one that comes twice, the first is taken.
    """
    day = after.astimezone(rhythm.zone).date()
    for ahead in range(9):
        date = day + timedelta(days=ahead)
        if rhythm.weekday is not None and date.weekday() != rhythm.weekday:
            continue
        moment = _moment(datetime.combine(date, rhythm.at), rhythm.zone)
        if moment > after:
            return moment
    raise AssertionError("every weekday comes within nine days")


def audible(quiet: Quiet | None, moment: datetime) -> datetime:
    """`moment`, or the end of the quiet hours that it lies in."""
    if quiet is None:
        return moment
    local = moment.astimezone(quiet.zone)
    clock = time(local.hour, local.minute, local.second)
    over_midnight = quiet.start > quiet.end
    if over_midnight:
        if quiet.end <= clock < quiet.start:
            return moment
    elif not quiet.start <= clock < quiet.end:
        return moment
    day = local.date() + timedelta(days=1 if over_midnight and clock >= quiet.start else 0)
    return max(moment, _moment(datetime.combine(day, quiet.end), quiet.zone))


def is_muted(watch: Watch, now: datetime) -> bool:
    return watch.muted_until is not None and now < watch.muted_until


def is_too_old(watch: Watch, published: datetime, now: datetime) -> bool:
    return watch.max_age is not None and (now - published).total_seconds() > watch.max_age


def _moment(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)
