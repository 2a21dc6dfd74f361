"""Watched names written into config.toml and taken out of it; every other byte of the file stays as its owner left it.

The file is replaced as a whole, and only by one that loads.
"""

from __future__ import annotations

import os
import stat
import tempfile
import threading
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from feeder.config.lines import key_lines
from feeder.config.load import parse_file, read_text
from feeder.config.settings import Settings
from feeder.errors import ConfigError

_WATCHES = "watches"
_writing = threading.Lock()


def add_watch(
    path: Path,
    name: str,
    *,
    aliases: Sequence[str] = (),
    endpoints: Sequence[str],
    more: Mapping[str, object] | None = None,
) -> Settings:
    """Another table [[watches]], after those that are there. Raises ConfigError, and then nothing has changed.

    `more`: other keys of the table as config.toml has them.
    """
    table: dict[str, object] = {"name": name}
    if aliases:
        table["aliases"] = list(aliases)
    table["endpoint"] = endpoints[0] if len(endpoints) == 1 else list(endpoints)
    table |= more or {}

    def change(text: str) -> str:
        spans = _tables(text)
        lines = text.splitlines(keepends=True)
        at = spans[-1][1] if spans else len(lines)
        return _joined(lines[:at], _written(table), lines[at:])

    return _edit(path, change)


def remove_watch(path: Path, name: str) -> Settings:
    """Without the table of this watch; comments around it stay. Raises ConfigError, and then nothing has changed."""

    def change(text: str) -> str:
        found = tomllib.loads(text).get(_WATCHES, [])
        folded = " ".join(name.split()).casefold()
        number = next((n for n, it in enumerate(found) if " ".join(str(it["name"]).split()).casefold() == folded), None)
        if number is None:
            raise ConfigError(f"{path.name}: nobody named {name!r} is watched")
        spans = _tables(text)
        first, last = spans[number]
        lines = text.splitlines(keepends=True)
        head, tail = lines[:first], lines[last:]
        if head and not head[-1].strip() and (not tail or not tail[0].strip()):
            head.pop()  # of the blank lines around it one is enough
        return "".join((*head, *tail))

    return _edit(path, change)


def _edit(path: Path, change: Callable[[str], str]) -> Settings:
    with _writing:
        before = read_text(path)
        parse_file(before, path)  # a file that is wrong already is its owner's to mend
        text = change(before)
        settings = parse_file(text, path)
        if read_text(path) != before:
            raise ConfigError(f"{path.name}: somebody else has changed it in this very moment; try again")
        _replace(path, text)
        return settings


def _tables(text: str) -> list[tuple[int, int]]:
    """(first, end) of the lines of each table [[watches]], from 0; what follows its last value is not part of it."""
    places = key_lines(text)
    lines = text.splitlines()
    heads = {line for key, line in places.items() if lines[line - 1].lstrip().startswith("[")}
    found = []
    for number in range(len(tomllib.loads(text).get(_WATCHES, []))):
        line = places.get((_WATCHES, number))
        if line is None or line not in heads:
            raise ConfigError("watches are not written as [[watches]] tables; edit the file by hand")
        end = min((head for head in heads if head > line), default=len(lines) + 1) - 1
        while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
            end -= 1
        found.append((line - 1, end))
    return found


def _written(table: Mapping[str, object]) -> str:
    import tomlkit  # a build needs none of it

    return tomlkit.dumps({_WATCHES: [table]}).strip() + "\n"


def _joined(head: list[str], table: str, tail: list[str]) -> str:
    before = "".join(head)
    if before and not before.endswith("\n"):
        before += "\n"
    return before + ("\n" if before.strip() else "") + table + "".join(tail)


def _replace(path: Path, text: str) -> None:
    """Through a link to what it leads to; mode and, where that may be done, owner stay."""
    real = path.resolve()
    temporary = ""
    try:
        status = real.stat()
        descriptor, temporary = tempfile.mkstemp(prefix=f".{real.name}-", dir=real.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode))
            if os.geteuid() == 0:
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
            os.fsync(file.fileno())
        os.replace(temporary, real)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise ConfigError(f"{path}: cannot be written: {error.strerror}; nothing has changed") from error
