"""What a store promises to whoever operates it: what jobs did, what is overdue, copies while it is in use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeder.errors import StateError
from feeder.model import TopicKind, TopicListing
from feeder.storage import JobOutcome, JobRecord, Store, TopicTotals, open_store
from feeder.topics import of as topics_of
from tests.builders import NOON, a_delivery, a_stored_entry
from tests.outbox import claim

RECORD = JobRecord(
    name="refresh",
    started=NOON,
    seconds=0.25,
    outcome=JobOutcome.DONE,
    detail="2 new",
    succeeded=NOON,
    next_run=NOON + timedelta(minutes=5),
    stale_at=NOON + timedelta(minutes=16),
    runs=7,
    failures=1,
)
DESK = ("desk",)
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


def test_what_a_job_did_last_is_seen_by_another_process(
    store: Store, opener: Callable[..., Store], tmp_path: Path
) -> None:
    assert store.jobs() == ()
    under_way = JobRecord(name="dispatch", started=NOON)
    store.put_job(replace(RECORD, runs=6))
    store.put_job(under_way)
    store.put_job(RECORD)
    other = opener(tmp_path / "state", write=False)
    assert other.jobs() == (under_way, RECORD)
    other.close()


def test_only_the_writer_holds_the_lock(store: Store, opener: Callable[..., Store], tmp_path: Path) -> None:
    assert store.locked()
    reader = opener(tmp_path / "state", write=False)
    assert not reader.locked()
    reader.close()


def test_a_message_that_nobody_sends_in_time_is_overdue(store: Store) -> None:
    assert store.outbox.due_since(DESK, now=NOON) is None
    with store.transaction():
        store.put_entry(a_stored_entry(), topics=(), marks=())
        store.outbox.add(a_delivery(next_at=NOON), now=NOON)
    assert store.outbox.due_since(DESK, now=NOON - timedelta(seconds=1)) is None
    assert store.outbox.due_since(DESK, now=NOON + timedelta(hours=1)) == NOON
    assert store.outbox.due_since(("no longer configured",), now=NOON) is None
    assert claim(store, *DESK, now=NOON) is not None
    assert store.outbox.due_since(DESK, now=NOON + timedelta(seconds=5)) is None, "somebody is at it"


def test_feeds_and_what_is_in_them_are_counted_by_kind(store: Store) -> None:
    with store.transaction():
        stored = a_stored_entry()
        store.put_entry(stored, topics=topics_of(stored.entry), marks=())
    assert store.topics.topic_totals() == {}, "nothing is published yet"
    with store.transaction():
        for it in store.topics.dirty():
            store.topics.set_published(TopicListing(topic=it.topic, slug=it.slug, count=it.entries, updated=NOON))
    totals = store.topics.topic_totals()
    assert totals[TopicKind.ALL] == totals[TopicKind.SHOW] == totals[TopicKind.PERSON] == TopicTotals(1, 1)


def test_a_copy_made_while_others_write_is_whole(store: Store, opener: Callable[..., Store], tmp_path: Path) -> None:
    store.put_job(RECORD)
    done = threading.Event()

    def write() -> None:
        for number in range(500):
            with store.transaction():  # both or none: a copy in between would show it
                store.set_fact("one", str(number))
                store.set_fact("other", str(number))
            if done.is_set():
                return

    writer = threading.Thread(target=write)
    writer.start()
    copies = tmp_path / "copy"
    copies.mkdir()
    store.backup(copies / "feeder.db")
    done.set()
    writer.join()
    copy = opener(copies, write=True)
    assert not copy.check()
    assert copy.jobs() == (RECORD,)
    assert copy.fact("one") == copy.fact("other")
    copy.close()


def test_a_copy_that_cannot_be_written_says_where(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="nowhere"):
        store.backup(tmp_path / "nowhere" / "copy.db")


def test_asking_whether_one_could_write_changes_nothing(store: Store) -> None:
    store.probe()
    store.close()
    with pytest.raises(StateError):
        store.probe()


def test_a_topic_that_is_about_to_be_published_is_not_gone(store: Store) -> None:
    with store.transaction():
        stored = a_stored_entry()
        store.put_entry(stored, topics=topics_of(stored.entry), marks=())
    assert store.topics.former(TopicKind.SHOW, "the-marvelous-mrs-maisel") is None, (
        "a reader told 410 would never come back"
    )
