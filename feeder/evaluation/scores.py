"""Precision and recall of tags on annotated articles.

Figures are micro-averaged over (article, tag) pairs, each counted once. A show is found when its label is the canonical
title or a form in which the article names it; a person when the label is the canonical name or a form of two words or
more in the article. Case, accents, punctuation and a leading article make no difference. Who plays whom is right when
the person is and the first word of the character's name; an event, when its type and its show are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from feeder.evaluation.facts import Facts
from feeder.model import EventType, Role, Tag, Tagging, TagKind


def plain(name: str) -> str:
    """A name as it is compared: no accents, case, punctuation, leading article or bracket at its end."""
    name = unicodedata.normalize("NFKD", name).replace("’", "'").replace("‘", "'")
    name = "".join(c for c in name if not unicodedata.combining(c)).casefold()
    name = re.sub(r"[^\w\s]", "", re.sub(r"\s*\([^)]*\)\s*$", "", name).replace("&", " and "))
    return re.sub(r"^(the|a|an)\s+(?=\w)", "", " ".join(name.split()))


@dataclass(slots=True)
class Count:
    """Pairs found rightly, found wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, truth: Iterable[object], said: Iterable[object]) -> None:
        true, found = set(truth), set(said)
        self.right += len(true & found)
        self.wrong += len(found - true)
        self.missed += len(true - found)

    @property
    def precision(self) -> float | None:
        """0..1; None where nothing was found."""
        return _share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float | None:
        """0..1; None where there was nothing to find."""
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both, 0..1; None where there was nothing to find and nothing found."""
        return _share(2 * self.right, 2 * self.right + self.wrong + self.missed)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


class Mistake(NamedTuple):
    """A tag that is missing, or one too many."""

    article: str
    kind: TagKind
    name: str
    missed: bool  #: else it was given wrongly
    main: bool = False  #: the tag is right, but not that the article is about it, or in passing


@dataclass(slots=True)
class Scores:
    """All counts of a run over annotated articles."""

    articles: int = 0
    shows: Count = field(default_factory=Count)
    main_shows: Count = field(default_factory=Count)
    people: Count = field(default_factory=Count)
    main_people: Count = field(default_factory=Count)
    actors: Count = field(default_factory=Count)
    plays: Count = field(default_factory=Count)
    events: Count = field(default_factory=Count)
    characters_as_people: int = 0
    works_as_shows: int = 0  #: films, books, plays, networks, outlets, ...
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def counts(self) -> Mapping[str, Count]:
        """By name, in the order in which they are told."""
        return {
            "shows": self.shows,
            "main shows": self.main_shows,
            "people": self.people,
            "main people": self.main_people,
            "actors": self.actors,
            "plays": self.plays,
            "events": self.events,
        }

    def add(self, facts: Facts, tagging: Tagging) -> None:
        """Compare what was found in an article with what is true of it."""
        shows = _paired(facts, [t for t in tagging.tags if t.kind is TagKind.SHOW], "SHOW")
        people = _paired(facts, [t for t in tagging.tags if t.kind is TagKind.PERSON], "PER")
        true_shows, true_people = set(facts.names("SHOW")), set(facts.names("PER"))
        self.articles += 1
        self.shows.add(true_shows, shows)
        self.main_shows.add(true_shows & facts.main, (n for n, t in shows.items() if t.main))
        self.people.add(true_people, people)
        self.main_people.add(true_people & facts.main, (n for n, t in people.items() if t.main))
        self.actors.add(
            (n for n in true_people if Role.ACTOR in facts.roles.get(n, ())),
            (n for n, t in people.items() if Role.ACTOR in t.roles),
        )
        self.plays.add(
            {(person, _first(character)) for person, character in facts.plays},
            {(n, _first(character)) for n, t in people.items() for character in t.characters},
        )
        titles = {t.id: n for n, t in shows.items()}
        self.events.add(
            ((kind, show) for kind, show in facts.events if kind != EventType.OTHER),
            ((e.type.value, titles.get(e.show or "", e.show or "")) for e in tagging.events),
        )
        characters = _forms(facts, "CHAR")
        works = _forms(facts, "FILM", "WORK", "NET", "OUT")
        self.characters_as_people += sum(plain(n) in characters for n in set(people) - true_people)
        self.works_as_shows += sum(plain(n) in works for n in set(shows) - true_shows)
        for tag_kind, true, said in ((TagKind.SHOW, true_shows, shows), (TagKind.PERSON, true_people, people)):
            self.mistakes += [Mistake(facts.id, tag_kind, n, missed=True) for n in sorted(true - said.keys())]
            self.mistakes += [Mistake(facts.id, tag_kind, n, missed=False) for n in sorted(said.keys() - true)]


def _first(character: str) -> str:
    return (plain(character) or "-").split()[0]


def _forms(facts: Facts, *types: str) -> set[str]:
    return {plain(form) for name, surfaces in facts.names(*types).items() for form in (name, *surfaces)}


def _paired(facts: Facts, tags: Sequence[Tag], kind: str) -> dict[str, Tag]:
    """Tags by the canonical name they were matched with, or by their own label where with none (or one taken)."""
    forms = {
        name: {plain(f) for f in (name, *surfaces) if kind == "SHOW" or f == name or " " in plain(f)}
        for name, surfaces in facts.names(kind).items()
    }
    paired: dict[str, Tag] = {}
    for tag in tags:
        label = plain(tag.label)
        name = next((n for n in forms if plain(n) == label and n not in paired), None)
        name = name or next((n for n, f in forms.items() if label in f and n not in paired), None)
        paired[name or f"{tag.label} (no such {kind})"] = tag
    return paired
