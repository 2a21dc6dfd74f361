"""Any receiver that checks messages with the standardwebhooks library accepts ours, and only ours."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from feeder.alerts import message_id, payload, send, sign
from feeder.egress import Client
from feeder.model import SiteInfo
from tests.builders import NOON, a_delivery, a_stored_entry, an_alert, an_endpoint
from tests.fakes.receiver import Receiver

KEYS = st.binary(min_size=24, max_size=64)
TIMES = st.integers(1_600_000_000, 2_100_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
BODIES = st.dictionaries(st.text(), st.text(st.characters(exclude_categories=["Cs"]))).map(
    lambda data: json.dumps(data, ensure_ascii=False).encode(errors="replace")
)


def their_receiver(key: bytes) -> Webhook:
    return Webhook("whsec_" + base64.b64encode(key).decode())


@given(st.lists(KEYS, min_size=1, max_size=3, unique=True), TIMES, BODIES)
def test_every_key_of_a_rotation_verifies(keys: list[bytes], attempted: datetime, body: bytes) -> None:
    headers = sign(message_id="msg_abc", attempted=attempted, body=body, secrets=keys)
    with time_machine.travel(attempted, tick=False):
        for key in keys:
            assert their_receiver(key).verify(body, headers) == json.loads(body)


@given(KEYS, KEYS, TIMES, BODIES)
def test_another_key_does_not_verify(key: bytes, other: bytes, attempted: datetime, body: bytes) -> None:
    if key.rstrip(b"\0") == other.rstrip(b"\0"):
        return  # HMAC pads keys with zeros
    headers = sign(message_id="msg_abc", attempted=attempted, body=body, secrets=[key])
    with time_machine.travel(attempted, tick=False), pytest.raises(WebhookVerificationError):
        their_receiver(other).verify(body, headers)


@given(KEYS, TIMES, BODIES, st.integers(0), st.sampled_from(["body", "webhook-id", "webhook-timestamp"]))
def test_a_changed_message_does_not_verify(key: bytes, attempted: datetime, body: bytes, where: int, what: str) -> None:
    headers = sign(message_id="msg_abc", attempted=attempted, body=body, secrets=[key])
    if what == "body":
        at = where % len(body)
        body = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
    elif what == "webhook-id":
        headers[what] += "x"
    else:
        headers[what] = str(int(headers[what]) + 1)
    with time_machine.travel(attempted, tick=False), pytest.raises((WebhookVerificationError, UnicodeDecodeError)):
        their_receiver(key).verify(body, headers)


def test_the_signature_is_the_one_their_library_makes() -> None:
    key = bytes(range(32))
    theirs = their_receiver(key).sign("msg_abc", NOON, '{"a":"é"}')
    ours = sign(message_id="msg_abc", attempted=NOON, body='{"a":"é"}'.encode(), secrets=[key])
    assert ours["webhook-signature"] == theirs


def test_a_moment_is_the_same_in_every_zone() -> None:
    key = bytes(32)
    berlin = NOON.astimezone(timezone(timedelta(hours=2)))
    assert sign(message_id="m", attempted=NOON, body=b"{}", secrets=[key]) == sign(
        message_id="m", attempted=berlin, body=b"{}", secrets=[key]
    )


@pytest.mark.parametrize(
    ("message", "keys"), [("msg_a", []), ("msg_a", [b"x" * 23]), ("msg_a", [b"x" * 65]), ("msg.a", [bytes(32)])]
)
def test_what_the_standard_forbids_is_not_signed(message: str, keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"secret|dot"):
        sign(message_id=message, attempted=NOON, body=b"{}", secrets=keys)


def test_a_message_that_went_over_the_wire_verifies() -> None:
    site = SiteInfo(title="é", base_url="https://example.org", author="Me", language="en", authority="example.org,2026")
    stored = a_stored_entry()
    body = payload(an_alert(), stored, site=site, feed_url="https://example.org/feeds/all.atom", now=NOON)
    identity = message_id(entry_id=stored.entry.id, watch="Milo Ventimiglia", endpoint="desk", event_type="mention.new")
    old, new = bytes(range(32)), bytes(range(32, 64))
    with Receiver() as receiver, Client(allow_networks=["127.0.0.1/32"]) as client:
        endpoint = an_endpoint(url=receiver.url("/hook"), secrets=(new, old))
        assert send(a_delivery(id=identity, body=body), endpoint, now=NOON, client=client).status == 200
        [got] = receiver.requests()
    with time_machine.travel(NOON, tick=False):
        for key in (old, new):
            assert their_receiver(key).verify(got.body, got.headers)["data"]["watch"] == "Milo Ventimiglia"
