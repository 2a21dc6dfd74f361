"""A progress bar on stderr for work that takes more than a second, where somebody is looking."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE = 1.0  # seconds before a bar appears: quick work needs none


class Bar:
    """Call it with how far the work is; it draws nothing where stderr is no terminal or `shown` is False."""

    def __init__(self, *, shown: bool, patience: float = _PATIENCE) -> None:
        self._shown = shown and sys.stderr.isatty()
        self._patience = patience
        self._begun = time.monotonic()
        self._progress: Progress | None = None
        self._tasks: dict[str, int] = {}

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.refresh()  # it draws ten times a second: how far it came is to be seen also of less
            self._progress.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` steps of `stage` ("reading", "publishing") are done."""
        if not self._shown:
            return
        if self._progress is None:
            if time.monotonic() - self._begun < self._patience:
                return
            self._progress = _drawn()
        task = self._tasks.get(stage)
        if task is None:
            task = self._tasks[stage] = self._progress.add_task(stage, total=total)
        self._progress.update(task, completed=done, total=total)  # type: ignore[arg-type]


def _drawn() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    progress = Progress(
        TextColumn("{task.description:10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    progress.start()
    return progress
