"""An owner's table is either taken in whole or refused with file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeder.catalog import CastMember, Catalog, load
from feeder.catalog.loading import assemble
from feeder.catalog.tables import read
from feeder.errors import CatalogError
from feeder.model import MentionKind, Role

SHOWS = "id|title|years|networks|aliases|creators|cast\n"
PEOPLE = "id|name|aliases|roles|known for\n"
NAMES = "kind|name|aliases\n"


def table(folder: Path, text: str | bytes, name: str = "own.psv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def catalog(folder: Path, *texts: str) -> Catalog:
    return assemble([[r for n, text in enumerate(texts) for r in read(table(folder, text, f"{n}.psv"))]])


def test_a_row_gives_the_show_and_everybody_in_it(tmp_path: Path) -> None:
    made = catalog(
        tmp_path,
        SHOWS + "|Orphan Black|2013-2017|Space; BBC America|OB|Graeme Manson; John Fawcett|"
        "Tatiana Maslany=Sarah Manning / Alison Hendrix; Jordan Gavaris=Felix Dawkins; Maria Doyle Kennedy\n",
    )
    show = made.show("orphan-black")
    assert show is not None
    assert (show.title, show.years, show.networks, show.aliases) == (
        "Orphan Black",
        (2013, 2017),
        ("Space", "BBC America"),
        ("OB",),
    )
    assert show.creators == ("graeme-manson", "john-fawcett")
    assert show.cast == (
        CastMember(person="tatiana-maslany", character="Sarah Manning"),
        CastMember(person="tatiana-maslany", character="Alison Hendrix"),
        CastMember(person="jordan-gavaris", character="Felix Dawkins"),
        CastMember(person="maria-doyle-kennedy", character=""),
    )
    lead = made.person("tatiana-maslany")
    assert lead is not None
    assert (lead.name, lead.roles, lead.credits) == ("Tatiana Maslany", (Role.ACTOR,), ("orphan-black",))


@pytest.mark.parametrize(
    ("printed", "years"),
    [("2000-2007", (2000, 2007)), ("2018-", (2018, None)), ("2014", (2014, 2014)), ("", None)],
)
def test_years_may_be_closed_running_single_or_unknown(
    tmp_path: Path, printed: str, years: tuple[int, int | None] | None
) -> None:
    assert catalog(tmp_path, SHOWS + f"|A Show|{printed}||||\n").shows[0].years == years


def test_comments_blank_lines_windows_line_ends_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    text = "\ufeff# mine\r\n\r\n" + (SHOWS + "# more\n|A Show|||||\n\n|Another|||||").replace("\n", "\r\n")
    assert [s.title for s in catalog(tmp_path, text).shows] == ["A Show", "Another"]


def test_columns_may_stand_in_any_order_and_those_not_needed_may_be_missing(tmp_path: Path) -> None:
    made = catalog(tmp_path, "wikidata|title\nQ183513|Gilmore Girls\n", "name\nRachel Berry\n")
    assert made.shows[0].wikidata == "Q183513"
    assert made.people[0].roles == ()


def test_a_name_that_is_no_show_keeps_its_kind(tmp_path: Path) -> None:
    made = catalog(tmp_path, NAMES + "FILM|Notting Hill|\nOUT|The Hollywood Reporter|THR\n")
    assert [(h.kind, h.surface, h.ids) for h in made.hits("THR on Notting Hill")] == [
        (MentionKind.OUTLET, "THR", ("the-hollywood-reporter",)),
        (MentionKind.FILM, "Notting Hill", ("notting-hill",)),
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "no header"),
        ("# only a comment\n", 1, "no header"),
        ("|Gilmore Girls|2000-2007||||\n", 1, "no header"),
        ("id|title|year\n", 1, "unknown column 'year'; known are id, title, years"),
        ("id|title|id\n", 1, "column 'id' stands twice"),
        ("kind|aliases\n", 1, "column 'name' is missing"),
        (SHOWS + "|Cut off|2000-20", 2, "3 fields, expected 7"),
        (SHOWS + "|Too|many||||||\n", 2, "9 fields, expected 7"),
        (SHOWS + "||2000|||| \n", 2, "column 2 (title): is empty"),
        (SHOWS + "Big|A|2000||||\n", 2, "column 1 (id): bad id 'Big'"),
        (SHOWS + f"{'a' * 81}|A|2000||||\n", 2, "column 1 (id): bad id"),
        (SHOWS + "|Fine|2000||||\n|A|soon||||\n", 3, "column 3 (years): bad years 'soon'"),
        (SHOWS + "|A|2007-2000||||\n", 2, "column 3 (years): bad years '2007-2000'; expected first <= last"),
        (SHOWS + "|A|0200||||\n", 2, "column 3 (years): bad years '0200'"),
        (SHOWS + "|A|2000|NBC;;ABC|||\n", 2, "column 4 (networks): an empty item"),
        (SHOWS + "|A|2000|||Somebody=Else|\n", 2, "column 6 (creators): a '=' in 'Somebody=Else'"),
        (SHOWS + "|A|2000||||=Lorelai\n", 2, "column 7 (cast): a character without person: '=Lorelai'"),
        (SHOWS + "|A|2000||||Lauren Graham=\n", 2, "column 7 (cast): no character after '='"),
        (SHOWS + "|A|2000||||Lauren Graham=L, Alexis Bledel=R\n", 2, "column 7 (cast): two '='"),
        (SHOWS + "|A|2000||||Chris Evans {Chris}=C\n", 2, "column 7 (cast): bad id 'Chris'"),
        (SHOWS + "|A|2000||||Chris Evans {chris=C\n", 2, "column 7 (cast): bad person 'Chris Evans {chris'"),
        (PEOPLE + "|||actor|\n", 2, "column 2 (name): is empty"),
        (PEOPLE + "|Somebody||actr|\n", 2, "column 4 (roles): unknown role 'actr'; known are actor, creator"),
        ("title|wikidata\nA|183513\n", 2, "column 2 (wikidata): bad Wikidata id '183513'"),
        (NAMES + "MOVIE|Jaws|\n", 2, "column 1 (kind): unknown kind 'MOVIE'; known are FILM, WORK"),
        (NAMES + "|Jaws|\n", 2, "column 1 (kind): is empty"),
    ],
)
def test_a_wrong_table_is_refused_with_file_line_and_column(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = table(tmp_path, text)
    with pytest.raises(CatalogError) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}:{line}:")
    assert said in str(refused.value)


def test_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = table(tmp_path, (SHOWS + "|Plain|||||\n|Café|||||\n").encode("cp1252"))
    with pytest.raises(CatalogError, match=r"own\.psv:3: not UTF-8 \(byte 0xe9\)"):
        read(path)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"none\.psv: cannot be read: No such file"):
        load([tmp_path / "none.psv"])


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([SHOWS + "|A|||||\n", SHOWS + "a|Other|||||\n"], "1.psv:2: duplicate id 'a', first in {0}/0.psv:2"),
        ([PEOPLE + "|Jo|||\n|Jo|||\n"], "0.psv:3: duplicate id 'jo', first in {0}/0.psv:2"),
        ([NAMES + "FILM|Jaws|\nFILM|jaws|\n"], "0.psv:3: duplicate id 'FILM jaws'"),
        ([SHOWS + "|A|||||Jo {jo-2}=B\n"], "0.psv:2: column 7 (cast): no table of people has the id 'jo-2'"),
        ([SHOWS + "|A||||Jo {jo-2}|\n"], "0.psv:2: column 6 (creators): no table of people has the id 'jo-2'"),
        (
            [SHOWS + "|A|||||Jo=B\n", PEOPLE + "jo-1|Jo|||\njo-2|Jo|||\n"],
            "0.psv:2: column 7 (cast): Jo is the name of jo-1, jo-2; write Jo {jo-1}",
        ),
    ],
)
def test_tables_that_contradict_each_other_are_refused(tmp_path: Path, texts: list[str], said: str) -> None:
    with pytest.raises(CatalogError) as refused:
        catalog(tmp_path, *texts)
    assert said.replace("{0}", str(tmp_path)) in str(refused.value)


def test_the_owners_row_replaces_the_bundled_one_and_leaves_the_others(tmp_path: Path) -> None:
    bundled = load()
    made = load([table(tmp_path, SHOWS + "gilmore-girls|Stars Hollow|2000-2007||||\n|Brand New Thing|2026-||||\n")])
    assert {s.title for s in made.shows} - {s.title for s in bundled.shows} == {"Stars Hollow", "Brand New Thing"}
    assert {s.title for s in bundled.shows} - {s.title for s in made.shows} == {"Gilmore Girls"}


def test_nothing_is_taken_in_of_files_of_which_one_is_wrong(tmp_path: Path) -> None:
    good = table(tmp_path, SHOWS + "|Good|||||\n", "good.psv")
    with pytest.raises(CatalogError, match=r"wrong\.psv:2:"):
        load([good, table(tmp_path, SHOWS + "|Wrong\n", "wrong.psv")])


def test_homonyms_are_two_people_and_each_cast_says_which(tmp_path: Path) -> None:
    made = catalog(
        tmp_path,
        PEOPLE
        + "vanessa-williams-1963|Vanessa Williams|Vanessa L. Williams|actor|Ugly Betty; Save the Best for Last\n"
        + "vanessa-williams-1963b|Vanessa Williams||actor|Melrose Place\n",
        SHOWS
        + "|Ugly Betty|2006-2010||||Vanessa Williams {vanessa-williams-1963}=Wilhelmina Slater\n"
        + "|Melrose Place|1992-1999||||Vanessa Williams {vanessa-williams-1963b}=Rhonda Blair\n",
    )
    assert {p.id: p.credits for p in made.people_named("vanessa williams")} == {
        "vanessa-williams-1963": ("ugly-betty",),
        "vanessa-williams-1963b": ("melrose-place",),
    }
    assert [p.id for p in made.people_named("Vanessa L. Williams")] == ["vanessa-williams-1963"]
    assert made.people_named("Vanessa L. Williams")[0].known_for == ("Ugly Betty", "Save the Best for Last")
    assert made.hits("Vanessa Williams")[0].ids == ("vanessa-williams-1963", "vanessa-williams-1963b")


def test_a_listed_person_with_an_id_of_its_own_is_the_one_in_the_casts(tmp_path: Path) -> None:
    made = catalog(tmp_path, PEOPLE + "jo-march-1868|Jo March|||\n", SHOWS + "|A|||||Jo March=B\n")
    assert [(p.id, p.credits) for p in made.people] == [("jo-march-1868", ("a",))]


def test_somebody_in_two_casts_is_one_person_and_more_prominent_for_it(tmp_path: Path) -> None:
    made = catalog(tmp_path, SHOWS + "|A||||Zo|Jo=B; Al=C\n|D|||||Jo=E\n|F|||||Jo=G; Al\n")
    jo, al, zo = (made.person(key) for key in ("jo", "al", "zo"))
    assert jo is not None
    assert al is not None
    assert zo is not None
    assert jo.credits == ("a", "d", "f")
    assert 0 < zo.prominence < al.prominence < jo.prominence < 1


def test_a_watched_name_nobody_knows_is_found_with_its_aliases() -> None:
    made = load(extra_people=[("Quillon Vesterbrook", ("Q. Vesterbrook",))])
    assert [p.id for p in made.people_named("quillon vesterbrook")] == ["quillon-vesterbrook"]
    assert [h.ids for h in made.hits("Q. Vesterbrook and Quillon Vesterbrook")] == [("quillon-vesterbrook",)] * 2
    assert made.people_named("Quillon Vesterbrook")[0].roles == ()


def test_a_watched_name_that_is_known_lends_its_aliases_and_is_not_somebody_new() -> None:
    made = load(extra_people=[("MILO VENTIMIGLIA", ("Milo V.",))])
    (milo,) = made.people_named("Milo V.")
    assert (milo.id, milo.name) == ("milo-ventimiglia", "Milo Ventimiglia")
    assert len(made.people) == len(load().people)


def test_a_watched_name_of_several_people_stays_ambiguous(tmp_path: Path) -> None:
    own = table(tmp_path, PEOPLE + "jo-quill-1|Jo Quill|||\njo-quill-2|Jo Quill|||\n")
    made = load([own], extra_people=[("Jo Quill", ("JQ",))])
    assert {p.id for p in made.people_named("Jo Quill")} == {"jo-quill-1", "jo-quill-2"}
    assert made.people_named("JQ") == ()
