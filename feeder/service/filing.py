"""Under which topics an entry is filed in this installation: those of its tags, of the watches and the owner's own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from feeder import alerts, topics
from feeder.model import Entry, Topic, TopicKind, Watch

#: To be raised when the deciders of watches or queries get better: entries in the store are then filed anew.
_DECIDERS = 2


class Filing:
    """`known`: keys under which the owner's topics were published before. `resolved`: the watches with what the catalog
    knows of them, asked for when an entry is filed."""

    def __init__(
        self,
        watches: Sequence[Watch],
        own: Sequence[topics.OwnTopic],
        *,
        known: Collection[str] = (),
        resolved: Callable[[], Sequence[Watch]] | None = None,
    ) -> None:
        self._resolved = resolved or (lambda: watches)
        self._watches = tuple(
            (watch, Topic(kind=TopicKind.WATCH, key=watch.name, label=watch.name)) for watch in watches
        )
        self._own = tuple((it, topics.topic_of(it, known=known)) for it in own)

    @property
    def standing(self) -> tuple[Topic, ...]:
        """Topics that have a feed from the first build on, also while they have no entry."""
        return (topics.ALL, *(topic for _, topic in self._watches), *(topic for _, topic in self._own))

    @property
    def former(self) -> Mapping[str, tuple[str, ...]]:
        """Earlier names of the owner's topics, by key."""
        return {topic.key: own.was for own, topic in self._own}

    @property
    def version(self) -> str:
        """Changes when entries that are in the store have to be filed anew."""
        watches = [
            (it.name, it.aliases, it.kind, it.query, it.unless, it.main, it.events, it.min_score)
            for it, _ in self._watches
        ]
        own = [(topic, topics.written(it.condition), it.was) for it, topic in self._own]
        return hashlib.sha256(repr((_DECIDERS, watches, own)).encode()).hexdigest()

    def topics(self, entry: Entry) -> tuple[Topic, ...]:
        """Each once."""
        return (*topics.of(entry), *self._chosen(entry))

    def _chosen(self, entry: Entry) -> Iterator[Topic]:
        if self._watches:
            for watch, (_, topic) in zip(self._resolved(), self._watches, strict=True):
                if alerts.find(watch, entry) is not None:
                    yield topic
        seen = topics.Reading(entry)
        for own, topic in self._own:
            if topics.matches(own.condition, seen):
                yield topic
