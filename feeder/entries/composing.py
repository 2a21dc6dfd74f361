"""An entry from its parts, and what of it its readers see as changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from feeder.model import Article, DateSource, Entry, Sentence, StoredEntry, Tagging


def digest(article: Article) -> str:
    """sha256 hex over what a reader would notice: title, text, date, authors, link, image, outlet.

    Not over tags, summary or scores, which get better without the article changing; nor over line breaks.
    """
    seen = [
        article.title,
        " ".join(article.text.split()),
        article.published.isoformat(),
        article.byline,
        article.link,
        article.image,
        article.outlet,
    ]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).hexdigest()


def own_date(article: Article) -> datetime:
    """When the outlet last touched it, by its own word."""
    return max(article.published, article.updated) if article.updated else article.published


def is_dated(article: Article) -> bool:
    """Whether it says itself when it is from; else the date is that of its file."""
    return article.published_from is not DateSource.FILE_TIME


def settled(article: Article, before: StoredEntry | None) -> Article:
    """The article with the date it keeps: one taken from the file's time never replaces a date already given."""
    if before is None or is_dated(article):
        return article
    old = before.entry.article
    return replace(article, published=old.published, published_from=old.published_from)


def compose(
    article: Article,
    *,
    id: str,  # noqa: A002 - the field it fills
    summary: Sequence[Sentence],
    tagging: Tagging,
    before: StoredEntry | None,
    now: datetime,
) -> StoredEntry:
    """The entry as it is to be stored. `article` has been `settled`; `before`: what the store has under this id.

    `changed` is the article's own date as long as it is as it was first seen, so that a refilled store gives the same
    feeds; it moves to `now`, and never back, when the digest does.
    """
    entry = Entry(
        id=id,
        article=article,
        summary=tuple(summary),
        tags=tagging.tags,
        events=tagging.events,
        digest=digest(article),
    )
    if before is None:
        return StoredEntry(entry=entry, first_seen=now, changed=own_date(article))
    if before.entry.digest == entry.digest:
        return replace(before, entry=entry)
    return StoredEntry(entry=entry, first_seen=before.first_seen, changed=max(now, before.changed))
