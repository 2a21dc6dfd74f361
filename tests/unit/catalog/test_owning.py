"""What an owner adds to the catalog is there at once, and a slip changes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder import config
from feeder.catalog import CastMember, Show
from feeder.catalog.locking import alone
from feeder.catalog.owning import SHOWS, append
from feeder.catalog.tables import ShowRow, read
from feeder.config import Settings
from feeder.errors import CatalogError
from feeder.model import TagKind
from feeder.service import catalogs, cataloguing
from feeder.text import one_line
from tests.unit.catalog.sources import TABLE_SHOWS


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Nothing of one's own yet, beside a few shows that come with feeder."""
    bundle = tmp_path / "bundled.psv"
    bundle.write_text(TABLE_SHOWS)
    monkeypatch.setattr("feeder.catalog.loading.bundled_files", lambda: (bundle,))
    return config.defaults(tmp_path)


def table(own: Settings, name: str) -> Path:
    return own.catalog_folder / name


def test_an_added_show_is_found_with_all_its_fields(own: Settings) -> None:
    found, path = cataloguing.add(
        own,
        TagKind.SHOW,
        "Deep Harbour Nights",
        {
            "years": "2025-",
            "networks": ("NBC", "Peacock"),
            "aliases": ("DHN",),
            "creators": ("Mo Maker",),
            "cast": ("Zoë Diaz=Red", "Lauren Graham"),
            "wikidata": "Q100",
        },
    )
    assert path == table(own, "shows.psv")
    known = catalogs.open_catalog(own)
    show = known.show("deep-harbour-nights")
    assert show == found.record
    assert isinstance(show, Show)
    assert (show.years, show.networks, show.aliases, show.wikidata) == (
        (2025, None),
        ("NBC", "Peacock"),
        ("DHN",),
        "Q100",
    )
    assert show.cast == (
        CastMember(person="zoe-diaz", character="Red"),
        CastMember(person="lauren-graham", character=""),
    )
    lauren = known.person("lauren-graham")
    assert lauren is not None
    assert {"gilmore-girls", "deep-harbour-nights"} <= set(lauren.credits)
    assert [h.surface for h in known.hits("DHN with Zoe Diaz")] == ["DHN", "Zoe Diaz"]


def test_an_added_person_is_found(own: Settings) -> None:
    found, _ = cataloguing.add(own, TagKind.PERSON, "Zoë Diaz", {"roles": ("actor", "host"), "known for": ("A Film",)})
    assert found.key == "person/zoe-diaz"
    assert cataloguing.search(catalogs.open_catalog(own), "zoe d", limit=5) == (found,)


def test_a_show_of_a_known_title_gets_its_year_into_its_id(own: Settings) -> None:
    found, _ = cataloguing.add(own, TagKind.SHOW, "Gilmore Girls", {"years": "2031-"})
    assert found.key == "show/gilmore-girls-2031"
    assert [s.id for s in catalogs.open_catalog(own).shows_named("gilmore girls")] == [
        "gilmore-girls",
        "gilmore-girls-2031",
    ]


def test_what_is_known_is_not_replaced_by_accident_but_on_demand(own: Settings) -> None:
    with pytest.raises(CatalogError, match="show/gilmore-girls is in the catalog already"):
        cataloguing.add(own, TagKind.SHOW, "Gilmore Girls", {})
    assert not table(own, "shows.psv").exists()
    cataloguing.add(own, TagKind.SHOW, "Gilmore Girls", {"years": "2000-2016"}, replace=True)
    show = catalogs.open_catalog(own).show("gilmore-girls")
    assert show is not None
    assert (show.years, show.cast) == ((2000, 2016), ())


def test_an_alias_is_one_more_name_and_changes_nothing_else(own: Settings) -> None:
    before = catalogs.open_catalog(own).show("gilmore-girls")
    assert before is not None
    cataloguing.add_alias(own, "gilmore-girls", "The Gilmores")
    cataloguing.add_alias(own, "show/gilmore-girls", "#Gilmore")
    known = catalogs.open_catalog(own)
    assert known.show("gilmore-girls") == replace(before, aliases=(*before.aliases, "The Gilmores", "#Gilmore"))
    assert [s.id for s in known.shows_named("the gilmores")] == ["gilmore-girls"]
    with pytest.raises(CatalogError, match="has the name 'the gilmores' already"):
        cataloguing.add_alias(own, "gilmore-girls", "the gilmores")


def test_an_unknown_key_is_told_apart_from_an_ambiguous_one(own: Settings) -> None:
    with pytest.raises(CatalogError, match="the catalog has no such id"):
        cataloguing.add_alias(own, "no-such-thing", "Alias")
    cataloguing.add(own, TagKind.PERSON, "Gilmore Girls", {"id": "gilmore-girls"})
    with pytest.raises(CatalogError, match="write show/gilmore-girls or person/gilmore-girls"):
        cataloguing.look_up(catalogs.open_catalog(own), "gilmore-girls")


@pytest.mark.parametrize(
    ("name", "row", "said"),
    [
        ("A | B", {}, "a '|' cannot stand in 'A | B'"),
        ("A Show", {"networks": ("NBC; ABC",)}, "a ';' cannot stand in 'NBC; ABC'"),
        ("A Show", {"wikidata": "100"}, "shows.psv:3: column 8 (wikidata): bad Wikidata id"),
        ("A Show", {"cast": ("=Red",)}, "column 7 (cast): a character without person"),
        ("A Show", {"id": "Big"}, "column 1 (id): bad id 'Big'"),
        ("A Show", {"years": "2025-2020"}, "column 3 (years): bad years"),
        ("  ", {}, "column 2 (title): is empty"),
    ],
)
def test_a_row_that_is_wrong_is_refused_and_nothing_is_written(own: Settings, name: str, row, said: str) -> None:
    with pytest.raises(CatalogError) as caught:
        cataloguing.add(own, TagKind.SHOW, name, row)
    assert said in str(caught.value)
    assert [p.name for p in own.catalog_folder.glob("*")] == []


def test_a_table_the_owner_has_arranged_differently_is_added_to_as_it_is(own: Settings) -> None:
    path = table(own, "shows.psv")
    path.parent.mkdir()
    path.write_text("# mine\ntitle|years\nOne Of Mine|2001", encoding="utf-8")  # no line end
    cataloguing.add(own, TagKind.SHOW, "Another Of Mine", {"years": "2002-"})
    assert path.read_text() == "# mine\ntitle|years\nOne Of Mine|2001\nAnother Of Mine|2002-\n"
    with pytest.raises(CatalogError, match="has no column 'networks'"):
        cataloguing.add(own, TagKind.SHOW, "A Third", {"networks": ("NBC",)})


def test_a_broken_table_of_the_owners_is_told_and_not_added_to(own: Settings) -> None:
    path = table(own, "shows.psv")
    path.parent.mkdir()
    path.write_text("id|title\nbroken\n")
    with pytest.raises(CatalogError, match=r"shows\.psv:2: 1 fields, expected 2"):
        cataloguing.add(own, TagKind.SHOW, "A Show", {})
    assert path.read_text() == "id|title\nbroken\n"


def test_two_at_once_do_not_lose_a_row(own: Settings) -> None:
    with alone(own.catalog_folder), pytest.raises(CatalogError, match="another process is changing the catalog"):
        cataloguing.add(own, TagKind.SHOW, "A Show Of Mine", {})


def test_the_search_finds_beginnings_whole_names_first(own: Settings) -> None:
    cataloguing.add(own, TagKind.SHOW, "Zanzibar Nights", {"years": "2001"})
    cataloguing.add(own, TagKind.SHOW, "Zanzibar", {"years": "2003"})
    cataloguing.add(own, TagKind.PERSON, "Zanzibar Jones", {})
    known = catalogs.open_catalog(own)
    assert [f.key for f in cataloguing.search(known, "ZANZIBÁR", limit=9)] == [
        "show/zanzibar",
        "show/zanzibar-nights",
        "person/zanzibar-jones",
    ]
    assert [f.key for f in cataloguing.search(known, "zanzibar", limit=1)] == ["show/zanzibar", "person/zanzibar-jones"]
    assert cataloguing.search(known, "  ", limit=9) == cataloguing.search(known, "zanzibarx", limit=9) == ()


def test_stats_tell_what_is_there(own: Settings) -> None:
    before = cataloguing.stats(own)
    cataloguing.add(own, TagKind.SHOW, "Zanzibar", {"cast": ("Zoë Q. Diaz",)})
    after = cataloguing.stats(own)
    assert (after.shows - before.shows, after.people - before.people, after.imported) == (1, 1, None)
    assert after.tables == (table(own, "shows.psv"),)


_titles = st.text(st.characters(codec="utf-8", exclude_characters="|;={}"), min_size=1, max_size=30).filter(
    lambda s: bool(one_line(s))
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_titles, st.lists(_titles, max_size=3)), min_size=1, max_size=4))
def test_what_is_added_is_read_as_it_was_written(tmp_path_factory, added: list[tuple[str, list[str]]]) -> None:
    folder = tmp_path_factory.mktemp("own")
    for number, (title, aliases) in enumerate(added):
        append(folder, SHOWS, {"id": f"s{number}", "title": title, "aliases": aliases}, verify=lambda path, text: None)
    rows = [row for row in read(folder / "shows.psv") if isinstance(row, ShowRow)]
    assert [(row.title, row.aliases) for row in rows] == [
        (one_line(title), tuple(map(one_line, aliases))) for title, aliases in added
    ]
