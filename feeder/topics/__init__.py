"""Which topics an entry belongs to: a pure function of its tags and events."""

from __future__ import annotations

from feeder.model import Entry, TagKind, Topic, TopicKind
from feeder.topics.moves import Moves
from feeder.topics.own import OwnTopic, topic_of
from feeder.topics.query import Condition, Reading, matches, parse, written

__all__ = ["ALL", "Condition", "Moves", "OwnTopic", "Reading", "matches", "of", "parse", "topic_of", "written"]

ALL = Topic(kind=TopicKind.ALL, key="", label="All articles")

_KIND = {TagKind.SHOW: TopicKind.SHOW, TagKind.PERSON: TopicKind.PERSON}


def of(entry: Entry) -> tuple[Topic, ...]:
    """`all`, every show and person that is certain to be the one named, every type of event; each once.

    An ambiguous tag (one with candidates) is in no topic: the subscribers of one Chris Evans are not shown another.
    """
    topics = [ALL]
    topics += (Topic(kind=_KIND[tag.kind], key=tag.id, label=tag.label) for tag in entry.tags if not tag.candidates)
    topics += (Topic(kind=TopicKind.EVENT, key=event.type, label=event.type.capitalize()) for event in entry.events)
    return tuple({(topic.kind, topic.key): topic for topic in reversed(topics)}.values())[::-1]
