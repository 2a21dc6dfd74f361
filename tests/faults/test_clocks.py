"""Rows T1 to T6: clocks that are set, and secrets (S4), where they are not tested elsewhere (README.md)."""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feeder.errors import TemporaryDeliveryError
from feeder.model import Delivery, DeliveryState, Endpoint, Rhythm
from feeder.service import clock
from feeder.service.delivering import deliver
from feeder.service.health import health
from tests.builders import a_watch, an_endpoint
from tests.fakes.newsroom import Newsroom, an_article_text
from tests.fakes.receiver import Receiver, status
from tests.outbox import deliveries

NEWS = "Milo Ventimiglia will direct two films about rowing, the studio said on Monday."
YEARS = timedelta(days=3653)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    """Past its baseline, with one message that waits."""
    newsroom = Newsroom(tmp_path, watches=(a_watch(),), endpoints=(an_endpoint(),))
    newsroom.build()
    newsroom.write("milo.md", an_article_text("News", NEWS))
    newsroom.build()
    return newsroom


class Desk:
    """Counts what comes; refuses it while `open` is False."""

    def __init__(self) -> None:
        self.open = True
        self.ids: list[str] = []

    def __call__(self, delivery: Delivery, endpoint: Endpoint, now: datetime) -> int:
        if not self.open:
            raise TemporaryDeliveryError("answered 503", status=503)
        self.ids.append(delivery.id)
        return 200


def send(newsroom: Newsroom, desk: Desk, *, later: timedelta = timedelta()) -> None:
    with newsroom.open() as app:
        deliver(app, send=desk, now=lambda: clock.now() + later)


def outbox(newsroom: Newsroom) -> list[Delivery]:
    with newsroom.open(write=False) as app:
        return list(deliveries(app.store))


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), YEARS])
def test_t1_a_clock_set_back_leaves_no_message_behind(newsroom: Newsroom, back: timedelta) -> None:
    desk = Desk()
    send(newsroom, desk, later=-back)
    assert desk.ids == [it.id for it in outbox(newsroom)]
    send(newsroom, desk, later=-back)
    assert len(desk.ids) == 1


@pytest.mark.parametrize("ahead", [timedelta(days=1), YEARS])
def test_t2_a_clock_that_was_far_ahead_gives_nothing_up_early_and_holds_nothing_for_years(
    newsroom: Newsroom, ahead: timedelta
) -> None:
    desk = Desk()
    desk.open = False
    send(newsroom, desk, later=ahead)
    (waiting,) = outbox(newsroom)
    assert (waiting.state, waiting.attempts) == (DeliveryState.PENDING, 1)
    desk.open = True
    send(newsroom, desk, later=timedelta(days=1, minutes=1) if ahead != YEARS else timedelta())
    assert len(desk.ids) == 1


def test_t2_a_digest_made_by_a_clock_far_ahead_comes_all_the_same(newsroom: Newsroom, monkeypatch) -> None:
    newsroom.configure(watches=(a_watch("Amy Sherman-Palladino", digest=Rhythm(at=time(8), zone=ZoneInfo("UTC"))),))
    newsroom.build()
    newsroom.write("amy.md", an_article_text("Amy", "Amy Sherman-Palladino builds a theatre in Queens."))
    ahead = clock.now() + YEARS
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: ahead)
        assert newsroom.build().ingest.alerts == 1
    desk = Desk()
    send(newsroom, desk)
    assert len(desk.ids) == 2


def test_s4_no_secret_reaches_a_log_the_database_or_what_is_told(newsroom: Newsroom, caplog) -> None:
    secret, token = b"planted-secret-planted-secret-01", "planted-token-7f3a"
    caplog.set_level(logging.DEBUG)
    with Receiver() as receiver:
        receiver.behave(f"/{token}", status(500))
        endpoint = an_endpoint(url=receiver.url(f"/{token}"), secrets=(secret,), allow_networks=("127.0.0.0/8",))
        newsroom.configure(endpoints=(endpoint,))
        with newsroom.open() as app:
            deliver(app)
            told = repr(health(app.store, now=clock.now() + timedelta(hours=1), endpoints=["desk"]))
            told += repr(app.settings.endpoints) + repr(app.store.alerting.endpoint_states())
        assert receiver.requests(f"/{token}")
    files = [path.read_bytes() for path in newsroom.state.rglob("*") if path.is_file()]
    files += [path.read_bytes() for path in newsroom.public.rglob("*") if path.is_file()]
    for planted in (secret, token.encode()):
        assert planted not in caplog.text.encode() + b"".join(files)
    assert secret.decode() not in told
