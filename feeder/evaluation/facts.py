"""What an annotated article says to be true: names with their spans, main subjects, roles, parts and events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from feeder.evaluation.annotated import Marked, listed
from feeder.model import Article, DateSource


@dataclass(frozen=True, slots=True)
class Marking:
    """A marked span of the text; `name` is the canonical name."""

    start: int
    end: int
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Facts:
    """An article as feeder reads it, and the truth about it."""

    id: str
    held_out: bool
    article: Article
    markings: tuple[Marking, ...]
    main: frozenset[str]
    roles: dict[str, tuple[str, ...]]
    plays: frozenset[tuple[str, str]]  #: person, character: canonical names
    events: frozenset[tuple[str, str]]  #: type, show or ""

    def names(self, *types: str) -> dict[str, list[str]]:
        """Canonical names of these types with the surfaces that stand for each, in text order."""
        found: dict[str, list[str]] = {}
        for m in self.markings:
            if m.type in types:
                found.setdefault(m.name, []).append(self.article.text[m.start : m.end])
        return found

    def named_at(self, start: int, end: int, *types: str) -> str | None:
        """The canonical name of the marking of these types that shares the most characters with a span."""
        best, most = None, 0
        for m in self.markings:
            shared = min(end, m.end) - max(start, m.start)
            if m.type in types and shared > most:
                best, most = m.name, shared
        return best


def facts(marked: Marked) -> Facts:
    """The article as feeder reads it, paragraphs with a blank line between, and what is marked in it."""
    header = dict(marked.header)
    parts: list[str] = []
    markings: list[Marking] = []
    length = body_start = 0
    for number, line in enumerate(row for row in marked.lines if any(s.text.strip() for s in row)):
        for segment in line:
            if segment.type is not None:
                markings.append(Marking(length, length + len(segment.text), segment.type, segment.name))
            parts.append(segment.text)
            length += len(segment.text)
        parts.append("\n\n")
        length += 2
        if number == 0:
            body_start = length
    text = "".join(parts).rstrip()
    published = datetime.fromisoformat(header.get("published", "2020-01-01")[:10]).replace(tzinfo=UTC)
    article = Article(
        key=f"{marked.id}.txt",
        title=text[: body_start - 2],
        text=text,
        body_start=body_start,
        published=published,
        published_from=DateSource.METADATA,
    )
    roles: dict[str, tuple[str, ...]] = {}
    plays, events = set(), set()
    for item in listed(header.get("roles", "")):
        who, _, what = item.rpartition("=")
        roles[who.strip()] = tuple(r.strip() for r in what.split(",") if r.strip())
    for item in listed(header.get("plays", "")):
        who, _, what = item.partition("=")
        plays.add((who.strip(), what.rpartition("@")[0].strip() if "@" in what else what.strip()))
    for item in listed(header.get("events", "")):
        kind, _, show = item.partition("@")
        events.add((kind.strip(), show.strip()))
    return Facts(
        marked.id,
        marked.held_out,
        article,
        tuple(markings),
        frozenset(listed(header.get("main", ""))),
        roles,
        frozenset(plays),
        frozenset(events),
    )
