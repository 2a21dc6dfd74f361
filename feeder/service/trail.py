"""Which articles are being read, written down before they are: one that ends the whole process is known afterwards.

Of several that were being read at once each is suspected, and read alone the next time: then only the one is left.

A note in a file, not in the database: it costs microseconds an article, and needs to outlive the process only, not the
power.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from feeder.sources import Found

#: In the state folder.
FILE = "reading.json"
#: An article that the process has ended with so often is not read again until it changes, or feeder does.
PATIENCE = 3


class Trail:
    """`program`: what must change for an article to be tried again although it is the same."""

    def __init__(self, folder: Path, *, program: str) -> None:
        self._path = folder / FILE
        self._program = program
        self._file: int | None = None
        self._reading: dict[str, str] = {}  # key -> name
        self._ends: dict[str, int] = {}  # how often the process ended with it
        left = self._read()
        if left.get("program") == program:
            self._ends = {key: int(times) for key, times in left.get("ends", {}).items()}
        unfinished = left.get("reading") or []
        for name in [unfinished] if isinstance(unfinished, str) else unfinished:  # a text: written by an older feeder
            self._ends[name] = self._ends.get(name, 0) + 1
        if unfinished:
            self._write([])

    def ends(self, found: Found) -> int:
        """How often the process has ended with it."""
        return self._ends.get(_name(found), 0)

    def hopeless(self, found: Found) -> bool:
        """It has ended with it too often."""
        return self.ends(found) >= PATIENCE

    def begin(self, found: Found, *, beside: Collection[str] = ()) -> None:
        """`beside`: keys of those that were begun earlier and are being read still."""
        self._reading = {key: name for key, name in self._reading.items() if key in beside}
        self._reading[found.key] = _name(found)
        self._write(list(self._reading.values()))

    def end(self) -> None:
        """All that was begun has ended well. The trail is not to be used any more."""
        if self._file is not None:
            self._write([])
            os.close(self._file)
            self._file = None

    def _read(self) -> dict[str, Any]:
        try:
            left = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):  # none, or half of one: then nothing is known
            return {}
        return left if isinstance(left, dict) else {}

    def _write(self, reading: list[str]) -> None:
        note = {"program": self._program, "reading": reading, "ends": self._ends}
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            data = json.dumps(note).encode()
            os.pwrite(self._file, data, 0)  # opening it for each article would take longer than most else
            os.ftruncate(self._file, len(data))
        except OSError:  # whoever stores the article will say that the disk is full
            return


def _name(found: Found) -> str:
    """Of the file as it is now: one that has changed is another one."""
    return f"{found.key} {found.stamp.size} {found.stamp.mtime_ns}"
