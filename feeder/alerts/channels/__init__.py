"""Channels that people read, one module each: how they write, what has room, what their answers mean."""

from collections.abc import Mapping

from feeder.alerts.channels import apprise, discord, mail, mattermost, ntfy, slack, teams, telegram
from feeder.alerts.channels.channel import Channel, Post, Style, Words, write
from feeder.model import EndpointKind

#: Those that are called over HTTP.
CHANNELS: Mapping[EndpointKind, Channel] = {
    EndpointKind.SLACK: slack.CHANNEL,
    EndpointKind.DISCORD: discord.CHANNEL,
    EndpointKind.TEAMS: teams.CHANNEL,
    EndpointKind.NTFY: ntfy.CHANNEL,
    EndpointKind.TELEGRAM: telegram.CHANNEL,
    EndpointKind.MATTERMOST: mattermost.CHANNEL,
}
#: All of them.
STYLES: Mapping[EndpointKind, Style] = {
    **{kind: channel.style for kind, channel in CHANNELS.items()},
    EndpointKind.EMAIL: mail.STYLE,
    EndpointKind.APPRISE: apprise.STYLE,
}

__all__ = ["CHANNELS", "STYLES", "Channel", "Post", "Style", "Words", "write"]
