"""Signals to a service, from its first moment to its last."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from types import FrameType


@contextmanager
def handled(*, stop: Callable[[], None], reload: Callable[[], None]) -> Iterator[None]:
    """Within the block SIGTERM and SIGINT call `stop`, SIGHUP calls `reload`, in a thread of their own.

    Another SIGTERM or SIGINT ends the process at once, with status 128 and its number: what is stored and published is
    whole at any moment. For the main thread.
    """
    come: SimpleQueue[int | None] = SimpleQueue()  # may be put to from a signal handler, unlike locks and events
    asked = False

    def handler(number: int, _: FrameType | None) -> None:
        nonlocal asked
        if number == signal.SIGHUP:
            come.put(number)
        elif asked:
            os._exit(128 + number)
        else:
            asked = True
            come.put(number)

    def listen() -> None:
        while (number := come.get()) is not None:
            (reload if number == signal.SIGHUP else stop)()

    before = {number: signal.signal(number, handler) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    listener = threading.Thread(target=listen, name="signals", daemon=True)
    listener.start()
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
        come.put(None)
        listener.join()
