"""What every store promises, whatever it is made of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feeder.errors import StateError, StateLocked
from feeder.model import Delivery, DeliveryState, EventType, Held, Topic, TopicKind, TopicListing
from feeder.storage import Closed, Fate, FileRecord, Former, Outcome, Published, Stamp, Store, Tried, open_store
from feeder.topics import ALL
from feeder.topics import of as topics_of
from tests import outbox
from tests.builders import NOON, a_delivery, a_person_tag, a_show_tag, a_stored_entry, a_topic, an_article, an_entry

LATER = NOON + timedelta(hours=1)
STAMP = Stamp(size=10, mtime_ns=1_623_758_400_123_456_789, inode=77)
OPENERS = {"sqlite": open_store}


@pytest.fixture(params=OPENERS.values(), ids=OPENERS)
def opener(request: pytest.FixtureRequest) -> Callable[..., Store]:
    made: Callable[..., Store] = request.param
    return made


@pytest.fixture
def store(opener: Callable[..., Store], tmp_path: Path) -> Iterator[Store]:
    store = opener(tmp_path / "state", write=True)
    yield store
    store.close()


def numbered(n: int, *, minutes: int | None = None, people: tuple[str, ...] = ("Lauren Graham",), **fields: object):
    article = an_article(
        key=f"{n}.txt", title=f"Article {n}", published=NOON + timedelta(minutes=n if minutes is None else minutes)
    )
    entry = an_entry(article, id=f"tag:example.org,2026:{n}", tags=tuple(map(a_person_tag, people)), **fields)
    return a_stored_entry(entry)


def put(store: Store, *all_stored, marks: tuple[tuple[str, str], ...] = ()) -> None:  # type: ignore[no-untyped-def]  # test
    with store.transaction():
        for stored in all_stored:
            store.put_entry(stored, topics=topics_of(stored.entry), marks=marks)


def publish_all(store: Store) -> None:
    with store.transaction():
        for it in store.topics.dirty():
            store.topics.set_published(TopicListing(topic=it.topic, slug=it.slug, count=it.entries, updated=NOON))


def dirty(store: Store) -> dict[str, int]:
    return {it.slug: it.entries for it in store.topics.dirty()}


# -- entries ----------------------------------------------------------------------------------------------------------


def test_an_entry_comes_back_as_it_was(store: Store) -> None:
    stored = a_stored_entry(first_seen=LATER, changed=LATER)
    put(store, stored)
    remembered = store.remembered(stored.entry.id)
    assert remembered is not None
    assert (remembered.stored, remembered.withdrawn) == (stored, None)
    assert list(store.entries()) == [stored]
    assert store.remembered("unheard of") is None


def test_an_entry_outlives_the_process(opener: Callable[..., Store], tmp_path: Path) -> None:
    first = opener(tmp_path, write=True)
    put(first, numbered(1))
    first.close()
    again = opener(tmp_path, write=False)
    assert list(again.entries()) == [numbered(1)]
    again.close()


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.put_entry(numbered(1), topics=(ALL,), marks=(("digest", "d"),))
            store.set_fact("a", "b")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.remembered(numbered(1).entry.id) is None
    assert (store.fact("a"), store.recognised("digest", "d"), store.topics.dirty()) == (None, (), ())
    put(store, numbered(1))


def test_entries_of_a_large_store_all_come_by(store: Store) -> None:
    everything = [numbered(n) for n in range(250)]
    put(store, *everything)
    assert sorted(stored.entry.id for stored in store.entries()) == sorted(stored.entry.id for stored in everything)


def test_an_entry_is_found_by_every_mark_it_ever_bore(store: Store) -> None:
    put(store, numbered(1), marks=(("digest", "first"), ("link", "example.org/x")))
    put(store, numbered(1), marks=(("digest", "second"),))
    put(store, numbered(2), marks=(("link", "example.org/x"),))
    assert [it.stored.entry.id[-1] for it in store.recognised("digest", "first")] == ["1"]
    assert [it.stored.entry.id[-1] for it in store.recognised("digest", "second")] == ["1"]
    assert [it.stored.entry.id[-1] for it in store.recognised("link", "example.org/x")] == ["1", "2"]
    assert store.recognised("key", "first") == ()


def test_a_withdrawn_entry_leaves_its_topics_and_is_still_recognised(store: Store) -> None:
    put(store, numbered(1), marks=(("digest", "d"),))
    put(store, numbered(2), marks=(("digest", "d"),))
    with store.transaction():
        store.withdraw(numbered(1).entry.id, now=LATER)
    assert store.topics.latest(ALL, 10) == (numbered(2),)
    assert [(it.stored.entry.id[-1], it.withdrawn) for it in store.recognised("digest", "d")] == [
        ("2", None),
        ("1", LATER),
    ]
    put(store, numbered(1))
    assert store.topics.latest(ALL, 10) == (numbered(2), numbered(1))
    assert store.counts()["withdrawn"] == 0


# -- topics -----------------------------------------------------------------------------------------------------------


def test_the_latest_of_a_topic_come_newest_first_and_no_more_than_asked_for(store: Store) -> None:
    put(store, *(numbered(n) for n in (3, 1, 2)), numbered(9, people=("Somebody Else",)))
    topic = a_topic("Lauren Graham", kind=TopicKind.PERSON)
    assert [it.entry.title for it in store.topics.latest(topic, 2)] == ["Article 3", "Article 2"]
    assert store.topics.latest(a_topic("Nobody"), 5) == ()


def test_entries_of_one_moment_stand_in_one_order_in_every_store(opener: Callable[..., Store], tmp_path: Path) -> None:
    orders = []
    for name, numbers in (("a", range(20)), ("b", reversed(range(20)))):
        store = opener(tmp_path / name, write=True)
        put(store, *(numbered(n, minutes=0) for n in numbers))
        orders.append([it.entry.id for it in store.topics.latest(ALL, 20)])
        store.close()
    assert orders[0] == orders[1]


def test_old_and_new_topics_of_an_edited_entry_are_dirty(store: Store) -> None:
    put(store, numbered(1), numbered(2, people=("Carol Burnett",)))
    publish_all(store)
    assert dirty(store) == {}
    put(store, numbered(1, people=("Kelly Bishop",)))
    assert dirty(store) == {"all": 2, "kelly-bishop": 1, "lauren-graham": 0}


def test_storing_an_unchanged_entry_makes_nothing_dirty(store: Store) -> None:
    put(store, numbered(1))
    publish_all(store)
    put(store, numbered(1))
    assert dirty(store) == {}


def test_a_topic_goes_by_the_label_of_its_newest_entry(store: Store) -> None:
    for n, label in ((1, "Amy Sherman Palladino"), (3, "Amy Sherman-Palladino"), (2, "AMY SHERMAN-PALLADINO")):
        stored = numbered(n)
        put(store, replace(stored, entry=replace(stored.entry, tags=(a_person_tag(label, id="amy"),))))
    assert [it.topic.label for it in store.topics.dirty() if it.topic.kind is TopicKind.PERSON] == [
        "Amy Sherman-Palladino"
    ]


def test_topics_with_similar_names_have_different_addresses_that_stay(store: Store) -> None:
    topics = [Topic(kind=TopicKind.WATCH, key=key, label=key) for key in ("René", "Rene", "rene")]
    with store.transaction():
        for n, topic in enumerate(topics):
            store.put_entry(numbered(n), topics=(topic,), marks=())
    slugs = [store.topics.slug(topic) for topic in topics]
    assert slugs[0] == "rene"
    assert len(set(slugs)) == 3
    put(store, numbered(0))
    assert [store.topics.slug(topic) for topic in topics] == slugs


def test_a_published_topic_is_listed_until_it_is_gone(store: Store) -> None:
    put(store, numbered(1))
    assert store.topics.listings() == ()
    publish_all(store)
    assert [(it.slug, it.count) for it in store.topics.listings()] == [("all", 1), ("lauren-graham", 1)]
    with store.transaction():
        store.withdraw(numbered(1).entry.id, now=LATER)
    assert dirty(store) == {"all": 0, "lauren-graham": 0}
    publish_all(store)
    assert (store.topics.listings(), dirty(store)) == ((), {})


def test_every_topic_in_use_can_be_made_dirty(store: Store) -> None:
    put(store, numbered(1), numbered(2, people=("Carol Burnett",)))
    publish_all(store)
    with store.transaction():
        store.withdraw(numbered(2).entry.id, now=LATER)
    publish_all(store)
    with store.transaction():
        store.topics.all_topics_dirty()
    assert dirty(store) == {"all": 1, "lauren-graham": 1}


def test_serialised_entries_are_kept_until_the_entry_or_its_dress_changes(store: Store) -> None:
    put(store, numbered(1))
    with store.transaction():
        store.topics.keep_serialised(numbered(1).entry.id, (b"<entry/>", b"<item/>", b"{}"), fingerprint="a")
    kept = store.topics.arrivals(ALL, 5, fingerprint="a")
    assert [(it.entry_id, it.changed, it.size, it.forms) for it in kept] == [
        (numbered(1).entry.id, int(numbered(1).changed.timestamp()), 8, (b"<entry/>", b"<item/>", b"{}"))
    ]
    assert store.topics.arrivals(ALL, 5, fingerprint="b")[0].size is None
    put(store, numbered(1, events=(), summary=()))
    assert store.topics.arrivals(ALL, 5, fingerprint="a")[0].size is None


def test_counts_say_what_is_in_the_feeds(store: Store) -> None:
    put(store, numbered(1), numbered(2))
    assert {**store.counts()} == {
        "entries": 2,
        "withdrawn": 0,
        "all": 1,
        "person": 1,
        "pending": 0,
        "done": 0,
        "dead": 0,
        "held": 0,
    }


def places(store: Store, topic: Topic = ALL, limit: int = 99) -> list[str]:
    return [it.entry_id[-1] for it in store.topics.arrivals(topic, limit, fingerprint="")]


def next_edition(store: Store) -> None:
    with store.transaction():
        store.begin_edition()


def test_what_comes_with_a_later_edition_stands_before_what_was_there_whatever_its_date(store: Store) -> None:
    put(store, numbered(3), numbered(5))
    next_edition(store)
    put(store, numbered(1), numbered(2))
    assert places(store) == ["2", "1", "5", "3"]
    assert places(store, limit=3) == ["2", "1", "5"]
    put(store, numbered(3, people=("Kelly Bishop",)))
    assert places(store) == ["2", "1", "5", "3"], "another tag is no new arrival"
    assert places(store, a_topic("Kelly Bishop", kind=TopicKind.PERSON)) == ["3"]
    put(store, replace(numbered(3, people=("Kelly Bishop",)), changed=LATER))
    assert places(store) == ["3", "2", "1", "5"], "a change that readers notice is"


def test_an_archive_holds_what_it_was_closed_with_and_nothing_that_comes_later(store: Store) -> None:
    put(store, *(numbered(n) for n in range(1, 7)))
    assert store.topics.last_archive(ALL) is None
    waiting = store.topics.waiting(ALL, 99, fingerprint="")
    assert [it.entry_id[-1] for it in waiting] == list("123456")
    with store.transaction():
        store.topics.close_archive(ALL, waiting[1].place)
        store.topics.close_archive(ALL, waiting[3].place)
    next_edition(store)
    put(store, numbered(0))
    assert store.topics.last_archive(ALL) == (2, waiting[3].place)
    assert [it.entry_id[-1] for it in store.topics.waiting(ALL, 99, fingerprint="")] == ["5", "6", "0"]
    assert [[it.entry_id[-1] for it in store.topics.archived(ALL, n, fingerprint="")] for n in (1, 2)] == [
        ["1", "2"],
        ["3", "4"],
    ]
    assert store.topics.archives() == {(TopicKind.ALL, "all"): 2}


def test_an_archive_is_dirty_when_it_is_new_and_when_an_entry_in_it_changes_or_goes(store: Store) -> None:
    put(store, *(numbered(n) for n in range(1, 7)))
    with store.transaction():
        for last in store.topics.waiting(ALL, 99, fingerprint="")[1:6:2]:
            store.topics.close_archive(ALL, last.place)
    assert store.topics.dirty_archives(ALL) == (1, 2, 3)
    with store.transaction():
        for number in (1, 2, 3):
            store.topics.set_archive_published(ALL, number)
    assert store.topics.dirty_archives(ALL) == ()
    put(store, numbered(2, people=("Kelly Bishop",)))
    assert store.topics.dirty_archives(ALL) == (1,)
    with store.transaction():
        store.withdraw(numbered(5).entry.id, now=LATER)
    assert store.topics.dirty_archives(ALL) == (1, 3)
    assert [it.entry_id[-1] for it in store.topics.archived(ALL, 3, fingerprint="")] == ["6"]
    with store.transaction():
        store.topics.set_archive_published(ALL, 1)
        store.topics.all_topics_dirty()
    assert store.topics.dirty_archives(ALL) == (1, 2, 3)


def test_each_topic_of_a_withdrawn_entry_tells_of_it_until_it_is_back(store: Store) -> None:
    put(store, numbered(1), numbered(2))
    topic = a_topic("Lauren Graham", kind=TopicKind.PERSON)
    with store.transaction():
        store.withdraw(numbered(1).entry.id, now=LATER)
    for it in (ALL, topic):
        assert store.topics.tombstones(it, 9, since=NOON) == ((numbered(1).entry.id, LATER),)
        assert store.topics.tombstones(it, 9, since=LATER) == ()
    put(store, numbered(1))
    assert store.topics.tombstones(ALL, 9, since=NOON) == ()


def test_a_declared_topic_has_a_feed_without_entries_until_it_is_declared_no_more(store: Store) -> None:
    mine = a_topic("Mine", kind=TopicKind.QUERY)
    with store.transaction():
        store.topics.declare((ALL, mine), former={})
    assert dirty(store) == {"all": 0, "mine": 0}
    assert store.topics.former(TopicKind.QUERY, "mine") is None, "it is about to be published"
    publish_all(store)
    assert [(it.slug, it.count) for it in store.topics.listings()] == [("all", 0), ("mine", 0)]
    with store.transaction():
        store.put_entry(numbered(1), topics=(ALL, mine), marks=())
        store.topics.declare((ALL, mine), former={})
    assert dirty(store) == {"all": 1, "mine": 1}
    publish_all(store)
    assert store.topics.former(TopicKind.QUERY, "mine") is None
    with store.transaction():
        store.topics.declare((ALL,), former={})
    assert dirty(store) == {"mine": 0}
    publish_all(store)
    assert [it.slug for it in store.topics.listings()] == ["all"]
    assert store.topics.former(TopicKind.QUERY, "mine") == Former(mine, None)


def test_a_renamed_topic_is_found_by_its_old_address_and_has_the_old_one_for_itself(store: Store) -> None:
    old = Topic(kind=TopicKind.QUERY, key="k", label="Old")
    new = replace(old, label="New")
    with store.transaction():
        store.topics.declare((old,), former={})
    publish_all(store)
    with store.transaction():
        store.topics.declare((new, Topic(kind=TopicKind.QUERY, key="other", label="Old")), former={})
    assert store.topics.former(TopicKind.QUERY, "old") == Former(new, "new")
    assert store.topics.slug(Topic(kind=TopicKind.QUERY, key="other", label="Old")) != "old"
    publish_all(store)
    assert [(slug, it.slug) for slug, it in store.topics.former_slugs()] == [("old", "new")]


def test_a_topic_goes_on_under_another_key_only_when_it_is_empty_and_the_other_is_new(store: Store) -> None:
    old, new = (a_topic(name, kind=TopicKind.PERSON) for name in ("Old Name", "New Name"))
    put(store, numbered(1, people=("Old Name",)))
    publish_all(store)
    with store.transaction():
        assert not store.topics.succeed(old, new), "there is no such topic"
        assert not store.topics.succeed(new, old)
    put(store, numbered(1, people=("New Name",)))
    with store.transaction():
        assert store.topics.succeed(old, new)
    publish_all(store)
    found = next(it for it in store.topics.listings() if it.topic.kind is TopicKind.PERSON)
    assert (found.topic.key, found.topic.origin, found.slug) == ("new-name", "old-name", "new-name")
    assert store.topics.former(TopicKind.PERSON, "old-name") == Former(found.topic, "new-name")
    put(store, numbered(1, people=("Third Name",)))
    with store.transaction():
        assert store.topics.succeed(new, a_topic("Third Name", kind=TopicKind.PERSON))
    publish_all(store)
    found = next(it for it in store.topics.listings() if it.topic.kind is TopicKind.PERSON)
    assert found.topic.origin == "old-name", "it is the same feed for ever"
    assert store.topics.former(TopicKind.PERSON, "old-name") == Former(found.topic, "third-name")


# -- files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_remembered_with_its_fate(store: Store) -> None:
    put(store, numbered(1))
    kept = FileRecord(key="1.txt", stamp=STAMP, fate=Fate.ENTRY, digest="d", entry_id=numbered(1).entry.id)
    aside = FileRecord(key="x/ünï.jpg", stamp=None, fate=Fate.SET_ASIDE, reason="unsupported", detail="a picture")
    with store.transaction():
        store.put_file(kept)
        store.put_file(aside)
    assert (store.file("1.txt"), store.file("x/ünï.jpg"), store.file("none")) == (kept, aside, None)
    assert store.files() == (kept, aside)
    assert (store.files(fate=Fate.SET_ASIDE), store.files(entry_id=kept.entry_id)) == ((aside,), (kept,))
    assert (store.stamps(), store.file_keys()) == ({"1.txt": STAMP}, {"1.txt", "x/ünï.jpg"})
    with store.transaction():
        assert store.forget_stamps(fate=Fate.ENTRY) == 1
        store.remove_file("x/ünï.jpg")
    assert (store.stamps(), store.file_keys()) == ({}, {"1.txt"})


def test_the_largest_inode_of_any_file_system_is_kept(store: Store) -> None:
    largest = Stamp(size=0, mtime_ns=-1, inode=(1 << 64) - 1)
    with store.transaction():
        store.put_file(FileRecord(key="a", stamp=largest, fate=Fate.SET_ASIDE))
    assert store.stamps() == {"a": largest}


def test_an_entry_whose_own_file_is_another_articles_now_is_found(store: Store) -> None:
    put(store, numbered(1), numbered(2))
    with store.transaction():
        for key in ("1.txt", "2.txt"):
            store.put_file(FileRecord(key=key, stamp=STAMP, fate=Fate.ENTRY, entry_id=numbered(2).entry.id))
    assert store.unsettled() == (numbered(1).entry.id,)


def test_published_files_are_remembered_with_their_size(store: Store) -> None:
    with store.transaction():
        store.topics.set_published_files({"feeds/all.atom": 10, "index.html": 20})
        store.topics.set_published_files({"feeds/all.atom": 30, "index.html": None})
    assert store.topics.published_files() == (Published("feeds/all.atom", 30),)


# -- outbox -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(store: Store) -> Store:
    put(store, a_stored_entry(an_entry()))
    with store.transaction():
        assert store.outbox.add(a_delivery(), now=NOON)
    return store


def claim(store: Store, *, now: datetime = NOON, endpoints: tuple[str, ...] = ("desk",)) -> Delivery | None:
    return outbox.claim(store, *endpoints, now=now)


def tried(delivery: Delivery | None, **fields: Any) -> Tried:
    assert delivery is not None
    return Tried(delivery=delivery, **({"status": None} | fields))


def test_a_message_is_put_into_the_outbox_once(waiting: Store) -> None:
    with waiting.transaction():
        assert not waiting.outbox.add(a_delivery(body=b"again"), now=LATER)
        assert not waiting.outbox.add(a_delivery(id="msg_other"), now=LATER), "same entry, watch, endpoint and event"
    assert outbox.deliveries(waiting) == (a_delivery(),)


def test_a_message_is_claimed_by_one_sender_only(waiting: Store) -> None:
    assert claim(waiting) == a_delivery(attempts=1)
    assert claim(waiting) is None
    assert claim(waiting, now=NOON + timedelta(seconds=89)) is None
    assert claim(waiting, now=NOON + timedelta(seconds=90)) == a_delivery(attempts=2), "its sender must be dead"


def test_many_senders_at_once_never_claim_one_message_twice(store: Store) -> None:
    put(store, a_stored_entry(an_entry()))
    with store.transaction():
        for n in range(40):
            store.outbox.add(a_delivery(id=f"msg_{n}", watch=f"Name {n}"), now=NOON)
    claimed: list[str] = []

    def work() -> None:
        while (delivery := claim(store)) is not None:
            claimed.append(delivery.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(f"msg_{n}" for n in range(40))


def test_a_message_is_due_at_its_time_and_for_its_endpoint(waiting: Store) -> None:
    assert claim(waiting, endpoints=()) is None
    assert claim(waiting, endpoints=("another", "it's")) is None
    busy = tried(claim(waiting), state=DeliveryState.PENDING, next_at=LATER, ended=NOON, outcome=Outcome.FAILED)
    outbox.settle(waiting, busy)
    assert claim(waiting, now=LATER - timedelta(seconds=1)) is None
    assert claim(waiting, now=LATER) == a_delivery(attempts=2, next_at=LATER)


def test_a_clock_set_back_does_not_leave_messages_behind(store: Store) -> None:
    put(store, a_stored_entry(an_entry()))
    with store.transaction():
        store.outbox.add(a_delivery(next_at=LATER), now=LATER)
    assert claim(store, now=NOON) is not None
    assert claim(store, now=NOON - timedelta(hours=5)) is not None, "nor a lease from the future"


def test_a_clock_set_back_does_not_use_up_all_tries_at_once(store: Store) -> None:
    put(store, a_stored_entry(an_entry()))
    with store.transaction():
        store.outbox.add(a_delivery(), now=NOON)
    before = NOON - timedelta(hours=5)
    again = before + timedelta(minutes=5)
    refused = {"state": DeliveryState.PENDING, "outcome": Outcome.FAILED}
    outbox.settle(store, tried(claim(store), next_at=NOON + timedelta(seconds=5), ended=NOON, **refused))
    outbox.settle(store, tried(claim(store, now=before), next_at=again, ended=before, **refused))
    assert claim(store, now=again - timedelta(seconds=1)) is None
    assert claim(store, now=again) is not None


def test_a_clock_that_was_ahead_does_not_use_up_an_endpoints_rate(waiting: Store) -> None:
    claim(waiting, now=LATER)
    an_hour = timedelta(hours=1)
    assert waiting.alerting.tried_since("desk", LATER - an_hour, now=LATER) == 1
    assert waiting.alerting.tried_since("desk", NOON - an_hour, now=LATER - timedelta(seconds=1)) == 0


def test_a_rate_counts_the_whole_of_the_second_it_reaches_back_to(waiting: Store) -> None:
    claim(waiting, now=NOON + timedelta(seconds=0.9))
    assert waiting.alerting.tried_since("desk", NOON, now=LATER) == 1
    assert waiting.alerting.tried_since("desk", NOON + timedelta(seconds=1), now=LATER) == 0


def test_a_sender_that_did_not_live_to_tell_is_on_record_as_such(waiting: Store) -> None:
    claim(waiting)
    claim(waiting, now=LATER)
    assert [it.outcome for it in outbox.attempts(waiting, a_delivery().id)] == [Outcome.UNKNOWN, None]


@pytest.mark.parametrize("first", [0, 1])
def test_what_one_of_two_senders_has_delivered_is_not_sent_again_whatever_the_other_says(
    waiting: Store, first: int
) -> None:
    failed = tried(
        claim(waiting), state=DeliveryState.PENDING, next_at=NOON, ended=LATER, outcome=Outcome.FAILED, status=503
    )
    done = tried(
        claim(waiting, now=LATER),
        state=DeliveryState.DONE,
        next_at=LATER,
        ended=LATER,
        outcome=Outcome.DELIVERED,
        status=200,
    )
    for it in ((failed, done), (done, failed))[first]:
        outbox.settle(waiting, it)
    assert [it.state for it in outbox.deliveries(waiting)] == [DeliveryState.DONE]
    assert [it.status for it in outbox.attempts(waiting, a_delivery().id)] == [503, 200]


def test_what_a_late_sender_says_does_not_free_what_another_one_has(waiting: Store) -> None:
    late = tried(claim(waiting), state=DeliveryState.PENDING, next_at=NOON, ended=LATER, outcome=Outcome.FAILED)
    assert claim(waiting, now=LATER) is not None
    outbox.settle(waiting, late)
    assert claim(waiting, now=LATER) is None


def test_what_fails_when_its_endpoint_has_been_closed_meanwhile_is_held(waiting: Store) -> None:
    under_way = claim(waiting)
    waiting.outbox.hold("desk", url="https://a.example/hook", now=NOON, why=Closed.OWNER)
    failed = tried(under_way, state=DeliveryState.PENDING, next_at=NOON, ended=NOON, outcome=Outcome.FAILED)
    outbox.settle(waiting, failed)
    assert [(it.state, it.held_for) for it in outbox.deliveries(waiting)] == [(DeliveryState.HELD, Held.ENDPOINT)]
    assert waiting.outbox.release("desk") == 1


def test_an_endpoint_that_asks_for_a_rest_has_it_from_everything(waiting: Store) -> None:
    with waiting.transaction():
        for n in range(3):
            waiting.outbox.add(a_delivery(id=f"msg_{n}", watch=f"{n}"), now=NOON)
        waiting.outbox.add(a_delivery(id="msg_other", endpoint="other"), now=NOON)
    later = LATER + timedelta(minutes=5)
    busy = tried(
        claim(waiting),
        state=DeliveryState.PENDING,
        next_at=later,
        ended=NOON,
        outcome=Outcome.FAILED,
        status=429,
        rest=LATER,
    )
    outbox.settle(waiting, busy)
    assert claim(waiting, now=LATER - timedelta(seconds=1)) is None
    assert claim(waiting, now=NOON, endpoints=("other",)) is not None
    order = [claim(waiting, now=later) for _ in range(4)]
    assert [it.id for it in order if it] == ["msg_0", "msg_1", "msg_2", a_delivery().id]


def test_a_sender_that_looked_at_the_clock_a_moment_earlier_does_not_get_what_another_has(waiting: Store) -> None:
    assert claim(waiting, now=NOON + timedelta(seconds=2)) is not None
    assert claim(waiting, now=NOON) is None


def test_every_attempt_is_on_record(waiting: Store) -> None:
    first = tried(
        claim(waiting),
        state=DeliveryState.PENDING,
        next_at=NOON,
        ended=NOON,
        outcome=Outcome.FAILED,
        error="refused",
    )
    outbox.settle(waiting, first)
    second = tried(
        claim(waiting, now=LATER),
        state=DeliveryState.DONE,
        next_at=LATER,
        ended=LATER,
        outcome=Outcome.DELIVERED,
        status=204,
    )
    outbox.settle(waiting, second)
    assert claim(waiting, now=LATER + timedelta(days=1)) is None
    assert [
        (a.number, a.outcome, a.status, a.error, a.started, a.ended)
        for a in outbox.attempts(waiting, first.delivery.id)
    ] == [
        (1, Outcome.FAILED, None, "refused", NOON, NOON),
        (2, Outcome.DELIVERED, 204, "", LATER, LATER),
    ]
    assert outbox.deliveries(waiting, state=DeliveryState.DONE) == (
        a_delivery(state=DeliveryState.DONE, attempts=2, next_at=LATER),
    )


def many(store: Store, *endpoints: str, each: int) -> None:
    with store.transaction():
        for n in range(each):
            for name in endpoints:
                message = a_delivery(id=f"{name} {n}", endpoint=name, watch=f"{n}", next_at=NOON + timedelta(minutes=n))
                store.outbox.add(message, now=NOON)


def test_each_endpoint_gets_as_many_as_it_has_room_for_the_longest_due_first(store: Store) -> None:
    put(store, a_stored_entry(an_entry()))
    many(store, "a", "b", "c", each=4)
    soon = NOON + timedelta(minutes=2)
    with store.transaction():
        claimed = store.outbox.claim({"c": 1, "nobody": 5, "a": 3, "b": 9}, endpoints=2, now=soon, lease=90)
    assert [it.id for it in claimed] == ["c 0", "a 0", "a 1", "a 2"], "two endpoints that have any, in their order"
    assert {it.attempts for it in claimed} == {1}
    with store.transaction():
        claimed = store.outbox.claim({"a": 9, "b": 9}, now=soon, lease=90)
    assert [it.id for it in claimed] == ["b 0", "b 1", "b 2"], "what is due, and nobody has"


def test_what_was_claimed_and_not_tried_is_as_if_nobody_had_claimed_it(store: Store) -> None:
    put(store, a_stored_entry(an_entry()))
    many(store, "a", each=3)
    with store.transaction():
        claimed = store.outbox.claim({"a": 3}, now=LATER, lease=90)
        store.outbox.give_back(claimed[1:])
    assert [(it.attempts, len(outbox.attempts(store, it.id))) for it in outbox.deliveries(store)] == [
        (1, 1),
        (0, 0),
        (0, 0),
    ]
    assert outbox.claim(store, "a", now=LATER) == replace(claimed[1], attempts=1)


def test_what_somebody_else_claimed_meanwhile_cannot_be_given_back(waiting: Store) -> None:
    first = claim(waiting)
    second = claim(waiting, now=LATER)
    assert (first, second) == (a_delivery(attempts=1), a_delivery(attempts=2))
    with waiting.transaction():
        waiting.outbox.give_back([a_delivery(attempts=1)])
    assert claim(waiting, now=LATER) is None
    assert len(outbox.attempts(waiting, a_delivery().id)) == 2


def test_an_endpoint_that_says_it_is_gone_is_closed_with_the_message_that_heard_it(waiting: Store) -> None:
    with waiting.transaction():
        waiting.outbox.add(a_delivery(id="msg_2", watch="Another"), now=NOON)
    gone = tried(
        claim(waiting),
        state=DeliveryState.HELD,
        next_at=NOON,
        ended=NOON,
        outcome=Outcome.FAILED,
        gone="https://a.example/hook",
    )
    outbox.settle(waiting, gone)
    assert {it.state for it in outbox.deliveries(waiting)} == {DeliveryState.HELD}
    assert waiting.outbox.release("desk", unless_url="https://a.example/hook") == 0
    assert waiting.outbox.release("desk", unless_url="https://b.example/hook") == 2


def test_what_a_killed_process_had_begun_is_due_at_once_and_marked(waiting: Store) -> None:
    claim(waiting)
    assert waiting.outbox.release_leases() == 1
    assert [attempt.outcome for attempt in outbox.attempts(waiting, a_delivery().id)] == [Outcome.UNKNOWN]
    assert claim(waiting) == a_delivery(attempts=2)
    assert waiting.outbox.release_leases() == 1


def test_an_endpoint_that_is_gone_is_held_until_it_has_another_address(waiting: Store) -> None:
    assert waiting.outbox.hold("desk", url="https://a.example/hook", now=NOON) == 1
    with waiting.transaction():
        waiting.outbox.add(a_delivery(id="msg_2", watch="Another"), now=NOON)
    assert claim(waiting) is None
    assert waiting.outbox.release("desk", unless_url="https://a.example/hook") == 0
    assert claim(waiting) is None
    assert waiting.outbox.release("desk", unless_url="https://b.example/hook") == 2
    assert claim(waiting) is not None


# -- one writer -------------------------------------------------------------------------------------------------------


def test_a_second_writer_is_refused_until_the_first_is_done(opener: Callable[..., Store], tmp_path: Path) -> None:
    first = opener(tmp_path, write=True)
    with pytest.raises(StateLocked):
        opener(tmp_path, write=True)
    first.close()
    first.close()
    opener(tmp_path, write=True).close()


def test_a_reader_needs_no_lock_and_sees_what_is_committed(opener: Callable[..., Store], tmp_path: Path) -> None:
    writer = opener(tmp_path, write=True)
    put(writer, numbered(1))
    reader = opener(tmp_path, write=False)
    with writer.transaction():
        writer.put_entry(numbered(2), topics=(ALL,), marks=())
        assert reader.counts()["entries"] == 1
    assert reader.counts()["entries"] == 2
    with pytest.raises(StateError):
        reader.set_fact("a", "b")
    reader.close()
    writer.close()


def test_there_is_nothing_to_read_before_the_first_build(opener: Callable[..., Store], tmp_path: Path) -> None:
    with pytest.raises(StateError, match="feeder build"):
        opener(tmp_path / "none", write=False)


def test_events_are_topics_too(store: Store) -> None:
    with store.transaction():
        store.put_entry(
            numbered(1), topics=(Topic(kind=TopicKind.EVENT, key=EventType.CASTING, label="Casting"),), marks=()
        )
    assert dirty(store) == {"casting": 1}


def test_facts_are_kept_and_replaced(store: Store) -> None:
    with store.transaction():
        store.set_fact("name", "one")
        store.set_fact("name", "two")
    assert (store.fact("name"), store.fact("other")) == ("two", None)


def test_a_sound_store_has_nothing_to_complain_about(waiting: Store) -> None:
    put(waiting, numbered(1), a_stored_entry(an_entry(an_article(), id="x", tags=(a_show_tag(),))))
    assert waiting.check() == []


def test_what_readers_tell_an_entry_apart_by_outlives_every_change_of_it(store: Store) -> None:
    stored = numbered(1)
    put(store, stored)
    assert store.topics.told_apart(stored.entry.id) is None
    with store.transaction():
        store.topics.set_told_apart(stored.entry.id, "FreshRSS:0123456789ab")
    put(store, replace(stored, changed=LATER))
    with store.transaction():
        store.withdraw(stored.entry.id, now=LATER)
    put(store, stored)
    assert store.topics.told_apart(stored.entry.id) == "FreshRSS:0123456789ab"
    with store.transaction():
        store.topics.set_told_apart(stored.entry.id, "FreshRSS:ba9876543210")
    assert store.topics.told_apart(stored.entry.id) == "FreshRSS:ba9876543210"
    assert store.topics.told_apart("tag:example.org,2026:nobody") is None


def test_a_topic_keeps_its_horizon_until_it_moves(store: Store) -> None:
    put(store, numbered(1))
    before = {it.slug: it.horizon for it in store.topics.dirty()}
    place = store.topics.arrivals(ALL, 1, fingerprint="")[0].place
    assert place > before["all"], "nothing is beyond the horizon at first"
    with store.transaction():
        store.topics.set_published(TopicListing(topic=ALL, slug="all", count=1, updated=NOON), horizon=place)
    put(store, numbered(2))
    assert {it.slug: (it.listed, it.horizon) for it in store.topics.dirty()}["all"] == (True, place)
    publish_all(store)
    put(store, numbered(3))
    assert {it.slug: it.horizon for it in store.topics.dirty()}["all"] == place
