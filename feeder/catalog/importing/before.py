"""What was imported before goes into the work table as one more source, so that an import adds to it and ids stay."""

from __future__ import annotations

from feeder.catalog.imported import Imported
from feeder.catalog.importing.work import Work, before
from feeder.catalog.records import Person, Show
from feeder.model import Role, TagKind


def read(imported: Imported, work: Work) -> None:
    """All of it, with the keys that its sources know it by."""
    for rank, show in enumerate(imported.shows(), start=1):
        _show(show, imported, work, weight=1 / (1 + rank))
    for person in imported.people():
        _person(person, imported, work)
    for kind, key, thing in imported.source_keys():
        (work.same_show if kind is TagKind.SHOW else work.same_person)(before(kind, thing), key)


def _show(show: Show, imported: Imported, work: Work, *, weight: float) -> None:
    """`weight` keeps the order among the shows of before, below all that a new source knows."""
    key = before(TagKind.SHOW, show.id)
    first, last = show.years or (None, None)
    running = first is not None and last is None
    work.show(key, show.title, first=first, last=last, running=running, weight=weight / 1000)
    for alias in show.aliases:
        work.alias(key, alias)
    for network in show.networks:
        work.network(key, network)
    for creator in show.creators:
        work.credit(key, before(TagKind.PERSON, creator), place=0, role=Role.CREATOR)
    for place, member in enumerate(show.cast):
        roles = person.roles if (person := imported.person(member.person)) else ()
        role = next((r for r in (Role.ACTOR, Role.HOST) if r in roles), Role.OTHER)
        if member.character:
            role = Role.ACTOR
        work.credit(key, before(TagKind.PERSON, member.person), place=place, role=role, character=member.character)


def _person(person: Person, imported: Imported, work: Work) -> None:
    key = before(TagKind.PERSON, person.id)
    work.person(key, person.name)
    for alias in person.aliases:
        work.alias(key, alias)
    behind = [role for role in person.roles if role not in (Role.ACTOR, Role.CREATOR)]
    for credit in person.credits:
        show = imported.show(credit)
        if show is not None and person.id not in (*show.creators, *(c.person for c in show.cast)):
            for role in behind:
                work.credit(before(TagKind.SHOW, credit), key, place=len(show.cast), role=role)
