"""Annotated articles: `[surface|TYPE:canonical name]` mark-up to segments.

    id: a-001
    published: 2021-06-15
    headline: [Milo Ventimiglia|PER] Joins [Mrs. Maisel|SHOW:The Marvelous Mrs. Maisel]
    main: The Marvelous Mrs. Maisel; Milo Ventimiglia
    roles: Milo Ventimiglia=actor; Amy Sherman-Palladino=creator,writer
    plays: Milo Ventimiglia=Sylvio@The Marvelous Mrs. Maisel
    events: casting@The Marvelous Mrs. Maisel
    ---
    [Ventimiglia|PER:Milo Ventimiglia] plays [Sylvio|CHAR]. The creator, [Amy Sherman-Palladino|PER], says ...

An article is header lines, a line `---` and the paragraphs; articles of a file are parted by a line `===`. Header lines
that begin with `#` are remarks. Only `id` and `headline` must be there. Types are those of model.MentionKind, AWARD and
EVENT; roles and events those of model.Role and model.EventType.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from feeder.errors import AnnotationError
from feeder.model import EventType, MentionKind, Role

_MARK = re.compile(r"\[([^\[\]|]+)\|([A-Z]+)(?::([^\[\]|]+))?\]")
_TYPES = frozenset({*MentionKind, "AWARD", "EVENT"})
_APART = "==="
_BODY = "---"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a line: plain where `type` is None, else a mention."""

    text: str
    type: str | None = None
    name: str = ""  #: canonical name of a mention
    entity: str = (
        ""  #: its canonical name in the article it was written in, whatever it is called now; "": of no interest there
    )


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


def articles(file: str, text: str) -> Iterator[Marked]:
    """The articles of a file's text, in order. Raises AnnotationError naming file and line."""
    block: list[str] = []
    first = 1
    for number, row in enumerate([*text.split("\n"), _APART], start=1):
        if row.rstrip() != _APART:
            block.append(row.rstrip("\r"))
            continue
        if any(r.strip() for r in block):
            yield _article(file, block, first)
        block, first = [], number + 1


def parse(block: str) -> Marked:
    """One article. Raises AnnotationError naming the line."""
    return _article("article", block.split("\n"), 1)


def parse_line(marked: str) -> Line:
    """A line of mark-up as segments; a bracket that marks nothing is text."""
    segments: list[Segment] = []
    last = 0
    for m in _MARK.finditer(marked):
        if m.start() > last:
            segments.append(Segment(marked[last : m.start()]))
        name = (m[3] or m[1]).strip()
        segments.append(Segment(m[1], m[2], name, name))
        last = m.end()
    if last < len(marked):
        segments.append(Segment(marked[last:]))
    return tuple(segments)


def listed(value: str) -> list[str]:
    """The items of a header line."""
    return [v.strip() for v in value.split(";") if v.strip()]


def _article(file: str, rows: list[str], first: int) -> Marked:
    def wrong(at: int, problem: str) -> AnnotationError:
        return AnnotationError(f"{file}:{first + at}: {problem}")

    begin = next(i for i, row in enumerate(rows) if row.strip())
    body = next((i for i, row in enumerate(rows) if row.rstrip() == _BODY), None)
    if body is None:
        raise wrong(begin, f"an article without a line {_BODY!r} between header and paragraphs")
    header: dict[str, str] = {}
    places: dict[str, int] = {}
    for at, row in enumerate(rows[:body]):
        if not row.strip() or row.startswith("#"):
            continue
        key, colon, value = row.partition(":")
        if not colon:
            raise wrong(at, f"expected a header line like 'id: a-001', got {row[:40]!r}")
        header[key.strip()], places[key.strip()] = value.strip(), at
    for key in ("id", "headline"):
        if not header.get(key):
            raise wrong(begin, f"the article has no {key}")
    text = "\n".join(rows[body + 1 :]).strip()
    above = next((i for i, row in enumerate(rows[body + 1 :], start=body + 1) if row.strip()), body)
    numbered = [(places["headline"], header.pop("headline"))]
    numbered += [(above + i, row) for i, row in enumerate(text.split("\n"))]
    lines = []
    for at, row in numbered:
        lines.append(parse_line(row))
        for segment in lines[-1]:
            if segment.type is not None and segment.type not in _TYPES:
                raise wrong(at, f"unknown type {segment.type!r}; known are {', '.join(sorted(_TYPES))}")
            if segment.type is None and (bracket := re.search(r"[\[\]].{0,30}", segment.text)):
                raise wrong(at, f"a bracket that marks nothing: {bracket[0]!r}; expected [words|TYPE:name]")
    marked = Marked(header["id"], tuple(header.items()), tuple(lines))
    _check_header(marked, header, lambda key, problem: wrong(places[key], f"{key}: {problem}"))
    return marked


def _check_header(marked: Marked, header: dict[str, str], wrong: Callable[[str, str], AnnotationError]) -> None:
    """What a count would silently go wrong with."""
    if published := header.get("published"):
        try:
            datetime.fromisoformat(published[:10])
        except ValueError:
            raise wrong("published", f"expected a date like 2021-06-15, got {published!r}") from None
    named = {s.name for line in marked.lines for s in line if s.type is not None}
    for name in listed(header.get("main", "")):
        if name not in named:
            raise wrong("main", f"nothing is marked as {name!r}")
    for item in listed(header.get("roles", "")):
        _, equals, what = item.rpartition("=")
        if not equals:
            raise wrong("roles", f"expected NAME=role,role, got {item!r}")
        for role in what.split(","):
            if role.strip() not in tuple(Role):
                raise wrong("roles", f"unknown role {role.strip()!r}; known are {', '.join(Role)}")
    for item in listed(header.get("plays", "")):
        if "=" not in item:
            raise wrong("plays", f"expected NAME=CHARACTER@SHOW, got {item!r}")
    for item in listed(header.get("events", "")):
        kind = item.partition("@")[0].strip()
        if kind not in tuple(EventType):
            raise wrong("events", f"unknown event {kind!r}; known are {', '.join(EventType)}")
