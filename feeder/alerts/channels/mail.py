"""Mail: plain text, one recipient, the same Message-ID at every try."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from feeder.alerts.channels.channel import Style, Words, utf8
from feeder.alerts.channels.escaping import plain
from feeder.model import Delivery, Endpoint
from feeder.rendering import Markings

#: What an SMTP server answers when it has the message (RFC 5321).
ACCEPTED = 250
#: Code points of a subject.
_SUBJECT = 200


def letter(delivery: Delivery, endpoint: Endpoint, words: Words, *, dated: datetime) -> EmailMessage:
    """`dated` is the message's own time: a mail that is sent again is the same to the last byte."""
    message = EmailMessage()
    message["From"] = endpoint.sender
    message["To"] = endpoint.to
    message["Subject"] = " ".join(words.subject.split())[:_SUBJECT]
    message["Date"] = format_datetime(dated)
    message["Message-ID"] = f"<{delivery.id}@{endpoint.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence note comes back
    message.set_content(words.body + "\n", cte="quoted-printable")
    return message


STYLE = Style(
    markings=Markings(escape=plain, link=lambda address, text: f"{text}\n{address}"),
    room=60_000,
    measure=utf8,
    alerts=100,
)
