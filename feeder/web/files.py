"""The published files in memory: each version read whole, hashed and compressed once."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import re
import stat
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

import brotli
import zstandard

from feeder import feeds
from feeder.model import Form

#: Bytes of all versions kept in memory; the least recently asked for go first.
_BUDGET = 64 * 1024 * 1024
#: Bytes below which compressing costs more than it saves.
_WORTH_COMPRESSING = 512

_TEXT = "; charset=utf-8"
#: Versions of a feed of which it is remembered what was in them.
_REMEMBERED = 16
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
_FORMS = frozenset(Form)
_COMPRESSED_ALREADY = frozenset({".ico", ".png"})

# The names feeds are published under, and no others: no dot in front, no "..", no separator of any system, no control.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}", re.ASCII)
_LONGEST_PATH = 1024


# Each gives the same bytes for the same bytes, after every start and on every machine: no time, no file name.
_CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
    "zstd": lambda body: zstandard.ZstdCompressor(level=9).compress(body),  # its window is below the 8 MB of RFC 9659
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}


@dataclass(frozen=True, slots=True, eq=False)
class Representation:
    """A version in one content coding."""

    coding: str | None  #: "gzip", or None for the bytes as they are
    body: bytes
    etag: str  #: strong: another for each coding
    answers: dict[Any, Any] = field(default_factory=dict)  #: what was made of it, kept by answers.py


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """A file as it was at one moment: all of it old, or all of it new."""

    name: str  #: below the folder, "feeds/all.atom"
    media_type: str
    modified: int  #: POSIX seconds
    compressible: bool  #: of a kind that is sent compressed to who wants it
    plain: Representation
    coded: Mapping[str, Representation]  #: by coding, the smallest first; only those that are smaller than plain
    #: Of the versions before this one that were served, if it is a feed: what is between the quotes of their plain tag
    #: -> feeds.fingerprints.
    earlier: Mapping[str, frozenset[bytes]] = field(default_factory=dict)

    @property
    def representations(self) -> Mapping[str, Representation]:
        """By entity tag, the plain one first."""
        return {it.etag: it for it in (self.plain, *self.coded.values())}

    @property
    def size(self) -> int:
        return len(self.plain.body) + sum(len(it.body) for it in self.coded.values())


_Stamp = tuple[int, int, int, int]

#: What becomes of a file's bytes before they are sent: for the feeds of one subscriber.
Change = Callable[[bytes], bytes]
_Key = tuple[str, str]  # name, and for whom


class PublicFiles:
    """The files below `root`, by the path of a request."""

    def __init__(self, root: Path, *, budget: int | None = None) -> None:
        self._root = os.fspath(root)
        self._budget = budget
        self._kept: OrderedDict[_Key, tuple[_Stamp, Version]] = OrderedDict()
        self._size = 0
        self._loading = asyncio.Lock()

    def at_hand(self, path: str) -> Version | None:
        """The file's present version if it is in memory; None: ask `version`."""
        key = (path[1:], "")
        kept = self._kept.get(key)
        if kept is None or kept[0] != self._stamp(key[0]):
            return None
        self._kept.move_to_end(key)
        return kept[1]

    async def version(self, path: str, *, reader: str = "", change: Change | None = None) -> Version | None:
        """The file's present version, or None where nothing is published under this (already decoded) path.

        `change` is of this `reader`: their version is kept apart.
        """
        name = file_name(path)
        if name is None:
            return None
        stamp, key = self._stamp(name), (name, reader)
        if stamp is None:
            return None
        kept = self._kept.get(key)
        if kept is None or kept[0] != stamp:
            async with self._loading:  # one at a time: a version is made once, however many ask for it
                kept = self._kept.get(key)
                if kept is None or kept[0] != stamp:
                    before = None if kept is None else kept[1]
                    kept = await asyncio.to_thread(_load, self._root, name, change, before)
                    self._keep(key, kept)
        if kept is None:
            return None
        if key in self._kept:
            self._kept.move_to_end(key)
        return kept[1]

    def _stamp(self, name: str) -> _Stamp | None:
        try:
            return _stamp(os.stat(f"{self._root}/{name}", follow_symlinks=False))
        except (OSError, ValueError):
            return None

    def _keep(self, key: _Key, loaded: tuple[_Stamp, Version] | None) -> None:
        replaced = self._kept.pop(key, None)
        if replaced is not None:
            self._size -= replaced[1].size
        if loaded is None:
            return
        self._kept[key] = loaded
        self._size += loaded[1].size
        while self._size > (self._budget or _BUDGET) and len(self._kept) > 1:
            _, (_, dropped) = self._kept.popitem(last=False)
            self._size -= dropped.size


def file_name(path: str) -> str | None:
    """The file below the root that a path names: "/" is the index page. None: nothing is ever published there."""
    if path == "/":
        return "index.html"
    if len(path) > _LONGEST_PATH or not path.startswith("/"):
        return None
    name = path[1:]
    if all(_NAME.fullmatch(part) for part in name.split("/")) and os.path.splitext(name)[1] in _MEDIA_TYPES:
        return name
    return None


def form_of(name: str) -> Form | None:
    """Of the feed under this file name; None: it is none."""
    suffix = name.rpartition(".")[2]
    return Form(suffix) if name.startswith("feeds/") and suffix in _FORMS else None


def _stamp(status: os.stat_result) -> _Stamp:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _load(
    root: str, name: str, change: Change | None = None, before: Version | None = None
) -> tuple[_Stamp, Version] | None:
    """Reads through one descriptor: a file replaced meanwhile is still read as the one it was.

    `before`: the version that this one follows.
    """
    try:
        descriptor = os.open(os.path.join(root, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return None
            body = file.read()
    except OSError:
        return None
    if change is not None:
        body = change(body)
    suffix = os.path.splitext(name)[1]
    compressible = suffix not in _COMPRESSED_ALREADY
    digest = hashlib.sha256(body).hexdigest()[:32]
    return _stamp(status), Version(
        name=name,
        media_type=_MEDIA_TYPES[suffix],
        modified=int(status.st_mtime),
        compressible=compressible,
        plain=Representation(None, body, f'"{digest}"'),
        coded=_coded(body, digest) if compressible else {},
        earlier={} if before is None else _earlier(before, digest),
    )


def _earlier(before: Version, digest: str) -> Mapping[str, frozenset[bytes]]:
    """What is to be remembered for the version with this digest, which follows `before`."""
    tag, form = before.plain.etag.strip('"'), form_of(before.name)
    if tag == digest or form is None:
        return before.earlier
    try:
        found = {tag: feeds.fingerprints(form, before.plain.body)}
    except (ValueError, ExpatError):  # somebody else has put it there: it is served whole
        return {}
    return dict(list((found | dict(before.earlier)).items())[:_REMEMBERED])


def _coded(body: bytes, digest: str) -> Mapping[str, Representation]:
    if len(body) < _WORTH_COMPRESSING:
        return {}
    made = [Representation(coding, coded(body), f'"{digest}-{coding}"') for coding, coded in _CODINGS.items()]
    return {it.coding: it for it in sorted(made, key=lambda it: len(it.body)) if it.coding and len(it.body) < len(body)}
