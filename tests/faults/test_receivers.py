"""Rows N1 to N22: what receivers, networks and name servers do to alerts, from the folder to a hostile socket."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import trustme
from standardwebhooks import Webhook, WebhookVerificationError

from feeder.alerts import Courier
from feeder.alerts.channels import apprise
from feeder.egress import DEADLINE, Client, Resolver, resolve
from feeder.model import Delivery, DeliveryState, Endpoint, EndpointKind, Rate
from feeder.service import clock, notify
from feeder.service.delivering import deliver
from feeder.service.notify import DispatchReport
from feeder.storage import Attempt, Closed, Outcome
from tests.builders import a_watch, an_endpoint
from tests.fakes import receiver as fake
from tests.fakes.newsroom import Newsroom, an_article_text
from tests.fakes.receiver import Exchange, Receiver
from tests.outbox import attempts, deliveries

LOCAL = ("127.0.0.0/8",)
#: Stories of their own.
NEWS = (
    "Milo Ventimiglia will direct two films about rowing, the studio said on Monday.",
    "A street in Anaheim, where Milo Ventimiglia went to school, is to bear another name from spring.",
    "Fans queued all night for tickets: Milo Ventimiglia reads poems by Whitman at the library.",
    "Milo Ventimiglia sold his first motorcycle for charity and would not say what it went for.",
)
SHORT = 0.4  # seconds of deadline where it is what is tested


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as it:
        yield it


class Desk:
    """A newsroom past its baseline that sends through the real courier."""

    def __init__(self, folder: Path, *endpoints: Endpoint, rest: float = 10.0, resolver: Resolver = resolve) -> None:
        names = tuple(it.name for it in endpoints if it.name != "owner")
        self.room = Newsroom(folder, watches=(a_watch(endpoints=names),), endpoints=endpoints)
        self.room.build()
        self.deadline = rest
        self.resolver = resolver
        self.tls: ssl.SSLContext | None = None
        self.started = clock.now()

    def news(self, number: int = 1) -> None:
        for n, text in enumerate(NEWS[:number]):
            self.room.write(f"{n}.md", an_article_text(f"News {n}", text))
        self.room.build()

    def send(self, *, later: float = 0) -> DispatchReport:
        """As if `later` seconds had passed since the beginning."""

        def client(allow_networks: Sequence[str]) -> Client:
            return Client(allow_networks=allow_networks, deadline=self.deadline, resolver=self.resolver, tls=self.tls)

        with self.room.open() as app:
            app.__dict__["courier"] = Courier(open_client=client)
            return deliver(app, now=lambda: clock.now() + timedelta(seconds=later))

    def outbox(self, endpoint: str = "desk") -> list[Delivery]:
        with self.room.open(write=False) as app:
            return [it for it in deliveries(app.store) if it.endpoint == endpoint]

    def attempts(self, endpoint: str = "desk") -> list[Attempt]:
        with self.room.open(write=False) as app:
            return list(attempts(app.store, self.outbox(endpoint)[0].id))

    def closed(self, endpoint: str = "desk") -> Closed | None:
        with self.room.open(write=False) as app:
            return next((it.closed for it in app.store.alerting.endpoint_states() if it.name == endpoint), None)

    def tell(self, fallback: str) -> None:
        self.room.configure(watchfulness=replace(self.room.settings.watchfulness, fallback=fallback))


def at(receiver: Receiver, path: str = "/desk", *, name: str = "desk", host: str | None = None) -> Endpoint:
    return an_endpoint(name, url=receiver.url(path, host=host), allow_networks=LOCAL)


def told(receiver: Receiver) -> list[str]:
    """What the owner heard by the fallback."""
    return [json.loads(body)["type"] for body in receiver.bodies("/owner")]


def test_n1_a_receiver_that_fails_once_gets_it_at_the_second_try(tmp_path: Path, receiver: Receiver) -> None:
    receiver.behave("/desk", fake.fail_once)
    desk = Desk(tmp_path, at(receiver))
    desk.news()
    assert (desk.send().postponed, desk.send(later=60).delivered) == (1, 1)
    assert [it.outcome for it in desk.attempts()] == [Outcome.FAILED, Outcome.DELIVERED]


def test_n2_a_receiver_that_fails_for_ever_is_tried_ten_times_in_three_days_and_then_listed(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.behave("/desk", fake.status(500))
    desk = Desk(tmp_path, at(receiver), at(receiver, "/owner", name="owner"))
    desk.tell("owner")
    desk.news()
    begun = clock.now()
    later = 0.0
    while (waiting := desk.outbox()[0]).state is DeliveryState.PENDING:
        later = max(0.0, (waiting.next_at - begun).total_seconds()) + 2
        desk.send(later=later)
    [dead] = desk.outbox()
    assert (dead.state, dead.attempts) == (DeliveryState.DEAD, 10)
    assert 60 * 3600 < later < 92 * 3600
    assert told(receiver) == ["endpoint.failing"]


def test_n3_a_busy_receiver_is_left_alone_as_long_as_it_asks_and_nobody_else_waits(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.behave("/desk", fake.status(429, Retry_After="120"))
    desk = Desk(tmp_path, at(receiver), at(receiver, "/other", name="other"))
    desk.news(2)
    sent = clock.now()
    report = desk.send()
    assert (report.postponed, report.delivered) == (1, 2)
    assert desk.outbox()[0].next_at >= sent + timedelta(seconds=120)
    assert desk.send(later=110) == DispatchReport(), "nor with another message"
    assert len(receiver.requests("/desk")) == 1


IN_AN_HOUR = "a date in an hour"


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        (IN_AN_HOUR, 3500, 3700),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 4, 8),
        ("-5", 4, 8),
        (str(10**20), 86_390, 86_410),
        ("soon, \x7f I hope", 4, 8),
        ("", 4, 8),
    ],
    ids=["a date", "a date that has passed", "negative", "for ever", "garbage", "empty"],
)
def test_n4_whatever_a_receiver_asks_for_the_next_try_is_in_bounds(
    tmp_path: Path, receiver: Receiver, asked: str, least: float, most: float
) -> None:
    if asked is IN_AN_HOUR:
        asked = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    receiver.behave("/desk", fake.status(503, Retry_After=asked))
    desk = Desk(tmp_path, at(receiver))
    desk.news()
    desk.send()
    ended = desk.attempts()[0].ended
    assert ended is not None
    assert least <= (desk.outbox()[0].next_at - ended).total_seconds() <= most


def test_n5_a_receiver_that_is_gone_is_closed_at_once_its_messages_held_and_the_owner_told(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.behave("/desk", fake.status(410))
    desk = Desk(tmp_path, at(receiver), at(receiver, "/owner", name="owner"))
    desk.tell("owner")
    desk.news(3)
    desk.send()
    assert desk.closed() is Closed.GONE
    assert {it.state for it in desk.outbox()} == {DeliveryState.HELD}
    assert len(receiver.requests("/desk")) == 1
    assert told(receiver) == ["endpoint.closed"]


@pytest.mark.parametrize("code", [301, 302, 307, 308])
@pytest.mark.parametrize("where", ["http://169.254.169.254/latest/meta-data/", "/ok"])
def test_n6_a_redirect_is_not_followed_and_is_no_success(
    tmp_path: Path, receiver: Receiver, code: int, where: str
) -> None:
    receiver.behave("/desk", fake.redirect(where, code))
    desk = Desk(tmp_path, at(receiver))
    desk.news()
    assert desk.send().postponed == 1
    assert receiver.connections == 1
    assert desk.attempts()[0].status == code


@contextlib.contextmanager
def nobody_accepts() -> Iterator[int]:
    """The port of a listener whose queue is full: who connects hears nothing."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.mark.parametrize("fault", ["connect timeout", "no such name", "server failure", "hanging name server"])
def test_n7_a_network_that_leads_nowhere_is_a_failure_and_blocks_nobody(
    tmp_path: Path, receiver: Receiver, fault: str
) -> None:
    released = threading.Event()

    def lookup(host: str, port: int) -> tuple[str, ...]:
        if host == "127.0.0.1":
            return (host,)
        match fault:
            case "no such name":
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            case "server failure":
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
            case "hanging name server":
                released.wait(20)
        return ("127.0.0.1",)

    with nobody_accepts() as port:
        lost = an_endpoint(url=f"http://hooks.example.org:{port}/", allow_networks=LOCAL)
        desk = Desk(tmp_path, lost, at(receiver, "/other", name="other"), rest=SHORT, resolver=lookup)
        desk.news()
        started = time.monotonic()
        report = desk.send()
        released.set()
    assert (report.postponed, report.delivered) == (1, 1)
    assert time.monotonic() - started < 10
    assert desk.attempts()[0].outcome is Outcome.FAILED, "nothing was sent: a second try is no duplicate"


@pytest.mark.parametrize("behaviour", [fake.drip_head, fake.drip_body(), fake.drip_1xx, fake.hang])
def test_n8_a_receiver_that_drips_is_cut_off_and_may_have_it(
    tmp_path: Path, receiver: Receiver, behaviour: fake.Behaviour
) -> None:
    assert DEADLINE == 30, "of the program; here it is shorter"
    receiver.behave("/desk", behaviour)
    desk = Desk(tmp_path, at(receiver), rest=SHORT)
    desk.news()
    assert desk.send().postponed == 1
    assert desk.attempts()[0].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("behaviour", [fake.endless_body, fake.gzip_bomb])
def test_n9_a_success_with_an_endless_or_exploding_body_is_a_success_and_costs_nothing(
    tmp_path: Path, receiver: Receiver, behaviour: fake.Behaviour
) -> None:
    receiver.behave("/desk", behaviour)
    desk = Desk(tmp_path, at(receiver))
    desk.news()
    tracemalloc.start()
    try:
        assert desk.send().delivered == 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16_000_000, "a bomb is a hundred"


@pytest.mark.parametrize("behaviour", [fake.reset, fake.close_silently, fake.half_a_body, fake.garbage])
def test_n10_a_lost_answer_is_told_as_such_and_the_next_try_has_the_same_id(
    tmp_path: Path, receiver: Receiver, behaviour: fake.Behaviour
) -> None:
    receiver.behave("/desk", behaviour)
    desk = Desk(tmp_path, at(receiver))
    desk.news()
    desk.send()
    receiver.behave("/desk", fake.accept)
    assert desk.send(later=60).delivered == 1
    assert [it.outcome for it in desk.attempts()] == [Outcome.UNKNOWN, Outcome.DELIVERED]
    assert len({it.headers["webhook-id"] for it in receiver.requests("/desk")}) == 1


@pytest.mark.parametrize("fault", ["expired", "wrong host", "self-signed"])
def test_n11_a_bad_certificate_is_a_failure_with_its_reason_and_nothing_goes_out_plain(
    tmp_path: Path, fault: str
) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    name = "other.example.org" if fault == "wrong host" else "hooks.example.org"
    ends = datetime.now(UTC) - timedelta(days=1) if fault == "expired" else None
    issuer = stranger if fault == "self-signed" else authority
    issuer.issue_cert(name, not_after=ends).configure_cert(server)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with Receiver(tls=server) as receiver:
        endpoint = at(receiver, host="hooks.example.org")
        desk = Desk(tmp_path, endpoint, resolver=lambda host, port: ("127.0.0.1",))
        desk.tls = trust
        desk.news()
        assert desk.send().postponed == 1
        assert receiver.requests() == []
    [attempt] = desk.attempts()
    assert attempt.outcome is Outcome.FAILED
    assert "CERTIFICATE_VERIFY_FAILED" in attempt.error


@pytest.mark.parametrize("later", [("127.0.0.1",), ("93.184.215.14", "127.0.0.1"), ("93.184.215.14", "::1")])
def test_n12_a_name_that_comes_to_lead_inside_is_refused_at_the_connection(
    tmp_path: Path, receiver: Receiver, later: tuple[str, ...]
) -> None:
    looks: list[str] = []

    def rebinding(host: str, port: int) -> tuple[str, ...]:
        looks.append(host)
        return later

    endpoint = an_endpoint(url=receiver.url("/desk", host="rebinding.example.org"))
    desk = Desk(tmp_path, endpoint, resolver=rebinding)
    desk.news()
    assert desk.send().dead == 1
    assert receiver.connections == 0
    assert len(looks) == 1
    assert "not on the public internet" in desk.attempts()[0].error


@pytest.mark.parametrize(
    "address",
    [
        "http://127.1:PORT/",
        "http://0x7f.1:PORT/",
        "http://[::ffff:127.0.0.1]:PORT/",
        "http://[64:ff9b::7f00:1]:PORT/",
        "http://[2002:7f00:1::]:PORT/",
        "http://hooks.example.org\\@127.0.0.1:PORT/",
        "http://127。0。0。1:PORT/",
        "http://hooks.example.org@127.0.0.1:PORT/",
    ],
)
def test_n13_an_address_in_disguise_is_refused(tmp_path: Path, receiver: Receiver, address: str) -> None:
    """All 34 of them, and more: tests/contracts/test_hostile_addresses.py."""
    endpoint = an_endpoint(url=address.replace("PORT", str(receiver.port)))
    desk = Desk(tmp_path, endpoint)
    desk.news()
    assert desk.send().dead == 1
    assert receiver.connections == 0


def test_n14_proxies_and_passwords_of_the_environment_are_ignored(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    with Receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        monkeypatch.setenv("NETRC", str(netrc))
        desk = Desk(tmp_path, at(receiver))
        desk.news()
        assert desk.send().delivered == 1
        assert proxy.connections == 0
    assert "authorization" not in receiver.requests("/desk")[0].headers


def test_n15_an_endpoint_that_is_down_for_five_days_is_closed_and_later_gets_all_in_order_and_not_at_once(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.behave("/desk", fake.status(500))
    desk = Desk(
        tmp_path, replace(at(receiver), rate=Rate(messages=2, seconds=60)), at(receiver, "/owner", name="owner")
    )
    desk.tell("owner")
    desk.news(4)
    day = 86_400.0
    for days in (0, 1, 2, 3, 4, 5.1):
        desk.send(later=days * day)
    assert desk.closed() is Closed.FAILING
    assert told(receiver)[-1] == "endpoint.closed"
    waiting = [it.id for it in desk.outbox() if it.state is DeliveryState.HELD]
    assert waiting
    receiver.behave("/desk", fake.accept)
    before = len(receiver.requests("/desk"))
    with desk.room.open() as app:
        assert app.store.outbox.release("desk") == len(waiting)
    later = 6 * day
    assert desk.send(later=later).delivered <= 2, "its rate holds for what waited, too"
    while any(it.state is DeliveryState.PENDING for it in desk.outbox()):
        later += 61
        desk.send(later=later)
    arrived = [it.headers["webhook-id"] for it in receiver.requests("/desk")[before:]]
    assert arrived == waiting


def test_n16_twenty_endpoints_do_not_wait_for_a_dead_one(tmp_path: Path, receiver: Receiver) -> None:
    receiver.behave("/dead", fake.hang)
    healthy = [at(receiver, f"/{n}", name=f"endpoint {n}") for n in range(20)]
    desk = Desk(tmp_path, at(receiver, "/dead"), *healthy, rest=4.0)
    desk.news()
    worker = threading.Thread(target=desk.send)
    started = time.monotonic()
    worker.start()
    while len([it for it in receiver.requests() if it.path != "/dead"]) < 20 and time.monotonic() - started < 20:
        time.sleep(0.02)
    alive = worker.is_alive()
    worker.join()
    assert alive, "all had theirs while the dead one still hung"
    assert {it.state for n in range(20) for it in desk.outbox(f"endpoint {n}")} == {DeliveryState.DONE}


def test_n17_a_secret_may_change_between_two_tries(tmp_path: Path, receiver: Receiver) -> None:
    old, new = b"0" * 32, b"1" * 32
    receiver.behave("/desk", fake.status(500))
    desk = Desk(tmp_path, replace(at(receiver), secrets=(old,)))
    desk.news()
    for later, secrets in ((0, (old,)), (60, (new, old)), (3600, (new,))):
        desk.room.configure(endpoints=(replace(at(receiver), secrets=secrets),))
        desk.send(later=later)
    first, second, third = receiver.requests("/desk")
    assert first.body == second.body == third.body

    def accepts(key: bytes, request: fake.Received) -> bool:
        shifted = {**request.headers, "webhook-timestamp": request.headers["webhook-timestamp"]}
        try:
            verify_at(key, request.body, shifted)
        except WebhookVerificationError:
            return False
        return True

    assert [accepts(old, it) for it in (first, second, third)] == [True, True, False]
    assert [accepts(new, it) for it in (first, second, third)] == [False, True, True]


def verify_at(key: bytes, body: bytes, headers: dict[str, str], *, skew: float = 0) -> None:
    """As a receiver does whose clock is `skew` seconds ahead of the sender's."""
    import time_machine

    with time_machine.travel(int(headers["webhook-timestamp"]) + skew, tick=False):
        Webhook(key).verify(body, headers)


def test_n18_after_hours_without_a_network_all_arrives_and_not_as_a_herd(tmp_path: Path, receiver: Receiver) -> None:
    at_once: list[int] = []
    under_way = 0
    lock = threading.Lock()

    def slow(x: Exchange) -> None:
        nonlocal under_way
        with lock:
            under_way += 1
            at_once.append(under_way)
        x.pause(0.03)
        with lock:
            under_way -= 1
        x.answer(200)

    network = [False]

    def lookup(host: str, port: int) -> tuple[str, ...]:
        if not network[0]:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return ("127.0.0.1",)

    many = [at(receiver, f"/{n}", name=f"endpoint {n}", host=f"h{n}.example.org") for n in range(24)]
    for n in range(24):
        receiver.behave(f"/{n}", slow)
    desk = Desk(tmp_path, *many, resolver=lookup)
    desk.news(2)
    hour = 3600.0
    for hours in (0.0, 0.2, 1.0, 3.5, 6.0):
        desk.send(later=hours * hour)
    with desk.room.open(write=False) as app:
        spread = {it.next_at for it in deliveries(app.store)}
    assert len(spread) > 24, "jitter: they do not all come back in the same second"
    network[0] = True
    later = 6 * hour
    for _ in range(60):
        later += hour / 2
        desk.send(later=later)
    with desk.room.open(write=False) as app:
        assert {it.state for it in deliveries(app.store)} == {DeliveryState.DONE}
    assert len(receiver.requests()) == 48
    assert max(at_once) <= notify._MOST


needs_apprise = pytest.mark.skipif(
    importlib.util.find_spec("apprise") is None, reason="the extra is not installed: pip install 'feeder[apprise]'"
)


def at_gotify(receiver: Receiver) -> Endpoint:
    url = f"gotify://127.0.0.1:{receiver.port}/AbCdEfGh123456"
    return Endpoint(name="desk", kind=EndpointKind.APPRISE, url=url, allow_networks=LOCAL)


@needs_apprise
def test_n19_a_message_that_apprise_sends_late_comes_twice_at_most_and_the_try_says_so(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apprise.send, "__kwdefaults__", {"deadline": 6.0})
    receiver.behave("/message", lambda x: x.answer(200, b"{}") if x.number > 1 else fake.hang(x))
    desk = Desk(tmp_path, at_gotify(receiver))
    desk.news()
    assert desk.send().postponed == 1
    assert desk.send(later=60).delivered == 1
    assert [it.outcome for it in desk.attempts()] == [Outcome.UNKNOWN, Outcome.DELIVERED]
    assert len(receiver.requests()) == 2


@needs_apprise
def test_n20_a_redirect_is_a_failure_for_apprise_too(tmp_path: Path, receiver: Receiver) -> None:
    receiver.behave("/message", fake.redirect(receiver.url("/ok")))
    desk = Desk(tmp_path, at_gotify(receiver))
    desk.news()
    assert desk.send().postponed == 1
    assert receiver.requests("/ok") == []


@pytest.mark.parametrize(
    ("kind", "room", "field"), [(EndpointKind.DISCORD, 2000, "content"), (EndpointKind.TELEGRAM, 4096, "text")]
)
def test_n21_a_text_that_is_too_long_for_a_channel_is_cut_by_us_and_arrives(
    tmp_path: Path, receiver: Receiver, kind: EndpointKind, room: int, field: str
) -> None:
    def strict(x: Exchange) -> None:
        fits = len(json.loads(x.request.body)[field]) <= room
        x.answer(200 if fits else 400, b'{"ok":true}')

    token = f"1:{'A' * 30}"
    path = f"/bot{token}/sendMessage" if kind is EndpointKind.TELEGRAM else "/desk"
    receiver.behave(path, strict)
    url = receiver.url("" if kind is EndpointKind.TELEGRAM else path)
    endpoint = Endpoint(name="desk", kind=kind, url=url, token=token, to="-1", allow_networks=LOCAL)
    desk = Desk(tmp_path, endpoint)
    long = "Milo Ventimiglia " + "&*<said> many_words " * 300 + "and left."
    desk.room.write("long.md", an_article_text("Milo " + "*<&>_ " * 60, long))
    desk.room.build()
    assert desk.send().delivered == 1
    assert len(desk.attempts()) == 1


def test_n22_each_try_has_its_own_time_so_that_replays_and_wrong_clocks_are_told_apart(
    tmp_path: Path, receiver: Receiver
) -> None:
    """README.md tells receivers so: five minutes either way, and each id once."""
    receiver.behave("/desk", fake.fail_once)
    desk = Desk(tmp_path, at(receiver))
    desk.news()
    desk.send()
    desk.send(later=600)
    first, second = receiver.requests("/desk")
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 599
    [key] = an_endpoint().secrets
    verify_at(key, second.body, second.headers)
    for skew in (-600, 600):
        with pytest.raises(WebhookVerificationError):
            verify_at(key, second.body, second.headers, skew=skew)
