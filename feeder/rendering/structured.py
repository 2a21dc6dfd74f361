"""What search engines read in a page: schema.org as JSON-LD."""

from __future__ import annotations

from typing import Any

from feeder.model import Entry, SiteInfo, StoredEntry, Tag, TagKind
from feeder.rendering.addresses import entry_view, web_address

_THINGS = {TagKind.SHOW: "TVSeries", TagKind.PERSON: "Person"}
_HEADLINE = 110  # characters, as the guidelines for Article ask


def news_article(stored: StoredEntry, site: SiteInfo) -> dict[str, Any]:
    """A NewsArticle (https://schema.org/NewsArticle); the filter `tojson` makes it fit for a page."""
    entry = stored.entry
    article = entry.article
    about, mentions = _things(entry, main=True), _things(entry, main=False)
    found = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": f"{site.base_url}/{entry_view(entry.id)}",
        "headline": entry.title[:_HEADLINE],
        "description": " ".join(sentence.text for sentence in entry.summary),
        "datePublished": f"{article.published:%Y-%m-%dT%H:%M:%SZ}",
        "dateModified": f"{stored.changed:%Y-%m-%dT%H:%M:%SZ}",
        "inLanguage": article.language,
        "author": [{"@type": "Person", "name": name} for name in article.byline]
        or [{"@type": "Organization", "name": article.outlet or site.author}],
        "publisher": {"@type": "Organization", "name": article.outlet or site.author},
        "url": web_address(article.link),
        "image": web_address(article.image),
        "about": about,
        "mentions": mentions,
    }
    return {name: value for name, value in found.items() if value}


def _things(entry: Entry, *, main: bool) -> list[dict[str, str]]:
    return [_thing(tag) for tag in entry.tags if tag.main is main and not tag.candidates]


def _thing(tag: Tag) -> dict[str, str]:
    return {"@type": _THINGS[tag.kind], "name": tag.label}
