"""Hints that something in a folder has changed. What it was is for a scan to say: events get lost, drives have none."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from feeder.errors import SourceError

_QUIET = 50  # ms without an event before a hint is given
_LONGEST = 500  # ms for which events that do not end are collected
_LOOK = 1000  # ms between two looks at `stopping`


def hints(root: Path, *, stopping: threading.Event) -> Iterator[None]:
    """One for each burst of changes below `root`, and a first one as soon as changes are seen; ends on `stopping`.

    Raises SourceError where the folder cannot be watched: it is missing, or the system has no watches left.
    """
    from watchfiles import watch  # costs more to import than a build without news takes

    try:
        changes = watch(
            root,
            watch_filter=None,
            debounce=_LONGEST,
            step=_QUIET,
            rust_timeout=_LOOK,
            yield_on_timeout=True,  # also: the first look comes back, so that we know that it is being watched
            stop_event=stopping,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        first = True
        for changed in changes:
            if first or changed:
                yield
            first = False
            if not root.is_dir():
                raise SourceError(f"the article folder {root} is gone")
    except (OSError, RuntimeError) as error:  # watchfiles has RuntimeErrors of its own
        raise SourceError(f"the article folder {root} cannot be watched: {error}") from error
