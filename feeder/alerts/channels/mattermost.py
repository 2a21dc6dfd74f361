"""Mattermost, by an incoming webhook."""

from __future__ import annotations

from feeder.alerts.channels.channel import Channel, Post, Style, Words, json_post, utf16
from feeder.alerts.channels.escaping import mattermost
from feeder.model import Endpoint
from feeder.rendering import Markings


def _post(endpoint: Endpoint, words: Words) -> Post:
    return json_post(endpoint.url, {"text": words.body, "props": {"disable_group_highlight": True}})


STYLE = Style(
    markings=Markings(escape=mattermost, link=lambda address, text: f"[{text}](<{address}>)"),
    room=4000,  # servers with an old database have no room for more; others cut posts in two at 16383
    measure=utf16,
    alerts=12,
)
CHANNEL = Channel(style=STYLE, post=_post)
