"""ntfy: a topic of ntfy.sh or of a server of one's own; `url` is the topic's."""

from __future__ import annotations

from feeder.alerts.channels.channel import Channel, Post, Style, Words, json_post, utf8
from feeder.alerts.channels.escaping import plain
from feeder.model import Endpoint
from feeder.rendering import Markings


def _post(endpoint: Endpoint, words: Words) -> Post:
    """As JSON to the server, not to the topic: a header has no room for every character of a title."""
    server, _, topic = endpoint.url.rstrip("/").rpartition("/")
    content = {"topic": topic, "title": words.subject, "message": words.body}
    if len(words.told.alerts) == 1 and words.told.alerts[0].link:
        content["click"] = words.told.alerts[0].link
    if endpoint.token:
        return json_post(f"{server}/", content, authorization=f"Bearer {endpoint.token}")
    return json_post(f"{server}/", content)


STYLE = Style(
    markings=Markings(escape=plain, link=lambda address, text: f"{text}\n{address}"),
    room=4000,  # bytes; 4096 and more arrive as a file
    measure=utf8,
    alerts=12,
)
CHANNEL = Channel(style=STYLE, post=_post)
