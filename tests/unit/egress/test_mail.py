"""What a hostile or broken mail server can do to the sender: nothing but fail its own message."""

from __future__ import annotations

import ssl
import time
from email.message import EmailMessage

import pytest
import trustme

from feeder.egress import Mailbox, Mailer
from feeder.errors import PermanentDeliveryError, TemporaryDeliveryError
from tests.fakes.mailserver import MailServer

LOCAL = ("127.0.0.0/8",)
PASSWORD = "PLANTED-PASSWORD-4711"
SHORT = 0.5


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("mail.example.org").configure_cert(context)
    return context


def a_mailer(authority: trustme.CA | None = None, *, deadline: float = 10) -> Mailer:
    trust = ssl.create_default_context()
    if authority is not None:
        authority.configure_trust(trust)
    return Mailer(allow_networks=LOCAL, deadline=deadline, tls=trust, resolver=lambda host, port: ("127.0.0.1",))


def a_message(text: str = "Milo Ventimiglia joins – see https://example.org/\n.\n..dots\n") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "feeder@example.org", "me@example.org", "Café – news"
    message.set_content(text)
    return message


def send(mailer: Mailer, mailbox: Mailbox, message: EmailMessage | None = None) -> str:
    return mailer.send(message or a_message(), mailbox, sender="feeder@example.org", recipient="me@example.org")


def plain(server: MailServer) -> Mailbox:
    return Mailbox(url=f"smtp+plain://127.0.0.1:{server.port}")


def test_mail_arrives_whole_over_tls_with_its_password(authority: trustme.CA, tls: ssl.SSLContext) -> None:
    with MailServer(tls=tls, password=PASSWORD) as server:
        mailbox = Mailbox(url=f"smtps://mail.example.org:{server.port}", user="me", password=PASSWORD)
        assert send(a_mailer(authority), mailbox) == "queued as 4711"
    [letter] = server.letters
    assert (letter.sender, letter.recipient, letter.user, letter.secure) == (
        "feeder@example.org",
        "me@example.org",
        "me",
        True,
    )
    assert letter.message["Subject"] == "Café – news"
    assert letter.message.get_content().replace("\r\n", "\n") == a_message().get_content()


def test_a_server_that_offers_tls_later_is_asked_for_it(authority: trustme.CA, tls: ssl.SSLContext) -> None:
    with MailServer(starttls=tls, password=PASSWORD) as server:
        mailbox = Mailbox(url=f"smtp://mail.example.org:{server.port}", user="me", password=PASSWORD)
        send(a_mailer(authority), mailbox)
    assert server.letters[0].secure
    assert server.heard.index("STARTTLS") < server.heard.index("AUTH")


def test_a_server_without_tls_gets_neither_password_nor_message(authority: trustme.CA) -> None:
    with MailServer(password=PASSWORD) as server:
        mailbox = Mailbox(url=f"smtp://mail.example.org:{server.port}", user="me", password=PASSWORD)
        with pytest.raises(TemporaryDeliveryError, match="STARTTLS"):
            send(a_mailer(authority), mailbox)
    assert not {"AUTH", "MAIL", "DATA"} & set(server.heard)


def test_a_password_is_never_sent_in_the_open() -> None:
    with MailServer(password=PASSWORD) as server, pytest.raises(PermanentDeliveryError, match="without TLS"):
        send(a_mailer(), Mailbox(url=f"smtp+plain://127.0.0.1:{server.port}", user="me", password=PASSWORD))
    assert server.connections == 0


@pytest.mark.parametrize("name", ["other.example.org", "mail.example.org"])
def test_a_wrong_or_unknown_certificate_fails(authority: trustme.CA, name: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    trusted = authority if name.startswith("other") else None
    with MailServer(tls=context) as server, pytest.raises(TemporaryDeliveryError, match="CERTIFICATE") as failure:
        send(a_mailer(trusted), Mailbox(url=f"smtps://mail.example.org:{server.port}"))
    assert server.letters == []
    assert not failure.value.ambiguous


@pytest.mark.parametrize(
    ("answers", "status", "error"),
    [
        ({"": b"421 too busy"}, 421, TemporaryDeliveryError),
        ({"MAIL": b"451 later"}, 451, TemporaryDeliveryError),
        ({"RCPT": b"450 greylisted"}, 450, TemporaryDeliveryError),
        ({"RCPT": b"550 no such user"}, 550, PermanentDeliveryError),
        ({"DATA": b"554 no"}, 554, PermanentDeliveryError),
        ({".": b"452 full"}, 452, TemporaryDeliveryError),
        ({".": b"554 spam"}, 554, PermanentDeliveryError),
    ],
)
def test_the_servers_word_decides_whether_to_try_again(
    answers: dict[str, bytes], status: int, error: type[Exception]
) -> None:
    with MailServer(answers=answers) as server, pytest.raises(error) as failure:
        send(a_mailer(), plain(server))
    assert failure.value.status == status  # type: ignore[attr-defined]
    assert not failure.value.ambiguous  # type: ignore[attr-defined]


def test_a_lost_answer_is_ambiguous() -> None:
    with MailServer(manner="lose") as server, pytest.raises(TemporaryDeliveryError) as failure:
        send(a_mailer(), plain(server))
    assert failure.value.ambiguous
    assert len(server.letters) == 1


@pytest.mark.parametrize("manner", ["silent", "drip"])
def test_a_slow_server_is_cut_off_at_the_deadline(manner: str) -> None:
    started = time.monotonic()
    with (
        MailServer(manner=manner) as server,
        pytest.raises(TemporaryDeliveryError, match="no complete answer within") as failure,
    ):
        send(a_mailer(deadline=SHORT), plain(server))
    assert time.monotonic() - started < SHORT + 3
    assert not failure.value.ambiguous


def test_a_flood_ends_early() -> None:
    started = time.monotonic()
    with MailServer(manner="flood") as server, pytest.raises(TemporaryDeliveryError):
        send(a_mailer(), plain(server))
    assert time.monotonic() - started < 5


def test_a_refused_password_is_not_shown_though_the_server_repeats_it(
    authority: trustme.CA, tls: ssl.SSLContext
) -> None:
    with MailServer(tls=tls, password="another one") as server, pytest.raises(TemporaryDeliveryError) as failure:
        send(a_mailer(authority), Mailbox(url=f"smtps://mail.example.org:{server.port}", user="me", password=PASSWORD))
    assert "refused" in str(failure.value)
    assert PASSWORD not in f"{failure.value!r}{failure.value}"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "192.168.1.1"])
def test_mail_goes_nowhere_a_webhook_may_not(address: str) -> None:
    with MailServer() as server, pytest.raises(PermanentDeliveryError, match=r"public internet|metadata"):
        Mailer(resolver=lambda host, port: (address,)).send(
            a_message(), Mailbox(url=f"smtps://mail.example.org:{server.port}"), sender="a@b.c", recipient="d@e.f"
        )
    assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example.org",
        "smtps://",
        "smtps://user:pw@mail.example.org",
        "smtps://mail.example.org/path",
        "smtps://mail.example.org:22",
        "smtps://mail.example.org:80",
        "smtps://mail example.org",
        "smtps://mail.example.org:99999",
        "",
    ],
)
def test_an_address_that_is_no_mail_servers_is_refused(url: str) -> None:
    with pytest.raises(PermanentDeliveryError):
        send(a_mailer(), Mailbox(url=url))
