"""Wikidata: the lines of a JSON dump, and the results of a SPARQL endpoint.

https://www.wikidata.org/wiki/Wikidata:Database_download (one entity a line, between "[" and "]"), and SPARQL 1.1 Query
Results JSON Format (W3C, 2013).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from feeder.catalog.importing.bits import Bits
from feeder.catalog.importing.options import Options
from feeder.catalog.importing.streams import Source
from feeder.catalog.importing.work import Work, fame, year
from feeder.model import Role

#: What a show is an instance of. The classes below television series that hold most shows.
SERIES = {
    "Q5398426": "television series",
    "Q15416": "television program",
    "Q1259759": "miniseries",
    "Q581714": "animated series",
    "Q117467246": "animated television series",
    "Q63952888": "anime television series",
    "Q526877": "web series",
    "Q1366112": "drama television series",
    "Q170238": "sitcom",
    "Q23739": "soap opera",
    "Q182415": "reality television",
    "Q622812": "talk show",
}
#: Episodes and seasons have broadcasters and casts, too, and are no shows.
_PARTS_OF = frozenset(("Q21191270", "Q3464665"))
#: The role behind each property.
ROLES = {
    "P161": Role.ACTOR,
    "P725": Role.ACTOR,
    "P371": Role.HOST,
    "P170": Role.CREATOR,
    "P162": Role.PRODUCER,
    "P1431": Role.PRODUCER,
    "P58": Role.WRITER,
    "P57": Role.DIRECTOR,
}
_TVMAZE = "P8600"
_SERIES_LINE = re.compile(rb'"(?:%s|P8600)"' % b"|".join(q.encode() for q in SERIES))
_ID = re.compile(rb'"id"\s*:\s*"(Q[1-9]\d{0,11})"')
_ENTITY = re.compile(r"(?:https?://www\.wikidata\.org/entity/)?(Q[1-9]\d*)")
_DIGITS = 10  # more are no number of sitelinks
_MANY_LINKS = 120  # sitelinks: the best known series have about as many
_FIRST = ("P580", "P571", "P577", "P1191")
_LAST = ("P582", "P576")


def read_dump(source: Source, work: Work, options: Options) -> None:
    """Twice through the file: shows first, then the people, networks and characters that they name."""
    wanted = Bits()
    ended = opened = False
    for line in source.lines():
        text = line.strip()
        if source.line == 1 and text.startswith(b"["):
            opened, text = True, text[1:]
        if not text:
            continue
        if ended:
            source.fail("something follows the end of the list")
        ended = text == b"]" or (text.endswith(b"]") and not text.startswith(b"{"))
        if _SERIES_LINE.search(text):
            with _shaped(source):
                for number in _show(_entity(source, text), work, options):
                    wanted.add(number)
    if opened and not ended:
        source.fail("cut off: the list of entities has no end; fetch the file again")
    for line in source.lines():
        found = _ID.search(line, 0, 200) or _ID.search(line)
        if found and int(found[1][1:]) in wanted:
            with _shaped(source):
                _named(_entity(source, line.strip().removeprefix(b"[")), work)


@contextmanager
def _shaped(source: Source) -> Iterator[None]:
    """What a dump never holds ends the import with its line, not with a traceback."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        source.fail(f"an entity in an unexpected shape ({type(error).__name__}: {error})")


def _entity(source: Source, line: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(line.removesuffix(b","))
    except (ValueError, RecursionError) as error:
        if "Extra data" in str(error):
            source.fail("more than an entity in a line; Wikidata's dump has one a line")
        source.fail(f"bad JSON: {error}")
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        source.fail("no entity of Wikidata: it lacks an id")
    return value


def _show(entity: Mapping[str, Any], work: Work, options: Options) -> Iterator[int]:
    """Put it in, if it is one; the numbers of the entities it names."""
    key = entity["id"]
    classes = set(_items(entity, "P31"))
    if classes & _PARTS_OF or not (classes & SERIES.keys() or _claims(entity, _TVMAZE)):
        return
    links = len(entity.get("sitelinks") or ())
    title = _label(entity)
    if links < options.min_sitelinks or not title:
        return
    first = min(_years(entity, _FIRST), default=None)
    last = max(_years(entity, _LAST), default=None)
    running = last is None and first is not None
    if not work.show(key, title, first=first, last=last, running=running, weight=fame(links, _MANY_LINKS)):
        return
    for alias in _aliases(entity):
        work.alias(key, alias)
    _same(entity, work)
    for network in _items(entity, "P449"):
        work.network(key, network)
        yield int(network[1:])
    for property_, role in ROLES.items():
        for place, claim in enumerate(_claims(entity, property_)):
            person = _item(claim.get("mainsnak"))
            if person is None:
                continue
            yield int(person[1:])
            for character in _characters(claim):
                work.credit(key, person, place=place, role=role, character=character)
                if re.fullmatch(r"Q\d+", character):
                    yield int(character[1:])


def _named(entity: Mapping[str, Any], work: Work) -> None:
    """Somebody or something that a show names. Which of the two only the credits know: it is put in as both."""
    key, label = entity["id"], _label(entity)
    if not label:
        return
    work.label(key, label)
    if "Q5" in _items(entity, "P31"):
        work.person(key, label)
        for alias in _aliases(entity):
            work.alias(key, alias)
        for imdb in _strings(entity, "P345"):
            if imdb.startswith("nm"):
                work.same_person(key, imdb)


def _same(entity: Mapping[str, Any], work: Work) -> None:
    for imdb in _strings(entity, "P345"):
        if imdb.startswith("tt"):
            work.same_show(entity["id"], imdb)
    for tvmaze in _strings(entity, _TVMAZE):
        work.same_show(entity["id"], f"tvmaze:show:{tvmaze}")


def _label(entity: Mapping[str, Any]) -> str:
    labels = entity.get("labels") or {}
    for language in ("en", "mul", "en-us", "en-gb", "en-ca"):
        if language in labels:
            return str(labels[language]["value"])
    return ""


def _aliases(entity: Mapping[str, Any]) -> Iterator[str]:
    aliases = entity.get("aliases") or {}
    yield from (str(a["value"]) for language in ("en", "mul") for a in aliases.get(language, ()))


def _claims(entity: Mapping[str, Any], property_: str) -> Sequence[Mapping[str, Any]]:
    claims = (entity.get("claims") or {}).get(property_, ())
    return [c for c in claims if c.get("rank") != "deprecated"]


def _item(snak: Mapping[str, Any] | None) -> str | None:
    value = ((snak or {}).get("datavalue") or {}).get("value")
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) and re.fullmatch(r"Q[1-9]\d*", found) else None


def _items(entity: Mapping[str, Any], property_: str) -> list[str]:
    return [i for c in _claims(entity, property_) if (i := _item(c.get("mainsnak"))) is not None]


def _strings(entity: Mapping[str, Any], property_: str) -> Iterator[str]:
    for claim in _claims(entity, property_):
        value = (claim.get("mainsnak", {}).get("datavalue") or {}).get("value")
        if isinstance(value, str):
            yield value


def _years(entity: Mapping[str, Any], properties: Sequence[str]) -> Iterator[int]:
    for property_ in properties:
        found = []
        for claim in _claims(entity, property_):
            value = (claim.get("mainsnak", {}).get("datavalue") or {}).get("value")
            if isinstance(value, dict) and (when := year(str(value.get("time", "")).removeprefix("+"))):
                found.append(when)
        if found:
            yield from found
            return  # the properties stand in order of precedence


def _characters(claim: Mapping[str, Any]) -> Sequence[str]:
    """Names, or ids of characters that have an item of their own; "" for nobody knows."""
    qualifiers = claim.get("qualifiers") or {}
    named = [v for s in qualifiers.get("P4633", ()) if isinstance(v := (s.get("datavalue") or {}).get("value"), str)]
    return named or [i for s in qualifiers.get("P453", ()) if (i := _item(s)) is not None] or [""]


def read_results(source: Source, work: Work, options: Options) -> None:
    """The rows of a SELECT. Variables (all but the first two may be missing or unbound in a row):

    ?show ?showLabel ?first ?last ?sitelinks ?imdb ?tvmaze ?alias ?networkLabel
    ?person ?personLabel ?personImdb ?role ?characterLabel. Values of ?role: actor, creator, host, producer, ...
    A show may have any number of rows.
    """
    places: dict[tuple[str, str], int] = {}
    last_show = ""
    for number, row in enumerate(source.values("bindings"), start=1):
        if not isinstance(row, dict):
            source.fail(f"row {number} is no set of bindings")
        bound = {name: str(term.get("value", "")) for name, term in row.items() if isinstance(term, dict)}
        entity = _ENTITY.fullmatch(bound.get("show", ""))
        if not entity:
            source.fail(f"row {number} binds ?show to no entity of Wikidata; feeder reads ?show ?showLabel ?person ...")
        key = entity[1]
        if key != last_show:
            last_show = key
            places.clear()  # rows of one show follow one another; where not, a place in the billing is only less exact
        _row(bound, key, work, options, places)


def _row(bound: Mapping[str, str], key: str, work: Work, options: Options, places: dict[tuple[str, str], int]) -> None:
    counted = bound.get("sitelinks", "")
    links = int(counted) if counted.isdecimal() and len(counted) < _DIGITS else None
    label = bound.get("showLabel", "")
    if label and label != key and (links is None or links >= options.min_sitelinks):
        first, last = year(bound.get("first", "")), year(bound.get("last", ""))
        work.show(
            key, label, first=first, last=last, running=bool(first and not last), weight=fame(links or 0, _MANY_LINKS)
        )
    if bound.get("imdb", "").startswith("tt"):
        work.same_show(key, bound["imdb"])
    if bound.get("tvmaze"):
        work.same_show(key, f"tvmaze:show:{bound['tvmaze']}")
    if bound.get("alias"):
        work.alias(key, bound["alias"])
    if bound.get("networkLabel"):
        work.network(key, bound["networkLabel"])
    person = _ENTITY.fullmatch(bound.get("person", ""))
    if not person or bound.get("personLabel", "") in ("", person[1]):
        return
    work.person(person[1], bound["personLabel"])
    if bound.get("personImdb", "").startswith("nm"):
        work.same_person(person[1], bound["personImdb"])
    role = next((r for r in Role if r.value == bound.get("role", "actor")), Role.OTHER)
    place = places.setdefault((role, person[1]), len(places))
    work.credit(key, person[1], place=place, role=role, character=bound.get("characterLabel", ""))
