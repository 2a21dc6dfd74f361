"""The parts of a running feeder, opened once and handed to every service function.

What is costly to load (catalog, mention model, templates, network) is loaded when it is first asked for: a build that
finds nothing new never needs it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import feeder
from feeder import resources
from feeder.config import Settings
from feeder.model import SiteInfo, TopicKind, Watch, WatchKind
from feeder.service import catalogs, tagger
from feeder.service.filing import Filing
from feeder.sources import Folder
from feeder.storage import Store, open_store

if TYPE_CHECKING:  # each of these costs more to import than a build without news takes
    from feeder.alerts import Courier
    from feeder.egress import Client
    from feeder.rendering import Renderer

_log = logging.getLogger(__name__)


class App:
    """Settings, store and the rest. Close it, or use it as a context manager."""

    def __init__(
        self, settings: Settings, store: Store, *, open_tagger: Callable[[Settings], tagger.Tags] | None = None
    ) -> None:
        self.settings = settings
        self.store = store
        self._open_tagger = open_tagger or tagger.open_tagger

    @cached_property
    def site(self) -> SiteInfo:
        """As configured, but for the authority: the one that the ids in the store were made with stays for ever."""
        first = self.store.fact("authority")
        if first is not None and first != self.settings.site.authority:
            _log.warning("authority kept: stored=%s configured=%s", first, self.settings.site.authority)
            return replace(self.settings.site, authority=first)
        return self.settings.site

    @cached_property
    def filing(self) -> Filing:
        settings = self.settings
        return Filing(
            settings.watches,
            settings.topics,
            known=self.store.topics.keys(TopicKind.QUERY),
            resolved=lambda: self.watches,
        )

    @cached_property
    def watches(self) -> tuple[Watch, ...]:
        """Those of the settings, each with the one person or show of the catalog that has its name or alias.

        Loads the tagger.
        """
        return tuple(tagger.named(watch, self.tagger) for watch in self.settings.watches)

    @cached_property
    def folder(self) -> Folder:
        settings = self.settings
        return Folder(settings.source_folder, max_bytes=settings.max_bytes, settle=settings.settle)

    @cached_property
    def tagger(self) -> tagger.Tags:
        return self._open_tagger(self.settings)

    @cached_property
    def renderer(self) -> Renderer:
        from feeder.rendering import Renderer

        return Renderer(self.settings.templates_folder)

    @cached_property
    def courier(self) -> Courier:
        from feeder.alerts import Courier

        return Courier(templates=self.settings.templates_folder)

    def client(self, allow_networks: tuple[str, ...]) -> Client:
        """A new one; the caller closes it."""
        from feeder.egress import Client

        return Client(allow_networks=allow_networks)

    @cached_property
    def tagging_version(self) -> str:
        """Changes when the owner's part of the catalog or watched names do: then old entries are tagged again.

        Not when feeder itself is updated: some readers show an entry as new when its categories change.
        """
        people = (watch for watch in self.settings.watches if watch.kind is WatchKind.PERSON)
        watches = sorted((watch.name, watch.aliases) for watch in people)
        return _digest(repr(watches).encode(), *catalogs.fingerprints(self.settings))

    def look_again(self) -> None:
        """Notice what the owner has changed in the catalog since the last look: the tagger is opened anew for it."""
        before = self.__dict__.pop("tagging_version", None)
        if before not in (None, self.tagging_version):
            self.__dict__.pop("tagger", None)
            self.__dict__.pop("watches", None)

    @cached_property
    def entry_version(self) -> str:
        """Of everything but the entry itself that its XML depends on."""
        folders = (resources.templates(), self.settings.templates_folder)
        templates = [path for folder in folders if folder for path in sorted(folder.rglob("*")) if path.is_file()]
        site = self.site
        words = (feeder.__version__, self.settings.content, site.base_url, site.author, site.authority, site.language)
        return _digest(repr(words).encode(), *map(_bytes, templates))

    @cached_property
    def output_version(self) -> str:
        """Of everything but entries that a published file depends on, and where they are published."""
        settings = self.settings
        limits = (settings.feed_limit, settings.feed_bytes)
        words = (self.entry_version, self.site, limits, str(settings.output_folder))
        return _digest(repr(words).encode())

    def renewed(self, settings: Settings) -> App:
        """Another one with these settings and the same store; with the same tagger where nothing of it has changed."""
        app = App(settings, self.store, open_tagger=self._open_tagger)
        mine = self.settings
        if (mine.watches, mine.catalog_folder, mine.catalog_files) == (
            settings.watches,
            settings.catalog_folder,
            settings.catalog_files,
        ):
            for name in ("tagger", "tagging_version"):
                if name in self.__dict__:
                    app.__dict__[name] = self.__dict__[name]
        return app

    @property
    def model_loaded(self) -> bool:
        """Whether the tagger, with catalog and model, is in memory."""
        return "tagger" in self.__dict__

    def close(self) -> None:
        if "courier" in self.__dict__:
            self.courier.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def open_app(settings: Settings, *, write: bool, open_tagger: Callable[[Settings], tagger.Tags] | None = None) -> App:
    """The app of these settings. `write` locks the state folder and takes back what a killed process had claimed.

    Raises StateError and its leaves.
    """
    store = open_store(settings.state_folder, write=write)
    if write and (released := store.outbox.release_leases()):
        _log.info("deliveries released: count=%d", released)
    return App(settings, store, open_tagger=open_tagger)


def _bytes(path: Path) -> bytes:
    """Of a file that may be missing: whoever needs it will say so."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
