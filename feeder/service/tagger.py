"""The tagger of an installation: bundled catalog, the owner's files, watched names, mention model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from feeder.config import Settings
from feeder.model import Article, Tagging, TagKind, Watch, WatchKind
from feeder.service import catalogs

if TYPE_CHECKING:
    from feeder.catalog import Catalog
    from feeder.tagging import Tagger


class Tags(Protocol):
    """What service needs of tagging.Tagger."""

    def tag(self, article: Article) -> Tagging: ...


@runtime_checkable
class KnowsNames(Protocol):
    """A tagger that can be asked about its catalog."""

    def ids_named(self, kind: TagKind, name: str) -> tuple[str, ...]:
        """Of all that has this name or alias."""


class CatalogTagger:
    """A tagger and the catalog it tags by."""

    def __init__(self, catalog: Catalog, tagger: Tagger) -> None:
        self._catalog = catalog
        self._tagger = tagger

    def tag(self, article: Article) -> Tagging:
        return self._tagger.tag(article)

    def ids_named(self, kind: TagKind, name: str) -> tuple[str, ...]:
        """See `KnowsNames`."""
        if kind is TagKind.SHOW:
            return tuple(show.id for show in self._catalog.shows_named(name))
        return tuple(person.id for person in self._catalog.people_named(name))


def open_tagger(settings: Settings) -> CatalogTagger:
    """With the owner's catalog and watched names. Raises CatalogError, FeederError where the model is missing."""
    from feeder.tagging import MentionModel, Tagger  # costs more to load than a build without news takes

    catalog = catalogs.open_catalog(settings)
    return CatalogTagger(catalog, Tagger(catalog=catalog, mentions=MentionModel.load()))


def named(watch: Watch, tagger: Tags) -> Watch:
    """The watch with the one person or show of the catalog that has its name or alias; without, if several have it."""
    kind = {WatchKind.PERSON: TagKind.PERSON, WatchKind.SHOW: TagKind.SHOW}.get(watch.kind)
    if kind is None or not isinstance(tagger, KnowsNames):
        return watch
    ids = tagger.ids_named(kind, watch.name)
    return replace(watch, ids=ids) if len(ids) == 1 else watch
