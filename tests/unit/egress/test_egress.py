"""What a hostile or broken receiver can do to the sender: nothing but fail its own delivery."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest
import trustme

from feeder.egress import BODY_CAP, Client
from feeder.errors import PermanentDeliveryError, TemporaryDeliveryError
from tests.fakes import receiver as fake
from tests.fakes.receiver import Receiver

SHORT = 0.4  # seconds of deadline where the deadline is what is tested
LOCAL = ("127.0.0.0/8",)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as it:
        yield it


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(allow_networks=LOCAL, deadline=10) as it:
        yield it


def test_a_post_arrives_as_it_was_sent_and_is_answered(receiver: Receiver, client: Client) -> None:
    body = '{"title":"Café – “Fin”"}'.encode()
    answer = client.post(receiver.url("/hook?k=1"), headers={"Content-Type": "application/json"}, body=body)
    assert (answer.status, answer.body) == (200, b"ok")
    [got] = receiver.requests()
    assert (got.method, got.path, got.body) == ("POST", "/hook?k=1", body)
    assert got.headers["content-type"] == "application/json"
    assert got.headers["content-length"] == str(len(body))
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["accept-encoding"] == "identity"
    assert got.headers["user-agent"].startswith("feeder/")
    assert "cookie" not in got.headers


@pytest.mark.parametrize("code", [200, 204, 301, 400, 404, 410, 429, 500, 503])
def test_every_status_comes_back_as_an_answer(receiver: Receiver, client: Client, code: int) -> None:
    receiver.behave("/", fake.status(code, Retry_After="120"))
    answer = client.post(receiver.url(), headers={}, body=b"{}")
    assert (answer.status, answer.retry_after) == (code, "120")


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, client: Client, code: int) -> None:
    receiver.behave("/", fake.redirect(receiver.url("/ok"), code))
    assert client.post(receiver.url(), headers={}, body=b"{}").status == code
    assert receiver.requests("/ok") == []


@pytest.mark.parametrize(
    "behaviour",
    [fake.hang, fake.drip_head, fake.drip_body(), fake.drip_1xx],
    ids=["never answers", "drips headers", "drips a body", "drips 1xx"],
)
def test_a_slow_receiver_is_cut_off_at_the_deadline(receiver: Receiver, behaviour: fake.Behaviour) -> None:
    receiver.behave("/", behaviour)
    started = time.monotonic()
    with (
        Client(allow_networks=LOCAL, deadline=SHORT) as client,
        pytest.raises(TemporaryDeliveryError, match="no complete answer within") as failure,
    ):
        client.post(receiver.url(), headers={}, body=b"{}")
    assert SHORT * 0.9 <= time.monotonic() - started < SHORT + 3
    assert failure.value.ambiguous, "the receiver had the whole request"


def test_a_refusal_whose_page_drips_is_still_a_refusal(receiver: Receiver) -> None:
    receiver.behave("/", fake.drip_body(503))
    with Client(allow_networks=LOCAL, deadline=SHORT) as client:
        assert client.post(receiver.url(), headers={}, body=b"{}").status == 503


def test_a_receiver_that_does_not_read_is_cut_off_and_cannot_have_the_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # accepts by backlog, never reads
        port = deaf.getsockname()[1]
        started = time.monotonic()
        with (
            Client(allow_networks=LOCAL, deadline=SHORT) as client,
            pytest.raises(TemporaryDeliveryError) as failure,
        ):
            client.post(f"http://127.0.0.1:{port}/", headers={}, body=bytes(64_000_000))
    assert time.monotonic() - started < SHORT + 3
    assert not failure.value.ambiguous


@pytest.mark.parametrize("behaviour", [fake.close_silently, fake.reset, fake.half_a_body, fake.garbage])
def test_a_lost_answer_is_temporary_and_ambiguous(
    receiver: Receiver, client: Client, behaviour: fake.Behaviour
) -> None:
    receiver.behave("/", behaviour)
    with pytest.raises(TemporaryDeliveryError) as failure:
        client.post(receiver.url(), headers={}, body=b"{}")
    assert failure.value.ambiguous
    assert len(receiver.requests()) == 1, "it is never sent again behind our back"


@pytest.mark.parametrize("behaviour", [fake.flood_1xx, fake.flood_headers])
def test_a_flood_before_the_answer_ends_early(receiver: Receiver, client: Client, behaviour: fake.Behaviour) -> None:
    receiver.behave("/", behaviour)
    started = time.monotonic()
    with pytest.raises(TemporaryDeliveryError):
        client.post(receiver.url(), headers={}, body=b"{}")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("behaviour", [fake.endless_body, fake.gzip_bomb])
def test_an_endless_or_exploding_body_costs_nothing_and_counts_by_its_status(
    receiver: Receiver, client: Client, behaviour: fake.Behaviour
) -> None:
    receiver.behave("/", behaviour)
    tracemalloc.start()
    try:
        answer = client.post(receiver.url(), headers={}, body=b"{}")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status == 200
    assert len(answer.body) <= BODY_CAP
    assert peak < 4_000_000


def test_a_refused_connection_is_temporary_and_not_ambiguous(client: Client) -> None:
    with Receiver() as gone:
        url = gone.url()
    with pytest.raises(TemporaryDeliveryError) as failure:
        client.post(url, headers={}, body=b"{}")
    assert not failure.value.ambiguous


def test_an_unknown_name_is_temporary_and_not_ambiguous() -> None:
    def nothing(host: str, port: int) -> tuple[str, ...]:
        raise OSError("Name or service not known")

    with Client(resolver=nothing) as client, pytest.raises(TemporaryDeliveryError, match="cannot be found") as failure:
        client.post("https://hooks.example.org/", headers={}, body=b"{}")
    assert not failure.value.ambiguous


def test_a_hanging_name_server_is_cut_off_at_the_deadline() -> None:
    released = threading.Event()

    def never(host: str, port: int) -> tuple[str, ...]:
        released.wait(30)
        return ()

    started = time.monotonic()
    with Client(resolver=never, deadline=SHORT) as client, pytest.raises(TemporaryDeliveryError, match="name servers"):
        client.post("https://hooks.example.org/", headers={}, body=b"{}")
    released.set()
    assert time.monotonic() - started < SHORT + 3


def test_the_second_address_of_a_name_is_tried_when_the_first_is_dead(receiver: Receiver) -> None:
    def two(host: str, port: int) -> tuple[str, ...]:
        return ("127.0.0.9", "127.0.0.1")  # nobody listens on the first

    with Client(allow_networks=LOCAL, resolver=two) as client:
        assert client.post(receiver.url(host="hooks.example.org"), headers={}, body=b"{}").status == 200
    assert receiver.requests()[0].headers["host"] == f"hooks.example.org:{receiver.port}"


def test_proxies_and_passwords_of_the_environment_are_ignored(
    receiver: Receiver, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    with Receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url())
        netrc = f"{tmp_path}/netrc"
        with open(netrc, "w") as file:
            file.write("machine 127.0.0.1 login a password b\n")
        monkeypatch.setenv("NETRC", netrc)
        assert client.post(receiver.url(), headers={}, body=b"{}").status == 200
        assert proxy.connections == 0
    assert "authorization" not in receiver.requests()[0].headers


def test_every_request_opens_a_connection_of_its_own(receiver: Receiver, client: Client) -> None:
    for _ in range(3):
        client.post(receiver.url(), headers={}, body=b"{}")
    assert receiver.connections == 3


def test_threads_share_a_client(receiver: Receiver, client: Client) -> None:
    bodies = [b"%d" % n for n in range(8)]
    threads = [
        threading.Thread(target=client.post, args=(receiver.url(),), kwargs={"headers": {}, "body": b}) for b in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receiver.bodies()) == bodies


def test_a_closed_client_sends_nothing(receiver: Receiver, client: Client) -> None:
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.post(receiver.url(), headers={}, body=b"{}")
    assert receiver.connections == 0


@pytest.mark.parametrize("behaviour", [fake.accept, fake.status(500), fake.close_silently, fake.garbage])
def test_no_secret_of_an_address_reaches_a_log_or_an_error(
    receiver: Receiver, client: Client, behaviour: fake.Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.behave("/hooks/PLANTED-PATH?k=PLANTED-QUERY", behaviour)
    shown = ""
    try:
        client.post(
            receiver.url("/hooks/PLANTED-PATH?k=PLANTED-QUERY"), headers={"authorization": "PLANTED-HEADER"}, body=b"{}"
        )
    except TemporaryDeliveryError as problem:
        shown = f"{problem}{problem!r}"
    assert len(receiver.requests()) == 1
    assert "PLANTED" not in caplog.text + shown


# --- TLS ---


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def a_tls_receiver(authority: trustme.CA, name: str) -> Receiver:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(tls)
    return Receiver(tls=tls)


def a_tls_client(authority: trustme.CA | None, *, deadline: float = 10) -> Client:
    trust = ssl.create_default_context()
    if authority is not None:
        authority.configure_trust(trust)
    return Client(allow_networks=LOCAL, deadline=deadline, tls=trust, resolver=lambda host, port: ("127.0.0.1",))


def test_tls_is_checked_against_the_name_not_the_address(authority: trustme.CA) -> None:
    with a_tls_receiver(authority, "hooks.example.org") as receiver, a_tls_client(authority) as client:
        assert client.post(receiver.url(host="hooks.example.org"), headers={}, body=b"{}").status == 200


@pytest.mark.parametrize(("name", "trusted"), [("other.example.org", True), ("hooks.example.org", False)])
def test_a_wrong_or_unknown_certificate_fails_and_nothing_is_sent(
    authority: trustme.CA, name: str, trusted: bool
) -> None:
    with a_tls_receiver(authority, name) as receiver, a_tls_client(authority if trusted else None) as client:
        with pytest.raises(TemporaryDeliveryError, match="CERTIFICATE_VERIFY_FAILED") as failure:
            client.post(receiver.url(host="hooks.example.org"), headers={}, body=b"{}")
        assert receiver.requests() == []
    assert not failure.value.ambiguous


def test_a_handshake_that_never_ends_is_cut_off_at_the_deadline(authority: trustme.CA) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        started = time.monotonic()
        with a_tls_client(authority, deadline=SHORT) as client, pytest.raises(TemporaryDeliveryError) as failure:
            client.post(f"https://hooks.example.org:{port}/", headers={}, body=b"{}")
    assert time.monotonic() - started < SHORT + 3
    assert not failure.value.ambiguous


def test_plain_http_at_a_tls_port_is_a_failure_with_a_reason(receiver: Receiver, authority: trustme.CA) -> None:
    url = receiver.url(host="hooks.example.org").replace("http:", "https:")
    with a_tls_client(authority) as client, pytest.raises(TemporaryDeliveryError, match=r"WRONG_VERSION_NUMBER|SSL"):
        client.post(url, headers={}, body=b"{}")
    assert receiver.requests() == []


def test_an_allowed_network_opens_that_network_only(receiver: Receiver) -> None:
    with Client(allow_networks=["127.0.0.2/32"]) as client:
        with pytest.raises(PermanentDeliveryError, match="allow_networks"):
            client.post(receiver.url(), headers={}, body=b"{}")
        with pytest.raises(PermanentDeliveryError):
            client.post("http://10.0.0.1/", headers={}, body=b"{}")
    assert receiver.connections == 0


def test_a_get_brings_the_whole_answer_or_none(receiver: Receiver, client: Client) -> None:
    """Half a list would be taken for all of it."""
    whole = b"x" * (BODY_CAP * 3)
    receiver.behave("/list?q=1", lambda x: x.answer(200, whole))
    answer = client.get(receiver.url("/list?q=1"), headers={"Accept": "text/plain"}, cap=len(whole))
    assert (answer.status, answer.body) == (200, whole)
    [got] = receiver.requests()
    assert (got.method, got.body, got.headers["accept"]) == ("GET", b"", "text/plain")
    with pytest.raises(PermanentDeliveryError, match=f"larger than {len(whole) - 1} bytes"):
        client.get(receiver.url("/list?q=1"), headers={}, cap=len(whole) - 1)


def test_a_get_of_half_an_answer_or_an_endless_one_fails(receiver: Receiver, client: Client) -> None:
    receiver.behave("/half", fake.half_a_body)
    with pytest.raises(TemporaryDeliveryError):
        client.get(receiver.url("/half"), headers={}, cap=1000)
    receiver.behave("/endless", fake.endless_body)
    with pytest.raises(PermanentDeliveryError, match="larger than 1000000 bytes"):
        client.get(receiver.url("/endless"), headers={}, cap=1_000_000)


def test_a_get_goes_nowhere_a_post_may_not(receiver: Receiver) -> None:
    with Client() as strict, pytest.raises(PermanentDeliveryError, match="not on the public internet"):
        strict.get(receiver.url(), headers={}, cap=1000)
    assert receiver.connections == 0
