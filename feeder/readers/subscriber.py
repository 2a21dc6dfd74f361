"""Somebody who follows feeds with one reader: what that reader shows of each version of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from feeder.readers.documents import Document, Shown
from feeder.readers.models import Reader

_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w+")
#: Words a text must have to be taken for the same article wherever it stands.
_TELLING = 8

#: By what each entry of a document can be recognised as one the subscriber saw before, whatever the reader thinks.
Traces = Callable[[Document], Sequence[Collection[Hashable]]]


def traces(document: Document) -> Sequence[Collection[Hashable]]:
    """The id; the text; the title together with link or date: any one of them is enough, if only one entry has it."""
    found = [_traces(entry) for entry in document.entries]
    times = Counter(it for of_one in found for it in of_one)
    return [{it for it in of_one if times[it] == 1} for of_one in found]


def _traces(entry: Shown) -> set[tuple[Hashable, ...]]:
    found: set[tuple[Hashable, ...]] = set()
    if entry.id:
        found.add(("id", entry.id))
    words = tuple(_WORD.findall(_TAG.sub(" ", entry.content).casefold()))
    if len(words) >= _TELLING:
        found.add(("text", hash(words)))
    if entry.title and entry.link:
        found.add(("link", entry.title, entry.link))
    if entry.title and entry.published:
        found.add(("date", entry.title, entry.published))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a reader made of one document."""

    new: tuple[Shown, ...] = ()  #: shown as unread, for the first time
    repeats: tuple[Shown, ...] = ()  #: shown as unread although the subscriber saw them before, as they are
    changed: tuple[Shown, ...] = ()  #: known; the reader notices that they differ
    read: tuple[Shown, ...] = ()  #: new, but so old that the reader takes them for read
    hidden: tuple[Shown, ...] = ()  #: never shown: the reader takes them for another entry, or passes them over


@dataclass(slots=True)
class _Known:
    """An entry in a reader's table."""

    state: Hashable
    updated: datetime | None
    seen: datetime  #: the last time it was in a document
    feeds: set[str] = field(default_factory=set)  #: in which


class Subscriber:
    """Follows any number of feeds; `traces` says what shows that two entries are the same article."""

    def __init__(self, reader: Reader, *, traces: Traces = traces) -> None:
        self.reader = reader
        self._traces = traces
        self._tables: dict[str, dict[str, _Known]] = {}
        self._spoilt: dict[str, bool] = {}
        self._seen: dict[str, set[Hashable]] = {}  # traces of all that was ever shown
        self._forgotten: dict[tuple[str, str], datetime | None] = {}  # (scope, key) -> `updated` as it was known

    def seen(self, feed: str) -> Collection[Hashable]:
        """Traces of every entry that was shown of it."""
        return self._seen.get(feed, set())

    def visit(self, feed: str, document: Document, *, now: datetime) -> Visit:
        """Fetch the feed, which this document is at present. `feed` is the subscription, whatever its address."""
        scope = "" if self.reader.per_account else feed
        table = self._tables.setdefault(scope, {})
        keys = self.reader.keys(document, self._spoilt.get(feed, False))
        self._spoilt[feed] = keys.spoilt
        feeds = self._seen if self.reader.per_account else (feed,)
        before = set().union(*(self._seen.get(it, ()) for it in feeds))
        seen = self._seen.setdefault(feed, set())
        shown: dict[str, list[Shown]] = {name: [] for name in ("new", "repeats", "changed", "read", "hidden")}
        here: set[str] = set()
        for key, entry, found in zip(keys.found, document.entries, self._traces(document), strict=True):
            if key is None or key in here:
                shown["hidden"].append(entry)
                continue
            here.add(key)
            state, known = self.reader.state(entry), table.get(key)
            if known is not None:
                if known.state != state:
                    shown["changed"].append(entry)
            else:
                shown[self._arrival(entry, now, (scope, key), not before.isdisjoint(found))].append(entry)
                known = table[key] = _Known(state, entry.updated, now)
            known.state, known.updated, known.seen = state, entry.updated, now
            known.feeds.add(feed)
            before.update(found)
            seen.update(found)
        self._forget(scope, feed, here, now)
        return Visit(**{name: tuple(entries) for name, entries in shown.items()})

    def _arrival(self, entry: Shown, now: datetime, place: tuple[str, str], before: bool) -> str:
        """What an entry is that the reader does not know."""
        known_at = self._forgotten.pop(place, None)
        if before and known_at and entry.updated and entry.updated > known_at:
            return "changed"  # the reader knew it under the same key, forgot it, and it has changed since
        if before:
            return "repeats"
        limit = self.reader.read_when_older
        return "read" if limit and entry.published and entry.published < now - limit else "new"

    def _forget(self, scope: str, feed: str, here: Collection[str], now: datetime) -> None:
        if self.reader.forgets is None:
            return
        table = self._tables[scope]
        for key, known in list(table.items()):
            if feed in known.feeds and key not in here and now - known.seen >= self.reader.forgets:
                known.feeds.discard(feed)
                if not known.feeds:
                    self._forgotten[scope, key] = known.updated
                    del table[key]
