"""Putting a database in the place of another one."""

from __future__ import annotations

from pathlib import Path

from feeder import durable
from feeder.errors import StateError
from feeder.storage.lock import WriterLock
from feeder.storage.sqlite import DATABASE, INSTANCE, LOCK

_WITH = ("", "-wal", "-shm", "-journal")  # a log of the old database must never meet the new one


def install(source: Path, folder: Path, *, aside: str) -> tuple[Path, ...]:
    """Move the database of the closed store in `source` into the state folder `folder`; both on one disk.

    What was there is kept beside it under its name and `aside`; those files. Raises StateLocked while somebody works
    there, StateError.
    """
    kept: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = WriterLock(folder / LOCK)
        try:
            for suffix in _WITH:
                old = folder / f"{DATABASE}{suffix}"
                if old.exists():
                    target = folder / f"{DATABASE}{aside}{suffix}"
                    old.replace(target)
                    kept.append(target)
            # without its name beside it a database is taken for what it is; with another's it would be refused
            (folder / INSTANCE).unlink(missing_ok=True)
            (source / DATABASE).replace(folder / DATABASE)
            (source / INSTANCE).replace(folder / INSTANCE)
            durable.flush(folder)
        finally:
            lock.release()
    except OSError as error:
        raise StateError(f"{error.filename}: cannot be moved into place: {error.strerror}") from error
    return tuple(kept)
