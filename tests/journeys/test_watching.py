"""What the owner asked for and nothing else: stories told once, digests, quiet hours, doubts, endpoints that fail."""

from __future__ import annotations

import json
import threading
import time as time_module
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from feeder.errors import TemporaryDeliveryError
from feeder.model import Delivery, DeliveryState, Endpoint, Held, Quiet, Rate, Rhythm, Tagging
from feeder.service import clock
from feeder.service.build import refresh
from feeder.service.delivering import beat, deliver
from feeder.service.notify import dispatch
from feeder.service.trial import trial
from feeder.storage import Closed
from tests.builders import a_delivery, a_watch, an_endpoint
from tests.fakes.newsroom import Newsroom, an_article_text
from tests.fakes.receiver import Receiver, status
from tests.fakes.tagger import FakeTagger
from tests.outbox import deliveries

UTC_ZONE = ZoneInfo("UTC")
UNLIKE = (
    "Milo Ventimiglia will direct two films about rowing, the studio said on Monday.",
    "A street in Anaheim, where Milo Ventimiglia went to school, is to bear another name from spring.",
    "Fans queued all night for tickets: Milo Ventimiglia reads poems by Whitman at the library.",
    "The bakery that Milo Ventimiglia bought in June sells its thousandth loaf of walnut bread.",
)


class Post:
    """Stands in for sockets: remembers what was sent, and fails where it is told to."""

    def __init__(self, *, failing: Sequence[str] = ()) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.failing = set(failing)

    def __call__(self, delivery: Delivery, endpoint: Endpoint, now: datetime) -> int:
        if endpoint.name in self.failing:
            raise TemporaryDeliveryError("answered 503", status=503)
        self.sent.append((endpoint.name, json.loads(delivery.body)))
        return 200

    def said(self, endpoint: str) -> list[dict[str, Any]]:
        return [message for name, message in self.sent if name == endpoint]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    """Past its baseline."""
    newsroom = Newsroom(tmp_path, watches=(a_watch(),), endpoints=(an_endpoint(), an_endpoint("mail")))
    newsroom.build()
    return newsroom


def write(newsroom: Newsroom, *texts: str, first: int = 0, date: str = "2021-06-14T09:30:00Z") -> None:
    for number, text in enumerate(texts, start=first):
        newsroom.write(f"{number}.md", an_article_text(f"News {number}", text, date=date))


def send(newsroom: Newsroom, post: Post, *, later: timedelta = timedelta()) -> None:
    with newsroom.open() as app:
        deliver(app, send=post, now=lambda: clock.now() + later)


def outbox(newsroom: Newsroom) -> list[Delivery]:
    with newsroom.open(write=False) as app:
        return list(deliveries(app.store))


# -- stories -----------------------------------------------------------------------------------------------------------


def test_a_reprint_is_counted_and_does_not_ring(newsroom: Newsroom) -> None:
    text = f"{UNLIKE[0]} " + "Nobody has said who rows, or where; the boats are built in a yard on the coast. " * 3
    write(newsroom, text)
    assert newsroom.build().ingest.alerts == 1
    write(newsroom, text + "It was the first to report so.", "Exclusive! " + text, first=1)
    assert newsroom.build().ingest.alerts == 0
    write(newsroom, UNLIKE[1], first=3)
    assert newsroom.build().ingest.alerts == 1
    first, other = (json.loads(it.body)["data"]["story"] for it in outbox(newsroom))
    assert first["id"] != other["id"]
    with newsroom.open(write=False) as app:
        assert len(app.store.alerting.in_story(first["id"], "Milo Ventimiglia")) == 3


def test_a_name_that_is_new_in_a_story_rings_with_the_count_of_the_others(newsroom: Newsroom) -> None:
    newsroom.configure(watches=(a_watch(), a_watch("Lauren Graham")))
    newsroom.build()
    text = "Milo Ventimiglia spoke at length about the diner, the bridge and the swan, which was a real swan. " * 3
    write(newsroom, text)
    newsroom.build()
    write(newsroom, text + "Lauren Graham listened.", first=1)
    assert newsroom.build().ingest.alerts == 1
    assert [it.watch for it in outbox(newsroom)] == ["Milo Ventimiglia", "Lauren Graham"]


def test_a_rebuilt_store_with_backfill_sends_the_same_ids_again(newsroom: Newsroom) -> None:
    write(newsroom, *UNLIKE)
    newsroom.build()
    before = {it.id for it in outbox(newsroom)}
    newsroom.forget()
    newsroom.build()
    assert outbox(newsroom) == []
    newsroom.forget()
    with newsroom.open() as app:
        assert refresh(app, backfill=True).ingest.alerts == len(UNLIKE)
    assert {it.id for it in outbox(newsroom)} == before


# -- when --------------------------------------------------------------------------------------------------------------


def test_a_digest_tells_all_of_a_day_at_its_hour_in_one_message(newsroom: Newsroom) -> None:
    in_an_hour = (clock.now() + timedelta(hours=1)).time().replace(second=0)
    newsroom.configure(watches=(a_watch(digest=Rhythm(at=in_an_hour, zone=UTC_ZONE)),))
    write(newsroom, *UNLIKE)
    assert newsroom.build().ingest.alerts == len(UNLIKE)
    post = Post()
    send(newsroom, post, later=timedelta(minutes=30))
    assert post.sent == []
    send(newsroom, post, later=timedelta(hours=1))
    send(newsroom, post, later=timedelta(hours=2))
    (message,) = post.said("desk")
    assert message["type"] == "mention.digest"
    assert [it["title"] for it in message["data"]["alerts"]] == [f"News {n}" for n in range(len(UNLIKE))]
    assert all("Milo Ventimiglia" in it["sentence"] for it in message["data"]["alerts"])
    assert message["data"]["more"] == 0


def test_a_flood_becomes_a_few_digests_and_none_of_it_is_lost(newsroom: Newsroom) -> None:
    newsroom.configure(watches=(a_watch(digest=Rhythm(at=time(8), zone=UTC_ZONE)),))
    words = ("rowing", "bread", "street", "library", "poem", "hat", "swan", "bridge", "diner", "yard", "boat", "oar")
    total = 150
    for n in range(total):
        a, b, c = words[n % 12], words[n // 12 % 12], words[(n * 7 + n // 12) % 12]
        newsroom.write(
            f"{n}.md",
            an_article_text(f"{a} {b} {n}", f"Milo Ventimiglia {a}{n} {b}{n} {c}{n} and the {a} of {b} in {c}."),
        )
    assert newsroom.build().ingest.alerts == total
    post = Post()
    send(newsroom, post, later=timedelta(days=1))
    messages = post.said("desk")
    assert 1 < len(messages) <= 6
    told = [alert["entry"] for message in messages for alert in message["data"]["alerts"]]
    assert sorted(told) == sorted(newsroom.ids())
    assert [message["data"]["more"] for message in messages][-1] == 0
    with newsroom.open(write=False) as app:
        assert app.store.alerting.items_waiting() == 0


def test_what_rings_in_quiet_hours_is_sent_when_they_end(newsroom: Newsroom) -> None:
    now = clock.now()
    quiet = Quiet(start=(now - timedelta(hours=1)).time(), end=(now + timedelta(hours=2)).time(), zone=UTC_ZONE)
    newsroom.configure(watches=(a_watch(quiet=quiet),))
    write(newsroom, UNLIKE[0])
    newsroom.build()
    post = Post()
    send(newsroom, post, later=timedelta(hours=1))
    assert post.sent == []
    send(newsroom, post, later=timedelta(hours=2, seconds=1))
    assert len(post.sent) == 1


def test_another_try_wakes_nobody_either(newsroom: Newsroom) -> None:
    now = clock.now()
    quiet = Quiet(start=(now + timedelta(minutes=2)).time(), end=(now + timedelta(hours=4)).time(), zone=UTC_ZONE)
    newsroom.configure(watches=(a_watch(quiet=quiet),))
    write(newsroom, UNLIKE[0])
    newsroom.build()
    failing = Post(failing=["desk"])
    for minutes in (0, 1):
        send(newsroom, failing, later=timedelta(minutes=minutes))
    (waiting,) = outbox(newsroom)
    assert waiting.attempts == 2
    assert waiting.next_at.time() == quiet.end


def test_a_muted_watch_holds_what_it_finds_and_an_old_article_does_not_ring(newsroom: Newsroom) -> None:
    newsroom.configure(watches=(a_watch(muted_until=clock.now() + timedelta(days=1)),))
    write(newsroom, UNLIKE[0])
    newsroom.build()
    assert [(it.state, it.held_for) for it in outbox(newsroom)] == [(DeliveryState.HELD, Held.MUTED)]
    newsroom.configure(watches=(a_watch(max_age=86400.0),))
    today = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    write(newsroom, UNLIKE[1], first=1)
    write(newsroom, UNLIKE[2], first=2, date=today)
    assert newsroom.build().ingest.alerts == 1


# -- doubts ------------------------------------------------------------------------------------------------------------


class Unsure(FakeTagger):
    """Cannot tell which Milo it is, unless the article says so."""

    def tag(self, article: Any) -> Tagging:
        found = super().tag(article)
        sure = "the actor" in article.text
        tags = (tag if sure else replace(tag, candidates=("milo-ventimiglia", "milo-two")) for tag in found.tags)
        return replace(found, tags=tuple(tags))


def test_a_namesake_waits_for_the_owners_word_and_the_rest_goes_out(newsroom: Newsroom) -> None:
    newsroom.tagger = Unsure()
    write(newsroom, UNLIKE[0], f"{UNLIKE[1]} He is the actor.")
    newsroom.build()
    post = Post()
    send(newsroom, post, later=timedelta(days=3))
    assert [it["data"]["entry"]["title"] for it in post.said("desk")] == ["News 1"]
    held = next(it for it in outbox(newsroom) if it.state is DeliveryState.HELD)
    assert held.held_for is Held.DOUBT
    assert "milo-two" in json.loads(held.body)["data"]["doubt"]
    with newsroom.open() as app:
        assert app.store.outbox.replay(held.id, now=clock.now())
    send(newsroom, post)
    assert len(post.said("desk")) == 2


def test_a_doubt_that_an_edit_dispels_is_sent(newsroom: Newsroom) -> None:
    newsroom.tagger = Unsure()
    path = newsroom.write("0.md", an_article_text("News", UNLIKE[0]))
    newsroom.build()
    path.write_text(an_article_text("News", f"{UNLIKE[0]} It is the actor."))
    assert newsroom.build().ingest.alerts == 1
    (message,) = outbox(newsroom)
    assert (message.state, message.held_for) == (DeliveryState.PENDING, None)
    assert json.loads(message.body)["data"]["doubt"] is None


# -- endpoints ---------------------------------------------------------------------------------------------------------


def test_an_endpoint_gets_no_more_than_its_rate_and_in_the_end_everything(newsroom: Newsroom) -> None:
    newsroom.configure(endpoints=(replace(an_endpoint(), rate=Rate(messages=2, seconds=60.0)),))
    write(newsroom, *UNLIKE)
    newsroom.build()
    post = Post()
    send(newsroom, post)
    assert len(post.sent) == 2
    send(newsroom, post, later=timedelta(seconds=30))
    assert len(post.sent) == 2
    send(newsroom, post, later=timedelta(seconds=100))
    assert len({message["data"]["entry"]["id"] for message in post.said("desk")}) == 4


def test_the_owner_hears_by_another_endpoint_of_one_that_fails_and_of_its_return(newsroom: Newsroom) -> None:
    watchfulness = type(newsroom.settings.watchfulness)(fallback="mail", failing_after=3600.0)
    newsroom.configure(watchfulness=watchfulness)
    write(newsroom, UNLIKE[0])
    newsroom.build()
    post = Post(failing=["desk"])
    for minutes in (0, 1, 10, 50):
        send(newsroom, post, later=timedelta(minutes=minutes))
    assert post.said("mail") == []
    send(newsroom, post, later=timedelta(minutes=70))
    send(newsroom, post, later=timedelta(minutes=71))
    (message,) = post.said("mail")
    assert (message["type"], message["data"]["endpoint"], message["data"]["waiting"]) == ("endpoint.failing", "desk", 1)
    assert "answered 503" in message["data"]["text"]
    post.failing.clear()
    send(newsroom, post, later=timedelta(hours=9))
    send(newsroom, post, later=timedelta(hours=10))
    assert [it["type"] for it in post.said("mail")] == ["endpoint.failing", "endpoint.recovered"]
    assert len(post.said("desk")) == 1


def test_an_endpoint_that_fails_for_days_is_closed_and_loses_nothing(newsroom: Newsroom) -> None:
    watchfulness = type(newsroom.settings.watchfulness)(fallback="mail", failing_after=3600.0)
    newsroom.configure(watchfulness=watchfulness)
    write(newsroom, UNLIKE[0])
    newsroom.build()
    post = Post(failing=["desk"])
    for hours in (0, 1, 2, 24, 5 * 24 + 1):
        send(newsroom, post, later=timedelta(hours=hours))
    with newsroom.open(write=False) as app:
        (state,) = app.store.alerting.endpoint_states()
    assert (state.closed, state.waiting) == (Closed.FAILING, 1)
    assert [it["type"] for it in post.said("mail")] == ["endpoint.failing", "endpoint.closed"]
    write(newsroom, UNLIKE[1], first=1)
    newsroom.build()
    assert [it.held_for for it in outbox(newsroom) if it.endpoint == "desk"] == [Held.ENDPOINT] * 2
    post.failing.clear()
    with newsroom.open() as app:
        assert app.store.outbox.release("desk") == 2
    send(newsroom, post, later=timedelta(days=6))
    assert [it["data"]["entry"]["title"] for it in post.said("desk")] == ["News 0", "News 1"], "oldest first"


def test_a_message_sent_anew_by_its_owner_gets_the_whole_schedule_again(newsroom: Newsroom) -> None:
    write(newsroom, UNLIKE[0])
    newsroom.build()
    post = Post(failing=["desk"])
    for days in range(0, 20, 2):
        with newsroom.open() as app:
            dispatch(app, send=post, now=lambda: clock.now() + timedelta(days=days))  # noqa: B023 - called at once
    (dead,) = outbox(newsroom)
    assert (dead.state, dead.attempts) == (DeliveryState.DEAD, 10)
    with newsroom.open() as app:
        app.store.outbox.replay(dead.id, now=clock.now() + timedelta(days=20))
        dispatch(app, send=post, now=lambda: clock.now() + timedelta(days=20))
    (again,) = outbox(newsroom)
    assert (again.state, again.attempts) == (DeliveryState.PENDING, 11)


def test_the_heartbeat_is_heard_while_all_is_well_and_stops_when_it_is_not(tmp_path: Path) -> None:
    with Receiver() as receiver:
        newsroom = Newsroom(tmp_path)
        watchfulness = type(newsroom.settings.watchfulness)(heartbeat=receiver.url("/alive"))
        newsroom.configure(watchfulness=watchfulness, alert_networks=("127.0.0.0/8",))
        with newsroom.open() as app:
            assert beat(app, well=True, now=clock.now())
            assert not beat(app, well=False, now=clock.now())
            assert len(receiver.requests("/alive")) == 1
            receiver.behave("/alive", status(500))
            assert not beat(app, well=True, now=clock.now())


# -- before it is switched on ------------------------------------------------------------------------------------------


def test_a_trial_tells_what_a_build_would_have_sent(newsroom: Newsroom) -> None:
    newsroom.configure(watches=())
    reprint = UNLIKE[3] + " So the reporter was told by a baker on Monday morning, over a cup of coffee."
    write(newsroom, *UNLIKE, reprint)
    newsroom.build()
    days = (datetime.now(UTC).date() - date(2021, 1, 1)).days
    with newsroom.open(write=False) as app:
        found = trial(app, a_watch(), days=days, now=clock.now())
        assert (len(found.sent), len(found.counted), len(found.held)) == (4, 1, 0)
        assert trial(app, a_watch(), days=1, now=clock.now()).heard == ()
    newsroom.tagger = FakeTagger(people=("Ann Nobody",))
    write(newsroom, "Ann Nobody, whom nobody knew, wins a part.", first=9)
    newsroom.tagger = FakeTagger(people=())
    newsroom.build()
    newsroom.tagger = FakeTagger(people=("Ann Nobody",))
    with newsroom.open(write=False) as app:
        (heard,) = trial(app, a_watch("Ann Nobody"), days=days, now=clock.now()).sent
    assert heard.alert.evidence[0].sentence.text.startswith("Ann Nobody")


def test_a_slow_endpoint_keeps_no_message_waiting_that_comes_meanwhile(newsroom: Newsroom) -> None:
    begun, released = threading.Event(), threading.Event()
    arrived: list[str] = []

    def slowly(delivery: Delivery, endpoint: Endpoint, now: datetime) -> int:
        if endpoint.name == "desk":
            begun.set()
            released.wait(30)
        arrived.append(endpoint.name)
        return 200

    with newsroom.open() as app:
        with app.store.transaction():
            app.store.outbox.add(a_delivery(id="msg_1", entry_id=""), now=clock.now())
        worker = threading.Thread(target=dispatch, args=(app,), kwargs={"send": slowly})
        worker.start()
        try:
            assert begun.wait(10)
            with app.store.transaction():
                app.store.outbox.add(a_delivery(id="msg_2", entry_id="", endpoint="mail"), now=clock.now())
            for _ in range(500):
                if arrived:
                    break
                time_module.sleep(0.02)
            assert arrived == ["mail"]
        finally:
            released.set()
            worker.join()
    assert arrived == ["mail", "desk"]
