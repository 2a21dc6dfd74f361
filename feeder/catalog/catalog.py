"""The catalog: what is known by id and by name, and where its names stand in a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from feeder.catalog.gazetteer import Gazetteer, Name
from feeder.catalog.imported import Imported
from feeder.catalog.joining import join_people, join_shows
from feeder.catalog.records import Hit, Person, PlainName, Show
from feeder.catalog.spelling import spellings
from feeder.model import MentionKind, TagKind
from feeder.text import fold, slug

_Named = TypeVar("_Named", Show, Person)


class Catalog:
    """Immutable. What is looked up by name or in texts is indexed on first use.

    `shows` and `people` of tables are in memory; those of the imported file stay there until they are asked for. The
    same id in both is one thing: the table has the word and the import completes it, except for the ids in `owned`.
    """

    def __init__(
        self,
        *,
        shows: Iterable[Show],
        people: Iterable[Person],
        names: Iterable[PlainName] = (),
        imported: Imported | None = None,
        owned: Iterable[tuple[TagKind, str]] = (),
        rejected: Iterable[tuple[TagKind, str]] = (),
    ) -> None:
        self._shows = {s.id: s for s in shows}
        self._people = {p.id: p for p in people}
        self._names = tuple(names)
        self._imported = imported
        self._owned = frozenset(owned)
        self._rejected = frozenset(rejected)

    @property
    def shows(self) -> Sequence[Show]:
        """Those of the tables, as they stand there."""
        return tuple(self._shows.values())

    @property
    def people(self) -> Sequence[Person]:
        """Those of the tables, and of the casts in them."""
        return tuple(self._people.values())

    @property
    def names(self) -> Sequence[PlainName]:
        """What is neither a show nor a person: films, works, networks, outlets, places, ..."""
        return self._names

    @property
    def imported(self) -> Imported | None:
        return self._imported

    def counts(self) -> tuple[int, int]:
        """How many shows and people there are in all."""
        if self._imported is None:
            return len(self._shows), len(self._people)
        shows, people = self._imported.counts()
        return (
            shows + sum(self._imported.show(key) is None for key in self._shows),
            people + sum(self._imported.person(key) is None for key in self._people),
        )

    def show(self, show_id: str) -> Show | None:
        mine = self._shows.get(show_id)
        if self._imported is None or (TagKind.SHOW, show_id) in self._owned:
            return mine
        theirs = self._imported.show(show_id)
        return join_shows(mine, theirs) if mine and theirs else mine or theirs

    def person(self, person_id: str) -> Person | None:
        mine = self._people.get(person_id)
        if self._imported is None or (TagKind.PERSON, person_id) in self._owned:
            return mine
        theirs = self._imported.person(person_id)
        return join_people(mine, theirs) if mine and theirs else mine or theirs

    def rejected(self, kind: TagKind, key: str) -> bool:
        """Whether the owner has said that a name which the catalog does not know is none."""
        return (kind, key) in self._rejected

    def shows_named(self, name: str) -> tuple[Show, ...]:
        """By title or alias, whatever the case and the accents; in catalog order, then imported ones by prominence."""
        folded = fold(name)
        mine = self._shows_by_name.get(folded, ())
        if self._imported is None:
            return mine
        theirs = (key for key in self._imported.shows_named(folded) if (TagKind.SHOW, key) not in self._owned)
        ids = dict.fromkeys((*(s.id for s in mine), *theirs))
        return tuple(s for s in map(self.show, ids) if s is not None)

    def people_named(self, name: str) -> tuple[Person, ...]:
        """By name or alias, whatever the case and the accents; the most prominent first."""
        folded = fold(name)
        mine = self._people_by_name.get(folded, ())
        if self._imported is None:
            return mine
        theirs = (key for key in self._imported.people_named(folded) if (TagKind.PERSON, key) not in self._owned)
        ids = dict.fromkeys((*(p.id for p in mine), *theirs))
        found = [p for p in map(self.person, ids) if p is not None]
        return tuple(sorted(found, key=lambda p: (-p.prominence, p.id)))

    def beginning(self, text: str, kind: TagKind, limit: int) -> tuple[str, ...]:
        """Ids of the shows or people with a name that begins so, whatever case and accents; at most `limit`.

        Those whose whole name it is first, then those of the tables, then the more prominent.
        """
        folded, mention = fold(text), MentionKind.SHOW if kind is TagKind.SHOW else MentionKind.PERSON
        index: Mapping[str, Sequence[Show | Person]] = (
            self._shows_by_name if kind is TagKind.SHOW else self._people_by_name
        )
        exact = [t.id for t in (self.shows_named(text) if kind is TagKind.SHOW else self.people_named(text))]
        mine = [t.id for name in sorted(index) if name.startswith(folded) for t in index[name]]
        theirs = self._imported.beginning(folded, mention, limit) if self._imported else ()
        theirs = tuple(key for key in theirs if (kind, key) not in self._owned)
        return tuple(dict.fromkeys((*exact, *mine, *theirs)))[:limit]

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
    def _gazetteer(self) -> Gazetteer:
        names = sorted(self._printed_names(), key=lambda name: fold(name.printed))
        return Gazetteer(names if self._imported is None else self._with_imported(names, self._imported))

    def _with_imported(self, names: Iterable[Name], imported: Imported) -> Iterator[Name]:
        """Each spelling of a thing once."""
        seen = set()
        for name in names:
            seen.add((name.kind, name.id, fold(name.printed)))
            yield name
        owned = {(kind, key) for tag, key in self._owned for kind in _KINDS_OF[tag]}
        for found in imported.names():
            if (found.kind, found.id, found.folded) not in seen and (found.kind, found.id) not in owned:
                yield Name(found.kind, found.printed, found.id)

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


#: Under which kinds of names a show or a person stands.
_KINDS_OF = {TagKind.SHOW: (MentionKind.SHOW, MentionKind.CHARACTER), TagKind.PERSON: (MentionKind.PERSON,)}


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
