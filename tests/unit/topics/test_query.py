"""An owner's topic holds the entries that its query asks for; a query that cannot be meant is an error that helps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.errors import QueryError
from feeder.model import Entry, EventType, TagKind
from feeder.topics.query import (
    And,
    Condition,
    Happened,
    Language,
    Main,
    Named,
    Not,
    Or,
    Outlet,
    Reading,
    Where,
    Words,
    matches,
    parse,
    written,
)
from tests.builders import a_person_tag, a_show_tag, an_article, an_entry, an_event, some_evidence


def an_entry_about(
    *shows: str, people: tuple[str, ...] = (), passing: tuple[str, ...] = (), events: tuple[EventType, ...] = ()
) -> Entry:
    """`passing`: which of the shows and people are named in passing only."""
    return an_entry(
        an_article(),
        tags=(
            *(a_show_tag(name, main=name not in passing) for name in shows),
            *(a_person_tag(name, main=name not in passing) for name in people),
        ),
        events=tuple(map(an_event, events)),
    )


def holds(query: str, entry: Entry) -> bool:
    return matches(parse(query), Reading(entry))


THE_EXAMPLE = 'show:"Gilmore Girls" AND (event:casting OR person:"Milo Ventimiglia") NOT main:no'


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        (an_entry_about("Gilmore Girls", events=(EventType.CASTING,)), True),
        (an_entry_about("Gilmore Girls", people=("Milo Ventimiglia",)), True),
        (an_entry_about("Gilmore Girls", people=("Milo Ventimiglia",), passing=("Milo Ventimiglia",)), True),
        (an_entry_about("Gilmore Girls"), False),
        (an_entry_about("This Is Us", people=("Milo Ventimiglia",)), False),
        (an_entry_about("Gilmore Girls", passing=("Gilmore Girls",), events=(EventType.CASTING,)), False),
        (an_entry_about("Gilmore Girls", "This Is Us", passing=("Gilmore Girls",), events=(EventType.CASTING,)), False),
    ],
    ids=["casting", "person", "person in passing", "neither", "other show", "show in passing", "other show is main"],
)
def test_the_example_of_the_handbook_asks_for_what_it_says(entry: Entry, *, wanted: bool) -> None:
    assert holds(THE_EXAMPLE, entry) is wanted


@pytest.mark.parametrize("query", ["show:gilmore-girls", 'show:"GILMORE  GIRLS"', "show:“Gilmore Girls”"])
def test_a_show_is_found_by_its_id_and_by_its_label_however_typed(query: str) -> None:
    assert holds(query, an_entry_about("Gilmore Girls"))
    assert not holds(query, an_entry_about("Gilmore Girls: A Year in the Life"))


@pytest.mark.parametrize("name", ["Grey's Anatomy", "Grey’s Anatomy", "Greys Anatomy", "grey's anatomy"])
def test_an_apostrophe_in_a_name_makes_no_difference(name: str) -> None:
    assert holds(f'show:"{name}"', an_entry_about("Grey’s Anatomy"))


def test_a_person_is_found_by_a_full_name_as_printed_but_not_by_a_surname() -> None:
    article = an_article(body="Zoe K. Ventimiglia was there. Ventimiglia smiled.")
    tag = a_person_tag(
        "Zoë Ventimiglia",
        evidence=(some_evidence(article, "Zoe K. Ventimiglia"), some_evidence(article, "Ventimiglia")),
    )
    entry = an_entry(article, tags=(tag,))
    assert holds('person:"zoe k ventimiglia"', entry)
    assert holds('person:"Zoe Ventimiglia"', entry)
    assert not holds("person:Ventimiglia", entry)


def test_a_name_that_could_be_two_people_is_neither() -> None:
    entry = an_entry(an_article(), tags=(a_person_tag("Chris Evans", candidates=("chris-evans", "chris-evans-2")),))
    assert not holds('person:"Chris Evans"', entry)


def test_a_show_is_no_person_of_the_same_name() -> None:
    assert not holds("person:Roseanne", an_entry_about("Roseanne"))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("graham", True),
        ("Graham's", True),
        ('"lauren graham"', True),
        ('"graham lauren"', False),
        ("gra", False),
        ("grahams", False),
        ("cafe", True),
        ("CAFÉ", True),
        ('"the cafe"', True),
        ("title:graham", False),
        ("title:returns", True),
        ("text:returns", True),
        ('"television Lauren"', False),  # the headline ends before the text begins
        ('title:"to television"', True),
    ],
)
def test_words_are_found_whole_whatever_their_case_and_accents(query: str, *, wanted: bool) -> None:
    article = an_article(title="A Star Returns to Television", body="Lauren Graham’s new part: the Café owner.")
    assert holds(query, an_entry(article)) is wanted


def test_outlet_and_language_are_asked_for_by_name() -> None:
    entry = an_entry(an_article(outlet="TVLine", language="en-GB"))
    assert holds("outlet:tvline language:en", entry)
    assert holds("language:en-gb", entry)
    assert not holds("language:e", entry)
    assert not holds("outlet:tv", entry)
    assert not holds("outlet:tvline", an_entry(an_article()))


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("a b OR c", "(a AND b) OR c"),
        ("a OR b c", "a OR (b AND c)"),
        ("NOT a b", "(NOT a) AND b"),
        ("a NOT NOT b", "a AND (NOT (NOT b))"),
        ("a (b OR c)", "a AND (b OR c)"),
        ("text:a", "a"),
    ],
)
def test_not_binds_tightest_then_and_then_or(query: str, same: str) -> None:
    assert parse(query) == parse(same)


@pytest.mark.parametrize(
    ("query", "entry", "wanted"),
    [
        ("main:yes", an_entry_about("Gilmore Girls"), True),
        ("main:yes", an_entry_about("Gilmore Girls", passing=("Gilmore Girls",)), False),
        ("main:no", an_entry_about(), True),
        # it speaks of the names in the same parentheses, not of others
        ('(show:A main:yes) OR show:"B"', an_entry_about("A", "B", passing=("A",)), True),
        ('(show:A main:yes) OR show:"C"', an_entry_about("A", "B", passing=("A",)), False),
        ("show:A (main:yes OR event:award)", an_entry_about("A", "B", passing=("A",)), False),
        # nor of names that are ruled out
        ("show:A NOT show:C main:yes", an_entry_about("A", "B", passing=("A",)), False),
    ],
)
def test_main_speaks_of_the_names_around_it(query: str, entry: Entry, *, wanted: bool) -> None:
    assert holds(query, entry) is wanted


@pytest.mark.parametrize(
    ("query", "position", "words"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("show:A AND", 10, "nothing follows 'AND'"),
        ("NOT", 3, "nothing follows 'NOT'"),
        ("AND show:A", 0, "missing before 'AND'"),
        ("show:A OR OR show:B", 10, "missing between 'OR' and 'OR'"),
        ("show:A ()", 8, "missing between '(' and ')'"),
        ("show:A or show:B", 7, "write OR in capitals"),
        ("(show:A", 0, "never closed"),
        ("show:A)", 6, "closes nothing"),
        ('show:"A', 5, "never closed"),
        ("show: A", 0, "without a space"),
        ("actor:Milo", 0, "did you mean person:"),
        ("outlt:TVLine", 0, "did you mean outlet:"),
        ("https://example.org", 0, '"https://example.org" in quotes'),
        ("event:castings", 0, "did you mean 'casting'"),
        ("event:party", 0, "known: casting, "),
        ("main:maybe", 0, "known: yes, no"),
        ("Gilm*", 0, "no wildcards"),
        ('show:"?!"', 0, "no letter or digit"),
        ("(" * 4000 + "a" + ")" * 4000, 100, "more than 100 parentheses"),
        ("NOT " * 2000 + "a", 400, "more than 100 NOTs"),
        ("a" * 20_000, 10_000, "longer than"),
    ],
)
def test_a_query_that_cannot_be_meant_says_where_and_what_to_write_instead(
    query: str, position: int, words: str
) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.position == position
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"at character {position + 1}: ")


def test_a_thousand_conditions_are_no_trouble() -> None:
    assert holds(" OR ".join(["maisel"] * 900), an_entry())


# -- laws -------------------------------------------------------------------------------------------------------------

_LETTERS = st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cs", "Cc"])
_VALUES = st.one_of(
    st.sampled_from(
        ["Gilmore Girls", "this-is-us", "Milo Ventimiglia", "or", "AND", 'say "x"', "a\\b", "“q”", "maisel"]
    ),
    st.text(_LETTERS, min_size=1, max_size=12).filter(lambda s: any(c.isascii() and c.isalnum() for c in s)),
)
_LEAVES: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Named, st.sampled_from(TagKind), _VALUES),
    st.builds(Happened, st.sampled_from(EventType)),
    st.builds(Main, st.booleans()),
    st.builds(Outlet, _VALUES),
    st.builds(Language, st.sampled_from(["en", "de", "en-gb"])),
    st.builds(Words, _VALUES, st.sampled_from(Where)),
)


def _grown(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=2, max_size=4).map(tuple)
    return st.one_of(st.builds(Not, parts), st.builds(And, several), st.builds(Or, several))


conditions = st.recursive(_LEAVES, _grown, max_leaves=12)
entries = st.builds(
    an_entry_about,
    st.sampled_from(["Gilmore Girls", "This Is Us", "Maisel"]),
    people=st.lists(st.sampled_from(["Milo Ventimiglia", "Lauren Graham"]), unique=True).map(tuple),
    passing=st.lists(st.sampled_from(["Gilmore Girls", "This Is Us", "Milo Ventimiglia"])).map(tuple),
    events=st.lists(st.sampled_from(EventType), max_size=2, unique=True).map(tuple),
)


@given(conditions)
def test_a_query_that_is_written_down_is_read_as_the_same_query(condition: Condition) -> None:
    once = parse(written(condition))
    assert parse(written(once)) == once


@given(conditions, entries)
def test_a_query_that_is_written_down_finds_the_same(condition: Condition, entry: Entry) -> None:
    once = parse(written(condition))
    assert matches(parse(written(once)), Reading(entry)) == matches(once, Reading(entry))


@given(conditions, conditions, conditions, entries)
def test_conditions_obey_the_laws_of_logic(a: Condition, b: Condition, c: Condition, entry: Entry) -> None:
    seen = Reading(entry)

    def true(condition: Condition) -> bool:
        return matches(condition, seen)

    assert true(Not(Not(a))) == true(a)
    assert true(And((a, b))) == true(And((b, a))) == (true(a) and true(b))
    assert true(Or((a, b))) == true(Or((b, a))) == (true(a) or true(b))
    assert true(Not(And((a, b)))) == true(Or((Not(a), Not(b))))
    assert true(And((a, Or((b, c))))) == true(Or((And((a, b)), And((a, c)))))
    assert not true(And((a, Not(a))))
    assert true(Or((a, Not(a))))


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_query_or_an_error_with_its_place(text: str) -> None:
    place = 0
    try:
        parse(text)
    except QueryError as error:
        place = error.position
    assert 0 <= place <= len(text)
