"""Discord, by a webhook of a channel."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from feeder.alerts.channels.channel import Channel, Post, Style, Words, json_post, utf16
from feeder.alerts.channels.escaping import discord
from feeder.alerts.receipts import Receipt, judge_chat, refused
from feeder.errors import EndpointGone
from feeder.model import Endpoint
from feeder.rendering import Markings

if TYPE_CHECKING:
    from feeder.egress import Answer

_NO_PREVIEWS = 1 << 2  # SUPPRESS_EMBEDS


def _post(endpoint: Endpoint, words: Words) -> Post:
    content = {"content": words.body, "allowed_mentions": {"parse": []}, "flags": _NO_PREVIEWS}
    return json_post(endpoint.url, content)


def _judge(answer: Answer, endpoint: Endpoint, *, now: datetime) -> Receipt:
    """429 says in its body, too, how many seconds to wait, a fraction among them; 404 is a webhook that was deleted,
    which Discord asks not to call again."""
    if answer.status == 404:
        raise EndpointGone("answered 404: the webhook was deleted", status=404)
    if answer.status == 429:
        raise refused(answer, now=now, why="too many messages", wait=_asked(answer.body))
    return judge_chat(answer, endpoint, now=now)


def _asked(body: bytes) -> float | None:
    try:
        seconds = float(json.loads(body)["retry_after"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return seconds if 0 <= seconds < float("inf") else None


STYLE = Style(
    markings=Markings(escape=discord, link=lambda address, text: f"[{text}](<{address}>)"),
    room=2000,
    measure=utf16,
    alerts=6,
)
CHANNEL = Channel(style=STYLE, post=_post, judge=_judge)
