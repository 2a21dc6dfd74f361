"""One writer at a time: an advisory lock that the kernel gives back the moment its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from feeder.errors import StateError, StateLocked

_LONGEST_PID = 32  # bytes


class WriterLock:
    """Held from construction to `release`. Raises StateLocked naming the holder's pid, StateError."""

    def __init__(self, path: Path) -> None:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        except OSError as error:
            raise StateError(f"{path} cannot be opened ({error.strerror}); check its permissions") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, _LONGEST_PID).decode("ascii", "replace").strip()
            os.close(descriptor)
            who = f"process {holder}" if holder.isdecimal() else "another process"
            raise StateLocked(f"{who} is writing to {path.parent}; wait until it is done or stop it") from error
        except OSError as error:
            os.close(descriptor)
            raise StateError(f"{path} cannot be locked ({error.strerror}); put the state on a local disk") from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Idempotent. The file stays: removing it would let two processes hold two files of one name."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None
