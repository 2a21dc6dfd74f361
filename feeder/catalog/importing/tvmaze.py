"""TVmaze's JSON: shows as its API lists them, with cast, crew and other titles where they are embedded.

https://www.tvmaze.com/api: /shows?page=N, /shows/ID?embed[]=cast&embed[]=crew&embed[]=akas
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from feeder.catalog.importing.streams import Source
from feeder.catalog.importing.work import Work, year
from feeder.model import Role

_ENGLISH = frozenset(("US", "GB", "CA", "AU", "IE", "NZ"))
_CREW = {
    "Creator": Role.CREATOR,
    "Co-Creator": Role.CREATOR,
    "Developer": Role.CREATOR,
    "Showrunner": Role.SHOWRUNNER,
    "Executive Producer": Role.PRODUCER,
}


def read(source: Source, work: Work) -> None:
    for value in source.values():
        show = value.get("show", value) if isinstance(value, dict) else value
        if not isinstance(show, dict) or not isinstance(show.get("id"), int) or not isinstance(show.get("name"), str):
            source.fail("no show of TVmaze: it lacks id or name")
        _show(show, work)


def _show(show: Mapping[str, Any], work: Work) -> None:
    key = f"tvmaze:show:{show['id']}"
    ended = year(show.get("ended"))
    added = work.show(
        key,
        show["name"],
        first=year(show.get("premiered")),
        last=ended,
        running=ended is None and show.get("status") in ("Running", "To Be Determined", "In Development"),
        weight=_number(show.get("weight")) / 100,
    )
    if not added:
        return
    imdb = _part(show, "externals").get("imdb")
    if isinstance(imdb, str) and re.fullmatch(r"tt\d+", imdb):
        work.same_show(key, imdb)
    for home in ("network", "webChannel"):
        if isinstance(name := _part(show, home).get("name"), str):
            work.network(key, name)
    embedded = _part(show, "_embedded")
    for aka in _parts(embedded, "akas"):
        country = aka.get("country")
        if isinstance(aka.get("name"), str) and (
            country is None or (isinstance(country, dict) and country.get("code") in _ENGLISH)
        ):
            work.alias(key, aka["name"])
    for place, member in enumerate(_parts(embedded, "cast")):
        himself = bool(member.get("self"))
        character = _part(member, "character").get("name")
        shown = character if isinstance(character, str) and not himself else ""
        _credit(work, key, member, place, Role.OTHER if himself else Role.ACTOR, shown)
    for place, member in enumerate(_parts(embedded, "crew")):
        role = _CREW.get(str(member.get("type")))
        if role is not None:
            _credit(work, key, member, place, role, "")


def _credit(work: Work, show: str, member: Mapping[str, Any], place: int, role: Role, character: str) -> None:
    person = _part(member, "person")
    if isinstance(person.get("id"), int) and isinstance(person.get("name"), str):
        key = f"tvmaze:person:{person['id']}"
        work.person(key, person["name"])
        work.credit(show, key, place=place, role=role, character=character)


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _parts(value: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    found = value.get(name)
    return (part for part in found if isinstance(part, dict)) if isinstance(found, list) else iter(())


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0
