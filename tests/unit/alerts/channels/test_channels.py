"""One message through a real socket to each channel: what it is asked, and what its answer means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from feeder.alerts import Courier
from feeder.errors import DeliveryError, EndpointGone, PermanentDeliveryError, TemporaryDeliveryError
from feeder.model import Delivery, Endpoint, EndpointKind
from tests.builders import NOON, a_delivery
from tests.fakes import receiver as fake
from tests.fakes.mailserver import MailServer
from tests.fakes.receiver import Receiver
from tests.unit.alerts.channels.test_fitting import a_body

LOCAL = ("127.0.0.0/8",)
TOKEN = "4711:PLANTED-TOKEN-abcdefghijkl"
HOOK = "/hooks/PLANTED-PATH-0815"
CHATS = [
    EndpointKind.SLACK,
    EndpointKind.DISCORD,
    EndpointKind.TEAMS,
    EndpointKind.NTFY,
    EndpointKind.TELEGRAM,
    EndpointKind.MATTERMOST,
]
OK = {EndpointKind.TELEGRAM: b'{"ok":true,"result":{"message_id":7}}'}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as it:
        yield it


@pytest.fixture
def courier() -> Iterator[Courier]:
    with Courier() as it:
        yield it


def an_endpoint(kind: EndpointKind, receiver: Receiver) -> Endpoint:
    if kind is EndpointKind.TELEGRAM:
        return Endpoint(name="t", kind=kind, url=receiver.url(""), token=TOKEN, to="-100123", allow_networks=LOCAL)
    return Endpoint(name="c", kind=kind, url=receiver.url(HOOK), allow_networks=LOCAL)


def path_of(kind: EndpointKind) -> str:
    return {EndpointKind.TELEGRAM: f"/bot{TOKEN}/sendMessage", EndpointKind.NTFY: "/hooks/"}.get(kind, HOOK)


def a_message(**of_body: Any) -> Delivery:
    return a_delivery(body=a_body(link="https://news.example.org/milo", **of_body))


def asked(kind: EndpointKind, receiver: Receiver, courier: Courier, delivery: Delivery | None = None) -> Any:
    receiver.behave(path_of(kind), lambda x: x.answer(200, OK.get(kind, b"ok")))
    assert courier.send(delivery or a_message(), an_endpoint(kind, receiver), now=NOON).status == 200
    [request] = receiver.requests(path_of(kind))
    assert request.headers["content-type"] == "application/json"
    return json.loads(request.body)


def test_slack_is_asked_for_a_block_that_looks_for_no_mentions(receiver: Receiver, courier: Courier) -> None:
    content = asked(EndpointKind.SLACK, receiver, courier)
    [block] = content["blocks"]
    assert block["text"]["type"] == "mrkdwn"
    assert block["text"]["verbatim"] is True
    assert "<https://news.example.org/milo|Milo Ventimiglia Joins>" in block["text"]["text"]
    assert content["text"] == "Milo Ventimiglia: Milo Ventimiglia Joins"


def test_discord_is_told_to_mention_nobody(receiver: Receiver, courier: Courier) -> None:
    content = asked(EndpointKind.DISCORD, receiver, courier, a_message(title="@everyone Milo Ventimiglia Joins"))
    assert content["allowed_mentions"] == {"parse": []}
    assert "@everyone" not in content["content"]
    assert len(content["content"]) <= 2000


def test_teams_gets_an_adaptive_card_of_literal_text(receiver: Receiver, courier: Courier) -> None:
    content = asked(EndpointKind.TEAMS, receiver, courier, a_message(title="**Milo Ventimiglia** <at>all</at>"))
    [attachment] = content["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    runs = [run for block in attachment["content"]["body"] for run in block["inlines"]]
    assert {run["type"] for run in runs} == {"TextRun"}
    assert "**Milo Ventimiglia** <at>all</at>" in [run["text"] for run in runs]
    [link] = [run["selectAction"] for run in runs if "selectAction" in run]
    assert link == {"type": "Action.OpenUrl", "url": "https://news.example.org/milo"}


def test_ntfy_is_asked_at_the_server_for_the_topic_with_its_token(receiver: Receiver, courier: Courier) -> None:
    endpoint = Endpoint(
        name="n",
        kind=EndpointKind.NTFY,
        url=receiver.url("/own/topic-1"),
        token="tk_PLANTED",
        allow_networks=LOCAL,
    )
    courier.send(a_message(title="Café – “Milo Ventimiglia”"), endpoint, now=NOON)
    [request] = receiver.requests("/own/")
    content = json.loads(request.body)
    assert request.headers["authorization"] == "Bearer tk_PLANTED"
    assert content["topic"] == "topic-1"
    assert content["title"] == "Milo Ventimiglia: Café – “Milo Ventimiglia”"
    assert content["click"] == "https://news.example.org/milo"


def test_telegram_is_asked_by_the_bots_token_for_html(receiver: Receiver, courier: Courier) -> None:
    content = asked(EndpointKind.TELEGRAM, receiver, courier, a_message(title="<b>Milo Ventimiglia</b> & co"))
    assert (content["chat_id"], content["parse_mode"]) == (-100123, "HTML")
    assert "&lt;b&gt;Milo Ventimiglia&lt;/b&gt; &amp; co</a>" in content["text"].replace("\u200b", "")


def test_mattermost_is_asked_for_markdown(receiver: Receiver, courier: Courier) -> None:
    content = asked(EndpointKind.MATTERMOST, receiver, courier, a_message(title="@channel [x](y) Milo Ventimiglia"))
    assert "@channel" not in content["text"]
    assert r"\[x\]\(y\)" in content["text"]


def test_mail_has_the_same_id_and_bytes_at_every_try(courier: Courier) -> None:
    delivery = a_message()
    with MailServer() as server:
        endpoint = Endpoint(
            name="m",
            kind=EndpointKind.EMAIL,
            url=f"smtp+plain://127.0.0.1:{server.port}",
            sender="feeder@example.org",
            to="me@example.org",
            allow_networks=LOCAL,
        )
        for _ in range(2):
            assert courier.send(delivery, endpoint, now=NOON).status == 250
    first, second = server.letters
    assert first.data == second.data
    message = first.message
    assert message["Message-ID"] == f"<{delivery.id}@example.org>"
    assert message["Subject"] == "Milo Ventimiglia: Milo Ventimiglia Joins"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == "me@example.org"
    assert "https://news.example.org/milo" in message.get_content()


@pytest.mark.parametrize("kind", CHATS)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, TemporaryDeliveryError),
        (400, PermanentDeliveryError),
        (401, TemporaryDeliveryError),
        (410, EndpointGone),
        (413, PermanentDeliveryError),
        (429, TemporaryDeliveryError),
        (500, TemporaryDeliveryError),
        (503, TemporaryDeliveryError),
    ],
)
def test_an_answer_decides_whether_to_try_again(
    receiver: Receiver, courier: Courier, kind: EndpointKind, status: int, error: type[DeliveryError]
) -> None:
    receiver.behave(path_of(kind), fake.status(status, Retry_After="120", Location="/elsewhere"))
    with pytest.raises(DeliveryError) as failure:
        courier.send(a_message(), an_endpoint(kind, receiver), now=NOON)
    assert type(failure.value) is error
    assert failure.value.status == status
    if isinstance(failure.value, TemporaryDeliveryError):
        assert failure.value.retry_after == 120
    assert len(receiver.requests()) == 1


@pytest.mark.parametrize(
    ("kind", "status", "body", "error", "wait"),
    [
        (
            EndpointKind.DISCORD,
            429,
            b'{"message":"slow","retry_after":64.57,"global":false}',
            TemporaryDeliveryError,
            64.57,
        ),
        (EndpointKind.DISCORD, 429, b'{"retry_after":"soon"}', TemporaryDeliveryError, None),
        (EndpointKind.DISCORD, 404, b'{"message":"Unknown Webhook","code":10015}', EndpointGone, None),
        (
            EndpointKind.TELEGRAM,
            429,
            b'{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":35}}',
            TemporaryDeliveryError,
            35,
        ),
        (
            EndpointKind.TELEGRAM,
            400,
            b'{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}',
            TemporaryDeliveryError,
            None,
        ),
        (
            EndpointKind.TELEGRAM,
            400,
            b'{"ok":false,"description":"group chat was upgraded","parameters":{"migrate_to_chat_id":-1009}}',
            EndpointGone,
            None,
        ),
        (EndpointKind.TELEGRAM, 400, b'{"ok":false,"description":"message is too long"}', PermanentDeliveryError, None),
        (EndpointKind.TELEGRAM, 403, b'{"ok":false,"description":"Forbidden: bot was kicked"}', EndpointGone, None),
        (EndpointKind.TELEGRAM, 200, b"<html>please log in to the wifi</html>", TemporaryDeliveryError, None),
        (EndpointKind.TELEGRAM, 429, b"[" * 100_000, TemporaryDeliveryError, None),
        (
            EndpointKind.TEAMS,
            200,
            b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429",
            TemporaryDeliveryError,
            60,
        ),
    ],
)
def test_a_channel_is_understood_in_its_own_words(
    receiver: Receiver,
    courier: Courier,
    kind: EndpointKind,
    status: int,
    body: bytes,
    error: type[DeliveryError],
    wait: float | None,
) -> None:
    receiver.behave(path_of(kind), lambda x: x.answer(status, body))
    with pytest.raises(DeliveryError) as failure:
        courier.send(a_message(), an_endpoint(kind, receiver), now=NOON)
    assert type(failure.value) is error
    if isinstance(failure.value, TemporaryDeliveryError):
        assert failure.value.retry_after == wait


@pytest.mark.parametrize("kind", [*CHATS, EndpointKind.WEBHOOK])
def test_a_receiver_that_repeats_our_secrets_does_not_get_them_into_an_error(
    receiver: Receiver, courier: Courier, kind: EndpointKind
) -> None:
    secret = TOKEN if kind is EndpointKind.TELEGRAM else "PLANTED-PATH-0815"

    def echo(x: fake.Exchange) -> None:
        x.answer(400, f"bad: {x.request.path} and {secret}".encode())

    receiver.behave(path_of(kind), echo)
    endpoint = an_endpoint(kind, receiver)
    if kind is EndpointKind.WEBHOOK:
        endpoint = Endpoint(name="w", url=receiver.url(HOOK), secrets=(bytes(32),), allow_networks=LOCAL)
    with pytest.raises(DeliveryError) as failure:
        courier.send(a_message(), endpoint, now=NOON)
    assert "PLANTED" not in f"{failure.value}{failure.value!r}{endpoint!r}{endpoint.shown}"


def test_an_owners_template_wins_and_still_cannot_mention_anybody(tmp_path: Path, receiver: Receiver) -> None:
    (tmp_path / "channels").mkdir()
    (tmp_path / "channels" / "slack.j2").write_text("{% for it in alerts %}NEWS {{ it.title | upper }}{% endfor %}")
    with Courier(templates=tmp_path) as courier:
        content = asked(EndpointKind.SLACK, receiver, courier, a_message(title="<!here> Milo Ventimiglia"))
    assert content["blocks"][0]["text"]["text"] == "NEWS &lt;!HERE&gt; MILO VENTIMIGLIA"


@pytest.mark.parametrize(
    "template",
    [
        "{{ alerts[0].nothing }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ alerts.__class__.__base__ }}",
        "{% for %}",
        "{% include '/etc/passwd' %}",
        "{{ 'x' * 5000 }}",
        "{{ alerts[0].title.__init__.__globals__ }}",
    ],
)
def test_a_template_that_fails_or_breaks_out_is_told_and_nothing_is_sent(
    tmp_path: Path, receiver: Receiver, template: str
) -> None:
    (tmp_path / "channels").mkdir()
    (tmp_path / "channels" / "discord.j2").write_text(template)
    with Courier(templates=tmp_path) as courier, pytest.raises(PermanentDeliveryError, match=r"template|channel takes"):
        courier.send(a_message(), an_endpoint(EndpointKind.DISCORD, receiver), now=NOON)
    assert receiver.connections == 0


@pytest.mark.parametrize("kind", CHATS)
def test_a_chat_within_a_private_network_is_refused_unless_it_is_opened(
    receiver: Receiver, courier: Courier, kind: EndpointKind
) -> None:
    from dataclasses import replace

    with pytest.raises(PermanentDeliveryError, match="allow_networks"):
        courier.send(a_message(), replace(an_endpoint(kind, receiver), allow_networks=()), now=NOON)
    assert receiver.connections == 0
