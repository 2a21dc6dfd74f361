"""One attempt against a real socket: what counts as delivered, and what becomes of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from feeder.alerts import send
from feeder.egress import Client
from feeder.errors import EndpointGone, PermanentDeliveryError, TemporaryDeliveryError
from feeder.model import Endpoint
from tests.builders import NOON, a_delivery, an_endpoint
from tests.fakes import receiver as fake
from tests.fakes.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as it:
        yield it


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(allow_networks=["127.0.0.0/8"], deadline=10) as it:
        yield it


def the_endpoint(receiver: Receiver) -> Endpoint:
    return an_endpoint(url=receiver.url("/hook"))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_delivered(receiver: Receiver, client: Client, status: int) -> None:
    receiver.behave("/hook", fake.status(status))
    delivery = a_delivery()
    assert send(delivery, the_endpoint(receiver), now=NOON, client=client).status == status
    [got] = receiver.requests()
    assert got.body == delivery.body
    assert got.headers["webhook-id"] == delivery.id
    assert got.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "status", [300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 408, 409, 422, 429, 500, 503]
)
def test_anything_else_is_tried_again(receiver: Receiver, client: Client, status: int) -> None:
    receiver.behave("/hook", fake.status(status, Location="/elsewhere"))
    with pytest.raises(TemporaryDeliveryError, match=str(status)) as failure:
        send(a_delivery(), the_endpoint(receiver), now=NOON, client=client)
    assert (failure.value.status, failure.value.ambiguous, failure.value.retry_after) == (status, False, None)
    assert len(receiver.requests()) == 1


def test_a_busy_receiver_is_given_the_time_it_asks_for(receiver: Receiver, client: Client) -> None:
    receiver.behave("/hook", fake.status(429, Retry_After="120"))
    with pytest.raises(TemporaryDeliveryError, match="wants fewer messages") as failure:
        send(a_delivery(), the_endpoint(receiver), now=NOON, client=client)
    assert failure.value.retry_after == 120


def test_a_receiver_that_is_gone_says_so(receiver: Receiver, client: Client) -> None:
    receiver.behave("/hook", fake.status(410))
    with pytest.raises(EndpointGone) as failure:
        send(a_delivery(), the_endpoint(receiver), now=NOON, client=client)
    assert failure.value.status == 410


def test_a_lost_answer_is_ambiguous_and_the_second_attempt_carries_the_same_id(
    receiver: Receiver, client: Client
) -> None:
    receiver.behave("/hook", fake.eat_the_answer)
    endpoint, delivery = the_endpoint(receiver), a_delivery()
    with pytest.raises(TemporaryDeliveryError) as failure:
        send(delivery, endpoint, now=NOON, client=client)
    assert failure.value.ambiguous
    assert send(delivery, endpoint, now=NOON + timedelta(seconds=5), client=client).status == 200
    first, second = receiver.requests()
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert int(second.headers["webhook-timestamp"]) == int(first.headers["webhook-timestamp"]) + 5
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_a_failing_receiver_gets_it_at_the_second_try(receiver: Receiver, client: Client) -> None:
    receiver.behave("/hook", fake.fail_once)
    with pytest.raises(TemporaryDeliveryError):
        send(a_delivery(), the_endpoint(receiver), now=NOON, client=client)
    assert send(a_delivery(), the_endpoint(receiver), now=NOON, client=client).status == 200


@pytest.mark.parametrize("secrets", [(), (b"short",), (b"x" * 65,)])
def test_without_a_usable_secret_nothing_is_sent(
    receiver: Receiver, client: Client, secrets: tuple[bytes, ...]
) -> None:
    with pytest.raises(PermanentDeliveryError, match="secret"):
        send(a_delivery(), an_endpoint(url=receiver.url(), secrets=secrets), now=NOON, client=client)
    assert receiver.connections == 0


def test_a_refused_address_is_not_tried_again(receiver: Receiver) -> None:
    with Client() as strict, pytest.raises(PermanentDeliveryError, match="allow_networks"):
        send(a_delivery(), the_endpoint(receiver), now=NOON, client=strict)
    assert receiver.connections == 0
