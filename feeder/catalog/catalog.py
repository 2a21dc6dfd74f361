"""The catalog: what is known by id and by name, and where its names stand in a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from feeder.catalog.gazetteer import Gazetteer, Name
from feeder.catalog.records import Hit, Person, PlainName, Portrayal, Show
from feeder.catalog.spelling import spellings
from feeder.model import MentionKind
from feeder.text import fold, slug

_Named = TypeVar("_Named", Show, Person, Portrayal)


class Catalog:
    """Immutable. What is looked up by name or in texts is indexed on first use."""

    def __init__(
        self,
        *,
        shows: Iterable[Show],
        people: Iterable[Person],
        names: Iterable[PlainName] = (),
    ) -> None:
        self._shows = {s.id: s for s in shows}
        self._people = {p.id: p for p in people}
        self._names = tuple(names)

    @property
    def shows(self) -> Sequence[Show]:
        return tuple(self._shows.values())

    @property
    def people(self) -> Sequence[Person]:
        return tuple(self._people.values())

    def show(self, show_id: str) -> Show | None:
        return self._shows.get(show_id)

    def person(self, person_id: str) -> Person | None:
        return self._people.get(person_id)

    def shows_named(self, name: str) -> tuple[Show, ...]:
        """By title or alias, whatever the case and the accents; in catalog order."""
        return self._shows_by_name.get(fold(name), ())

    def people_named(self, name: str) -> tuple[Person, ...]:
        """By name or alias, whatever the case and the accents; the most prominent first."""
        return self._people_by_name.get(fold(name), ())

    def portrayals(self, character: str) -> tuple[Portrayal, ...]:
        """Who plays a character of that full name, in which show."""
        return self._portrayals_by_name.get(fold(character), ())

    def hits(self, text: str) -> tuple[Hit, ...]:
        """Every name of the catalog in the text: whole words, fitting case, longest match first, in text order.

        Possessive endings stay outside. Characters with a one-word name are not looked for: "Joel" alone says
        nothing, and next to its show `Show.cast` has it. A character's hit carries the ids of its shows.
        """
        return self._gazetteer.hits(text)

    @cached_property
    def _shows_by_name(self) -> Mapping[str, tuple[Show, ...]]:
        return _index((name, s) for s in self._shows.values() for name in (s.title, *s.aliases))

    @cached_property
    def _people_by_name(self) -> Mapping[str, tuple[Person, ...]]:
        people = sorted(self._people.values(), key=lambda p: (-p.prominence, p.id))
        return _index((name, p) for p in people for name in (p.name, *p.aliases))

    @cached_property
    def _portrayals_by_name(self) -> Mapping[str, tuple[Portrayal, ...]]:
        return _index(
            (c.character, Portrayal(show=s.id, person=c.person, character=c.character))
            for s in self._shows.values()
            for c in s.cast
            if c.character
        )

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return Gazetteer(self._printed_names())

    def _printed_names(self) -> Iterator[Name]:
        for show in self._shows.values():
            yield from _all_spellings(MentionKind.SHOW, (show.title, *show.aliases), show.id)
            characters = dict.fromkeys(c.character for c in show.cast if " " in c.character)
            yield from _all_spellings(MentionKind.CHARACTER, characters, show.id, several_words=True)
        for person in self._people.values():
            yield from _all_spellings(MentionKind.PERSON, (person.name, *person.aliases), person.id)
        for name in (*self._names, *self._unlisted_networks()):
            yield from _all_spellings(name.kind, (name.name, *name.aliases), slug(name.name))

    def _unlisted_networks(self) -> Iterator[PlainName]:
        networks = (n for n in self._names if n.kind is MentionKind.NETWORK)
        listed = {fold(form) for n in networks for form in (n.name, *n.aliases)}
        for network in dict.fromkeys(n for s in self._shows.values() for n in s.networks):
            if fold(network) not in listed:
                yield PlainName(kind=MentionKind.NETWORK, name=network)


def _all_spellings(kind: MentionKind, names: Iterable[str], key: str, *, several_words: bool = False) -> Iterator[Name]:
    forms = dict.fromkeys(form for name in names for form in spellings(name))
    return (Name(kind, form, key) for form in forms if not several_words or " " in form)


def _index(pairs: Iterable[tuple[str, _Named]]) -> dict[str, tuple[_Named, ...]]:
    by_name: dict[str, list[_Named]] = {}
    for name, thing in pairs:
        for form in spellings(name):
            same = by_name.setdefault(fold(form), [])
            if thing not in same:
                same.append(thing)
    return {name: tuple(things) for name, things in by_name.items()}
