"""What a catalog knows: shows, people, who plays whom; and what it finds in a text."""

from __future__ import annotations

from dataclasses import dataclass

from feeder.model import MentionKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class CastMember:
    """A part in a show; somebody with two parts stands there twice."""

    person: str  #: person id
    character: str  #: as printed: "Lorelai Gilmore"; "" where the person appears under the own name or nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A series as the catalog knows it."""

    id: str  #: [a-z0-9-]{1,80}
    title: str
    years: tuple[int, int | None] | None = None  #: first and last year; None as the last: still running
    networks: tuple[str, ...] = ()  #: as printed
    aliases: tuple[str, ...] = ()  #: as outlets print it
    creators: tuple[str, ...] = ()  #: person ids
    cast: tuple[CastMember, ...] = ()  #: in order of billing
    wikidata: str | None = None  #: "Q..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is in the news of television."""

    id: str  #: [a-z0-9-]{1,80}
    name: str
    aliases: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()  #: what the person is known as; empty means unknown, not actor
    credits: tuple[str, ...] = ()  #: show ids, without repetition
    known_for: tuple[str, ...] = ()  #: as printed; also what is no show of the catalog ("Matchbox Twenty")
    wikidata: str | None = None  #: "Q..."
    prominence: float = 0.0  #: 0..1, grows with the number of credits and their place in the billing


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainName:
    """Something that is neither show nor person and must be told apart from them: a film, an outlet, a city."""

    kind: MentionKind
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A name of the catalog in a text; `text[start:end] == surface`.

    `ids` are show ids for SHOW, person ids for PERSON, the ids of the shows that have such a character for CHARACTER,
    and slugs of the names for the other kinds. Several ids mean homonyms; they are sorted.
    """

    kind: MentionKind
    start: int
    end: int
    surface: str
    ids: tuple[str, ...]
