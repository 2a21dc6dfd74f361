"""JSON Feed 1.1 as a list of complaints: each MUST, and what readers need in practice.

`problems(data, location=...)` is empty for a feed that any reader can take. Written from the specification; it shares
nothing with the code that writes feeds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.feed_rules import characters, is_web, markup, words

_FEED = {
    *("version", "title", "home_page_url", "feed_url", "description", "user_comment", "next_url", "icon", "favicon"),
    *("authors", "language", "expired", "hubs", "items"),
}
_ITEM = {
    *("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image"),
    *("date_published", "date_modified", "authors", "tags", "language", "attachments"),
}
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def problems(data: bytes, *, location: str | None) -> list[str]:
    """What is wrong with the feed; `location` is the address it is served from (None: unknown)."""
    try:
        feed = json.loads(data.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_no_key_twice)
    except ValueError as error:
        return [f"not JSON: {error}"]
    if not isinstance(feed, dict) or feed.get("version") != "https://jsonfeed.org/version/1.1":
        return ["not a JSON Feed 1.1"]
    found = list(_feed(feed, location))
    for item in feed.get("items", ()):
        found += [f"item {item.get('id')}: {it}" for it in _item(item)]
    return found


def _feed(feed: dict[str, Any], location: str | None) -> Iterator[str]:
    yield from _known(feed, _FEED)
    yield from words(feed.get("title", ""), coded=True)
    if not isinstance(feed.get("items"), list):
        yield "no list of items"
    for name in ("home_page_url", "feed_url"):
        if not is_web(feed.get(name, "")):
            yield f"{name} is no web address"
    if location is not None and feed.get("feed_url") != location:
        yield f"feed_url is {feed.get('feed_url')}, the feed is at {location}"
    if "next_url" in feed and (not is_web(feed["next_url"]) or feed["next_url"] == feed.get("feed_url")):
        yield "next_url is no web address, or that of this feed"
    yield from _authors(feed)
    ids = [item.get("id") for item in feed.get("items", ())]
    if len(ids) != len(set(ids)):
        yield "two items have the same id"


def _item(item: dict[str, Any]) -> Iterator[str]:
    yield from _known(item, _ITEM)
    if not isinstance(item.get("id"), str) or not item["id"]:
        yield "no id"
    if not item.get("content_html") and not item.get("content_text"):
        yield "no content"
    yield from markup(item.get("content_html") or "<p>x</p>")
    yield from words(item.get("title", ""), coded=True)
    yield from characters(item.get("summary", ""))
    for name in ("url", "external_url", "image"):
        if name in item and not is_web(item[name]):
            yield f"{name} is no web address"
    for name in ("date_published", "date_modified"):
        if not _DATE.fullmatch(item.get(name, "")) or datetime.fromisoformat(item[name]).tzinfo is None:
            yield f"{name} is no RFC 3339 date"
    yield from _authors(item)
    tags = item.get("tags", [])
    if not all(isinstance(tag, str) and tag for tag in tags) or len(tags) != len(set(tags)):
        yield f"tags {tags}"


def _authors(owner: dict[str, Any]) -> Iterator[str]:
    if "author" in owner:
        yield "author, which version 1.1 has made authors"
    if not owner.get("authors"):
        yield "no authors"
    for author in owner.get("authors", ()):
        yield from words(author.get("name", ""), coded=True)


def _known(value: dict[str, Any], names: set[str]) -> Iterator[str]:
    for name, it in value.items():
        if name.startswith("_"):
            if not isinstance(it, dict) or "." in name:
                yield f"the extension {name} is no object"
        elif name not in names:
            yield f"no such name: {name}"
        elif it is None:
            yield f"{name} is null"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found
