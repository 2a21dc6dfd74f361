"""The published folder: files that are replaced whole or not at all, and only when their bytes change.

A reader or web server sees the old file or the new one, never half of one; a kill or a full disk leaves the old one.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from feeder.errors import PublishError

_TEMPORARY = ".tmp-"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Tree:
    """A folder of published files, addressed by "/"-separated paths below `root`.

    Every folder on the way is opened without following symlinks, so nothing is written outside of `root`, whatever
    stands in it; `root` itself may be a symlink. One writer at a time: `sweep` takes what another one has begun.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, data: bytes) -> bool:
        """Replace the file, unless it has these bytes already; True when something was written.

        Raises PublishError and leaves the old file when that cannot be done, ValueError for a path that is none.
        """
        *folders, name = _components(path)
        with self._wrapped(path):
            self.root.mkdir(parents=True, exist_ok=True)
            with self._folder(folders, create=True) as folder:
                if _same(folder, name, data):
                    return False
                _replace(folder, name, data)
                return True

    def remove(self, path: str) -> bool:
        """True when there was a file to remove. Raises PublishError, ValueError."""
        *folders, name = _components(path)
        with self._wrapped(path):
            try:
                with self._folder(folders) as folder:
                    os.unlink(name, dir_fd=folder)
                    os.fsync(folder)
            except FileNotFoundError:
                return False
            return True

    def sweep(self) -> int:
        """Remove the temporary files that a killed writer left; their number. Raises PublishError."""
        swept = 0
        for path, name, folder in self._walk():
            if name.startswith(_TEMPORARY):
                with self._wrapped(path):
                    os.unlink(name, dir_fd=folder)
                swept += 1
        return swept

    def paths(self) -> set[str]:
        """Every regular file below `root` but temporary ones, also those that somebody else put there."""
        return {path for path, name, _ in self._walk() if not name.startswith(_TEMPORARY)}

    def _walk(self) -> Iterator[tuple[str, str, int]]:
        """(path, file name, descriptor of its folder) of every regular file; symlinks are passed over."""
        with self._wrapped(""):
            if not self.root.is_dir():
                return
            top = self.root.resolve()  # fwalk takes no symlink, not even as the place to start
            for above, _, names, folder in os.fwalk(top, onerror=_raise):
                below = Path(above).relative_to(top)
                for name in names:
                    if stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                        yield (below / name).as_posix(), name, folder

    @contextmanager
    def _folder(self, names: Sequence[str], *, create: bool = False) -> Iterator[int]:
        """A descriptor of the folder. Raises OSError: it is missing, or a symlink or file stands in the way."""
        current = os.open(self.root, _FOLDER & ~os.O_NOFOLLOW)
        try:
            for name in names:
                if create:
                    with suppress(FileExistsError):
                        os.mkdir(name, mode=0o755, dir_fd=current)
                        os.fsync(current)
                below = os.open(name, _FOLDER, dir_fd=current)
                os.close(current)
                current = below
            yield current
        finally:
            os.close(current)

    @contextmanager
    def _wrapped(self, path: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise PublishError(
                f"{self.root / path}: cannot write ({error.strerror or error}); what was published before stays. "
                "Look at the output folder: free space, permissions, symlinks."
            ) from error


def _components(path: str) -> list[str]:
    names = path.split("/")
    for name in names:
        if name in ("", ".", "..") or name.startswith(_TEMPORARY) or not name.isprintable() or "\\" in name:
            raise ValueError(f"not a path below the published folder: {path!r}")
        if len(os.fsencode(name)) > 255:
            raise ValueError(f"longer than a file name can be: {name!r}")
    return names


def _same(folder: int, name: str, data: bytes) -> bool:
    """Whether a regular file with exactly these bytes stands there. NONBLOCK: a FIFO would wait for ever."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return False  # missing, a symlink, unreadable: replace it
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        return stat.S_ISREG(status.st_mode) and status.st_size == len(data) and file.read() == data


def _replace(folder: int, name: str, data: bytes) -> None:
    temporary = f"{_TEMPORARY}{secrets.token_hex(8)}"
    descriptor = os.open(
        temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder
    )
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)  # a web server under another account reads it, whatever the umask
            os.fsync(file.fileno())
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise
    os.fsync(folder)  # else a power cut could bring the old file back after the new one was announced


def _raise(error: OSError) -> None:
    raise error
