"""What others know about television joins the catalog: whole or not at all, and no id changes for it."""

from __future__ import annotations

import bz2
import gzip
import json
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.catalog import CastMember, Imported
from feeder.catalog.importing.bits import HIGHEST, Bits
from feeder.catalog.loading import assemble
from feeder.errors import CatalogError
from feeder.model import MentionKind, Role, TagKind
from tests.unit.catalog.sources import (
    NOTHING,
    TABLE_SHOWS,
    dump,
    entity,
    maze,
    maze_show,
    names,
    principals,
    results,
    rows,
    small_catalog,
    table,
    take_in,
    titles,
    write,
)


def imdb(folder: Path) -> list[Path]:
    """Two series, a film; the films' people are nobody's business."""
    return [
        principals(
            folder,
            ("tt0238784", "1", "nm0334179", "actress", NOTHING, '["Lorelai Gilmore"]'),
            ("tt0238784", "2", "nm0792371", "writer", "created by", NOTHING),
            ("tt7", "1", "nm7", "actor", NOTHING, '["Bo \\"Red\\" Diaz","Twin Diaz"]'),
            ("tt7", "2", "nm8", "self", NOTHING, '["Self - Host"]'),
            ("tt7", "3", "nm9", "cinematographer", NOTHING, NOTHING),
            ("tt99", "1", "nm99", "actor", NOTHING, '["Hero"]'),
        ),
        names(
            folder,
            nm0334179="Lauren Graham",
            nm0792371="Amy Sherman-Palladino",
            nm7="Zoë Diaz",
            nm8="Al Host",
            nm9="Camera Person",
            nm99="Film Star",
        ),
        titles(
            folder,
            ("tt0238784", "tvSeries", "Gilmore Girls", "2000", "2007"),
            ("tt7", "tvMiniSeries", "Deep Harbour", "2025", NOTHING),
            ("tt8", "tvEpisode", "Pilot", "2025", NOTHING),
            ("tt99", "movie", "A Film", "2025", NOTHING),
        ),
    ]


def test_imdbs_tables_give_series_and_the_people_in_them_in_whatever_order(tmp_path: Path) -> None:
    report = take_in(tmp_path, *imdb(tmp_path))
    assert (report.shows, report.people) == (2, 4)
    assert [form for _, form in report.files] == ["title.principals", "name.basics", "title.basics"]
    made = small_catalog(tmp_path / "imported.db")
    show = made.show("deep-harbour")
    assert show is not None
    assert (show.title, show.years) == ("Deep Harbour", (2025, 2025))
    assert show.cast == (
        CastMember(person="zoe-diaz", character='Bo "Red" Diaz'),
        CastMember(person="zoe-diaz", character="Twin Diaz"),
        CastMember(person="al-host", character=""),
    )
    host = made.person("al-host")
    assert host is not None
    assert (host.roles, host.credits) == ((Role.HOST,), ("deep-harbour",))
    assert made.people_named("Film Star") == ()
    assert made.shows_named("A Film") == made.shows_named("Pilot") == ()


def test_an_imported_show_its_people_and_characters_are_found_in_articles(tmp_path: Path) -> None:
    take_in(tmp_path, *imdb(tmp_path))
    made = small_catalog(tmp_path / "imported.db")
    assert [(h.kind, h.surface, h.ids) for h in made.hits("Zoe Diaz of Deep Harbour is Red Diaz, not Twin Diaz.")] == [
        (MentionKind.PERSON, "Zoe Diaz", ("zoe-diaz",)),
        (MentionKind.SHOW, "Deep Harbour", ("deep-harbour",)),
        (MentionKind.CHARACTER, "Red Diaz", ("deep-harbour",)),
        (MentionKind.CHARACTER, "Twin Diaz", ("deep-harbour",)),
    ]
    assert [p.id for p in made.people_named("ZOE DIAZ")] == ["zoe-diaz"]


def test_what_the_tables_have_keeps_its_id_and_its_word_and_is_completed(tmp_path: Path) -> None:
    take_in(tmp_path, *imdb(tmp_path))
    made = small_catalog(tmp_path / "imported.db")
    show = made.show("gilmore-girls")
    assert show is not None
    assert [c.person for c in show.cast] == ["lauren-graham", "alexis-bledel"]
    assert made.shows_named("Gilmore Girls") == (show,)
    assert made.counts() == (3 + 1, 6 + 2)
    assert [h.ids for h in made.hits("Lauren Graham")] == [("lauren-graham",)]


def test_shows_with_few_votes_are_left_out_and_their_people_with_them(tmp_path: Path) -> None:
    votes = table(tmp_path, "title.ratings", [("tt0238784", "8.1", "150000"), ("tt7", "5.0", "12")])
    report = take_in(tmp_path, *imdb(tmp_path), votes, min_votes=500)
    assert (report.shows, report.people) == (1, 2)
    assert small_catalog(tmp_path / "imported.db").show("deep-harbour") is None


def test_other_titles_are_taken_where_english_is_printed(tmp_path: Path) -> None:
    akas = table(
        tmp_path,
        "title.akas",
        [
            ("tt7", "1", "Deeper Harbour", "GB", NOTHING, "imdbDisplay", NOTHING, "0"),
            ("tt7", "2", "Tiefer Hafen", "DE", NOTHING, "imdbDisplay", NOTHING, "0"),
            ("tt7", "3", "Harbor", "US", NOTHING, "working", "informal title", "0"),
        ],
    )
    take_in(tmp_path, *imdb(tmp_path), akas)
    show = small_catalog(tmp_path / "imported.db").show("deep-harbour")
    assert show is not None
    assert show.aliases == ("Deeper Harbour",)


def test_tvmaze_gives_cast_creators_networks_and_years(tmp_path: Path) -> None:
    show = maze_show(
        5,
        "Deep Harbour",
        "2025-03-01",
        (1, "Zoë Diaz", "Red"),
        ended="2026-04-01",
        network={"name": "NBC"},
        status="Ended",
    )
    show["_embedded"]["crew"] = [
        {"type": "Creator", "person": {"id": 2, "name": "Mo Maker"}},
        {"type": "Gaffer", "person": {"id": 3, "name": "Light Person"}},
    ]
    take_in(tmp_path, maze(tmp_path, show))
    made = small_catalog(tmp_path / "imported.db").show("deep-harbour")
    assert made is not None
    assert (made.years, made.networks, made.creators) == ((2025, 2026), ("NBC",), ("mo-maker",))
    assert made.cast == (CastMember(person="zoe-diaz", character="Red"),)


def test_a_dump_of_wikidata_gives_shows_with_the_names_behind_their_numbers(tmp_path: Path) -> None:
    path = dump(
        tmp_path,
        entity("Q9", "Zoë Diaz", P31="Q5", aliases=["Zo Diaz"], P345="nm7"),
        entity("Q10", "NBC", P31="Q1"),
        entity(
            "Q100",
            "Deep Harbour",
            P31="Q5398426",
            P580="+2025",
            P449="Q10",
            P161=[("Q9", {"P453": "Q11"}), ("Q12", {"P4633": "The Captain"})],
            aliases=["DH"],
        ),
        entity("Q11", "Red", P31="Q15632617"),
        entity("Q12", "Cap Tain", P31="Q5"),
        entity("Q13", "Nobody Asked", P31="Q5"),
        entity("Q101", "Pilot", P31=["Q21191270", "Q15416"], P161="Q9"),
        entity("Q102", "Obscure", P31="Q5398426", links=1),
    )
    report = take_in(tmp_path, path, min_sitelinks=2)
    assert (report.shows, report.people) == (1, 2)
    made = small_catalog(tmp_path / "imported.db")
    show, person = made.show("deep-harbour"), made.person("zoe-diaz")
    assert show is not None
    assert person is not None
    assert (show.wikidata, show.years, show.networks) == ("Q100", (2025, None), ("NBC",))
    assert show.cast == (
        CastMember(person="zoe-diaz", character="Red"),
        CastMember(person="cap-tain", character="The Captain"),
    )
    assert (person.wikidata, person.aliases) == ("Q9", ("Zo Diaz",))
    assert show.aliases == ()  # two letters: for the owner to add


def test_sparql_results_give_the_same_from_rows(tmp_path: Path) -> None:
    path = results(
        tmp_path,
        {"show": "Q100", "showLabel": "Deep Harbour", "alias": "The Deep Harbour"},
        {
            "show": "Q100",
            "showLabel": "Deep Harbour",
            "first": "2025-01-01T00:00:00Z",
            "sitelinks": "12",
            "imdb": "tt7",
        },
        {"show": "Q100", "showLabel": "Deep Harbour", "networkLabel": "NBC"},
        {"show": "Q100", "person": "Q9", "personLabel": "Zoë Diaz", "role": "actor", "characterLabel": "Red"},
        {"show": "Q100", "person": "Q8", "personLabel": "Mo Maker", "role": "creator"},
        {"show": "Q100", "person": "Q7", "personLabel": "Q7", "role": "actor"},
    )
    take_in(tmp_path, path)
    show = small_catalog(tmp_path / "imported.db").show("deep-harbour")
    assert show is not None
    assert (show.wikidata, show.years, show.networks, show.aliases) == (
        "Q100",
        (2025, None),
        ("NBC",),
        ("The Deep Harbour",),
    )
    assert show.creators == ("mo-maker",)
    assert show.cast == (CastMember(person="zoe-diaz", character="Red"),)


def test_three_sources_that_mean_one_show_give_one_show(tmp_path: Path) -> None:
    """By the ids they give each other, and by title and year where they give none."""
    wiki = dump(
        tmp_path,
        entity("Q100", "Deep Harbour", P31="Q5398426", P580="+2025", P345="tt7", P161="Q9"),
        entity("Q9", "Zoë Diaz", P31="Q5"),
    )
    tvmaze = maze(tmp_path, maze_show(5, "Deep Harbour", "2025-03-01", (1, "Zoe Diaz", "Red"), (2, "New Face", "Cook")))
    report = take_in(tmp_path, *imdb(tmp_path), wiki, tvmaze)
    made = small_catalog(tmp_path / "imported.db")
    assert [s.id for s in made.shows_named("Deep Harbour")] == ["deep-harbour"]
    assert [p.id for p in made.people_named("Zoe Diaz")] == ["zoe-diaz"]
    assert (report.shows, report.people) == (2, 5)


def test_homonyms_stay_apart(tmp_path: Path) -> None:
    """Shows of one title by their year, people of one name by what they are in; a source that has two means two."""
    take_in(
        tmp_path,
        titles(
            tmp_path,
            ("tt1", "tvSeries", "Ghosts", "2021", NOTHING),
            ("tt2", "tvSeries", "Ghosts", "1995", "1995"),
            ("tt3", "tvSeries", "Ghosts", "2019", "2023"),
            ("tt4", "tvSeries", "The Presenter's Show", "1996", "2000"),
        ),
        principals(
            tmp_path,
            ("tt1", "1", "nm1", "actress", NOTHING, '["Sam"]'),
            ("tt3", "1", "nm2", "actress", NOTHING, '["Alison Cooper"]'),
            ("tt4", "1", "nm3", "self", NOTHING, '["Self - Presenter"]'),
            ("tt4", "2", "nm4", "actor", NOTHING, NOTHING),
            ("tt4", "3", "nm5", "actor", NOTHING, NOTHING),
        ),
        names(
            tmp_path,
            nm1="Rose McIver",
            nm2="Charlotte Ritchie",
            nm3="Chris Evans",
            nm4="Same Name",
            nm5="Same Name",
        ),
    )
    made = small_catalog(tmp_path / "imported.db")
    assert sorted(s.id for s in made.shows_named("Ghosts")) == ["ghosts", "ghosts-2019", "ghosts-2021"]
    assert {s.id: s.years for s in made.shows_named("Ghosts")}["ghosts"] == (1995, 1995)
    assert [p.id for p in made.people_named("Rose McIver")] == ["rose-mciver"]
    assert sorted(p.id for p in made.people_named("Chris Evans")) == ["chris-evans", "chris-evans-nm3"]
    assert sorted(p.id for p in made.people_named("Same Name")) == ["same-name", "same-name-nm5"]


def test_ids_stay_when_more_is_imported_and_the_order_of_fame_turns(tmp_path: Path) -> None:
    def votes(first: str, second: str) -> Path:
        return table(tmp_path, "title.ratings", [("tt1", "5", first), ("tt2", "5", second)])

    both = titles(
        tmp_path, ("tt1", "tvSeries", "Twins", "1999", NOTHING), ("tt2", "tvSeries", "Twins", "2009", NOTHING)
    )
    take_in(tmp_path, both, votes("1000", "10"))
    before = dict(_ids(tmp_path))
    assert before == {"tt1": "twins", "tt2": "twins-2009"}
    take_in(tmp_path, both, votes("10", "1000"))
    assert dict(_ids(tmp_path)) == before
    take_in(tmp_path, maze(tmp_path, maze_show(3, "Twins", "2019-01-01")))
    assert dict(_ids(tmp_path)) == {**before, "tvmaze:show:3": "twins-2019"}
    take_in(tmp_path, both, votes("10", "1000"), fresh=True)
    assert dict(_ids(tmp_path)) == {"tt2": "twins", "tt1": "twins-1999"}


def test_an_id_that_a_table_gives_to_another_show_one_day_is_given_up(tmp_path: Path) -> None:
    """As a new version of feeder may: it knows a show of that title from another year."""
    series = titles(tmp_path, ("tt1", "tvSeries", "Twins", "1999", NOTHING))
    take_in(tmp_path, series)
    assert dict(_ids(tmp_path)) == {"tt1": "twins"}
    known = assemble([rows(TABLE_SHOWS, "id|title|years\ntwins|Twins|1975-1977\n")])
    take_in(tmp_path, series, known=known)
    assert dict(_ids(tmp_path)) == {"tt1": "twins-1999"}


def _ids(folder: Path) -> list[tuple[str, str]]:
    return [(key, thing) for kind, key, thing in Imported(folder / "imported.db").source_keys() if kind is TagKind.SHOW]


def test_importing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    paths = [*imdb(tmp_path), maze(tmp_path, maze_show(5, "Deep Harbour", "2025-03-01", (1, "Zoe Diaz", "Red")))]
    take_in(tmp_path, *paths)
    first = Imported(tmp_path / "imported.db")
    before = ([*first.shows()], [*first.people()], [*first.names()])
    take_in(tmp_path, *paths)
    second = Imported(tmp_path / "imported.db")
    assert ([*second.shows()], [*second.people()], [*second.names()]) == before


def test_the_owners_row_stands_in_the_place_of_the_imported_one(tmp_path: Path) -> None:
    take_in(tmp_path, *imdb(tmp_path))
    made = small_catalog(tmp_path / "imported.db", "id|title|years\ndeep-harbour|Shallow Harbour|2025-\n")
    show = made.show("deep-harbour")
    assert show is not None
    assert (show.title, show.cast) == ("Shallow Harbour", ())
    assert made.shows_named("Deep Harbour") == ()
    assert [h.surface for h in made.hits("Deep Harbour, Twin Diaz, Shallow Harbour")] == ["Shallow Harbour"]


def test_an_alias_of_the_owners_leaves_the_rest_of_an_imported_show_as_it_is(tmp_path: Path) -> None:
    take_in(tmp_path, *imdb(tmp_path))
    made = small_catalog(tmp_path / "imported.db", "of|alias\nshow/deep-harbour|DH\nperson/zoe-diaz|Zed\n")
    (show,) = made.shows_named("dh")
    assert (show.title, len(show.cast)) == ("Deep Harbour", 3)
    assert [h.ids for h in made.hits("DH with Zoe Diaz")] == [("deep-harbour",), ("zoe-diaz",)]
    assert made.people_named("Zed")[0].credits == ("deep-harbour",)


@pytest.mark.parametrize("packed", [gzip.compress, bz2.compress])
def test_compressed_files_are_told_by_what_stands_in_them(tmp_path: Path, packed) -> None:
    paths = imdb(tmp_path)
    for number, path in enumerate(paths):
        paths[number] = tmp_path / f"{number}.bin"
        paths[number].write_bytes(packed(path.read_bytes()))
    assert take_in(tmp_path, *paths).shows == 2


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda b: b.replace(b"\n", b"\r\n"), id="line ends of Windows"),
        pytest.param(lambda b: b"\xef\xbb\xbf" + b, id="a mark at the beginning"),
        pytest.param(lambda b: b + b.split(b"\n", 1)[1], id="every row twice"),
    ],
)
def test_what_another_program_made_of_a_table_makes_no_difference(tmp_path: Path, there: bytes, changed) -> None:
    paths = imdb(tmp_path)
    for path in paths:
        path.write_bytes(changed(path.read_bytes()))
    take_in(tmp_path, *paths, fresh=True)
    assert (tmp_path / "imported.db").read_bytes() == there


@pytest.mark.parametrize(
    "form",
    [
        "[\n{0},\n{1}\n]\n",
        "[\n{0},\n{1},\n]\n",
        "[\n\n{0}\n{1}\n]\n\n",
        "{0}\n{1}\n",
        "{0},\n{1},\n",
        "\ufeff[\r\n{0} ,\r\n{1}\r\n]\r\n",
    ],
)
def test_lines_of_a_dump_are_read_however_they_are_strung_together(tmp_path: Path, form: str) -> None:
    shows = (json.dumps(entity(key, f"Show {key}", P31="Q5398426")) for key in ("Q1", "Q2"))
    assert take_in(tmp_path, write(tmp_path / "dump.json", form.format(*shows))).shows == 2


# -- what is wrong is told with file and line, and nothing has changed ---------------------------------------------


@pytest.fixture
def there(tmp_path: Path) -> bytes:
    """A folder that has an import already; its bytes."""
    take_in(tmp_path, *imdb(tmp_path))
    return (tmp_path / "imported.db").read_bytes()


def refused(folder: Path, there: bytes, *paths: Path) -> str:
    """What is said of these files; the import that was there is there still, and nothing else was left behind."""
    with pytest.raises(CatalogError) as caught:
        take_in(folder, *paths)
    assert (folder / "imported.db").read_bytes() == there
    assert [p.name for p in folder.glob(".*")] == []
    return str(caught.value)


def cut(path: Path, drop: int) -> Path:
    path.write_bytes(path.read_bytes()[:-drop])
    return path


@pytest.mark.parametrize("packed", [gzip.compress, bz2.compress])
def test_a_compressed_file_cut_off_is_refused(tmp_path: Path, there: bytes, packed) -> None:
    path = titles(tmp_path, *((f"tt{n}", "tvSeries", f"Show {n * 7919}", "2000", NOTHING) for n in range(30_000)))
    path.write_bytes(packed(path.read_bytes()))
    said = refused(tmp_path, there, cut(path, path.stat().st_size // 2))
    assert said.startswith(f"{path}:")
    assert "cut off" in said


@pytest.mark.parametrize("place", [0.5, 0.9999])
def test_a_damaged_gzip_is_refused(tmp_path: Path, there: bytes, place: float) -> None:
    """In the middle, where lines become nonsense, and in the checksum at its end."""
    path = titles(tmp_path, *((f"tt{n}", "tvSeries", f"Show {n * 7919}", "2000", NOTHING) for n in range(30_000)))
    packed = bytearray(gzip.compress(path.read_bytes()))
    for at in range(int(len(packed) * place), int(len(packed) * place) + 5):
        packed[at] ^= 0xFF
    path.write_bytes(packed)
    assert refused(tmp_path, there, path).startswith(f"{path}:")


@pytest.mark.parametrize(
    ("spoil", "line", "said"),
    [
        (lambda b: b[:-1], 5, "cut off: the last line has no end"),
        (lambda b: b.replace(b"\t2025\t", b"\t", 1), 3, "8 columns, expected 9 as in title.basics"),
        (lambda b: b.replace(b"tt7\t", b"nn7\t"), 3, "bad id 'nn7'; expected tt and digits"),
        (lambda b: b.replace(b"Deep Harbour", "Café".encode("cp1252")), 3, "not UTF-8 (byte 0xe9)"),
        (lambda b: b.replace(b"startYear", b"year", 1), 1, "wrong columns for a table of IMDb"),
        (lambda b: b.decode().encode("utf-16"), 1, "not UTF-8 but UTF-16"),
        (lambda b: b.replace(b"tt7\t", b"tt" + b"9" * 5000 + b"\t"), 3, "bad id 'tt999999999999999999'"),
        (lambda b: b.replace(b"\n", b"\n\n", 1), 2, "1 columns, expected 9"),
        (lambda b: b"", 1, "the file is empty"),
        (lambda b: b"\x00\x01\x02" * 100, 1, "this is no text"),
        (lambda b: b"id|title\n|A Show\n", 1, "none of the forms feeder imports"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(tmp_path: Path, there: bytes, spoil, line: int, said: str) -> None:
    path = imdb(tmp_path)[2]
    path.write_bytes(spoil(path.read_bytes()))
    told = refused(tmp_path, there, path)
    assert told.startswith(f"{path}:{line}: ")
    assert said in told


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[\n{"id":"Q1","labels":{},"claims":{}},\n{"id":"Q2",,"claims":{"P31":"Q5398426"}}\n]\n', 3, "bad JSON"),
        ('[\n{"id":"Q1","labels":{},"claims":{}},\n', 2, "cut off: the list of entities has no end"),
        (
            '[\n{"id":"Q1","labels":{},"claims":{}}\n]\n{"id":"Q2","labels":{}}\n',
            4,
            "something follows the end of the list",
        ),
        ('[{"id":"Q1","labels":{},"claims":{"P31":"Q15416"}},{"id":"Q2"}]\n', 1, "more than an entity in a line"),
        ('{"id":"Q1","labels":{},"claims":{"P31":"Q5398426"}}\n', 1, "unexpected shape"),
        ('{"id":"Q1","labels":{"en":3},"claims":{"P31":[],"P8600":[{"rank":"normal"}]}}\n', 1, "unexpected shape"),
        ('[{"id": 1, "name": "A", "externals": {}},\n {"id": 2, "name": }]', 2, "bad JSON: Expecting value"),
        ('[{"id": 1, "name": "A", "externals": {}},\n {"id": 2, "nam', 2, "cut off in the middle of a value"),
        ('[{"id": 1, "name": "A", "externals": {}},\n {"id": 2, "name": "B"}', 2, "cut off: the list has no end"),
        ('[{"id": 1, "name": "A", "externals": {}},\n {"name": "B"}]', 2, "no show of TVmaze: it lacks id or name"),
        ('[{"id": 1, "name": "A", "externals": {}}]\n{}', 2, "something follows the end of the list"),
        ('{"head": {},\n "results": {"bindings": [\n{"show": {"value": "x"}}]}}', 3, "binds ?show to no entity"),
        ('{"head": {},\n "results": {"bind', 2, 'no list "bindings" in it'),
        ('{"head": {},\n "results": {"bindings": [\n', 3, "cut off: the list has no end"),
    ],
)
def test_wrong_json_is_refused_with_its_line(tmp_path: Path, there: bytes, text: str, line: int, said: str) -> None:
    path = write(tmp_path / "some.json", text)
    told = refused(tmp_path, there, path)
    assert told.startswith(f"{path}:{line}: ")
    assert said in told


def test_json_in_another_encoding_is_refused_with_its_line(tmp_path: Path, there: bytes) -> None:
    path = tmp_path / "latin.json"
    path.write_bytes('[{"id": 1, "name": "A", "externals": {}},\n{"id": 2, "name": "Café"}]'.encode("latin-1"))
    assert refused(tmp_path, there, path).startswith(f"{path}:2: not UTF-8 (byte 0xe9)")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"\t1\tnm7", b"\t" + b"9" * 30 + b"\tnm7", "title.principals.tsv:4: bad ordering '99999999999999999999'"),
        (b"\t1\tnm7", b"\t" + b"9" * 5000 + b"\tnm7", "title.principals.tsv:4: bad ordering '99999999999999999999'"),
        (b'["Self - Host"]', b"[" * 100_000, "title.principals.tsv:5: bad JSON in the column characters"),
        (b'["Self - Host"]', b'"Host"', "title.principals.tsv:5: the column characters holds no list of names"),
    ],
)
def test_a_value_that_nobody_can_mean_is_told_with_its_line(
    tmp_path: Path, there: bytes, old: bytes, new: bytes, said: str
) -> None:
    paths = imdb(tmp_path)
    paths[0].write_bytes(paths[0].read_bytes().replace(old, new))
    assert said in refused(tmp_path, there, *paths)


@pytest.mark.parametrize("votes", ["-3", "1e5", "", "9" * 30, "9" * 5000])
def test_votes_that_are_no_number_are_told_with_their_line(tmp_path: Path, there: bytes, votes: str) -> None:
    ratings = table(tmp_path, "title.ratings", [("tt7", "8.1", votes)])
    assert "title.ratings.tsv:2: bad numVotes" in refused(tmp_path, there, *imdb(tmp_path), ratings)


def test_a_line_that_never_ends_is_refused_before_it_fills_the_memory(
    tmp_path: Path, there: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeder.catalog.importing.streams._LONGEST", 1000)
    path = imdb(tmp_path)[2]
    path.write_bytes(path.read_bytes().replace(b"Deep Harbour", b"x" * 5000))
    assert refused(tmp_path, there, path).startswith(f"{path}:3: a line of ")


_BESIDE = """
import os, resource, sys
from pathlib import Path
from feeder.errors import CatalogError
from tests.unit.catalog.sources import small_catalog
from feeder.catalog.importing import Options, import_files
folder = Path(sys.argv[1])
def progress(stage, done, total):
    if stage == sys.argv[2]:
        os.kill(os.getpid(), 9)
if sys.argv[2].isdigit():  # fails in the same place as a full disk: in the middle of a write
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    import_files([folder / "title.basics.tsv"], into=folder / "imported.db", known=small_catalog(), options=Options(),
                 progress=progress)
except CatalogError as error:
    print(error)
"""


def beside(folder: Path, what: str) -> subprocess.CompletedProcess[str]:
    """An import in a process of its own, which is killed at a stage or has so many bytes for a file."""
    titles(folder, *((f"tt{n}", "tvSeries", f"Show {n}", "2000", NOTHING) for n in range(2000)))
    command = [sys.executable, "-c", _BESIDE, str(folder), what]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("stage", ["reading", "telling apart", "writing"])
def test_an_import_that_is_killed_leaves_what_was_there_and_the_next_one_clears_up(
    tmp_path: Path, there: bytes, stage: str
) -> None:
    assert beside(tmp_path, stage).returncode == -signal.SIGKILL
    assert (tmp_path / "imported.db").read_bytes() == there
    assert list(tmp_path.glob(".*")) or stage == "reading", "it was killed while it worked"
    assert take_in(tmp_path, *imdb(tmp_path), fresh=True).shows == 2
    assert (tmp_path / "imported.db").read_bytes() == there
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize("room", [0, 10_000, 100_000, 200_000])
def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path: Path, there: bytes, room: int) -> None:
    done = beside(tmp_path, str(room))
    assert done.returncode == 0, done.stderr
    assert "the import cannot be worked on there" in done.stdout or "cannot be written" in done.stdout
    assert (tmp_path / "imported.db").read_bytes() == there
    assert list(tmp_path.glob(".*")) == []


def test_one_wrong_file_among_good_ones_takes_nothing_in(tmp_path: Path, there: bytes) -> None:
    good = maze(tmp_path, maze_show(5, "Another Show", "2025-03-01"))
    assert "wrong.json:1" in refused(tmp_path, there, good, write(tmp_path / "wrong.json", "{}"))


def test_people_without_names_are_refused_instead_of_left_out(tmp_path: Path, there: bytes) -> None:
    cast, _, series = imdb(tmp_path)
    assert "give name.basics too" in refused(tmp_path, there, cast, series)


def test_a_table_given_twice_and_files_without_a_show_are_refused(tmp_path: Path, there: bytes) -> None:
    (tmp_path / "other").mkdir()
    films = titles(tmp_path / "other", ("tt5", "movie", "A Film", "2000", NOTHING))
    assert "a second title.basics" in refused(tmp_path, there, imdb(tmp_path)[2], films)
    with pytest.raises(CatalogError, match="no show was found"):
        take_in(tmp_path / "other", films)
    assert not (tmp_path / "other" / "imported.db").exists()


def test_an_import_that_would_break_the_owners_tables_is_not_put_in_place(tmp_path: Path, there: bytes) -> None:
    from feeder.catalog.importing import Options, import_files
    from tests.unit.catalog.sources import unseen

    def verify(made: Path) -> None:
        small_catalog(made, "of|alias\nshow/deep-harbour|DH\n")

    with pytest.raises(CatalogError, match=r"no table has the show 'deep-harbour'"):
        import_files(
            [maze(tmp_path, maze_show(1, "Only This", "2025-01-01"))],
            into=tmp_path / "imported.db",
            known=small_catalog(),
            options=Options(fresh=True),
            progress=unseen,
            verify=verify,
        )
    assert (tmp_path / "imported.db").read_bytes() == there


def test_a_file_that_is_no_import_is_refused_and_not_misread(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="damaged"):
        small_catalog(write(tmp_path / "imported.db", "text" * 1000))
    with pytest.raises(CatalogError, match="cannot be opened"):
        small_catalog(tmp_path / "none.db")


def test_two_imports_at_once_do_not_mix(tmp_path: Path, there: bytes) -> None:
    from feeder.catalog.locking import alone

    with alone(tmp_path):
        assert "another process" in refused(tmp_path, there, *imdb(tmp_path))


# -- laws ----------------------------------------------------------------------------------------------------------


@given(st.sets(st.integers(0, 100_000)), st.integers(0, 200_000))
def test_a_set_of_bits_has_what_was_put_in_and_nothing_else(numbers: set[int], other: int) -> None:
    bits = Bits()
    for n in numbers:
        bits.add(n)
    assert all(n in bits for n in numbers)
    assert (other in bits) == (other in numbers)
    with pytest.raises(ValueError, match=str(HIGHEST + 1)):
        bits.add(HIGHEST + 1)


_shows = st.lists(
    st.tuples(st.sampled_from(["Ghosts", "Twins", "Él", "el", "Deep Harbour"]), st.integers(2018, 2022)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(_shows, st.randoms(use_true_random=False))
def test_each_title_of_a_source_is_a_show_of_its_own_whatever_the_order(tmp_path_factory, shows, draw) -> None:
    folder = tmp_path_factory.mktemp("law")
    listed = [maze_show(n, title, f"{year}-01-01") for n, (title, year) in enumerate(shows)]
    take_in(folder, maze(folder, *listed))
    first = dict(_ids(folder))
    assert len(first) == len(set(first.values())) == len(shows)
    draw.shuffle(listed)
    (folder / "imported.db").unlink()
    take_in(folder, maze(folder, *listed))
    assert dict(_ids(folder)) == first


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """The small form of bench/catalog_import.py, which does it with ten million rows."""

    def peak(rows: int) -> int:
        folder = tmp_path / str(rows)
        folder.mkdir()
        made = (
            f"tt{n}\t{'tvSeries' if n % 50 == 0 else 'movie'}\tShow {n}\tShow {n}\t0\t2000\t\\N\t\\N\t\\N\n"
            for n in range(rows)
        )
        path = titles(folder)
        with path.open("a") as file:
            file.writelines(made)
        tracemalloc.start()
        try:
            assert take_in(folder, path).shows == rows // 50
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = peak(5_000), peak(50_000)
    assert many < few + 1_000_000


def test_an_import_that_cannot_be_read_any_more_is_replaced_by_a_fresh_one(tmp_path: Path, there: bytes) -> None:
    paths = imdb(tmp_path)
    (tmp_path / "imported.db").write_bytes(there[: len(there) // 2])
    with pytest.raises(CatalogError, match="import again with --fresh"):
        take_in(tmp_path, *paths)
    assert take_in(tmp_path, *paths, fresh=True).shows == 2
    assert (tmp_path / "imported.db").read_bytes() == there


def test_progress_is_told_of_all_files_together(tmp_path: Path) -> None:
    from feeder.catalog.importing import Options, import_files

    told: list[tuple[str, int, int]] = []
    paths = [
        maze(tmp_path, *(maze_show(n, f"Show {n}", "2001-01-01") for n in range(k, k + 500)), name=f"{k}")
        for k in (0, 900)
    ]
    import_files(
        paths,
        into=tmp_path / "imported.db",
        known=small_catalog(),
        options=Options(),
        progress=lambda *step: told.append(step),
    )
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["reading", "telling apart", "writing"]
    for stage in ("reading", "writing"):
        steps = [(done, total) for name, done, total in told if name == stage]
        assert steps == sorted(steps)
        assert steps[-1][0] == steps[-1][1]
