"""Files that take their place whole or not at all, and are on the disk when the call returns.

What is new is written aside, in the folder where it will stand, flushed and renamed, and then the folder is flushed:
who reads sees the old file or the new one, never half of one; a kill, a power cut or a full disk leaves the old one.
The new file has the mode of the one before and, where that may be done, its owner; and a later date, also when the
clock was set back: who asks for what has changed since the date of the old one must get the new one.

What goes wrong is an OSError, which `refusal` puts into words.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_ASIDE = ".tmp-"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_SECOND = 1_000_000_000  # nanoseconds
_SIDE_BY_SIDE = 16  # files flushed at once


def replace(path: Path, data: bytes) -> None:
    """Write the file, through a link to what it leads to. Raises OSError, and then nothing has changed.

    One writer of a file at a time (see `alone`): what a killed one left aside is removed.
    """
    real = leads_to(path)
    with _opened(real.parent) as folder, Batch() as batch:
        _sweep(real)
        batch.add(folder, real.name, data)
        batch.commit()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """`replace` by a file that somebody else writes, at the path this yields; an exception leaves what was there."""
    real = leads_to(path)
    with scratch(real) as aside, _opened(real.parent) as folder, Batch() as batch:
        yield aside
        batch.take(folder, real.name, aside.name)
        batch.commit()


@contextmanager
def scratch(path: Path) -> Iterator[Path]:
    """Where a file can be worked on beside `path`; it is gone at the end, and what a killed process left, at the start.

    One at a time for a path (see `alone`).
    """
    _sweep(path)
    aside = path.with_name(_aside(path.name))
    try:
        yield aside
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock of a folder, against other processes and threads; no file is left behind. Raises OSError.

    Another holder is waited for, or without `wait` a BlockingIOError. Who holds it must not ask for it again.
    """
    with _opened(folder) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield  # closing gives the lock back, and so does the kernel for whoever dies


def leads_to(path: Path) -> Path:
    """The file behind a link, or the path; a link that leads nowhere, or round and round, is told by who opens it."""
    return Path(os.path.realpath(path))


def flush(folder: Path) -> None:
    """Have the names of the files in it on the disk."""
    with _opened(folder) as descriptor:
        os.fsync(descriptor)


def refusal(path: Path, error: OSError) -> str:
    """What to tell an owner of a file that could not be replaced."""
    return f"{path}: cannot be written: {error.strerror or error}; nothing has changed"


def is_aside(name: str) -> bool:
    """Whether a file of this name is one that waits, or was left by a killed writer."""
    return name.startswith(_ASIDE)


class Batch:
    """Many files, far quicker than one by one: all are on the disk before the first takes its place.

    They take their places in the order they came. A kill leaves each of them old or new, the earlier ones new before
    the later ones. Folders are descriptors, which stay the caller's. Leave it as a context manager: what has not taken
    its place by then is removed.
    """

    def __init__(self) -> None:
        self._waiting: dict[tuple[int, str], str] = {}  # (folder, name) -> name aside

    def add(self, folder: int, name: str, data: bytes, *, mode: int | None = None) -> None:
        """`mode` of the file, whatever the umask; None: as the file before, or as the umask has it."""
        aside = self._wait(folder, name, _aside(name))
        before = _status(folder, name)
        mode = stat.S_IMODE(before.st_mode) if mode is None and before else mode
        descriptor = os.open(aside, _NEW, 0o666 if mode is None else 0o600, dir_fd=folder)
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            _liken(descriptor, before, mode)

    def take(self, folder: int, name: str, aside: str) -> None:
        """`add` for what is written already, under a name in the same folder."""
        self._wait(folder, name, aside)
        before = _status(folder, name)
        with _opened(aside, _OLD, folder) as descriptor:
            _liken(descriptor, before, stat.S_IMODE(before.st_mode) if before else None)

    def commit(self) -> None:
        """Put them in their places. Raises OSError; some may have taken them by then."""
        waiting = tuple(self._waiting.items())
        asides = [(folder, aside) for (folder, _), aside in waiting]
        if len(asides) < 2:
            for it in asides:
                _flush(it)
        else:
            # Side by side: a file system writes out together what is asked for together, in a tenth of the time.
            with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
                for _ in pool.map(_flush, asides):
                    pass  # an error comes up here
        for (folder, name), aside in waiting:
            os.rename(aside, name, src_dir_fd=folder, dst_dir_fd=folder)
            del self._waiting[folder, name]
        for folder in dict.fromkeys(folder for folder, _ in asides):
            os.fsync(folder)  # else a power cut could bring an old file back after the new one was announced

    def _wait(self, folder: int, name: str, aside: str) -> str:
        if (folder, name) in self._waiting:
            raise ValueError(f"twice in one batch: {name!r}")
        self._waiting[folder, name] = aside
        return aside

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for (folder, _), aside in self._waiting.items():
            with suppress(OSError):
                os.unlink(aside, dir_fd=folder)


def _aside(name: str) -> str:
    """Never longer than a file name can be, and told by the name it stands in for."""
    return f"{_begins(name)}{secrets.token_hex(8)}"


def _begins(name: str) -> str:
    return f"{_ASIDE}{zlib.crc32(os.fsencode(name)):08x}-"


def _sweep(path: Path) -> None:
    """Remove what killed writers of this file left."""
    for name in os.listdir(path.parent):
        if name.startswith(_begins(path.name)):
            path.with_name(name).unlink(missing_ok=True)


def _status(folder: int, name: str) -> os.stat_result | None:
    """Of the regular file; None: it is missing, a symlink, or something else."""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _liken(descriptor: int, before: os.stat_result | None, mode: int | None) -> None:
    if before is not None and os.geteuid() == 0:
        os.fchown(descriptor, before.st_uid, before.st_gid)
    if mode is not None:
        os.fchmod(descriptor, mode)
    if before is not None:
        status = os.fstat(descriptor)
        second = before.st_mtime_ns // _SECOND
        if status.st_mtime_ns // _SECOND <= second:  # a second is the grain of dates in HTTP
            os.utime(descriptor, ns=(status.st_atime_ns, (second + 1) * _SECOND))


def _flush(file: tuple[int, str]) -> None:
    folder, name = file
    with _opened(name, _OLD, folder) as descriptor:
        os.fsync(descriptor)


@contextmanager
def _opened(path: str | Path, how: int = _FOLDER, folder: int | None = None) -> Iterator[int]:
    descriptor = os.open(path, how, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
