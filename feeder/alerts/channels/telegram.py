"""Telegram, by a bot; `to` is the chat."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from feeder.alerts.channels.channel import Channel, Post, Style, Words, json_post, utf16
from feeder.alerts.channels.escaping import telegram
from feeder.alerts.receipts import Receipt, excerpt, judge_chat, refused
from feeder.errors import EndpointGone, TemporaryDeliveryError
from feeder.model import Endpoint
from feeder.rendering import Markings

if TYPE_CHECKING:
    from feeder.egress import Answer


def _post(endpoint: Endpoint, words: Words) -> Post:
    chat = endpoint.to if endpoint.to.startswith("@") else int(endpoint.to)
    content = {
        "chat_id": chat,
        "text": words.body,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    return json_post(f"{endpoint.url.rstrip('/')}/bot{endpoint.token}/sendMessage", content)


def _judge(answer: Answer, endpoint: Endpoint, *, now: datetime) -> Receipt:
    """The word is in the JSON: `ok`, else a description, and what to do about it in `parameters`."""
    said = _json(answer.body)
    description = excerpt(str(said.get("description", "")), endpoint)
    parameters = said.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    if 200 <= answer.status < 300:
        if said.get("ok") is not True:
            raise TemporaryDeliveryError(
                f"answered {answer.status}, but not as Telegram does", status=answer.status, ambiguous=True
            )
        return Receipt(status=answer.status, said=excerpt(answer.body, endpoint))
    if "migrate_to_chat_id" in parameters:
        chat = excerpt(str(parameters["migrate_to_chat_id"]), endpoint)
        raise EndpointGone(f"the group is another chat now: write {chat} into `to`", status=answer.status)
    if answer.status == 403:
        raise EndpointGone(f"answered 403: {description or 'the bot may not write there'}", status=403)
    if answer.status == 429:
        wait = parameters.get("retry_after")
        seconds = float(wait) if isinstance(wait, int) and 0 <= wait < 1 << 31 else None
        raise refused(answer, now=now, why="too many messages", wait=seconds)
    if answer.status == 400 and "chat not found" in description.lower():  # until the bot is let in
        raise refused(answer, now=now, why=description)
    return judge_chat(answer, endpoint, now=now)


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


STYLE = Style(
    markings=Markings(
        escape=telegram, link=lambda address, text: f'<a href="{address.replace("&", "&amp;")}">{text}</a>'
    ),
    room=4096,  # counted after its entities are read: what is escaped counts for less than here
    measure=utf16,
    alerts=12,
)
CHANNEL = Channel(style=STYLE, post=_post, judge=_judge)
