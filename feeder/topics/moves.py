"""Which topic goes on as which, when entries that were tagged again have other ids at the same words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from feeder.model import Entry, Tag, Topic, TopicKind


class Moves:
    """Collects what became of the tags of each entry that was tagged again."""

    def __init__(self) -> None:
        self._left: Counter[Topic] = Counter()
        self._heirs: defaultdict[Topic, Counter[Topic]] = defaultdict(Counter)

    def note(self, before: Entry, after: Entry) -> None:
        """An id that went and one that came are the same show or person where their proofs share words."""
        old, new = _topics(before), _topics(after)
        for topic, tag in old.items():
            if topic in new:
                continue
            self._left[topic] += 1
            for other, candidate in new.items():
                if other not in old and other.kind is topic.kind and _share_words(tag, candidate):
                    self._heirs[topic][other] += 1

    def successions(self) -> Iterator[tuple[Topic, Topic]]:
        """(old, new) wherever every entry that left the one is now in the other, which has no other predecessor."""
        whole = {
            topic: [heir for heir, number in self._heirs[topic].items() if number == left]
            for topic, left in self._left.items()
        }
        found = [(topic, heirs[0]) for topic, heirs in whole.items() if len(heirs) == 1]
        times = Counter(heir for _, heir in found)
        yield from ((topic, heir) for topic, heir in found if times[heir] == 1)


def _topics(entry: Entry) -> dict[Topic, Tag]:
    return {
        Topic(kind=TopicKind(tag.kind.value), key=tag.id, label=""): tag for tag in entry.tags if not tag.candidates
    }


def _share_words(one: Tag, other: Tag) -> bool:
    if not one.evidence and not other.evidence:  # the owner's word
        return one.label == other.label
    return any(a.start < b.end and b.start < a.end for a in one.evidence for b in other.evidence)
