"""Everybody who follows the feeds: each reader, in each form, subscribed to several feeds of one account."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from feeder.model import Form
from feeder.readers import READERS, Document, Shown, Subscriber, read
from tests.churn.desk import mark


def _who(document: Document) -> Sequence[Collection[Hashable]]:
    return [(_number(entry),) for entry in document.entries]


def _number(entry: Shown) -> int:
    number = mark(entry.content)
    if number is None:
        raise AssertionError(f"an entry of no article: {entry.title}")
    return number


@dataclass(slots=True)
class Noticed:
    """What happened on all screens at one visit, by reader."""

    repeats: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    changed: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    told: list[str] = field(default_factory=list)  #: every repeat, in words


class Audience:
    """Follows `feeds`, paths without their ending."""

    def __init__(self, feeds: Sequence[str], forms: Sequence[Form] = tuple(Form)) -> None:
        self._feeds = feeds
        self._followers = [(form, Subscriber(reader, traces=_who)) for form in forms for reader in READERS]
        self._read: dict[str, tuple[bytes, Document]] = {}
        self.first: dict[str, set[int]] = {}  #: what each feed held when all of them subscribed

    def visit(self, published: Mapping[str, bytes], now: datetime) -> Noticed:
        noticed = Noticed()
        for form, follower in self._followers:
            for feed in self._feeds:
                path = f"{feed}.{form}"
                document = self._document(path, published[path])
                self.first.setdefault(feed, set(map(_number, document.entries)))
                visit = follower.visit(feed, document, now=now)
                name = follower.reader.name
                noticed.repeats[name] += len(visit.repeats)
                noticed.hidden[name] += len(visit.hidden)
                noticed.changed[name] |= set(map(_number, visit.changed))
                noticed.told += [f"{name}, {path}: {it.title}" for it in visit.repeats]
        return noticed

    def losses(self, arrived: Mapping[str, set[int]]) -> Mapping[str, set[int]]:
        """Of what came into each feed since they subscribed, what a reader never showed, by reader."""
        lost: dict[str, set[int]] = {}
        for _, follower in self._followers:
            for feed in self._feeds:
                missing = (self.first[feed] | arrived[feed]) - set(follower.seen(feed))  # type: ignore[arg-type]
                if missing:
                    lost.setdefault(follower.reader.name, set()).update(missing)
        return lost

    def _document(self, path: str, data: bytes) -> Document:
        known = self._read.get(path)
        if known is None or known[0] != data:
            known = self._read[path] = (data, read(data))
        return known[1]
