"""WebSub: a subscriber asks once and is then told of every change, as long as it wants to be and no longer."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from feeder import websub
from feeder.config import Websub
from feeder.service import pushing
from feeder.service.app import App
from feeder.storage import ErrandKind, Subscription
from tests.fakes.newsroom import Newsroom
from tests.fakes.receiver import Behaviour, Exchange, Receiver, hang, redirect, status

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOPIC = "https://feeds.example.org/feeds/all.atom"
SECRET = "correct horse"


class Subscriber:
    """Somebody else's reader: a callback that does what the W3C asks of it, and remembers what it was told."""

    def __init__(self, receiver: Receiver, path: str = "/callback?reader=7") -> None:
        self.receiver = receiver
        self.path = path
        self.callback = receiver.url(path)
        self.wants = True
        self.asked: list[dict[str, str]] = []
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.on_content: Behaviour = status(204)

    def __call__(self, x: Exchange) -> None:
        if x.request.method == "GET":
            query = {name: values[0] for name, values in parse_qs(urlsplit(x.request.path).query).items()}
            self.asked.append(query)
            return x.answer(200 if self.wants else 404, query.get("hub.challenge", "").encode() if self.wants else b"")
        self.received.append((x.request.headers, x.request.body))
        return self.on_content(x)

    def wish(self, mode: str = "subscribe", **fields: str) -> dict[str, list[str]]:
        found = {"mode": mode, "topic": TOPIC, "callback": self.callback, "secret": SECRET} | fields
        return {f"hub.{name}": [value] for name, value in found.items() if value}


class AnyPath(Receiver):
    """Also with a query, which differs each time."""

    def behave_all(self, behaviour: Behaviour) -> None:
        self._behaviours = _Always(behaviour)


class _Always(dict[str, Behaviour]):
    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__()
        self._behaviour = behaviour

    def get(self, path: str, default: object = None) -> Behaviour:  # type: ignore[override]  # of one kind only
        return self._behaviour


@pytest.fixture
def receiver() -> Iterator[AnyPath]:
    with AnyPath() as receiver:
        yield receiver


@pytest.fixture
def subscriber(receiver: AnyPath) -> Subscriber:
    subscriber = Subscriber(receiver)
    receiver.behave_all(subscriber)
    return subscriber


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = Newsroom(tmp_path)
    site = replace(room.settings.site, hubs=("https://feeds.example.org/hub",))
    room.configure(site=site, websub=Websub(hub=True, networks=("127.0.0.0/8",)))
    room.write("one.txt", "Lauren Graham returns\n\nLauren Graham said so on Monday.\n")
    room.build()
    return room


@pytest.fixture
def app(room: Newsroom) -> Iterator[App]:
    with room.open() as app:
        pushing.announce(app, None, now=NOON)
        yield app


def push(app: App, now: datetime = NOON) -> pushing.PushReport:
    return pushing.push(app, now=lambda: now)


def subscribed(app: App, subscriber: Subscriber, now: datetime = NOON, **fields: str) -> None:
    pushing.ask(app, subscriber.wish(**fields), now=now)
    assert push(app, now).done == 1


def subscription(app: App, subscriber: Subscriber, now: datetime = NOON) -> Subscription | None:
    return app.store.audience.subscription("feeds/all.atom", subscriber.callback, now=now)


def news(app: App, now: datetime = NOON, path: str = "feeds/all.atom") -> int:
    """The feed changes."""
    (app.settings.output_folder / path).write_bytes(f"<feed>{now:%c}</feed>".encode())
    return pushing.announce(app, [path], now=now)


# --- subscribing ---


def test_a_subscriber_is_asked_whether_it_really_wants_to_be_one(app: App, subscriber: Subscriber) -> None:
    pushing.ask(app, subscriber.wish(lease_seconds="86400"), now=NOON)
    assert subscriber.asked == []
    assert push(app) == pushing.PushReport(done=1)
    (asked,) = subscriber.asked
    assert len(asked.pop("hub.challenge")) > 20
    assert asked == {"reader": "7", "hub.mode": "subscribe", "hub.topic": TOPIC, "hub.lease_seconds": "86400"}
    found = subscription(app, subscriber)
    assert found is not None
    assert (found.topic, found.callback, found.expires) == (
        "feeds/all.atom",
        subscriber.callback,
        NOON + timedelta(days=1),
    )


@pytest.mark.parametrize("mode", ["subscribe", "unsubscribe"])
def test_nobody_can_subscribe_or_unsubscribe_somebody_else(app: App, subscriber: Subscriber, mode: str) -> None:
    if mode == "unsubscribe":
        subscribed(app, subscriber)
    before = subscription(app, subscriber)
    subscriber.wants = False
    pushing.ask(app, subscriber.wish(mode), now=NOON)
    assert push(app) == pushing.PushReport(ended=1)
    assert subscription(app, subscriber) == before
    assert push(app, NOON + timedelta(days=1)) == pushing.PushReport(), "an answer is an answer"


def test_an_answer_that_is_not_the_challenge_does_not_count(app: App, receiver: AnyPath) -> None:
    subscriber = Subscriber(receiver)
    receiver.behave_all(lambda x: x.answer(200, b"welcome"))
    pushing.ask(app, subscriber.wish(), now=NOON)
    assert push(app).ended == 1
    assert app.store.audience.count_subscriptions() == 0


def test_a_callback_in_trouble_is_asked_again_a_few_times(app: App, receiver: AnyPath) -> None:
    subscriber = Subscriber(receiver)
    receiver.behave_all(status(503))
    pushing.ask(app, subscriber.wish(), now=NOON)
    now = NOON
    for seconds in pushing.VERIFYING:
        assert push(app, now).postponed == 1
        assert push(app, now + timedelta(seconds=seconds - 1)) == pushing.PushReport()
        now += timedelta(seconds=seconds)
    assert push(app, now).ended == 1
    assert app.store.audience.next_errand() is None


def test_a_callback_in_a_network_that_is_not_public_is_never_called(
    room: Newsroom, app: App, subscriber: Subscriber, receiver: AnyPath
) -> None:
    closed = app.renewed(replace(app.settings, websub=Websub(hub=True)))
    pushing.ask(closed, subscriber.wish(), now=NOON)
    assert push(closed).ended == 1
    assert receiver.connections == 0


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"topic": "https://elsewhere.example/feeds/all.atom"}, "no public feed"),
        ({"topic": "https://feeds.example.org/feeds/never.atom"}, "no public feed"),
        ({"topic": "https://feeds.example.org/feeds/../../state/feeder.db"}, "no public feed"),
        ({"topic": "https://feeds.example.org/index.html"}, "no public feed"),
        ({"topic": ""}, "missing"),
        ({"callback": ""}, "missing"),
        ({"callback": "file:///etc/passwd"}, "http or https"),
        ({"callback": "https://user:pw@example.org/"}, "user name"),
        ({"callback": "https://example.org/#x"}, "fragment"),
        ({"callback": "https://example.org/ x"}, "address"),
        ({"callback": "https://example.org/" + "x" * 3000}, "too long"),
        ({"callback": "https://[::1/"}, "http or https"),
        ({"mode": "publish"}, "by itself"),
        ({"mode": "steal"}, "hub.mode"),
        ({"secret": "é" * 100}, "200 bytes"),
        ({"lease_seconds": "-5"}, "number"),
        ({"lease_seconds": "١٢"}, "number"),
    ],
)
def test_what_cannot_be_granted_is_refused_with_the_reason(
    app: App, subscriber: Subscriber, fields: dict[str, str], reason: str
) -> None:
    with pytest.raises(websub.Refused, match=reason):
        pushing.ask(app, subscriber.wish(**fields), now=NOON)
    assert app.store.audience.intentions() == ()


@pytest.mark.parametrize(
    ("asked", "given"), [("", 10 * 86400), ("1", 300), ("0", 300), ("9" * 50, 30 * 86400), ("3600", 3600)]
)
def test_a_lease_ends_some_day_and_is_told(app: App, subscriber: Subscriber, asked: str, given: int) -> None:
    subscribed(app, subscriber, lease_seconds=asked)
    assert subscriber.asked[0]["hub.lease_seconds"] == str(given)
    found = subscription(app, subscriber)
    assert found is not None
    assert found.expires == NOON + timedelta(seconds=given)


def test_a_private_feed_has_no_subscriptions(app: App, subscriber: Subscriber) -> None:
    private = app.renewed(replace(app.settings, private=("all",)))
    with pytest.raises(websub.Refused, match="no public feed"):
        pushing.ask(private, subscriber.wish(), now=NOON)
    subscribed(app, subscriber)
    assert news(app) == 1
    assert push(private).done == 1
    assert subscriber.received == []
    assert subscriber.asked[-1]["hub.mode"] == "denied", "it is told that nothing more will come"
    assert app.store.audience.count_subscriptions() == 0


def test_one_host_cannot_make_the_hub_busy_for_others(
    app: App, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "MOST_WISHES_OF_HOST", 3)
    for number in range(3):
        pushing.ask(app, subscriber.wish(callback=f"https://flood.example/{number}"), now=NOON)
    with pytest.raises(pushing.Busy):
        pushing.ask(app, subscriber.wish(callback="https://FLOOD.example/4"), now=NOON)
    pushing.ask(app, subscriber.wish(), now=NOON)
    monkeypatch.setattr(pushing, "MOST_WISHES", 4)
    with pytest.raises(pushing.Busy):
        pushing.ask(app, subscriber.wish(callback="https://other.example/"), now=NOON)


def test_there_are_only_so_many_subscriptions_but_each_may_be_renewed(app: App, subscriber: Subscriber) -> None:
    full = app.renewed(replace(app.settings, websub=replace(app.settings.websub, limit=1)))
    subscribed(full, subscriber)
    with pytest.raises(pushing.Busy):
        pushing.ask(full, subscriber.wish(callback="https://example.org/"), now=NOON)
    subscribed(full, subscriber, NOON + timedelta(days=1))
    found = subscription(full, subscriber)
    assert found is not None
    assert found.expires == NOON + timedelta(days=11)


# --- being told ---


def test_a_change_reaches_the_subscriber_whole_and_signed(app: App, subscriber: Subscriber) -> None:
    subscribed(app, subscriber)
    news(app)
    assert push(app).done == 1
    ((headers, body),) = subscriber.received
    assert body == (app.settings.output_folder / "feeds/all.atom").read_bytes()
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature"] == f"sha256={expected}"
    assert headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert headers["link"] == f'<https://feeds.example.org/hub>; rel="hub", <{TOPIC}>; rel="self"'


def test_who_gave_no_secret_gets_no_signature(app: App, subscriber: Subscriber) -> None:
    subscribed(app, subscriber, secret="")
    news(app)
    push(app)
    assert "x-hub-signature" not in subscriber.received[0][0]


def test_nothing_is_sent_without_a_change_and_nothing_of_other_feeds(
    room: Newsroom, app: App, subscriber: Subscriber
) -> None:
    from feeder.service.build import refresh

    subscribed(app, subscriber)
    written = refresh(app).publish.written
    assert pushing.announce(app, written, now=NOON) == 0
    assert news(app, path="feeds/all.rss") == 0
    assert pushing.announce(app, ["index.html", "feeds.opml", "feeds/all/1.atom"], now=NOON) == 0
    room.write("two.txt", "Milo Ventimiglia stays\n\nMilo Ventimiglia said so on Monday.\n")
    written = refresh(app).publish.written
    assert "feeds/all.atom" in written
    assert pushing.announce(app, written, now=NOON) == 1
    push(app)
    (content,) = subscriber.received
    assert b"Milo Ventimiglia stays" in content[1]


def test_changes_that_nobody_was_told_of_are_made_up_for_at_the_next_start(app: App, subscriber: Subscriber) -> None:
    subscribed(app, subscriber)
    assert pushing.announce(app, None, now=NOON) == 0
    feed = app.settings.output_folder / "feeds/all.atom"
    feed.write_bytes(b"<feed>killed before it was told</feed>")
    os.utime(feed, ns=(2**61, 2**61))
    assert pushing.announce(app, None, now=NOON) == 1
    assert pushing.announce(app, None, now=NOON) == 0, "once"
    push(app)
    assert subscriber.received[0][1] == b"<feed>killed before it was told</feed>"


def test_several_changes_before_a_try_come_as_one(app: App, subscriber: Subscriber) -> None:
    subscribed(app, subscriber)
    for minute in range(5):
        news(app, NOON + timedelta(minutes=minute))
    assert push(app, NOON + timedelta(minutes=5)).done == 1
    assert len(subscriber.received) == 1


def test_a_change_while_another_is_being_sent_is_sent_as_well(app: App, subscriber: Subscriber) -> None:
    subscribed(app, subscriber)
    news(app)

    def change(x: Exchange) -> None:
        if len(subscriber.received) == 1:
            news(app, NOON + timedelta(minutes=1))
        x.answer(200)

    subscriber.on_content = change
    push(app)
    push(app, NOON + timedelta(minutes=1))
    assert [body for _, body in subscriber.received][-1] == f"<feed>{NOON + timedelta(minutes=1):%c}</feed>".encode()
    assert len(subscriber.received) == 2
    assert app.store.audience.next_errand() is None


def test_a_slow_or_failing_callback_is_tried_again_later_and_gets_what_is_new_then(
    app: App, subscriber: Subscriber
) -> None:
    subscribed(app, subscriber)
    news(app)
    subscriber.on_content = status(500)
    assert push(app).postponed == 1
    news(app, NOON + timedelta(seconds=1))
    assert push(app, NOON + timedelta(seconds=1)) == pushing.PushReport(), "a change does not hurry it"
    subscriber.on_content = status(200)
    assert push(app, NOON + timedelta(seconds=10)).done == 1
    assert subscriber.received[-1][1] == f"<feed>{NOON + timedelta(seconds=1):%c}</feed>".encode()


def test_what_was_to_be_sent_outlives_the_process(room: Newsroom, subscriber: Subscriber) -> None:
    with room.open() as app:
        subscribed(app, subscriber)
        news(app)
    with room.open() as app:
        assert push(app).done == 1
    assert len(subscriber.received) == 1


@pytest.mark.parametrize(
    ("reply", "tries"), [(status(410), 1), (redirect("http://127.0.0.1/elsewhere"), 10), (status(404), 10)]
)
def test_a_dead_callback_is_given_up(app: App, subscriber: Subscriber, reply: Behaviour, tries: int) -> None:
    subscribed(app, subscriber, lease_seconds=str(20 * 86400))
    subscriber.on_content = reply
    news(app)
    now = NOON
    while (due := app.store.audience.next_errand()) is not None:
        now = max(now, due)
        push(app, now)
        assert len(subscriber.received) <= tries
    assert now - NOON < timedelta(days=6)
    assert app.store.audience.count_subscriptions() == 0
    assert len(subscriber.received) == tries
    assert news(app, now) == 0


def test_a_lease_that_has_ended_gets_nothing_more(app: App, subscriber: Subscriber) -> None:
    subscribed(app, subscriber, lease_seconds="3600")
    news(app, NOON + timedelta(minutes=59))
    later = NOON + timedelta(hours=1)
    assert push(app, later) == pushing.PushReport()
    assert news(app, later) == 0
    assert subscriber.received == []
    assert app.store.audience.count_subscriptions() == 0


def test_who_unsubscribes_gets_nothing_more(app: App, subscriber: Subscriber) -> None:
    subscribed(app, subscriber)
    news(app)
    pushing.ask(app, subscriber.wish("unsubscribe"), now=NOON - timedelta(seconds=1))
    push(app)
    assert subscriber.asked[-1]["hub.mode"] == "unsubscribe"
    assert "hub.lease_seconds" not in subscriber.asked[-1]
    assert app.store.audience.count_subscriptions() == 0
    subscriber.received.clear()
    assert news(app) == 0
    assert push(app) == pushing.PushReport()


def test_a_hanging_callback_does_not_keep_the_others_waiting(
    app: App, receiver: AnyPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feeder.egress import Client

    monkeypatch.setattr(App, "client", lambda self, networks: Client(allow_networks=networks, deadline=0.5))
    slow, quick = Subscriber(receiver, "/slow?x=1"), Subscriber(receiver, "/quick?x=1")
    slow.on_content = hang
    receiver.behave_all(lambda x: (slow if x.request.path.startswith("/slow") else quick)(x))
    for each in (slow, quick):
        subscribed(app, each)
    news(app)
    assert push(app) == pushing.PushReport(done=1, postponed=1)
    assert len(quick.received) == 1


# --- hubs of others ---


def test_hubs_of_others_are_told_of_each_changed_feed(app: App, receiver: AnyPath) -> None:
    receiver.behave_all(status(204))
    hub = receiver.url("/publish")
    pinging = app.renewed(replace(app.settings, websub=Websub(hubs=(hub,), networks=("127.0.0.0/8",))))
    assert pushing.announce(pinging, ["feeds/all.atom", "feeds/all.json", "index.html"], now=NOON) == 2
    assert push(pinging).done == 2
    told = sorted(parse_qs(it.body.decode())["hub.url"][0] for it in receiver.requests("/publish"))
    assert told == [TOPIC, "https://feeds.example.org/feeds/all.json"]
    assert {parse_qs(it.body.decode())["hub.mode"][0] for it in receiver.requests()} == {"publish"}
    assert pushing.announce(pinging, [], now=NOON) == 0


def test_a_hub_that_is_down_is_told_later(app: App, receiver: AnyPath) -> None:
    receiver.behave_all(lambda x: x.answer(503 if x.number == 1 else 202))
    pinging = app.renewed(replace(app.settings, websub=Websub(hubs=(receiver.url("/hub"),), networks=("127.0.0.0/8",))))
    pushing.announce(pinging, ["feeds/all.atom"], now=NOON)
    assert push(pinging).postponed == 1
    assert push(pinging, NOON + timedelta(seconds=10)).done == 1


def test_private_feeds_are_told_to_no_hub(app: App, receiver: AnyPath) -> None:
    private = app.renewed(
        replace(app.settings, private=("all",), websub=Websub(hubs=(receiver.url("/hub"),), networks=("127.0.0.0/8",)))
    )
    assert pushing.announce(private, ["feeds/all.atom"], now=NOON) == 0
    assert receiver.connections == 0


def test_without_hubs_nothing_is_kept_of_changes(app: App) -> None:
    plain = app.renewed(replace(app.settings, websub=Websub()))
    assert pushing.announce(plain, ["feeds/all.atom"], now=NOON) == 0
    assert app.store.audience.errands(now=NOON, limit=9) == ()


def test_an_errand_says_what_it_is_without_secrets(app: App, subscriber: Subscriber) -> None:
    pushing.ask(app, subscriber.wish(), now=NOON)
    (errand,) = app.store.audience.errands(now=NOON, limit=9)
    assert errand.kind is ErrandKind.SUBSCRIBE
    assert SECRET not in repr(errand)
    assert "callback" not in repr(errand)
