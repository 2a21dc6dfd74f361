"""The catalog at hand for those who must not wait for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from feeder.config import Settings
from feeder.errors import FeederError
from feeder.service import catalogs

if TYPE_CHECKING:
    from feeder.catalog import Catalog

_log = logging.getLogger(__name__)


class Shelf:
    """The catalog, loaded beside those who ask for it: it takes seconds, and a page is not to wait for it."""

    def __init__(
        self, settings: Callable[[], Settings], *, open_catalog: Callable[[Settings], Catalog] = catalogs.open_catalog
    ) -> None:
        self._settings = settings
        self._open = open_catalog
        self._lock = threading.Lock()
        self._loaded: tuple[tuple[bytes, ...], Catalog] | None = None
        self._loading: threading.Thread | None = None

    def get(self) -> Catalog | None:
        """The catalog as it was loaded last; loads it anew if the owner's part has changed. None at first."""
        settings = self._settings()
        now = tuple(catalogs.fingerprints(settings))
        loaded = self._loaded
        if loaded is not None and loaded[0] == now:
            return loaded[1]
        with self._lock:
            if self._loading is None or not self._loading.is_alive():
                self._loading = threading.Thread(target=self._load, args=(settings, now), name="catalog", daemon=True)
                self._loading.start()
        return None if loaded is None else loaded[1]

    def wait(self) -> Catalog | None:
        """The same when loading has ended; None only where the catalog cannot be loaded."""
        self.get()
        if (loading := self._loading) is not None:
            loading.join()
        return self.get() if self._loaded else None

    def _load(self, settings: Settings, fingerprint: tuple[bytes, ...]) -> None:
        try:
            self._loaded = fingerprint, self._open(settings)
        except FeederError as error:  # the next build says so, too; pages go without
            _log.warning("catalog not loaded: %s", error)
