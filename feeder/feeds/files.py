"""The published folder: files that are replaced whole or not at all, and only when their bytes change.

Nothing is ever written outside of it. How a file is replaced: `durable`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from feeder import durable
from feeder.errors import PublishError

_MODE = 0o644  # a web server under another account reads it, whatever the umask
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
        return bool(self.write_all(((path, data),)))

    def write_all(self, files: Iterable[tuple[str, bytes]]) -> tuple[str, ...]:
        """`write` for many, far quicker: all are on the disk before the first takes its place; those that differed.

        They take their places in the order given. A kill leaves each of them old or new, the earlier ones new before
        the later ones. Raises as `write` does, and then leaves all old but for those that took their places already.
        """
        written: dict[str, None] = {}
        with ExitStack() as stack, durable.Batch() as batch:
            folders: dict[tuple[str, ...], int] = {}
            for path, data in files:
                *names, name = _components(path)
                if path in written:
                    raise ValueError(f"twice in one batch: {path!r}")
                with self._wrapped(path):
                    folder = folders.get(tuple(names))
                    if folder is None:
                        folder = folders[tuple(names)] = stack.enter_context(self._folder(names, create=True))
                    if not _holds(folder, name, data):
                        batch.add(folder, name, data, mode=_MODE)
                        written[path] = None
            with self._wrapped(", ".join(list(written)[:3])):
                batch.commit()
        return tuple(written)

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
            if durable.is_aside(name):
                with self._wrapped(path):
                    os.unlink(name, dir_fd=folder)
                swept += 1
        return swept

    def paths(self) -> set[str]:
        """Every regular file below `root` but temporary ones, also those that somebody else put there."""
        return {path for path, name, _ in self._walk() if not durable.is_aside(name)}

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
        if create:
            self.root.mkdir(parents=True, exist_ok=True)
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
        if name in ("", ".", "..") or durable.is_aside(name) or not name.isprintable() or "\\" in name:
            raise ValueError(f"not a path below the published folder: {path!r}")
        if len(os.fsencode(name)) > 255:
            raise ValueError(f"longer than a file name can be: {name!r}")
    return names


def _holds(folder: int, name: str, data: bytes) -> bool:
    """Whether a regular file with exactly these bytes stands there. NONBLOCK: a FIFO would wait for ever."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return False  # gone meanwhile, or unreadable: replace it
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        return stat.S_ISREG(status.st_mode) and status.st_size == len(data) and file.read() == data


def _raise(error: OSError) -> None:
    raise error
