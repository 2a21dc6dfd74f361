"""What a service did last and does next, for whoever asks from another process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feeder.config import Settings
from feeder.service import timetables
from feeder.service.health import health
from feeder.service.occasions import next_occasion
from feeder.storage import JobRecord, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Feeds with times of their own."""

    feeds: tuple[str, ...]
    cron: str
    last: datetime | None  #: when they were last brought up to date
    next: datetime
    due: bool  #: the next look brings them up to date


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    jobs: tuple[JobRecord, ...]  #: by name
    timetables: tuple[Waiting, ...]
    problems: tuple[str, ...]  #: as in Health


def agenda(settings: Settings, *, now: datetime) -> Agenda:
    """Read from the store, beside whoever writes to it. Raises StateError where there is none yet."""
    store = open_store(settings.state_folder, write=False)
    try:
        due = timetables.due(store, settings.timetables, now=now)
        found = health(store, now=now)
        return Agenda(
            jobs=found.jobs,
            timetables=tuple(
                Waiting(
                    feeds=it.feeds,
                    cron=it.cron,
                    last=timetables.last_time(store, it),
                    next=next_occasion(it.cron, after=now),
                    due=it in due,
                )
                for it in settings.timetables
            ),
            problems=found.problems,
        )
    finally:
        store.close()
