"""The tagger and the catalog as they are shipped, loaded once for all journeys that need them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from feeder import catalog
from feeder.catalog import Catalog
from feeder.service import catalogs, tagger
from feeder.tagging import MentionModel, Tagger


@cache
def whole_catalog() -> Catalog:
    return catalog.load()


@cache
def whole_tagger() -> tagger.Tags:
    known = whole_catalog()
    return tagger.CatalogTagger(known, Tagger(catalog=known, mentions=MentionModel.load()))


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, articles: dict[str, str]) -> None:
    """An installation in `folder` with these articles, the working folder of the test."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(tagger, "open_tagger", lambda settings: whole_tagger())
    monkeypatch.setattr(catalogs, "open_catalog", lambda settings: whole_catalog())
    (folder / "config.toml").write_text('[source]\nsettle = "0s"\n')
    (folder / "seeds").mkdir()
    for name, text in articles.items():
        (folder / "seeds" / name).write_text(text)
