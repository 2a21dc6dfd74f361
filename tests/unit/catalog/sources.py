"""Small files in the forms that an import takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from feeder.catalog import Catalog, Imported
from feeder.catalog.importing import Options, Report, import_files
from feeder.catalog.importing.imdb import TABLES
from feeder.catalog.loading import assemble
from feeder.catalog.tables import Row, parse

NOTHING = "\\N"

#: The catalog that imports stand beside in these tests.
TABLE_SHOWS = """id|title|years|networks|aliases|creators|cast
|Gilmore Girls|2000-2007|The WB||Amy Sherman-Palladino|Lauren Graham=Lorelai Gilmore; Alexis Bledel=Rory Gilmore
ghosts-2019|Ghosts|2019-2023|BBC One|||Charlotte Ritchie=Alison Cooper
ghosts-2021|Ghosts|2021-|CBS|||Rose McIver=Sam
"""
TABLE_PEOPLE = "id|name|aliases|roles|known for\nchris-evans|Chris Evans||actor|Not Another Teen Movie\n"


def rows(*texts: str) -> list[Row]:
    return [row for n, text in enumerate(texts) for row in parse(f"{n}.psv", text)]


def small_catalog(imported: Path | None = None, *own: str) -> Catalog:
    layers = [rows(TABLE_SHOWS, TABLE_PEOPLE), rows(*own)]
    return assemble(layers, imported=Imported(imported) if imported else None)


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def table(folder: Path, name: str, lines: Iterable[Sequence[str]]) -> Path:
    """One of IMDb's tables; columns that a line lacks are `\\N`."""
    width = TABLES[name].count(b"\t") + 1
    text = TABLES[name].decode() + "\n"
    text += "".join("\t".join([*line, *[NOTHING] * (width - len(line))]) + "\n" for line in lines)
    return write(folder / f"{name}.tsv", text)


def titles(folder: Path, *lines: Sequence[str]) -> Path:
    """(tconst, type, title, first year, last year)."""
    full = [(key, kind, title, title, "0", first, last) for key, kind, title, first, last in lines]
    return table(folder, "title.basics", full)


def principals(folder: Path, *lines: Sequence[str]) -> Path:
    """(tconst, place, nconst, category, job, characters)."""
    return table(folder, "title.principals", lines)


def names(folder: Path, **people: str) -> Path:
    return table(folder, "name.basics", list(people.items()))


def maze(folder: Path, *shows: Mapping[str, Any], name: str = "tvmaze.json") -> Path:
    return write(folder / name, json.dumps(list(shows)))


def maze_show(number: int, title: str, premiered: str, *cast: tuple[int, str, str], **more: Any) -> dict[str, Any]:
    """`cast`: (number of the person, name, character)."""
    return {
        "id": number,
        "url": f"https://www.tvmaze.com/shows/{number}",
        "name": title,
        "premiered": premiered,
        "externals": {"imdb": None},
        "_embedded": {
            "cast": [{"person": {"id": key, "name": name}, "character": {"name": played}} for key, name, played in cast]
        },
        **more,
    }


def entity(key: str, label: str, *, links: int = 30, **claims: Any) -> dict[str, Any]:
    """An item of Wikidata; a claim is a text, an item ("Q..."), a year ("+2000"), or (item, {qualifier: value})."""
    return {
        "type": "item",
        "id": key,
        "labels": {"en": {"language": "en", "value": label}},
        "aliases": {"en": [{"language": "en", "value": alias} for alias in claims.pop("aliases", ())]},
        "claims": {name: [_claim(value) for value in _listed(values)] for name, values in claims.items()},
        "sitelinks": {f"w{n}": {} for n in range(links)},
    }


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _claim(value: Any) -> dict[str, Any]:
    value, qualifiers = value if isinstance(value, tuple) else (value, {})
    claim: dict[str, Any] = {"mainsnak": _snak(value), "rank": "normal"}
    if qualifiers:
        claim["qualifiers"] = {name: [_snak(v)] for name, v in qualifiers.items()}
    return claim


def _snak(value: str) -> dict[str, Any]:
    if value.startswith("Q") and value[1:].isdigit():
        return {"datavalue": {"type": "wikibase-entityid", "value": {"id": value}}}
    if value.startswith("+"):
        return {"datavalue": {"type": "time", "value": {"time": f"{value}-01-01T00:00:00Z", "precision": 9}}}
    return {"datavalue": {"type": "string", "value": value}}


def dump(folder: Path, *entities: Mapping[str, Any], name: str = "dump.json") -> Path:
    lines = ",\n".join(json.dumps(e, separators=(",", ":")) for e in entities)
    return write(folder / name, f"[\n{lines}\n]\n")


def results(folder: Path, *bindings: Mapping[str, str], name: str = "results.json") -> Path:
    """SPARQL results; entities are written as "Q...", as their addresses in the file."""
    made = [
        {
            variable: {"type": "uri", "value": f"http://www.wikidata.org/entity/{value}"}
            if variable in ("show", "person")
            else {"type": "literal", "value": value}
            for variable, value in row.items()
        }
        for row in bindings
    ]
    return write(folder / name, json.dumps({"head": {"vars": ["show"]}, "results": {"bindings": made}}, indent=1))


def unseen(name: str, done: int, total: int) -> None:
    """Nobody looks on."""


def take_in(folder: Path, *paths: Path, known: Catalog | None = None, **options: Any) -> Report:
    """Import into `imported.db` of the folder."""
    return import_files(
        paths,
        into=folder / "imported.db",
        known=known or small_catalog(),
        options=Options(**{"min_sitelinks": 0, "min_votes": 0, **options}),
        progress=unseen,
    )
