"""How a topic's feed and its forms are called, in feeds, the OPML list and on pages alike."""

from __future__ import annotations

from feeder.model import Form, SiteInfo, Topic, TopicKind
from feeder.text import one_line

FORM_NAMES = {Form.ATOM: "Atom", Form.RSS: "RSS", Form.JSON: "JSON Feed"}


def feed_title(topic: Topic, site: SiteInfo) -> str:
    """What a reader's list of subscriptions shows; distinct for distinct topics with distinct labels."""
    match topic.kind:
        case TopicKind.ALL:
            return one_line(site.title)
        case TopicKind.WATCH:  # a watched name is a person's name, and that person has a feed as well
            return one_line(f"{topic.label} (watched) · {site.title}")
        case _:
            return one_line(f"{topic.label} · {site.title}")


def feed_subtitle(topic: Topic) -> str:
    """What the feed holds, in one sentence."""
    label = one_line(topic.label)
    match topic.kind:
        case TopicKind.ALL:
            return "Every article, the newest first."
        case TopicKind.SHOW | TopicKind.PERSON:
            return f"Every article that names {label}, the newest first."
        case TopicKind.WATCH:
            return f"Every article that names {label}, watched for its owner, the newest first."
        case TopicKind.EVENT:
            return f"Every article with news of this kind: {label}."
        case TopicKind.QUERY:
            return f"Every article that matches {label}, the newest first."
