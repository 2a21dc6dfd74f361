"""Text made inert for each channel: no markup, no mention, nothing that rings for a whole group.

Where a channel has no escape, a zero width space behind the character takes its meaning from it.
"""

from __future__ import annotations

import re

_ZERO_WIDTH = "\u200b"


def plain(text: str) -> str:
    return text


def slack(text: str) -> str:
    """mrkdwn: the three characters that Slack wants as entities end links and mentions (<!channel>, <@U1>); marks of
    emphasis lose their meaning at the edge of a word, where they would have one."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"(?<!\w)([*_~`]+)|([*_~`]+)(?!\w)", lambda c: _apart(c[0]), text)
    return re.sub(r":(?=[\w+-]+:)|@(?=\w)", lambda c: _apart(c[0]), text)


def discord(text: str) -> str:
    """Markdown of Discord; the request forbids mentions besides (allowed_mentions)."""
    text = re.sub(r"([\\*_~`|>#\[\]()<])", r"\\\1", text)
    text = re.sub(r"^(\s*)([-+]|\d+(?=\.))", r"\1" + _ZERO_WIDTH + r"\2", text)
    return re.sub(r"@(?=\w)", "@" + _ZERO_WIDTH, text)


def mattermost(text: str) -> str:
    """Markdown of Mattermost, with its emoji, hashtags, ~channels and @channel, @all, @here."""
    text = re.sub(r"([\\*_~`|>#\[\]()<!$])", r"\\\1", text)
    text = re.sub(r"^(\s*)([-+]|\d+(?=\.))", r"\1" + _ZERO_WIDTH + r"\2", text)
    return re.sub(r"@(?=\w)|:(?=[\w+-]+:)", lambda c: _apart(c[0]), text)


def telegram(text: str) -> str:
    """HTML of the Bot API; @names would call people, /words and #words would become commands and searches."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return re.sub(r"@(?=\w)|(?<![\w/:])[/#](?=\w)", lambda c: _apart(c[0]), text)


def _apart(marks: str) -> str:
    return "".join(mark + _ZERO_WIDTH for mark in marks)
