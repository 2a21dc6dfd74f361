"""A folder of articles on the local disk, read so that nothing in it can hang, fool or stop the reader.

Every file is opened relative to its folder's descriptor, never through a symbolic link, never waiting for a writer (a
FIFO would hang a plain `open` for ever), and measured before, while and after it is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from feeder.errors import NotAnArticle, SourceError
from feeder.extraction import media_type
from feeder.model import RawDocument
from feeder.sources.keys import key_of, name_of
from feeder.sources.writers import written_to

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_DEEPEST = 64  # folders in folders; each level holds a descriptor
_CHUNK = 1 << 20
_TEMPORARY = ("~", ".tmp", ".temp", ".part", ".partial", ".swp", ".swx", ".crdownload", ".download", ".lock")
_SPECIAL = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_LATEST = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a file looks like from outside; a file with another stamp must be read again."""

    size: int  #: bytes
    mtime_ns: int  #: since 1970, UTC
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file that is new or has changed, and is no longer being written."""

    key: str
    stamp: Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """A file that looks as it did when it was read."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something that is not an article, or not yet.

    A key that ends in "/" is a folder that could not be looked into: what was known below it may still be there.
    """

    key: str
    reason: str  #: as in errors.NotAnArticle
    detail: str


Outcome = Found | Unchanged | Refused


class Folder:
    """All files below `root`, at any depth up to 64 folders.

    `max_bytes`: larger files are refused. `settle`: seconds for which a file must not have changed.
    """

    def __init__(self, root: Path, *, max_bytes: int, settle: float) -> None:
        self._root = root
        self._max_bytes = max_bytes
        self._settle = settle

    def identity(self) -> str:
        """Which folder this is: another one is found where a disk is not mounted. Raises SourceError."""
        with self._opened_root() as fd:
            return _identity(fd)

    def scan(
        self,
        known: Mapping[str, Stamp],
        *,
        now: float,
        wait: Callable[[float], object],
        identity: str | None = None,
    ) -> Iterator[Outcome]:
        """What became of every file, sorted by key; a key in `known` that does not come up is gone.

        `now`: wall time, seconds since 1970. Files younger than `settle` are looked at once more after one `wait` of at
        most `settle` seconds; those that still change are refused as 'unsettled'. `identity`: what `identity()` said at
        the last good scan. Raises SourceError where the folder is missing or unreadable, or where it is empty and
        another than it was: a disk that is not mounted must not look like a folder somebody emptied.
        """
        with self._opened_root() as root:
            try:
                outcomes, young = self._look(root, known, now)
            except OSError as e:
                raise SourceError(f"cannot read the article folder {self._root}: {_why(e)}") from e
            if not outcomes and not young and known and identity not in (None, _identity(root)):
                raise SourceError(
                    f"the article folder {self._root} is empty and not the folder it was: is its disk mounted? "
                    "If it was emptied on purpose, put any file into it (a hidden one will do)."
                )
            if young:
                wait(min(self._settle, max(self._settle - (now - s.mtime_ns / 1e9) for s in young.values())))
                outcomes.extend(filter(None, (self._look_again(root, key, s) for key, s in young.items())))
        return iter(sorted(outcomes, key=lambda outcome: outcome.key))

    def read(self, found: Found) -> RawDocument:
        """The whole file, unchanged since it was found and open for writing to nobody. Raises NotAnArticle."""
        try:
            with self._opened_root() as root, _opened(root, found.key) as fd:
                info = os.fstat(fd)
                if not stat.S_ISREG(info.st_mode):
                    raise NotAnArticle("special", f"is now {_kind(info)}")
                if written_to(fd):
                    raise NotAnArticle("unsettled", "is still open for writing; the next run looks again")
                if _stamp(info) != found.stamp:
                    raise NotAnArticle("unsettled", "changed after it was found; the next run reads it")
                content = self._read_all(fd)
                if _stamp(os.fstat(fd)) != found.stamp or len(content) != found.stamp.size:
                    raise NotAnArticle("unsettled", "changed while it was read; the next run reads it")
        except OSError as e:
            raise NotAnArticle("unreadable", _why(e)) from e
        kind = media_type(found.key)
        if kind is None:
            raise NotAnArticle("unsupported", _unsupported(found.key))
        return RawDocument(
            key=found.key, media_type=kind, content=content, modified=_moment(found.stamp.mtime_ns // 1_000_000_000)
        )

    @contextmanager
    def _opened_root(self) -> Iterator[int]:
        try:
            # the root itself may be a symbolic link: the owner named it
            fd = os.open(self._root, _OPEN_FOLDER & ~os.O_NOFOLLOW)
        except OSError as e:
            raise SourceError(f"cannot open the article folder {self._root}: {_why(e)}") from e
        try:
            yield fd
        finally:
            os.close(fd)

    def _look(self, root: int, known: Mapping[str, Stamp], now: float) -> tuple[list[Outcome], dict[str, Stamp]]:
        """Outcomes in no order, and the stamps of files that are too young to tell. OSError: about the root only."""
        outcomes: list[Outcome] = []
        young: dict[str, Stamp] = {}
        inside = os.path.realpath(self._root)

        def descend(fd: int, prefix: str, depth: int) -> None:
            with os.scandir(fd) as entries:
                for entry in entries:
                    key = prefix + key_of(entry.name)
                    try:
                        visit(fd, entry, key, depth)
                    except FileNotFoundError:
                        continue  # it went while we looked
                    except OSError as e:
                        outcomes.append(Refused(key=key, reason="unreadable", detail=_why(e)))

        def visit(fd: int, entry: os.DirEntry[str], key: str, depth: int) -> None:
            info = entry.stat(follow_symlinks=False)
            refusal = _by_name_or_kind(entry.name, info, is_file=not stat.S_ISDIR(info.st_mode))
            if refusal is not None:
                outcomes.append(Refused(key=key, reason=refusal[0], detail=refusal[1]))
            elif stat.S_ISLNK(info.st_mode):
                outcomes.append(Refused(key=key, reason="symlink", detail=_points(inside, key)))
            elif stat.S_ISDIR(info.st_mode):
                enter(fd, entry.name, key + "/", depth + 1)
            elif known.get(key) == _stamp(info):
                outcomes.append(Unchanged(key=key))
            elif now - info.st_mtime < self._settle:
                young[key] = _stamp(info)
            else:
                outcomes.append(self._settled(key, _stamp(info)))

        def enter(parent: int, name: str, prefix: str, depth: int) -> None:
            if depth > _DEEPEST:
                outcomes.append(Refused(key=prefix, reason="unreadable", detail=f"deeper than {_DEEPEST} folders"))
                return
            try:
                fd = os.open(name, _OPEN_FOLDER, dir_fd=parent)
                try:
                    descend(fd, prefix, depth)
                finally:
                    os.close(fd)
            except FileNotFoundError:
                raise
            except OSError as e:
                outcomes.append(Refused(key=prefix, reason="unreadable", detail=_why(e)))

        descend(root, "", 0)
        return outcomes, young

    def _look_again(self, root: int, key: str, before: Stamp) -> Outcome | None:
        try:
            with _opened_parent(root, key) as (fd, name):
                info = os.stat(name, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as e:
            return Refused(key=key, reason="unreadable", detail=_why(e))
        if not stat.S_ISREG(info.st_mode) or _stamp(info) != before:
            return Refused(key=key, reason="unsettled", detail="is still being written; the next run looks again")
        return self._settled(key, before)

    def _settled(self, key: str, stamp: Stamp) -> Outcome:
        if not stamp.size:
            return Refused(key=key, reason="empty", detail="has no content")
        if stamp.size > self._max_bytes:
            return Refused(key=key, reason="too-large", detail=self._too_large(stamp.size))
        return Found(key=key, stamp=stamp)

    def _read_all(self, fd: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while chunk := os.read(fd, _CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > self._max_bytes:
                raise NotAnArticle("too-large", self._too_large(size))
        if not size:
            raise NotAnArticle("empty", "has no content")
        return b"".join(chunks)

    def _too_large(self, size: int) -> str:
        return f"{size:,} bytes; at most {self._max_bytes:,} are read ([source] max_size)"


def _by_name_or_kind(name: str, info: os.stat_result, *, is_file: bool) -> tuple[str, str] | None:
    """Reason and detail for what is refused without a look inside."""
    if name.startswith("."):
        return "hidden", "its name begins with a dot"
    if name.endswith(_TEMPORARY) or name.startswith("~$"):
        return "temporary", "its name is that of an unfinished or backup copy"
    kind = stat.S_IFMT(info.st_mode)
    if kind in _SPECIAL:
        return "special", f"is {_kind(info)}"
    if is_file and kind == stat.S_IFREG and media_type(name) is None:
        return "unsupported", _unsupported(name)
    return None


def _unsupported(name: str) -> str:
    suffix = key_of(os.path.splitext(name)[1])
    return f"feeder does not read {suffix} files" if suffix else "feeder tells formats by the ending, and it has none"


def _kind(info: os.stat_result) -> str:
    return _SPECIAL.get(stat.S_IFMT(info.st_mode), "something else than a file")


def _points(inside: str, key: str) -> str:
    """What to say of a symbolic link."""
    try:
        target = os.path.realpath(os.path.join(inside, *map(name_of, key.split("/"))), strict=True)
    except OSError:
        return "a symbolic link that leads nowhere"
    if os.path.commonpath([inside, target]) == inside:
        return "a symbolic link to another place in the folder, which is read there"
    return "a symbolic link out of the folder"


def _identity(fd: int) -> str:
    info = os.fstat(fd)
    return f"{info.st_dev}:{info.st_ino}"


def _stamp(info: os.stat_result) -> Stamp:
    return Stamp(size=info.st_size, mtime_ns=info.st_mtime_ns, inode=info.st_ino)


def _moment(seconds: int) -> datetime:
    """A file's time; what no calendar can hold becomes its nearest end."""
    return datetime.fromtimestamp(min(max(seconds, 0), int(_LATEST.timestamp())), UTC)


def _why(e: OSError) -> str:
    return e.strerror or type(e).__name__


@contextmanager
def _opened_parent(root: int, key: str) -> Iterator[tuple[int, str]]:
    """The descriptor of the folder that holds `key`, and the file's name in it; no link is followed on the way."""
    *folders, name = map(name_of, key.split("/"))
    fd = os.dup(root)
    try:
        for folder in folders:
            fd, above = os.open(folder, _OPEN_FOLDER, dir_fd=fd), fd
            os.close(above)
        yield fd, name
    finally:
        os.close(fd)


@contextmanager
def _opened(root: int, key: str) -> Iterator[int]:
    with _opened_parent(root, key) as (parent, name):
        fd = os.open(name, _OPEN, dir_fd=parent)
    try:
        yield fd
    finally:
        os.close(fd)
