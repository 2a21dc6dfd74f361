"""Slack, by an incoming webhook."""

from __future__ import annotations

from feeder.alerts.channels.channel import Channel, Post, Style, Words, json_post, utf16
from feeder.alerts.channels.escaping import slack
from feeder.model import Endpoint
from feeder.rendering import Markings


def _post(endpoint: Endpoint, words: Words) -> Post:
    """`verbatim`: Slack looks for no names or addresses by itself. `text` is what a notification shows."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": words.body, "verbatim": True}}
    content = {"text": words.subject, "blocks": [section], "unfurl_links": False, "unfurl_media": False}
    return json_post(endpoint.url, content)


STYLE = Style(
    markings=Markings(escape=slack, link=lambda address, text: f"<{address.replace('&', '&amp;')}|{text}>"),
    room=3000,  # of the text of a section
    measure=utf16,
    alerts=10,
)
CHANNEL = Channel(style=STYLE, post=_post)
