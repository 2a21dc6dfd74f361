"""What every store promises about what people look for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feeder.model import DeliveryState, StoredEntry, Topic, TopicKind, TopicListing
from feeder.storage import Month, Outcome, Store, Tried, Wanted, open_store
from feeder.storage.schema import APPLICATION_ID, MIGRATIONS
from feeder.topics import of as topics_of
from tests.builders import (
    NOON,
    a_delivery,
    a_person_tag,
    a_show_tag,
    a_stored_entry,
    a_topic,
    an_article,
    an_entry,
)
from tests.outbox import claim, settle

OPENERS = {"sqlite": open_store}
DAY = timedelta(days=1)


@pytest.fixture(params=OPENERS.values(), ids=OPENERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opener: Callable[..., Store] = request.param
    store = opener(tmp_path / "state", write=True)
    yield store
    store.close()


def entry(
    n: int, title: str, *, days: int = 0, body: str = "A body.", people: tuple[str, ...] = (), shows=(), **fields
):
    article = an_article(key=f"{n}.txt", title=title, body=body, published=NOON + days * DAY, **fields)
    tags = (*map(a_show_tag, shows), *map(a_person_tag, people))
    return a_stored_entry(an_entry(article, id=f"tag:example.org,2026:{n}", tags=tags))


def put(store: Store, *entries: StoredEntry) -> None:
    with store.transaction():
        for stored in entries:
            store.put_entry(stored, topics=topics_of(stored.entry), marks=())
        for it in store.topics.dirty():
            store.topics.set_published(TopicListing(topic=it.topic, slug=it.slug, count=it.entries, updated=NOON))


def found(store: Store, wanted: Wanted, **options: int) -> list[str]:
    return [it.stored.entry.title for it in store.lookup.find(wanted, **{"limit": 10, **options})]


def test_entries_are_found_by_their_words_whatever_case_and_accents_newest_first(store: Store) -> None:
    put(
        store,
        entry(1, "Beyoncé joins the cast"),
        entry(2, "A BEYONCE special", days=2),
        entry(3, "Nobody joins", days=1),
    )
    assert found(store, Wanted(phrases=("beyonce",))) == ["A BEYONCE special", "Beyoncé joins the cast"]
    assert found(store, Wanted(phrases=("joins", "Beyoncé"))) == ["Beyoncé joins the cast"]
    assert found(store, Wanted(phrases=("joins the",))) == ["Beyoncé joins the cast"]
    assert found(store, Wanted(phrases=("the joins",))) == []
    assert found(store, Wanted(beginnings=("spec",))) == ["A BEYONCE special"]
    assert found(store, Wanted(phrases=("joins",), without=("cast",))) == ["Nobody joins"]
    assert found(store, Wanted()) == ["A BEYONCE special", "Nobody joins", "Beyoncé joins the cast"]


def test_an_entry_is_found_by_the_name_of_a_tag_that_its_text_spells_otherwise(store: Store) -> None:
    put(store, entry(1, "SATC returns", shows=("Sex and the City",)))
    assert found(store, Wanted(phrases=("sex and the city",))) == ["SATC returns"]


@pytest.mark.parametrize("text", ['"', "AND", "NOT (", "a:b", "*", "^x", "{text}", "\0", "x NEAR/2 y", "-", "'; --"])
def test_nothing_people_write_is_taken_for_an_operator(store: Store, text: str) -> None:
    put(store, entry(1, "One"))
    assert found(store, Wanted(phrases=(text, "one"))) == ["One"] * (text in ('"', "*", "\0", "-", "'; --"))
    assert found(store, Wanted(phrases=("one",), without=(text,), beginnings=("o",), outlet="")) == ["One"]


def test_filters_narrow_a_search_alone_and_together(store: Store) -> None:
    put(
        store,
        entry(1, "One", shows=("Lost",), outlet="TV Line"),
        entry(2, "Two", shows=("Lost",), people=("Milo Ventimiglia",), days=1, outlet="The Wrap"),
        entry(3, "Three", people=("Milo Ventimiglia",), days=2),
    )
    lost, milo = (TopicKind.SHOW, "lost"), (TopicKind.PERSON, "milo-ventimiglia")
    assert found(store, Wanted(topics=(lost,))) == ["Two", "One"]
    assert found(store, Wanted(topics=(lost, milo))) == ["Two"]
    assert found(store, Wanted(topics=(lost, milo), phrases=("two",))) == ["Two"]
    assert found(store, Wanted(topics=((TopicKind.SHOW, "unheard-of"),))) == []
    assert found(store, Wanted(outlet="tv line")) == ["One"]
    assert found(store, Wanted(kind=TopicKind.PERSON)) == ["Three", "Two"]
    assert found(store, Wanted(since=NOON + DAY)) == ["Three", "Two"]
    assert found(store, Wanted(since=NOON + DAY, until=NOON + 2 * DAY)) == ["Two"]
    assert store.lookup.count(Wanted(topics=(lost,)), most=100) == 2
    assert store.lookup.count(Wanted(), most=2) == 2


def test_pages_hold_every_entry_once_also_of_one_second(store: Store) -> None:
    titles = [f"Article {n}" for n in range(7)]
    put(store, *(entry(n, title) for n, title in enumerate(titles)))
    for wanted in (Wanted(), Wanted(phrases=("article",)), Wanted(topics=((TopicKind.ALL, ""),))):
        seen: list[str] = []
        before = None
        while page := store.lookup.find(wanted, limit=3, before=before):
            seen += [it.stored.entry.title for it in page]
            before = page[-1].place
        assert sorted(seen) == titles


def test_an_edited_entry_is_found_by_its_new_words_only_and_a_withdrawn_one_by_none(store: Store) -> None:
    put(store, entry(1, "Wednesday renewed", people=("Jenna Ortega",)))
    put(store, entry(1, "Wednesday cancelled", days=3))
    assert found(store, Wanted(phrases=("renewed",))) == []
    assert found(store, Wanted(phrases=("jenna",))) == []
    assert found(store, Wanted(phrases=("cancelled",), since=NOON + 3 * DAY)) == ["Wednesday cancelled"]
    with store.transaction():
        store.withdraw("tag:example.org,2026:1", now=NOON)
    assert found(store, Wanted(phrases=("cancelled",))) == found(store, Wanted()) == []
    put(store, entry(1, "Wednesday saved"))
    assert found(store, Wanted(phrases=("wednesday",))) == found(store, Wanted()) == ["Wednesday saved"]
    with store.transaction():
        store.withdraw("tag:example.org,2026:1", now=NOON)
        store.withdraw("tag:example.org,2026:1", now=NOON)
    assert found(store, Wanted(phrases=("wednesday",))) == []
    assert store.check() == () or list(store.check()) == []


def test_entries_of_a_store_from_before_searching_are_found_after_the_update(tmp_path: Path) -> None:
    store = open_store(tmp_path, write=True)
    put(store, entry(1, "An old article", people=("Milo Ventimiglia",)), entry(2, "A withdrawn article"))
    with store.transaction():
        store.withdraw("tag:example.org,2026:2", now=NOON)
    store.close()
    older = next(number for number, it in enumerate(MIGRATIONS) if "CREATE TABLE passage" in it)
    (tmp_path / "old").mkdir()
    before = sqlite3.connect(tmp_path / "old" / "feeder.db")
    before.executescript("".join(MIGRATIONS[:older]))
    before.execute("ATTACH ? AS made", (str(tmp_path / "feeder.db"),))
    before.executescript("INSERT INTO entry SELECT * FROM made.entry; INSERT INTO fact SELECT * FROM made.fact;")
    before.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {older}")
    before.close()
    store = open_store(tmp_path / "old", write=True)
    assert found(store, Wanted(phrases=("article",))) == ["An old article"]
    put(store, entry(1, "A new text"))
    assert found(store, Wanted(phrases=("article",))) == []
    store.close()


def test_topics_are_found_by_kind_name_and_address(store: Store) -> None:
    put(
        store,
        entry(1, "One", shows=("Lost", "Lost Girl"), people=("Lauren Graham",)),
        entry(2, "Two", shows=("Lost",)),
    )
    slugs = [it.slug for it in store.lookup.topics(None, limit=10)]
    assert slugs == ["lauren-graham", "lost", "lost-girl"]
    assert [it.slug for it in store.lookup.topics(TopicKind.SHOW, has="girl", limit=10)] == ["lost-girl"]
    assert [it.slug for it in store.lookup.topics(None, limit=1, after="lauren-graham/person")] == ["lost"]
    assert [(it.slug, it.count) for it in store.lookup.busiest(TopicKind.SHOW, 5)] == [("lost", 2), ("lost-girl", 1)]
    listing = store.lookup.listing(TopicKind.SHOW, "lost")
    assert listing is not None
    assert listing == store.lookup.listing_of(a_topic("Lost"))
    assert store.lookup.listing(TopicKind.PERSON, "lost") is None


def test_topics_named_together_are_related(store: Store) -> None:
    put(
        store,
        entry(1, "One", shows=("Lost", "You"), people=("Evangeline Lilly",)),
        entry(2, "Two", shows=("Lost",), people=("Evangeline Lilly",), days=40),
    )
    shared = [(it.listing.slug, it.shared) for it in store.lookup.companions(a_topic("Lost"), among=500, limit=10)]
    assert shared == [("evangeline-lilly", 2), ("you", 1)]
    assert store.lookup.months(a_topic("Lost")) == (Month(2021, 6, 1), Month(2021, 7, 1))
    assert store.lookup.months(a_topic("Nothing")) == ()


def test_messages_are_listed_with_their_attempts_and_replayed_once_they_are_dead(store: Store) -> None:
    put(store, entry(1, "One"))
    with store.transaction():
        for n in range(3):
            store.outbox.add(a_delivery(id=f"m{n}", watch=f"w{n}", entry_id="tag:example.org,2026:1"), now=NOON)
    assert [it.delivery.id for it in store.lookup.messages(limit=2)] == ["m2", "m1"]
    last = store.lookup.messages(limit=2)[-1].nr
    assert [it.delivery.id for it in store.lookup.messages(limit=2, before=last)] == ["m0"]
    assert [it.delivery.id for it in store.lookup.messages(limit=9, watch="w1")] == ["m1"]
    claimed = claim(store, "desk", now=NOON)
    assert claimed is not None
    assert not store.outbox.replay(claimed.id, now=NOON)
    failed = Tried(
        delivery=claimed,
        state=DeliveryState.DEAD,
        next_at=NOON,
        ended=NOON,
        outcome=Outcome.FAILED,
        status=500,
        error="no",
    )
    settle(store, failed)
    (dead,) = store.lookup.messages(limit=9, state=DeliveryState.DEAD)
    assert (dead.title, dead.created, [a.error for a in dead.attempts]) == ("One", NOON, ["no"])
    assert store.outbox.replay(claimed.id, now=NOON + DAY)
    (again,) = store.lookup.messages(limit=9, watch=claimed.watch)
    assert (again.delivery.state, again.delivery.next_at) == (DeliveryState.PENDING, NOON + DAY)
    assert not store.outbox.replay("unheard of", now=NOON)


def test_a_topic_nobody_published_is_not_found(store: Store) -> None:
    assert store.lookup.listing_of(Topic(kind=TopicKind.QUERY, key="x", label="X")) is None
