"""JSON Feed 1.1 (jsonfeed.org/version/1.1), spliced like the others.

What feeder alone knows of an entry stands under `_feeder`: its tags with score, role and the sentence that proves
them, what happened, and where it was published.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

from feeder.feeds.chapters import Chapter, hubs, neighbours, self_address
from feeder.feeds.items import Item, sentence_of
from feeder.feeds.plain import plain
from feeder.model import Entry, Evidence, Form, SiteInfo, TopicListing
from feeder.rendering.addresses import INDEX_PAGE, page_path
from feeder.rendering.wording import feed_subtitle, feed_title

_VERSION = "https://jsonfeed.org/version/1.1"
_END = b"]}"


def item_json(item: Item, entry: Entry) -> bytes:
    """One object of a feed's `items`; `item` was made of `entry`."""
    found = {
        "id": item.id,
        "url": item.address,
        "external_url": item.original,
        "title": item.title,
        "content_html": item.html,
        "summary": item.summary,
        "image": item.image,
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "authors": [{"name": name} for name in item.authors],
        "tags": list(dict.fromkeys(it.label for it in item.categories)),
        "language": item.language,
        "_feeder": _told(
            {
                "outlet": item.outlet,
                "tags": list(_tags(entry)),
                "events": list(_events(entry)),
                "keywords": [word for word in map(plain, entry.article.owner.tags) if word],
            }
        ),
    }
    return _bytes(_told(found))


def feed_json(listing: TopicListing, items: Sequence[bytes], *, site: SiteInfo, chapter: Chapter) -> bytes:
    """`items` are of `item_json`, in the order given. `next_url` leads to the archive with the entries before these."""
    topic = listing.topic
    links = dict(neighbours(Form.JSON, listing, chapter, site))
    head = {
        "version": _VERSION,
        "title": plain(feed_title(topic, site)),
        "home_page_url": f"{site.base_url}/{page_path(topic, listing.slug)}",
        "feed_url": self_address(Form.JSON, listing, chapter, site),
        "description": plain(feed_subtitle(topic)),
        "next_url": links.get("prev-archive"),
        "authors": [{"name": plain(site.author)}],
        "language": site.language,
        "hubs": [{"type": "WebSub", "url": hub} for hub in hubs(chapter, site)],
        "_feeder": _told(
            {
                "about": f"{site.base_url}/{INDEX_PAGE}#formats",
                "updated": listing.updated.astimezone(UTC).isoformat(),
                "current_url": links.get("current"),
                "next_archive_url": links.get("next-archive"),
            }
        ),
        "items": [],
    }
    return b"".join((_bytes(_told(head)).removesuffix(_END), b",".join(items), _END))


def _tags(entry: Entry) -> Iterator[dict[str, Any]]:
    """All of them, also names that could be several people's: `candidates` says so."""
    for tag in (*entry.shows, *entry.people):
        yield _told(
            {
                "kind": tag.kind.value,
                "id": tag.id,
                "label": plain(tag.label) or tag.id,
                "score": round(tag.score, 2),
                "main": tag.main,
                "year": tag.year,
                "roles": [role.value for role in tag.roles],
                "characters": [plain(name) for name in tag.characters],
                "candidates": list(tag.candidates),
                "evidence": _proof(tag.evidence),
            }
        )


def _events(entry: Entry) -> Iterator[dict[str, Any]]:
    for event in entry.events:
        yield _told(
            {
                "type": event.type.value,
                "show": event.show,
                "people": list(event.people),
                "evidence": _proof(event.evidence),
            }
        )


def _proof(evidence: Sequence[Evidence]) -> dict[str, str] | None:
    """The first is enough to see it; rules and probabilities are for `feeder explain`, and change with the model."""
    if not evidence:
        return None
    first = evidence[0]
    return {"sentence": sentence_of(first.sentence.text), "words": sentence_of(first.surface)}


def _told(found: dict[str, Any]) -> dict[str, Any]:
    """Without what there is nothing to say about; an empty list of items stays, it is the feed's end."""
    return {key: value for key, value in found.items() if key in ("items", "main") or value not in (None, "", [], ())}


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
