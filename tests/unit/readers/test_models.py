"""Each reader shows an entry once, and again for the reasons for which its real counterpart does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.model import Form
from feeder.readers import READERS, Document, Reader, Subscriber
from tests.unit.readers.feeds import NOW, TEXT, document, shown

READER = {reader.name: reader for reader in READERS}
every_reader = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)


def follow(reader: Reader | str, *versions: Document, pause: timedelta = timedelta(hours=1)) -> list[dict[str, int]]:
    """What each version shows: how many of which kind, none left out."""
    subscriber = Subscriber(READER[reader] if isinstance(reader, str) else reader)
    found = []
    for number, version in enumerate(versions):
        visit = subscriber.visit("all", version, now=NOW + number * pause)
        counts = {name: len(getattr(visit, name)) for name in ("new", "repeats", "changed", "read", "hidden")}
        found.append({name: count for name, count in counts.items() if count})
    return found


def test_all_readers_that_were_promised_are_there() -> None:
    assert {reader.name for reader in READERS} == {
        "FreshRSS", "Miniflux", "NetNewsWire", "Thunderbird", "rss2email", "reader", "Feedbin",
    }  # fmt: skip


@every_reader
@pytest.mark.parametrize("form", Form)
def test_an_entry_is_new_once(reader: Reader, form: Form) -> None:
    feed = document(shown(1), shown(2), form=form)
    assert follow(reader, feed, feed, document(shown(3), shown(2), shown(1), form=form)) == [
        {"new": 2}, {}, {"new": 1},
    ]  # fmt: skip


@every_reader
def test_an_edit_under_the_same_id_is_not_shown_again(reader: Reader) -> None:
    edited = shown(1, title="Corrected", content="<p>Other words.</p>", updated=NOW, link="https://other.example/1")
    after = follow(reader, document(shown(1)), document(edited))[1]
    assert after == ({} if reader.name == "Thunderbird" else {"changed": 1})


@every_reader
def test_another_id_for_the_same_article_is_a_repeat(reader: Reader) -> None:
    assert follow(reader, document(shown(1)), document(shown(1, id="urn:uuid:else")))[1] == {"repeats": 1}


@every_reader
def test_another_id_and_title_for_the_same_text_is_a_repeat(reader: Reader) -> None:
    renamed = shown(1, id="urn:uuid:else", title="Another Headline", link="https://example.org/another")
    assert follow(reader, document(shown(1)), document(renamed))[1] == {"repeats": 1}


@every_reader
def test_two_entries_of_one_id_are_one_to_a_reader_and_the_other_is_lost(reader: Reader) -> None:
    many = [shown(n, id=f"id-{n}") for n in range(3, 28)]
    visit = follow(reader, document(shown(1), shown(2, id=shown(1).id), *many))[0]
    assert visit == {"new": 26, "hidden": 1}


def test_freshrss_takes_ids_for_one_that_differ_beyond_ascii() -> None:
    many = [shown(n) for n in range(3, 28)]
    feed = document(shown(1, id="tag:x,2026:é"), shown(2, id="tag:x,2026:ü"), *many)
    assert follow("FreshRSS", feed) == [{"new": 26, "hidden": 1}]
    assert follow("Miniflux", feed) == [{"new": 27}]


def test_freshrss_trusts_no_id_of_a_feed_where_one_in_twenty_is_missing() -> None:
    good = document(*(shown(n) for n in range(1, 20)))
    bad = document(shown(20, id=""), shown(21, id=""), *good.entries)
    before, after, later = follow("FreshRSS", good, bad, good)
    assert (before, after) == ({"new": 19}, {"new": 2, "repeats": 19})
    assert later == {}, "and goes on to know them by their links"


def test_miniflux_tells_items_of_one_guid_apart_by_their_links() -> None:
    twice = (shown(1), shown(2, id=shown(1).id))
    assert follow("Miniflux", document(*twice, form=Form.RSS)) == [{"new": 2}]
    assert follow("Miniflux", document(*twice, form=Form.JSON)) == [{"new": 1, "hidden": 1}]


def test_netnewswire_takes_what_is_older_than_183_days_for_read() -> None:
    old, recent = NOW - timedelta(days=184), NOW - timedelta(days=182)
    feed = document(shown(1, published=old), shown(2, published=recent))
    assert follow("NetNewsWire", feed) == [{"new": 1, "read": 1}]


def test_thunderbird_shows_an_entry_of_two_feeds_once() -> None:
    subscriber = Subscriber(READER["Thunderbird"])
    assert len(subscriber.visit("all", document(shown(1)), now=NOW).new) == 1
    visit = subscriber.visit("show", document(shown(1), shown(2)), now=NOW)
    assert [entry.title for entry in visit.new] == ["Article 2"]
    assert visit.repeats == ()


def test_thunderbird_forgets_in_a_day_what_has_left_the_feed() -> None:
    both, one = document(shown(1), shown(2)), document(shown(1))
    assert follow("Thunderbird", both, one, both, pause=timedelta(hours=11)) == [{"new": 2}, {}, {}]
    assert follow("Thunderbird", both, one, both, pause=timedelta(hours=25)) == [{"new": 2}, {}, {"repeats": 1}]
    corrected = document(shown(1), shown(2, content="<p>Better.</p>", updated=NOW))
    assert follow("Thunderbird", both, one, corrected, pause=timedelta(hours=25))[2] == {"changed": 1}


@pytest.mark.parametrize(("name", "days"), [("Miniflux", 60), ("FreshRSS", 90)])
def test_others_remember_for_months(name: str, days: int) -> None:
    both, one = document(shown(1), shown(2)), document(shown(1))
    assert follow(name, both, one, both, pause=timedelta(days=days - 1))[2] == {}
    assert follow(name, both, one, both, pause=timedelta(days=days))[2] == {"repeats": 1}


def test_without_an_id_rss2email_goes_by_the_text_and_others_by_the_link() -> None:
    before = document(shown(1, id=""))
    edited = document(shown(1, id="", content=f"<p>{TEXT}, says number 1!!</p>"))
    moved = document(shown(1, id="", link="https://moved.example/1"))
    assert follow("rss2email", before, edited)[1] == {"repeats": 1}
    assert follow("rss2email", before, moved)[1] == {}
    for name in ("Miniflux", "Thunderbird", "reader", "Feedbin"):
        assert "repeats" not in follow(name, before, edited)[1], name
        assert follow(name, before, moved)[1] == {"repeats": 1}, name


def test_reader_passes_over_what_has_neither_id_nor_link() -> None:
    assert follow("reader", document(shown(1, id="", link=""))) == [{"hidden": 1}]


@every_reader
@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(1, 28), unique=True, max_size=8), min_size=1, max_size=6))
def test_whatever_comes_and_goes_within_a_day_is_shown_once(reader: Reader, versions: list[list[int]]) -> None:
    documents = [document(*map(shown, numbers)) for numbers in versions]
    found = follow(reader, *documents, pause=timedelta(hours=2))
    assert sum(it.get("new", 0) for it in found) == len({number for numbers in versions for number in numbers})
    assert not any(it.get("repeats") for it in found)
