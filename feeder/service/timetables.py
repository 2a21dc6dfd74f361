"""Which feeds wait for their time. Decided from the store and the time alone: an occasion that passed while feeder was
off or asleep is made up for by the next look, and none counts twice, however often one looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from feeder.config import Timetable
from feeder.model import Topic, TopicKind
from feeder.storage import Store

#: A last time that lies further ahead was written under a clock that was wrong, and does not count.
_AHEAD = timedelta(days=1)

Held = Callable[[Topic, str], bool]  #: (topic, slug) -> whether its feed stays as it is for now


def last_time(store: Store, timetable: Timetable) -> datetime | None:
    """When its feeds were last brought up to date; None: never yet."""
    kept = store.fact(_fact(timetable))
    return None if kept is None else datetime.fromisoformat(kept)


def due(store: Store, timetables: Iterable[Timetable], *, now: datetime) -> tuple[Timetable, ...]:
    """Those that came round since their feeds were last brought up to date."""
    return tuple(timetable for timetable in timetables if _is_due(last_time(store, timetable), timetable, now))


def held(timetables: Sequence[Timetable], due: Sequence[Timetable]) -> Held:
    """What waits: the feeds of timetables that are not due, but for those that stand in one that is."""
    waiting = {name for timetable in timetables if timetable not in due for name in timetable.feeds}
    let_go = {name for timetable in due for name in timetable.feeds}

    def is_held(topic: Topic, slug: str) -> bool:
        names = {_name(topic, slug), f"{topic.kind}/*"}
        return not names.isdisjoint(waiting) and names.isdisjoint(let_go)

    return is_held


def done(store: Store, timetables: Iterable[Timetable], *, now: datetime) -> None:
    """Their feeds are up to date."""
    facts = {_fact(timetable): now.isoformat() for timetable in timetables}
    if facts:
        with store.transaction():
            for name, value in facts.items():
                store.set_fact(name, value)


def _is_due(last: datetime | None, timetable: Timetable, now: datetime) -> bool:
    from feeder.service.occasions import next_occasion  # brings the scheduler along

    return last is None or last > now + _AHEAD or next_occasion(timetable.cron, after=last) <= now


def _name(topic: Topic, slug: str) -> str:
    return "all" if topic.kind is TopicKind.ALL else f"{topic.kind}/{slug}"


def _fact(timetable: Timetable) -> str:
    return f"timetable {timetable.cron} {' '.join(sorted(timetable.feeds))}"
