"""The names of the catalog are found where a reader would see them, and nowhere else."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.catalog import CastMember, Catalog, Person, PlainName, Show
from feeder.catalog.spelling import spellings
from feeder.model import MentionKind
from feeder.text import fold


def shows(*titles: str, aliases: tuple[str, ...] = ()) -> Catalog:
    return Catalog(shows=[Show(id=f"s{n}", title=t, aliases=aliases) for n, t in enumerate(titles)], people=[])


def people(*names: str) -> Catalog:
    return Catalog(shows=[], people=[Person(id=f"p{n}", name=name) for n, name in enumerate(names)])


def found(catalog: Catalog, text: str) -> list[str]:
    hits = catalog.hits(text)
    assert all(text[h.start : h.end] == h.surface for h in hits)
    return [h.surface for h in hits]


@pytest.mark.parametrize(
    ("title", "text", "surface"),
    [
        ("Gilmore Girls", "the Gilmore Girls reunion", "Gilmore Girls"),
        ("Gilmore Girls", "‘Gilmore\nGirls’s’ end", "Gilmore\nGirls"),
        ("Grey's Anatomy", "Grey’s Anatomy’s finale", "Grey’s Anatomy"),
        ("Grey's Anatomy", "on Greys Anatomy tonight", "Greys Anatomy"),
        ("This Is Us", "a post-This is Us life", "This is Us"),
        ("The Office", "watch the Office now", "the Office"),
        ("The Office", "THE OFFICE RETURNS", "THE OFFICE"),
        ("Law & Order", "Law and Order star", "Law and Order"),
        ("Will and Grace", "Will & Grace star", "Will & Grace"),
        ("CSI: Miami", "CSI Miami star", "CSI Miami"),
        ("S.W.A.T.", "SWAT was renewed", "SWAT"),
        ("M*A*S*H", "a MASH finale", "MASH"),
        ("Jeopardy!", "a Jeopardy champion", "Jeopardy"),
        ("Jeopardy!", "a Jeopardy! champion", "Jeopardy!"),
        ("The Marvelous Mrs. Maisel", "The Marvelous Mrs Maisel", "The Marvelous Mrs Maisel"),
        ("Pokémon", "Pokemon returns", "Pokemon"),
        ("24", "“24” is back", "24"),
        ("90210", "on 90210 again", "90210"),
        ("thirtysomething", "on thirtysomething again", "thirtysomething"),
        ("Lost", "the LOST finale", "LOST"),
        ("GoT", "a GoT spinoff", "GoT"),
        ("SVU", "an SVU episode", "SVU"),
        ("ER", "(ER, 1994)", "ER"),
        ("Friends", "an ex-Friends writer", "Friends"),
        ("Gilmore Girls", "gilmore girls is back", "gilmore girls"),
        ("Seinfeld", "the Seinfeld–Friends years", "Seinfeld"),
    ],
)
def test_a_title_is_found_as_outlets_print_it(title: str, text: str, surface: str) -> None:
    assert found(shows(title), text) == [surface]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Lost", "she lost it"),
        ("The Office", "at the office, The Officer, Office"),
        ("This Is Us", "This is us. THIS IS USUAL"),
        ("GoT", "got it, Got it, GOT"),
        ("SVU", "svu"),
        ("Us", "US and us"),
        ("ER", "her, ERs, er"),
        ("24", "1924, 24,000 or $24 or 4.24 or 24% on 11/24/21"),
        ("Gilmore Girls", "Gilmore\n\nGirls"),
        ("The Good Place", "She is in the good place you know"),
        ("the good place".title(), "Thegood place"),
        ("You", "you know, YOU"),
    ],
)
def test_ordinary_words_are_not_taken_for_a_title(title: str, text: str) -> None:
    assert found(shows(title), text) == []


@pytest.mark.parametrize(
    ("name", "text", "surface"),
    [
        ("J.K. Simmons", "J. K. Simmons stars", "J. K. Simmons"),
        ("J.K. Simmons", "JK Simmons stars", "JK Simmons"),
        ("Robert Downey Jr.", "Robert Downey, Jr. stars", "Robert Downey, Jr."),
        ("Robert Downey Jr.", "Robert Downey Jr stars", "Robert Downey Jr"),
        ("Zoë Kravitz", "Zoe Kravitz's role", "Zoe Kravitz"),
        ("Conan O'Brien", "Conan O’Brien’s show", "Conan O’Brien"),
        ("Milo Ventimiglia", "MILO VENTIMIGLIA CAST", "MILO VENTIMIGLIA"),
        ("Milo Ventimiglia", "milo ventimiglia cast\nin Something", "milo ventimiglia"),
        ("Sterling K. Brown", "Sterling K. Brown's turn", "Sterling K. Brown"),
    ],
)
def test_a_person_is_found_as_outlets_print_the_name(name: str, text: str, surface: str) -> None:
    assert found(people(name), text) == [surface]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Daniel Palladino", "Daniel Palladino-Smith"),
        ("Louise Parker", "Mary-Louise Parker"),
        ("Will Smith", "She will smith iron"),
        ("Rob Lowe", "Rob Lowell"),
    ],
)
def test_a_part_of_another_name_is_not_the_person(name: str, text: str) -> None:
    assert found(people(name), text) == []


def test_the_longest_name_wins_over_what_it_contains() -> None:
    catalog = shows("Law & Order", "Law & Order: Special Victims Unit", "Special Victims")
    assert found(catalog, "Law & Order: Special Victims Unit and Law & Order") == [
        "Law & Order: Special Victims Unit",
        "Law & Order",
    ]


def test_an_alias_leads_to_its_show() -> None:
    catalog = shows("The Marvelous Mrs. Maisel", aliases=("Mrs. Maisel",))
    assert [(h.surface, h.ids) for h in catalog.hits("Mrs. Maisel's fourth season")] == [("Mrs. Maisel", ("s0",))]
    assert [s.id for s in catalog.shows_named("MRS. MAISEL")] == ["s0"]


def test_shows_of_one_title_are_told_as_homonyms() -> None:
    catalog = Catalog(shows=[Show(id=i, title="Ghosts") for i in ("ghosts-2021", "ghosts-2019")], people=[])
    assert [h.ids for h in catalog.hits("Ghosts returns")] == [("ghosts-2019", "ghosts-2021")]
    assert {s.id for s in catalog.shows_named("ghosts")} == {"ghosts-2019", "ghosts-2021"}


def test_a_name_of_two_kinds_is_told_as_both() -> None:
    catalog = Catalog(
        shows=[Show(id="fargo", title="Fargo")], people=[], names=[PlainName(kind=MentionKind.FILM, name="Fargo")]
    )
    assert [h.kind for h in catalog.hits("Fargo")] == [MentionKind.SHOW, MentionKind.FILM]


def test_a_character_leads_to_its_show_and_a_first_name_alone_to_nothing() -> None:
    cast = (
        CastMember(person="rachel-brosnahan", character='Miriam "Midge" Maisel'),
        CastMember(person="michael-zegen", character="Joel"),
        CastMember(person="hugh-laurie", character="Dr. Gregory House"),
    )
    catalog = Catalog(shows=[Show(id="maisel", title="The Marvelous Mrs. Maisel", cast=cast)], people=[])
    hits = catalog.hits("Joel, Midge, Midge Maisel, Miriam Maisel and Gregory House")
    assert [(h.kind, h.surface, h.ids) for h in hits] == [
        (MentionKind.CHARACTER, "Midge Maisel", ("maisel",)),
        (MentionKind.CHARACTER, "Miriam Maisel", ("maisel",)),
        (MentionKind.CHARACTER, "Gregory House", ("maisel",)),
    ]


def test_networks_of_shows_are_known_and_a_listed_alias_is_the_same_network() -> None:
    catalog = Catalog(
        shows=[Show(id="a", title="Abc Show", networks=("Netflix", "CW"))],
        people=[],
        names=[PlainName(kind=MentionKind.NETWORK, name="The CW", aliases=("CW",))],
    )
    assert [h.ids for h in catalog.hits("on Netflix and CW")] == [("netflix",), ("the-cw",)]


def test_an_empty_catalog_and_an_empty_text_find_nothing() -> None:
    assert Catalog(shows=[], people=[]).hits("Gilmore Girls") == ()
    assert shows("Lost").hits("") == ()


_TITLES = ("Lost", "The Office", "Grey's Anatomy", "GoT", "24", "Pokémon", "Law & Order", "Law & Order: SVU", "Us")
_NAMES = ("J.K. Simmons", "Milo Ventimiglia", "Zoë Kravitz", "Amy Sherman-Palladino", "Robert Downey Jr.")
_LAW = Catalog(
    shows=[Show(id=f"s{n}", title=t) for n, t in enumerate(_TITLES)],
    people=[Person(id=f"p{n}", name=t) for n, t in enumerate(_NAMES)],
)
_KNOWN = {f"s{n}": {fold(f) for f in spellings(t)} for n, t in enumerate(_TITLES)} | {
    f"p{n}": {fold(f) for f in spellings(t)} for n, t in enumerate(_NAMES)
}
_PIECES = st.one_of(st.sampled_from(_TITLES + _NAMES), st.text(max_size=6), st.sampled_from(" \n-'’“”.,éßİŉ"))


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_every_hit_is_a_known_name_at_its_own_place(text: str) -> None:
    hits = _LAW.hits(text)
    for hit in hits:
        assert text[hit.start : hit.end] == hit.surface
        assert hit.ids
        assert all(fold(hit.surface) in _KNOWN[key] for key in hit.ids)
    assert all(a.end <= b.start for a, b in pairwise(hits))


@given(st.lists(st.sampled_from(_TITLES + _NAMES), min_size=1, max_size=8))
def test_every_name_that_stands_between_plain_words_is_found(names: list[str]) -> None:
    text = " and then ".join(names)
    assert found(_LAW, text) == names
