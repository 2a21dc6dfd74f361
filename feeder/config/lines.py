"""On which line of a TOML file each key stands. tomllib gives values without places, this the places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

#: ("watches", 1, "name"): tables and keys by name, tables of an array by number from 0
KeyPath = tuple[str | int, ...]

_TOKEN = re.compile(
    r'''(?P<text>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')'''
    r"""|(?P<skip>[ \t\r]+|\#[^\n]*)"""
    r"""|(?P<sign>[\[\]{}=.,\n])"""
    r"""|(?P<bare>[^\s\[\]{}=.,"'\#]+)""",
    re.DOTALL,
)


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, counted from 1, of every table header and key in `text`, which tomllib must have accepted.

    Keys inside inline tables are not listed: ask for the nearest listed path around them, see `line_of`.
    """
    found: dict[KeyPath, int] = {}
    tables: dict[KeyPath, int] = {}  # how many tables of each array came so far
    here: KeyPath = ()
    for line, header, names in _statements(text):
        if header == 0:
            for end in range(1, len(names) + 1):
                found.setdefault((*here, *names[:end]), line)
            continue
        here = ()
        for position, name in enumerate(names, start=1):
            here = (*here, name)
            if header == 2 and position == len(names):
                tables[here] = tables.get(here, 0) + 1
            if here in tables:
                found.setdefault(here, line)
                here = (*here, tables[here] - 1)
            found.setdefault(here, line)
    return found


def line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """The line of the nearest thing that is written down: the key itself, else its table, else the first line."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return 1


def _statements(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """(line, number of opening brackets: 0 for `key = value`, names) of each statement."""
    line = start = 1
    brackets = depth = 0
    names: list[str] = []
    in_value = False
    for token in _TOKEN.finditer(text.removeprefix("\ufeff")):
        kind, piece = token.lastgroup, token.group()
        if in_value:
            depth += piece in ("[", "{")
            depth -= piece in ("]", "}")
        elif kind in ("text", "bare"):
            start = line if not names else start
            names.append(_unquoted(piece) if kind == "text" else piece)
        elif piece == "[":
            brackets += 1
        elif piece == "=":
            in_value = True
        if piece == "\n" and depth == 0:
            if names:
                yield start, brackets, tuple(names)
            names, brackets, in_value = [], 0, False
        line += piece.count("\n")
    if names:
        yield start, brackets, tuple(names)


def _unquoted(name: str) -> str:
    return str(tomllib.loads(f"name = {name}")["name"])
