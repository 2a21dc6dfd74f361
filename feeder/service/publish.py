"""Store -> feeds, index page and OPML in the output folder; only what changed.

Whether there is anything to do is decided here, from the store and the sizes of the published files. What doing it
needs (feedgen, templates) is loaded after that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from feeder.config import Timetable
from feeder.service import clock, timetables
from feeder.service.app import App
from feeder.service.output import DUE, LISTS, VERSION
from feeder.service.progress import Progress, unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishReport:
    """What changed in the output folder."""

    written: tuple[str, ...] = ()  #: paths, in the order they were written
    removed: tuple[str, ...] = ()
    bytes: int = 0  #: written
    feeds: int = 0  #: published in all
    complete: bool = True  #: False: it was stopped; the next run goes on from there


def publish(
    app: App,
    *,
    progress: Progress = unseen,
    force: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> PublishReport:
    """Bring the output folder up to date with the store. Raises PublishError, TemplateError, StateError.

    Feeds that would show their subscribers an entry again are left as they are, unless `force`; RepeatsRefused, once
    all others are published, says which. Feeds with a timetable wait for their time, unless all are written anew.
    `stopping` is asked every few feeds.

    Killed at any moment it leaves each file whole, old or new, and goes on from there the next time.
    """
    store, output, now = app.store, os.fspath(app.settings.output_folder), clock.now()
    changed = store.fact(VERSION) != app.output_version
    damaged = any(not _intact(f"{output}/{path}", size) for path, size in store.topics.published_files())
    if changed or damaged:
        with store.transaction():
            store.topics.all_topics_dirty()
            store.set_fact(VERSION, "")  # until all of it is done
        due: Sequence[Timetable] = app.settings.timetables
    else:
        due = timetables.due(store, app.settings.timetables, now=now)
    held = timetables.held(app.settings.timetables, due)
    if all(held(it.topic, it.slug) for it in store.topics.dirty()) and store.fact(LISTS) != DUE:
        timetables.done(store, due, now=now)
        return PublishReport(feeds=len(store.topics.listings()))

    from feeder.service.pressing import press

    pressed = press(app, now=now, progress=progress, force=force, held=held, stopping=stopping)
    if not pressed.complete:
        return PublishReport(
            written=pressed.written, bytes=pressed.size, feeds=len(store.topics.listings()), complete=False
        )
    timetables.done(store, due, now=now)
    if store.fact(VERSION) != app.output_version:
        with store.transaction():
            store.set_fact(VERSION, app.output_version)
    if pressed.refusal is not None:
        raise pressed.refusal
    return PublishReport(
        written=pressed.written, removed=pressed.removed, bytes=pressed.size, feeds=len(store.topics.listings())
    )


def _intact(path: str, size: int) -> bool:
    try:
        return os.stat(path).st_size == size
    except OSError:
        return False
