"""IMDb's tables: tab-separated, a header, `\\N` for nothing. https://developer.imdb.com/non-commercial-datasets/

They lean on each other: titles first, then votes and other titles, then who is in them, then names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence

from feeder.catalog.importing.bits import HIGHEST, Bits
from feeder.catalog.importing.options import Options
from feeder.catalog.importing.streams import Source
from feeder.catalog.importing.work import Work, fame, year
from feeder.model import Role

#: The header of each table, in the order in which they are read.
TABLES = {
    "title.basics": (
        b"tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres"
    ),
    "title.ratings": b"tconst\taverageRating\tnumVotes",
    "title.akas": b"titleId\tordering\ttitle\tregion\tlanguage\ttypes\tattributes\tisOriginalTitle",
    "title.principals": b"tconst\tordering\tnconst\tcategory\tjob\tcharacters",
    "name.basics": b"nconst\tprimaryName\tbirthYear\tdeathYear\tprimaryProfession\tknownForTitles",
}
_KEPT = frozenset((b"tvSeries", b"tvMiniSeries"))
#: Titles of other regions are what the show is called there, not what an English article prints.
_REGIONS = frozenset((b"US", b"GB", b"CA", b"AU", b"IE", b"NZ", b"XWW"))
_ROLES = {
    b"actor": Role.ACTOR,
    b"actress": Role.ACTOR,
    b"self": Role.OTHER,
    b"producer": Role.PRODUCER,
    b"director": Role.DIRECTOR,
    b"writer": Role.WRITER,
}
_CREATED = re.compile(rb"\b(?:creat|devis|develop)ed by\b|\bcreator\b", re.IGNORECASE)
_HOST = re.compile(r"\b(?:host|presenter)\b", re.IGNORECASE)
_NOBODY = re.compile(r"self\b|themsel|various|additional voices|narrator", re.IGNORECASE)
_NOTHING = b"\\N"
_MANY_VOTES = 1_000_000
_DIGITS = len(str(HIGHEST))


def read(tables: Sequence[tuple[str, Source]], work: Work, options: Options) -> None:
    """Read these tables (name of the table, file) into `work`, whatever their order."""
    order = list(TABLES)
    reader = _Reader(work, options)
    for name, source in sorted(tables, key=lambda t: order.index(t[0])):
        if name not in ("title.basics", "title.ratings"):
            reader.settle_titles(by_votes=any(n == "title.ratings" for n, _ in tables))
        reader.stages[name](source)
    reader.settle_titles(by_votes=any(n == "title.ratings" for n, _ in tables))
    names = {name for name, _ in tables}
    if "title.principals" in names and "name.basics" not in names:
        next(s for n, s in tables if n == "title.principals").fail(
            "title.principals knows people by number only; give name.basics too", 1
        )


class _Reader:
    def __init__(self, work: Work, options: Options) -> None:
        self._work = work
        self._options = options
        self._titles = Bits()
        self._names = Bits()
        self._settled = False
        self._voted = False
        self.stages: dict[str, Callable[[Source], None]] = {
            "title.basics": self._basics,
            "title.ratings": self._ratings,
            "title.akas": self._akas,
            "title.principals": self._principals,
            "name.basics": self._people,
        }

    def _rows(self, source: Source, table: str) -> Iterator[list[bytes]]:
        header = TABLES[table]
        width = header.count(b"\t")
        for line in source.lines():
            if source.line == 1:
                continue
            if line.count(b"\t") != width:
                source.fail(f"{line.count(9) + 1} columns, expected {width + 1} as in {table}: is the file cut off?")
            yield line.split(b"\t")

    @staticmethod
    def _number(source: Source, value: bytes, prefix: bytes) -> int:
        if value.startswith(prefix) and (n := _whole(value[2:])) is not None:
            return n
        return source.fail(f"bad id {value[:20].decode()!r}; expected {prefix.decode()} and digits")

    def _basics(self, source: Source) -> None:
        for row in self._rows(source, "title.basics"):
            if row[1] not in _KEPT or row[4] == b"1":
                continue
            first, last = row[5].decode(), row[6].decode()
            key = row[0].decode()
            running = row[1] == b"tvSeries" and row[6] == _NOTHING
            ended = year(last) or (year(first) if row[1] == b"tvMiniSeries" else None)
            if self._work.show(key, row[2].decode(), first=year(first), last=ended, running=running):
                self._titles.add(self._number(source, row[0], b"tt"))
                if row[3] not in (row[2], _NOTHING):
                    self._work.alias(key, row[3].decode())

    def _ratings(self, source: Source) -> None:
        self._work.flush()
        self._work.run("CREATE TABLE IF NOT EXISTS votes (key TEXT PRIMARY KEY, votes INTEGER) WITHOUT ROWID")
        self._voted = True

        def rows() -> Iterator[tuple[str, int]]:
            for row in self._rows(source, "title.ratings"):
                if self._number(source, row[0], b"tt") in self._titles:
                    if (votes := _whole(row[2])) is None:
                        source.fail(f"bad numVotes {row[2][:20].decode()!r}; expected a whole number")
                    yield row[0].decode(), votes

        self._work.many("INSERT OR REPLACE INTO votes VALUES (?, ?)", rows())

    def settle_titles(self, *, by_votes: bool) -> None:
        """Titles are complete: those with too few votes go, and what was imported before counts as known."""
        if self._settled:
            return
        self._settled = True
        work = self._work
        work.flush()
        if by_votes and self._voted:
            work.run(
                "DELETE FROM show WHERE key GLOB 'tt*' AND key NOT IN (SELECT key FROM votes WHERE votes >= ?)",
                self._options.min_votes,
            )
            work.db.create_function("fame", 1, lambda votes: fame(votes, _MANY_VOTES), deterministic=True)
            work.run(
                "UPDATE show SET weight = fame(votes) FROM votes WHERE votes.key = show.key AND show.key GLOB 'tt*'"
            )
        self._titles = Bits()
        for (key,) in work.each(
            "SELECT key FROM show WHERE key GLOB 'tt*' UNION SELECT other FROM same WHERE other GLOB 'tt*'"
        ):
            if (n := _whole(key[2:].encode())) is not None:
                self._titles.add(n)

    def _akas(self, source: Source) -> None:
        for row in self._rows(source, "title.akas"):
            if row[3] in _REGIONS and row[6] == _NOTHING and self._number(source, row[0], b"tt") in self._titles:
                self._work.alias(row[0].decode(), row[2].decode())

    def _principals(self, source: Source) -> None:
        for row in self._rows(source, "title.principals"):
            role = _ROLES.get(row[3])
            if role is None or self._number(source, row[0], b"tt") not in self._titles:
                continue
            if role in (Role.WRITER, Role.PRODUCER) and _CREATED.search(row[4]):
                role = Role.CREATOR
            if (place := _whole(row[1])) is None:
                source.fail(f"bad ordering {row[1][:20].decode()!r}; expected a whole number")
            self._names.add(self._number(source, row[2], b"nm"))
            characters = self._characters(source, row[5]) if row[3] in (b"actor", b"actress", b"self") else ("",)
            if any(map(_HOST.search, characters)) and row[3] == b"self":
                role = Role.HOST
            for character in characters:
                shown = "" if _NOBODY.match(character) else character
                self._work.credit(row[0].decode(), row[2].decode(), place=max(0, place - 1), role=role, character=shown)

    @staticmethod
    def _characters(source: Source, value: bytes) -> Sequence[str]:
        if value == _NOTHING:
            return ("",)
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            source.fail("bad JSON in the column characters")
        if not isinstance(found, list) or not all(isinstance(c, str) for c in found):
            source.fail("the column characters holds no list of names")
        return found or ("",)

    def _people(self, source: Source) -> None:
        for row in self._rows(source, "name.basics"):
            if self._number(source, row[0], b"nm") in self._names and row[1] != _NOTHING:
                self._work.person(row[0].decode(), row[1].decode())


def _whole(value: bytes) -> int | None:
    """The number, where it is one that any of these tables can hold."""
    return n if value.isdigit() and len(value) <= _DIGITS and (n := int(value)) <= HIGHEST else None
