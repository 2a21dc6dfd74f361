"""A feed is handed on only where nobody's subscription could come to mean something else."""

from __future__ import annotations

from feeder.model import Entry
from feeder.topics import Moves
from tests.builders import a_person_tag, a_show_tag, an_article, an_entry


def tagged(*tags: tuple[str, str], owner: bool = False) -> Entry:
    """(id, name) of people; each name's proof is where it stands in the text."""
    article = an_article(body=" and ".join(name for _, name in tags) + " were there.")
    return an_entry(
        article,
        tags=tuple(a_person_tag(name, id=id_, article=None if owner else article) for id_, name in tags),
    )


def found(*changes: tuple[Entry, Entry]) -> set[tuple[str, str]]:
    moves = Moves()
    for before, after in changes:
        moves.note(before, after)
    return {(old.key, new.key) for old, new in moves.successions()}


OLD, NEW = tagged(("milo", "Milo")), tagged(("milo-2", "Milo"))


def test_an_id_that_all_entries_have_at_the_same_words_goes_on() -> None:
    assert found((OLD, NEW), (OLD, NEW)) == {("milo", "milo-2")}


def test_the_owners_word_goes_by_its_name() -> None:
    assert found((tagged(("a", "Milo"), owner=True), tagged(("b", "Milo"), owner=True))) == {("a", "b")}
    assert found((tagged(("a", "Milo"), owner=True), tagged(("b", "Lauren"), owner=True))) == set()


def test_an_id_whose_entries_part_is_not_passed_on() -> None:
    assert found((OLD, NEW), (OLD, tagged(("milo-3", "Milo")))) == set()


def test_an_id_that_some_entries_simply_lost_is_not_passed_on() -> None:
    assert found((OLD, NEW), (OLD, tagged())) == set()


def test_two_ids_that_become_one_are_not_passed_on() -> None:
    """Subscribers of both would be led to one feed, under the id of only one of them."""
    other = tagged(("ventimiglia", "Milo"))
    assert found((OLD, NEW), (other, NEW)) == set()


def test_another_name_beside_it_is_no_heir() -> None:
    before = tagged(("milo", "Milo"))
    after = an_entry(before.article, tags=(a_person_tag("were", id="x", article=before.article),))
    assert found((before, after)) == set()


def test_a_show_is_no_heir_of_a_person() -> None:
    after = an_entry(OLD.article, tags=(a_show_tag("Milo", article=OLD.article),))
    assert found((OLD, after)) == set()


def test_what_did_not_change_moves_nothing() -> None:
    assert found((OLD, OLD)) == set()
