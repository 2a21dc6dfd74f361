"""One show or person of two sources made one: the first source has the word, the second adds what the first lacks."""

from __future__ import annotations

from dataclasses import replace

from feeder.catalog.records import Person, Show
from feeder.text import fold

#: Years by which two sources may disagree about the first one of a show.
YEARS_APART = 1


def join_shows(one: Show, other: Show) -> Show:
    """`one`, completed by `other` of the same id; unchanged where the years say that they are two different shows."""
    if one.years and other.years and abs(one.years[0] - other.years[0]) > YEARS_APART:
        return one
    known = {c.person for c in one.cast}
    return replace(
        one,
        years=_years(one, other),
        networks=one.networks or other.networks,
        aliases=_aliases(one.title, one.aliases, (other.title, *other.aliases)),
        creators=one.creators or other.creators,
        cast=(*one.cast, *(c for c in other.cast if c.person not in known)),
        wikidata=one.wikidata or other.wikidata,
    )


def _years(one: Show, other: Show) -> tuple[int, int | None] | None:
    """A source that knows the end is the newer one."""
    if one.years and other.years and one.years[1] is None:
        return one.years[0], other.years[1]
    return one.years or other.years


def join_people(one: Person, other: Person) -> Person:
    """`one`, completed by `other` of the same id; unchanged where they have credits and not one in common."""
    if one.credits and other.credits and not set(one.credits) & set(other.credits):
        return one
    return replace(
        one,
        aliases=_aliases(one.name, one.aliases, (other.name, *other.aliases)),
        roles=tuple(dict.fromkeys((*one.roles, *other.roles))),
        credits=tuple(dict.fromkeys((*one.credits, *other.credits))),
        known_for=one.known_for or other.known_for,
        wikidata=one.wikidata or other.wikidata,
        prominence=max(one.prominence, other.prominence),
    )


def _aliases(name: str, mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    """Mine, then theirs that read differently from all before."""
    known = {fold(name), *map(fold, mine)}
    more = []
    for alias in theirs:
        if (folded := fold(alias)) not in known:
            known.add(folded)
            more.append(alias)
    return (*mine, *more)
