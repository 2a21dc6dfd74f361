"""Outgoing mail: one message, one recipient, one connection; the same addresses as for HTTP, and as bounded.

TLS is not a matter of luck: "smtps" speaks it from the first byte, "smtp" asks for it (STARTTLS) and sends nothing to a
server that does not offer it. "smtp+plain" does without, for a relay in a network that the owner has opened, and never
carries a password.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from feeder.egress.addresses import Deadline, Network, Resolver, connect, networks, resolve
from feeder.errors import PermanentDeliveryError, TemporaryDeliveryError

#: Seconds for everything from the look-up of the name to the server's word that it has the message.
MAIL_DEADLINE = 60.0
#: Bytes that a server may answer in one session.
_ANSWER_CAP = 256 * 1024
_PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
#: Below 1024 only these are for mail.
_MAIL_PORTS = frozenset({25, 465, 587})
_FOR_GOOD = range(500, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where and as whom mail is handed in."""

    url: str  #: "smtps://host", "smtp://host:587" or "smtp+plain://host"
    user: str = ""
    password: str = field(default="", repr=False)


class Mailer:
    """Hands in mail. Threads may share it. `deadline` is in seconds; `allow_networks` as in `Client`."""

    def __init__(
        self,
        *,
        allow_networks: Sequence[str] = (),
        deadline: float = MAIL_DEADLINE,
        tls: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        self._allowed = networks(*allow_networks)
        self._seconds = deadline
        self._tls = tls
        self._resolver = resolver

    def send(self, message: EmailMessage, mailbox: Mailbox, *, sender: str, recipient: str) -> str:
        """What the server said when it took the message, on one line.

        Raises TemporaryDeliveryError, `ambiguous` once the message was handed over and no answer came;
        PermanentDeliveryError for an address that is malformed or refused, and where the server says that it will never
        take this message. No error shows the password.
        """
        scheme, host, port = _parse(mailbox)
        deadline = Deadline(self._seconds)
        place = f"{scheme}://{host}:{port}"
        session = _Session(allowed=self._allowed, resolver=self._resolver, deadline=deadline)
        try:
            with _ended_at(deadline, session):
                session.open(host, port, tls=self._context() if scheme == "smtps" else None)
                if scheme == "smtp":
                    session.secure(self._context())
                if mailbox.user:
                    session.login(mailbox.user, mailbox.password)
                return session.hand_in(message.as_bytes(policy=SMTP), sender=sender, recipient=recipient)
        except smtplib.SMTPAuthenticationError as problem:
            raise TemporaryDeliveryError(
                f"{place}: user name or password are refused", status=problem.smtp_code
            ) from None
        except smtplib.SMTPNotSupportedError as problem:
            raise TemporaryDeliveryError(f"{place}: {problem}") from None
        except smtplib.SMTPResponseException as problem:
            # a server that refuses everybody at the door may be mended; what it says of this message is its last word
            for_good = problem.smtp_code in _FOR_GOOD and not isinstance(problem, smtplib.SMTPConnectError)
            error = PermanentDeliveryError if for_good else TemporaryDeliveryError
            said = _one_line(problem.smtp_error)
            raise error(f"{place}: answered {problem.smtp_code}: {said}", status=problem.smtp_code) from None
        except (OSError, smtplib.SMTPException) as problem:
            late = deadline.remaining() <= 0
            reason = f"no complete answer within {self._seconds:g} s" if late else _one_line(str(problem))
            raise TemporaryDeliveryError(
                f"{place}: {reason or type(problem).__name__}", ambiguous=session.handed_over
            ) from problem
        finally:
            session.close()

    def _context(self) -> ssl.SSLContext:
        return self._tls or _trusted()


@cache
def _trusted() -> ssl.SSLContext:
    import httpx  # the root certificates that hooks are checked against, too

    return httpx.create_ssl_context(trust_env=False)


def _parse(mailbox: Mailbox) -> tuple[str, str, int]:
    try:
        parts = urlsplit(mailbox.url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise PermanentDeliveryError("the mail server's address is not a valid URL") from None
    if parts.scheme not in _PORTS or re.fullmatch(r"[a-z0-9_][a-z0-9_.-]*|[0-9a-f:]+", host) is None:
        raise PermanentDeliveryError('a mail server is written "smtps://host" or "smtp://host:587"')
    if parts.username is not None or parts.path.strip("/") or parts.query or parts.fragment:
        raise PermanentDeliveryError("the mail server's address has nothing but a host and a port")
    port = _PORTS[parts.scheme] if port is None else port
    if port < 1024 and port not in _MAIL_PORTS:
        raise PermanentDeliveryError(f"port {port} is never used for mail")
    if parts.scheme == "smtp+plain" and mailbox.user:
        raise PermanentDeliveryError("a password is never sent without TLS: use smtps:// or smtp://")
    return parts.scheme, host, port


class _Session(smtplib.SMTP):
    """smtplib over a socket that was checked, with an end to what the server may say."""

    def __init__(self, *, allowed: Sequence[Network], resolver: Resolver, deadline: Deadline) -> None:
        super().__init__(local_hostname="localhost")  # connects to nobody yet
        self._allowed = allowed
        self._resolver = resolver
        self._deadline = deadline
        self.handed_over = False  #: the whole message, whose answer is not there yet

    def open(self, host: str, port: int, *, tls: ssl.SSLContext | None) -> None:
        sock = connect(host, port, allowed=self._allowed, resolver=self._resolver, deadline=self._deadline)
        sock.settimeout(max(0.001, self._deadline.remaining()))
        self.sock = sock
        own = sock.getsockname()[0]
        self.local_hostname = f"[IPv6:{own}]" if ":" in own else f"[{own}]"  # RFC 5321: the name is nobody's business
        self._host = host  # what starttls checks the certificate against
        if tls is not None:
            self.sock = tls.wrap_socket(sock, server_hostname=host)
        code, said = self.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        self.ehlo_or_helo_if_needed()

    def secure(self, tls: ssl.SSLContext) -> None:
        if self.sock is not None:
            self.sock.settimeout(max(0.001, self._deadline.remaining()))  # the handshake as a whole keeps to it
        self.starttls(context=tls)

    def hand_in(self, data: bytes, *, sender: str, recipient: str) -> str:
        for code, said in (self.mail(sender), self.rcpt(recipient)):
            if code not in (250, 251):
                raise smtplib.SMTPResponseException(code, said)
        code, said = self.docmd("DATA")
        if code != 354:
            raise smtplib.SMTPResponseException(code, said)
        self.send(re.sub(rb"(?m)^\.", b"..", data))
        self.handed_over = True
        self.send(b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")
        code, said = self.getreply()
        self.handed_over = False
        if code != 250:
            raise smtplib.SMTPResponseException(code, said)
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self.putcmd("quit")  # the message is theirs: nobody waits for a farewell
        return _one_line(said)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Capped(self.sock.makefile("rb"))
        return super().getreply()


class _Capped:
    """Lines of a server's answers, up to a number of bytes."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._left = _ANSWER_CAP

    def readline(self, size: int) -> bytes:
        line: bytes = self._file.readline(size)
        self._left -= len(line)
        if self._left < 0:
            raise OSError(f"more than {_ANSWER_CAP} bytes and still no end")
        if line and not line.endswith(b"\n"):
            raise OSError("the answer breaks off")
        return line

    def close(self) -> None:
        self._file.close()


@contextlib.contextmanager
def _ended_at(deadline: Deadline, session: _Session) -> Iterator[None]:
    """Whatever the session waits for then, it waits no longer: smtplib itself knows timeouts of single waits only."""

    def end() -> None:
        sock = session.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # below TLS, which another thread may be at work in

    timer = threading.Timer(max(0.0, deadline.remaining()), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _one_line(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
