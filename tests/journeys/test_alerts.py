"""From a watched name in the folder to the receiver of its webhook."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, repeat
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from feeder.model import DeliveryState
from feeder.service import clock
from feeder.service.notify import DispatchReport, dispatch
from feeder.storage import Outcome
from tests.builders import a_watch, an_endpoint
from tests.fakes.newsroom import FILE_TIME, Newsroom, an_article_text
from tests.fakes.receiver import Exchange, Receiver, fail_once, status
from tests.fakes.tagger import FakeTagger
from tests.outbox import attempts, deliveries

LOCAL = ("127.0.0.0/8",)
OTHER = an_article_text("A Renewal", "The comedy about lighthouse keepers has been renewed for a second season.")
#: Three stories.
UNLIKE = (
    "Milo Ventimiglia will direct two films about rowing, the studio said on Monday.",
    "A street in Anaheim, where Milo Ventimiglia went to school, is to bear another name from spring.",
    "Fans queued all night for tickets: Milo Ventimiglia reads poems by Whitman at the library.",
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def newsroom(tmp_path: Path, receiver: Receiver) -> Newsroom:
    """Past its baseline, watching one name."""
    newsroom = Newsroom(
        tmp_path,
        watches=(a_watch("Milo Ventimiglia", endpoints=("desk",)),),
        endpoints=(an_endpoint("desk", url=receiver.url("/desk"), allow_networks=LOCAL),),
    )
    newsroom.write("first.md", OTHER)
    newsroom.build()
    return newsroom


def deliver(newsroom: Newsroom, *, later: float = 0) -> DispatchReport:
    """As if `later` seconds had passed."""

    def now() -> datetime:
        return clock.now() + timedelta(seconds=later)

    with newsroom.open() as app:
        return dispatch(app, now=now)


def states(newsroom: Newsroom) -> list[DeliveryState]:
    with newsroom.open(write=False) as app:
        return [delivery.state for delivery in deliveries(app.store)]


def test_a_new_article_that_names_a_watched_person_is_announced_once_and_signed(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.write("milo.md", an_article_text())
    assert newsroom.build().pending == 1
    assert deliver(newsroom).delivered == 1
    newsroom.build()
    assert deliver(newsroom) == DispatchReport()
    (request,) = receiver.requests("/desk")
    message = Webhook(an_endpoint().secrets[0]).verify(request.body, request.headers)
    assert message["data"]["watch"] == "Milo Ventimiglia"
    assert message["data"]["feed"] == "https://feeds.example.org/feeds/person/milo-ventimiglia.atom"
    assert message["data"]["entry"]["id"] in newsroom.ids()


def test_the_first_run_is_silent(tmp_path: Path, receiver: Receiver) -> None:
    newsroom = Newsroom(
        tmp_path,
        watches=(a_watch(),),
        endpoints=(an_endpoint(url=receiver.url("/desk"), allow_networks=LOCAL),),
    )
    newsroom.write("milo.md", an_article_text())
    assert newsroom.build().ingest.alerts == 0
    newsroom.forget()
    assert newsroom.build().ingest.alerts == 0, "nor is a store that is filled again news"


def test_a_first_run_that_was_stopped_halfway_stays_silent(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path, watches=(a_watch(),), endpoints=(an_endpoint(),))
    newsroom.write("a.md", OTHER)
    newsroom.write("milo.md", an_article_text())
    from feeder.service.build import refresh

    asked = chain((False,), repeat(True))
    with newsroom.open() as app:
        report = refresh(app, stopping=lambda: next(asked))
    assert (report.ingest.complete, report.ingest.added) == (False, 1)
    assert (newsroom.build().ingest.added, states(newsroom)) == (1, [])


def test_a_watch_added_later_does_not_ring_for_old_articles(newsroom: Newsroom) -> None:
    newsroom.write(
        "lauren.md", an_article_text("Lauren Graham Returns", "Lauren Graham is to lead a new family drama.")
    )
    newsroom.build()
    newsroom.configure(watches=(*newsroom.settings.watches, a_watch("Lauren Graham")))
    newsroom.build()
    newsroom.write(
        "lauren.md",
        an_article_text("Lauren Graham Returns", "Lauren Graham is to lead a new family comedy."),
        at=FILE_TIME + 9,
    )
    assert newsroom.build().ingest.updated == 1
    assert states(newsroom) == []
    newsroom.write("more.md", an_article_text("More", "In other news, Lauren Graham has written a third novel."))
    newsroom.build()
    assert states(newsroom) == [DeliveryState.PENDING]


def test_an_edit_rings_only_for_a_name_it_brings(newsroom: Newsroom) -> None:
    newsroom.configure(watches=(*newsroom.settings.watches, a_watch("Lauren Graham")))
    newsroom.write("milo.md", an_article_text())
    assert newsroom.build().ingest.alerts == 1
    newsroom.write("milo.md", an_article_text() + "\nLauren Graham may join him, too.\n", at=FILE_TIME + 9)
    report = newsroom.build()
    assert (report.ingest.updated, report.ingest.alerts) == (1, 1)
    newsroom.write("milo.md", an_article_text(), at=FILE_TIME + 19)
    newsroom.build()
    newsroom.write("milo.md", an_article_text() + "\nLauren Graham will join him.\n", at=FILE_TIME + 29)
    assert newsroom.build().ingest.alerts == 0, "it rang for her before"


@pytest.mark.parametrize("change", ["rename", "touch", "copy", "delete and restore"])
def test_nothing_but_news_rings(newsroom: Newsroom, change: str) -> None:
    path = newsroom.write("milo.md", an_article_text())
    assert newsroom.build().ingest.alerts == 1
    if change == "rename":
        path.rename(path.with_name("other.md"))
    elif change == "touch":
        os.utime(path)
    elif change == "copy":
        newsroom.write("copy.md", an_article_text(), at=FILE_TIME + 77)
    else:
        path.unlink()
        newsroom.build()
        newsroom.write("milo.md", an_article_text(), at=FILE_TIME + 77)
    assert newsroom.build().ingest.alerts == 0


def test_a_catalog_that_learns_a_name_does_not_ring_for_the_past(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.tagger = FakeTagger(people=())
    newsroom.write("milo.md", an_article_text())
    newsroom.build()
    catalog = tmp_path / "mine.psv"
    catalog.write_text("")
    newsroom.configure(catalog_files=(catalog,))
    catalog.write_text("changed")
    newsroom.tagger = FakeTagger()
    report = newsroom.build()
    assert (report.ingest.retagged, report.ingest.alerts) == (1, 0)


def test_a_failed_message_is_sent_again_with_the_same_id_and_bytes(newsroom: Newsroom, receiver: Receiver) -> None:
    receiver.behave("/desk", fail_once)
    newsroom.write("milo.md", an_article_text())
    newsroom.build()
    assert deliver(newsroom).postponed == 1
    assert deliver(newsroom) == DispatchReport(), "not before its time"
    assert deliver(newsroom, later=60).delivered == 1
    first, second = receiver.requests("/desk")
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_an_endpoint_that_is_gone_is_never_called_again_until_it_moves(newsroom: Newsroom, receiver: Receiver) -> None:
    receiver.behave("/desk", status(410))
    newsroom.write("milo.md", an_article_text())
    newsroom.build()
    assert deliver(newsroom).held == 1
    newsroom.write("b.md", an_article_text("Another", "Milo Ventimiglia talks about firefighting and family."))
    newsroom.build()
    assert states(newsroom) == [DeliveryState.HELD, DeliveryState.HELD]
    assert deliver(newsroom, later=1e6) == DispatchReport()
    assert len(receiver.requests("/desk")) == 1
    endpoint = replace(newsroom.settings.endpoints[0], url=receiver.url("/moved"))
    newsroom.configure(endpoints=(endpoint,))
    assert deliver(newsroom).delivered == 2


def test_an_address_the_guard_refuses_is_not_tried_for_days(newsroom: Newsroom) -> None:
    newsroom.configure(endpoints=(an_endpoint(url="http://169.254.169.254/latest"),))
    newsroom.write("milo.md", an_article_text())
    newsroom.build()
    assert deliver(newsroom).dead == 1
    with newsroom.open(write=False) as app:
        (dead,) = deliveries(app.store, state=DeliveryState.DEAD)
        (attempt,) = attempts(app.store, dead.id)
    assert attempt.outcome is Outcome.FAILED
    assert attempt.error


def test_a_message_that_fails_for_days_ends_as_dead(newsroom: Newsroom, receiver: Receiver) -> None:
    receiver.behave("/desk", status(503))
    newsroom.write("milo.md", an_article_text())
    newsroom.build()
    passed = 0.0
    for _ in range(9):
        assert deliver(newsroom, later=passed).postponed == 1
        passed += 86_400 * 2
    assert deliver(newsroom, later=passed).dead == 1
    assert len(receiver.requests("/desk")) == 10


def test_a_slow_receiver_delays_nobody_else(newsroom: Newsroom, receiver: Receiver) -> None:
    released = threading.Event()

    def slow(x: Exchange) -> None:
        released.wait(20)
        x.answer(200)

    receiver.behave("/desk", slow)
    quick = an_endpoint("quick", url=receiver.url("/quick"), allow_networks=LOCAL)
    newsroom.configure(endpoints=(*newsroom.settings.endpoints, quick), watches=(a_watch(endpoints=("desk", "quick")),))
    for n, text in enumerate(UNLIKE):
        newsroom.write(f"{n}.md", an_article_text(f"News {n}", text))
    newsroom.build()
    worker = threading.Thread(target=deliver, args=(newsroom,))
    worker.start()
    try:
        deadline = threading.Event()
        while len(receiver.requests("/quick")) < 3 and not deadline.wait(0.02):
            assert worker.is_alive()
        assert len(receiver.requests("/desk")) == 1
    finally:
        released.set()
        worker.join()
    assert states(newsroom) == [DeliveryState.DONE] * 6


def test_a_message_for_an_endpoint_nobody_configured_waits(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.write("milo.md", an_article_text())
    newsroom.build()
    endpoints = newsroom.settings.endpoints
    newsroom.configure(endpoints=())
    assert deliver(newsroom) == DispatchReport()
    newsroom.configure(endpoints=endpoints)
    assert deliver(newsroom).delivered == 1


_KILLED = """
    import os, signal, sys
    from pathlib import Path
    from feeder.service import notify
    from tests.builders import a_watch, an_endpoint
    from tests.fakes.newsroom import Newsroom

    folder, url, moment = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    (folder / "articles").rename(folder / "kept")
    endpoint = an_endpoint(url=url, allow_networks=("127.0.0.0/8",))
    newsroom = Newsroom(folder, watches=(a_watch(),), endpoints=(endpoint,))
    (folder / "articles").rmdir()
    (folder / "kept").rename(folder / "articles")

    def die(*_args, **_kwargs):
        os.kill(os.getpid(), signal.SIGKILL)

    newsroom.build()
    with newsroom.open() as app:
        if moment == "before the send":
            notify.dispatch(app, send=die)
        elif moment == "after the send":
            app.store.outbox.settle = die
            notify.dispatch(app)
        die()
"""


@pytest.mark.parametrize(
    ("moment", "received"), [("before dispatch", 1), ("before the send", 1), ("after the send", 2)]
)
def test_killed_between_stored_and_sent_it_is_delivered_after_the_restart(
    newsroom: Newsroom, receiver: Receiver, tmp_path: Path, moment: str, received: int
) -> None:
    newsroom.write("milo.md", an_article_text())
    process = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_KILLED), str(tmp_path), receiver.url("/desk"), moment],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert process.returncode == -signal.SIGKILL
    assert deliver(newsroom).delivered == 1
    requests = receiver.requests("/desk")
    assert len(requests) == received, "twice only where the first answer may have been lost"
    assert len({request.headers["webhook-id"] for request in requests}) == 1
    assert len({request.body for request in requests}) == 1
    with newsroom.open(write=False) as app:
        (delivery,) = deliveries(app.store)
        outcomes = [attempt.outcome for attempt in attempts(app.store, delivery.id)]
    assert outcomes == [Outcome.UNKNOWN] * (moment != "before dispatch") + [Outcome.DELIVERED]
    assert json.loads(delivery.body)["data"]["entry"]["id"] in newsroom.ids()
