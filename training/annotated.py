"""Annotated articles: `[surface|TYPE:canonical name]` mark-up to segments and back.

An article is header lines, a line `---` and the paragraphs; articles of a file are parted by a line `===`. Header lines
that begin with `#` are remarks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

#: The articles the project carries, with swapped names.
DATA = Path(__file__).parent / "data"

_MARK = re.compile(r"\[([^\[\]|]+)\|([A-Z]+)(?::([^\[\]|]+))?\]")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a line: plain where `type` is None, else a mention."""

    text: str
    type: str | None = None
    name: str = ""  #: canonical name of a mention


Line = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """An article as segments. `lines[0]` is the headline."""

    id: str
    header: tuple[tuple[str, str], ...]  #: all but the headline
    lines: tuple[Line, ...]

    @property
    def held_out(self) -> bool:
        """Whether the article is kept for evaluation: a fixed fifth, by its id alone."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 5 == 0


@dataclass(frozen=True, slots=True)
class Flat:
    """An article as the model sees it: headline, blank line, paragraphs."""

    text: str
    headline_end: int
    spans: tuple[tuple[int, int, str], ...]  #: start, end, type; in text order


def parse_line(marked: str) -> Line:
    segments: list[Segment] = []
    last = 0
    for m in _MARK.finditer(marked):
        if m.start() > last:
            segments.append(Segment(marked[last : m.start()]))
        segments.append(Segment(m[1], m[2], (m[3] or m[1]).strip()))
        last = m.end()
    if last < len(marked):
        segments.append(Segment(marked[last:]))
    return tuple(segments)


def render_line(line: Line) -> str:
    named = {"SHOW", "PER", "CHAR", "FILM"}
    return "".join(
        s.text
        if s.type is None
        else f"[{s.text}|{s.type}:{s.name}]"
        if s.type in named or s.name != s.text
        else f"[{s.text}|{s.type}]"
        for s in line
    )


def parse(block: str) -> Marked:
    head, _, body = block.strip("\n").partition("\n---\n")
    header: dict[str, str] = {}
    for row in head.splitlines():
        if row.strip() and not row.startswith("#"):
            key, _, value = row.partition(":")
            header[key.strip()] = value.strip()
    headline = parse_line(header.pop("headline", ""))
    lines = tuple(parse_line(row) for row in body.strip().split("\n"))
    return Marked(header["id"], tuple(header.items()), (headline, *lines))


def render(article: Marked) -> str:
    rows = [f"{key}: {value}" for key, value in article.header]
    rows.insert(3, f"headline: {render_line(article.lines[0])}")
    return "\n".join([*rows, "---", *(render_line(line) for line in article.lines[1:])]) + "\n"


def load(paths: Iterable[Path]) -> Iterator[Marked]:
    for path in paths:
        for block in re.split(r"^===\s*$", path.read_text("utf-8"), flags=re.M):
            if block.strip():
                yield parse(block)


def flatten(article: Marked) -> Flat:
    parts: list[str] = []
    spans: list[tuple[int, int, str]] = []
    length = headline_end = 0
    for number, line in enumerate(article.lines):
        for s in line:
            if s.type is not None:
                spans.append((length, length + len(s.text), s.type))
            parts.append(s.text)
            length += len(s.text)
        if number == 0:
            headline_end = length
        parts.append("\n\n" if number == 0 else "\n")
        length += 2 if number == 0 else 1
    return Flat("".join(parts), headline_end, tuple(spans))
