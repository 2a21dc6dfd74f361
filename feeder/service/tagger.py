"""The tagger of an installation: bundled catalog, the owner's files, watched names, mention model."""

from __future__ import annotations

from typing import Protocol

from feeder.config import Settings
from feeder.model import Article, Tagging


class Tags(Protocol):
    """What service needs of tagging.Tagger."""

    def tag(self, article: Article) -> Tagging: ...


def open_tagger(settings: Settings) -> Tags:
    """With the owner's catalog files and watched names. Raises CatalogError, FeederError where the model is missing."""
    from feeder import catalog  # both cost more to load than a build without news takes
    from feeder.tagging import MentionModel, Tagger

    people = tuple((watch.name, watch.aliases) for watch in settings.watches)
    return Tagger(catalog=catalog.load(settings.catalog_files, extra_people=people), mentions=MentionModel.load())
