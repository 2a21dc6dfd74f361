"""Topics of the owner's, and the identity that each keeps through a change of its name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from feeder.model import Topic, TopicKind
from feeder.topics.query import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTopic:
    """A feed of the entries that meet a condition."""

    name: str
    condition: Condition
    was: tuple[str, ...] = ()  #: earlier names, the first one first
    id: str | None = None  #: a name for the feed that is never shown and never changes


def topic_of(own: OwnTopic, *, known: Collection[str] = ()) -> Topic:
    """`known`: keys of the owner's topics that were published before.

    The key is the topic's id, else the first of its earlier names under which it is known, else the first one it
    ever had: so that a store filled anew gives the feed the id it always had.
    """
    if own.id is not None:
        key = own.id
    else:
        names = (*own.was, own.name)
        key = next((name for name in names if name in known), names[0])
    return Topic(kind=TopicKind.QUERY, key=key, label=own.name)
