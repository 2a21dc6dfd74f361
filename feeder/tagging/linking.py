"""Which show, which person? Homonyms are told apart by what else the article names; what stays open is ambiguous."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from feeder.catalog import Catalog, Person, Show
from feeder.model import MentionKind
from feeder.tagging.coreference import Name
from feeder.tagging.names import is_short_form, person_words, same_person
from feeder.text import fold, slug

_SURE = 0.75  # of the model, for a surname alone that a show's cast explains
_AND = re.compile(r"\s+(?:and|&)\s+")


@dataclass(frozen=True, slots=True)
class Link:
    """Who or what a name is."""

    id: str
    label: str
    known: bool = False
    year: int | None = None
    candidates: tuple[str, ...] = ()  #: not empty: could be any of these, `id` among them
    why: str = ""


@dataclass(frozen=True, slots=True)
class Clues:
    """What else the article names, folded."""

    text: str  #: the whole article
    year: int  #: of publication
    people: Collection[str]  #: ids and names of people
    characters: Collection[tuple[str, ...]]
    shows: Collection[str] = ()  #: ids of the shows it may be about


def link_show(name: Name, catalog: Catalog, clues: Clues) -> Link:
    """The catalog's show of that name for which the article gives the most evidence."""
    found: dict[str, Show] = {}
    for surface in dict.fromkeys((name.label, *(m.surface for m in name.mentions))):
        for show in catalog.shows_named(surface):
            found.setdefault(show.id, show)
        if found:
            break  # the fullest form decides; a short form may stand for more
    if not found:
        for show_id in name.ids(MentionKind.SHOW):
            known = catalog.show(show_id)
            if known is not None:
                found[known.id] = known
    possible = [s for s in found.values() if s.years is None or s.years[0] <= clues.year + 2] or list(found.values())
    if not possible:
        return Link(slug(name.label), name.label)
    if len(possible) == 1:
        return _show_link(possible[0], "the only show of that name in the catalog")
    scored = sorted(((show_evidence(s, catalog, clues), s) for s in possible), key=lambda e: -e[0][0])
    (points, why), best = scored[0]
    if points > scored[1][0][0] and points >= 1:
        return _show_link(best, f"told apart by {why}")
    open_ones = [s for (p, _), s in scored if p == points] if points >= 1 else [s for _, s in scored]
    first = min(open_ones, key=lambda s: (s.id not in clues.shows, -(s.years[0] if s.years else 0), s.id))
    ids = tuple(sorted(s.id for s in open_ones))
    link = _show_link(first, "several shows have this name and the article does not say which")
    return Link(link.id, link.label, True, link.year, ids, link.why)


def _show_link(show: Show, why: str) -> Link:
    return Link(show.id, show.title, True, show.years[0] if show.years else None, (), why)


def show_evidence(show: Show, catalog: Catalog, clues: Clues) -> tuple[float, str]:
    """Points for a homonym, and the strongest reason: cast or creators named (2 each), characters (2), year (2),
    network (1), on the air when the article came out (0.5)."""
    reasons: list[tuple[float, str]] = []
    for person_id in dict.fromkeys((*(c.person for c in show.cast), *show.creators)):
        person = catalog.person(person_id)
        if person is not None and (person_id in clues.people or fold(person.name) in clues.people):
            reasons.append((2.0, person.name))
    for member in show.cast:
        parts = person_words(member.character)
        if parts and any(parts == c or is_short_form(c, parts) == "first" for c in clues.characters):
            reasons.append((2.0, f"the character {member.character}"))
    if show.years and re.search(rf"\b{show.years[0]}\b", clues.text):
        reasons.append((2.0, f"the year {show.years[0]}"))
    for network in show.networks:
        if re.search(rf"\b{re.escape(fold(network))}\b", clues.text):
            reasons.append((1.0, network))
            break
    if show.years and show.years[0] - 1 <= clues.year <= (show.years[1] or 9999) + 1:
        reasons.append((0.5, f"on the air in {clues.year}"))
    reasons.sort(key=lambda r: -r[0])
    return sum(p for p, _ in reasons), reasons[0][1] if reasons else ""


def link_person(name: Name, catalog: Catalog, clues: Clues) -> Link:
    """The catalog's person of that name; for homonyms the one whose shows or fellow players the article names."""
    found: dict[str, Person] = {}
    for surface in dict.fromkeys((name.label, *(m.surface for m in name.mentions if not name.lone))):
        if len(person_words(surface)) < 2 and not name.lone:
            continue
        for person in catalog.people_named(surface):
            found.setdefault(person.id, person)
        if found:
            break
    if not found:
        for person_id in name.ids(MentionKind.PERSON):
            known = catalog.person(person_id)
            if known is not None and (name.lone or same_person(person_words(known.name), person_words(name.label))):
                found[known.id] = known
    if not found and name.lone:
        found = _by_surname(name, catalog, clues)
    people = list(found.values())
    if not people:
        return Link(slug(name.label), name.label)
    if len(people) == 1:
        return Link(people[0].id, people[0].name, True, why="the only person of that name in the catalog")
    scored = sorted(((_person_evidence(p, catalog, clues), p) for p in people), key=lambda e: (-e[0], -e[1].prominence))
    if scored[0][0] > scored[1][0]:
        best = scored[0][1]
        return Link(best.id, best.name, True, why="told apart by the shows the article names")
    ids = tuple(sorted(p.id for s, p in scored if s == scored[0][0]))
    best = scored[0][1]
    return Link(best.id, best.name, True, None, ids, "several people have this name and the article does not say which")


def _person_evidence(person: Person, catalog: Catalog, clues: Clues) -> float:
    points = 2.0 * sum(c in clues.shows for c in person.credits)
    for known in person.known_for:
        points += 2.0 * bool(re.search(rf"\b{re.escape(fold(known))}\b", clues.text))
    for credit in person.credits:
        show = catalog.show(credit)
        if show is None:
            continue
        fellows = {c.person for c in show.cast} - {person.id}
        points += 0.5 * len(fellows & set(clues.people))
    return points


def _by_surname(name: Name, catalog: Catalog, clues: Clues) -> dict[str, Person]:
    """Those in shows of this article who are called so, by id: 'Letterman' beside the Late Show."""
    parts = person_words(name.label)
    found: dict[str, Person] = {}
    for show_id in clues.shows:
        show = catalog.show(show_id)
        if show is None:
            continue
        for person_id in (*show.creators, *(c.person for c in show.cast)):
            person = catalog.person(person_id)
            if person is not None and is_short_form(parts, person_words(person.name)) == "surname":
                found[person.id] = person
    return found


def surnames(alone: Sequence[Name], catalog: Catalog, clues: Clues) -> list[tuple[Name, float, str]]:
    """Of names of one word those that are the surname of one person alone of all in the shows of this article.

    With the model's probability that it is a person, and why.
    """
    found = []
    for name in alone:
        sure = max((m.score for m in name.mentions if m.by_model and m.kind is MentionKind.PERSON), default=0.0)
        if sure >= _SURE and len(_by_surname(name, catalog, clues)) == 1:
            found.append((name, sure, "a surname of one person in the shows of this article"))
    return found


def couples(
    text: str, alone: Sequence[Name], catalog: Catalog, clues: Clues
) -> Iterator[tuple[Name, Link, float, str]]:
    """Pairs of names of one word that are the first names of two who make one show of this article."""
    starts = {m.start: name for name in alone for m in name.mentions}
    for one in alone:
        for mention in one.mentions:
            link = _AND.match(text[mention.end : mention.end + 12])
            other = starts.get(mention.end + link.end()) if link else None
            pair = _couple(one, other, catalog, clues) if other is not None else None
            if other is not None and pair is not None:
                why = "first names of two who make a show in this article"
                yield one, pair[0], _SURE, why
                yield other, pair[1], _SURE, why


def _couple(one: Name, other: Name, catalog: Catalog, clues: Clues) -> tuple[Link, Link] | None:
    """Two who make or host a show of this article, by their first names: 'Robert and Michelle' beside The Good Wife."""
    found: dict[tuple[str, str], tuple[Person, Person]] = {}
    for show_id in clues.shows:
        show = catalog.show(show_id)
        if show is None:
            continue
        ids = dict.fromkeys((*show.creators, *(c.person for c in show.cast if not c.character)))
        makers = [person for person in map(catalog.person, ids) if person is not None]
        first, second = (
            [p for p in makers if is_short_form(person_words(name.label), person_words(p.name)) == "first"]
            for name in (one, other)
        )
        if len(first) == len(second) == 1:
            found[first[0].id, second[0].id] = first[0], second[0]
    if len(found) != 1:
        return None
    why = "both make a show that the article names"
    (pair,) = found.values()
    return Link(pair[0].id, pair[0].name, True, why=why), Link(pair[1].id, pair[1].name, True, why=why)


def owner_show(word: str, catalog: Catalog, clues: Clues) -> Link:
    """The owner's word for a show, resolved as far as the catalog can; an id is taken as it is."""
    by_id = catalog.show(word)
    shows = (by_id,) if by_id is not None else catalog.shows_named(word)
    if not shows:
        return Link(slug(word), " ".join(word.split()))
    best = max(shows, key=lambda s: (show_evidence(s, catalog, clues)[0], fold(s.title) == fold(word)))
    return _show_link(best, "")


def owner_person(word: str, catalog: Catalog, clues: Clues) -> Link:
    """The owner's word for a person, likewise."""
    by_id = catalog.person(word)
    people: Sequence[Person] = (by_id,) if by_id is not None else catalog.people_named(word)
    if not people:
        return Link(slug(word), " ".join(word.split()))
    best = max(people, key=lambda p: (_person_evidence(p, catalog, clues), p.prominence))
    return Link(best.id, best.name, True)
