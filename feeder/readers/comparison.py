"""What the subscribers of a folder of feeds would see if it were replaced by another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeder.readers.documents import Document, Shown
from feeder.readers.models import READERS, Reader
from feeder.readers.subscriber import Subscriber, Visit, traces

#: Between two visits of a subscriber, and since archived entries left the feed: longer than the most forgetful reader
#: remembers, shorter than the others do.
_PAUSE = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one reader shows its subscriber of one feed."""

    reader: str
    feed: str  #: path of the new edition's current document
    visit: Visit
    missed: tuple[Shown, ...]  #: in the new archives alone: readers ask for the current document only

    @property
    def harm(self) -> bool:
        """Whether something is shown twice or never."""
        return bool(self.visit.repeats or self.missed or self.visit.hidden)


@dataclass(frozen=True, slots=True)
class _Feed:
    current: Document
    archives: Sequence[Document]  #: the oldest first


def compare(
    old: Mapping[str, Document],
    new: Mapping[str, Document],
    *,
    now: datetime,
    readers: Sequence[Reader] = READERS,
) -> Iterator[Outcome]:
    """For each reader and feed that is in both, by path.

    A feed that is not where it was is the one with the same id and form elsewhere: a server redirects to it. Whoever
    subscribes had fetched all of the old edition: its archives while they were current, then the current document.
    """
    before, after = _feeds(old), _feeds(new)
    pairs = [(path, _origin(path, feed, before, after), feed) for path, feed in sorted(after.items())]
    for reader in readers:
        subscriber = Subscriber(reader)
        for _, origin, _ in pairs:
            if origin is not None:
                for archive in before[origin].archives:
                    subscriber.visit(origin, archive, now=now - 2 * _PAUSE)
                subscriber.visit(origin, before[origin].current, now=now - _PAUSE)
        for path, origin, feed in pairs:
            if origin is not None:
                visit = subscriber.visit(origin, feed.current, now=now)
                yield Outcome(reader=reader.name, feed=path, visit=visit, missed=_missed(subscriber, origin, feed))


def gone(old: Mapping[str, Document], new: Mapping[str, Document]) -> Sequence[str]:
    """Paths of feeds that are in the old edition alone."""
    before, after = _feeds(old), _feeds(new)
    kept = {_origin(path, feed, before, after) for path, feed in after.items()}
    return sorted(before.keys() - kept)


def _feeds(documents: Mapping[str, Document]) -> Mapping[str, _Feed]:
    """Current documents by path, with the archives that they lead to."""
    by_address = {it.address: path for path, it in documents.items() if it.address}
    archives = {by_address[it.previous] for it in documents.values() if it.previous in by_address}
    return {
        path: _Feed(document, tuple(_chain(document, documents, by_address))[::-1])
        for path, document in documents.items()
        if path not in archives
    }


def _chain(document: Document, documents: Mapping[str, Document], by_address: Mapping[str, str]) -> Iterator[Document]:
    done = {document.address}
    while (path := by_address.get(document.previous)) is not None and document.previous not in done:
        done.add(document.previous)
        document = documents[path]
        yield document


def _origin(path: str, feed: _Feed, before: Mapping[str, _Feed], after: Mapping[str, _Feed]) -> str | None:
    """The path that the subscribers of this feed have."""
    if path in before:
        return path
    same = (
        other
        for other, it in before.items()
        if other not in after
        and it.current.form is feed.current.form
        and it.current.id
        and it.current.id == feed.current.id
    )
    return next(same, None)


def _missed(subscriber: Subscriber, feed: str, edition: _Feed) -> tuple[Shown, ...]:
    seen = set(subscriber.seen(feed))
    archived = (it for archive in edition.archives for it in zip(archive.entries, traces(archive), strict=True))
    return tuple(entry for entry, found in archived if seen.isdisjoint(found))
