"""The published files in memory: each version read whole, hashed and compressed once."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import re
import stat
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

#: Bytes of all versions kept in memory; the least recently asked for go first.
_BUDGET = 64 * 1024 * 1024
#: Bytes below which compressing costs more than it saves.
_WORTH_COMPRESSING = 512

_TEXT = "; charset=utf-8"
#: What is served, by suffix; anything else in the folder is not there for the world.
_MEDIA_TYPES = {
    ".atom": "application/atom+xml" + _TEXT,
    ".css": "text/css" + _TEXT,
    ".html": "text/html" + _TEXT,
    ".ico": "image/x-icon",
    ".json": "application/feed+json",  # nothing else of that suffix is published
    ".opml": "text/x-opml" + _TEXT,
    ".png": "image/png",
    ".rss": "application/rss+xml" + _TEXT,
    ".svg": "image/svg+xml" + _TEXT,
    ".txt": "text/plain" + _TEXT,
    ".xml": "application/xml" + _TEXT,
    ".xsl": "application/xslt+xml" + _TEXT,
}
_COMPRESSED_ALREADY = frozenset({".ico", ".png"})

# The names feeds are published under, and no others: no dot in front, no "..", no separator of any system, no control.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}", re.ASCII)
_LONGEST_PATH = 1024


@dataclass(frozen=True, slots=True)
class Representation:
    """A version in one content coding."""

    coding: str | None  #: "gzip", or None for the bytes as they are
    body: bytes
    etag: str  #: strong: another for each coding


@dataclass(frozen=True, slots=True)
class Version:
    """A file as it was at one moment: all of it old, or all of it new."""

    media_type: str
    modified: int  #: POSIX seconds
    compressible: bool  #: of a kind that is sent compressed to who wants it
    plain: Representation
    gzipped: Representation | None  #: None where it would not be smaller

    @property
    def representations(self) -> dict[str, Representation]:
        """By entity tag, the plain one first."""
        return {r.etag: r for r in (self.plain, self.gzipped) if r is not None}

    @property
    def size(self) -> int:
        return sum(len(r.body) for r in self.representations.values())


_Stamp = tuple[int, int, int, int]


class PublicFiles:
    """The files below `root`, by the path of a request."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._kept: OrderedDict[str, tuple[_Stamp, Version]] = OrderedDict()
        self._size = 0
        self._loading = asyncio.Lock()

    async def version(self, path: str) -> Version | None:
        """The file's present version, or None where nothing is published under this (already decoded) path."""
        name = _file_name(path)
        if name is None:
            return None
        try:
            stamp = _stamp(os.stat(os.path.join(self._root, name), follow_symlinks=False))
        except OSError:
            return None
        kept = self._kept.get(name)
        if kept is None or kept[0] != stamp:
            async with self._loading:  # one at a time: a version is made once, however many ask for it
                kept = self._kept.get(name)
                if kept is None or kept[0] != stamp:
                    kept = await asyncio.to_thread(_load, self._root, name)
                    self._keep(name, kept)
        if kept is None:
            return None
        if name in self._kept:
            self._kept.move_to_end(name)
        return kept[1]

    def _keep(self, name: str, loaded: tuple[_Stamp, Version] | None) -> None:
        replaced = self._kept.pop(name, None)
        if replaced is not None:
            self._size -= replaced[1].size
        if loaded is None:
            return
        self._kept[name] = loaded
        self._size += loaded[1].size
        while self._size > _BUDGET and len(self._kept) > 1:
            _, (_, dropped) = self._kept.popitem(last=False)
            self._size -= dropped.size


def _file_name(path: str) -> str | None:
    """The file below the root that a path names: "/" is the index page."""
    if path == "/":
        return "index.html"
    if len(path) > _LONGEST_PATH or not path.startswith("/"):
        return None
    name = path[1:]
    if all(_NAME.fullmatch(part) for part in name.split("/")) and os.path.splitext(name)[1] in _MEDIA_TYPES:
        return name
    return None


def _stamp(status: os.stat_result) -> _Stamp:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _load(root: str, name: str) -> tuple[_Stamp, Version] | None:
    """Reads through one descriptor: a file replaced meanwhile is still read as the one it was."""
    try:
        descriptor = os.open(os.path.join(root, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return None
            body = file.read()
    except OSError:
        return None
    suffix = os.path.splitext(name)[1]
    compressible = suffix not in _COMPRESSED_ALREADY
    digest = hashlib.sha256(body).hexdigest()[:32]
    return _stamp(status), Version(
        media_type=_MEDIA_TYPES[suffix],
        modified=int(status.st_mtime),
        compressible=compressible,
        plain=Representation(None, body, f'"{digest}"'),
        gzipped=_gzipped(body, digest) if compressible else None,
    )


def _gzipped(body: bytes, digest: str) -> Representation | None:
    if len(body) < _WORTH_COMPRESSING:
        return None
    smaller = gzip.compress(body, compresslevel=6, mtime=0)  # without a time: the same bytes after every start
    return Representation("gzip", smaller, f'"{digest}-gzip"') if len(smaller) < len(body) else None
