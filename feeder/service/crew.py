"""Articles analysed side by side, a thread a core: the mention model lets go of the interpreter while it reads.

What comes of each is taken in the order they were given, so that one thread and many make the same.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from types import TracebackType
from typing import Self, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

#: More threads than this wait for the interpreter more than they work.
_MOST = 8


class Crew:
    """Threads, started when there is work; use it as a context manager, which waits for what is under way."""

    def __init__(self, size: int | None = None) -> None:
        """`size`: of threads; None: as many as there are cores."""
        size = size or min(_MOST, _cores())
        self._ahead = 2 * size  # begun and not ended: enough for nobody to wait, few enough for the memory
        self._room = BoundedSemaphore(self._ahead)
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="analysing")

    def begin(self, work: Callable[[_T], _R], item: _T) -> Future[_R]:
        """What is to come of it. Waits while twice as many as there are threads are not done."""
        self._room.acquire()
        begun = self._pool.submit(work, item)
        begun.add_done_callback(lambda _: self._room.release())
        return begun

    def each(self, work: Callable[[_T], _R], items: Iterable[_T]) -> Iterator[tuple[_T, Future[_R]]]:
        """Each item, in order, with what came of it; a few are drawn ahead, and all that were drawn are given."""
        waiting: deque[tuple[_T, Future[_R]]] = deque()
        for item in items:
            waiting.append((item, self.begin(work, item)))
            while waiting and (len(waiting) > self._ahead or waiting[0][1].done()):
                yield waiting.popleft()
        yield from waiting

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
