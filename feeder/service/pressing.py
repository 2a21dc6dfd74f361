"""The writing half of `publish`: dirty topics to feed files, then the pages that list them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from feeder import feeds
from feeder.model import Form, SiteInfo, Topic, TopicKind, TopicListing
from feeder.service import paging
from feeder.service.app import App
from feeder.service.progress import Progress
from feeder.storage import Dirty, Posted
from feeder.topics import ALL

_BATCH = 50  # topics a transaction
_HELD = 32_000_000  # bytes of documents in memory until they are written
_LATEST = 20  # entries on the index page
_NEVER = datetime.fromtimestamp(0, UTC)

#: For so long a feed tells of an entry that was withdrawn; a reader that asks less often keeps it.
TOMBSTONE = timedelta(days=90)
_TOMBSTONES = 100  # in a feed, the latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What changed in the output folder."""

    written: tuple[str, ...]  #: paths, in the order they were written
    removed: tuple[str, ...]
    size: int  #: bytes written


#: A file of a feed as it is to be: where, and its bytes.
Document = tuple[str, bytes]


class Shelf(Protocol):
    """Where files are published: feeds.Tree, or something that only looks at them."""

    def write_all(self, files: Iterable[tuple[str, bytes]]) -> tuple[str, ...]: ...

    def remove(self, path: str) -> bool: ...


def press(app: App, *, now: datetime, progress: Progress) -> Pressed:
    """Write the feed of every dirty topic, remove those of topics that are gone, and bring the lists up to date."""
    tree = feeds.Tree(app.settings.output_folder)
    tree.sweep()
    run = Press(app, tree, now)
    run.topics(progress)
    run.lists()
    return Pressed(written=tuple(run.written), removed=tuple(run.removed), size=run.size)


@dataclass(slots=True)
class Press:
    """One run of `press`."""

    app: App
    tree: Shelf
    now: datetime
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    size: int = 0  #: bytes written
    _bytes_held: int = 0
    _held: dict[str, bytes] = field(default_factory=dict)  #: documents to be written, in this order
    _sizes: dict[str, int | None] = field(default_factory=dict)  #: written since the last transaction

    def topics(self, progress: Progress) -> None:
        """The feed of every dirty topic."""
        store = self.app.store
        with store.transaction():
            store.begin_edition()
        dirty = store.dirty()
        for start in range(0, len(dirty), _BATCH):
            progress("publishing", start, len(dirty))
            self._batch(dirty[start : start + _BATCH])

    def _batch(self, batch: Sequence[Dirty]) -> None:
        """Files first, then the store: killed in between, the same bytes are made again."""
        store = self.app.store
        made = [self._feed(due) for due in batch]
        self._flush()
        with store.transaction():
            for listing, archives in made:
                store.set_published(listing)
                for number in archives:
                    store.set_archive_published(listing.topic, number)
            self._keep_sizes()

    def lists(self) -> None:
        """Pages, OPML and style sheets; then whatever feeder once wrote and now has no use for."""
        app, site = self.app, self.app.site
        listings = app.store.listings()
        latest = app.store.latest(ALL, _LATEST)
        pages = {
            **dict(app.renderer.kind_pages(site=site, topics=listings)),
            feeds.INDEX_PAGE: app.renderer.index_page(site=site, topics=listings, latest=latest),
        }
        files = {
            **app.renderer.static_files(),
            feeds.OPML: feeds.opml(listings, site=site),
            **{path: page.encode() for path, page in pages.items()},
        }
        for path, data in files.items():
            self._hold(path, data)
        self._flush()
        with app.store.transaction():
            self._keep_sizes()
        archives = app.store.archives()
        wanted = len(files) + len(Form) * (len(listings) + sum(archives.values()))
        if app.store.published_count() > wanted:
            paths = {*files, *(path for listing in listings for path in _paths(listing, archives))}
            for path, _ in app.store.published_files():
                if path not in paths:
                    self._remove(path)
            with app.store.transaction():
                self._keep_sizes()

    # -- one topic ----------------------------------------------------------------------------------------------------

    def _feed(self, due: Dirty) -> tuple[TopicListing, Sequence[int]]:
        """Write what of the topic's feed is not up to date; what it is listed as, and which archives were written."""
        store, topic = self.app.store, due.topic
        listing = TopicListing(topic=topic, slug=due.slug, count=due.entries, updated=_NEVER)
        if not (due.entries or due.standing):
            return listing, ()
        posted, last = self._current(topic)
        listing = self._dated(listing, posted)
        archives = store.dirty_archives(topic)
        for number in archives:  # before the current document, which leads to them
            self._replace(self._archive(listing, number))
        tombstones = tuple(
            feeds.Tombstone(entry_id=entry_id, withdrawn=withdrawn)
            for entry_id, withdrawn in store.tombstones(topic, _TOMBSTONES, since=self.now - TOMBSTONE)
        )
        self._replace(self._forms(listing, posted, feeds.Chapter(previous=last), tombstones))
        return listing, archives

    def _replace(self, documents: Iterable[Document]) -> None:
        for path, data in documents:
            self._hold(path, data)

    def _current(self, topic: Topic) -> tuple[Sequence[Posted], int | None]:
        """What the current document holds, last come first, and the number of the archive before it.

        Closes into archives what it has no room for.
        """
        settings, store, kept = self.app.settings, self.app.store, self.app.entry_version
        limit, max_bytes = settings.feed_limit, settings.feed_bytes
        posted = self._whole(store.arrivals(topic, limit + 1, fingerprint=kept))
        last = store.last_archive(topic)
        waiting: Sequence[Posted] = [it for it in reversed(posted) if last is None or it.place > last[1]]
        if paging.to_close([_size(it) for it in waiting], limit=limit, max_bytes=max_bytes):
            waiting = self._close(topic, limit=limit, max_bytes=max_bytes)
            last = store.last_archive(topic)
        shown = paging.to_show([_size(it) for it in posted], waiting=len(waiting), limit=limit, max_bytes=max_bytes)
        return posted[:shown], last[0] if last else None

    def _close(self, topic: Topic, *, limit: int, max_bytes: int) -> Sequence[Posted]:
        """Archive after archive until what still waits fits; that."""
        store = self.app.store
        while True:
            waiting = self._whole(store.waiting(topic, limit + 1, fingerprint=self.app.entry_version))
            number = paging.to_close([_size(it) for it in waiting], limit=limit, max_bytes=max_bytes)
            if not number:
                return waiting
            with store.transaction():
                store.close_archive(topic, waiting[number - 1].place)

    def _archive(self, listing: TopicListing, number: int) -> Iterator[Document]:
        """It names no archive after itself: it must not change when there is one."""
        posted = self._whole(self.app.store.archived(listing.topic, number, fingerprint=self.app.entry_version))
        chapter = feeds.Chapter(number=number, previous=number - 1 or None)
        return self._forms(self._dated(listing, posted), posted, chapter)

    def _forms(
        self,
        listing: TopicListing,
        posted: Sequence[Posted],
        chapter: feeds.Chapter,
        tombstones: Sequence[feeds.Tombstone] = (),
    ) -> Iterator[Document]:
        """The document in each form, the newest article first."""
        ordered = sorted(posted, key=lambda it: (it.place.published, it.place.entry), reverse=True)
        for at, form in enumerate(Form):
            entries = [it.forms[at] for it in ordered if it.forms is not None]
            data = feeds.feed(form, listing, entries, site=self.app.site, chapter=chapter, tombstones=tombstones)
            if chapter.number is None:
                path = feeds.feed_path(listing.topic, listing.slug, form)
            else:
                path = feeds.archive_path(listing.topic, listing.slug, chapter.number, form)
            yield path, data

    def _dated(self, listing: TopicListing, posted: Sequence[Posted]) -> TopicListing:
        """`updated` is that of the entry that changed last, to the fraction of a second that is its own."""
        latest = max((it.changed for it in posted), default=None)
        if latest is None:
            return replace(listing, updated=_founded(self.app.site))
        second = datetime.fromtimestamp(latest, UTC)
        moments = (feeds.moment_of(it.entry_id, second) for it in posted if it.changed == latest)
        return replace(listing, updated=max(moments))

    def _whole(self, posted: Sequence[Posted]) -> Sequence[Posted]:
        """With the forms of those that have to be serialised first, which are kept for their other feeds."""
        store = self.app.store
        made = {it.entry_id: self._serialise(it.entry_id) for it in posted if it.forms is None}
        if not made:
            return posted
        with store.transaction():
            for entry_id, forms in made.items():
                store.keep_serialised(entry_id, forms, fingerprint=self.app.entry_version)
        return [
            it._replace(forms=made[it.entry_id], size=max(map(len, made[it.entry_id]))) if it.forms is None else it
            for it in posted
        ]

    def _serialise(self, entry_id: str) -> tuple[bytes, ...]:
        remembered = self.app.store.remembered(entry_id)
        if remembered is None:
            raise KeyError(entry_id)
        stored = remembered.stored
        html = self.app.renderer.entry_html(stored, content=self.app.settings.content)
        made = feeds.serialise(stored, html=html, site=self.app.site)
        return made.atom, made.rss, made.json

    # -- files --------------------------------------------------------------------------------------------------------

    def _hold(self, path: str, data: bytes) -> None:
        self._held[path] = data
        self._bytes_held += len(data)
        if self._bytes_held > _HELD:
            self._flush()

    def _flush(self) -> None:
        """The one place where published files are replaced."""
        written = self.tree.write_all(self._held.items())
        self.written += written
        self.size += sum(len(self._held[path]) for path in written)
        self._sizes |= {path: len(data) for path, data in self._held.items()}
        self._held.clear()
        self._bytes_held = 0

    def _remove(self, path: str) -> None:
        if self.tree.remove(path):
            self.removed.append(path)
        self._sizes[path] = None

    def _keep_sizes(self) -> None:
        for path, size in self._sizes.items():
            self.app.store.set_published_file(path, size)
        self._sizes.clear()


def _size(posted: Posted) -> int:
    if posted.size is None:
        raise ValueError(f"not serialised: {posted.entry_id}")
    return posted.size


def _founded(site: SiteInfo) -> datetime:
    """The day from which the site's ids are its own: the one date a feed without entries can honestly bear."""
    parts = [int(part) for part in site.authority.rpartition(",")[2].split("-")]
    year, month, day = (*parts, 1, 1)[:3]
    return datetime(year, month, day, tzinfo=UTC)


def _paths(listing: TopicListing, archives: Mapping[tuple[TopicKind, str], int]) -> Iterator[str]:
    """Every file of a topic's feed."""
    topic, slug = listing.topic, listing.slug
    for form in Form:
        yield feeds.feed_path(topic, slug, form)
        for number in range(1, archives.get((topic.kind, slug), 0) + 1):
            yield feeds.archive_path(topic, slug, number, form)
