"""What an import takes and leaves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How well known a show must be. A limit holds where the source has the figure."""

    min_votes: int = 500  #: at IMDb; holds when title.ratings is among the files
    min_sitelinks: int = 3  #: Wikipedias and sister projects with a page about it, of Wikidata
    fresh: bool = False  #: forget what was imported before; else it is added to
