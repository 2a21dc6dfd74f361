"""What is sent in a row, and what of it is safe."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from feeder.errors import EndpointGone, TemporaryDeliveryError
from feeder.model import Delivery, DeliveryState, Endpoint, Rate
from feeder.service import notify
from feeder.service.app import App
from feeder.service.notify import DispatchReport, dispatch
from feeder.storage import Store
from tests.builders import NOON, a_delivery, an_endpoint
from tests.fakes.newsroom import Newsroom
from tests.outbox import attempts, deliveries


def put(store: Store, endpoint: str, count: int) -> None:
    with store.transaction():
        for n in range(count):
            message = a_delivery(id=f"{endpoint} {n:03}", entry_id="", endpoint=endpoint, watch=f"{n}", next_at=NOON)
            store.outbox.add(message, now=NOON)


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path, endpoints=(an_endpoint(),))


@pytest.fixture
def app(room: Newsroom) -> Iterator[App]:
    with room.open() as app:
        yield app


class Wire:
    """Takes every message, unless `at` says something else for its number."""

    def __init__(self, app: App, at: Callable[[int], object] = lambda n: None, *, seconds: float = 0) -> None:
        self.sent: list[str] = []
        self.begun: list[int] = []  #: attempts on record as begun when each was sent
        self._app, self._at, self._seconds = app, at, seconds
        self._lock = threading.Lock()

    def __call__(self, delivery: Delivery, endpoint: Endpoint, now: datetime) -> int:
        with self._lock:
            number = len(self.sent)
            self.sent.append(delivery.id)
            self.begun.append(
                sum(a.ended is None for it in deliveries(self._app.store) for a in attempts(self._app.store, it.id))
            )
        time.sleep(self._seconds)
        self._at(number)
        return 200


def run(app: App, wire: notify.Send, **more: Callable[[], bool]) -> DispatchReport:
    return dispatch(app, send=wire, now=lambda: NOON, **more)


def raises(error: Exception, number: int) -> Callable[[int], object]:
    def at(n: int) -> None:
        if n == number:
            raise error

    return at


def test_a_receiver_that_answers_at_once_gets_them_all_in_order_for_a_few_flushes_of_the_disk(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(app.store, "desk", 60)
    begun = 0
    real = app.store.transaction

    def counted():  # type: ignore[no-untyped-def]  # as the real one
        nonlocal begun
        begun += 1
        return real()

    monkeypatch.setattr(app.store, "transaction", counted)
    wire = Wire(app)
    assert run(app, lambda d, e, n: wire.sent.append(d.id) or 200).delivered == 60
    assert wire.sent == [f"desk {n:03}" for n in range(60)]
    assert begun < 20
    assert {it.state for it in deliveries(app.store)} == {DeliveryState.DONE}
    assert {len(attempts(app.store, it.id)) for it in deliveries(app.store)} == {1}


def test_a_slow_receiver_holds_one_message_at_a_time(app: App) -> None:
    put(app.store, "desk", 4)
    wire = Wire(app, seconds=notify._MOMENT)
    assert run(app, wire).delivered == 4
    assert wire.begun == [1] * 4


def test_after_a_failure_the_rest_of_the_row_was_never_tried(app: App) -> None:
    put(app.store, "desk", 12)
    wire = Wire(app, raises(TemporaryDeliveryError("busy", status=503), 5))
    assert run(app, wire) == DispatchReport(delivered=5, postponed=1)
    assert len(wire.sent) == 6
    assert [(it.attempts, len(attempts(app.store, it.id))) for it in deliveries(app.store)] == (
        [(1, 1)] * 6 + [(0, 0)] * 6
    )
    assert run(app, Wire(app)).delivered == 6, "they are due as they were"


def test_an_endpoint_that_says_it_is_gone_in_the_middle_of_a_row_gets_nothing_more(app: App) -> None:
    put(app.store, "desk", 12)
    wire = Wire(app, raises(EndpointGone("gone", status=410), 4))
    assert run(app, wire) == DispatchReport(delivered=4, held=1)
    assert [it.state for it in deliveries(app.store)] == [DeliveryState.DONE] * 4 + [DeliveryState.HELD] * 8
    assert run(app, wire) == DispatchReport()


def test_asked_to_stop_in_the_middle_of_a_row_it_gives_the_rest_back(app: App) -> None:
    put(app.store, "desk", 12)
    stop = threading.Event()
    wire = Wire(app, lambda n: n == 4 and stop.set())
    assert run(app, wire, stopping=stop.is_set).delivered == 5
    assert [it.attempts for it in deliveries(app.store)] == [1] * 5 + [0] * 7


def test_a_rate_is_never_exceeded_by_a_row(room: Newsroom) -> None:
    room.configure(endpoints=(replace(an_endpoint(), rate=Rate(messages=5, seconds=60.0)),))
    with room.open() as app:
        put(app.store, "desk", 12)
        wire = Wire(app)
        assert run(app, wire).delivered == 5
        assert run(app, wire).delivered == 0
        assert len(wire.sent) == 5
        assert [it.attempts for it in deliveries(app.store)] == [1] * 5 + [0] * 7


def test_an_endpoint_that_asks_to_be_left_alone_hears_of_nothing_else_either(app: App) -> None:
    put(app.store, "desk", 3)
    busy = Wire(app, raises(TemporaryDeliveryError("busy", status=429, retry_after=3600.0), 0))
    assert run(app, busy) == DispatchReport(postponed=1)
    wire = Wire(app)
    assert run(app, wire) == DispatchReport()
    assert dispatch(app, send=wire, now=lambda: NOON + timedelta(hours=1)).delivered == 3


def test_no_receiver_can_ask_to_be_left_alone_for_more_than_a_day(app: App) -> None:
    put(app.store, "desk", 2)
    run(app, Wire(app, raises(TemporaryDeliveryError("busy", status=429, retry_after=1e20), 0)))
    assert dispatch(app, send=Wire(app), now=lambda: NOON + timedelta(days=1)).delivered == 2


def test_each_attempt_has_the_time_at_which_it_ended_itself(app: App) -> None:
    put(app.store, "desk", 12)
    ticks = count()
    dispatch(app, send=lambda d, e, n: 200, now=lambda: NOON + timedelta(seconds=next(ticks)))
    ended = [attempts(app.store, it.id)[0].ended for it in deliveries(app.store)]
    assert len(set(ended)) == 12


def test_while_a_slow_receiver_has_much_to_read_the_next_try_of_another_does_not_wait_for_all_of_it(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "_SLOW", 0.01)
    monkeypatch.setattr(notify, "_SHIFT", 0.1)
    room.configure(endpoints=(an_endpoint("slow"), an_endpoint("flaky")))
    with room.open() as app:
        put(app.store, "slow", 50)
        put(app.store, "flaky", 2)
        down = [True]

        def send(delivery: Delivery, endpoint: Endpoint, now: datetime) -> int:
            if endpoint.name == "slow":
                time.sleep(0.03)
            elif down.pop() if down else False:
                raise TemporaryDeliveryError("busy", status=503)
            return 200

        first = run(app, send)
        assert first.postponed == 1
        assert 1 <= first.delivered < 50
        assert dispatch(app, send=send, now=lambda: NOON + timedelta(minutes=1)).delivered >= 2
        assert {it.state for it in deliveries(app.store) if it.endpoint == "flaky"} == {DeliveryState.DONE}


def test_while_one_receiver_hangs_another_that_has_failed_is_tried_again(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "_REST", 0.05)
    monkeypatch.setattr(notify, "_LOOK", 0.05)
    room.configure(endpoints=(an_endpoint("hangs"), an_endpoint("flaky")))
    again = threading.Event()
    with room.open() as app:
        put(app.store, "hangs", 1)
        put(app.store, "flaky", 2)
        answers = [lambda: again.set() or 200, lambda: (_ for _ in ()).throw(TemporaryDeliveryError("no", status=503))]

        def send(delivery: Delivery, endpoint: Endpoint, now: datetime) -> int:
            if endpoint.name == "flaky":
                return answers.pop()()
            assert again.wait(30), "it had to wait for the one that hangs"
            return 200

        assert run(app, send) == DispatchReport(delivered=2, postponed=1)


def test_more_endpoints_than_are_called_at_once_take_turns(room: Newsroom) -> None:
    """However much there is for some of them, and they are slow: everybody gets the first before anybody the third."""
    names = [f"endpoint {n:02}" for n in range(notify._MOST + 4)]
    room.configure(endpoints=tuple(an_endpoint(name) for name in names))
    with room.open() as app:
        for name in names:
            put(app.store, name, 4)
        sent: list[str] = []

        def slow(delivery: Delivery, endpoint: Endpoint, now: datetime) -> int:
            sent.append(endpoint.name)
            time.sleep(notify._MOMENT)
            return 200

        assert run(app, slow).delivered == 4 * len(names)
    firsts = max(sent.index(name) for name in names)
    thirds = min([n for n, it in enumerate(sent) if it == name][2] for name in names)
    assert firsts < thirds


def test_killed_in_the_middle_of_a_row_nothing_is_lost_and_what_comes_again_has_the_same_id(room: Newsroom) -> None:
    with room.open() as app:
        put(app.store, "desk", 40)
    record = room.state / "received"

    def received() -> list[str]:
        return record.read_text().splitlines()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking while others run: nobody else is in the room
        process = os.fork()
    if not process:
        with room.open() as app, record.open("a", buffering=1) as file:
            wire = Wire(app, lambda n: n == 20 and os.kill(os.getpid(), signal.SIGKILL))
            run(app, lambda d, e, n: file.write(d.id + "\n") and wire(d, e, n))
        os._exit(0)
    assert os.waitpid(process, 0)[1] == signal.SIGKILL
    before = received()
    assert len(before) == 21
    with room.open() as app, record.open("a", buffering=1) as file:
        wire = Wire(app)
        run(app, lambda d, e, n: file.write(d.id + "\n") and wire(d, e, n))
        unsure = {it.id for it in deliveries(app.store) if len(attempts(app.store, it.id)) > 1}
    again = received()[21:]
    assert set(before) | set(again) == {f"desk {n:03}" for n in range(40)}, "lost"
    assert set(before) & set(again) <= unsure
    assert len(set(before) & set(again)) <= notify._ROW
    assert len(again) == len(set(again))
