"""For how long a published file will not change: what readers and caches are told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from feeder.config import Schedule, Timetable
from feeder.model import Form, TopicKind
from feeder.service import clock

#: Seconds at most where a change may come at any time: whoever asks less often learns of it late.
LONGEST = 300
_DAY = 86400
#: After an occasion its feeds are being written: they are not called fresh until the one that follows.
_WRITING = timedelta(seconds=LONGEST)

_FEED = re.compile(
    rf"feeds/(?P<name>all|(?P<kind>{'|'.join(TopicKind)})/[a-z0-9-]+)(?P<archive>/[1-9][0-9]*)?[.](?:{'|'.join(Form)})"
)


def feed_names(path: str) -> tuple[str, ...]:
    """How settings may speak of the feed at this path below the published folder, or of the feed that it is an archive
    of: "show/gilmore-girls" and "show/*". () for what is no feed."""
    found = _FEED.fullmatch(path)
    if found is None:
        return ()
    return (found["name"],) if found["kind"] is None else (found["name"], f"{found['kind']}/*")


def is_current(path: str) -> bool:
    """Whether it is the document of a feed that subscribers ask for, not an archive."""
    found = _FEED.fullmatch(path)
    return found is not None and found["archive"] is None


class Freshness:
    """Called with a path below the published folder: whole seconds, at least 1.

    Feeds with a timetable stay as they are until it comes round. All others may change with the next article, or when
    somebody corrects a tag, so they are fresh until the next look, and no longer than `LONGEST`.
    """

    def __init__(
        self, schedule: Schedule, timetables: Iterable[Timetable] = (), *, now: Callable[[], datetime] = clock.now
    ) -> None:
        self._now = now
        self._schedule = schedule
        self._crons: Mapping[str, tuple[str, ...]] = _by_name(timetables)
        self._next: dict[str, tuple[datetime, datetime]] = {}  #: cron -> (first one after, first one)

    def __call__(self, path: str) -> int:
        crons = {cron for name in feed_names(path) for cron in self._crons.get(name, ())} if self._crons else ()
        if not crons:
            return self._ordinary()
        now = self._now()
        following = min(self._occasion(cron, after=now - _WRITING) for cron in crons)
        return self._ordinary() if following <= now else min(_DAY, _seconds(following - now))

    def _ordinary(self) -> int:
        if self._schedule.cron is None:
            return max(1, min(LONGEST, int(self._schedule.seconds or LONGEST)))
        now = self._now()
        return min(LONGEST, _seconds(self._occasion(self._schedule.cron, after=now) - now))

    def _occasion(self, cron: str, *, after: datetime) -> datetime:
        """The first one after the moment; worked out anew only when it has passed, or the clock was set back."""
        from feeder.service.occasions import next_occasion  # brings the scheduler along

        since, known = self._next.get(cron, (after, after))
        if not since <= after < known:
            known = next_occasion(cron, after=after)
            self._next[cron] = after, known
        return known


def _by_name(timetables: Iterable[Timetable]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for timetable in timetables:
        for name in timetable.feeds:
            found[name] = (*found.get(name, ()), timetable.cron)
    return found


def _seconds(span: timedelta) -> int:
    return max(1, int(span.total_seconds()))
