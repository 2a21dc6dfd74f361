"""Dates as news pages, front matter, datelines and file names write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: i for i, name in enumerate(_MONTH_NAMES, start=1)}
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_TIME = (
    r"(?:(?:,|T|\s+at|\s*[-–—|@•])?\s*(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?)?(?:\s*\(?(?P<zone>Z\b|[ECMP][SD]?T\b|GMT\b|UTC\b|BST\b|[+-]\d{2}:?\d{2}))?)?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d{2})(?!\d)"
_WRITTEN = (
    re.compile(rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}{_TIME}", re.I),
    re.compile(rf"(?<![\d.]){_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}{_TIME}", re.I),
    re.compile(rf"(?<![\d-]){_YEAR}(?P<sep>[-/.])(?P<month>\d{{1,2}})(?P=sep){_DAY}(?!\d){_TIME}", re.I),
    # month first, as in the United States, unless that month does not exist
    re.compile(rf"(?<![\d/])(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/{_YEAR}{_TIME}", re.I),
)
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?$")
# fixed offsets: what "ET" means in an article's header is within an hour, and no zone database is asked
_ZONES = {"E": -5, "C": -6, "M": -7, "P": -8}
_BESIDE_A_DATE = re.compile(r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|at|on)\b|[\W_]", re.I)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_LONGEST = 200  # characters in which a date is looked for


def parse(written: str, *, zone: tzinfo) -> datetime | None:
    """The moment `written` names, in UTC and whole seconds; None where it names none or an impossible one.

    A time without a zone is in `zone`; a date without a time is its first moment there.
    """
    written = written.strip()[:_LONGEST]
    if _EPOCH.match(written):
        return _utc(datetime.fromtimestamp(int(written[:10]), UTC), zone)
    try:
        return _utc(datetime.fromisoformat(written), zone)
    except (ValueError, OverflowError):
        # the e-mail parser takes "9 a.m. ET" for nine o'clock in no zone, so it comes last
        found = find(written, zone=zone)
    if found is not None or not written:
        return found
    try:
        return _utc(parsedate_to_datetime(written), zone)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None


def find(text: str, *, zone: tzinfo) -> datetime | None:
    """The first full date in a short text, as `parse`."""
    text = text[:_LONGEST]
    found = [m for form in _WRITTEN if (m := form.search(text))]
    for m in sorted(found, key=lambda m: m.start()):
        moment = _of_match(m, zone)
        if moment is not None:
            return moment
    return None


def span(text: str) -> tuple[int, int] | None:
    """Where the first full date in a short text stands, its time of day included."""
    text = text[:_LONGEST]
    found = [m.span() for form in _WRITTEN if (m := form.search(text)) and _of_match(m, UTC)]
    return min(found, default=None)


def is_all_of(text: str) -> bool:
    """Whether a line is a date and nothing else but a weekday and punctuation."""
    found = span(text)
    return found is not None and not _BESIDE_A_DATE.sub("", text[: found[0]] + text[found[1] :])


def in_file_name(name: str, *, zone: tzinfo) -> datetime | None:
    """The date a file name begins with or holds: 2021-06-30-..., 20210630."""
    for m in _COMPACT.finditer(name):
        try:
            return _utc(datetime(int(m[1]), int(m[3]), int(m[4])), zone)  # noqa: DTZ001 - _utc puts it into `zone`
        except ValueError:
            continue
    return None


def _of_match(m: re.Match[str], zone: tzinfo) -> datetime | None:
    parts = m.groupdict()
    month, day = parts["month"], int(parts["day"])
    number = int(month) if month.isdigit() else _MONTHS[month[:3].lower()]
    if "/" in m[0] and number > 12 >= day and m.re is _WRITTEN[-1]:
        number, day = day, number
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    half = (parts["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif parts["minute"] is None:
        hour = 0  # a bare number after a date is not a time
    try:
        moment = datetime(int(parts["year"]), number, day, hour, minute, second)  # noqa: DTZ001 - as above
        return _utc(moment, _named_zone(parts["zone"]) or zone)
    except ValueError:
        return None


def _named_zone(name: str | None) -> tzinfo | None:
    if not name:
        return None
    name = name.upper()
    if name in ("Z", "GMT", "UTC"):
        return UTC
    if name == "BST":
        return timezone(timedelta(hours=1))
    if name[0] in "+-":
        offset = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
        return timezone(offset if name[0] == "+" else -offset)
    return timezone(timedelta(hours=_ZONES[name[0]] + (name[1] == "D")))


def _utc(moment: datetime, zone: tzinfo) -> datetime | None:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC).replace(microsecond=0)
