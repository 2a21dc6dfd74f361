"""What a channel for people is made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from feeder.alerts.channels.fitting import headline, tellings
from feeder.alerts.receipts import Receipt, judge_chat
from feeder.errors import TemplateError
from feeder.model import Endpoint
from feeder.rendering import Markings, Phrasebook, Told

if TYPE_CHECKING:
    from feeder.egress import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message as its templates wrote it, escaped, and what they were given."""

    subject: str
    body: str
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A request."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class Judge(Protocol):
    """Receipt of a success, else a DeliveryError."""

    def __call__(self, answer: Answer, endpoint: Endpoint, *, now: datetime) -> Receipt: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one kind of endpoint is written to."""

    markings: Markings
    room: int  #: what the body may measure
    measure: Callable[[str], int]
    alerts: int  #: of a digest that have room in one message


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One kind of endpoint that is called over HTTP."""

    style: Style
    post: Callable[[Endpoint, Words], Post]
    judge: Judge = judge_chat


def write(body: bytes, style: Style, phrases: Phrasebook) -> Words:
    """What a message of the outbox says, in as many words as have room. Raises TemplateError where not even the fewest
    fit, as an owner's template may have it."""
    subject = phrases.subject(headline(body))
    for told in tellings(body):
        text = phrases.body(told)
        if style.measure(text) <= style.room:
            return Words(subject=subject, body=text, told=told)
    raise TemplateError(f"what it writes is always longer than {style.room}: the channel takes no more")


def utf16(text: str) -> int:
    """UTF-16 code units, in which chats count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    return len(text.encode())


def json_post(url: str, content: object, **headers: str) -> Post:
    return Post(
        url=url,
        body=json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(),
        headers={"content-type": "application/json", **headers},
    )
