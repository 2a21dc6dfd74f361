"""A mail server that misbehaves on purpose: a real listening socket that speaks SMTP by hand.

    with MailServer(answers={"DATA": b"452 full"}) as server: ...

`letters` are those it has acted on, also where its answer was lost.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    sender: str
    recipient: str
    user: str
    secure: bool  #: over TLS
    data: bytes = field(repr=False)

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.data, policy=SMTP)
        assert isinstance(parsed, EmailMessage)
        return parsed


class MailServer:
    """Listens on a free port of 127.0.0.1 from `with` to its end.

    `tls`: from the first byte; `starttls`: when asked. `answers` by command ("MAIL", "DATA", "." for the message) stand
    for the usual ones. `manner`: "drip" says nothing but bytes of an endless answer, "flood" lines without an end,
    "lose" closes when it has the message, "silent" never greets.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        password: str = "",
        answers: Mapping[str, bytes] | None = None,
        manner: str = "",
    ) -> None:
        self._tls, self._starttls = tls, starttls
        self._password = password
        self._answers = dict(answers or {})
        self._manner = manner
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.letters: list[Letter] = []
        self.connections = 0
        self.heard: list[str] = []  #: commands, without their arguments

    def __enter__(self) -> MailServer:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.ExitStack() as stack:
            sock = stack.enter_context(self._tls.wrap_socket(raw, server_side=True) if self._tls else raw)
            if self._manner == "silent":
                self._stopped.wait(60)
                return
            while self._manner == "drip" and not self._stopped.wait(0.02):
                sock.sendall(b"2")
            while self._manner == "flood" and not self._stopped.is_set():
                sock.sendall(b"220-welcome\r\n" * 500)
            self._talk(sock, stack)

    def _talk(self, sock: socket.socket, stack: contextlib.ExitStack) -> None:
        secure, user, sender, recipient = self._tls is not None, "", "", ""
        file = stack.enter_context(sock.makefile("rb"))
        sock.sendall(self._answers.get("", b"220 ready") + b"\r\n")
        while line := file.readline():
            command, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            command = command.upper()
            self.heard.append(command)
            answer = self._answers.get(command)
            match command:
                case "EHLO":
                    offers = ["250-here"]
                    offers += ["250-STARTTLS"] if self._starttls and not secure else []
                    offers += ["250-AUTH PLAIN"] if self._password else []
                    answer = answer or "\r\n".join([*offers, "250 8BITMIME"]).encode()
                case "STARTTLS" if self._starttls and answer is None:
                    sock.sendall(b"220 go on\r\n")
                    sock = stack.enter_context(self._starttls.wrap_socket(sock, server_side=True))
                    file = stack.enter_context(sock.makefile("rb"))
                    secure = True
                    continue
                case "AUTH":
                    _, given, word = base64.b64decode(rest.split()[-1]).decode().split("\0")
                    user = given
                    answer = answer or (
                        b"235 welcome" if word == self._password else b"535 who are you? " + word.encode()
                    )
                case "MAIL":
                    sender = rest.partition("<")[2].partition(">")[0]
                case "RCPT":
                    recipient = rest.partition("<")[2].partition(">")[0]
                case "DATA" if answer is None:
                    sock.sendall(b"354 go on\r\n")
                    data = b""
                    while (line := file.readline()) not in (b".\r\n", b""):
                        data += line[1:] if line.startswith(b".") else line
                    self.letters.append(Letter(sender=sender, recipient=recipient, user=user, secure=secure, data=data))
                    if self._manner == "lose":
                        return
                    answer = self._answers.get(".", b"250 queued as 4711")
                case "QUIT":
                    return
            sock.sendall((answer or b"250 ok") + b"\r\n")
