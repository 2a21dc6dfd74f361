"""Apprise with its traps closed: each is shut in a process of its own."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator

import pytest

from feeder.alerts.channels import apprise
from feeder.alerts.channels.channel import Words
from feeder.errors import DeliveryError, PermanentDeliveryError, TemporaryDeliveryError
from feeder.model import Endpoint, EndpointKind
from feeder.rendering import Told
from tests.fakes import receiver as fake
from tests.fakes.receiver import Receiver

pytest.importorskip("apprise", reason="the extra is not installed: pip install 'feeder[apprise]'")

WORDS = Words(subject="Café", body="Milo Ventimiglia joins", told=Told(type="mention.new"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as it:
        yield it


def an_endpoint(receiver: Receiver, *, networks: tuple[str, ...] = ("127.0.0.0/8",), more: str = "") -> Endpoint:
    url = f"gotify://127.0.0.1:{receiver.port}/PLANTED-TOKEN-4711{more}"
    return Endpoint(name="g", kind=EndpointKind.APPRISE, url=url, allow_networks=networks)


PATH = "/message"
#: A gigabyte of zeros.
BOMB = gzip.compress(bytes(100_000_000), 1) * 11


def test_a_message_arrives(receiver: Receiver) -> None:
    receiver.behave(PATH, lambda x: x.answer(200, b"{}"))
    apprise.send(an_endpoint(receiver), WORDS)
    [request] = receiver.requests()
    assert b"Milo Ventimiglia joins" in request.body


def test_a_redirect_is_a_failure_and_is_not_followed(receiver: Receiver) -> None:
    receiver.behave(PATH, fake.redirect(receiver.url("/ok")))
    with pytest.raises(TemporaryDeliveryError) as failure:
        apprise.send(an_endpoint(receiver), WORDS)
    assert receiver.requests("/ok") == []
    assert "PLANTED" not in str(failure.value)


def test_an_address_that_was_not_opened_is_never_connected(receiver: Receiver) -> None:
    with pytest.raises(DeliveryError):
        apprise.send(an_endpoint(receiver, networks=()), WORDS)
    assert receiver.connections == 0


def test_a_bomb_is_the_end_of_its_own_process_only(receiver: Receiver) -> None:
    receiver.behave(PATH, lambda x: x.answer(200, BOMB, Content_Encoding="gzip"))
    with pytest.raises(TemporaryDeliveryError):
        apprise.send(an_endpoint(receiver), WORDS)


def test_a_slow_receiver_is_cut_off_and_may_have_the_message(receiver: Receiver) -> None:
    receiver.behave(PATH, fake.drip_body())
    started = time.monotonic()
    with pytest.raises(TemporaryDeliveryError) as failure:
        apprise.send(an_endpoint(receiver), WORDS, deadline=6)
    assert time.monotonic() - started < 12
    assert failure.value.ambiguous


def test_proxies_of_the_environment_are_ignored(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.behave(PATH, lambda x: x.answer(200, b"{}"))
    with Receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        apprise.send(an_endpoint(receiver), WORDS)
        assert proxy.connections == 0


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("json://127.0.0.1/", "json:// is none of"),
        ("mailto://u:p@example.org", "is none of"),
        ("syslog://", "is none of"),
        ("gotify://host/token?redirect=yes", "redirect"),
        ("gotify://host/token?Verify=no", "verify"),
        ("gotify://host/token?retry=9", "retry"),
        ("gotifys://host", "does not understand"),
        (f"twilio://AC{'a' * 32}:{'b' * 32}@15551230000/15551230001/15551230002", "2 recipients"),
    ],
)
def test_what_is_not_one_message_to_one_recipient_is_refused(url: str, said: str) -> None:
    endpoint = Endpoint(name="x", kind=EndpointKind.APPRISE, url=url)
    with pytest.raises(PermanentDeliveryError, match=said):
        apprise.send(endpoint, WORDS)
