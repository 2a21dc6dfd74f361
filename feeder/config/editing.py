"""Watches written into config.toml, changed and taken out of it; every other byte stays as the owner left it.

The file is replaced as a whole, and only by one that loads.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from feeder import durable
from feeder.config.lines import key_lines
from feeder.config.load import check_watch, parse_file, parse_table, read_text
from feeder.config.settings import Settings
from feeder.config.watch_tables import addressed, tidy, watch_table
from feeder.errors import ConfigError, WatchError
from feeder.model import Watch

_WATCHES = "watches"
#: An endpoint for a watch that is only tried out.
_NOWHERE = {"name": "(none)", "kind": "ntfy", "url": "https://nowhere.invalid/"}


def write_watch(path: Path, table: Mapping[str, object], *, replacing: str | None = None) -> Settings:
    """A new table [[watches]] after those that are there, or in place of the one with the name `replacing`, whose
    comments stay and whose values stay as they are written where they mean the same.

    `table`: keys and values as config.toml has them, `mute_until` also as text; an endpoint of which the file has only
    the address may go by its name. Raises WatchError for what is wrong with the watch, ConfigError for what is wrong
    with the file; then nothing has changed.
    """

    def change(text: str, before: Settings) -> str:
        known = _Known(path, text, before, replacing)
        wanted = known.checked(table)
        spans = _tables(text)
        lines = text.splitlines(keepends=True)
        if replacing is None:
            at = spans[-1][1] if spans else len(lines)
            return _joined(lines[:at], _written(wanted), lines[at:])
        first, last = spans[known.number]
        there = "".join(lines[first:last])
        was = addressed(watch_table(before.watches[known.number], before), before.endpoints)
        return "".join((*lines[:first], _rewritten(there, was, wanted), *lines[last:]))

    return _edit(path, change)


def try_watch(path: Path, table: Mapping[str, object], *, replacing: str | None = None) -> Watch:
    """What `write_watch` would make of it, written nowhere. It needs no endpoint: without one it has none."""
    text = read_text(path)
    known = _Known(path, text, parse_file(text, path), replacing)
    if table.get("endpoint"):
        return known.meant(known.checked(table)).watches[known.number]
    known.tables["endpoints"] = [*known.tables.get("endpoints", []), _NOWHERE]
    watch = known.meant(known.checked({**table, "endpoint": _NOWHERE["name"]})).watches[known.number]
    return replace(watch, endpoints=())


def remove_watch(path: Path, name: str) -> Settings:
    """Without the table of this watch; comments around it stay. Raises ConfigError, and then nothing has changed."""

    def change(text: str, _: Settings) -> str:
        number = _number(path, tomllib.loads(text).get(_WATCHES, []), name)
        spans = _tables(text)
        first, last = spans[number]
        lines = text.splitlines(keepends=True)
        head, tail = lines[:first], lines[last:]
        if head and not head[-1].strip() and (not tail or not tail[0].strip()):
            head.pop()  # of the blank lines around it one is enough
        return "".join((*head, *tail))

    return _edit(path, change)


class _Known:
    """A file and which of its watches is meant: `number`, from 0; one after the last where none is replaced."""

    def __init__(self, path: Path, text: str, settings: Settings, replacing: str | None) -> None:
        self._path = path
        self._endpoints = settings.endpoints
        self.tables = tomllib.loads(text)
        watches = self.tables.get(_WATCHES, [])
        self.number = len(watches) if replacing is None else _number(path, watches, replacing)

    def checked(self, table: Mapping[str, object]) -> Mapping[str, object]:
        """As it is to be written. Raises WatchError."""
        wanted = addressed(tidy(table), self._endpoints)
        if broken := {str(key): "is no text" for key, value in wanted.items() if _is_broken(key) or _is_broken(value)}:
            raise WatchError(broken)
        try:
            check_watch(wanted)
        except ConfigError as error:
            raise WatchError(_by_key(error, 0)) from None
        self.meant(wanted)
        return wanted

    def meant(self, table: Mapping[str, object]) -> Settings:
        """The file with this watch in it. Raises WatchError."""
        watches = list(self.tables.get(_WATCHES, []))
        watches[self.number : self.number + 1] = [table]
        try:
            return parse_table({**self.tables, _WATCHES: watches}, self._path, {})
        except ConfigError as error:
            raise WatchError(_by_key(error, self.number)) from None


def _is_broken(value: object) -> bool:
    """Whether it holds half a character (a lone surrogate), which JSON can and UTF-8 cannot."""
    if isinstance(value, list | tuple):
        return any(map(_is_broken, value))
    return isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value)


def _by_key(error: ConfigError, number: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, problem in error.problems:
        match path:
            case (str(array), int(n), str(key), *_) if array == _WATCHES and n == number:
                found.setdefault(key, problem)
            case (str(array), int(_), "name") if array == _WATCHES:  # said of a later one
                found.setdefault("name", "another watch has this name already")
            case _:
                found.setdefault("", str(error))
    return found


def _number(path: Path, watches: Sequence[Mapping[str, object]], name: str) -> int:
    folded = " ".join(name.split()).casefold()
    number = next((n for n, it in enumerate(watches) if " ".join(str(it["name"]).split()).casefold() == folded), None)
    if number is None:
        raise ConfigError(f"{path.name}: no watch is named {name!r}")
    return number


def _edit(path: Path, change: Callable[[str, Settings], str]) -> Settings:
    try:
        with durable.alone(durable.leads_to(path).parent):
            before = read_text(path)
            # a file that is wrong already is its owner's to mend
            text = change(before, parse_file(before, path))
            settings = parse_file(text, path)
            if read_text(path) != before:  # editors ask for no lock
                raise ConfigError(f"{path.name}: somebody else has changed it in this very moment; try again")
            durable.replace(path, text.encode())
            return settings
    except OSError as error:
        raise ConfigError(durable.refusal(path, error)) from error


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


def _rewritten(text: str, before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """The table in `text`, which means `before`, so that it means `after`."""
    from tomlkit import dumps, parse

    document = parse(text if text.endswith("\n") else f"{text}\n")
    table: Any = document[_WATCHES]
    for key in dict.fromkeys((*before, *after)):
        if key not in after:
            table[0].pop(key, None)
        elif key not in before or before[key] != after[key]:
            table[0][key] = after[key]
    return dumps(document)


def _joined(head: list[str], table: str, tail: list[str]) -> str:
    before = "".join(head)
    if before and not before.endswith("\n"):
        before += "\n"
    return before + ("\n" if before.strip() else "") + table + "".join(tail)
