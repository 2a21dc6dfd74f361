"""The writing half of `publish`: dirty topics to feed files, then the pages that list them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from feeder import feeds, topics
from feeder.model import Topic, TopicListing
from feeder.service.app import App
from feeder.service.progress import Progress

_BATCH = 50  # topics a transaction
_LATEST = 20  # entries on the index page
_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What changed in the output folder."""

    written: tuple[str, ...]  #: paths, in the order they were written
    removed: tuple[str, ...]
    size: int  #: bytes written


def press(app: App, *, progress: Progress) -> Pressed:
    """Write the feed of every dirty topic, remove those of topics that are gone, and bring the lists up to date."""
    run = _Press(app, feeds.Tree(app.settings.output_folder))
    run.tree.sweep()
    dirty = app.store.dirty()
    for start in range(0, len(dirty), _BATCH):
        progress("publishing", start, len(dirty))
        run.feeds(dirty[start : start + _BATCH])
    run.lists()
    return Pressed(written=tuple(run.written), removed=tuple(run.removed), size=run.size)


@dataclass(slots=True)
class _Press:
    app: App
    tree: feeds.Tree
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    size: int = 0  #: bytes written
    _sizes: dict[str, int | None] = field(default_factory=dict)  #: written since the last transaction

    def feeds(self, batch: Sequence[tuple[Topic, str, int]]) -> None:
        """Files first, then the store: killed in between, the same bytes are made again."""
        listings = [self._feed(*item) for item in batch]
        with self.app.store.transaction():
            for listing in listings:
                self.app.store.set_published(listing)
            self._keep_sizes()

    def lists(self) -> None:
        """Index page, OPML and style sheets; then whatever feeder once wrote and now has no use for."""
        app, site = self.app, self.app.site
        listings = app.store.listings()
        latest = app.store.latest(topics.ALL, _LATEST)
        page = app.renderer.index_page(site=site, topics=listings, latest=latest)
        files = {
            **app.renderer.static_files(),
            feeds.OPML: feeds.opml(listings, site=site),
            feeds.INDEX_PAGE: page.encode(),
            **{path: text.encode() for path, text in app.renderer.kind_pages(site=site, topics=listings)},
        }
        for path, data in files.items():
            self._write(path, data)
        wanted = {*files, *(feeds.feed_path(listing.topic, listing.slug) for listing in listings)}
        for path, _ in app.store.published_files():
            if path not in wanted:
                self._remove(path)
        with app.store.transaction():
            self._keep_sizes()

    def _feed(self, topic: Topic, slug: str, count: int) -> TopicListing:
        if not count:
            self._remove(feeds.feed_path(topic, slug))
            return TopicListing(topic=topic, slug=slug, count=0, updated=_NEVER)
        rows = self.app.store.serialised(topic, self.app.settings.feed_limit, fingerprint=self.app.entry_version)
        updated = max(changed for _, changed, _ in rows)
        listing = TopicListing(topic=topic, slug=slug, count=count, updated=updated)
        data = feeds.atom(listing, tuple(self._entries(rows)), site=self.app.site)
        self._write(feeds.feed_path(topic, slug), data)
        return listing

    def _entries(self, rows: Sequence[tuple[str, datetime, bytes | None]]) -> Iterator[bytes]:
        """Each entry's XML: as kept, or made now and kept for its other feeds."""
        store = self.app.store
        missing = {entry_id: self._serialise(entry_id) for entry_id, _, xml in rows if xml is None}
        if missing:
            with store.transaction():
                for entry_id, xml in missing.items():
                    store.keep_serialised(entry_id, xml, fingerprint=self.app.entry_version)
        for entry_id, _, kept in rows:
            yield kept if kept is not None else missing[entry_id]

    def _serialise(self, entry_id: str) -> bytes:
        remembered = self.app.store.remembered(entry_id)
        if remembered is None:
            raise KeyError(entry_id)
        stored = remembered.stored
        html = self.app.renderer.entry_html(stored, content=self.app.settings.content)
        return feeds.entry_xml(stored, html=html, site=self.app.site)

    def _write(self, path: str, data: bytes) -> None:
        if self.tree.write(path, data):
            self.written.append(path)
            self.size += len(data)
        self._sizes[path] = len(data)

    def _remove(self, path: str) -> None:
        if self.tree.remove(path):
            self.removed.append(path)
        self._sizes[path] = None

    def _keep_sizes(self) -> None:
        for path, size in self._sizes.items():
            self.app.store.set_published_file(path, size)
        self._sizes.clear()
