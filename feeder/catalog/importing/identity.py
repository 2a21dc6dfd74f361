"""Which records of which sources are one show or one person, and under which id it will stand.

The same are: keys that a source itself equates; shows of one folded title and first year from sources that do not
contradict each other; people of one folded name with a show in common. Everything else stays apart: a source that has
two of a title or a name means two.

Ids stay: what was imported before keeps its id, what a table of the catalog has gets the id it has there. Only then
new ones are made: the slug of the name, for the best known first; then with the year; then with the key of the source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from feeder.catalog.catalog import Catalog
from feeder.catalog.importing.bits import Bits
from feeder.catalog.importing.work import BEFORE, Work
from feeder.catalog.joining import YEARS_APART
from feeder.catalog.records import Person, Show
from feeder.model import TagKind
from feeder.text import fold, slug

_TABLES = """
CREATE TABLE show_key (key TEXT PRIMARY KEY, nr INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE person_key (key TEXT PRIMARY KEY, nr INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE show_id (nr INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, weight REAL NOT NULL);
CREATE TABLE person_id (nr INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, weight REAL NOT NULL);
"""
#: What one place in a cast says about how well known somebody is; as in `loading`.
_WEIGHT = "CASE WHEN role = 'creator' THEN 1.0 ELSE 1.0 / (1 + place / 4.0) END"


def settle(work: Work, known: Catalog) -> None:
    """Fill `show_key` and `person_key` (key -> number of the thing) and `show_id` and `person_id` (number -> id).

    `known` are the tables that the import will stand beside. People without a credit in a show that is kept are not
    numbered.
    """
    work.flush()
    work.run("COMMIT")
    work.db.executescript(_TABLES)
    work.run("BEGIN")
    _number_shows(work)
    work.run("CREATE INDEX credit_by_show ON credit (show)")
    work.run("CREATE INDEX credit_by_person ON credit (person)")
    _number_people(work)
    work.run("CREATE INDEX alias_by_key ON alias (key)")
    work.run("CREATE INDEX network_by_key ON network (key)")
    work.run("CREATE INDEX show_by_folded ON show (folded)")
    shows, people = _Known(work, known).ids()
    _give_ids(work, "show", shows, {s.id for s in known.shows}, _show_rows(work))
    _give_ids(work, "person", people, {p.id for p in known.people}, _person_rows(work))


def source_of(key: str) -> str:
    """The source that a key belongs to."""
    if key.startswith(BEFORE):
        return BEFORE
    return key.rsplit(":", 1)[0] if ":" in key else key[:1] if key[:1] == "Q" else key[:2]


class _Groups:
    """Numbers of one kind, which become fewer as records turn out to be the same."""

    def __init__(self, work: Work, table: str) -> None:
        self._work = work
        self._table = table
        self._merged: dict[int, int] = {}  #: a number that is no more -> the one it is under now
        work.run(f"CREATE INDEX {table}_by_nr ON {table} (nr)")

    def nr(self, key: str) -> int | None:
        rows = self._work.rows(f"SELECT nr FROM {self._table} WHERE key = ?", key)  # noqa: S608  a table of ours
        return rows[0][0] if rows else None

    def sources(self, nr: int) -> set[str]:
        return {source_of(k) for (k,) in self._work.rows(f"SELECT key FROM {self._table} WHERE nr = ?", nr)}  # noqa: S608

    def add(self, key: str, nr: int) -> None:
        self._work.run(f"INSERT INTO {self._table} VALUES (?, ?)", key, nr)  # noqa: S608

    def merge(self, one: int, other: int) -> None:
        if one != other:
            self._merged[max(one, other)] = min(one, other)
            self._work.run(f"UPDATE {self._table} SET nr = ? WHERE nr = ?", min(one, other), max(one, other))  # noqa: S608

    def equate(self, pairs: Iterable[tuple[str, str]]) -> None:
        """What the sources themselves say."""
        for key, other in pairs:
            one, two = self.nr(key), self.nr(other)
            if one is not None and two is not None:
                self.merge(one, two)
            elif one is not None:
                self.add(other, one)

    def join(self, candidates: Iterable[str]) -> None:
        """Groups of numbers ("3,17") that read alike: one thing, unless a source has two of them."""
        for group in candidates:
            numbers = sorted({self._now(int(n)) for n in group.split(",")})
            sources = [self.sources(n) for n in numbers]
            if sum(map(len, sources)) == len(set().union(*sources)):
                for other in numbers[1:]:
                    self.merge(numbers[0], other)

    def _now(self, nr: int) -> int:
        """The number of what was under this one before a merge."""
        while nr in self._merged:
            nr = self._merged[nr]
        return nr


def _number_shows(work: Work) -> None:
    work.run("INSERT INTO show_key SELECT key, row_number() OVER (ORDER BY key) FROM show")
    groups = _Groups(work, "show_key")
    groups.equate(work.each("SELECT DISTINCT key, other FROM same WHERE kind = 'show' ORDER BY key, other"))
    if _one_source(work, "show_key"):
        return
    work.run(
        "CREATE TABLE alike_shows AS SELECT group_concat(DISTINCT nr) AS numbers FROM show JOIN show_key USING (key) "
        "WHERE first IS NOT NULL GROUP BY folded, first HAVING count(DISTINCT nr) > 1 ORDER BY folded, first"
    )
    groups.join(row[0] for row in work.each("SELECT numbers FROM alike_shows ORDER BY rowid"))


def _number_people(work: Work) -> None:
    work.run(
        "INSERT INTO person_key SELECT key, row_number() OVER (ORDER BY key) FROM person WHERE EXISTS "
        "(SELECT 1 FROM credit JOIN show_key ON show_key.key = credit.show WHERE credit.person = person.key)"
    )
    groups = _Groups(work, "person_key")
    groups.equate(work.each("SELECT DISTINCT key, other FROM same WHERE kind = 'person' ORDER BY key, other"))
    if _one_source(work, "person_key"):
        return
    work.run(
        "CREATE TABLE alike_people AS SELECT DISTINCT group_concat(DISTINCT person_key.nr) AS numbers FROM credit "
        "JOIN show_key ON show_key.key = credit.show JOIN person_key ON person_key.key = credit.person "
        "JOIN person ON person.key = credit.person "
        "GROUP BY show_key.nr, person.folded HAVING count(DISTINCT person_key.nr) > 1 ORDER BY 1"
    )
    groups.join(row[0] for row in work.each("SELECT numbers FROM alike_people ORDER BY rowid"))


def _one_source(work: Work, table: str) -> bool:
    """Records of one source are never alike: it is their own business to have two of a name."""
    keys = work.each(f"SELECT key FROM {table}")  # noqa: S608  one of two
    first = next(keys, None)
    return first is None or all(source_of(key) == source_of(first[0]) for (key,) in keys)


class _Known:
    """What of the import stands in the tables of the catalog, too."""

    def __init__(self, work: Work, known: Catalog) -> None:
        self._work = work
        self._known = known

    def ids(self) -> tuple[dict[int, str], dict[int, str]]:
        """Number -> id in the tables, of shows and of people."""
        shows: dict[int, str] = {}
        votes: dict[str, Counter[int]] = {}
        for nr, key in self._before(TagKind.SHOW):
            if (there := self._known.show(key)) is not None and self._same_years(nr, there):
                shows.setdefault(nr, key)
        given = set(shows.values())
        for show in self._known.shows:
            if show.id not in given and (matched := self._show(show, shows)) is not None:
                shows[matched] = show.id
        for nr, key in shows.items():
            if (there := self._known.show(key)) is not None:
                for person_id, number in self._cast(there, nr):
                    votes.setdefault(person_id, Counter())[number] += 1
        people: dict[int, str] = {}
        for nr, key in self._before(TagKind.PERSON):
            if (somebody := self._known.person(key)) is not None and self._together(nr, somebody, shows):
                people.setdefault(nr, key)
        for person in self._known.people:
            if person.wikidata:
                for (nr,) in self._work.rows("SELECT nr FROM person_key WHERE key = ?", person.wikidata):
                    people.setdefault(nr, person.id)
        taken = set(people.values())
        for key, found in votes.items():
            nr, _ = min(found.items(), key=lambda item: (-item[1], item[0]))
            if key not in taken and nr not in people:
                people[nr] = key
        return shows, people

    def _before(self, kind: TagKind) -> Iterator[tuple[int, str]]:
        """(number, id) of what the import had before under an id that a table has now."""
        sql = f"SELECT nr, substr(key, instr(key, '/') + 1) FROM {kind}_key WHERE key GLOB '=*' ORDER BY key"  # noqa: S608
        known = self._known.show if kind is TagKind.SHOW else self._known.person
        yield from ((nr, key) for nr, key in self._work.each(sql) if known(key) is not None)

    def _same_years(self, nr: int, show: Show) -> bool:
        """An id that a table has got since may be another show's."""
        first = self._work.rows("SELECT min(first) FROM show JOIN show_key USING (key) WHERE nr = ?", nr)[0][0]
        return first is None or show.years is None or abs(first - show.years[0]) <= YEARS_APART

    def _together(self, nr: int, person: Person, shows: dict[int, str]) -> bool:
        """Whether a show has both, or the table tells of none."""
        credited = self._work.rows(
            "SELECT DISTINCT show_key.nr FROM person_key JOIN credit ON credit.person = person_key.key "
            "JOIN show_key ON show_key.key = credit.show WHERE person_key.nr = ?",
            nr,
        )
        return not person.credits or any(shows.get(n) in person.credits for (n,) in credited)

    def _show(self, show: Show, taken: dict[int, str]) -> int | None:
        """By Wikidata's id; else by title and year: of several the one with most of the cast, then the best known."""
        if show.wikidata:
            for (nr,) in self._work.rows("SELECT nr FROM show_key WHERE key = ?", show.wikidata):
                if nr not in taken:
                    return int(nr)
        folded = tuple({fold(name) for name in (show.title, *show.aliases)})
        marks = ",".join("?" * len(folded))
        rows = self._work.rows(
            f"SELECT nr, min(abs(first - ?)), max(weight) FROM show JOIN show_key USING (key) "  # noqa: S608
            f"WHERE folded IN ({marks}) GROUP BY nr",
            show.years[0] if show.years else None,
            *folded,
        )
        names = self._names(show)
        found = []
        for nr, apart, weight in rows:
            credited = {name for name, _ in self._credited(nr)}
            shared = len(credited & names)
            right = apart == 0 or shared > 0 or (apart is not None and not credited)
            if nr not in taken and right and (apart or 0) <= YEARS_APART:
                found.append((apart or 0, -shared, -weight, nr))
        return min(found)[-1] if found else None

    def _names(self, show: Show) -> set[str]:
        people = (self._known.person(key) for key in (*show.creators, *(c.person for c in show.cast)))
        return {fold(name) for p in people if p is not None for name in (p.name, *p.aliases)}

    def _credited(self, nr: int) -> Sequence[tuple[str, int]]:
        """(folded name, number) of everybody in the import's show."""
        return self._work.rows(
            "SELECT DISTINCT person.folded, person_key.nr FROM show_key JOIN credit ON credit.show = show_key.key "
            "JOIN person_key ON person_key.key = credit.person JOIN person ON person.key = credit.person "
            "WHERE show_key.nr = ? ORDER BY 2",
            nr,
        )

    def _cast(self, show: Show, nr: int) -> Iterator[tuple[str, int]]:
        """(id, number) of the people that the table's show and the import's have in common."""
        credited = dict(reversed(self._credited(nr)))
        for key in dict.fromkeys((*show.creators, *(c.person for c in show.cast))):
            person = self._known.person(key)
            if person is not None:
                found = (credited.get(fold(name)) for name in (person.name, *person.aliases))
                number = next((n for n in found if n is not None), None)
                if number is not None:
                    yield key, number


def _show_rows(work: Work) -> Iterator[tuple[int, float, str, int | None]]:
    yield from work.each(
        "SELECT nr, max(weight), title, min(first) FROM show JOIN show_key USING (key) GROUP BY nr "
        "ORDER BY 2 DESC, min(key)"
    )


def _person_rows(work: Work) -> Iterator[tuple[int, float, str, int | None]]:
    yield from work.each(
        f"SELECT person_key.nr, sum({_WEIGHT}), name, NULL FROM person "  # noqa: S608  a constant of ours
        "JOIN person_key ON person_key.key = person.key JOIN credit ON credit.person = person.key "
        "GROUP BY person_key.nr ORDER BY 2 DESC, min(person.key)"
    )


def _give_ids(
    work: Work,
    kind: str,
    given: dict[int, str],
    reserved: set[str],
    rows: Iterable[tuple[int, float, str, int | None]],
) -> None:
    """`given` ids, those of before, then new ones. `rows`: (number, weight, name, year), the best known first."""
    insert = f"INSERT OR IGNORE INTO {kind}_id VALUES (?, ?, ?)"  # noqa: S608  one of two words, as below
    for nr, key in given.items():
        work.run(insert, nr, key, 0.0)
    given_before = f"SELECT nr, substr(key, instr(key, '/') + 1) FROM {kind}_key WHERE key GLOB '=*' ORDER BY key"  # noqa: S608
    for nr, key in work.each(given_before):
        if key not in reserved:
            work.run(insert, nr, key, 0.0)
    weigh = f"UPDATE {kind}_id SET weight = ? WHERE nr = ?"  # noqa: S608
    named = Bits()
    for (nr,) in work.each(f"SELECT nr FROM {kind}_id"):  # noqa: S608
        named.add(nr)
    for nr, weight, name, first in rows:
        if nr in named:
            work.run(weigh, weight, nr)
        else:
            for candidate in _candidates(work, kind, nr, name, first):
                if candidate not in reserved and work.run(insert, nr, candidate, weight):
                    break


def _candidates(work: Work, kind: str, nr: int, name: str, first: int | None) -> Iterator[str]:
    plain = slug(name)
    yield plain
    if first:
        yield f"{plain[:70].strip('-')}-{first}"
    for (key,) in work.rows(f"SELECT key FROM {kind}_key WHERE nr = ? ORDER BY length(key), key", nr):  # noqa: S608
        yield f"{plain[:56].strip('-')}-{slug(key.rsplit(':', 1)[-1])[:23]}"
    yield from (f"{plain[:70].strip('-')}-{n}" for n in count(2))
