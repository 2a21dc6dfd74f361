"""The writing half of `publish`: dirty topics to feed files, then the pages that list them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Protocol

from feeder import feeds
from feeder.errors import RepeatsRefused
from feeder.model import Form, SiteInfo, Topic, TopicKind, TopicListing
from feeder.service import paging
from feeder.service.app import App
from feeder.service.guard import Guard, Repeats
from feeder.service.output import DONE, DUE, LISTS, SHEETS, VERSION
from feeder.service.progress import Progress
from feeder.service.timetables import Held
from feeder.storage import Dirty, Place, Posted
from feeder.topics import ALL

_BATCH = 50  # topics a transaction
_HELD = 32_000_000  # bytes of documents in memory until they are written
_LATEST = 20  # entries on the index page
_BY_DATE = attrgetter("published", "entry")
_FORM: Mapping[Form, Callable[[Posted], bytes]] = {form: attrgetter(form.value) for form in Form}
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
    refusal: RepeatsRefused | None  #: why some feeds were left as they are
    complete: bool = True  #: False: it was stopped before the lists


#: A file of a feed as it is to be: where, and its bytes.
Document = tuple[str, bytes]


class Shelf(Protocol):
    """Where files are published: feeds.Tree, or something that only looks at them."""

    def write_all(self, files: Iterable[tuple[str, bytes]]) -> tuple[str, ...]: ...

    def remove(self, path: str) -> bool: ...


def press(
    app: App,
    *,
    now: datetime,
    progress: Progress,
    force: bool = False,
    held: Held = lambda _topic, _slug: False,
    stopping: Callable[[], bool] = lambda: False,
) -> Pressed:
    """Write the feed of every dirty topic, remove those of topics that are gone, and bring the lists up to date.

    What is `held` stays as it is, and dirty. `stopping` is asked every few feeds; on True the rest stays dirty.

    A feed that would show its subscribers an entry again is left as it is, and stays dirty, unless `force`.
    """
    tree = feeds.Tree(app.settings.output_folder)
    tree.sweep()
    run = Press(app, tree, now, force)
    complete = run.topics(progress, held=held, stopping=stopping)
    if complete:
        run.lists()
    return Pressed(
        written=tuple(run.written),
        removed=tuple(run.removed),
        size=run.size,
        refusal=run.guard.refusal(),
        complete=complete,
    )


@dataclass(slots=True)
class Press:
    """One run of `press`."""

    app: App
    tree: Shelf
    now: datetime
    force: bool = False  #: publish also what readers would show again
    guard: Guard = field(init=False)
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    size: int = 0  #: bytes written
    _bytes_held: int = 0
    _held: dict[str, bytes] = field(default_factory=dict)  #: documents to be written, in this order
    _sizes: dict[str, int | None] = field(default_factory=dict)  #: written since the last transaction

    def __post_init__(self) -> None:
        app = self.app
        self.guard = Guard(app.store, app.site, app.settings.output_folder, self.now, self.force)

    def topics(
        self,
        progress: Progress,
        *,
        held: Held = lambda _topic, _slug: False,
        stopping: Callable[[], bool] = lambda: False,
    ) -> bool:
        """The feed of every dirty topic that is not held; False: it was stopped before."""
        store = self.app.store
        with store.transaction():
            store.begin_edition()
            store.set_fact(LISTS, DUE)  # killed or stopped before they are done, the next run makes up for it
        dirty = [it for it in store.topics.dirty() if not held(it.topic, it.slug)]
        for start in range(0, len(dirty), _BATCH):
            if stopping():
                return False
            progress("publishing", start, len(dirty))
            self._batch(dirty[start : start + _BATCH])
        return True

    def _batch(self, batch: Sequence[Dirty]) -> None:
        """Files first, then the store: killed in between, the same bytes are made again."""
        store = self.app.store
        made = []
        for due in batch:
            with suppress(Repeats):
                made.append(self._feed(due))
        self._flush()
        with store.transaction():
            for it in made:
                store.topics.set_published(it.listing, horizon=it.horizon)
                for number in it.archives:
                    store.topics.set_archive_published(it.listing.topic, number)
            self._keep_sizes()

    def lists(self) -> None:
        """Pages, OPML and style sheets; then whatever feeder once wrote and now has no use for."""
        app, site = self.app, self.app.site
        listings = app.store.topics.listings()
        latest = app.store.topics.latest(ALL, _LATEST)
        sheets = {
            it.path: it
            for it in (
                *app.renderer.kind_pages(site=site, topics=listings),
                *feeds.opml_files(listings, site=site),
            )
        }
        # Whatever the site or a template says, and files that were damaged, change or lose the version.
        valid = app.store.fact(VERSION) == app.output_version
        known: dict[str, str] = json.loads(app.store.fact(SHEETS) or "{}") if valid else {}
        changed = [it for it in sheets.values() if known.get(it.path) != it.shows]
        with app.store.transaction():  # killed between the files and the store, what is on the disk is not known
            gone = {it.path for it in changed}
            app.store.set_fact(SHEETS, json.dumps({path: it for path, it in known.items() if path not in gone}))
        for it in changed:
            self._hold(it.path, it.make())
        files = {
            **app.renderer.static_files(),
            feeds.INDEX_PAGE: app.renderer.index_page(site=site, topics=listings, latest=latest).encode(),
        }
        for path, data in files.items():
            self._hold(path, data)
        self._flush()
        with app.store.transaction():
            self._keep_sizes()
            app.store.set_fact(SHEETS, json.dumps({it.path: it.shows for it in sheets.values()}))
        archives = app.store.topics.archives()
        wanted = len(sheets) + len(files) + len(Form) * (len(listings) + sum(archives.values()))
        if app.store.topics.published_count() > wanted:
            paths = {*sheets, *files, *(path for listing in listings for path in _paths(listing, archives))}
            for path, _ in app.store.topics.published_files():
                if path not in paths:
                    self._remove(path)
        with app.store.transaction():
            self._keep_sizes()
            app.store.set_fact(LISTS, DONE)

    # -- one topic ----------------------------------------------------------------------------------------------------

    def _feed(self, due: Dirty) -> _Made:
        """Hold what of the topic's feed is not up to date. Raises Repeats when it is to be left as it is."""
        store, topic = self.app.store, due.topic
        listing = TopicListing(topic=topic, slug=due.slug, count=due.entries, updated=_NEVER)
        if not (due.entries or due.standing):
            return _Made(listing)
        posted, horizon, last = self._current(due)
        listing = self._dated(listing, posted)
        archives = store.topics.dirty_archives(topic)
        closed = [number for number in archives if not self._stands(listing, number)]
        for number in closed:  # before the current document, which leads to them
            self._replace(self._archive(listing, number))
        tombstones = tuple(
            feeds.Tombstone(entry_id=entry_id, withdrawn=withdrawn)
            for entry_id, withdrawn in store.topics.tombstones(topic, _TOMBSTONES, since=self.now - TOMBSTONE)
        )
        documents = tuple(self._forms(listing, posted, feeds.Chapter(previous=last), tombstones))
        if not due.listed:
            self.guard.compare(documents)
        self._replace(documents)
        for number in archives:  # after the current document, in which stands what arrived anew and is lacking here
            if number not in closed:
                self._replace(self._archive(listing, number))
        return _Made(listing, archives, horizon)

    def _stands(self, listing: TopicListing, number: int) -> bool:
        """Whether the archive is there already, in every form."""
        paths = (feeds.archive_path(listing.topic, listing.slug, number, form) for form in Form)
        return all((self.app.settings.output_folder / path).is_file() for path in paths)

    def _replace(self, documents: Iterable[Document]) -> None:
        for path, data in documents:
            self._hold(path, data)

    def _current(self, due: Dirty) -> tuple[Sequence[Posted], Place | None, int | None]:
        """What the current document holds, last come first; where it ends if there is more; the archive before it.

        Closes into archives what it has no room for. Readers that forget what has left a feed (readers.models) show
        again what comes back into it: when others are withdrawn, or there is more room, no archived entry does.
        """
        topic = due.topic
        settings, store, kept = self.app.settings, self.app.store, self.app.entry_version
        limit, max_bytes = settings.feed_limit, settings.feed_bytes
        posted = self._whole(store.topics.arrivals(topic, limit + 1, fingerprint=kept))
        last = store.topics.last_archive(topic)
        waiting: Sequence[Posted] = [it for it in reversed(posted) if last is None or it[:3] > last[1]]
        if paging.to_close([_size(it) for it in waiting], limit=limit, max_bytes=max_bytes):
            waiting = self._close(topic, limit=limit, max_bytes=max_bytes)
            last = store.topics.last_archive(topic)
        shown = paging.to_show([_size(it) for it in posted], waiting=len(waiting), limit=limit, max_bytes=max_bytes)
        current = [it for it in posted[:shown] if it[:3] >= due.horizon]
        horizon = current[-1].place if current and len(current) < len(posted) else None
        return current, horizon, last[0] if last else None

    def _close(self, topic: Topic, *, limit: int, max_bytes: int) -> Sequence[Posted]:
        """Archive after archive until what still waits fits; that."""
        store = self.app.store
        while True:
            waiting = self._whole(store.topics.waiting(topic, limit + 1, fingerprint=self.app.entry_version))
            number = paging.to_close([_size(it) for it in waiting], limit=limit, max_bytes=max_bytes)
            if not number:
                return waiting
            with store.transaction():
                store.topics.close_archive(topic, waiting[number - 1].place)

    def _archive(self, listing: TopicListing, number: int) -> Iterator[Document]:
        """It names no archive after itself: it must not change when there is one."""
        posted = self._whole(self.app.store.topics.archived(listing.topic, number, fingerprint=self.app.entry_version))
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
        ordered = sorted(posted, key=_BY_DATE, reverse=True)
        for form in Form:
            entries = list(map(_FORM[form], ordered))
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
        store, guard = self.app.store, self.guard
        lacking = [it.entry_id for it in posted if it.size is None]
        if not lacking:
            return posted
        guard.stop(lacking)
        made = {entry_id: self._serialise(entry_id) for entry_id in lacking}
        passed = guard.marks(made)
        with store.transaction():
            for entry_id, marks in passed.items():
                store.topics.keep_serialised(entry_id, made[entry_id], fingerprint=self.app.entry_version)
                store.topics.set_told_apart(entry_id, marks)
        guard.stop(lacking)
        return [
            Posted(*it[:5], max(map(len, made[it.entry_id])), *made[it.entry_id]) if it.size is None else it
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
        self.app.store.topics.set_published_files(self._sizes)
        self._sizes.clear()


@dataclass(frozen=True, slots=True)
class _Made:
    """A topic's feed that is held: what it is to be listed as, and what was made of it."""

    listing: TopicListing
    archives: Sequence[int] = ()  #: that were written
    horizon: Place | None = None


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
