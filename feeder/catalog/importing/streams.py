"""Large files read a line or a JSON value at a time; whatever is wrong is told with file and line.

Plain, gzip or bzip2: the first bytes say which, not the name.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from feeder.errors import CatalogError

#: (what is done, how far, of how much); of a file in KiB
Progress = Callable[[str, int, int], None]

#: Bytes of the longest line, characters of the longest value; longer ones are no records of any source.
_LONGEST = 64 * 1024 * 1024
_CHUNK = 256 * 1024
#: Bytes by which the form of a file is told.
_PEEK = 64 * 1024
_TOLD_EVERY = 20_000  # lines

_SOLID = re.compile(r"[^ \t\r\n,]")
#: Reading ended in the middle of a token when it failed so near to the end of what is there.
_TOKEN = 16


class Source:
    """One file to import."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self.path = path
        self._progress = progress
        self.line = 0  #: of what was read last

    def fail(self, message: str, line: int | None = None) -> NoReturn:
        """Raise CatalogError naming file and line."""
        raise CatalogError(f"{self.path}:{line or self.line}: {message}")

    def peek(self) -> str:
        """The beginning, as far as it is text; never more than 64 KiB."""
        self.line = 1
        with self._opened() as (stream, _):
            start = stream.read(_PEEK)
        if not start:
            self.fail("the file is empty")
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.fail("not UTF-8 but UTF-16; save the file as UTF-8")
        # a character may be cut in two at the end
        text, _ = codecs.getincrementaldecoder("utf-8-sig")("replace").decode(start), None
        if "\0" in text:
            self.fail("this is no text")
        return text

    def lines(self) -> Iterator[bytes]:
        """Each line without its end, checked to be UTF-8; a last line without an end is a file cut off."""
        with self._opened() as (stream, told):
            self.line = 0
            while line := stream.readline(_LONGEST):
                self.line += 1
                if self.line == 1:
                    line = line.removeprefix(codecs.BOM_UTF8)
                if not line.endswith(b"\n"):
                    if len(line) >= _LONGEST:
                        self.fail("a line of 64 MiB: this is no file of the kind it looks like")
                    self.fail("cut off: the last line has no end; fetch the file again")
                if not line.isascii():
                    self._check(line)
                if self.line % _TOLD_EVERY == 0:
                    told()
                yield line.rstrip(b"\r\n")

    def _check(self, line: bytes) -> None:
        try:
            line.decode()
        except UnicodeDecodeError as error:
            self.fail(f"not UTF-8 (byte 0x{line[error.start]:02x}); save the file as UTF-8")

    def values(self, inside: str | None = None) -> Iterator[Any]:
        """Each value of a JSON array, of values one after another (JSON lines), or a single one.

        `inside`: the array is the member of that name, wherever in the document it stands.
        """
        with self._opened() as (stream, told):
            yield from _Values(self, stream, told).read(inside)

    @contextmanager
    def _opened(self) -> Iterator[tuple[IO[bytes], Callable[[], None]]]:
        """(the content, tell the progress)."""
        try:
            with self.path.open("rb") as raw:
                size = self.path.stat().st_size
                magic = raw.read(3)
                raw.seek(0)

                def told() -> None:
                    self._progress(str(self.path), raw.tell() // 1024, max(1, size // 1024))

                yield self._guarded(raw, magic), told
                told()
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.fail(f"cut off or damaged ({error}); fetch the file again", self.line + 1)
        except OSError as error:
            if error.errno is None:  # bz2 says "Invalid data stream" so
                self.fail(f"cut off or damaged ({error}); fetch the file again", self.line + 1)
            raise CatalogError(f"{self.path}: cannot be read: {error.strerror}") from error

    @staticmethod
    def _guarded(raw: IO[bytes], magic: bytes) -> IO[bytes]:
        if magic[:2] == b"\x1f\x8b":
            return cast(IO[bytes], gzip.GzipFile(fileobj=raw))
        if magic == b"BZh":
            return cast(IO[bytes], bz2.BZ2File(raw))
        return raw


class _Values:
    """A window that moves over a JSON document."""

    def __init__(self, source: Source, stream: IO[bytes], told: Callable[[], None]) -> None:
        self._source = source
        self._stream = stream
        self._told = told
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
        self._json = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._ended = False
        source.line = 1

    def read(self, inside: str | None) -> Iterator[Any]:
        closing = self._begin(inside)
        while (c := self._next()) and c != closing:
            value, length = self._value()
            yield value  # `line` is where it begins
            self._go(self._at + length)
        if closing and not c:
            self._source.fail("cut off: the list has no end; fetch the file again")
        if closing:
            self._go(self._at + 1)
            if inside is None and self._next():
                self._source.fail("something follows the end of the list")

    def _begin(self, inside: str | None) -> str:
        """Go to the first value; what ends the list of them, "" for the end of the file."""
        if inside is None:
            if self._next() != "[":
                return ""
            self._go(self._at + 1)
            return "]"
        opening = re.compile(rf'"{inside}"\s*:\s*\[')
        while not (found := opening.search(self._text, self._at)):
            self._go(max(self._at, len(self._text) - _CHUNK))
            if not self._more():
                self._go(len(self._text))
                self._source.fail(f'cut off, or no list "{inside}" in it')
        self._go(found.end())
        return "]"

    def _next(self) -> str:
        """The next character that is neither space nor comma; "" at the end."""
        while True:
            found = _SOLID.search(self._text, self._at)
            self._go(found.start() if found else len(self._text))
            if found:
                return found[0]
            if not self._more():
                return ""

    def _value(self) -> tuple[Any, int]:
        """The value that begins here, and its length."""
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                near = error.msg.startswith("Unterminated") or error.pos > len(self._text) - _TOKEN
                if near and len(self._text) - self._at <= _LONGEST and not self._ended:
                    self._more()
                    continue
                line = self._source.line + self._text.count("\n", self._at, error.pos)
                if near and (error.msg.startswith("Unterminated") or error.pos >= len(self._text.rstrip())):
                    self._source.fail("cut off in the middle of a value; fetch the file again", line)
                self._source.fail(f"bad JSON: {error.msg}", line)
            except RecursionError:
                self._source.fail("bad JSON: nested too deep")
            return value, end - self._at

    def _go(self, to: int) -> None:
        self._source.line += self._text.count("\n", self._at, to)
        self._at = to

    def _more(self) -> bool:
        """Read on; by as much as there is, so that a long value costs linear time."""
        if self._ended:
            return False
        self._text, self._at = self._text[self._at :], 0
        chunk = self._stream.read(max(_CHUNK, len(self._text)))
        try:
            self._text += self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            line = self._source.line + self._text.count("\n") + chunk.count(b"\n", 0, error.start)
            self._source.fail(f"not UTF-8 (byte 0x{error.object[error.start]:02x}); save the file as UTF-8", line)
        self._ended = not chunk
        self._told()
        return not self._ended
