"""The bundled tables are whole and believable; every block of data added to them is checked here."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from feeder.catalog import Catalog, bundled_files, load
from feeder.catalog.tables import PersonRow, ShowRow, read

_LEAST_SHOWS, _LEAST_PEOPLE = 1500, 6000


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def test_the_news_of_1990_to_2026_finds_its_shows_and_people(catalog: Catalog) -> None:
    assert (len(catalog.shows) >= _LEAST_SHOWS, len(catalog.people) >= _LEAST_PEOPLE) == (True, True)


def test_shows_of_one_title_carry_their_year_in_the_id(catalog: Catalog) -> None:
    """All but the one that was known first: an id never changes, so it keeps the bare title."""
    titles = Counter(s.title for s in catalog.shows)
    same = [s for s in catalog.shows if titles[s.title] > 1]
    bare = Counter(s.title for s in same if not (s.years and s.id.endswith(f"-{s.years[0]}")))
    assert [s.id for s in same if not s.years] == []
    assert [title for title, count in bare.items() if count > 1] == []


def test_a_name_of_one_word_is_listed_and_no_slip_for_a_full_name(catalog: Catalog) -> None:
    listed = {r.name for path in bundled_files() for r in read(path) if isinstance(r, PersonRow)}
    assert [p.name for p in catalog.people if " " not in p.name and p.name not in listed] == []


def test_names_hold_no_leftovers_of_the_format(catalog: Catalog) -> None:
    names = [n for p in catalog.people for n in (p.name, *p.aliases)]
    names += [n for s in catalog.shows for n in (s.title, *s.aliases, *s.networks, *(c.character for c in s.cast))]
    assert [n for n in names if set(n) & set("|;={}_<>\t") or n != n.strip()] == []


def test_every_series_names_its_cast_or_at_least_its_creator() -> None:
    rows = [r for path in bundled_files() if path.name.startswith("shows-us-") for r in read(path)]
    assert [str(r.place) for r in rows if isinstance(r, ShowRow) and not (r.cast or r.creators)] == []


def test_a_spinoff_is_not_taken_for_the_show_it_comes_from(catalog: Catalog) -> None:
    found = {(i, h.surface) for h in catalog.hits("\n\n".join(s.title for s in catalog.shows)) for i in h.ids}
    assert [s.title for s in catalog.shows if (s.id, s.title) not in found] == []


def test_everybody_is_found_by_name(catalog: Catalog) -> None:
    found = {i for h in catalog.hits("\n\n".join(f"({p.name})" for p in catalog.people)) for i in h.ids}
    assert [p.name for p in catalog.people if p.id not in found] == []


def test_the_bundled_catalog_is_there_before_anybody_waits(catalog: Catalog) -> None:
    """Loading takes at most 0.5 s of processor time and indexing its names as much; twice that for a slow machine."""
    started = time.process_time()
    load().hits("Gilmore Girls")
    assert time.process_time() - started < 2 * 1.0
    assert catalog.hits("Gilmore Girls")
