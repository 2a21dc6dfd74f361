"""What every store promises about subscribers and subscriptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeder.storage import Audience, Errand, ErrandKind, Store, Subscription, open_store
from tests.builders import NOON

FEED, OTHER = "feeds/all.atom", "feeds/all.rss"
CALLBACK = "https://reader.example/in"
HUB = "https://hub.example/"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
OPENERS = {"sqlite": open_store}


@pytest.fixture(params=OPENERS.values(), ids=OPENERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store: Store = request.param(tmp_path / "state", write=True)
    yield store
    store.close()


@pytest.fixture
def audience(store: Store) -> Audience:
    return store.audience


def a_subscription(topic: str = FEED, callback: str = CALLBACK, *, days: int = 10) -> Subscription:
    return Subscription(topic=topic, callback=callback, secret=b"key", expires=NOON + days * DAY)


def a_wish(kind: ErrandKind = ErrandKind.SUBSCRIBE, **fields: object) -> Errand:
    given = {"kind": kind, "topic": FEED, "address": CALLBACK, "secret": b"key", "lease": 3600, "due": NOON}
    return Errand(**given | fields)  # type: ignore[arg-type]  # names are the fields'


def due(audience: Audience, *, minutes: int = 0) -> list[tuple[ErrandKind, str, str]]:
    return [(it.kind, it.topic, it.address) for it in audience.errands(now=NOON + minutes * MINUTE, limit=99)]


def test_a_name_and_a_token_are_one_subscribers(audience: Audience) -> None:
    assert audience.add_subscriber("Ada", b"a" * 32, now=NOON)
    assert not audience.add_subscriber("Ada", b"b" * 32, now=NOON)
    audience.add_subscriber("Ben", b"c" * 32, now=NOON + DAY)
    audience.used(b"c" * 32, now=NOON + 2 * DAY)
    audience.used(b"z" * 32, now=NOON)
    found = audience.subscribers()
    assert [(it.name, it.digest, it.created, it.used) for it in found] == [
        ("Ada", b"a" * 32, NOON, None),
        ("Ben", b"c" * 32, NOON + DAY, NOON + 2 * DAY),
    ]
    assert audience.remove_subscriber("Ada")
    assert not audience.remove_subscriber("Ada")
    assert [it.name for it in audience.subscribers()] == ["Ben"]


def test_subscribers_are_added_beside_the_process_that_serves_them(store: Store, tmp_path: Path) -> None:
    beside = open_store(tmp_path / "state", write=True, beside=True)
    assert beside.audience.add_subscriber("Ada", b"a" * 32, now=NOON)
    beside.close()
    assert [it.name for it in store.audience.subscribers()] == ["Ada"]


def test_a_subscription_lives_until_its_lease_ends(audience: Audience) -> None:
    audience.subscribe(a_subscription())
    assert audience.subscription(FEED, CALLBACK, now=NOON) == a_subscription()
    assert audience.subscription(FEED, CALLBACK, now=NOON + 10 * DAY) is None
    audience.subscribe(a_subscription(days=20))
    assert audience.subscription(FEED, CALLBACK, now=NOON + 10 * DAY) == a_subscription(days=20)
    assert audience.count_subscriptions() == 1
    assert audience.expire(now=NOON + 19 * DAY) == 0
    assert (audience.expire(now=NOON + 20 * DAY), audience.count_subscriptions()) == (1, 0)


def test_a_change_is_news_for_those_who_subscribed_to_the_feed_and_for_every_hub(audience: Audience) -> None:
    audience.subscribe(a_subscription())
    audience.subscribe(a_subscription(OTHER))
    audience.subscribe(a_subscription(callback="https://late.example/", days=-1))
    assert audience.announce([FEED], hubs=[HUB], now=NOON) == 2
    assert due(audience) == [(ErrandKind.PING, FEED, HUB), (ErrandKind.CONTENT, FEED, CALLBACK)]
    assert audience.announce([], hubs=[HUB], now=NOON) == 0


def test_what_has_failed_waits_for_its_time_whatever_changes_meanwhile(audience: Audience) -> None:
    audience.announce([FEED], hubs=[HUB], now=NOON)
    (errand,) = audience.errands(now=NOON, limit=9)
    audience.settle(errand, again=NOON + 5 * MINUTE, now=NOON)
    audience.announce([FEED], hubs=[HUB], now=NOON + MINUTE)
    assert due(audience, minutes=4) == []
    (errand,) = audience.errands(now=NOON + 5 * MINUTE, limit=9)
    assert (errand.attempts, errand.revision, audience.next_errand()) == (1, 2, NOON + 5 * MINUTE)


def test_what_changes_while_it_is_sent_is_due_again(audience: Audience) -> None:
    audience.announce([FEED], hubs=[HUB], now=NOON)
    (errand,) = audience.errands(now=NOON, limit=9)
    audience.announce([FEED], hubs=[HUB], now=NOON)
    audience.settle(errand, again=None, now=NOON + MINUTE)
    assert audience.next_errand() == NOON + MINUTE
    (errand,) = audience.errands(now=NOON + MINUTE, limit=9)
    audience.settle(errand, again=None, now=NOON + MINUTE)
    assert audience.next_errand() is None


def test_the_last_wish_of_a_callback_counts(audience: Audience) -> None:
    audience.intend(a_wish())
    audience.intend(a_wish(ErrandKind.UNSUBSCRIBE))
    other = a_wish(address="https://zoe.example/")
    audience.intend(other)
    assert due(audience) == [(ErrandKind.UNSUBSCRIBE, FEED, CALLBACK), (ErrandKind.SUBSCRIBE, FEED, other.address)]
    assert sorted(audience.intentions()) == [CALLBACK, other.address]
    assert audience.errands(now=NOON, limit=9)[1] == other


@pytest.mark.parametrize("way", ["unsubscribed", "expired"])
def test_nothing_is_sent_to_who_is_subscribed_no_more(audience: Audience, way: str) -> None:
    audience.subscribe(a_subscription(days=1))
    audience.announce([FEED], hubs=[], now=NOON)
    assert due(audience) == [(ErrandKind.CONTENT, FEED, CALLBACK)]
    if way == "expired":
        assert audience.expire(now=NOON + DAY) == 1
    else:
        assert audience.unsubscribe(FEED, CALLBACK)
        assert not audience.unsubscribe(FEED, CALLBACK)
    assert audience.next_errand() is None


@pytest.mark.parametrize("secrets", [True, False])
def test_what_subscribers_told_in_confidence_is_in_a_copy_only_if_asked_for(
    store: Store, tmp_path: Path, secrets: bool
) -> None:
    secret = b"told in confidence"
    store.audience.subscribe(replace(a_subscription(), secret=secret))
    store.audience.intend(a_wish(address="https://new.example/", secret=secret))
    store.audience.subscribe(replace(a_subscription(OTHER), secret=b""))
    copy = tmp_path / "copy"
    store.backup(copy, secrets=secrets)
    assert (secret in copy.read_bytes()) is secrets
    assert OTHER.encode() in copy.read_bytes()
    assert store.audience.count_subscriptions() == 2
