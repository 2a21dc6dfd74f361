"""When a cron line comes round, in UTC: in a zone with summer time 02:30 comes twice in autumn, never in spring."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger


def next_occasion(cron: str, *, after: datetime) -> datetime:
    """The first moment after `after` at which this line (as config.cron normalises it) comes round."""
    found: datetime | None = CronTrigger.from_crontab(cron, timezone=UTC).get_next_fire_time(
        None, after.astimezone(UTC) + timedelta(seconds=1)
    )
    if found is None:
        raise ValueError(f"{cron} never comes round again")
    return found
