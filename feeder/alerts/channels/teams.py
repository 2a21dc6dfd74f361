"""Microsoft Teams, by a workflow that posts what a webhook receives: an adaptive card.

Text runs are taken literally: nothing in them is Markdown or a mention.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from feeder.alerts.channels.channel import Channel, Post, Style, Words, json_post, utf8
from feeder.alerts.channels.escaping import plain
from feeder.alerts.receipts import Receipt, excerpt, judge_chat
from feeder.errors import TemporaryDeliveryError
from feeder.model import Endpoint
from feeder.rendering import Markings

if TYPE_CHECKING:
    from feeder.egress import Answer

_THROTTLED = 60.0  # seconds


def _post(endpoint: Endpoint, words: Words) -> Post:
    lines = [line for line in words.body.splitlines() if line.strip()]
    blocks = [_block(line, first=number == 0) for number, line in enumerate(lines)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": words.subject,
        "body": blocks,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return json_post(endpoint.url, {"type": "message", "attachments": [attachment]})


def _block(line: str, *, first: bool) -> dict[str, Any]:
    run: dict[str, Any] = {"type": "TextRun", "text": line}
    if first:
        run["weight"] = "Bolder"
    if line.startswith(("http://", "https://")) and " " not in line:
        run["selectAction"] = {"type": "Action.OpenUrl", "url": line}
    return {"type": "RichTextBlock", "inlines": [run]}


def _judge(answer: Answer, endpoint: Endpoint, *, now: datetime) -> Receipt:
    """Connectors of the old kind answer 200 and tell of a failure in words."""
    if answer.status == 200 and b"failed with error" in answer.body:
        wait = _THROTTLED if b"429" in answer.body else None
        raise TemporaryDeliveryError(
            f"answered 200, but: {excerpt(answer.body, endpoint)}", status=200, retry_after=wait
        )
    return judge_chat(answer, endpoint, now=now)


STYLE = Style(
    markings=Markings(escape=plain, link=lambda address, text: f"{text}\n{address}"),
    room=8000,  # a card may have 28 kB; each line costs a hundred bytes beside its text, JSON twice what it escapes
    measure=utf8,
    alerts=15,
)
CHANNEL = Channel(style=STYLE, post=_post, judge=_judge)
