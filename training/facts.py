"""What an annotated article says to be true: names with their spans, main subjects, roles, parts and events."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from feeder.catalog import Hit
from feeder.model import Article, DateSource, Mention, MentionKind
from training.annotated import Marked, load

_KINDS = {k.value: k for k in MentionKind}


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


def read(paths: Iterable[Path]) -> Iterator[Facts]:
    for marked in load(paths):
        yield facts(marked)


def facts(marked: Marked) -> Facts:
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
    roles, plays, events = {}, set(), set()
    for item in _items(header.get("roles", "")):
        who, _, what = item.rpartition("=")
        roles[who.strip()] = tuple(r.strip() for r in what.split(",") if r.strip())
    for item in _items(header.get("plays", "")):
        who, _, what = item.partition("=")
        plays.add((who.strip(), what.rpartition("@")[0].strip() if "@" in what else what.strip()))
    for item in _items(header.get("events", "")):
        kind, _, show = item.partition("@")
        events.add((kind.strip(), show.strip()))
    return Facts(
        marked.id,
        marked.held_out,
        article,
        tuple(markings),
        frozenset(_items(header.get("main", ""))),
        roles,
        frozenset(plays),
        frozenset(events),
    )


def without_headline(known: Facts) -> Facts:
    """The same article with its body only."""
    cut = known.article.body_start
    article = replace(known.article, text=known.article.text[cut:], body_start=0)
    markings = tuple(Marking(m.start - cut, m.end - cut, m.type, m.name) for m in known.markings if m.start >= cut)
    return replace(known, article=article, markings=markings)


def _items(value: str) -> list[str]:
    return [v.strip() for v in value.split(";") if v.strip()]


class Oracle:
    """A mention finder that knows the markings, and errs as told: a share is missed, another gets a wrong kind."""

    def __init__(self, facts: Iterable[Facts], *, missed: float = 0.0, confused: float = 0.0) -> None:
        self._by_text = {f.article.text: f for f in facts}
        self._missed, self._confused = missed, confused

    def find(self, text: str, *, headline_end: int, hits: Sequence[Hit] = ()) -> tuple[Mention, ...]:  # noqa: ARG002 - the protocol's signature
        known = self._by_text[text]
        chance = random.Random(known.id)
        confusions = {
            "SHOW": ["FILM", "WORK"],
            "PER": ["CHAR"],
            "CHAR": ["PER"],
            "FILM": ["SHOW"],
            "WORK": ["SHOW", "FILM"],
        }
        found = []
        for m in known.markings:
            kind, score = m.type, 0.9 + 0.1 * chance.random()
            if kind not in _KINDS or chance.random() < self._missed:
                continue
            if kind in confusions and chance.random() < self._confused:
                kind, score = chance.choice(confusions[kind]), 0.4 + 0.5 * chance.random()
            found.append(
                Mention(kind=_KINDS[kind], start=m.start, end=m.end, surface=text[m.start : m.end], score=score)
            )
        return tuple(found)
