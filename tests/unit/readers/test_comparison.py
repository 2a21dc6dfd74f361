"""An old and a new edition of a folder of feeds, seen by everybody who had subscribed to the old one."""

from __future__ import annotations

from collections.abc import Mapping

from feeder.readers import READERS, Document, compare, gone
from tests.unit.readers.feeds import NOW, document, shown

EVERYBODY = [reader.name for reader in READERS]


def harmed(old: Mapping[str, Document], new: Mapping[str, Document]) -> dict[str, list[str]]:
    """Reader -> titles of what it shows again or never."""
    return {
        it.reader: [entry.title for entry in (*it.visit.repeats, *it.visit.hidden, *it.missed)]
        for it in compare(old, new, now=NOW)
        if it.harm
    }


def edition(current: Document, *archives: Document) -> dict[str, Document]:
    return {"all.atom": current} | {f"all/{n}.atom": it for n, it in enumerate(archives, 1)}


def test_more_entries_and_edited_ones_harm_nobody() -> None:
    old = edition(document(shown(1), shown(2)))
    new = edition(document(shown(1, title="Edited"), shown(2), shown(3)))
    assert harmed(old, new) == {}
    assert [len(it.visit.new) for it in compare(old, new, now=NOW)] == [1] * len(READERS)


def test_new_ids_are_repeats_for_everybody() -> None:
    old, new = edition(document(shown(1))), edition(document(shown(1, id="urn:uuid:else")))
    assert harmed(old, new) == {name: ["Article 1"] for name in EVERYBODY}


def test_what_was_archived_and_comes_back_is_a_repeat_for_the_forgetful() -> None:
    first = document(shown(1), address="1")
    old = edition(document(shown(2), address="all", previous="1"), first)
    new = edition(document(shown(2), shown(1), address="all", previous="1"), first)
    assert harmed(old, new) == {"Thunderbird": ["Article 1"]}


def test_what_is_archived_before_anybody_saw_it_is_missed() -> None:
    old = edition(document(shown(1), address="all"))
    new = edition(document(shown(3), address="all", previous="1"), document(shown(1), shown(2), address="1"))
    assert harmed(old, new) == {name: ["Article 2"] for name in EVERYBODY}


def test_a_feed_that_moved_is_found_by_its_id_and_one_that_went_is_told() -> None:
    old = {"old.atom": document(shown(1)), "gone.atom": Document(form=document().form, id="tag:x,2026:other")}
    new = {"new.atom": document(shown(1), shown(2))}
    assert [(it.feed, len(it.visit.new)) for it in compare(old, new, now=NOW)] == [("new.atom", 1)] * len(READERS)
    assert gone(old, new) == ["gone.atom"]


def test_entries_of_another_feed_of_the_account_are_no_repeats() -> None:
    old = {"all.atom": document(shown(1), shown(2)), "show.atom": document(shown(1))}
    new = {"all.atom": document(shown(1), shown(2)), "show.atom": document(shown(1), shown(2))}
    assert harmed(old, new) == {}
