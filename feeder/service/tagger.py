"""The tagger of an installation: bundled catalog, the owner's files, watched names, mention model."""

from __future__ import annotations

from typing import Protocol

from feeder.config import Settings
from feeder.model import Article, Tagging
from feeder.service import catalogs


class Tags(Protocol):
    """What service needs of tagging.Tagger."""

    def tag(self, article: Article) -> Tagging: ...


def open_tagger(settings: Settings) -> Tags:
    """With the owner's catalog and watched names. Raises CatalogError, FeederError where the model is missing."""
    from feeder.tagging import MentionModel, Tagger  # costs more to load than a build without news takes

    return Tagger(catalog=catalogs.open_catalog(settings), mentions=MentionModel.load())
