"""Store -> feeds, index page and OPML in the output folder; only what changed.

Whether there is anything to do is decided here, from the store and the sizes of the published files. What doing it
needs (feedgen, templates) is loaded after that.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from feeder.service import clock
from feeder.service.app import App
from feeder.service.progress import Progress, unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishReport:
    """What changed in the output folder."""

    written: tuple[str, ...] = ()  #: paths, in the order they were written
    removed: tuple[str, ...] = ()
    bytes: int = 0  #: written
    feeds: int = 0  #: published in all


def publish(app: App, *, progress: Progress = unseen, force: bool = False) -> PublishReport:
    """Bring the output folder up to date with the store. Raises PublishError, TemplateError, StateError.

    Feeds that would show their subscribers an entry again are left as they are, unless `force`; RepeatsRefused, once
    all others are published, says which.

    Killed at any moment it leaves each file whole, old or new, and goes on from there the next time.
    """
    store, output = app.store, os.fspath(app.settings.output_folder)
    changed = store.fact("output") != app.output_version
    damaged = any(not _intact(f"{output}/{path}", size) for path, size in store.published_files())
    if changed or damaged:
        with store.transaction():
            store.all_topics_dirty()
            store.set_fact("output", "")  # until all of it is done
    elif not store.dirty():
        return PublishReport(feeds=len(store.listings()))

    from feeder.service.pressing import press

    pressed = press(app, now=clock.now(), progress=progress, force=force)
    if store.fact("output") != app.output_version:
        with store.transaction():
            store.set_fact("output", app.output_version)
    if pressed.refusal is not None:
        raise pressed.refusal
    return PublishReport(
        written=pressed.written, removed=pressed.removed, bytes=pressed.size, feeds=len(store.listings())
    )


def _intact(path: str, size: int) -> bool:
    try:
        return os.stat(path).st_size == size
    except OSError:
        return False
